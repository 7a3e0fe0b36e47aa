"""Which forecasts are due. Asked every few minutes, so it loads nothing of what makes them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from core.analytics.calendar import business_day
from core.site import Site
from store import backfill, forecasts
from store.database import Database
from store.sites import load_all

LEAST_DAYS: Final = 21  # of history, before a forecast is made
PAST_MONTHS: Final = 24  # forecasts that a new installation makes afterwards, one a month
PAST_LEAST_DAYS: Final = 120  # of history, before such a one
SUNDAY: Final = 6
DAY = timedelta(days=1)


def wanted(db: Database, now: datetime) -> bool:
    """Whether any forecast is due. None is while history comes in: one made from half of it would stand for ever."""
    return not backfill.under_way(db, now) and any(due(db, site, now) for site in load_all(db))


def due(db: Database, site: Site, now: datetime) -> list[date]:
    """The origins of which a forecast is wanted and can be made, and there is none: newest first."""
    yesterday = business_day(now, site) - DAY
    there = set(forecasts.origins(db, site.id, site.measure, site.also))
    sunday = yesterday - timedelta(days=(yesterday.weekday() - SUNDAY) % 7)
    newest = sunday if there else yesterday
    missing = [day for day in (newest, *_months_before(yesterday, PAST_MONTHS)) if day not in there]
    return [day for day in missing if forecasts.days_known(db, site.counted, day) >= _least(day == newest)]


def _least(newest: bool) -> int:
    """How many days must have been observed."""
    return LEAST_DAYS if newest else PAST_LEAST_DAYS


def _months_before(day: date, number: int) -> Iterator[date]:
    """The last days of the months before `day`, newest first."""
    for _ in range(number):
        day = day.replace(day=1) - DAY
        yield day
