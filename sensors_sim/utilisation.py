"""Utilisation of the spaces of a simulated world by minute, from its truth."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from besok.model.arrays import Bools, Floats, Ints
from besok.model.calendar import days_from
from sensors_sim.times import HOUR_MS, MINUTE_MS, instant, openings, within
from sensors_sim.truth import at, entries
from sensors_sim.world import World

WEEK_HOURS: Final = 7 * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilisation:
    """One world's state at each full minute. A space without a capacity is never over it.

    The hour of the week is 24 times the weekday of the business day (0: Monday) and the hour that local clocks show: an
    hour after midnight belongs to the evening before.
    """

    peak: Ints  # [space] the most people at any minute; of a storey the peak of the sum
    over: Ints  # [space, hour of the week] minutes with more people than the capacity
    daily: Ints  # [day, space] minutes over capacity
    seated: Floats  # [space] mean share of seats that is taken while the site is open, if whoever can sits; 0 if none
    standing: Ints  # [space] minutes in which there are more people than seats
    visits: Ints  # [site] people entering
    busiest: Ints  # [portal] the most who pass in one minute, in and out
    passages: Ints  # [portal] all who pass


def utilisation(world: World, first: date, last: date) -> Utilisation:
    """Measure the spaces of `world` on the business days `first` to `last` (inclusive)."""
    start, end = world.bounds(first)[0], world.bounds(last)[1]
    lots = [_of_days(world, days_from(a, b)) for a, b in world.chunks(instant(start), instant(end))]
    maxima = {key: np.max([getattr(lot, key) for lot in lots], axis=0) for key in ("peak", "busiest")}
    sums = ("over", "standing", "visits", "passages")
    added = {key: np.sum([getattr(lot, key) for lot in lots], axis=0) for key in sums}
    daily = np.concatenate([lot.daily for lot in lots])
    seated = np.sum([lot.seated for lot in lots], axis=0) / len(daily)
    return Utilisation(**maxima, **added, seated=seated, daily=daily)


def limits(world: World) -> tuple[Ints, Ints]:
    """Return capacity and seats of each space; 0 where neither site file nor scenario says any."""
    ground, other = world.ground, {part.space: part.capacity for part in world.scenario.capacities}
    holds = [other.get(n, s.capacity) or 0 for n, s in zip(ground.spaces, ground.detail, strict=False)]
    capacity = np.array(holds, dtype=np.int64)
    return capacity, np.array([space.seats or 0 for space in ground.detail], dtype=np.int64)


def _of_days(world: World, days: list[date]) -> Utilisation:
    """Measure a few days; `seated` is summed over them."""
    ground = world.ground
    bounds = np.array([world.bounds(day) for day in days])
    minutes = np.arange(bounds[0, 0], bounds[-1, 1], MINUTE_MS, dtype=np.int64)
    moves = world.days(days[0], days[-1])
    people = at(ground, moves, minutes)  # [minute, space]
    capacity, seats = limits(world)
    day = np.searchsorted(bounds[:, 0], minutes, side="right") - 1
    weekday = np.array([d.weekday() for d in days])
    hour = weekday[day] * 24 + _clock_hour(world, minutes)
    over = (people > capacity) & (capacity > 0)
    seated = np.zeros(len(seats))
    for n, site in enumerate(ground.sites):
        open_now = within([o for d in days for o in openings(site, d)], minutes)
        seated_in = np.flatnonzero((ground.site_of[:-1] == n) & (seats > 0))
        sitting = np.minimum(people[open_now][:, seated_in], seats[seated_in])
        seated[seated_in] = sitting.sum(axis=0) / (seats[seated_in] * max(1, int(open_now.sum()))) * len(days)
    portals = len(ground.portals)
    through = moves.only(moves.edge < portals)
    cells = (through.time - minutes[0]) // MINUTE_MS * portals + through.edge
    passing = np.bincount(cells, minlength=len(minutes) * portals)[: len(minutes) * portals]
    by_minute = passing.reshape(len(minutes), portals)
    return Utilisation(
        peak=people.max(axis=0).astype(np.int64),
        over=_counted(over, hour, WEEK_HOURS).T,
        daily=_counted(over, day, len(days)),
        seated=seated,
        standing=((people > seats) & (seats > 0)).sum(axis=0),
        visits=np.array([len(entries(ground, n, moves)) for n in range(len(ground.sites))], dtype=np.int64),
        busiest=by_minute.max(axis=0),
        passages=by_minute.sum(axis=0),
    )


def _clock_hour(world: World, minutes: Ints) -> Ints:
    """By minute what local clocks show. They are looked at once an hour: they are changed at full hours only."""
    zone = ZoneInfo(world.ground.sites[0].timezone)
    hours = minutes // HOUR_MS
    clock = [instant(h * HOUR_MS).astimezone(zone).hour for h in range(int(hours[0]), int(hours[-1]) + 1)]
    return np.asarray(np.array(clock, dtype=np.int64)[hours - hours[0]])


def _counted(cells: Bools, group: Ints, groups: int) -> Ints:
    """Return how many of the rows of each group are true, as [group, column]."""
    counts = np.zeros((groups, cells.shape[1]), dtype=np.int64)
    for column in np.flatnonzero(cells.any(axis=0)):
        counts[:, column] = np.bincount(group[cells[:, column]], minlength=groups)
    return counts
