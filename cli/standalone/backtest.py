"""Backtests: how the forecast would have done on a series, compared with simple rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from besok.analytics.forecast import Calendar, History, Paths, fan, forecast
from besok.analytics.forecast.history import ROWS_A_YEAR
from besok.model.arrays import Floats
from besok.model.errors import CountFileError
from cli.standalone.forecast_accuracy import COVER, Predicted, by_path, crps, crps_normal, score
from cli.standalone.rules import Rule, simple_rules
from cli.standalone.series import Series

OURS = "besok"
Z80 = 1.2815515655446004  # standard deviations on either side of the mean that hold 80 %
ROWS = {"D": "days", "W": "weeks", "M": "months"}
LEAST = {"D": 56, "W": 8, "M": 12}  # rows of history before the first origin, at least
USUAL = {"D": 3 * 365, "W": 3 * 52, "M": 36}  # the same in a long series
TRUTH = {"D": 28, "W": 4, "M": 3}  # rows after the last origin, at least
PATHS = 1000
Judged = tuple[dict[str, dict[str, float]], dict[str, Floats]]  # figures by method, and of ours by path
Progress = Callable[[str, int, int], None]  # series, origins done, origins in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The scores of one series, a row for each origin and method; and the figures of ours by path."""

    name: str
    step: str
    origins: tuple[date, ...]
    scores: pd.DataFrame  # method, and the figures
    by_path: tuple[Mapping[str, Floats], ...]


def run(series: Series, calendar: Calendar, *, origins: int, seed: int, progress: Progress) -> Outcome:
    """Score forecasts as of `origins` earlier days, weeks or months, each from what was known then."""
    past = series.past()
    at = chosen(len(past.visits), series.step, origins)
    judged = []
    for n in at:
        judged.append(_at(past, calendar, series.step, seed, n))
        progress(series.name, len(judged), len(at))
    scores = [{"method": name} | figures for scores, _ in judged for name, figures in scores.items()]
    return Outcome(
        name=series.name,
        step=series.step,
        origins=tuple(past.head(n).origin for n in at),
        scores=pd.DataFrame(scores),
        by_path=tuple(result for _, result in judged),
    )


def _at(past: History, calendar: Calendar, step: str, seed: int, n: int) -> Judged:
    """Return the scores of all methods after `n` rows, and the figures of ours by path."""
    known, real = past.visits[:n], past.visits[n : n + ROWS_A_YEAR[step]]
    rng = np.random.default_rng(seed)
    ahead = forecast(past.head(n), len(real), calendar, rng=rng, paths=PATHS)
    ours = _ours(ahead, real)
    forecasts = {OURS: ours} | {name: _theirs(rule, known, real) for name, rule in simple_rules(step).items()}
    scores = {name: score(each, real, known, step) for name, each in forecasts.items()}
    return scores, by_path(ahead.visits, ours.low, ours.high, np.isfinite(real), COVER[step])


def chosen(rows: int, step: str, origins: int) -> tuple[int, ...]:
    """Return the number of rows before each origin: evenly spread, each with a whole year after it if possible."""
    last = rows - ROWS_A_YEAR[step]
    first = min(USUAL[step], max(LEAST[step], last // 2))
    if last < first:  # too short for a whole year after it
        first, last = LEAST[step], rows - TRUTH[step]
    if last < first:
        raise CountFileError(
            f"{rows} {ROWS[step]} are too few to score a forecast; {LEAST[step] + TRUTH[step]} are needed"
        )
    return tuple(sorted({round(n) for n in np.linspace(first, last, origins)}))


def _ours(ahead: Paths, truth: Floats) -> Predicted:
    spread = fan(ahead)
    total_low, total_high = np.quantile(ahead.visits[np.isfinite(truth)].sum(axis=0), (0.1, 0.9))
    return Predicted(
        mean=spread.mean,
        low=spread.low80,
        high=spread.high80,
        crps=crps(ahead.visits, truth),
        total_low=float(total_low),
        total_high=float(total_high),
    )


def _theirs(rule: Rule, history: Floats, truth: Floats) -> Predicted | None:
    answer = rule(history, len(truth))
    if answer is None:
        return None
    mean, sd = answer[0], np.maximum(answer[1], 1e-6)
    return Predicted(mean=mean, low=mean - Z80 * sd, high=mean + Z80 * sd, crps=crps_normal(mean, sd, truth))
