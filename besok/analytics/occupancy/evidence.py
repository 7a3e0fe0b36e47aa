"""Likelihoods of a number of people besides the doors' counts: from exits, and from observations inside."""

import numpy as np

from besok.analytics.occupancy.grid import Cells, ProbabilityGrid
from besok.model.arrays import Bools, Floats

# Leaving: each of N people leaves at a rate that is the same for all at a time and changes from one time to the next.
STAY_MINUTES = 60.0  # the prior mean stay; the result hardly depends on it
SHAPE = 1.0  # of the prior gamma distribution of the rate: nearly uninformative
MEMORY_MINUTES = 15.0  # time constant of the evidence on the rate
GROUP = 2.0  # people who leave together count as one
# From so many people on exits say nothing of how many are in: a share of the most so far, within bounds.
FEW_SHARE, FEW, FEW_MOST = 0.12, 8.0, 25.0
FEW_MINUTES = 8.0  # and one more for each so many minutes in which nobody leaves
# Exits of late by which half of the trust is gone, since the rate is never steadier than that, in steps of a minute;
# it falls with their length. In steps longer than LONGEST those who come and those who leave cannot be told apart.
STEADY, STEADY_FALLS, LONGEST = 40.0, 1.25, 10.0
TRUST = 0.85  # share of this evidence that is used: its model is simple

# Likelihood of each minute in which somebody is inside though all is closed and nobody passes: at first, and later on,
# for who is still there may be an audience; and for how many minutes after the last passage it does not hold yet.
CLOSED_MINUTE, CLOSED_LATER, CLOSED_FIRST = 0.75, 0.985, 25.0
CLOSED_GRACE = 20.0
# Before the day ends, where hours are not known; likelihood of each
NIGHT_MINUTES, NIGHT_MINUTE = 240.0, 0.97

LEVEL_SHARE, LEVEL_SD = 0.08, 0.7  # error of a count of the people inside: a share of them, and people
SCALE_SD = 0.07  # the permanent part of that share: the scale of a counter without headcounts
LEVEL_TRUST = 0.2  # share of each minute's reading that is news: errors of a camera last for minutes
LEVEL_FLOOR = 0.003  # a reading that is this unlikely was wrong, whatever it was
PRESENT_TRUST = 0.3  # likelihood of presence in an empty space, and of none with people, each minute
USUAL_FREEDOM = 4.0  # of Student's t: today may be unlike other days
_SURPRISED = -9.0  # log likelihood of a count from which on it is believed rather than the doors

# The spaces of which something was observed, and how well each of their cells explains it
Explained = tuple[Bools, Cells]
_POSSIBLE = 1e-12  # probability of a cell from which on it counts


class Leaving:
    """Evidence of the exits: nobody can leave an empty room, and few leave one with few people.

    The rate of leaving has a gamma distribution from recent exits and person-time. So a crowd that leaves at once makes
    the rate high, and when nobody follows, nobody remains; while a class sits still, the rate is low, and the absence
    of exits is little evidence.
    """

    def __init__(self, spaces: int, biases: int) -> None:
        self._exits = np.zeros(spaces)
        self._people_time = np.zeros((spaces, biases))  # of the middle cell of each column, person-minutes
        self._time = np.zeros(spaces)
        self._most = np.zeros(spaces)  # people so far in the day
        self._silent = np.zeros(spaces)  # minutes since anybody left

    def likelihood(
        self, grid: ProbabilityGrid, people_in: Floats, people_out: Floats, minutes: float
    ) -> Cells:
        """Return how well each cell (before the step) explains its exits: negative binomial with a gamma rate."""
        least = np.clip(FEW_SHARE * self._most, FEW, FEW_MOST) + self._silent / FEW_MINUTES
        few = least.astype(np.float32)[:, None, None]
        cells = np.minimum(grid.people(), few)
        entered = (people_in[:, None] * grid.more_in).astype(np.float32)[:, :, None]
        off = cells - grid.offset[:, :, None].astype(np.float32)
        time = self._time[:, None, None].astype(np.float32)
        past = np.where(
            cells < few, self._people_time[:, :, None].astype(np.float32) + off * time, few * time
        )
        known = np.float32(SHAPE * STAY_MINUTES) + np.maximum(past, 0)
        inside = np.maximum(cells + entered, 0)
        now = np.maximum(cells + entered / 2, 0) * np.float32(minutes)
        exits = people_out / GROUP
        log = -((SHAPE + self._exits + exits)[:, None, None]).astype(np.float32) * np.log1p(now / known)
        with_exits = exits > 0
        if with_exits.any():
            log[with_exits] += exits[with_exits, None, None].astype(np.float32) * np.log(
                (inside[with_exits] + 0.02) / known[with_exits]
            )
        # Relative to the best possible cell: relative to an impossible one all others may vanish.
        log -= np.where(grid.cells > _POSSIBLE, log, -np.inf).max((1, 2), keepdims=True)
        steady = STEADY / minutes**STEADY_FALLS
        trust = (TRUST * steady / (steady + self._exits)).astype(np.float32)[:, None, None]
        return np.asarray(np.exp(trust * np.minimum(log, 0)), np.float32)

    def remember(self, grid: ProbabilityGrid, people_in: Floats, people_out: Floats, minutes: float) -> None:
        """Add a step (before its people moved) to the evidence on the rate."""
        self._most = np.maximum(self._most, (grid.cells.sum(2) * grid.offset).sum(1))
        self._silent = np.where(people_out > 0, 0, self._silent + minutes)
        decay = float(np.exp(-minutes / MEMORY_MINUTES))
        now = (grid.offset + people_in[:, None] * grid.more_in / 2) * minutes
        self._exits = decay * (self._exits + people_out / GROUP)
        self._people_time = decay * (self._people_time + now)
        self._time = decay * (self._time + minutes)

    def shift(self, people: Floats) -> None:
        """Move the middle cells by so many people."""
        self._people_time = self._people_time + people * self._time[:, None]


