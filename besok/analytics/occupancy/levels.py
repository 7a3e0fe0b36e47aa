"""Counts of the people inside, and when they are not to be believed."""

import numpy as np

from besok.model.arrays import Bools, Floats

# A count that stays the same while so many people pass the doors of its space, for so many steps, sees none of them.
STUCK_PASSAGES, STUCK_STEPS = 30, 4


class StuckLevels:
    """Time for which the counts inside have not moved, and people who passed the doors meanwhile."""

    def __init__(self, spaces: int) -> None:
        self._last = np.full(spaces, np.nan)
        self._steps = np.zeros(spaces, np.int64)
        self._passed = np.zeros(spaces)

    def stuck(self, people: Floats, passed: Floats) -> Bools:
        """In which steps (of steps x spaces) the counts are stuck. They are believed again as soon as they move."""
        found = np.zeros(people.shape, bool)
        if np.isnan(people).all():
            return found
        for step, (now, passing) in enumerate(zip(people, passed, strict=True)):
            same = now == self._last
            self._steps = np.where(same, self._steps + 1, 0)
            self._passed = np.where(same, self._passed + passing, 0)
            self._last = now
            found[step] = same & (self._passed >= STUCK_PASSAGES) & (self._steps >= STUCK_STEPS)
        return found
