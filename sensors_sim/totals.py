"""Running totals of counters: they begin at zero with the first of each month, when somebody resets them.

So they are the same whoever listens from when, and a month at most has to be made to know them.
"""

from datetime import date

import numpy as np

from sensors_sim.noise import Ints
from sensors_sim.sensors import Installation, Seen, watch
from sensors_sim.world import CHUNK_DAYS, DAY, World, instant


class Totals:
    """What all counters have counted when a business day begins, as [counter, in/out]."""

    def __init__(self, world: World, installation: Installation) -> None:
        self._world, self._installation = world, installation
        self.wanted = any(c.totals for c in installation.counters)
        self._day: date | None = None
        self._sums = self._none()

    def before(self, day: date) -> Ints:
        """The totals at the beginning of `day`; zeros if nobody sends totals."""
        if not self.wanted or day.day == 1:
            return self._none()
        if self._day is None or not day.replace(day=1) <= self._day <= day:
            self._day, self._sums = day.replace(day=1), self._none()
        while self._day < day:
            last = min(self._day + (CHUNK_DAYS - 1) * DAY, day - DAY)
            self._sums = self._sums + counted(
                watch(self._installation, self._world.days(self._day, last)), self._size
            )
            self._day = last + DAY
        return self._sums

    def at(self, moment: int) -> Ints:
        """The totals at a moment (milliseconds since 1970)."""
        day = self._world.business_day(instant(moment))
        seen = watch(self._installation, self._world.days(day, day))
        return self.before(day) + counted(seen.only(seen.time < moment), self._size)

    def ends(self, moment: int) -> int:
        """When the totals of that moment begin anew."""
        day = self._world.business_day(instant(moment)).replace(day=1)
        return self._world.bounds((day + 31 * DAY).replace(day=1))[0]

    @property
    def _size(self) -> int:
        return len(self._installation.counters)

    def _none(self) -> Ints:
        return np.zeros((self._size, 2), dtype=np.int64)


def counted(seen: Seen, counters: int) -> Ints:
    """People by [counter, in/out]."""
    counts = np.bincount(seen.counter * 2 + seen.outward, seen.count.astype(np.float64), counters * 2)
    return np.rint(counts).astype(np.int64).reshape(counters, 2)
