"""Likelihoods of a number of people besides the doors' counts: of closed hours, and from observations inside."""

import numpy as np

from besok.analytics.occupancy.grid import Cells, ProbabilityGrid
from besok.model.arrays import Bools, Floats

STAY_MINUTES = 60.0  # how long people stay where nothing is learnt of it
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


def closed(grid: ProbabilityGrid, minutes: Floats) -> Cells:
    """Return how well each cell explains that nothing moved for so many weighted minutes (by space) of closed hours."""
    somebody = grid.people() > 0.5 * grid.width[:, None, None]
    return np.where(somebody, (CLOSED_MINUTE**minutes)[:, None, None], 1).astype(np.float32)


def level_sd(people: Floats, scale_sd: Floats) -> Floats:
    """Return the standard deviation of the error of a count of people inside, given the sd of its scale."""
    share = np.sqrt(LEVEL_SHARE**2 - SCALE_SD**2 + scale_sd**2)
    return np.asarray(np.hypot(LEVEL_SD, share * people))


def counted(
    grid: ProbabilityGrid, people: Floats, sd: Floats, news: float = 1.0, least: float = 0.0
) -> tuple[Cells, Bools]:
    """Return how well each cell explains a count of the people inside, and in which spaces none does.

    `news` is the share of an independent count that it is, `least` the likelihood below which it was wrong instead.
    """
    cells = grid.people()
    off = (cells - people[:, None, None]) / sd[:, None, None]
    log = np.where(np.isnan(people)[:, None, None], 0, -(off**2) / 2)
    best = np.where(grid.cells > 1e-6, log, -np.inf).max((1, 2))
    with np.errstate(divide="ignore"):
        log = np.maximum(log, np.log(least)) - np.maximum(best, _SURPRISED)[:, None, None]
    possible = cells > -0.5 * grid.width[:, None, None]
    return np.asarray(np.exp(news * log) * possible, np.float32), np.asarray(best < _SURPRISED)


def usual(grid: ProbabilityGrid, people: Floats, sd: Floats, share: Floats) -> Cells:
    """Return how well each cell agrees with a usual number; `share` is the independent evidence in the step."""
    off = (grid.people() - people[:, None, None]) / sd[:, None, None]
    log = -(USUAL_FREEDOM + 1) / 2 * np.log1p(off**2 / USUAL_FREEDOM) * share[:, None, None]
    return np.exp(np.where(np.isnan(people)[:, None, None], 0, log)).astype(np.float32)


def presence(grid: ProbabilityGrid, occupied: Floats, minutes: float) -> Cells:
    """Return how well each cell explains that there was somebody (1) or nobody (0)."""
    somebody = grid.people() > 0.5 * grid.width[:, None, None]
    share = occupied[:, None, None]
    wrong = np.where(np.isnan(share), 0, np.abs(share - somebody))
    return np.asarray(PRESENT_TRUST ** (wrong * min(minutes, 5.0)), np.float32)
