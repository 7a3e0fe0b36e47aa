"""Work due once a day, after the end of a business day. Checked often, so it imports nothing heavy."""

import logging
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from besok.model.calendar import business_day
from besok.model.site import Site
from besok.store import backfill, effects
from besok.store.database import Database
from besok.store.sites import load_all
from jobs.runs import do_each

log = logging.getLogger(__name__)
Result = TypeVar("Result")


def due(db: Database, now: datetime, what: str) -> list[tuple[Site, date]]:
    """Return the sites whose counts were not looked at for `what` since their last business day ended, with that day.

    None while history is still coming in.
    """
    if backfill.under_way(db, now):
        return []
    done = effects.checked_until(db, what)
    last = ((site, day - timedelta(days=1)) for site, day in sites(db, now))
    return [(site, day) for site, day in last if done.get(site.id) != day]


def each(
    db: Database,
    now: datetime,
    what: str,
    compute: Callable[[Database, Site, date], Result],
    put: Callable[[Database, str, Result, date], None],
) -> None:
    """Compute and store something for every site that is due. Raises JobError if any failed; they stay due."""

    def do(site: Site, day: date) -> None:
        put(db, site.id, compute(db, site, day), day)

    do_each((site.id, partial(do, site, day)) for site, day in due(db, now, what))


def sites(db: Database, now: datetime) -> Iterator[tuple[Site, date]]:
    """Return all sites with their business day.

    A site of which it is unknown is left out, and reported by the estimator.
    """
    for site in load_all(db):
        try:
            day = business_day(now, site)
        except Exception as exc:
            log.info(
                "the business day of %s cannot be told: %s", site.id, exc, extra={"action": "no_business_day"}
            )
            continue
        yield site, day


def is_due(what: str) -> Callable[[Database, datetime], bool]:
    """Tell whether any site is due."""
    return lambda db, now: bool(due(db, now, what))
