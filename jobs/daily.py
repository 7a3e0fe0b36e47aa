"""What is looked at once a day, when a business day has ended. Asked often, so it loads nothing heavy."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from core.analytics.calendar import business_day
from core.site import Site
from store import backfill, looked
from store.database import Database
from store.sites import load_all


def due(db: Database, now: datetime, what: str) -> list[tuple[Site, date]]:
    """The sites whose counts were not looked at for `what` since their last business day ended, with that day.

    None while history is still coming in.
    """
    if backfill.under_way(db, now):
        return []
    done = looked.until(db, what)
    last = ((site, business_day(now, site) - timedelta(days=1)) for site in load_all(db))
    return [(site, day) for site, day in last if done.get(site.id) != day]


def wanted(what: str) -> Callable[[Database, datetime], bool]:
    """Whether any site is due."""
    return lambda db, now: bool(due(db, now, what))
