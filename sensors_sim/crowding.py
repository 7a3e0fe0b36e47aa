"""How full the spaces of a simulated world are over some days, minute by minute, from its own truth."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sensors_sim.movements import Moves
from sensors_sim.noise import Floats, Ints
from sensors_sim.routes import Ground
from sensors_sim.seasons import HOUR_MS, openings
from sensors_sim.truth import at, entries
from sensors_sim.world import DAY, World, instant

MINUTE_MS: Final = 60_000
CLOSE: Final = 0.9  # of its capacity: a space that is close to it
WEEK_HOURS: Final = 7 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowding:
    """What was seen in one world: the state at each full minute. A space without a capacity is never over it.

    The hour of the week is 24 times the weekday of the business day (0: Monday) and the hour that local clocks show: an
    hour after midnight belongs to the evening before.
    """

    peak: Ints  # [space] the most people at any minute; of a storey the peak of the sum
    over: Ints  # [space, hour of the week] minutes with more people than the capacity
    near: Ints  # [space, hour of the week] minutes with at least CLOSE of it, those over it among them
    daily: Ints  # [day, space] minutes over capacity
    seated: Floats  # [space] mean share of seats that is taken while the site is open, if whoever can sits; 0 if none
    standing: Ints  # [space] minutes in which there are more people than seats
    visits: Ints  # [site] people entering
    busiest: Ints  # [portal] the most who pass in one minute, in and out
    passages: Ints  # [portal] all who pass


def crowding(world: World, first: date, last: date) -> Crowding:
    """The spaces of `world` on the business days `first` to `last` (inclusive)."""
    start, end = world.bounds(first)[0], world.bounds(last)[1]
    return _joined([_Lot(world, a, b).seen() for a, b in world.chunks(instant(start), instant(end))])


def limits(ground: Ground) -> tuple[Ints, Ints]:
    """Capacity and seats of each space; 0 where it says none."""
    capacity = np.array([space.capacity or 0 for space in ground.detail], dtype=np.int64)
    return capacity, np.array([space.seats or 0 for space in ground.detail], dtype=np.int64)


class _Lot:
    """A few business days of a world."""

    def __init__(self, world: World, first: date, last: date) -> None:
        self._world = world
        self._days = [first + n * DAY for n in range((last - first).days + 1)]
        self._bounds = np.array([world.bounds(day) for day in self._days])
        self._minutes = np.arange(self._bounds[0, 0], self._bounds[-1, 1], MINUTE_MS, dtype=np.int64)
        self._moves = world.days(first, last)
        self.people = at(world.ground, self._moves, self._minutes)  # [minute, space]

    def seen(self) -> Crowding:
        """Everything about these days."""
        ground = self._world.ground
        capacity, seats = limits(ground)
        day = np.searchsorted(self._bounds[:, 0], self._minutes, side="right") - 1
        hour = self._hour_of_week(day)
        over = (self.people > capacity) & (capacity > 0)
        near = (self.people >= CLOSE * capacity) & (capacity > 0)
        busiest, passages = _doors(ground, self._moves, int(self._minutes[0]), len(self._minutes))
        return Crowding(
            peak=self.people.max(axis=0).astype(np.int64),
            over=_counted(over, hour, WEEK_HOURS).T,
            near=_counted(near, hour, WEEK_HOURS).T,
            daily=_counted(over, day, len(self._days)),
            seated=self._seated(seats),
            standing=((self.people > seats) & (seats > 0)).sum(axis=0),
            visits=np.array(
                [len(entries(ground, n, self._moves)) for n in range(len(ground.sites))], dtype=np.int64
            ),
            busiest=busiest,
            passages=passages,
        )

    def _hour_of_week(self, day: Ints) -> Ints:
        """By minute. Clocks are looked at once an hour: they are changed at full hours only."""
        zone = ZoneInfo(self._world.ground.sites[0].timezone)
        hours = self._minutes // HOUR_MS
        offsets = [
            instant(int(h) * HOUR_MS).astimezone(zone).utcoffset() for h in range(hours[0], hours[-1] + 1)
        ]
        offset_ms = np.array([o.total_seconds() * 1000 if o else 0 for o in offsets], dtype=np.int64)
        local = (self._minutes + offset_ms[hours - hours[0]]) // HOUR_MS % 24
        weekday = np.array([d.weekday() for d in self._days])
        return np.asarray(weekday[day] * 24 + local, dtype=np.int64)

    def _seated(self, seats: Ints) -> Floats:
        """Summed over the days, so that `_joined` can take the mean."""
        ground = self._world.ground
        taken = np.zeros(len(seats))
        for n, site in enumerate(ground.sites):
            hours = [o for day in self._days for o in openings(site, day)]
            bounds = np.array([(o.start, o.end) for o in hours], dtype=np.int64).reshape(-1, 2)
            begun = np.searchsorted(np.sort(bounds[:, 0]), self._minutes, side="right")
            open_now = begun > np.searchsorted(np.sort(bounds[:, 1]), self._minutes, side="right")
            own = np.flatnonzero((ground.site_of[:-1] == n) & (seats > 0))
            sitting = np.minimum(self.people[open_now][:, own], seats[own])
            taken[own] = sitting.sum(axis=0) / (seats[own] * max(1, int(open_now.sum()))) * len(self._days)
        return taken


def _doors(ground: Ground, moves: Moves, start: int, minutes: int) -> tuple[Ints, Ints]:
    """The most who pass each portal in a minute, and all who do."""
    portals = len(ground.portals)
    through = moves.edge < portals
    minute = (moves.time[through] - start) // MINUTE_MS
    cells = np.bincount(minute * portals + moves.edge[through], minlength=minutes * portals)
    by_minute = cells[: minutes * portals].reshape(minutes, portals)
    return by_minute.max(axis=0), by_minute.sum(axis=0)


def _counted(cells: NDArray[np.bool_], group: Ints, groups: int) -> Ints:
    """How many of the rows of each group are true, as [group, column]."""
    found = np.zeros((groups, cells.shape[1]), dtype=np.int64)
    for column in np.flatnonzero(cells.any(axis=0)):
        found[:, column] = np.bincount(group[cells[:, column]], minlength=groups)
    return found


def _joined(lots: list[Crowding]) -> Crowding:
    """All lots of days as one."""
    days = sum(len(lot.daily) for lot in lots)
    most = {key: np.max([getattr(lot, key) for lot in lots], axis=0) for key in ("peak", "busiest")}
    sums = ("over", "near", "standing", "visits", "passages")
    added = {key: np.sum([getattr(lot, key) for lot in lots], axis=0) for key in sums}
    seated = np.sum([lot.seated for lot in lots], axis=0) / days
    return Crowding(**most, **added, seated=seated, daily=np.concatenate([lot.daily for lot in lots]))
