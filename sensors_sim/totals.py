"""Running totals of counters: they begin at zero with the first of each month, when somebody resets them.

So they are the same for every listener, and take at most a month of simulation.
"""

from datetime import date

import numpy as np

from besok.model.arrays import Ints
from sensors_sim.sensors import Installation, counted, detect
from sensors_sim.times import DAY, instant
from sensors_sim.world import CHUNK_DAYS, World


class Totals:
    """Totals of all counters when a business day begins, as [counter, in/out]."""

    def __init__(self, world: World, installation: Installation) -> None:
        self._world, self._installation = world, installation
        self.wanted = any(c.totals for c in installation.counters)
        self._day: date | None = None
        self._none = np.zeros((len(installation.counters), 2), dtype=np.int64)
        self._sums = self._none

    def before(self, day: date) -> Ints:
        """Return the totals at the beginning of `day`; zeros if no device sends totals."""
        if not self.wanted or day.day == 1:
            return self._none
        if self._day is None or not day.replace(day=1) <= self._day <= day:
            self._day, self._sums = day.replace(day=1), self._none
        while self._day < day:
            last = min(self._day + (CHUNK_DAYS - 1) * DAY, day - DAY)
            self._sums = self._sums + self._counted(self._day, last)
            self._day = last + DAY
        return self._sums

    def at(self, moment: int) -> Ints:
        """Return the totals at a moment (milliseconds since 1970)."""
        day = self._world.business_day(instant(moment))
        return self.before(day) + self._counted(day, day, moment)

    def ends(self, moment: int) -> int:
        """Return when the totals of that moment restart at zero."""
        day = self._world.business_day(instant(moment)).replace(day=1)
        return self._world.bounds((day + 31 * DAY).replace(day=1))[0]

    def _counted(self, first: date, last: date, before: int | None = None) -> Ints:
        detections = detect(self._installation, self._world.days(first, last))
        earlier = detections if before is None else detections.only(detections.time < before)
        return counted(earlier, len(self._none))
