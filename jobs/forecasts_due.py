"""Forecasts that are due. Checked every few minutes, so it imports nothing heavy."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from besok.model.calendar import business_day
from besok.model.outlook import LEAST_DAYS, Aim, is_of
from besok.model.site import Site
from besok.model.views.overview import TargetStanding
from besok.services.observed_days import visit_days, whole_days
from besok.store import backfill, forecasts, results
from besok.store.database import Database
from besok.store.sites import counted
from jobs import daily

PAST_MONTHS: Final = 24  # forecasts that a new installation makes afterwards, one a month
PAST_LEAST_DAYS: Final = 120  # of history, before such a one
SUNDAY: Final = 6
DAY = timedelta(days=1)


def newest_is_due(db: Database, now: datetime) -> bool:
    """Tell whether the newest forecast of any site is due."""
    return _any(db, now, newest_due)


def past_is_due(db: Database, now: datetime) -> bool:
    """Tell whether any forecast is due that only serves to be scored."""
    return _any(db, now, past_due)


def _any(db: Database, now: datetime, due: Callable[[Database, Site, datetime], list[date]]) -> bool:
    """None is due while history comes in: a forecast made from half of it would stand for ever."""
    return not backfill.under_way(db, now) and any(due(db, site, now) for site, _day in daily.sites(db, now))


def newest_due(db: Database, site: Site, now: datetime) -> list[date]:
    """Return the origin of a site's next forecast, if it can be made, and is missing or of another target."""
    yesterday = business_day(now, site) - DAY
    aim = forecasts.newest_aim(db, site.id, site.measure, site.also)
    if aim is None or _target_is_another(db, site, aim, yesterday):
        return _with_history(db, site, [yesterday], LEAST_DAYS)
    newest = _sunday(yesterday)
    return _with_history(db, site, [newest] if aim.origin < newest else [], LEAST_DAYS)


def _target_is_another(db: Database, site: Site, aim: Aim, yesterday: date) -> bool:
    """Tell whether the target, as it is since yesterday ended, is known and not that of a forecast."""
    if site.target is None or yesterday < site.target.baseline_last:
        return False
    known = results.read(db, site.id, results.STANDING, TargetStanding, yesterday)
    if known is None or not known.required or yesterday >= known.deadline:
        return False
    return not is_of(aim, known.required, known.deadline)


def past_due(db: Database, site: Site, now: datetime) -> list[date]:
    """Return the origins in the past two years of forecasts that can be made and do not exist: newest first."""
    there = set(forecasts.origins(db, site.id, site.measure, site.also))
    missing = [d for d in _months_before(business_day(now, site) - DAY, PAST_MONTHS) if d not in there]
    return _with_history(db, site, missing, PAST_LEAST_DAYS)


def _sunday(day: date) -> date:
    return day - timedelta(days=(day.weekday() - SUNDAY) % 7)


def _with_history(db: Database, site: Site, origins: list[date], least: int) -> list[date]:
    """Those of the origins up to which so many days were observed whole."""
    known = (
        sorted(whole_days(visit_days(db, counted(db, site), max(origins)), site.measure)) if origins else []
    )
    return [day for day in origins if bisect_right(known, day) >= least]


def _months_before(day: date, number: int) -> Iterator[date]:
    """Yield the last days of the months before `day`, newest first."""
    for _ in range(number):
        day = day.replace(day=1) - DAY
        yield day
