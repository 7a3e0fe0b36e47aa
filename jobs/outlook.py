"""Forecasts of every site: a new one each week, and at first those of the past two years, from what was known then.

A forecast takes seconds of arithmetic, so it is made beside the worker (`jobs.aside`) and news never waits for it.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from core.analytics import calendar as hours
from core.analytics.days import as_forecast_calendar, open_also
from core.analytics.forecast import History, history
from core.analytics.outlook import DAY, FURTHEST, Goal, look_ahead
from core.errors import NotFound, StoreError
from core.outlook import LEAST_DAYS
from core.site import Site
from core.views import VisitPoint
from jobs import daily
from jobs.forecasts_due import PAST_LEAST_DAYS, newest_due, past_due
from store import forecasts, queries
from store.database import Database
from store.sites import counted

log = logging.getLogger(__name__)

LOOKED_BACK: Final = 3660  # days of history at most
SEEN_SHARE: Final = 0.6  # of the usual coverage: a day below was not observed; one dead door of two makes no quiet day
FILLED_SHARE: Final = 0.5  # where those at the dead door were estimated
FILLED_IN: Final = 0.1  # of a day's visits, at least, so that the day counts as filled in
SEED: Final = 20260101


def make_newest(db: Database, now: datetime) -> int:
    """Makes the newest forecast of each site where it is due; how many were made."""
    return sum(_make(db, site, newest_due(db, site, now), now) for site, _day in daily.sites(db, now))


def make_past(db: Database, now: datetime) -> int:
    """Makes the forecasts of the past that are due, the newest of each site first; how many were made."""
    return sum(_make(db, site, past_due(db, site, now), now) for site, _day in daily.sites(db, now))


def _make(db: Database, site: Site, origins: Sequence[date], now: datetime) -> int:
    """Makes forecasts of a site; if one cannot be made, the other sites do not wait for it."""
    made = 0
    for origin in origins:
        try:
            made += make(db, site, origin, now)
        except StoreError:
            raise
        except Exception:
            action = {"action": "forecast_failed", "site": site.id}
            log.exception("%s has no forecast from %s; it is tried again", site.id, origin, extra=action)
    return made


def make(db: Database, site: Site, origin: date, now: datetime) -> bool:
    """Makes and keeps one forecast; False where too little was observed until then, or one is there already."""
    afterwards = origin < hours.business_day(now, site) - timedelta(days=8)
    sites = counted(db, site)
    first = origin - LOOKED_BACK * DAY
    past = observed(sites, [queries.visits(db, s.id, first, origin, "day") for s in sites], site.measure)
    if np.isfinite(past.visits).sum() < (PAST_LEAST_DAYS if afterwards else LEAST_DAYS):
        return False
    goal = _goal(db, site, origin)
    last = max(origin + 2 * 366 * DAY, goal.deadline if goal else origin)
    days = open_also(queries.calendar_days(db, site.id, past.first, min(last, origin + FURTHEST * DAY)), sites[1:])
    made = look_ahead(
        past,
        as_forecast_calendar(days, site.opening.country),
        goal=goal,
        measure=site.measure,
        made=now,
        afterwards=afterwards,
        rng=np.random.default_rng([SEED, origin.toordinal()]),
    )
    kept = forecasts.keep(db, site.id, replace(made, also=site.also))
    log.info("forecast of %s from %s", site.id, origin, extra={"action": "forecast_made", "site": site.id})
    return kept


def observed(sites: Sequence[Site], points: Sequence[Sequence[VisitPoint]], measure: str) -> History:
    """The visits of some sites together, given site by site over the same days; from the first day on that is known.

    A day is known if it is at every site, and closed if every site is.
    """
    each = [_known(own, measure) for own in points]
    visits = {day: _sum([known[day] for known in each]) for day in each[0]}
    closed = (day for day in visits if not any(hours.open_intervals(day, site) for site in sites))
    last = max(visits, default=date.min)
    return history(visits, closed=closed, origin=last + DAY)


def _known(points: Sequence[VisitPoint], measure: str) -> dict[date, float | None]:
    """Visits by day. A day of which much less than usual was observed is not known, unless it was filled in.

    A few people put in at one door say nothing of another that was silent.
    """
    coverage = np.array([p.coverage for p in points if p.gross is not None])
    usual = float(np.median(coverage)) if coverage.size else 0.0

    def enough(p: VisitPoint) -> bool:
        return p.coverage >= (FILLED_SHARE if p.imputed >= FILLED_IN * (p.gross or 0.0) > 0 else SEEN_SHARE) * usual

    return {p.day: (p.net if measure == "net" else p.gross) if enough(p) else None for p in points}


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _goal(db: Database, site: Site, origin: date) -> Goal | None:
    """The target as it was known at `origin`; None before its baseline was over."""
    if site.target is None or origin <= site.target.baseline_last:
        return None
    try:
        way = queries.progress(db, site.id, origin + DAY)
    except NotFound:
        return None
    return Goal(visits=way.goal_visits, deadline=way.deadline) if way.goal_visits else None
