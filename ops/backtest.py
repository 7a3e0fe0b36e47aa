"""The command `besok backtest` at work: how the forecast would have done on a series, beside simpler ways."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from core.analytics.forecast import Calendar, History, Months, fan, forecast, forecast_months
from core.analytics.forecast.history import Floats
from core.analytics.forecast.scoring import COVER, FAR, YEAR, Score, Summary, Told, crps, crps_normal, score, summary
from core.errors import CountFileError
from ops.rivals import Z80, Rival, rivals
from ops.series import Series
from ops.tables import table

OURS = "besok"
LEAST = {"D": 56, "M": 12}  # rows of history before the first origin
USUAL = {"D": 3 * 365, "M": 36}  # the same in a long series
TRUTH = {"D": 28, "M": 3}  # rows after the last origin, at least
PATHS = 1000
Heard = Callable[[str, int, int], None]  # series, origins done, origins in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The scores of one series: by method, one for each origin."""

    name: str
    step: str
    origins: tuple[date, ...]
    scores: dict[str, list[Score]]


def run(series: Series, calendar: Calendar, *, origins: int, quick: bool, seed: int, heard: Heard) -> Outcome:
    """Forecasts as of `origins` earlier days (or months), each from what was known then, and their scores."""
    rows = len((series.months() if series.step == "M" else series.days()).visits)
    return scored(series, calendar, chosen(rows, series.step, origins), quick, seed, heard)


def scored(series: Series, calendar: Calendar, at: Sequence[int], quick: bool, seed: int, heard: Heard) -> Outcome:
    """The same as of the rows `at`, each with so many rows before it."""
    past = series.months() if series.step == "M" else series.days()
    visits, step = past.visits, series.step
    against = rivals(step, quick)
    scores: dict[str, list[Score]] = {name: [] for name in (OURS, *against)}
    for n in at:
        came = visits[n : n + YEAR[step]]
        scores[OURS].append(score(_ours(past, n, came, calendar, seed), came, visits[:n], step))
        for name, rival in against.items():
            scores[name].append(score(_theirs(rival, visits[:n], came), came, visits[:n], step))
        heard(series.name, len(scores[OURS]), len(at))
    return Outcome(name=series.name, step=step, origins=tuple(_origin(past, n) for n in at), scores=scores)


def chosen(rows: int, step: str, origins: int) -> tuple[int, ...]:
    """How many rows each origin has before it: evenly spread, each with a whole year after it if there is."""
    last = rows - YEAR[step]
    first = min(USUAL[step], max(LEAST[step], last // 2))
    if last < first:  # too short for a whole year of truth
        first, last = LEAST[step], rows - TRUTH[step]
    if last < first:
        raise CountFileError(
            f"{rows} {'days' if step == 'D' else 'months'} are too few to score a forecast; "
            f"{LEAST[step] + TRUTH[step]} are needed"
        )
    return tuple(sorted({round(n) for n in np.linspace(first, last, origins)}))


def _origin(past: History | Months, n: int) -> date:
    return (
        past.first + timedelta(days=n)
        if isinstance(past, History)
        else Months(first=past.first, visits=past.visits[:n]).origin
    )


def _ours(past: History | Months, n: int, came: Floats, calendar: Calendar, seed: int) -> Told:
    rng = np.random.default_rng(seed)
    if isinstance(past, Months):
        known = Months(first=past.first, visits=past.visits[:n])
        drawn = forecast_months(known, len(came), closed=calendar.closed, rng=rng, paths=PATHS)
    else:
        drawn = forecast(past.before(past.first + timedelta(days=n)), len(came), calendar, rng=rng, paths=PATHS)
    spread = fan(drawn)
    total_low, total_high = np.quantile(drawn.visits[np.isfinite(came)].sum(axis=0), (0.1, 0.9))
    return Told(
        mean=spread.mean,
        low=spread.low80,
        high=spread.high80,
        crps=crps(drawn.visits, came),
        total_low=float(total_low),
        total_high=float(total_high),
    )


def _theirs(rival: Rival, history: Floats, came: Floats) -> Told:
    mean, sd = rival(history, len(came))
    sd = np.maximum(sd, 1e-6)
    return Told(mean=mean, low=mean - Z80 * sd, high=mean + Z80 * sd, crps=crps_normal(mean, sd, came))


def pooled(outcomes: Sequence[Outcome]) -> dict[str, Summary]:
    """The scores of several series of one step put together, every origin counting the same."""
    names = list(outcomes[0].scores)
    return {name: summary([one for outcome in outcomes for one in outcome.scores[name]]) for name in names}


def _heads(step: str) -> list[str]:
    unit = "d" if step == "D" else "m"
    return [
        "method",
        *(f"MASE {far} {unit}" for far in FAR[step]),
        "year total",
        "bias",
        *(f"covers {far} {unit}" for far in COVER[step]),
        "year held",
        "CRPS",
    ]


def _cells(name: str, found: Summary) -> list[str]:
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
    """A table for each series, and one of all together for each step where there are several."""
    return "\n".join(line for part in _parts(outcomes) for line in part)


def _parts(outcomes: Sequence[Outcome]) -> Iterator[list[str]]:
    for one in outcomes:
        yield [f"{one.name}: {len(one.origins)} origins from {one.origins[0]} to {one.origins[-1]}", *_table([one]), ""]
    for step in ("D", "M"):
        same = [one for one in outcomes if one.step == step]
        if len(same) > 1:
            yield [f"All {len(same)} series", *_table(same), ""]


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    return table(_heads(outcomes[0].step), (_cells(name, found) for name, found in pooled(outcomes).items()))


def as_markdown(outcomes: Sequence[Outcome]) -> str:
    """One table of all series together, for documentation."""
    heads = _heads(outcomes[0].step)
    rows = [heads, ["---"] * len(heads), *(_cells(name, found) for name, found in pooled(outcomes).items())]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _flat(outcomes: Sequence[Outcome]) -> Iterator[dict[str, object]]:
    for one in outcomes:
        for name, found in pooled([one]).items():
            yield {"series": one.name, "method": name} | _figures(found, one.step)


def _figures(found: Summary, step: str) -> dict[str, object]:
    """The figures by name; None for what cannot be told."""
    figures = {f"mase_{far}": value for far, value in zip(FAR[step], found.mase.tolist(), strict=True)}
    figures |= {"total_error": found.total, "total_bias": found.bias, "total_held": found.total_held}
    figures |= {f"coverage_{far}": value for far, value in zip(COVER[step], found.cover.tolist(), strict=True)}
    figures |= {"crps": found.crps}
    return {"origins": found.origins} | {n: round(v, 4) if np.isfinite(v) else None for n, v in figures.items()}


def as_json(outcomes: Sequence[Outcome]) -> str:
    """Every series with its origins and methods, and all together by step."""
    together = {
        step: {name: _figures(found, step) for name, found in pooled(same).items()}
        for step in ("D", "M")
        if (same := [one for one in outcomes if one.step == step])
    }
    series = [
        {
            "series": one.name,
            "freq": one.step,
            "origins": [day.isoformat() for day in one.origins],
            "methods": {name: _figures(found, one.step) for name, found in pooled([one]).items()},
        }
        for one in outcomes
    ]
    return json.dumps({"series": series, "all": together}, indent=2)


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """A line for every series and method."""
    rows = list(_flat(outcomes))
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")
