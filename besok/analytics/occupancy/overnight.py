"""People who are in when the day begins: of a building that is never empty, its nights tell nothing but its exits do.

Exits are entries of some time ago. How long ago is learnt from how they follow one another, in the course of the day
and by chance; by Little's law as many are in as come during a mean stay. Who came and went since the day began is
known, and the rest was in when it began.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from besok.model.arrays import Bools, Floats

NEAR_MINUTES = 120.0  # before and after the beginning of a day, in which somebody comes and somebody goes
MOST_DAYS = 0.5  # the share of the days on which that is so, where people are in at night
DAY_MINUTES, DAY_HOURS = 1440.0, 24.0
FIRST_OUT = 5.0  # people by whom exits exceed entries on a usual morning, where nobody moves at night
# Minutes; the exits of those who stay longer cannot be told from one another
STAYS = np.array([0, 15, 30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 420, 480, 540, 600, 720, 840, 960, 1200, 1440,
                  1800, 2160], float)  # fmt: skip
LEAST_DAYS = 3  # that tell how long people stay
EVENLY = 0.3  # of the mean exits of a step, which its variance has beside its own
LEAST_VARIANCE = 0.3  # of the exits of a step
SURE_SHARES = 30.0  # weight of that all who come leave, beside the errors of the exits: next to certain
BRIEF = 0.006  # weight of short stays: the shortest explanation is taken
NORMAL = 1.48  # standard deviations to a median absolute deviation
PERIODS = 3  # of a day, of whose people another stay is tried
PARTS = 10  # of the days, each left out once to tell how sure the stay is
# Standard deviation of who is in: a day's own is so many times the root of the people (they come in groups), and a
# share of them; what all days have alike, since some stay longer at some hours, is another share
OWN, OWN_SHARE, ALIKE = 1.4, 0.15, 0.15


def is_night_used(people_in: Floats, people_out: Floats, minutes: float) -> Bools:
    """Tell of a day, by space, whether somebody came shortly before its end, and went shortly after its beginning."""
    near = max(round(NEAR_MINUTES / minutes), 1)
    return np.asarray((people_in[-near:].sum(0) >= 1) & (people_out[:near].sum(0) >= 1))


def mean_stay(people_in: Floats, people_out: Floats, minutes: float) -> tuple[float, float]:
    """Return how many days people stay on the mean, and its standard error, by who came and left in each step of some
    days on end.

    Nonnegative least squares of the exits on the entries of so long ago. Its error is by leaving out parts of the days
    (jackknife, by the median), and by how much it differs where those who come at other hours may stay otherwise.
    """
    came, went = people_in.sum(), people_out.sum()
    alike = np.sqrt(came * went)
    people_in, people_out = people_in * alike / came, people_out * alike / went
    lags, hours = STAYS / minutes, np.arange(len(people_in)) * minutes % DAY_MINUTES * PERIODS // DAY_MINUTES
    steps = np.arange(int(np.ceil(lags[-1])), len(people_in))
    exits = people_out[steps]
    sure = 1 / np.sqrt(np.maximum(EVENLY * people_out.mean() + (1 - EVENLY) * exits, LEAST_VARIANCE))
    one = _later(people_in, lags, steps)
    several = np.hstack([_later(people_in * (hours == n), lags, steps) for n in range(PERIODS)])
    part = np.arange(len(steps)) * PARTS // len(steps)
    stay = _fitted(one, exits, sure)
    others = [_fitted(one[part != n], exits[part != n], sure[part != n]) for n in range(PARTS)]
    by_parts = NORMAL * np.sqrt(PARTS) * np.median(np.abs(np.array(others) - stay))
    return stay, float(np.hypot(by_parts, (_fitted(several, exits, sure) - stay) / 2))


def _later(people_in: Floats, lags: Floats, steps: NDArray[np.int64]) -> Floats:
    """Return who would leave in some steps if all stayed as long as from each of the lags to the next (in steps)."""
    so_far = np.concatenate([[0], np.cumsum(people_in)])
    sums = np.concatenate([[0], np.cumsum((so_far[1:] + so_far[:-1]) / 2)])
    before = [np.interp(steps[:, None] + n - lags, np.arange(len(sums)), sums) for n in (0, 1)]
    return np.asarray(-np.diff(before[1] - before[0], axis=1) / np.diff(lags))


def _fitted(columns: Floats, exits: Floats, sure: Floats) -> float:
    """Return the mean stay in days by which the columns (of one kind of people or several) explain the exits."""
    stays = (STAYS[1:] + STAYS[:-1]) / 2 / DAY_MINUTES
    kinds = columns.shape[1] // len(stays)
    people = columns.sum(0).reshape(kinds, -1).mean(1) / max(columns.sum() / len(stays), 1e-9)
    weight = np.sqrt(len(exits))
    all_leave = SURE_SHARES * weight * np.kron(np.eye(kinds), np.ones(len(stays)))
    briefly = BRIEF * weight * DAY_HOURS * np.kron(people, stays)
    known = np.concatenate([exits * sure, np.full(kinds, SURE_SHARES * weight), [0]])
    shares, _ = nnls(np.vstack([columns * sure[:, None], all_leave, briefly]), known)
    shares = shares.reshape(kinds, -1)
    return float(people @ (shares @ stays / np.maximum(shares.sum(1), 1e-9)))


def usual_at_beginning(people_in: Floats, people_out: Floats, stay: Floats, stay_se: Floats) -> Floats:
    """Return how many are usually in when a day begins, and the standard error of that (2 x spaces); by who usually
    comes and goes in each step of it (steps x spaces), and how many days people stay. Nobody leaves who is not in.
    """
    came, went = people_in.sum(0), people_out.sum(0)
    alike = np.sqrt(came * went)  # a usual day ends as it began
    net = people_in * alike / np.maximum(came, 1) - people_out * alike / np.maximum(went, 1)
    since = np.cumsum(net, axis=0)
    people = np.maximum(alike * stay - (since - net / 2).mean(0), -since.min(0))
    return np.stack([people, np.hypot(alike * stay_se, ALIKE * people)])


def beginning_sd(people: Floats) -> Floats:
    """Return how far from the usual number of people at its beginning a day may be."""
    return np.hypot(OWN * np.sqrt(people), OWN_SHARE * people)
