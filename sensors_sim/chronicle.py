"""What counters and estimates tell of some weeks, hour by hour: the plain arrays from which a world is learnt.

They come from a site's stored history, or from a simulated world, so that the two can be laid side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from besok.model.calendar import holiday
from besok.model.site import Site
from sensors_sim.groups import STAFF_WORDS
from sensors_sim.movements import Moves
from sensors_sim.noise import Floats, Ints
from sensors_sim.routes import Ground
from sensors_sim.seasons import HOUR_MS, openings
from sensors_sim.truth import at
from sensors_sim.world import DAY, World, instant

WHOLE: Final = 0.9  # of an hour in which all entrances must have been counted, to be learnt from
LOOKS: Final = 12  # an hour, at the people in a simulated space


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The hours of some business days, in order."""

    days: tuple[date, ...]
    start: Ints  # [hour] milliseconds since 1970
    day: Ints  # [hour] index in `days`
    clock: Ints  # [hour] what local clocks show, 0-23

    @property
    def weekday(self) -> Ints:
        """[hour] of the business day, 0 for Monday."""
        return np.array([d.weekday() for d in self.days], dtype=np.int64)[self.day]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """What passed the portals and who was in the spaces. NaN is not known, and never zero."""

    hours: Hours
    portals: tuple[str, ...]  # "site/portal"
    inward: Floats  # [hour, portal] people, as far as counted
    outward: Floats
    coverage: Floats  # [hour, portal] share of the hour that was counted
    spaces: tuple[str, ...]  # "site/space"
    people: Floats  # [hour, space] in the mean of the hour

    def between(self, first: date, last: date) -> "Chronicle":
        """Only the business days `first` to `last`."""
        kept = [n for n, day in enumerate(self.hours.days) if first <= day <= last]
        rows = np.flatnonzero(np.isin(self.hours.day, kept))
        hours = self.hours
        own = Hours(
            days=tuple(hours.days[n] for n in kept),
            start=hours.start[rows],
            day=np.searchsorted(np.array(kept), hours.day[rows]),
            clock=hours.clock[rows],
        )
        return with_columns(self, own, {key: getattr(self, key)[rows] for key in COLUMNS})


COLUMNS: Final = ("inward", "outward", "coverage", "people")


def with_columns(chronicle: Chronicle, hours: Hours, columns: Mapping[str, Any]) -> Chronicle:
    """The same portals and spaces with other hours."""
    return replace(chronicle, hours=hours, **columns)


