"""The command `besok backtest` at work: how the forecast would have done on a series, beside simpler ways."""

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context

import numpy as np

from core.analytics.forecast import Calendar, History, Months, Paths, fan, forecast, forecast_months
from core.analytics.forecast.chance import Fates, fates, reach
from core.analytics.forecast.history import Floats
from core.analytics.forecast.scoring import COVER, FAR, YEAR, Score, Summary, Told, crps, crps_normal, score, summary
from core.errors import CountFileError
from ops.standalone.rivals import Z80, Rival, rivals
from ops.standalone.series import Series
from ops.standalone.weeks import Weeks, by_week, daily_paths
from ops.terminal.tables import table

OURS = "besok"
ROWS = {"D": "days", "W": "weeks", "M": "months"}
DAYS = {"D": 1, "W": 7, "M": 365 / 12}  # of a row
LEAST = {"D": 56, "W": 8, "M": 12}  # rows of history before the first origin
USUAL = {"D": 3 * 365, "W": 3 * 52, "M": 36}  # the same in a long series
TRUTH = {"D": 28, "W": 4, "M": 3}  # rows after the last origin, at least
PATHS = 1000
WORTH = 20_000  # days or months times origins, from which several processes are sooner done, though each has to begin
Past = History | Weeks | Months
Heard = Callable[[str, int, int], None]  # series, origins done, origins in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The scores of one series: by method, one for each origin; and what ours could have been by chance."""

    name: str
    step: str
    origins: tuple[date, ...]
    scores: dict[str, list[Score]]
    fates: tuple[Fates, ...]


def run(
    series: Series, calendar: Calendar, *, origins: int, quick: bool, seed: int, heard: Heard, at_once: int = 1
) -> Outcome:
    """Forecasts as of `origins` earlier days, weeks or months, each from what was known then, and their scores.

    Up to `at_once` of them are made at the same time; the scores are the same.
    """
    past = series.past()
    at = chosen(len(past.visits), series.step, origins)
    reckoned = past.days.visits if isinstance(past, Weeks) else past.visits
    many = min(at_once, len(at)) if len(reckoned) * len(at) > WORTH else 1
    if many > 1:
        try:
            with ProcessPoolExecutor(many, mp_context=get_context("spawn")) as pool:
                return scored(series, calendar, at, quick, seed, heard, pool.map)
        except (BrokenProcessPool, NotImplementedError, OSError):
            pass  # a place without semaphores, or with little memory: one after the other
    return scored(series, calendar, at, quick, seed, heard)


def cores() -> int:
    """How many origins can be reckoned at once here."""
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 8)


def scored(
    series: Series,
    calendar: Calendar,
    at: Sequence[int],
    quick: bool,
    seed: int,
    heard: Heard,
    each: Callable[..., Iterator[tuple[dict[str, Score], Fates]]] = map,
) -> Outcome:
    """The same as of the rows `at`, each with so many rows before it; `each` applies a function to all of them."""
    past = series.past()
    found = []
    for one in each(partial(_at, past, calendar, series.step, quick, seed), at):
        found.append(one)
        heard(series.name, len(found), len(at))
    return Outcome(
        name=series.name,
        step=series.step,
        origins=tuple(_known(past, n).origin for n in at),
        scores={name: [scores[name] for scores, _ in found] for name in found[0][0]},
        fates=tuple(one for _, one in found),
    )


def _at(past: Past, calendar: Calendar, step: str, quick: bool, seed: int, n: int) -> tuple[dict[str, Score], Fates]:
    """The scores of all methods that know `n` rows, and what ours would be were its futures what came."""
    known, came = past.visits[:n], past.visits[n : n + YEAR[step]]
    futures = _futures(past, n, len(came), calendar, seed)
    ours = _ours(futures, came)
    told: dict[str, Told | None] = {OURS: ours}
    told |= {name: _theirs(rival, known, came) for name, rival in rivals(step, quick).items()}
    scores = {name: score(one, came, known, step) if one else untold(step) for name, one in told.items()}
    return scores, fates(futures.visits, ours.low, ours.high, np.isfinite(came), COVER[step])


def untold(step: str) -> Score:
    """The score of a method that has nothing to say yet, such as last year's days in a first year."""
    return Score(
        mase=np.full(len(FAR[step]), np.nan),
        cover=np.full(len(COVER[step]), np.nan),
        total=np.nan,
        total_held=np.nan,
        crps=np.nan,
    )


