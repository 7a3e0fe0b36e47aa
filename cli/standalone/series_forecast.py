"""The work of the command `besok forecast`: from a file of visits to intervals, totals and a probability."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from besok.analytics.forecast import (
    Calendar,
    Fan,
    History,
    Odds,
    Paths,
    coming_years,
    fan,
    forecast,
    last_year,
    likely_from,
    odds,
    running_years,
    total,
)
from besok.analytics.forecast.closures import shut
from besok.analytics.forecast.history import ROWS_A_YEAR, span
from besok.analytics.growth import growth_a_year
from besok.analytics.runs import runs
from besok.files.values import Unit
from besok.model.errors import BesokError
from besok.model.outlook import ExpectedTotal
from besok.model.plurals import many
from cli.standalone.backtest import LEAST
from cli.standalone.series import AHEAD_DAYS, UNITS, Series
from cli.terminal.tables import csv_text

COLUMNS = ("date", "mean", "low80", "high80", "low95", "high95")
CLOSED = 14  # days without visits in a row: a closure
YEAR_DAYS = 366  # in which each date comes
MONTHS = 120  # a longer horizon of a monthly series is meant in days


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`visits` in the 365 days up to `deadline`."""

    visits: float
    deadline: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """State of the goal: its probability, when it reaches 50 and 80 %, and the growth a year it needs."""

    odds: Odds | None
    likely_50: date | None
    likely_80: date | None
    last_365: float | None
    needed_growth: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The output of the command."""

    origin: date
    step: Unit
    fan: Fan
    totals: tuple[ExpectedTotal, ...]
    goal: Goal | None
    reach: Reach | None


def answer(
    series: Series, calendar: Calendar, horizon: int | None, goal: Goal | None, seed: int, paths: int
) -> Answer:
    """Forecast a series for `horizon` days, weeks or months; without one a year, or up to the deadline."""
    past = series.past()
    to_goal = _rows_until(past, goal.deadline) if goal else 0
    horizon_rows = horizon or max(ROWS_A_YEAR[series.step], to_goal)
    # A year: unobserved parts of the last year are simulated too
    rows = max(horizon_rows, to_goal, ROWS_A_YEAR[series.step] if goal else 0)
    if series.step == "W" and not horizon:
        rows = max(rows, 53)  # a whole year
    ahead = forecast(past, rows, calendar, rng=np.random.default_rng(seed), paths=paths)
    known, daily = _by_day(past, ahead) if past.step == "W" else (past, ahead)
    return Answer(
        origin=past.origin,
        step=series.step,
        fan=fan(ahead.head(horizon_rows)),
        totals=tuple(total(daily, first, last) for first, last in coming_years(daily)),
        goal=goal,
        reach=_reach(daily, known, goal) if goal else None,
    )


def _by_day(past: History, ahead: Paths) -> tuple[History, Paths]:
    """Return weeks as days, since totals and targets are those of days: of 365 there are 52 weeks and a day."""
    known = np.repeat(past.visits / 7, 7)
    return (
        History(first=past.first, visits=known),
        Paths(days=span(past.origin, 7 * len(ahead.days)), visits=np.repeat(ahead.visits / 7, 7, axis=0)),
    )


def meant(horizon: int | None, step: Unit) -> tuple[int | None, str]:
    """Return the requested rows and a note about them. Raises BesokError where they are too many.

    So many months as nobody can mean are days.
    """
    if horizon is None:
        return None, ""
    if step == "M" and horizon > MONTHS:
        months = max(round(horizon * 12 / 365.25), 1)
        return (
            months,
            f"--horizon {horizon} is taken for days, as more than {MONTHS} months are: {months} months",
        )
    if step == "W" and horizon > AHEAD_DAYS // 7:
        raise BesokError(
            f"--horizon {horizon} is too far: at most {AHEAD_DAYS // 7} weeks can be looked ahead"
        )
    return horizon, ""


def few_note(series: Series) -> str:
    """Return a note where the forecast rests on less than `besok backtest` would score; "" otherwise."""
    count = int(np.isfinite(series.past().visits).sum())
    if count >= LEAST[series.step]:
        return ""
    known, enough = (many(number, UNITS[series.step]) for number in (count, LEAST[series.step]))
    return (
        f"{series.name}: the forecast rests on {known} only, and on what is usual elsewhere;"
        f" its accuracy is known from {enough} on"
    )


def closure_note(series: Series, calendar: Calendar) -> str:
    """Return a note on the longest past closure that the forecast does not expect again; "" where there is none."""
    past = series.past()
    if past.step != "D":
        return ""
    found, seen = shut(past, YEAR_DAYS, calendar), np.isfinite(past.visits)
    coming = span(past.origin, YEAR_DAYS)
    expected = {(day.month, day.day) for day, closed in zip(coming, found.ahead, strict=True) if closed}
    rows = span(past.first, len(past))
    known = np.array([day in calendar.closed or (day.month, day.day) in expected for day in rows], dtype=bool)
    open_ = seen & ~found.past
    closures: list[tuple[int, date, date]] = []
    for first, after in runs(found.past | ~seen):
        days = first + np.flatnonzero(found.past[first:after])
        around = np.r_[seen[:first], seen[after:]].sum()
        if (
            len(days) >= CLOSED
            and 2 * len(days) > days[-1] - days[0] + 1  # what lies between lines is not known
            and 2 * known[days].sum() < len(days)
            and open_[:first].any()
            and open_[after:].any()
            and 2 * open_.sum() > around  # else being closed is usual
        ):
            closures.append((len(days), rows[days[0]], rows[days[-1]]))
    if not closures:
        return ""
    _days, first_day, last_day = max(closures)
    return (
        f"{series.name}: a closure from {first_day} to {last_day} is not expected again; "
        "where it is, give its coming days by --closed"
    )


def _rows_until(past: History, deadline: date) -> int:
    """Return the number of rows up to and including the deadline's."""
    origin = past.origin
    days = (deadline - origin).days + 1
    if days <= 0:
        raise BesokError(
            f"the deadline {deadline} is not after the counts, which end before {origin}; choose a later one"
        )
    if days > AHEAD_DAYS:
        raise BesokError(
            f"the deadline {deadline} is too far away: at most {AHEAD_DAYS // 366} years can be looked ahead"
        )
    if past.step == "M":
        return (deadline.year - origin.year) * 12 + deadline.month - origin.month + 1
    return max((deadline - past.origin).days // 7 + 1, 1) if past.step == "W" else days


def _reach(paths: Paths, past: History, goal: Goal) -> Reach:
    """Return the state of the goal."""
    last, running = last_year(past), running_years(paths, past)
    return Reach(
        odds=odds(running, goal.visits, goal.deadline),
        likely_50=likely_from(running, goal.visits, 0.5),
        likely_80=likely_from(running, goal.visits, 0.8),
        last_365=last,
        needed_growth=growth_a_year(last, goal.visits, (goal.deadline - past.origin).days / ROWS_A_YEAR["D"]),
    )


def as_csv(answer: Answer) -> str:
    """Return the forecast as CSV, a line for every day, week or month."""
    places = _places(answer.fan)
    rows = ((day.isoformat(), *(f"{v:.{places}f}" for v in values)) for day, *values in _rows(answer.fan))
    return csv_text([COLUMNS, *rows])


def _places(spread: Fan) -> int:
    """Return the decimals to write: one, or more where days are fractions of the file's unit."""
    most = float(spread.high95.max(initial=0.0))
    return 1 if most >= 10 or most == 0 else 4


def _rows(spread: Fan) -> Iterator[tuple[Any, ...]]:
    columns = (spread.mean, spread.low80, spread.high80, spread.low95, spread.high95)
    return zip(spread.days, *(column.tolist() for column in columns), strict=True)


def sentence(answer: Answer) -> str:
    """Return the state of the goal, in sentences."""
    if answer.goal is None or answer.reach is None or answer.reach.odds is None:
        return "The probability of reaching the target cannot be stated."
    goal, year = answer.goal, answer.reach.odds
    return (
        f"Probability of {many(goal.visits, 'visit')} in the year up to {goal.deadline}: {_percent(year.probability)}. "
        f"Expected are {year.mean:,.0f}; four futures of five lie between {year.low80:,.0f} and {year.high80:,.0f}."
    )


def _percent(odds: float) -> str:
    """Return a probability in words, never 0 or 100 %."""
    return "below 1 %" if odds < 0.01 else "above 99 %" if odds > 0.99 else f"{odds:.0%}".replace("%", " %")


def as_json(answer: Answer) -> str:
    """Return the forecast as JSON, with totals of the coming years and the probability of the target."""
    places = _places(answer.fan)
    return json.dumps(
        {
            "origin": answer.origin.isoformat(),
            "freq": answer.step,
            "horizon": len(answer.fan.days),
            "forecast": [
                dict(zip(COLUMNS, (day.isoformat(), *(round(v, places) for v in values)), strict=True))
                for day, *values in _rows(answer.fan)
            ],
            "totals": [_total(one) for one in answer.totals],
            "target": _target(answer.goal, answer.reach) if answer.goal and answer.reach else None,
        },
        indent=2,
    )


def _total(one: ExpectedTotal) -> dict[str, object]:
    figures = {name: round(getattr(one, name), 1) for name in COLUMNS[1:]}
    return {
        "first": one.first.isoformat(),
        "last": one.last.isoformat(),
        "days": (one.last - one.first).days + 1,
    } | figures


def _target(goal: Goal, reach: Reach) -> dict[str, object]:
    """Return the probability of the target as JSON; None where it is not known or not within the forecast."""
    chance = reach.odds
    return {
        "visits": goal.visits,
        "deadline": goal.deadline.isoformat(),
        "probability": round(chance.probability, 4) if chance else None,
        "mean": round(chance.mean, 1) if chance else None,
        "low80": round(chance.low80, 1) if chance else None,
        "high80": round(chance.high80, 1) if chance else None,
        "likely_50": reach.likely_50.isoformat() if reach.likely_50 else None,
        "likely_80": reach.likely_80.isoformat() if reach.likely_80 else None,
        "last_365": round(reach.last_365, 1) if reach.last_365 is not None else None,
        "needed_growth": round(reach.needed_growth, 4) if reach.needed_growth is not None else None,
    }
