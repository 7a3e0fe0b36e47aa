"""Scores of a backtest, summed up as text, JSON and CSV."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from besok.analytics.forecast.chance import reach
from besok.analytics.forecast.history import ROWS_A_YEAR
from besok.model.arrays import Floats
from cli.standalone.backtest import OURS, ROWS, Outcome
from cli.standalone.forecast_accuracy import COVER, FAR, figures
from cli.terminal.tables import csv_text, table

DAYS = {"D": 1, "W": 7, "M": 365 / 12}  # of a row
Range = tuple[float, float]


def pooled(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Return the mean figures by method of several series of one step, every origin counting the same.

    Each is over the origins at which it could be computed; `total_error` is without, `total_bias` with its sign.
    """
    groups = pd.concat([one.scores for one in outcomes]).groupby("method", sort=False)
    means = groups.mean()
    means.insert(0, "origins", groups.size())
    return means


def by_chance(outcomes: Sequence[Outcome]) -> dict[str, Range]:
    """Return the range (19 cases of 20) of each of our figures if its intervals were right, by name.

    That is what chance alone gives so many forecasts (`besok.analytics.forecast.chance`).
    """
    step = outcomes[0].step
    return {
        name: _reach(outcomes, name, rows * DAYS[step])
        for name, rows in (
            {f"coverage_{n}": n for n in COVER[step]} | {"total_held": ROWS_A_YEAR[step]}
        ).items()
    }


def _reach(outcomes: Sequence[Outcome], name: str, days: float) -> Range:
    shares: list[Floats] = []
    begins: dict[str, list[float]] = defaultdict(list)
    for one in outcomes:
        judged = one.scores.loc[one.scores["method"] == OURS, name].notna()
        for day, scores, is_judged in zip(one.origins, one.by_path, judged, strict=True):
            if is_judged:
                begins[one.name].append(day.toordinal())
                shares.append(scores[name])
    return reach(shares, list(begins.values()), days)


def _columns(step: str) -> dict[str, tuple[str, str]]:
    """Return the figures in the order of the table, each with its heading and the form of its numbers."""
    unit = step.lower()
    return {
        **{f"mase_{far}": (f"MASE {far} {unit}", ".2f") for far in FAR[step]},
        "total_error": ("year total", ".1%"),
        "total_bias": ("bias", "+.1%"),
        **{f"coverage_{far}": (f"covers {far} {unit}", ".2f") for far in COVER[step]},
        "total_held": ("year held", ".2f"),
        "crps": ("CRPS", ".2f"),
    }


def as_text(outcomes: Sequence[Outcome]) -> str:
    """Return a table for each series, and one of all together for each step where there are several."""
    return "\n".join(line for part in _parts(outcomes) for line in part)


def _parts(outcomes: Sequence[Outcome]) -> Iterator[list[str]]:
    for one in outcomes:
        yield [
            f"{one.name}: {len(one.origins)} origins from {one.origins[0]} to {one.origins[-1]}",
            *_table([one]),
            "",
        ]
    for same in _by_step(outcomes).values():
        if len(same) > 1:
            yield [f"All {len(same)} series", *_table(same), ""]


def _by_step(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    return {step: same for step in ROWS if (same := [one for one in outcomes if one.step == step])}


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a row for each method, and the range of ours by chance alone."""
    columns, chance = _columns(outcomes[0].step), by_chance(outcomes)
    rows = [
        [str(method), *(_cell(row[name], form) for name, (_, form) in columns.items())]
        for method, row in pooled(outcomes).iterrows()
    ]
    rows.append([f"{OURS}, were it right", *(_between(chance.get(name)) for name in columns)])
    return table(["method", *(heading for heading, _ in columns.values())], rows)


def _cell(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else "-"


def _between(ends: Range | None) -> str:
    return f"{ends[0]:.2f}-{ends[1]:.2f}" if ends and np.isfinite(ends[0]) else "-"


def _plain(row: Mapping[Any, float], step: str) -> dict[str, Any]:
    """Return the figures of a method by name; None for those that cannot be computed."""
    values = {name: round(row[name], 4) if np.isfinite(row[name]) else None for name in figures(step)}
    return {"origins": int(row["origins"])} | values


def _methods(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Any]]:
    rows = pooled(outcomes).to_dict("index")
    return {str(method): _plain(row, outcomes[0].step) for method, row in rows.items()}


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Every series with its origins and methods, and all together by step."""
    series = [
        {
            "series": one.name,
            "freq": one.step,
            "origins": [day.isoformat() for day in one.origins],
            "methods": _methods([one]),
            "by_chance": _ranges([one]),
        }
        for one in outcomes
    ]
    steps = _by_step(outcomes)
    together = {step: _methods(same) for step, same in steps.items()}
    chance = {step: _ranges(same) for step, same in steps.items()}
    return json.dumps({"series": series, "all": together, "by_chance": chance}, indent=2)


def _ranges(outcomes: Sequence[Outcome]) -> dict[str, list[float] | None]:
    ranges = by_chance(outcomes).items()
    return {name: [round(end, 4) for end in ends] if np.isfinite(ends[0]) else None for name, ends in ranges}


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """Return a line for every series and method."""
    rows = [
        {"series": one.name, "method": method} | row
        for one in outcomes
        for method, row in _methods([one]).items()
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text([names, *([row.get(name) for name in names] for row in rows)])
