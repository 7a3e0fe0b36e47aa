"""Days on which a site was counted at some of its doors only: their visits are incomplete.

A door is expected from its first data on, as long as a sensor hangs there. It was observed on a day if it was watched
about as long as usual, or if the missing time was imputed. Where the watched time varies from day to day by itself, as
with a counter that sends only when somebody passes, it is not evidence: quiet days would be the ones left out. Such a
door was observed if it sent anything. A day is incomplete if more than LACKING of the visits usually come through doors
that were not observed.
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
ENOUGH: Final = 7  # days of a month, fewest for the usual watched time


def usual_watch(watched_s: float, shortest_s: float) -> float:
    """Return the usual seconds watched a day; 0 if the shortest days (tenth percentile) are too much shorter."""
    return watched_s if shortest_s >= SEEN * watched_s else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedMonth:
    """A door in a month: days with data, and seconds watched on them: median and tenth percentile."""

    days: int
    watched_s: float
    shortest_s: float

    @property
    def usual_s(self) -> float:
        """Return the usual seconds watched a day."""
        return usual_watch(self.watched_s, self.shortest_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedDoor:
    """A door that leads into a site: with data since `first`, with a sensor from first to last day of each `hung`.

    `people` pass it on a usual day; `months` are by their first days.
    """

    first: date
    hung: Sequence[tuple[date, date]]
    people: float
    months: Mapping[date, WatchedMonth]

    def expected(self, day: date) -> bool:
        """Tell whether the door should have counted on a day."""
        return self.first <= day and any(first <= day <= last for first, last in self.hung)

    def watched_s(self, day: date) -> float:
        """Return the usual seconds watched around a day, the smallest of the months nearby. 0: irregular."""
        month = day.replace(day=1)
        near = (
            month,
            (month - timedelta(days=1)).replace(day=1),
            (month + timedelta(days=31)).replace(day=1),
        )
        months = [self.months[m] for m in near if m in self.months]
        return min((m.usual_s for m in months if m.days >= ENOUGH), default=self._shortest_usual())

    def _shortest_usual(self) -> float:
        return min((m.usual_s for m in self.months.values()), default=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorDay:
    """Data coverage of a door on a day: seconds watched, people imputed for the rest, and whether it sent anything."""

    door: int
    day: date
    covered_s: float
    imputed: float
    heard: bool


def unobserved_days(
    doors: Mapping[int, WatchedDoor],
    door_days: Iterable[DoorDay],
    counting: Callable[[date], Collection[int]],
    closed: Callable[[date], bool],
) -> Iterator[date]:
    """Yield the incompletely observed days among those with any data.

    `counting` returns the doors that count visits on a day. Closed days are never incomplete.
    """
    for day, observed in observed_doors(doors, door_days).items():
        expected = {n: doors[n].people for n in counting(day) if n in doors and doors[n].expected(day)}
        unseen = sum(people for n, people in expected.items() if not observed.get(n))
        if unseen > LACKING * sum(expected.values()) and not closed(day):
            yield day


def observed_doors(
    doors: Mapping[int, WatchedDoor], door_days: Iterable[DoorDay]
) -> dict[date, dict[int, bool]]:
    """Return by day whether each door with any data was observed."""
    usual: dict[tuple[int, date], float] = {}  # cached by month
    observed: dict[date, dict[int, bool]] = defaultdict(dict)
    for one in door_days:
        door, key = doors.get(one.door), (one.door, one.day.replace(day=1))
        if door and key not in usual:
            usual[key] = door.watched_s(one.day)
        observed[one.day][one.door] = door is not None and _observed(one, door, usual[key])
    return observed


def _observed(door_day: DoorDay, door: WatchedDoor, usual_s: float) -> bool:
    share = door_day.covered_s / usual_s if usual_s > 0 else float(door_day.heard)
    return share >= SEEN or door_day.imputed >= FILLED * (1 - share) * door.people > 0
