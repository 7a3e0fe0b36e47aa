"""Days on which a site was counted at some of its doors only: their visits are no day's visits.

A door is looked for from the day on which it was first heard, as long as a sensor hangs there. It was observed on a day
if it was watched about as long as usual, or if what is missing was filled in. Where that time changes from day to day
by itself, as with a counter that speaks only when somebody passes, it tells nothing: quiet days would be the ones left
out. Such a door was observed if it was heard. A day lacks too much if more than LACKING of the visits usually come
through doors that were not observed.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

SEEN: Final = 0.6  # of its usual watch, from which a door's day counts as observed
FILLED: Final = (
    0.1  # of what usually comes in the time that is missing, at least, so that it counts as filled in
)
LACKING: Final = 0.02  # of the visits: a counter may be off by as much
ENOUGH: Final = 7  # days of a month that tell how long a door is usually watched


def usual_watch(watched_s: float, shortest_s: float) -> float:
    """Return the median of the seconds that a door is watched a day; 0 if the shortest days, nine in ten of all being
    longer, are so much shorter that it tells nothing.
    """
    return watched_s if shortest_s >= SEEN * watched_s else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedMonth:
    """A door in a month: on how many days it was heard, and for how many seconds it was watched then: the median,
    and what nine in ten of the days have at least."""

    days: int
    watched_s: float
    shortest_s: float

    @property
    def usual_s(self) -> float:
        """Return how long it is watched."""
        return usual_watch(self.watched_s, self.shortest_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedDoor:
    """A door that leads into a site: heard since `first`, with a sensor from the first to the last day of each `hung`.

    `people` pass it on a usual day; `months` are known by their first days.
    """

    first: date
    hung: Sequence[tuple[date, date]]
    people: float
    months: Mapping[date, WatchedMonth]

    def expected(self, day: date) -> bool:
        """Tell whether it should have counted on a day."""
        return self.first <= day and any(first <= day <= last for first, last in self.hung)

    def watched_s(self, day: date) -> float:
        """Return how long it is watched about a day: where that changes, as on the shorter watched side. 0: any
        time.
        """
        month = day.replace(day=1)
        near = (
            month,
            (month - timedelta(days=1)).replace(day=1),
            (month + timedelta(days=31)).replace(day=1),
        )
        told = [self.months[m] for m in near if m in self.months]
        return min((m.usual_s for m in told if m.days >= ENOUGH), default=self._shortest_usual())

    def _shortest_usual(self) -> float:
        return min((m.usual_s for m in self.months.values()), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorDay:
    """Data coverage of a door on a day: the seconds watched, the people imputed for what was not, and whether
    it was heard."""

    door: int
    day: date
    covered_s: float
    imputed: float
    heard: bool


def unobserved_days(
    doors: Mapping[int, WatchedDoor],
    told: Iterable[DoorDay],
    counting: Callable[[date], Collection[int]],
    closed: Callable[[date], bool],
) -> Iterator[date]:
    """Yield the days of which too much was not observed, among those on which anything was.

    `counting` are the doors that make visits on a day. Nobody is missed at a site that was closed.
    """
    for day, seen in observed_doors(doors, told).items():
        expected = {n: doors[n].people for n in counting(day) if n in doors and doors[n].expected(day)}
        unseen = sum(people for n, people in expected.items() if not seen.get(n))
        if unseen > LACKING * sum(expected.values()) and not closed(day):
            yield day


def observed_doors(doors: Mapping[int, WatchedDoor], told: Iterable[DoorDay]) -> dict[date, dict[int, bool]]:
    """Return by day, of each door of which something is known then, whether it was observed."""
    usual: dict[tuple[int, date], float] = {}  # by month: there are many days
    observed: dict[date, dict[int, bool]] = defaultdict(dict)
    for one in told:
        door, key = doors.get(one.door), (one.door, one.day.replace(day=1))
        if door and key not in usual:
            usual[key] = door.watched_s(one.day)
        observed[one.day][one.door] = door is not None and _observed(one, door, usual[key])
    return observed


def _observed(told: DoorDay, door: WatchedDoor, usual_s: float) -> bool:
    share = told.covered_s / usual_s if usual_s > 0 else float(told.heard)
    return share >= SEEN or told.imputed >= FILLED * (1 - share) * door.people > 0
