"""Counts of the people inside: detection of stuck ones, and their scale by headcounts."""

import numpy as np

from besok.analytics.occupancy.evidence import LEVEL_SD, LEVEL_SHARE, SCALE_SD, STAY_MINUTES
from besok.analytics.runs import run_sums
from besok.model.arrays import Bools, Floats

# A count that stays the same while so many people pass the doors of its space, for so many steps, sees none of them.
STUCK_PASSAGES, STUCK_STEPS = 30, 4
LEAST_SCALE = 0.2  # of what a counter shows: below, it is broken


class StuckLevels:
    """Time for which the counts inside have not moved, and people who passed the doors meanwhile."""

    def __init__(self, spaces: int) -> None:
        self._last = np.full(spaces, np.nan)
        self._steps, self._passed = np.zeros((2, spaces))

    def stuck(self, people: Floats, passed: Floats) -> Bools:
        """Return in which steps (steps x spaces) the counts are stuck. They are accepted again as soon as they move."""
        if np.isnan(people).all():
            return np.zeros(people.shape, bool)
        same = people == np.vstack([self._last, people[:-1]])
        steps = run_sums(same, np.ones(people.shape), self._steps)
        passed = run_sums(same, passed, self._passed)
        self._last, self._steps, self._passed = people[-1], steps[-1], passed[-1]
        return np.asarray((passed >= STUCK_PASSAGES) & (steps >= STUCK_STEPS), bool)


class LevelScale:
    """Ratio of people shown by a counter to people inside, by space: a normal distribution about `mean`.

    With a headcount of h people and y shown, y = scale h + error, whose variance is that of both counts and of passages
    between their moments (see headcounts). An observed constant: the simplest Kalman filter.
    """

    def __init__(self, mean: Floats, sd: Floats) -> None:
        self.mean, self.sd = mean, sd

    def follow(
        self, shown: Floats, headcount: Floats, headcount_sd: Floats, minutes: float
    ) -> tuple[Floats, Floats]:
        """Return the counts of some steps by the scale known then, and its standard deviation (steps x spaces)."""
        people, sd = shown / self.mean, np.broadcast_to(self.sd, shown.shape).copy()
        comparable = ~(np.isnan(headcount) | np.isnan(shown)) & (headcount > 0)
        for step in np.flatnonzero(comparable.any(1)):
            self._learn(
                np.where(comparable[step], headcount[step], 0), shown[step], headcount_sd[step], minutes
            )
            people[step:], sd[step:] = shown[step:] / self.mean, self.sd
        return people, sd

    def _learn(self, counted: Floats, shown: Floats, counted_sd: Floats, minutes: float) -> None:
        moved = 2 * counted * (1 - np.exp(-minutes / 2 / STAY_MINUTES))
        momentary = (LEVEL_SHARE**2 - SCALE_SD**2) * counted**2
        error = LEVEL_SD**2 + np.nan_to_num(counted_sd) ** 2 + momentary + moved
        gain = self.sd**2 * counted / (self.sd**2 * counted**2 + error)
        self.mean = np.maximum(
            self.mean + gain * (np.where(counted > 0, shown, 0) - self.mean * counted), LEAST_SCALE
        )
        self.sd = np.sqrt((1 - gain * counted) * self.sd**2)
