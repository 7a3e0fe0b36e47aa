"""Forecasts of every site: a new one each week, and at first those of the past two years, from what was known then.

A forecast takes seconds of arithmetic, so it is made beside the worker (`jobs.aside`) and news never waits for it.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from core.analytics import calendar as hours
from core.analytics.days import as_forecast_calendar
from core.analytics.forecast import History, history
from core.analytics.outlook import DAY, FURTHEST, Goal, look_ahead
from core.errors import NotFound
from core.site import Site
from core.views import VisitPoint
from jobs.forecasts_due import LEAST_DAYS, PAST_LEAST_DAYS, due
from store import forecasts, queries
from store.database import Database
from store.sites import load_all

log = logging.getLogger(__name__)

LOOKED_BACK: Final = 3660  # days of history at most
SEEN_SHARE: Final = 0.5  # of the usual coverage: a day below it was not observed
SEED: Final = 20260101


def make_due(db: Database, now: datetime) -> int:
    """Makes the forecasts that are due, the newest of each site first; how many were made."""
    return sum(make(db, site, origin, now) for site in load_all(db) for origin in due(db, site, now))


def make(db: Database, site: Site, origin: date, now: datetime) -> bool:
    """Makes and keeps one forecast; False where too little was observed until then, or one is there already."""
    afterwards = origin < hours.business_day(now, site) - timedelta(days=8)
    measure = queries.measure_of(db, site.id)
    points = queries.visits(db, site.id, origin - LOOKED_BACK * DAY, origin, "day")
    past = observed(site, points, measure)
    if np.isfinite(past.visits).sum() < (PAST_LEAST_DAYS if afterwards else LEAST_DAYS):
        return False
    goal = _goal(db, site, origin)
    last = max(origin + 2 * 366 * DAY, goal.deadline if goal else origin)
    days = queries.calendar_days(db, site.id, past.first, min(last, origin + FURTHEST * DAY))
    made = look_ahead(
        past,
        as_forecast_calendar(days, site.opening.country),
        goal=goal,
        measure=measure,
        made=now,
        afterwards=afterwards,
        rng=np.random.default_rng([SEED, origin.toordinal()]),
    )
    kept = forecasts.keep(db, site.id, made)
    log.info("forecast of %s from %s", site.id, origin, extra={"action": "forecast_made", "site": site.id})
    return kept


def observed(site: Site, points: Sequence[VisitPoint], measure: str) -> History:
    """The days from the first observed one on. A day of which much less than usual was observed is not known."""
    coverage = np.array([p.coverage for p in points if p.gross is not None])
    usual = float(np.median(coverage)) if coverage.size else 0.0
    visits = {
        p.day: (p.net if measure == "net" else p.gross) if p.coverage >= SEEN_SHARE * usual else None for p in points
    }
    closed = (day for day in visits if not hours.open_intervals(day, site))
    last = points[-1].day if points else date.min
    return history(visits, closed=closed, origin=last + DAY)


def _goal(db: Database, site: Site, origin: date) -> Goal | None:
    """The target as it was known at `origin`; None before its baseline was over."""
    if site.target is None or origin <= site.target.baseline_last:
        return None
    try:
        way = queries.progress(db, site.id, origin + DAY)
    except NotFound:
        return None
    return Goal(visits=way.goal_visits, deadline=way.deadline) if way.goal_visits else None
