"""Times that stand out in the counts of a site: what they are found from, and where they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.views.around import UnusualTime
from store import looked
from store.database import Database, sql

WHAT = "unusual"  # in `store.looked`


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """Who entered in the hour from `start` on; `heard` is the share of the doors that told anything."""

    start: datetime
    people: float
    heard: float


def hours(db: Database, site: str, start: datetime, end: datetime) -> list[Hour]:
    """The hours in which anything was heard, in order."""
    return db.fetch("hourly_visits", Hour, site=site, start=start, end=end)


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
        looked.note(conn, site, WHAT, until)
