"""Forecast of daily visits as simulated paths."""

from dataclasses import replace
from datetime import date

import numpy as np

from besok.analytics.forecast.changes import lasts
from besok.analytics.forecast.closures import Shut, shut
from besok.analytics.forecast.daykinds import ORDINARY, Calendar
from besok.analytics.forecast.design import OUTDOORS, design
from besok.analytics.forecast.fit import Rows, Setting
from besok.analytics.forecast.history import DAY, History, span, unit_of
from besok.analytics.forecast.paths import Paths, nobody
from besok.analytics.forecast.simulate import drawn
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Floats

LOOKS_BACK = 6 * 366  # days that the model learns from; older ones are little evidence
HALF = 0.5  # of a person, so that a count of none has a log
DAYS = Setting(
    step=1.0, sizes=(0.1, 0.07, 0.15, 0.05), sigma=0.2, freedom=4.0, few=30, block=14,
    trials=(28, 63, 119, 182, 273, 365, 547, 730), learnt=56, bands=(0, 7, 28, 90, 366),
    returns=0.7,  # docs/decisions/050-last-year.md
)  # fmt: skip
LATELY, LATELY_SD = 84, 0.07  # days whose weekday profile may differ from that of years, and its sd
# Visits a day of a site of which nothing is known: median, and sd of the log
ANY_SITE, ANY_SITE_SD = 100.0, 1.5


@on_one_core
def forecast(
    history: History,
    horizon: int,
    calendar: Calendar = ORDINARY,
    *,
    rng: np.random.Generator,
    paths: int = 2000,
) -> Paths:
    """`horizon` days from the day after the history on, as simulated futures. Any history will do, even none."""
    unit = unit_of(history.visits)
    past = _recent(replace(history, visits=history.visits / unit))
    days = span(history.origin, horizon)
    closures = shut(past, calendar)
    open_ = ~closures.past & (past.visits >= 0)
    if open_.any() and horizon:
        visits = _open_days(past, open_, days, calendar, rng, paths)
    else:
        visits = _never_open(past, horizon, paths, rng)
    return Paths(days=days, visits=_close(visits, days, closures, calendar, rng) * unit)


def _recent(history: History) -> History:
    """Return the last years of it, from the first observed day on."""
    seen = np.flatnonzero(np.isfinite(history.visits))
    begin = max(len(history) - LOOKS_BACK, int(seen[0]) if seen.size else len(history))
    return History(
        first=history.first + begin * DAY, visits=history.visits[begin:], closed=history.closed[begin:]
    )


def _open_days(
    past: History,
    open_: np.ndarray,
    days: tuple[date, ...],
    calendar: Calendar,
    rng: np.random.Generator,
    paths: int,
) -> Floats:
    """Return the visits of days ahead as if all were open: days x paths."""
    n, horizon = len(past), len(days)
    logs = np.log(np.where(open_, past.visits, 0.0) + HALF)
    effects = design((*past.days, *days), calendar)
    at = np.arange(n + horizon, dtype=np.float64)
    rows = Rows(
        logs=np.concatenate([np.where(open_, logs, np.nan), np.full(horizon, np.nan)]),
        columns=effects.columns, usual=effects.usual, sd=effects.sd, at=at,
        small=np.concatenate([np.exp(-logs), np.full(horizon, np.exp(-np.median(logs[open_])))]), step=DAYS.step,
        swing=OUTDOORS if calendar.outdoors else 1.0,
    )  # fmt: skip
    rows = rows.with_columns(_lately(at, n), np.full(7, LATELY_SD))
    return np.maximum(np.exp(drawn(rows, n, DAYS, paths, rng)) - HALF, 0)


def _lately(at: Floats, n: int) -> Floats:
    """Return columns of weekdays in the last weeks and ahead."""
    day = at.astype(np.int64) % 7
    return np.asarray((day[:, None] == np.arange(7)) & (at[:, None] >= n - LATELY), np.float64)


def _never_open(past: History, horizon: int, paths: int, rng: np.random.Generator) -> Floats:
    """Return paths for a history without an open day: nobody is expected.

    Without any observed day it may be any site: from a village's branch to a city's main library.
    """
    if days := int(np.isfinite(past.visits).sum()):
        return nobody(days, horizon, paths, rng)
    sites = rng.lognormal(np.log(ANY_SITE), ANY_SITE_SD, (1, paths))
    return rng.poisson(sites * rng.lognormal(0, 0.3, (horizon, paths))).astype(np.float64)


def _close(
    visits: Floats, days: tuple[date, ...], closures: Shut, calendar: Calendar, rng: np.random.Generator
) -> Floats:
    """Return the paths with closed days closed, and a closure under way continued for a random time."""
    visits[[closures.on(day, calendar) for day in days]] = closures.visits
    visits[[day in calendar.closed for day in days]] = 0.0
    if closures.lasting:
        visits[np.arange(len(days))[:, None] < lasts(closures.lasting, visits.shape[1], rng)] = (
            closures.visits
        )
    return visits
