"""What a forecast is measured against: two rules of thumb and the automatic models of statsforecast.

Each gives a mean and a standard deviation for every row ahead, from the past alone; or nothing, where the past is
shorter than what the rule repeats.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from besok.model.arrays import Floats

Rival = Callable[[Floats, int], tuple[Floats, Floats] | None]
LOOKS_BACK = {"D": 3 * 365, "W": 520, "M": 240}  # rows that the automatic models see; more takes them minutes
YEAR_BEFORE = {"D": 364, "W": 52, "M": 12}  # rows
SEASON = {"D": 7, "W": 1, "M": 12}  # of the models that know one
HOLE = {"D": 7, "W": 52, "M": 12}  # how far before a hole stands what fills it
Z80 = 1.2815515655446004


def rivals(step: str, quick: bool) -> dict[str, Rival]:
    """The rivals by name. `quick` leaves out AutoARIMA, which takes longer than all others together."""
    thumb: dict[str, Rival]
    auto: dict[str, tuple[str, dict[str, Any]]]
    one = {"season_length": SEASON[step]}
    if step == "M":
        thumb = {
            "last month": _back(1),
            "same month a year ago": _back(YEAR_BEFORE[step]),
            "mean of 12 months": _mean,
            "drift": _drift,
            "last year's growth again": _growth,
        }
        auto = {"AutoETS": ("AutoETS", one), "AutoTheta": ("AutoTheta", one)}
    elif step == "W":
        thumb = {"last week": _back(1), "same week a year ago": _back(YEAR_BEFORE[step])}
        auto = {"AutoETS": ("AutoETS", one), "MSTL 52": ("MSTL", {"season_length": [52]})}
    else:
        thumb = {"last week": _back(7), "same weekday a year ago": _back(YEAR_BEFORE[step])}
        auto = {"AutoETS": ("AutoETS", one), "MSTL 7, 365": ("MSTL", {"season_length": [7, 365]})}
    models = auto if quick else auto | {"AutoARIMA": ("AutoARIMA", one)}
    return thumb | {name: _automatic(kind, arguments, step) for name, (kind, arguments) in models.items()}


def _back(lag: int) -> Rival:
    """The same as `lag` rows ago, again and again; the spread is that of what this rule missed in the past."""

    def told(past: Floats, horizon: int) -> tuple[Floats, Floats] | None:
        filled = bridged(past, 7)
        if len(filled) < lag:
            return None
        missed = past[lag:] - past[:-lag] if len(past) > lag else past[1:] - past[:-1]
        times = np.arange(horizon) // lag + 1
        return np.resize(filled[-lag:], horizon), _sd(missed) * np.sqrt(times)

    return told


def _mean(past: Floats, horizon: int) -> tuple[Floats, Floats]:
    return np.full(horizon, np.nanmean(past[-12:])), np.full(
        horizon, _sd(past[-36:] - np.nanmean(past[-12:]))
    )


def _drift(past: Floats, horizon: int) -> tuple[Floats, Floats]:
    """The straight line through the first and the last figure."""
    filled = bridged(past, 12)
    slope = (filled[-1] - filled[0]) / max(len(filled) - 1, 1)
    ahead = np.arange(1, horizon + 1)
    return filled[-1] + slope * ahead, _sd(np.diff(past)) * np.sqrt(ahead)


def _growth(past: Floats, horizon: int) -> tuple[Floats, Floats] | None:
    """Last year's months once more, times the growth of last year over the year before."""
    again = _back(12)(past, horizon)
    if again is None:
        return None
    filled = bridged(past, 12)
    last, before = filled[-12:].mean(), filled[-24:-12].mean() if len(filled) >= 24 else filled[-12:].mean()
    return again[0] * (last / before if before else 1.0) ** (np.arange(horizon) // 12 + 1), again[1]


def _automatic(kind: str, arguments: dict[str, Any], step: str) -> Rival:
    def told(past: Floats, horizon: int) -> tuple[Floats, Floats]:
        from statsforecast import models

        filled = bridged(past[-LOOKS_BACK[step] :], HOLE[step])
        season = max(np.atleast_1d(arguments["season_length"]))
        if kind == "MSTL" and len(filled) < 2 * season + 1:
            made = models.AutoETS(season_length=SEASON[step])
        else:
            made = getattr(models, kind)(**arguments)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found = made.forecast(y=filled, h=horizon, level=[80])
            except (
                ArithmeticError,
                LookupError,
                RuntimeError,
                ValueError,
            ):  # some fail where nothing ever varies
                return np.full(horizon, filled[-1]), np.full(horizon, _sd(np.diff(past)))
        sd = (np.asarray(found["hi-80"]) - np.asarray(found["lo-80"])) / (2 * Z80)
        return np.asarray(found["mean"], dtype=np.float64), np.nan_to_num(sd)

    return told


def bridged(past: Floats, season: int) -> Floats:
    """The past without holes: a row that was not observed is as the one a season before, or as the mean."""
    filled = (
        past[int(np.flatnonzero(np.isfinite(past))[0]) :].copy() if np.isfinite(past).any() else np.zeros(1)
    )
    for n in np.flatnonzero(~np.isfinite(filled)):
        filled[n] = filled[n - season] if n >= season else np.nanmean(filled[: n + season])
    return filled


def _sd(missed: Floats) -> float:
    """The root of the mean square of what was missed."""
    seen = missed[np.isfinite(missed)]
    return float(np.sqrt((seen**2).mean())) if seen.size else 1.0
