"""Results that jobs compute and pages read; one is deleted as soon as a day behind it changes."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, TypeVar

import msgspec

from besok.store.database import Connection, Database, sql

Result = TypeVar("Result")

VISIT_DAYS: Final = "visit_days"
BRIDGED: Final = "bridged"
ANNUAL: Final = "annual"
COVERAGE: Final = "coverage"
USUAL_WEEK: Final = "usual_week"
LEVERS: Final = "levers"
STANDING: Final = "standing"
COUNCIL: Final = "council"
MONTHLY: Final = "monthly"  # of the last month, and so none of those of each day
ALL: Final = (VISIT_DAYS, BRIDGED, ANNUAL, COVERAGE, USUAL_WEEK, LEVERS, STANDING, COUNCIL)


def read(
    db: Database, site: str, what: str, form: type[Result], until: date, *, or_later: bool = False
) -> Result | None:
    """Return a result based on the days up to `until` (`or_later`: or on more); None if there is none."""
    rows = db.rows("result_get", site=site, what=what, until=until, or_later=or_later)
    return msgspec.convert(rows[0][0], form) if rows else None


def missing(db: Database, site: str, until: date) -> list[str]:
    """Return the names of the results that a site lacks for the business days up to `until`."""
    known = {what for (what,) in db.rows("results_known", site=site, until=until)}
    return [what for what in ALL if what not in known]


def begin(db: Database, sites: Collection[str], what: str, until: date) -> None:
    """Announce a result of the first site that rests on `sites`: a change from now on prevents that it is stored."""
    db.run("result_begin", {"sites": list(sites), "what": what, "until": until})


def put(db: Database, site: str, what: str, until: date, result: object) -> None:
    """Store an announced result, unless days that it rests on have changed since."""
    text = msgspec.json.encode(result).decode()
    db.run("result_put", {"site": site, "what": what, "until": until, "result": text})


def delete(conn: Connection, site_ids: Collection[int], kinds: Sequence[str] = (*ALL, MONTHLY)) -> None:
    """Delete the results based on these sites: all, or those of some kinds."""
    conn.execute(sql("results_delete"), {"sites": list(site_ids), "kinds": list(kinds)})
