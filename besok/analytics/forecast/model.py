"""Forecast of visits by day, week or month as simulated paths: one model, with priors for rows of each length."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date

import numpy as np

from besok.analytics.forecast.changes import lasts
from besok.analytics.forecast.closures import Shut, shut
from besok.analytics.forecast.daykinds import ORDINARY, Calendar
from besok.analytics.forecast.design import OUTDOORS, Design, design
from besok.analytics.forecast.fit import Rows, Setting
from besok.analytics.forecast.history import History, Step, later, span, unit_of
from besok.analytics.forecast.level import YEAR
from besok.analytics.forecast.paths import Paths
from besok.analytics.forecast.simulate import drawn
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Bools, Floats

HALF = 0.5  # of a person, so that a count of none has a log
DAYS = Setting(
    step=1.0, most=6 * 366, sizes=(0.1, 0.07, 0.15, 0.05), sigma=0.2, freedom=4.0, few=30, block=14,
    trials=(28, 63, 119, 182, 273, 365, 547, 730), learnt=56, bands=(0, 7, 28, 90, 366),
    returns=0.7,  # docs/decisions/050-last-year.md
)  # fmt: skip
WEEKS = Setting(
    step=7.0, most=6 * 52, sizes=(0.1, 0.07, 0.15, 0.05), sigma=0.07, freedom=4.0, few=12, block=4,
    trials=(4, 9, 17, 26, 39, 52, 78, 104), learnt=12, bands=(0, 1, 4, 13, 53),
)  # fmt: skip
MONTHS = Setting(
    step=YEAR / 12, most=240, sizes=(0.12, 0.02, 0.15, 0.05), sigma=0.05, freedom=8.0, few=30, block=3,
    trials=(3, 6, 9, 12, 18, 24, 36), learnt=12, bands=(0, 1, 3, 6, 13),
)  # fmt: skip
SETTINGS: dict[Step, Setting] = {"D": DAYS, "W": WEEKS, "M": MONTHS}
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
    """Return `horizon` rows after the history as simulated futures. Any history will do, even none.

    Weeks have the mean of the calendar's effects on their days. Of months it gives only closed days and `outdoors`.
    """
    unit = unit_of(history.visits)
    past = _recent(replace(history, visits=history.visits / unit))
    rows = span(past.first, len(past) + horizon, past.step)
    open_days = np.array([_open_days(day, past.step, calendar.closed) for day in rows], dtype=np.float64)
    closures = shut(past, horizon, calendar)
    open_ = ~closures.past & (past.visits >= 0)
    if open_.any() and horizon:
        visits = _open_rows(past, open_, rows, open_days, calendar, rng, paths)
    else:
        visits = _never_open(past, open_days[len(past) :], paths, rng)
    visits = _close(visits, open_days[len(past) :], closures, rng) * unit
    return Paths(days=rows[len(past) :], visits=visits, step=past.step)


def _recent(history: History) -> History:
    """Return the last years of it, from the first observed row on; older ones are little evidence."""
    seen = np.flatnonzero(np.isfinite(history.visits))
    most = SETTINGS[history.step].most
    begin = max(len(history) - most, int(seen[0]) if seen.size else len(history))
    return replace(history, first=later(history.first, begin, history.step), visits=history.visits[begin:])


def _open_days(first: date, step: Step, closed: Set[date]) -> int:
    """Return how many days of a row are not known to be closed."""
    return sum(day not in closed for day in span(first, (later(first, 1, step) - first).days))


def _open_rows(
    past: History,
    open_: Bools,
    days: Sequence[date],
    open_days: Floats,
    calendar: Calendar,
    rng: np.random.Generator,
    paths: int,
) -> Floats:
    """Return the visits of rows ahead as if none were closed: rows x paths. `days` are the first ones of all rows."""
    n, horizon = len(past), len(days) - len(past)
    logs, small = np.full(n + horizon, np.nan), np.zeros(n + horizon)
    counts = past.visits[open_] + HALF
    logs[:n][open_] = np.log(counts / np.maximum(open_days[:n][open_], 1.0))
    small[:n][open_] = 1 / counts
    effects = _effects(days, past.step, calendar)
    at = np.array([(day - days[0]).days for day in days], dtype=np.float64)
    setting = SETTINGS[past.step]
    rows = Rows(
        logs=logs, columns=effects.columns, usual=effects.usual, sd=effects.sd, at=at, small=small,
        swing=OUTDOORS if calendar.outdoors else 1.0,
    )  # fmt: skip
    if past.step == "D":
        rows = rows.with_columns(_lately(at, n), np.full(7, LATELY_SD))
    ahead = np.exp(drawn(rows, n, setting, paths, rng)) * np.maximum(open_days[n:, None], 1.0)
    return np.maximum(ahead - HALF, 0)


def _effects(days: Sequence[date], step: Step, calendar: Calendar) -> Design:
    """Return the effects on rows: of weeks the mean of those on their days. Months have none."""
    if step == "D":
        return design(days, calendar)
    if step == "M":
        return Design(columns=np.zeros((len(days), 0)), usual=np.zeros(0), sd=np.zeros(0))
    every = design(span(days[0], 7 * len(days)), calendar)
    return replace(every, columns=every.columns.reshape(len(days), 7, -1).mean(axis=1))


def _lately(at: Floats, n: int) -> Floats:
    """Return columns of weekdays in the last weeks and ahead."""
    day = at.astype(np.int64) % 7
    return np.asarray((day[:, None] == np.arange(7)) & (at[:, None] >= n - LATELY), np.float64)


def _never_open(past: History, open_days: Floats, paths: int, rng: np.random.Generator) -> Floats:
    """Return paths for a history without an open row: nobody is expected.

    Without any observed row it may be any site: from a village's branch to a city's main library.
    """
    if rows := int(np.isfinite(past.visits).sum()):  # what so few cannot exclude
        return rng.poisson(rng.gamma(0.5, 1 / (rows + 0.5), (1, paths)), (len(open_days), paths)).astype(
            np.float64
        )
    sites = rng.lognormal(np.log(ANY_SITE), ANY_SITE_SD, (1, paths))
    days = rng.lognormal(0, 0.3, (len(open_days), paths)) * open_days[:, None]
    return rng.poisson(sites * days).astype(np.float64)


def _close(visits: Floats, open_days: Floats, closures: Shut, rng: np.random.Generator) -> Floats:
    """Return the paths with closed rows closed, and a closure under way continued for a random time."""
    visits[closures.ahead] = closures.visits
    visits[open_days == 0] = 0.0
    if closures.lasting:
        rows = np.arange(len(visits))[:, None]
        visits[rows < lasts(closures.lasting, visits.shape[1], rng)] = closures.visits
    return visits
