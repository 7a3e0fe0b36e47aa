"""What counters over doors make of those who pass: missed, doubled, turned round, by direction, crowd and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.random import Generator

from benchmarks.worlds.people import Passages
from besok.model.arrays import Bools, Floats, Ints

NEAR_S: Final = 2.0  # who passes so near another is harder to see
MOST_MISSED: Final = 0.9

Trouble = Literal["silent", "swapped", "late", "clock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """How a counter errs: shares of passages. `crowd` is added to the misses for each other person within two seconds.

    `wander` is the standard deviation of the logarithm of a day's misses, for each direction by itself: light and
    crowds differ from day to day.
    """

    miss_in: float = 0.015
    miss_out: float = 0.015
    double: float = 0.003
    turned: float = 0.002
    crowd: float = 0.0
    wander: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with the counter of a door, on the days `first` to `last` from one local hour to another.

    `seconds`: how late its counts come, or how far its clock is ahead.
    """

    door: int
    kind: Trouble
    first: int
    last: int
    begins: float = 4.0
    ends: float = 28.0
    seconds: float = 0.0

    def holds(self, day: int, time: Floats) -> Bools:
        """Tell whether it befalls what happens at the times (seconds since the business day began)."""
        hour = time / 3600 + 4
        return (self.first <= day <= self.last) & (self.begins <= hour) & (hour < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A day as it was counted, by step and door; NaN: nothing was heard. `heard`: the step in which it was."""

    people_in: Floats
    people_out: Floats
    heard: Ints


def counted(
    walked: Passages, counters: Sequence[Counter], faults: Sequence[Fault], day: int, steps: int, step_s: int,
    rng: Generator,
) -> Counts:  # fmt: skip
    """Return the counts of a day. Door n is watched by counter n; passages through other doors are seen by nobody."""
    both = [np.zeros((steps, len(counters))) for _ in range(2)]
    heard = np.repeat(np.arange(steps)[:, None], len(counters), axis=1)
    edges: Floats = np.arange(steps, dtype=np.float64) * step_s
    for door, counter in enumerate(counters):
        own = walked.only(walked.door == door)
        time, inward = _counted(own, counter, rng)
        for fault in (f for f in faults if f.door == door):
            time, inward = _troubled(fault, day, time, inward)
            if fault.kind == "late":
                heard[:, door] = _late(fault, day, edges, step_s)
        for grid, way in zip(both, (inward, ~inward), strict=True):
            step = (time[way] // step_s).astype(np.int64)
            grid[:, door] = np.bincount(step[(step >= 0) & (step < steps)], minlength=steps)
            for fault in (f for f in faults if f.door == door and f.kind == "silent"):
                grid[fault.holds(day, edges), door] = np.nan
    return Counts(people_in=both[0], people_out=both[1], heard=heard)


def _counted(own: Passages, counter: Counter, rng: Generator) -> tuple[Floats, Bools]:
    """Return the passages as one counter tells of them."""
    moods = np.exp(counter.wander * rng.standard_normal(2) - counter.wander**2 / 2)
    miss = np.where(own.inward, counter.miss_in * moods[0], counter.miss_out * moods[1])
    if counter.crowd:
        low = np.searchsorted(own.time, own.time - NEAR_S, side="left")
        high = np.searchsorted(own.time, own.time + NEAR_S, side="right")
        miss = miss + counter.crowd * (high - low - 1)
    u, v = rng.random((2, len(own.time)))
    caught = u >= np.minimum(miss, MOST_MISSED)
    inward = own.inward ^ (v < counter.turned)
    times = np.where(caught, 1, 0) + (caught & (v > 1 - counter.double))
    return np.repeat(own.time, times), np.repeat(inward, times)


def _troubled(fault: Fault, day: int, time: Floats, inward: Bools) -> tuple[Floats, Bools]:
    during = fault.holds(day, time)
    if fault.kind == "silent":
        return time[~during], inward[~during]
    if fault.kind == "swapped":
        return time, inward ^ during
    return (np.where(during, time + fault.seconds, time), inward) if fault.kind == "clock" else (time, inward)


def _late(fault: Fault, day: int, edges: Floats, step_s: int) -> Ints:
    """In batches: what is measured in each stretch of so many seconds is heard at its end."""
    stretch = max(1, round(fault.seconds / step_s))
    own = np.arange(len(edges))
    return np.where(fault.holds(day, edges), (own // stretch + 1) * stretch, own)
