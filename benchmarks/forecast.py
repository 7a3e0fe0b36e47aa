"""How good the forecast is: real series beside simpler ways, and odds that come true, into results-forecast.md.

    python -m benchmarks.forecast [--data FOLDER] [--quick] [--origins N] [--kinds 6] [--odds 200] [--only X] [--write]

Cameras, months, houses, branches and programmes are shared out among all cores; the figures do not depend on how many
there are.

`--data` holds the series (three cities' cameras, a library by month; the page names them); where they are not
there, only what is simulated is made. `--quick` takes few origins (or `--origins`) and leaves out AutoARIMA.
`--write` puts the tables into the page between its markers.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks._markdown import as_markdown
from benchmarks._page import write_tables
from benchmarks._rivals import rivals
from benchmarks.worlds import visits_by_month
from benchmarks.worlds.programmes import given, programme
from benchmarks.worlds.visits_by_day import KINDS, house
from besok.analytics.forecast import Calendar, calendar
from cli.standalone import backtest, scores
from cli.standalone.backtest import Outcome
from cli.standalone.series import Series, read

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
HOURS = 20  # of a day that must have been counted
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Cameras of a city by the hour; `origins` is from how many earlier days each is forecast.

    `opened` is when something was opened between them, which no counts could tell ahead.
    """

    file: str
    country: str
    part: str
    origins: int
    opened: date | None = None

    def apart(self) -> dict[str, Callable[[date], bool]]:
        """Return the origins that had the opening in the year ahead of them, and the others."""
        if not (opened := self.opened):
            return {}
        year = timedelta(days=365)
        return {
            "the opening in the year ahead": lambda day: day <= opened < day + year,
            "other years": lambda day: not day <= opened < day + year,
        }


CITIES = {
    "leeds": City(
        file="leeds_footfall/counts_hourly.csv",
        country="GB",
        part="ENG",
        origins=24,
        opened=date(2013, 3, 21),
    ),
    "auckland": City(file="auckland_pedestrians/counts_hourly.csv", country="NZ", part="AUK", origins=10),
    "melbourne": City(file="melbourne_pedestrians/counts_hourly.csv", country="AU", part="VIC", origins=11),
}


def main(args: argparse.Namespace) -> None:
    """Score, print, and write if asked to."""
    blocks: dict[str, str] = {}
    wanted = args.only.split(",") if args.only else [*CITIES, "newcastle", "kinds", "branches", "odds"]
    for name, city in CITIES.items():
        if name in wanted and (args.data / city.file).exists():
            blocks[name] = as_markdown(_city(args.data / city.file, city, args), city.apart()) + "\n"
    months = args.data / "newcastle_city_library" / "visits_monthly.csv"
    if "newcastle" in wanted and months.exists():
        blocks |= _newcastle(months, args.quick)
    if not blocks:
        print(f"No series in {args.data}: only what is simulated is made", file=sys.stderr)
    if "kinds" in wanted and args.kinds:
        blocks["kinds"] = kinds_table(args.kinds)
    if "branches" in wanted and args.kinds:
        blocks["branches"] = branches_table(args.kinds)
    if "odds" in wanted and args.odds:
        blocks["odds"] = odds_table(args.odds)
    for name, block in blocks.items():
        print(f"{name}\n{block}")
    if args.write:
        write_tables("forecast", blocks)


def _each(function: Callable[[T], R], items: Sequence[T], name: str) -> list[R]:
    """Return the function's result for every item, in order, on all cores."""
    found = []
    with ProcessPoolExecutor() as pool:
        for result in pool.map(function, items):
            found.append(result)
            print(f"{name}: {len(found)} of {len(items)}", file=sys.stderr)
    return found


def _city(path: Path, city: City, args: argparse.Namespace) -> list[Outcome]:
    origins = args.origins or (min(city.origins, 4) if args.quick else city.origins)
    return _each(
        partial(_camera, city=city, origins=origins, quick=args.quick), list(cameras(path)), path.parent.name
    )


def _camera(series: Series, *, city: City, origins: int, quick: bool) -> Outcome:
    public = calendar(min(series.visits), max(series.visits), country=city.country, subdivision=city.part)
    return backtest.run(series, public, origins=origins, rules=rivals(quick), seed=1, heard=_silent)


def cameras(path: Path) -> Iterator[Series]:
    """Daily sums of every camera of a file by the hour; a day with fewer than 20 hours was not observed."""
    lines = path.read_text("utf-8").splitlines()
    names = lines[0].split(",")[1:]
    sums: Mapping[date, list[list[float]]] = defaultdict(lambda: [[] for _ in names])
    for line in lines[1:]:
        time, *counts = line.split(",")
        for values, text in zip(sums[date.fromisoformat(time[:10])], counts, strict=True):
            if text:
                values.append(float(text))
    for n, name in enumerate(names):
        by_day = {day: sum(hours[n]) if len(hours[n]) >= HOURS else None for day, hours in sums.items()}
        known = [day for day, value in by_day.items() if value is not None]
        yield Series(
            name=name, step="D", visits={d: v for d, v in by_day.items() if known[0] <= d <= known[-1]}
        )


