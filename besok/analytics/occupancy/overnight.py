"""People who are in when the day begins: of a building that is never empty, its nights tell nothing but its exits do.

Exits are entries of some time ago. How long ago is learnt from how they follow one another, in the course of the day
and by chance; by Little's law as many are in as come during a mean stay. Who came and went since the day began is
known, and the rest was in when it began.
"""

import numpy as np
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
BRIEF = 0.003  # weight of short stays: the shortest explanation is taken
NORMAL = 1.48  # standard deviations to a median absolute deviation
PARTS = 10  # of the days, each left out once to tell how sure the stay is
# Standard deviation of who is in: a day's own is so many times the root of the people (they come in groups), and a
# share of them; what all days have alike, since some stay longer at some hours, is another share
OWN, OWN_SHARE, ALIKE = 1.4, 0.15, 0.2


def is_night_used(people_in: Floats, people_out: Floats, minutes: float) -> Bools:
    """Tell of a day, by space, whether somebody came shortly before its end, and went shortly after its beginning."""
    near = max(round(NEAR_MINUTES / minutes), 1)
    return np.asarray((people_in[-near:].sum(0) >= 1) & (people_out[:near].sum(0) >= 1))


def mean_stay(people_in: Floats, people_out: Floats, minutes: float) -> tuple[float, float]:
    """Return how many days people stay on the mean, and its standard error, by who came and left in each step of some
    days on end.

    Nonnegative least squares of the exits on the entries of so long ago, and on a share that follows none of them
    (some are miscounted); its error by leaving out parts of the days (jackknife, by the median).
    """
    came, went = people_in.sum(), people_out.sum()
    alike = np.sqrt(came * went)
    entered, left = people_in * alike / came, people_out * alike / went
    so_far = np.concatenate([[0], np.cumsum(entered)])
    sums, lags = np.concatenate([[0], np.cumsum((so_far[1:] + so_far[:-1]) / 2)]), STAYS / minutes
    steps = np.arange(int(np.ceil(lags[-1])), len(entered))[:, None]
    before = [np.interp(steps + n - lags, np.arange(len(sums)), sums) for n in (0, 1)]
    follow = -np.diff(before[1] - before[0], axis=1) / np.diff(lags)
    exits, stays = left[steps[:, 0]], (STAYS[1:] + STAYS[:-1]) / 2 / DAY_MINUTES
    sure = 1 / np.sqrt(np.maximum(EVENLY * left.mean() + (1 - EVENLY) * exits, LEAST_VARIANCE))
    columns = np.column_stack([follow, np.full(len(exits), left.mean())]) * sure[:, None]
    weight = np.sqrt(len(exits))
    every = np.stack([np.full(len(stays) + 1, SURE_SHARES), BRIEF * DAY_HOURS * np.append(stays, 0)]) * weight

    def stay(rows: Bools) -> float:
        known = np.append((exits * sure)[rows], [SURE_SHARES * weight, 0])
        shares = nnls(np.vstack([columns[rows], every]), known)[0][:-1]
        return float(shares @ stays / max(shares.sum(), 1e-9))

    part = np.arange(len(exits)) * PARTS // len(exits)
    mean = stay(part >= 0)
    off = np.median(np.abs([stay(part != n) - mean for n in range(PARTS)]))
    return mean, float(NORMAL * np.sqrt(PARTS) * off)


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
