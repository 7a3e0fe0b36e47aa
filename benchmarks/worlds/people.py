"""People who come to a small library, meeting by nobody's plan: passages through its doors, drawn by numpy alone.

This is the light generator: a day of a thousand passages costs half a millisecond, so that many kinds of miscounts, and
many days of each, can be judged within seconds. It is a stranger to the simulator of `sensors_sim` on purpose: an
estimator that knew how the one makes its people would be found out by the other. All of it is invented.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from besok.model.arrays import Bools, Floats, Ints

HOUR_S: Final = 3600.0
DAY_STARTS: Final = 4  # local hour of the business day's boundary
TOGETHER_S: Final = 1.2  # between one of a party and the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """Who passes which door when: seconds since the business day began, and whether inward. In order of time."""

    time: Floats
    door: Ints
    inward: Bools

    def only(self, keep: Bools) -> "Passages":
        """Return the passages that `keep` selects."""
        return Passages(time=self.time[keep], door=self.door[keep], inward=self.inward[keep])


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How a place is used. Hours are local; the shares of the doors add up to 1."""

    visits: float  # on a usual day
    opens: float = 10.0
    closes: float = 19.0
    doors: tuple[float, ...] = (0.6, 0.3, 0.1)
    stay_min: float = 35.0  # the median
    stay_spread: float = 0.9  # standard deviation of its logarithm
    alone: float = 0.65  # share of parties of one; the others have two and more
    day_spread: float = 0.15  # standard deviation of the logarithm of a day's level
    staff: int = 5
    humps: tuple[tuple[float, float, float], ...] = (
        (12.5, 1.5, 1.0),
        (16.0, 1.4, 1.2),
    )  # hour, width, weight
    capacity: float = 100.0


LIBRARY: Final = Place(visits=700)
BRANCH: Final = Place(visits=180, doors=(1.0,), staff=2, capacity=30)
CITY: Final = Place(visits=2600, doors=(0.45, 0.3, 0.2, 0.05), staff=18, capacity=420)
ROOM: Final = Place(
    visits=60, doors=(1.0,), staff=0, stay_min=55, stay_spread=0.5, alone=0.5, humps=((10.2, 0.3, 1), (14, 0.6, 1)),
    capacity=16,
)  # fmt: skip


def passages(place: Place, rng: Generator) -> Passages:
    """One day: the public in parties, and staff from before opening to after closing. Nobody stays over night."""
    begins, ends = ((hour - DAY_STARTS) * HOUR_S for hour in (place.opens, place.closes))
    level = place.visits * np.exp(place.day_spread * rng.standard_normal())
    sizes = _sizes(level, place, rng)
    came = _arrivals(place, begins, ends, len(sizes), rng)
    stay = place.stay_min * 60 * np.exp(place.stay_spread * rng.standard_normal(len(sizes)))
    went = np.minimum(came + np.maximum(stay, 60), ends + rng.uniform(-300, 420, len(sizes)))
    went = np.maximum(went, came + 45)
    return _walk(place, came, went, sizes, rng, begins, ends)


def _sizes(level: float, place: Place, rng: Generator) -> Ints:
    """Parties until as many came as the day brings."""
    parties = rng.poisson(level / (1 + (1 - place.alone) / 0.6))
    more = (rng.random(parties) > place.alone) * rng.geometric(0.6, parties)
    return np.asarray(1 + more, np.int64)


def _arrivals(place: Place, begins: float, ends: float, number: int, rng: Generator) -> Floats:
    """Moments at which parties come, by the humps of the day, none in the last quarter before closing."""
    grid = np.arange(begins, ends - 900, 60.0)
    hour = grid / HOUR_S + DAY_STARTS
    rate = 0.08 + np.sum([w * np.exp(-(((hour - h) / s) ** 2) / 2) for h, s, w in place.humps], axis=0)
    chosen = rng.choice(len(grid), number, p=rate / rate.sum())
    return np.asarray(grid[chosen] + rng.uniform(0, 60, number), np.float64)


def _walk(
    place: Place, came: Floats, went: Floats, sizes: Ints, rng: Generator, begins: float, ends: float
) -> Passages:
    """Parties and staff as passages of single people; seven of ten leave as they came."""
    staff = place.staff
    came = np.concatenate([came, begins - rng.uniform(600, 3600, staff)])
    went = np.concatenate([went, ends + rng.uniform(300, 2400, staff)])
    sizes = np.concatenate([sizes, np.ones(staff, np.int64)])
    doors = len(place.doors)
    entered = rng.choice(doors, len(sizes), p=place.doors)
    left = np.where(rng.random(len(sizes)) < 0.7, entered, rng.choice(doors, len(sizes), p=place.doors))
    who = np.repeat(np.arange(len(sizes)), sizes)
    place_in_party = np.arange(len(who)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    behind = place_in_party * TOGETHER_S * rng.uniform(0.2, 1.5, len(who))
    return in_order(
        np.concatenate([came[who] + behind, went[who] + behind]),
        np.concatenate([entered[who], left[who]]),
        np.arange(2 * len(who)) < len(who),
    )


def school_class(begins_s: float, stay_s: float, pupils: int, rng: Generator) -> Passages:
    """Return a class that comes through the first door within a minute, and leaves through it as fast."""
    into, out = begins_s + rng.uniform(0, 60, pupils), begins_s + stay_s + rng.uniform(0, 60, pupils)
    return in_order(
        np.concatenate([into, out]), np.zeros(2 * pupils, np.int64), np.arange(2 * pupils) < pupils
    )


def together(*crowds: Passages) -> Passages:
    """All of them, in order."""
    return in_order(
        *(np.concatenate([getattr(c, name) for c in crowds]) for name in ("time", "door", "inward"))
    )


def in_order(time: Floats, door: Ints, inward: Bools) -> Passages:
    """Passages sorted by time."""
    order = np.argsort(time, kind="stable")
    return Passages(time=time[order], door=door[order], inward=inward[order])


def present(walked: Passages, steps: int, step_s: int) -> Floats:
    """Return how many are there at the end of each step."""
    net = np.where(walked.inward, 1.0, -1.0)
    step = np.clip(walked.time // step_s, 0, steps - 1).astype(np.int64)
    return np.asarray(np.cumsum(np.bincount(step, net, steps)), np.float64)
