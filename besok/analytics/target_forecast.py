"""Forecast of a site's visits to its target: one forecast for all figures of screens and target."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from besok.analytics.forecast import (
    Calendar,
    History,
    Paths,
    coming_years,
    first_reached,
    forecast,
    last_year,
    likely_from,
    odds,
    running_years,
    total,
)
from besok.analytics.forecast.paths import spread
from besok.analytics.forecast.version import VERSION
from besok.analytics.growth import growth_a_year
from besok.model.outlook import Expected, Outlook

LENGTHS: Final = (7, 28, 90, 365)  # days of the sums that are judged later
DAYS: Final = 400  # coming days stored one by one
WEEK: Final = 7  # days between stored points of the running year
FURTHEST: Final = 3660  # days; a deadline beyond has no odds, and a target reached later no year
EVEN, LIKELY = 0.5, 0.8
REACHED: Final = (0.1, 0.5, 0.9)  # of the futures, by a day
YEAR = timedelta(days=365)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastGoal:
    """Visits that a target requires in the 365 days up to its deadline."""

    visits: float
    deadline: date


def look_ahead(
    past: History,
    calendar: Calendar,
    *,
    goal: ForecastGoal | None,
    measure: str,
    made: datetime,
    afterwards: bool = False,
    rng: np.random.Generator,
    paths: int = 2000,
    draws: Sequence[History] = (),
) -> Outlook:
    """Forecast from the end of `past`, which may be empty, a year at least; with a goal ten years, or where it is made
    `afterwards`, to be judged, to the deadline.

    `draws` are possible pasts, where `past` contains shares of totals: the model learns from each of them.
    """
    to_deadline = (goal.deadline - past.origin).days + 1 if goal else 0
    reach = to_deadline if 0 < to_deadline <= FURTHEST else 0
    length = max(DAYS, reach)
    furthest = FURTHEST if goal and not afterwards else length
    pasts = draws or (past,)
    forecasts = [forecast(one, furthest, calendar, rng=rng, paths=paths // len(pasts)) for one in pasts]
    far = Paths(days=forecasts[0].days, visits=np.concatenate([one.visits for one in forecasts], axis=1))
    future, running = far.head(length), running_years(far, past)
    outlook = Outlook(
        origin=past.origin - DAY,
        made=made,
        afterwards=afterwards,
        measure=measure,
        model=VERSION,
        goal=goal.visits if goal else None,
        deadline=goal.deadline if goal else None,
        odds=None,
        even_from=None,
        likely_from=None,
        needed_growth=None,
        expected_growth=None,
        days=_points(future.head(DAYS)),
        years=_years(running.head(length), goal.deadline if goal and reach else None),
        totals=tuple(total(future, first, last) for first, last in _spans(future)),
    )
    if goal and not afterwards:
        days = first_reached(running, goal.visits, REACHED)
        outlook = replace(outlook, reached_low=days[0], reached=days[1], reached_high=days[2])
    return _with_goal(outlook, goal, past, running.head(length)) if goal and reach else outlook


def _with_goal(outlook: Outlook, goal: ForecastGoal, past: History, running: Paths) -> Outlook:
    """Add the figures about the target."""
    at_deadline = odds(running, goal.visits, goal.deadline)
    last = last_year(past)
    end = running.visits[running.days.index(goal.deadline)]
    years = (goal.deadline - past.origin + DAY) / YEAR
    known = last and not np.isnan(end).any()
    return replace(
        outlook,
        odds=at_deadline.probability if at_deadline else None,
        even_from=likely_from(running, goal.visits, EVEN),
        likely_from=likely_from(running, goal.visits, LIKELY),
        needed_growth=growth_a_year(last, goal.visits, (goal.deadline - past.origin) / YEAR),
        expected_growth=growth_a_year(last, float(end.mean()), years) if known else None,
    )


def _points(paths: Paths) -> tuple[Expected, ...]:
    rows = zip(paths.days, spread(paths.visits).T.tolist(), strict=True)
    return tuple(
        Expected(day=day, mean=mean, low80=l80, high80=h80, low95=l95, high95=h95)
        for day, (mean, l80, h80, l95, h95) in rows
    )


def _years(running: Paths, deadline: date | None) -> tuple[Expected, ...]:
    """Return the running year at the end of every coming week and at the deadline, where known."""
    days = running.days
    chosen = {*range(WEEK - 1, len(days), WEEK), *([days.index(deadline)] if deadline else [])}
    rows = [n for n in sorted(chosen) if not np.isnan(running.visits[n]).any()]
    return _points(Paths(days=tuple(days[n] for n in rows), visits=running.visits[rows]))


def _spans(future: Paths) -> list[tuple[date, date]]:
    """Return the periods whose sums are scored later: 7 to 365 days, and the years that the paths cover.

    Years are those of 365 days from now on, and calendar years; of the current one the rest.
    """
    first, last = future.days[0], future.days[-1]
    spans = [(first, first + (n - 1) * DAY) for n in LENGTHS if n <= len(future.days)]
    spans += [(a, b) for a, b in coming_years(future) if (b - a).days == YEAR.days - 1 and b <= last]
    ends = (date(year, 12, 31) for year in range(first.year, last.year + 1))
    spans += [(max(first, date(end.year, 1, 1)), end) for end in ends if end <= last]
    return list(dict.fromkeys(spans))
