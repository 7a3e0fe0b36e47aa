"""`besok simulate score`: what estimators make of worlds whose truth is known, beside what was really there.

The worlds are the standard ones, a building that is simulated, or a room whose truth a file tells.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from besok.analytics.occupancy import score
from besok.model.site import SiteFile
from cli.terminal.tables import table
from cli.worlds import report, simulated, standard
from cli.worlds.judge import Verdict, judge
from cli.worlds.observed import Observed, observe
from cli.worlds.report import Line
from cli.worlds.rooms import Way, clock, stretch, worlds
from cli.worlds.world import World
from sensors_sim.scenario import Scenario

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitScore:
    """Visits of a site: what was counted, and what was true."""

    scenario: str
    site: str
    days: int
    real: int
    counted: float

    @property
    def error(self) -> float | None:
        """The error as a share of the truth; None if nobody came."""
        return self.counted / self.real - 1 if self.real else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """All that is said of some worlds; `abouts` tells in words what each of them is."""

    abouts: dict[str, str]
    verdicts: tuple[Verdict, ...]
    visits: tuple[VisitScore, ...] = ()

    @property
    def lines(self) -> list[Line]:
        """The table."""
        return report.lines(self.verdicts)


def judged(worlds: Iterable[World]) -> Scores:
    """Every estimator in each of the worlds. Worlds of one name, of different seeds, share a line of the table."""
    return _joined((world.name, world.about, tuple(judge(world))) for world in worlds)


def standard_worlds(
    seeds: Sequence[int], tell: Progress = lambda _: None, *, simulated_too: bool = True
) -> Scores:
    """The standard worlds: those of the light generator for each seed, and the simulated house of the first.

    They are judged by as many processes as there are processors.
    """
    makers: list[Callable[[], World]] = [
        partial(standard.world, recipe, seed) for recipe in standard.STANDARD for seed in seeds
    ]
    if simulated_too:
        makers += [partial(simulated.house, name, seeds[0]) for name in simulated.house_scenarios()]
    with ProcessPoolExecutor(min(len(makers), os.cpu_count() or 1), get_context("spawn")) as pool:
        return _joined(pool.map(_made, makers), tell)


Judged = tuple[str, str, tuple[Verdict, ...]]  # name, what it is, and how well it was known


def _made(maker: Callable[[], World]) -> Judged:
    world = maker()
    return world.name, world.about, tuple(judge(world))


def _joined(found: Iterable[Judged], tell: Progress = lambda _: None) -> Scores:
    abouts: dict[str, str] = {}
    verdicts: list[Verdict] = []
    for name, about, own in found:
        tell(name)
        abouts[name] = about
        verdicts += own
    return Scores(abouts=abouts, verdicts=tuple(verdicts))


def rooms(
    path: Path, reset: str, closed: str | None, capacity: int | None, miss: float, seeds: Sequence[int]
) -> Iterator[World]:
    """The rooms of a file, each seed with another counter over their doors. Raises CountFileError."""
    way = Way(reset=clock(reset), closed=stretch(closed) if closed else None, capacity=capacity, miss=miss)
    return (world for seed in seeds for world in worlds(path, way, seed))


def run(
    site_file: SiteFile,
    scenarios: Sequence[Scenario],
    first: Callable[[Scenario], date],
    days: int,
    seeds: Sequence[int],
    history: int = 0,
) -> Scores:
    """Judge every estimator under each scenario, from the day that `first` names on, after so many days of history."""
    abouts: dict[str, str] = {}
    visits: list[VisitScore] = []
    verdicts: list[Verdict] = []
    for scenario, seed in product(scenarios, seeds):
        begins = first(scenario) - timedelta(days=history)
        for seen in observe(site_file, begins, history + days, seed, scenario):
            world = simulated.world(seen, scenario, history)
            abouts[world.name] = world.about
            visits.append(_visits(scenario, seen, history))
            verdicts += judge(world)
    return Scores(abouts=abouts, visits=tuple(visits), verdicts=tuple(verdicts))


def _visits(scenario: Scenario, seen: Observed, history: int) -> VisitScore:
    days = slice(seen.days[history].start, None)
    counted = score.visits(seen.plan.building.doors, seen.flows.people_in[days], seen.flows.people_out[days])
    real = sum(seen.visits[history:])
    return VisitScore(
        scenario=scenario.id, site=seen.site.id, days=len(seen.days) - history, real=real, counted=counted
    )


def as_json(scores: Scores) -> str:
    """Everything, each space by itself, and the table."""
    visits = [asdict(v) | {"error": v.error} for v in scores.visits]
    spaces: list[dict[str, Any]] = []
    for verdict in scores.verdicts:
        row = asdict(verdict)
        spaces.append(row | row.pop("accuracy"))
    lines = [asdict(line) for line in scores.lines]
    return json.dumps(
        {"worlds": scores.abouts, "visits": visits, "occupancy": spaces, "table": lines}, indent=1
    )


def as_text(scores: Scores) -> str:
    """The visits of each simulated site, and the table."""
    came = [
        (v.scenario, v.site, str(v.days), str(v.real), f"{v.counted:.0f}", report.percent(v.error, "+.1f"))
        for v in scores.visits
    ]
    heads = ("scenario", "site", "days", "visits", "counted", "error")
    counted = [*table(heads, came, 1), ""] if came else []
    return "\n".join([*counted, *table(report.HEADS, map(report.cells, scores.lines), 2)])