def chosen(rows: int, step: str, origins: int) -> tuple[int, ...]:
    """How many rows each origin has before it: evenly spread, each with a whole year after it if there is."""
    last = rows - YEAR[step]
    first = min(USUAL[step], max(LEAST[step], last // 2))
    if last < first:  # too short for a whole year of truth
        first, last = LEAST[step], rows - TRUTH[step]
    if last < first:
        raise CountFileError(
            f"{rows} {ROWS[step]} are too few to score a forecast; {LEAST[step] + TRUTH[step]} are needed"
        )
    return tuple(sorted({round(n) for n in np.linspace(first, last, origins)}))


def _known(past: Past, n: int) -> Past:
    """What was known when `n` rows were over."""
    if isinstance(past, History):
        return past.before(past.first + timedelta(days=n))
    return past.before(n) if isinstance(past, Weeks) else replace(past, visits=past.visits[:n])


def _futures(past: Past, n: int, rows: int, calendar: Calendar, seed: int) -> Paths:
    """What was foretold of the `rows` after the first `n`."""
    known, rng = _known(past, n), np.random.default_rng(seed)
    if isinstance(known, Months):
        return forecast_months(known, rows, calendar, rng=rng, paths=PATHS)
    if isinstance(known, Weeks):
        return by_week(daily_paths(known, rows, calendar, rng, PATHS), known, rows)
    return forecast(known, rows, calendar, rng=rng, paths=PATHS)


def _ours(futures: Paths, came: Floats) -> Told:
    spread = fan(futures)
    total_low, total_high = np.quantile(futures.visits[np.isfinite(came)].sum(axis=0), (0.1, 0.9))
    return Told(
        mean=spread.mean,
        low=spread.low80,
        high=spread.high80,
        crps=crps(futures.visits, came),
        total_low=float(total_low),
        total_high=float(total_high),
    )


def _theirs(rival: Rival, known: Floats, came: Floats) -> Told | None:
    found = rival(known, len(came))
    if found is None:
        return None
    mean, sd = found[0], np.maximum(found[1], 1e-6)
    return Told(mean=mean, low=mean - Z80 * sd, high=mean + Z80 * sd, crps=crps_normal(mean, sd, came))


def pooled(outcomes: Sequence[Outcome]) -> dict[str, Summary]:
    """The scores of several series of one step put together, every origin counting the same."""
    names = list(outcomes[0].scores)
    return {name: summary([one for outcome in outcomes for one in outcome.scores[name]]) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Between what figures (19 cases of 20) ours would be were its intervals right: by COVER, and the years held."""

    cover: tuple[tuple[float, float], ...]
    held: tuple[float, float]


def by_chance(outcomes: Sequence[Outcome]) -> Chance:
    """What luck alone does to the coverage of so many forecasts, of such days (`core.analytics.forecast.chance`)."""
    step = outcomes[0].step

    def judged(figure: Callable[[Score], float], of: Callable[[Fates], Floats], rows: int) -> tuple[float, float]:
        shares: list[Floats] = []
        begins: list[list[int]] = []
        for one in outcomes:
            told = zip(one.origins, one.scores[OURS], one.fates, strict=True)
            some = [(day.toordinal(), of(fate)) for day, score, fate in told if np.isfinite(figure(score))]
            begins.append([day for day, _ in some])
            shares += [share for _, share in some]
        return reach(shares, begins, rows * DAYS[step])

    return Chance(
        cover=tuple(
            judged(lambda score, n=n: score.cover[n], lambda fate, n=n: fate.cover[n], rows)  # type: ignore[misc]
            for n, rows in enumerate(COVER[step])
        ),
        held=judged(lambda score: score.total_held, lambda fate: fate.held, YEAR[step]),
    )


def _heads(step: str) -> list[str]:
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
    for step in ROWS:
        same = [one for one in outcomes if one.step == step]
        if len(same) > 1:
            yield [f"All {len(same)} series", *_table(same), ""]


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    return table(_heads(outcomes[0].step), _rows(outcomes))


def _rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """A row for each method, and what chance alone would make of ours."""
    return [*(_cells(name, found) for name, found in pooled(outcomes).items()), _chance_cells(by_chance(outcomes))]


def _chance_cells(found: Chance) -> list[str]:
    cells = [f"{low:.2f}-{high:.2f}" if np.isfinite(low) else "-" for low, high in (*found.cover, found.held)]
    return [f"{OURS}, were it right", *["-"] * 6, *cells, "-"]


def as_markdown(outcomes: Sequence[Outcome], apart: Mapping[str, Callable[[date], bool]] | None = None) -> str:
    """One table of all series together, for documentation; `apart` tells Besök's forecasts of some origins by name."""
    heads = _heads(outcomes[0].step)
    rows = [heads, ["---"] * len(heads), *_rows(outcomes)]
    for name, some in (apart or {}).items():
        rows.append(
            _cells(f"{OURS}, {name}", summary([one for outcome in outcomes for one in _ours_at(outcome, some)]))
        )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _ours_at(outcome: Outcome, some: Callable[[date], bool]) -> list[Score]:
    return [one for day, one in zip(outcome.origins, outcome.scores[OURS], strict=True) if some(day)]


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
    by_step = {step: same for step in ROWS if (same := [one for one in outcomes if one.step == step])}
    together = {step: {n: _figures(found, step) for n, found in pooled(same).items()} for step, same in by_step.items()}
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
    """A line for every series and method."""
    rows = list(_flat(outcomes))
    text = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")
