"""How often the stated error of visits holds the truth: `python -m benchmarks.visits [--first SEED] [--seeds N]`.

Worlds are simulated with the devices that the simulator mounts by default (they miss 0.5 to 3 %, count 0.1 to 0.8 %
twice and up to 0.4 % the wrong way, each device by itself and all the time). Within one seed the days are wrong
together: only many seeds tell anything. Seeds from 1000 on were used to choose the constants of
`besok.analytics.visits`, those from 2000 on to judge them.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from besok.analytics.visits import counting_error, variance_per_passage
from besok.model import sitefile
from besok.model.arrays import Floats
from besok.model.calendar import days_from, portions
from besok.model.site import Sensor, SiteFile
from sensors_sim.sensors import Installation, detect, install
from sensors_sim.world import CHUNK_DAYS, World
from tests.small_sites import library, portal

FIRST = date(2025, 1, 1)
Z80 = 1.2816  # standard errors on either side of an 80 % interval
STEPS = {"day": 1, "month": 28, "year": 364}  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedWorld:
    """Days x doors of a site: who entered, and who was counted; `balance_variance` as the store has it."""

    site: str
    entered: Floats
    counted: Floats
    balance_variance: float | None

    def holds(self, days: int) -> list[bool]:
        """Tell of each whole stretch of `days` whether the 80 % interval held the truth."""
        variance = variance_per_passage(self.balance_variance)
        found = []
        for begin in range(0, len(self.counted) - days + 1, days):
            entered, counted = (x[begin : begin + days].sum(axis=0) for x in (self.entered, self.counted))
            if counted.any():
                total = float(counted.sum())
                se = counting_error(total, total, float((counted**2).sum()), passage_variance=variance)
                found.append(abs(float(entered.sum()) - total) <= Z80 * se)
        return found


def small(doors: int, capacity: int) -> SiteFile:
    """Return a library with so many doors alike."""
    names = [f"door-{n}" for n in range(doors)]
    return library(
        f"doors-{doors}-capacity-{capacity}",
        capacity=capacity,
        portals=tuple(portal(name, "outside", f"doors-{doors}-capacity-{capacity}") for name in names),
        sensors=tuple(
            Sensor(source="native", device=name, channel="1", portal=name, model="door-counter")
            for name in names
        ),
    )


def simulate(sites: SiteFile, seed: int, days: int) -> Iterator[CountedWorld]:
    """Count what a world does in so many days, site by site."""
    world = World(sites, seed)
    installed = install(world.ground, seed)
    ground, doors = world.ground, len(world.ground.portals)
    weeks = portions(FIRST, FIRST + timedelta(days=days - 1), CHUNK_DAYS)
    both = [_passages(world, installed, days_from(*week), doors) for week in weeks]
    true, counted = (np.concatenate(side) for side in zip(*both, strict=True))
    place = np.append(ground.site_of, -1)
    heard = {counter.places[-1].edge for counter in installed.counters}
    for number, site in enumerate(sites.sites):
        inner, outer = place[ground.inner[:doors]] == number, place[ground.outer[:doors]] == number
        gates = [edge for edge in np.flatnonzero(inner != outer).tolist() if edge in heard]
        ways = [0 if inner[edge] else 1 for edge in gates]
        named = site.visits[-1].portals if site.visits else ()
        counts = [not named or ground.portals[edge].split("/")[1] in named for edge in gates]
        pairs = [pair for pair, used in zip(zip(gates, ways, strict=True), counts, strict=True) if used]
        yield CountedWorld(
            site=site.id,
            entered=np.stack([true[:, edge, way] for edge, way in pairs], axis=1),
            counted=np.stack([counted[:, edge, way] for edge, way in pairs], axis=1),
            balance_variance=_balance_variance(
                np.stack([counted[:, e, w] for e, w in zip(gates, ways, strict=True)], axis=1),
                np.stack([counted[:, e, 1 - w] for e, w in zip(gates, ways, strict=True)], axis=1),
            ),
        )


def _passages(
    world: World, installed: Installation, days: Sequence[date], doors: int
) -> tuple[Floats, Floats]:
    """Return who passed, and who was counted, by [day, door, in/out]."""
    moves = world.days(days[0], days[-1])
    begins = np.array([world.bounds(day)[0] for day in days])
    true, counted = np.zeros((2, len(days), doors, 2))
    through = moves.only(moves.edge < doors)
    day = np.searchsorted(begins, through.time, side="right") - 1
    np.add.at(true, (day, through.edge, 1 - through.inward.astype(np.int64)), 1)
    seen = detect(installed, moves)
    edge = np.array([counter.places[-1].edge for counter in installed.counters])
    turned = np.array([counter.places[-1].swapped for counter in installed.counters], np.int64)
    day = np.searchsorted(begins, seen.time, side="right") - 1
    np.add.at(counted, (day, edge[seen.counter], seen.outward ^ turned[seen.counter]), seen.count)
    return true, counted


def _balance_variance(entries: Floats, exits: Floats) -> float | None:
    """Return what the query `balance_variance` does."""
    told = entries != exits
    net, passed = ((entries - exits) * told).sum(axis=1), ((entries + exits) * told).sum(axis=1)
    net, passed = net[passed > 0], passed[passed > 0]
    if len(passed) < 28:
        return None
    return float(np.quantile((net - np.median(net / passed) * passed) ** 2 / passed, 0.8)) / 1.642


def worlds() -> list[SiteFile]:
    """Return the sites to judge by."""
    demo = sitefile.parse(Path("sites/helsingborg.toml").read_text("utf-8"))
    return [demo, small(1, 60), small(1, 400), small(3, 200)]


def coverage(seeds: range, days: int) -> dict[str, dict[str, float]]:
    """Return by site how often the 80 % intervals of each step held; each seed weighs the same."""
    found: dict[str, dict[str, list[float]]] = {}
    for sites in worlds():
        for seed in seeds:
            for world in simulate(sites, seed, days):
                for step, length in STEPS.items():
                    if held := world.holds(length):
                        found.setdefault(world.site, {}).setdefault(step, []).append(float(np.mean(held)))
    return {site: {step: float(np.mean(x)) for step, x in steps.items()} for site, steps in found.items()}


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=48)
    parser.add_argument("--days", type=int, default=56)
    asked = parser.parse_args()
    for site, steps in coverage(range(asked.first, asked.first + asked.seeds), asked.days).items():
        print(site, *(f"{step} {held:.0%}" for step, held in steps.items()), sep="  ")


if __name__ == "__main__":
    main()
