"""Whole days on a level like no other: a feed that doubles or halves, a festival, a storm.

The states of single slots cannot tell of them, since the level of its day explains each.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from besok.analytics.events import states
from besok.analytics.events.learning import EventModel, level_around, neighbours, robust_sd
from besok.model.arrays import Floats

# The probability of being odd from which a day is looked at, and from which it is told
LIKELY, SURE = 0.5, 0.8
ODD = 0.3  # how far (log) from the usual level a day must lie to be worth telling
LASTS = 0.6  # of the oddness of a day: the days beside it that are so odd belong to it
LONGEST = 14  # days; what lasts longer is no event


@dataclass(frozen=True, slots=True, kw_only=True)
class OddDays:
    """Blocks that follow each other, and the log10 of how many times likelier their level is if something went on."""

    first: int
    behind: int
    score: float


def odd_days(learnt: EventModel, found: states.StateProbabilities) -> Iterator[OddDays]:
    """Yield runs of days that are neither like always nor like the days around them; none where steps are too long."""
    grid = learnt.grid
    if grid.counts.shape[1] != grid.slots_a_day:
        return
    level = (learnt.levels.at * found.level).sum(axis=1)
    error = np.sqrt((learnt.levels.at**2 * found.level).sum(axis=1) - level**2 + 1e-12)
    beside = neighbours(grid)
    around = level_around(beside, level)
    sd = robust_sd(level), robust_sd(level - around)
    far = (states.oddity(level, error, around, *sd) > _odds(LIKELY)) & (np.abs(level) > ODD)
    for first, behind in _runs(level, far):
        rows = slice(first, behind)
        outside = beside[rows].copy()
        outside[:, rows] = 0.0
        without = float(outside.sum(axis=0) @ level / (outside.sum() + 0.5))
        # Days of one cause are as odd as their mean; that each is odd again would be counted twice.
        mean, doubt, near = (np.array([part]) for part in (level[rows].mean(), error[rows].mean(), without))
        odds = float(states.oddity(mean, doubt, near, *sd)[0])
        if odds > _odds(SURE):
            yield OddDays(first=first, behind=behind, score=(odds - _odds(states.FAR)) / float(np.log(10)))


def _odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def _runs(level: Floats, far: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the days about each that is far off which are as odd; only the day itself where that goes on and on."""
    behind = 0
    for day in np.flatnonzero(far).tolist():
        if day < behind:
            continue
        alike = level * np.sign(level[day]) > LASTS * abs(level[day])
        first, last = day, day + 1
        while first > behind and alike[first - 1]:
            first -= 1
        while last < len(level) and alike[last]:
            last += 1
        if last - first > LONGEST:
            first, last = day, day + 1
        behind = last
        yield first, last
