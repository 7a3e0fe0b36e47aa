"""Rival methods that the forecast is measured against: the simple rules and the automatic models of statsforecast."""

import warnings
from functools import partial
from typing import Any

import numpy as np

from besok.model.arrays import Floats
from cli.standalone.backtest import Z80
from cli.standalone.rules import Rule, Rules, repeat, root_mean_square, simple_rules, without_holes

LOOKS_BACK = {"D": 3 * 365, "W": 520, "M": 240}  # rows that the automatic models see; more takes them minutes
SEASON = {"D": 7, "W": 1, "M": 12}  # of the models that know one
HOLE = {"D": 7, "W": 52, "M": 12}  # how far before a hole stands what fills it


def rivals(quick: bool) -> Rules:
    """Return the rivals by step. `quick` leaves out AutoARIMA, which takes longer than all others together."""
    return partial(_by_step, quick)


def _by_step(quick: bool, step: str) -> dict[str, Rule]:
    one = {"season_length": SEASON[step]}
    auto: dict[str, tuple[str, dict[str, Any]]] = {"AutoETS": ("AutoETS", one)}
    auto |= {
        "M": {"AutoTheta": ("AutoTheta", one)},
        "W": {"MSTL 52": ("MSTL", {"season_length": [52]})},
        "D": {"MSTL 7, 365": ("MSTL", {"season_length": [7, 365]})},
    }[step]
    auto |= {} if quick else {"AutoARIMA": ("AutoARIMA", one)}
    more: dict[str, Rule] = (
        {"mean of 12 months": _mean, "last year's growth again": _growth} if step == "M" else {}
    )
    models = {name: _automatic(kind, arguments, step) for name, (kind, arguments) in auto.items()}
    return simple_rules(step) | more | models


def _mean(past: Floats, horizon: int) -> tuple[Floats, Floats]:
    return np.full(horizon, np.nanmean(past[-12:])), np.full(
        horizon, root_mean_square(past[-36:] - np.nanmean(past[-12:]))
    )


def _growth(past: Floats, horizon: int) -> tuple[Floats, Floats] | None:
    """Repeat last year's months times the growth of last year over the year before."""
    again = repeat(12)(past, horizon)
    if again is None:
        return None
    filled = without_holes(past, 12)
    last, before = filled[-12:].mean(), filled[-24:-12].mean() if len(filled) >= 24 else filled[-12:].mean()
    return again[0] * (last / before if before else 1.0) ** (np.arange(horizon) // 12 + 1), again[1]


def _automatic(kind: str, arguments: dict[str, Any], step: str) -> Rule:
    def told(past: Floats, horizon: int) -> tuple[Floats, Floats]:
        from statsforecast import models

        filled = without_holes(past[-LOOKS_BACK[step] :], HOLE[step])
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
                return np.full(horizon, filled[-1]), np.full(horizon, root_mean_square(np.diff(past)))
        sd = (np.asarray(found["hi-80"]) - np.asarray(found["lo-80"])) / (2 * Z80)
        return np.asarray(found["mean"], dtype=np.float64), np.nan_to_num(sd)

    return told
