"""Forecasts of every site: a new one each week and for a new target; at first those of the past two years, too.

A forecast takes seconds of arithmetic, so it has a process of its own (`jobs.background`) and news never waits for it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np

from besok.analytics.forecast import History, history
from besok.analytics.growth import pandemic
from besok.analytics.target_forecast import DAY, FURTHEST, ForecastGoal, look_ahead
from besok.model import calendar as hours
from besok.model.errors import if_found
from besok.model.outlook import LEAST_DAYS
from besok.model.site import Site
from besok.model.views.series import VisitPoint
from besok.services.calendar import get_calendar_days
from besok.services.days import as_forecast_calendar, open_also
from besok.services.observed_days import drawn
from besok.services.progress import get_progress
from besok.services.visits import get_visits
from besok.store import forecasts
from besok.store.database import Database
from besok.store.sites import counted
from jobs import daily
from jobs.forecasts_due import PAST_LEAST_DAYS, newest_due, newest_is_due, past_due
from jobs.runs import do_each

log = logging.getLogger(__name__)

LOOKED_BACK: Final = 3660  # days of history at most
SEED: Final = 20260101
DRAWS: Final = 5  # of days of which only totals are known; more change little (Rubin 1987)


def make_newest(db: Database, now: datetime) -> int:
    """Make the newest forecast of each site where it is due; returns how many were due. Raises JobError."""
    due = ((site, origin) for site, _day in daily.sites(db, now) for origin in newest_due(db, site, now))
    return do_each(_parts(db, due, now))


def make_past(db: Database, now: datetime) -> int:
    """Make the past forecasts that are due, the newest of each site first; returns how many. Raises JobError.

    It ends early where the newest forecast of a site has become due, which people wait for.
    """

    def due() -> Iterator[tuple[Site, date]]:
        for site, _day in daily.sites(db, now):
            for origin in past_due(db, site, now):
                yield site, origin
                if newest_is_due(db, now):
                    return

    return do_each(_parts(db, due(), now))


def _parts(
    db: Database, due: Iterable[tuple[Site, date]], now: datetime
) -> Iterator[tuple[str, Callable[[], object]]]:
    return ((f"{site.id} from {origin}", partial(make, db, site, origin, now)) for site, origin in due)


def make(db: Database, site: Site, origin: date, now: datetime) -> bool:
    """Make and store one forecast; False where too little was observed until then, or it exists already."""
    afterwards = origin < hours.business_day(now, site) - timedelta(days=8)
    sites = counted(db, site)
    first = origin - LOOKED_BACK * DAY
    rng = np.random.default_rng([SEED, origin.toordinal()])
    points = get_visits(db, site.id, first, origin, "day", together=True)
    past = observed(sites, points, site.measure)
    if np.isfinite(past.visits).sum() < (PAST_LEAST_DAYS if afterwards else LEAST_DAYS):
        return False
    goal = _goal(db, site, origin)
    last = origin + (FURTHEST if goal else 2 * 366) * DAY
    days = open_also(get_calendar_days(db, site.id, past.first, last), sites[1:])
    imputed = any(p.source and p.imputed for p in points)
    draws = [drawn(db, sites, origin, rng) for _ in range(DRAWS)] if imputed else []
    outlook = look_ahead(
        past,
        as_forecast_calendar(days, site.opening.table(origin).country, outdoors=site.kind == "park"),
        goal=goal,
        measure=site.measure,
        made=now,
        afterwards=afterwards,
        rng=rng,
        draws=[observed(sites, points, site.measure, times) for times in draws],
    )
    stored = forecasts.keep(db, site.id, replace(outlook, also=site.also))
    log.info("forecast of %s from %s", site.id, origin, extra={"action": "forecast_made", "site": site.id})
    return stored


def observed(
    sites: Sequence[Site],
    points: Sequence[VisitPoint],
    measure: str,
    times: Mapping[date, float] = MappingProxyType({}),
) -> History:
    """Return the visits of some sites together from the first day on that is known.

    Days are taken so many `times`; those of the pandemic are left out where they tell nothing of others.
    """
    visits = {p.day: p.net if measure == "net" else p.gross for p in points}
    visits |= {day: v * times[day] for day, v in visits.items() if v is not None and day in times}
    known = {day: v for day, v in visits.items() if v is not None}
    if out := pandemic(known, sites[0].pandemic):
        visits |= {day: None for day in known if out[0] <= day <= out[1]}
    return history(visits, origin=max(visits, default=date.min) + DAY)


def _goal(db: Database, site: Site, origin: date) -> ForecastGoal | None:
    """Return the target as known at `origin`; None before its baseline was over."""
    if site.target is None or origin < site.target.baseline_last:
        return None
    then = if_found(get_progress, db, site.id, origin + DAY)
    return (
        ForecastGoal(visits=then.goal_visits, deadline=then.deadline) if then and then.goal_visits else None
    )