def _newcastle(path: Path, quick: bool) -> dict[str, str]:
    """Score the library in decline and in recovery: every month from which the next twelve are known."""
    visits = read(path).visits
    times = {
        "decline": (date(2010, 6, 1), date(2019, 3, 1)),
        "recovery": (date(2021, 10, 1), date(2022, 4, 1)),
    }
    return {f"newcastle {name}": _months(visits, *span, 4 if quick else 1) for name, span in times.items()}


def _months(visits: Mapping[date, float | None], first: date, last: date, step: int) -> str:
    """Return the scores from every `step`th month between two."""
    every = Series(name="City Library", step="M", visits=visits)
    past = every.months()
    begin, end = (_month(day) - _month(past.first) for day in (first, last))
    return as_markdown(_each(partial(_forecast, every), range(begin, end + 1, step), every.name)) + "\n"


def _forecast(every: Series, at: int) -> Outcome:
    """Return the scores from the one month that has `at` before it."""
    return backtest.scored(every, Calendar(), [at], 1, _silent, rivals(True))


def _month(day: date) -> int:
    return day.year * 12 + day.month


def kinds_table(seeds: int) -> str:
    """Score simulated houses of many kinds: Besök, and the best of the others by kind and horizon."""
    rows = [
        "| house | MASE 7 d | 28 d | 365 d | best other 7 d | 28 d | 365 d | covers 28 d | covers 365 d |"
    ]
    rows.append("| --- |" + " --- |" * 8)
    houses = [(kind, seed) for kind in KINDS for seed in range(seeds)]
    outcomes = _each(_house, houses, "houses")
    for n, kind in enumerate(KINDS):
        told = scores.pooled(outcomes[n * seeds : (n + 1) * seeds])
        ours = told.pop(backtest.OURS)
        best = np.nanmin([other.mase for other in told.values()], axis=0)
        cells = [*ours.mase[[0, 1, 3]], *best[[0, 1, 3]], *ours.cover]
        rows.append(f"| {kind} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _house(which: tuple[str, int]) -> Outcome:
    """Return the scores of one simulated house, from the last day of its past."""
    series, known = house(*which)
    days = calendar(min(series.visits), max(series.visits), country="SE")
    return backtest.scored(series, days, [known], 1, _silent, rivals(True))


def branches_table(seeds: int) -> str:
    """Score simulated branches by month: Besök, and the best of the others by kind and figure."""
    rows = [
        "| branch | MASE 3 m | 12 m | year total | best other 3 m | 12 m | year total | covers 12 m | year held |"
    ]
    rows.append("| --- |" + " --- |" * 8)
    outcomes = _each(
        _branch, [(kind, seed) for kind in visits_by_month.KINDS for seed in range(seeds)], "branches"
    )
    for n, kind in enumerate(visits_by_month.KINDS):
        told = scores.pooled(outcomes[n * seeds : (n + 1) * seeds])
        ours = told.pop(backtest.OURS)
        mase = np.nanmin([other.mase for other in told.values()], axis=0)[[1, 3]]
        total = np.nanmin([other.total for other in told.values()])
        cells = [f"{v:.2f}" for v in ours.mase[[1, 3]]] + [f"{ours.total:.1%}"] + [f"{v:.2f}" for v in mase]
        cells += [f"{total:.1%}", f"{ours.cover[1]:.2f}", f"{ours.total_held:.2f}"]
        rows.append(f"| {kind} | " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"


def _branch(which: tuple[str, int]) -> Outcome:
    """Return the scores of one simulated branch, from some of its months."""
    series, origins = visits_by_month.branch(*which)
    return backtest.scored(series, Calendar(), origins, 1, _silent, rivals(True))


def odds_table(number: int) -> str:
    """Of programmes that were given such odds, how many reached their target."""
    found = _each(_programme, range(number), "programmes")
    told, reached = zip(*found, strict=True)
    return reliability(np.array(told), np.array(reached))


def _programme(seed: int) -> tuple[float, bool]:
    """Return the odds told of one programme, and whether it reached its target."""
    one = programme(np.random.default_rng(seed))
    return given(one), one.reached


def reliability(told: np.ndarray, reached: np.ndarray) -> str:
    """Return a table by tenths of the odds, and the Brier score beside that of always saying the overall share."""
    rows = ["| odds told | programmes | mean of the odds | reached |", "| --- | --- | --- | --- |"]
    for low in range(0, 100, 10):
        inside = (told * 100 >= low) & (told * 100 < low + 10)
        if inside.any():
            share = f"{told[inside].mean():.0%} | {reached[inside].mean():.0%}"
            rows.append(f"| {low}-{low + 10} % | {inside.sum()} | {share} |")
    brier, base = ((told - reached) ** 2).mean(), reached.mean() * (1 - reached.mean())
    return "\n".join(
        [*rows, "", f"Brier score {brier:.3f}; {base:.3f} for who always tells the overall share.", ""]
    )


def _silent(name: str, done: int, every: int) -> None:
    """Progress within a camera is not told: several are at work."""


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--origins", type=int, default=0)
    parser.add_argument("--odds", type=int, default=200)
    parser.add_argument("--kinds", type=int, default=6)
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(words)


if __name__ == "__main__":
    main(arguments())