def hours_of(site: Site, bounds: Sequence[tuple[date, int, int]]) -> Hours:
    """The full hours that begin in business days, each given with its bounds in milliseconds."""
    starts = [
        np.arange(-(-low // HOUR_MS) * HOUR_MS, high, HOUR_MS, dtype=np.int64) for _, low, high in bounds
    ]
    start = np.concatenate(starts)
    zone = ZoneInfo(site.timezone)
    return Hours(
        days=tuple(day for day, _, _ in bounds),
        start=start,
        day=np.repeat(np.arange(len(starts)), [len(s) for s in starts]),
        clock=np.array([instant(int(t)).astimezone(zone).hour for t in start], dtype=np.int64),
    )


def told(world: World, first: date, last: date) -> Chronicle:
    """What perfect sensors would tell of a simulated world on the business days `first` to `last`."""
    lots = [_lot(world, a, b) for a, b in world.chunks(*(instant(t) for t in _span(world, first, last)))]
    days = [first + n * DAY for n in range((last - first).days + 1)]
    hours = hours_of(world.ground.sites[0], [(day, *world.bounds(day)) for day in days])
    inward, outward, people = (np.concatenate([lot[n] for lot in lots]) for n in range(3))
    return Chronicle(
        hours=hours,
        portals=world.ground.portals,
        inward=inward,
        outward=outward,
        coverage=np.ones_like(inward),
        spaces=world.ground.spaces,
        people=people,
    )


def joined(chronicles: Sequence[Chronicle]) -> Chronicle:
    """Several stretches of days of the same portals and spaces as one."""
    parts = [one.hours for one in chronicles]
    before = np.cumsum([0, *(len(hours.days) for hours in parts)])
    hours = Hours(
        days=tuple(day for hours in parts for day in hours.days),
        start=np.concatenate([hours.start for hours in parts]),
        day=np.concatenate([hours.day + n for hours, n in zip(parts, before, strict=False)]),
        clock=np.concatenate([hours.clock for hours in parts]),
    )
    together = {key: np.concatenate([getattr(one, key) for one in chronicles]) for key in COLUMNS}
    return with_columns(chronicles[0], hours, together)


def _span(world: World, first: date, last: date) -> tuple[int, int]:
    return world.bounds(first)[0], world.bounds(last)[1]


def _lot(world: World, first: date, last: date) -> tuple[Floats, Floats, Floats]:
    """[hour, portal] inward and outward, [hour, space] people, of a few business days."""
    start, end = _span(world, first, last)
    moves = world.days(first, last)
    looks = np.arange(start, end, HOUR_MS // LOOKS, dtype=np.int64)
    people = at(world.ground, moves, looks).astype(np.float64)
    hours = -(-(end - start) // HOUR_MS)
    by_hour = people[: hours * LOOKS].reshape(hours, LOOKS, -1).mean(axis=1)
    return *_passed(world.ground, moves, start, hours), by_hour


def _passed(ground: Ground, moves: Moves, start: int, hours: int) -> tuple[Floats, Floats]:
    portals = len(ground.portals)
    found = []
    for inward in (True, False):
        own = (moves.edge < portals) & (moves.inward == inward)
        cell = (moves.time[own] - start) // HOUR_MS * portals + moves.edge[own]
        counts = np.bincount(cell, minlength=hours * portals)[: hours * portals]
        found.append(counts.reshape(hours, portals).astype(np.float64))
    return found[0], found[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A counted way into a site, other than that of its staff."""

    portal: str  # "site/portal"
    inward: bool  # going in through the portal is going into the site


def entrances(ground: Ground, number: int) -> list[Entrance]:
    """The counted ways into site `number`; those of its staff only if there are no others."""
    home = ground.site_of == number
    every = [
        Entrance(portal=name, inward=bool(home[ground.inner[e]]))
        for e, name in enumerate(ground.portals)
        if ground.counted[e] and home[ground.inner[e]] != home[ground.outer[e]]
    ]
    return [e for e in every if not any(word in e.portal.partition("/")[2] for word in STAFF_WORDS)] or every


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """People entering one site, hour by hour."""

    people: Floats  # [hour]; NaN where an entrance was not counted for most of the hour
    by_entrance: Floats  # [hour, entrance]
    open: NDArray[np.bool_]  # [hour] the site is open at some time in it
    usual: NDArray[np.bool_]  # [hour] of a day with the hours of its weekday, and no public holiday


def arrivals(chronicle: Chronicle, site: Site, ways: Sequence[Entrance]) -> Arrivals:
    """Who came into the site. What was counted in part of an hour stands for the whole of it, if that is WHOLE."""
    column = {name: n for n, name in enumerate(chronicle.portals)}
    by_entrance = np.full((len(chronicle.hours.start), len(ways)), np.nan)
    for n, way in enumerate(ways):
        if way.portal in column:
            counts = (chronicle.inward if way.inward else chronicle.outward)[:, column[way.portal]]
            coverage = chronicle.coverage[:, column[way.portal]]
            known = coverage >= WHOLE
            by_entrance[known, n] = counts[known] / coverage[known]
    usual = np.array([_usual(site, day) for day in chronicle.hours.days], dtype=np.bool_)
    return Arrivals(
        people=by_entrance.sum(axis=1),
        by_entrance=by_entrance,
        open=_open(chronicle.hours, site),
        usual=usual[chronicle.hours.day],
    )


def _usual(site: Site, day: date) -> bool:
    return not holiday(day, site.opening) and not any(
        e.first <= day <= e.last for e in site.opening.exceptions
    )


def _open(hours: Hours, site: Site) -> NDArray[np.bool_]:
    found = np.zeros(len(hours.start), dtype=np.bool_)
    for day in hours.days:
        for opening in openings(site, day):
            found |= (hours.start < opening.end) & (hours.start + HOUR_MS > opening.start)
    return found
