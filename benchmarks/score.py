"""How true the figures are, in one table beside simple rivals, into results.md.

    python -m benchmarks.score [--seeds 3] [--only visits] [--packages FOLDER] [--write]

Each row is one world or group of series by itself, never a mean over them. What is wanted is stated with each
figure; a row that misses it says so. `--packages` as in `benchmarks.forecast`; real streets come from the folder of
data beside the clone, and their rows are left out where it is missing.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import effects, forecast, levers, occupancy, visits
from benchmarks._page import write_tables
from benchmarks._series import DATA, STREETS
from benchmarks.worlds.known_effects import simulated
from benchmarks.worlds.targets import EACH_WORLD
from cli.simulation.judged_world import SITE
from cli.simulation.score_table import AVERAGE

VISITS = (0.72, 0.88)  # of 80 % intervals, of a site's days, months or years
SERIES = (0.75, 0.85)  # of 80 % intervals, over a group of series
CHANCE = (0.0, 0.08)  # of findings where nothing was done; 0.05 is right
LEVERS = (0.92, 1.0)  # of 95 % intervals
HEADS = ("in", "figure", "Besök", "rival", "wanted", "reached")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure of one world beside a rival's, or beside the bounds that it is wanted within."""

    world: str
    figure: str
    value: float
    rival: tuple[str, float] | None = None
    slack: float = 0.0  # by which the rival's may be exceeded
    within: tuple[float, float] | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the figure is as wanted; None where nothing is."""
        if self.within:
            return self.within[0] <= self.value <= self.within[1]
        return self.value <= self.rival[1] + self.slack if self.rival else None

    def cells(self) -> list[str]:
        """Return the cells of the table."""
        rival = f"{self.rival[1]:.1%} {self.rival[0]}" if self.rival else ""
        wanted = (
            f"{self.within[0]:.0%} to {self.within[1]:.0%}"
            if self.within
            else "at most the rival's" * bool(rival)
        )
        reached = {True: "yes", False: "**no**", None: ""}[self.reached]
        return [self.world, self.figure, f"{self.value:.1%}", rival, wanted, reached]


def occupancy_rows(seeds: int) -> Iterator[Row]:
    """Yield each standard world's error and coverage: of its site, and over its spaces."""
    lines = occupancy.standard_worlds(range(1, seeds + 1)).lines
    for (world, of), some in lines[lines["world"] != AVERAGE].groupby(["world", "of"], sort=False):
        own: dict[str, Any] = {str(line.estimator): line for line in some.itertuples()}
        where = f"{world}" if of == SITE else f"{world}, spaces"
        for name, rival in (("live", "clamp-and-reset"), ("smoothed", "end-of-day")):
            line, other = own[name], own[rival]
            if line.relative >= 0 and other.relative >= 0 and line.people > 0:  # all of them known
                slack = max(0.05 * other.relative, 0.5 / line.people)
                yield Row(world=where, figure=f"{name}, error by people present",
                          value=line.relative, rival=(rival, other.relative), slack=slack)  # fmt: skip
            if line.coverage >= 0:
                yield Row(world=where, figure=f"{name}, 80 % interval holds",
                          value=line.coverage, within=EACH_WORLD)  # fmt: skip


def visits_rows(seeds: int) -> Iterator[Row]:
    """Yield how often the stated error of visits holds the truth, by site and step."""
    for site, steps in visits.coverage(range(3000, 3000 + 16 * seeds), 56).items():
        for step, held in steps.items():
            yield Row(world=site, figure=f"{step}, 80 % interval holds", value=held, within=VISITS)


