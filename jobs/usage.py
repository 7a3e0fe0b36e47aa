"""Daily usage of spaces, summed up for pages that show months and years."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from besok.model.site import Site
from besok.store import backfill, usage
from besok.store.database import Database
from jobs import daily
from jobs.runs import do_each

AFTER: Final = timedelta(hours=1)  # the end of a day: what was written as it ended is stored by then


def is_due(db: Database, now: datetime) -> bool:
    """Tell whether any day is not summed up; never while history is being written."""
    if backfill.under_way(db, now):
        return False
    with db.transaction() as conn:
        return any(usage.missing(conn, site, today) for site, today in _sites(db, now))


def sum_up(db: Database, now: datetime) -> None:
    """Sum up all days of all sites. Raises JobError."""

    def of(site: Site, today: date) -> None:
        while usage.sum_up(db, site, today, now):
            pass

    do_each((site.id, partial(of, site, today)) for site, today in _sites(db, now))


def _sites(db: Database, now: datetime) -> Iterator[tuple[Site, date]]:
    return daily.sites(db, now - AFTER)
