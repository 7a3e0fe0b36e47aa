"""Hourly counts and estimates of some weeks: the arrays from which a world is learnt.

They come from a site's stored history, or from a simulated world, so that the two can be laid side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from besok.model.arrays import Bools, Floats, Ints
from besok.model.calendar import days_from, holiday
from besok.model.site import Site
from sensors_sim.groups import STAFF_WORDS
from sensors_sim.routes import Ground
from sensors_sim.times import HOUR_MS, instant, openings, within
from sensors_sim.truth import at
from sensors_sim.world import World

WHOLE: Final = 0.9  # of an hour in which all entrances must have been counted, to be learnt from
SAMPLES: Final = 12  # an hour, of the people in a simulated space
ARRAYS: Final = ("inward", "outward", "coverage", "people")


@dataclass(frozen=True, slots=True, kw_only=True)
class HourAxis:
    """The hours of some business days, in order."""

    days: tuple[date, ...]
    start: Ints  # [hour] milliseconds since 1970
    day: Ints  # [hour] index in `days`
    clock: Ints  # [hour] what local clocks show, 0-23

    @classmethod
    def of(cls, site: Site, bounds: Sequence[tuple[date, int, int]]) -> "HourAxis":
        """Return the full hours that begin in business days, each given with its bounds in milliseconds."""
        starts = [
            np.arange(-(-low // HOUR_MS) * HOUR_MS, high, HOUR_MS, dtype=np.int64) for _, low, high in bounds
        ]
        start = np.concatenate(starts)
        zone = ZoneInfo(site.timezone)
        return cls(
            days=tuple(day for day, _, _ in bounds),
            start=start,
            day=np.repeat(np.arange(len(starts)), [len(s) for s in starts]),
            clock=np.array([instant(int(t)).astimezone(zone).hour for t in start], dtype=np.int64),
        )

    @property
    def weekday(self) -> Ints:
        """[hour] of the business day, 0 for Monday."""
        return np.array([d.weekday() for d in self.days], dtype=np.int64)[self.day]

    @property
    def cell(self) -> Ints:
        """[hour] of the week: 24 times the weekday and the clock."""
        return self.weekday * 24 + self.clock


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyHistory:
    """Flows of portals and occupancy of spaces. NaN is not known, and never zero."""

    hours: HourAxis
    portals: tuple[str, ...]  # "site/portal"
    inward: Floats  # [hour, portal] people, as far as counted
    outward: Floats
    coverage: Floats  # [hour, portal] share of the hour that was counted
    spaces: tuple[str, ...]  # "site/space"
    people: Floats  # [hour, space] in the mean of the hour

    def space(self, name: str) -> Floats:
        """Return [hour] people in a space; NaN if it is not in the history."""
        if name not in self.spaces:
            return np.full(len(self.hours.start), np.nan)
        return self.people[:, self.spaces.index(name)]


def simulated_history(world: World, first: date, last: date) -> HourlyHistory:
    """Return the readings of perfect sensors in a world on the business days `first` to `last`."""
    start, end = world.bounds(first)[0], world.bounds(last)[1]
    lots = [_counted(world, a, b) for a, b in world.chunks(instant(start), instant(end))]
    inward, outward, people = (np.concatenate([lot[n] for lot in lots]) for n in range(3))
    return HourlyHistory(
        hours=HourAxis.of(
            world.ground.sites[0], [(day, *world.bounds(day)) for day in days_from(first, last)]
        ),
        portals=world.ground.portals,
        inward=inward,
        outward=outward,
        coverage=np.ones_like(inward),
        spaces=world.ground.spaces,
        people=people,
    )


def _counted(world: World, first: date, last: date) -> tuple[Floats, Floats, Floats]:
    """[hour, portal] inward and outward, [hour, space] people, of a few business days."""
    start, end = world.bounds(first)[0], world.bounds(last)[1]
    moves, portals = world.days(first, last), len(world.ground.portals)
    people = at(world.ground, moves, np.arange(start, end, HOUR_MS // SAMPLES, dtype=np.int64))
    hours = -(-(end - start) // HOUR_MS)
    both = []
    for inward in (True, False):
        passed = moves.only((moves.edge < portals) & (moves.inward == inward))
        cells = (passed.time - start) // HOUR_MS * portals + passed.edge
        counts = np.bincount(cells, minlength=hours * portals)[: hours * portals]
        both.append(counts.reshape(hours, portals).astype(np.float64))
    means = people[: hours * SAMPLES].astype(np.float64).reshape(hours, SAMPLES, -1).mean(axis=1)
    return both[0], both[1], means


def joined(parts: Sequence[HourlyHistory]) -> HourlyHistory:
    """Put several stretches of days of the same portals and spaces together."""
    axes = [part.hours for part in parts]
    before = np.cumsum([0, *(len(axis.days) for axis in axes)])
    hours = HourAxis(
        days=tuple(day for axis in axes for day in axis.days),
        start=np.concatenate([axis.start for axis in axes]),
        day=np.concatenate([axis.day + n for axis, n in zip(axes, before, strict=False)]),
        clock=np.concatenate([axis.clock for axis in axes]),
    )
    arrays: dict[str, Any] = {key: np.concatenate([getattr(part, key) for part in parts]) for key in ARRAYS}
    return replace(parts[0], hours=hours, **arrays)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A counted entrance of a site, except staff entrances."""

    portal: str  # "site/portal"
    inward: bool  # going in through the portal is going into the site


def entrances(ground: Ground, number: int) -> list[Entrance]:
    """List the counted entrances of site `number`; staff entrances only if there are no others."""
    home = ground.site_of == number
    every = [
        Entrance(portal=name, inward=bool(home[ground.inner[e]]))
        for e, name in enumerate(ground.portals)
        if ground.counted[e] and home[ground.inner[e]] != home[ground.outer[e]]
    ]
    return [e for e in every if not any(word in e.portal.partition("/")[2] for word in STAFF_WORDS)] or every


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntries:
    """People entering one site, hour by hour."""

    people: Floats  # [hour]; NaN where an entrance was not counted for most of the hour
    by_entrance: Floats  # [hour, entrance]
    open: Bools  # [hour] the site is open at some time in it
    usual: Bools  # [hour] of a day with the hours of its weekday, and no public holiday

    @property
    def known(self) -> Bools:
        """[hour] usual open hours that were counted."""
        return self.open & self.usual & ~np.isnan(self.people)


def site_entries(history: HourlyHistory, site: Site, entrances: Sequence[Entrance]) -> SiteEntries:
    """Return the entries of the site. Hours counted for at least the share WHOLE stand for the full hour."""
    hours = history.hours
    by_entrance = np.full((len(hours.start), len(entrances)), np.nan)
    for n, entrance in enumerate(entrances):
        if entrance.portal in history.portals:
            column = history.portals.index(entrance.portal)
            counts = (history.inward if entrance.inward else history.outward)[:, column]
            coverage = history.coverage[:, column]
            known = coverage >= WHOLE
            by_entrance[known, n] = counts[known] / coverage[known]
    usual = np.array([_usual(site, day) for day in hours.days], dtype=np.bool_)
    return SiteEntries(
        people=by_entrance.sum(axis=1),
        by_entrance=by_entrance,
        open=within([o for day in hours.days for o in openings(site, day)], hours.start, HOUR_MS - 1),
        usual=usual[hours.day],
    )


def _usual(site: Site, day: date) -> bool:
    other = any(e.first <= day <= e.last for e in site.opening.exceptions)
    return not other and not holiday(day, site.opening)
