"""What is said of a site's future from its past: one forecast, asked everything that the screens and the target ask."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from besok.analytics.forecast import (
    Calendar,
    Fan,
    History,
    Paths,
    Total,
    calendar_years,
    fan,
    forecast,
    likely_from,
    needed_growth,
    odds,
    running_years,
    total,
    years_worth,
)
from besok.analytics.forecast.paths import BOUNDS
from besok.analytics.growth import growth_a_year
from besok.model.forecast import Expected, ExpectedTotal, Outlook

MODEL: Final = "besok-1"  # to be raised whenever another forecast would be made of the same past
LENGTHS: Final = (7, 28, 90, 365)  # days of the sums that are judged later
DAYS: Final = 400  # coming days that are kept one by one
WEEK: Final = 7  # days between the points of the running year that are kept
FURTHEST: Final = 3660  # days; a deadline beyond has no odds
EVEN, LIKELY = 0.5, 0.8
YEAR = timedelta(days=365)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Visits a year that a target asks for in the 365 days up to its deadline."""

    visits: float
    deadline: date


def look_ahead(
    past: History,
    calendar: Calendar,
    *,
    goal: Goal | None,
    measure: str,
    made: datetime,
    afterwards: bool = False,
    rng: np.random.Generator,
    paths: int = 2000,
) -> Outlook:
    """The forecast from the end of `past` to the deadline of the goal, a year at least. Any past will do, even none."""
    to_deadline = (goal.deadline - past.origin).days + 1 if goal else 0
    reach = to_deadline if 0 < to_deadline <= FURTHEST else 0
    future = forecast(past, max(DAYS, reach), calendar, rng=rng, paths=paths)
    running = running_years(future, past)
    said = _of_goal(goal, future, past, running) if goal and reach else {}
    return Outlook(
        origin=past.origin - DAY,
        made=made,
        afterwards=afterwards,
        measure=measure,
        model=MODEL,
        goal=goal.visits if goal else None,
        deadline=goal.deadline if goal else None,
        odds=said.get("odds"),  # type: ignore[arg-type]
        even_from=said.get("even_from"),  # type: ignore[arg-type]
        likely_from=said.get("likely_from"),  # type: ignore[arg-type]
        needed_growth=said.get("needed_growth"),  # type: ignore[arg-type]
        expected_growth=said.get("expected_growth"),  # type: ignore[arg-type]
        days=_points(fan(future), DAYS),
        years=_years(future, running, goal.deadline if goal and reach else None),
        totals=tuple(_total(t) for t in _totals(future)),
    )


def _of_goal(goal: Goal, future: Paths, past: History, running: np.ndarray) -> dict[str, float | date | None]:
    """What is said of the target; the keys are those of `Outlook`."""
    at_deadline = odds(future, past, goal.visits, goal.deadline)
    last = years_worth(past, past.origin - YEAR, past.origin - DAY)
    end = running[future.days.index(goal.deadline)]
    years = (goal.deadline - past.origin + DAY) / YEAR
    known = last and not np.isnan(end).any()
    return {
        "odds": at_deadline.probability if at_deadline else None,
        "even_from": likely_from(future, past, goal.visits, EVEN),
        "likely_from": likely_from(future, past, goal.visits, LIKELY),
        "needed_growth": needed_growth(last, goal.visits, past.origin, goal.deadline),
        "expected_growth": growth_a_year(last, float(end.mean()), years) if known else None,
    }


def _points(spread: Fan, number: int) -> tuple[Expected, ...]:
    columns = (spread.mean, spread.low80, spread.high80, spread.low95, spread.high95)
    rows = zip(spread.days[:number], *(column[:number].tolist() for column in columns), strict=True)
    return tuple(
        Expected(day=day, mean=mean, low80=l80, high80=h80, low95=l95, high95=h95)
        for day, mean, l80, h80, l95, h95 in rows
    )


def _years(future: Paths, running: np.ndarray, deadline: date | None) -> tuple[Expected, ...]:
    """The running year at the end of every coming week and at the deadline, where it is known."""
    chosen = {*range(WEEK - 1, len(future.days), WEEK), *([future.days.index(deadline)] if deadline else [])}
    rows = [n for n in sorted(chosen) if not np.isnan(running[n]).any()]
    if not rows:
        return ()
    low80, high80, low95, high95 = np.quantile(running[rows], BOUNDS, axis=1)
    days = tuple(future.days[n] for n in rows)
    mean = running[rows].mean(axis=1)
    return _points(
        Fan(days=days, mean=mean, low80=low80, high80=high80, low95=low95, high95=high95), len(days)
    )


def _totals(future: Paths) -> list[Total]:
    """The sums that are judged later, and those of each coming year that the paths reach whole: of 365 days from now
    on, and by the calendar, of the running year what is left of it."""
    first, last = future.days[0], future.days[-1]
    spans = [(first, first + (n - 1) * DAY) for n in LENGTHS if n <= len(future.days)]
    spans += [(a, b) for a, b in calendar_years(future) if (b - a).days == YEAR.days - 1 and b <= last]
    ends = (date(year, 12, 31) for year in range(first.year, last.year + 1))
    spans += [(max(first, date(end.year, 1, 1)), end) for end in ends if end <= last]
    return [total(future, a, b) for a, b in dict.fromkeys(spans)]


def _total(found: Total) -> ExpectedTotal:
    return ExpectedTotal(
        first=found.first,
        last=found.last,
        mean=found.mean,
        low80=found.low80,
        high80=found.high80,
        low95=found.low95,
        high95=found.high95,
    )
