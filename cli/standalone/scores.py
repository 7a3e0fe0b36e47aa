"""Scores of a backtest, summed up as text, JSON and CSV."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from besok.analytics.forecast.chance import reach
from besok.model.arrays import Floats
from cli.standalone.backtest import OURS, ROWS, Outcome
from cli.standalone.forecast_accuracy import COVER, FAR, YEAR, Fates, Score, Summary, summary
from cli.terminal.tables import csv_text, table

DAYS = {"D": 1, "W": 7, "M": 365 / 12}  # of a row


def pooled(outcomes: Sequence[Outcome]) -> dict[str, Summary]:
    """Return the scores of several series of one step put together, every origin counting the same."""
    names = list(outcomes[0].scores)
    return {name: summary([one for outcome in outcomes for one in outcome.scores[name]]) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Between what figures (19 cases of 20) ours would be were its intervals right: by COVER, and the years held."""

    cover: tuple[tuple[float, float], ...]
    held: tuple[float, float]


def by_chance(outcomes: Sequence[Outcome]) -> Chance:
    """Return the coverage that chance alone gives so many forecasts (`besok.analytics.forecast.chance`)."""
    step = outcomes[0].step

    def judged(
        figure: Callable[[Score], float], of: Callable[[Fates], Floats], rows: int
    ) -> tuple[float, float]:
        shares: list[Floats] = []
        begins: dict[str, list[int]] = defaultdict(list)
        for one in outcomes:
            for day, score, fate in zip(one.origins, one.scores[OURS], one.fates, strict=True):
                if np.isfinite(figure(score)):
                    begins[one.name].append(day.toordinal())
                    shares.append(of(fate))
        return reach(shares, list(begins.values()), rows * DAYS[step])

    return Chance(
        cover=tuple(
            judged(lambda score, n=n: score.cover[n], lambda fate, n=n: fate.cover[n], rows)  # type: ignore[misc]
            for n, rows in enumerate(COVER[step])
        ),
        held=judged(lambda score: score.total_held, lambda fate: fate.held, YEAR[step]),
    )


def headings(step: str) -> list[str]:
    unit = step.lower()
    return [
        "method",
        *(f"MASE {far} {unit}" for far in FAR[step]),
        "year total",
        "bias",
        *(f"covers {far} {unit}" for far in COVER[step]),
        "year held",
        "CRPS",
    ]


def summary_cells(name: str, found: Summary) -> list[str]:
    def told(value: float, form: str) -> str:
        return format(value, form) if np.isfinite(value) else "-"

    return [
        name,
        *(told(value, ".2f") for value in found.mase),
        told(found.total, ".1%"),
        told(found.bias, "+.1%"),
        *(told(value, ".2f") for value in found.cover),
        told(found.total_held, ".2f"),
        told(found.crps, ".2f"),
    ]


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
    for step in ROWS:
        same = [one for one in outcomes if one.step == step]
        if len(same) > 1:
            yield [f"All {len(same)} series", *_table(same), ""]


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    return table(headings(outcomes[0].step), table_rows(outcomes))


def table_rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """Return a row for each method, and what chance alone would make of ours."""
    return [
        *(summary_cells(name, found) for name, found in pooled(outcomes).items()),
        _chance_cells(by_chance(outcomes)),
    ]


def _chance_cells(found: Chance) -> list[str]:
    cells = [f"{low:.2f}-{high:.2f}" if np.isfinite(low) else "-" for low, high in (*found.cover, found.held)]
    return [f"{OURS}, were it right", *["-"] * 6, *cells, "-"]


def _flat(outcomes: Sequence[Outcome]) -> Iterator[dict[str, object]]:
    for one in outcomes:
        for name, found in pooled([one]).items():
            yield {"series": one.name, "method": name} | _figures(found, one.step)


def _figures(found: Summary, step: str) -> dict[str, object]:
    """Return the figures by name; None for what cannot be told."""
    figures = {f"mase_{far}": value for far, value in zip(FAR[step], found.mase.tolist(), strict=True)}
    figures |= {"total_error": found.total, "total_bias": found.bias, "total_held": found.total_held}
    figures |= {
        f"coverage_{far}": value for far, value in zip(COVER[step], found.cover.tolist(), strict=True)
    }
    figures |= {"crps": found.crps}
    return {"origins": found.origins} | {
        n: round(v, 4) if np.isfinite(v) else None for n, v in figures.items()
    }


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Every series with its origins and methods, and all together by step."""
    by_step = {step: same for step in ROWS if (same := [one for one in outcomes if one.step == step])}
    together = {
        step: {n: _figures(found, step) for n, found in pooled(same).items()}
        for step, same in by_step.items()
    }
    series = [
        {
            "series": one.name,
            "freq": one.step,
            "origins": [day.isoformat() for day in one.origins],
            "methods": {name: _figures(found, one.step) for name, found in pooled([one]).items()},
            "by_chance": _chance_figures([one]),
        }
        for one in outcomes
    ]
    chance = {step: _chance_figures(same) for step, same in by_step.items()}
    return json.dumps({"series": series, "all": together, "by_chance": chance}, indent=2)


def _chance_figures(outcomes: Sequence[Outcome]) -> dict[str, list[float] | None]:
    found = by_chance(outcomes)
    names = [*(f"coverage_{far}" for far in COVER[outcomes[0].step]), "total_held"]
    ranges = zip(names, (*found.cover, found.held), strict=True)
    return {name: [round(end, 4) for end in ends] if np.isfinite(ends[0]) else None for name, ends in ranges}


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """Return a line for every series and method."""
    rows = list(_flat(outcomes))
    names = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text([names, *([row.get(name) for name in names] for row in rows)])
