"""How fast occupancy is estimated: a site of 30 spaces, live and over a day. `python -m benchmarks.estimate`."""

import json
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from besok.analytics.occupancy import DayObservations, Filter, learn, smoothed
from besok.model.building import Building
from besok.model.occupancy import Estimate

STOREYS, ROOMS = 4, 6  # with the site and a lobby: 30 spaces
DAYS = 28  # to learn from

T = TypeVar("T")


def main() -> None:
    """Print the figures, in time of the processor."""
    building = house()
    days = [day(building, seed) for seed in range(DAYS + 1)]
    spaces, portals = building.doors.shape
    print(f"{spaces} spaces, {portals} portals, {np.nansum(days[-1].people_in):.0f} passages in on the day")
    learnt, took = timed(lambda: learn(building, days[:-1]))
    print(f"learning from {DAYS} days by minute: {took:.2f} s")
    figures = {"spaces": spaces, "portals": portals, "learn_s": round(took, 3)}
    state = Filter(building, learnt)
    each = np.array([timed(partial(state.step, days[-1][t : t + 1]))[1] for t in range(1440)])
    busy = each[420:1020]
    mean, worst = 1000 * each.mean(), 1000 * np.quantile(busy, 0.99)
    print(f"live, each minute: {mean:.1f} ms on the mean, {worst:.1f} ms at worst (99 % of busy ones)")
    result, took = timed(lambda: smoothed(building, days[-1], learnt))
    assert isinstance(result, Estimate) and result.people.shape == (1440, spaces)
    print(f"a day smoothed: {took:.2f} s")
    print(
        json.dumps(
            figures | {"minute_ms": round(mean, 2), "worst_ms": round(worst, 2), "day_s": round(took, 3)}
        )
    )


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what a function returns, and the seconds of the processor it took."""
    began = time.process_time()
    return work(), time.process_time() - began


def house() -> Building:
    """Return a site with a lobby and four storeys of six rooms, a stairwell between them."""
    parents: list[int | None] = [None, 0]
    ends: list[tuple[int | None, int | None]] = [(None, 1), (None, 1)]
    for _ in range(STOREYS):
        storey = len(parents)
        parents.append(0)
        ends.append((1, storey))
        for _ in range(ROOMS):
            ends.append((storey, len(parents)))
            parents.append(storey)
    return Building.of(parents, ends)


def day(building: Building, seed: int) -> DayObservations:
    """People who walk through the house from 9 to 19, their doors missing some."""
    rng = np.random.default_rng(seed)
    spaces, portals = building.doors.shape
    moves = np.zeros((2, 1440, portals))
    for _ in range(1500):
        door, storey, room = (int(rng.integers(n)) for n in (2, STOREYS, ROOMS))
        way = [door, 2 + storey * (ROOMS + 1), 3 + storey * (ROOMS + 1) + room]
        come = int(rng.uniform(300, 840))
        gone = int(min(come + 4 + rng.exponential(50), 900 + rng.uniform(0, 10)))
        for later, portal in enumerate(way):
            moves[0, min(come + later, 1439), portal] += rng.random() > 0.04
            moves[1, min(gone + 2 - later, 1439), portal] += rng.random() > 0.05
    people = np.full((1440, spaces), np.nan)
    people[:, 3] = rng.integers(0, 5, 1440)
    opened = (np.arange(1440) >= 300) & (np.arange(1440) < 900)
    return DayObservations.of(moves[0], moves[1], spaces, people=people, open=opened)


if __name__ == "__main__":
    main()
