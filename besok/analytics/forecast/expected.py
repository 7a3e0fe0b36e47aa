"""What past days would have been expected to bring had nobody looked at them: for effects and for finding events."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.linalg import solve_triangular

from besok.analytics.forecast.daykinds import ORDINARY, Calendar
from besok.analytics.forecast.fit import Fitted
from besok.analytics.forecast.history import History
from besok.analytics.forecast.learn import HALF, Learnt, learn, recent
from besok.analytics.forecast.level import hats
from besok.analytics.single_thread import on_one_core
from besok.model.arrays import Floats

TAIL = 4.0  # sigmas; a deviation beyond is an event, not the spread of usual days


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The mean and the variance of the visits of every day of a history, each told from the other days only.

    A day that was not observed has them too; a closed day has zero for both. Days before anything was seen, or longer
    ago than the model looks back (six years), are NaN.
    """

    days: tuple[date, ...]
    mean: Floats
    variance: Floats


@on_one_core
def expected(history: History, calendar: Calendar = ORDINARY) -> Expected:
    """Mean and variance by day, of a day as the days around it and its like lead one to expect.

    To ask what several days in a row would have been without something that lasted through them, take them out first
    (`history.without(days)`): what is not observed does not teach.
    """
    past = recent(history)
    mean, variance = np.full(len(history), np.nan), np.full(len(history), np.nan)
    if len(past):
        mean[-len(past) :], variance[-len(past) :] = _of(learn(past, calendar, ()), calendar)
    return Expected(days=history.days, mean=mean, variance=variance)


def _of(learnt: Learnt, calendar: Calendar) -> tuple[Floats, Floats]:
    past = learnt.past
    shut = np.array([learnt.closures.on(day, calendar) for day in past.days]) | past.closed
    if learnt.fitted is None:
        return np.zeros(len(past)), np.zeros(len(past))
    log, spread = _left_out(learnt.fitted, learnt.before.columns)
    mean = np.exp(np.minimum(log + spread / 2, 30.0))
    variance = mean**2 * np.expm1(np.minimum(spread, 5.0)) + mean
    return np.where(shut, 0.0, np.maximum(mean - HALF, 0)), np.where(shut, 0.0, variance)


def _left_out(fitted: Fitted, columns: Floats) -> tuple[Floats, Floats]:
    """Log mean and variance of every day without itself, by its leverage (Cook and Weisberg 1982, 2.2)."""
    at = np.arange(len(columns), dtype=np.float64)
    z = np.concatenate([fitted.columns(columns, at), hats(at, fitted.knots)], axis=1)
    known = (solve_triangular(fitted.after.root, z.T, lower=True) ** 2).sum(axis=0)  # variance of the fit
    own = np.clip(fitted.weight * known, 0, 0.95)
    away = np.nan_to_num(fitted.residual)
    log = fitted.middle + z @ fitted.after.mean - away * own / (1 - own)
    usual = np.clip(fitted.residual, -TAIL * fitted.sigma, TAIL * fitted.sigma)
    noise = float(np.nanmean(usual**2)) if np.isfinite(usual).any() else fitted.sigma**2
    return log, noise + known / (1 - own)
