"""Buildings and days that the tests of the estimate are about."""

from dataclasses import replace
from typing import Any

import numpy as np

from besok.analytics.occupancy import DayObservations, SiteParameters, live
from besok.model.arrays import Bools, Floats
from besok.model.building import Building
from besok.model.occupancy import REASONS, Estimate

NAN = float("nan")
# site 0 > lobby 1, storey 2 > room 3; entrance outside -> lobby, stairs lobby -> storey, door storey -> room
PARENTS = (None, 0, 0, 2)
ENDS = ((None, 1), (1, 2), (2, 3))
HOUSE = Building.of(PARENTS, ENDS)
# Site 0 > hall 1, room 2: entrance outside -> hall, door hall -> room, back outside -> hall
BRANCH = Building.of((None, 0, 0), ((None, 1), (1, 2), (None, 1)))
ROOM = Building.of((None,), ((None, 0),))
EXACT = replace(
    SiteParameters.unknown(1, 1), days=30, bias_sd=np.array([0.005]), widened=np.array([0.2]), missed=0.0
)


def rows(*steps: list[float]) -> Floats:
    return np.array(steps, float)


def counted(people_in: Floats, people_out: Floats, **levels: Any) -> Estimate:
    return live(HOUSE, DayObservations.of(people_in, people_out, 4, **levels))


def room(people_in: list[float], people_out: list[float], **how: Any) -> DayObservations:
    return DayObservations.of(
        np.array(people_in, float)[:, None], np.array(people_out, float)[:, None], 1, **how
    )


def because(result: Estimate, reason: str) -> Bools:
    return result.reason == REASONS.index(reason)


def library(
    seed: int, miss_in: float = 0.0, miss_out: float = 0.0, minutes: int = 1, visits: int = 600
) -> tuple[DayObservations, Floats]:
    """A day of a library that opens at 9 and closes at 18: what its door counts, and who is really there."""
    rng = np.random.default_rng(seed)
    comes = (300 + 540 * rng.beta(1.6, 1.8, visits)).astype(int)
    goes = np.minimum(comes + 1 + rng.lognormal(3.5, 0.8, visits), 838 + rng.uniform(0, 10, visits)).astype(
        int
    )
    came, went = (np.bincount(t, minlength=1440).astype(float) for t in (comes, goes))
    seen_in, seen_out = (
        rng.binomial(n.astype(int), 1 - p).astype(float) for n, p in ((came, miss_in), (went, miss_out))
    )
    parts = [c.reshape(-1, minutes).sum(1) for c in (seen_in, seen_out)]
    real = np.cumsum(came - went)[minutes - 1 :: minutes]
    return DayObservations.of(parts[0][:, None], parts[1][:, None], 1, step_minutes=minutes), real


def error(estimate: Estimate, real: Floats) -> float:
    return float(np.sqrt(np.mean((estimate.people[:, 0] - real) ** 2)))


def all_night(
    seed: int, days: int, visits: int = 900, minutes: int = 15
) -> list[tuple[DayObservations, Floats]]:
    """Days from four to four of a house that never closes and is fullest in the evening; its door misses 3 %."""
    rng = np.random.default_rng(seed)
    comes = 1440 * rng.integers(0, days + 2, visits * (days + 2)) + rng.normal(1200, 240, visits * (days + 2))
    goes = comes + 1 + rng.lognormal(4.8, 0.7, len(comes))
    steps, first = (days + 2) * 1440 // minutes, (1440 + 240) // minutes
    came, went = (np.bincount((t // minutes).astype(int) % steps, minlength=steps) for t in (comes, goes))
    inside = [np.sum((comes <= end) & (end < goes)) for end in minutes * np.arange(first + 1, steps)]
    found = []
    for day in range(days):
        part = slice(first + day * 1440 // minutes, first + (day + 1) * 1440 // minutes)
        ways = [rng.binomial(n[part], 0.97).astype(float)[:, None] for n in (came, went)]
        real = np.array(inside[part.start - first : part.stop - first], float)
        found.append((DayObservations.of(*ways, 1, step_minutes=minutes), real))
    return found


def through_a_hall(seed: int, visits: int = 300, missed: float = 0.02) -> tuple[DayObservations, Floats]:
    """A day by minute of people who cross the hall within minutes, stay in the room, and cross it again."""
    rng = np.random.default_rng(seed)
    comes = 300 + 540 * rng.beta(1.6, 1.8, visits)
    inside = comes + rng.exponential(1.5, visits)
    leaves = inside + rng.lognormal(3.3, 0.6, visits)
    goes = leaves + rng.exponential(1.5, visits)
    doors = rng.choice([0, 2], (2, visits), p=[0.7, 0.3])
    ways = np.zeros((2, 1440, 3))
    for way, door, times in ((0, doors[0], comes), (1, doors[1], goes), (0, 1, inside), (1, 1, leaves)):
        np.add.at(ways[way], (times.astype(int), door), rng.random(visits) >= missed)
    at = np.arange(1, 1441)[:, None]
    real = ((comes < at) & (at <= goes)).sum(1)
    return DayObservations.of(*ways, 3), real.astype(float)
