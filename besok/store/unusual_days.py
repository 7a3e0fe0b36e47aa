"""Times that stand out in the counts of a site: where they are kept."""

from collections.abc import Sequence
from datetime import date

from besok.model.views.calendar import UnusualTime
from besok.store import checkpoints
from besok.store.database import Database, sql

WHAT = "unusual"  # in `besok.store.checkpoints`


def keep(db: Database, site: str, found: Sequence[UnusualTime], until: date) -> None:
    """Replaces what was found of a site before, up to business day `until`."""
    columns = {
        "begins": [u.start for u in found],
        "ends": [u.end for u in found],
        **{name: [getattr(u, name) for u in found] for name in ("people", "expected", "score")},
    }
    with db.transaction() as conn:
        conn.execute(sql("unusual_delete"), {"site": site})
        conn.execute(sql("unusual_insert"), {"site": site, **columns})
        checkpoints.note(conn, site, WHAT, until)