def forecast_rows(packages: Path) -> Iterator[Row]:
    """Yield each group of series that chose nothing: year total, whole spread, coverage, and odds."""
    rows = list(forecast.scored("test", packages))
    for group in dict.fromkeys(str(row["group"]) for row in rows):
        own = {
            m: [r for r in rows if (r["group"], r["method"]) == (group, m)]
            for m in ("besok", "ridge", "last year")
        }
        shared = set.intersection(*({(r["name"], r["origin"]) for r in some} for some in own.values()))
        own = {m: [r for r in some if (r["name"], r["origin"]) in shared] for m, some in own.items()}

        def mean(method: str, field: str, own: dict[str, list[dict[str, object]]] = own) -> float:
            return float(np.nanmean([abs(float(str(r[field]))) for r in own[method]]))

        if not shared:
            continue
        yield Row(world=group, figure="error of the year's total", value=mean("besok", "total"),
                  rival=("last year", mean("last year", "total")))  # fmt: skip
        yield Row(world=group, figure="CRPS, 28 days", value=mean("besok", "crps28"),
                  rival=("ridge", mean("ridge", "crps28")))  # fmt: skip
        for field, days in (("cover28", "28 days"), ("cover365", "365 days"), ("held", "the year's total")):
            yield Row(world=group, figure=f"80 % interval holds, {days}",
                      value=mean("besok", field), within=SERIES)  # fmt: skip
        odds = [pair.split(":") for row in own["besok"] for pair in str(row["odds"]).split()]
        sure = [float(came) for said, came in odds if float(said) >= 0.8]
        if sure:
            yield Row(world=group, figure=f"a probability of 80-100 % comes true, of {len(sure)}",
                      value=float(np.mean(sure)), within=(0.8, 1.0))  # fmt: skip


def effect_rows(seeds: int) -> Iterator[Row]:
    """Yield findings where nothing was done, and where something was: simulated, and on streets."""
    for name, how in effects.KINDS:
        cases = list(simulated(name, 40 * seeds, **how))
        for gain in effects.GAINS:
            found, held = np.mean([effects.ask(case, gain)[:2] for case in cases], axis=0)
            yield Row(world=name, figure=f"found of {gain:+.0%}", value=float(found),
                      within=None if gain else CHANCE)  # fmt: skip
            yield Row(world=name, figure=f"95 % interval holds {gain:+.0%}", value=float(held),
                      within=(0.9, 1.0))  # fmt: skip
    for city in STREETS if DATA.is_dir() else ():
        some = list(effects.placebos(city, 8 * seeds))
        met = [found for *_, found in effects.shown(city, 8 * seeds)]
        yield Row(world=city, figure=f"shows when it is said to, 80 % are right, of {len(met)}",
                  value=float(np.mean(met)), within=(0.7, 1.0))  # fmt: skip
        for way in effects.WAYS:
            told = [p.found() for p in some if p.way == way and p.weeks >= 8 and p.away()]
            yield Row(world=f"{city}, {way}", figure=f"found of nothing, of {len(told)}",
                      value=float(np.mean(told)), within=CHANCE)  # fmt: skip


def lever_rows(seeds: int) -> Iterator[Row]:
    """Yield how often intervals of levers hold, and levers are found that nobody pulled, by city."""
    cases = list(levers.judged(4 * seeds, 5))
    for city in dict.fromkeys(case[0] for case in cases):
        held = [case[3] for case in cases if case[0] == city]
        vain = [case[4] for case in cases if case[0] == city and case[2] == 0]
        yield Row(
            world=city,
            figure="95 % interval holds",
            value=float(np.mean(held)),
            within=LEVERS,
        )
        yield Row(world=city, figure="found of nothing", value=float(np.mean(vain)), within=CHANCE)


def main() -> None:
    """Judge, print, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="occupancy, visits, forecast, effects or levers")
    parser.add_argument("--packages", type=Path, default=Path("packages"))
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    judges: dict[str, Callable[[], Iterable[Row]]] = {
        "occupancy": lambda: occupancy_rows(asked.seeds),
        "visits": lambda: visits_rows(asked.seeds),
        "forecast": lambda: forecast_rows(asked.packages),
        "effects": lambda: effect_rows(asked.seeds),
        "levers": lambda: lever_rows(asked.seeds),
    }
    reached = {}
    for name, judge in judges.items():
        if asked.only in name:
            rows = list(judge())
            wanted = [row for row in rows if row.reached is not None]
            reached[name] = [sum(bool(row.reached) for row in wanted), len(wanted)]
            said = "{} of {} figures are as wanted.\n\n".format(*reached[name])
            print(table := said + occupancy.markdown(HEADS, [row.cells() for row in rows]))
            if asked.write:
                write_tables("all", {name: table})
    print(json.dumps({"reached": reached}))


if __name__ == "__main__":
    main()