def level_sd(people: Floats, scale_sd: Floats) -> Floats:
    """Return the standard deviation of the error of a count of people inside, given the sd of its scale."""
    share = np.sqrt(LEVEL_SHARE**2 - SCALE_SD**2 + scale_sd**2)
    return np.asarray(np.hypot(LEVEL_SD, share * people))


def closed(grid: ProbabilityGrid, minutes: Floats) -> Explained:
    """Say how well cells explain that nothing moved for so many weighted minutes (by space) of closed hours."""
    there = minutes > 0
    likely = _by_cell(CLOSED_MINUTE ** minutes[there])
    return there, np.where(grid.people(there) > grid.half[there], likely, np.float32(1))


def counted(
    grid: ProbabilityGrid, people: Floats, sd: Floats, news: float = 1.0, least: float = 0.0
) -> tuple[Explained, Bools]:
    """Say how well cells explain a count of the people inside, and in which spaces none does.

    `news` is the share of an independent count that it is, `least` the likelihood below which it was wrong instead.
    """
    there = ~np.isnan(people)
    cells = grid.people(there)
    log = -(((cells - _by_cell(people[there])) / _by_cell(sd[there])) ** 2) / 2
    best = np.where(grid.cells[there] > 1e-6, log, -np.inf).max((1, 2), initial=-np.inf)
    if least:
        log = np.maximum(log, np.float32(np.log(least)))
    likelihood = np.exp(np.float32(news) * (log - np.maximum(best, _SURPRISED)[:, None, None]))
    surprised = np.zeros(len(people), bool)
    surprised[there] = best < _SURPRISED
    return (there, likelihood * (cells > -grid.half[there])), surprised


def usual(grid: ProbabilityGrid, people: Floats, sd: Floats, share: Floats) -> Explained:
    """Say how well cells agree with a usual number; `share` is the independent evidence in the step."""
    there = ~np.isnan(people)
    off = (grid.people(there) - _by_cell(people[there])) / _by_cell(sd[there])
    power = _by_cell(-(USUAL_FREEDOM + 1) / 2 * share[there])
    return there, np.exp(power * np.log1p(off**2 / np.float32(USUAL_FREEDOM)))


def presence(grid: ProbabilityGrid, occupied: Floats, minutes: float) -> Explained:
    """Say how well cells explain that there was somebody (1) or nobody (0)."""
    there, trust = ~np.isnan(occupied), PRESENT_TRUST ** min(minutes, 5.0)
    somebody, nobody = (_by_cell(trust**wrong) for wrong in (1 - occupied[there], occupied[there]))
    return there, np.where(grid.people(there) > grid.half[there], somebody, nobody)


def _by_cell(values: Floats) -> Cells:
    """Return a value for each space as one for each of its cells."""
    return np.asarray(values[:, None, None], np.float32)
