"""A world of people made from a site file: they come, pass doors, use spaces and leave. It keeps its own truth.

The world is a pure function of the site file and the seed. Each business day is drawn from a generator of its own, so
that any day can be made alone, and many days at once for speed, with the same result.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.analytics.calendar import business_day, day_bounds
from core.site import SiteFile
from sensors_sim.groups import Gates, Groups, gates
from sensors_sim.groups import join as join_groups
from sensors_sim.noise import Ints
from sensors_sim.occasions import Diary, occasions, places_by_kind
from sensors_sim.plans import choices
from sensors_sim.public import crowd, public
from sensors_sim.routes import lay_out
from sensors_sim.seasons import millis, openings
from sensors_sim.walks import Moves, join, walk

CHUNK_DAYS = 7  # made at once: enough to be fast, and a few ten megabytes
DAY = timedelta(days=1)


class World:
    """People in the places of a site file. Raises SiteFileError if its sites differ in time zone or day start."""

    def __init__(self, site_file: SiteFile, seed: int = 1) -> None:
        self.ground = lay_out(site_file)
        self.seed = seed
        numbers = range(len(self.ground.sites))
        self._gates = [gates(self.ground, n) for n in numbers]
        self._choices = [choices(self.ground, n) for n in numbers]
        self._places = [places_by_kind(self.ground, n) for n in numbers]
        edges = range(len(self.ground.outer))
        self._entry = np.array([self.ground.step_in(e) for e in edges], dtype=np.int64)

    def business_day(self, t: datetime) -> date:
        """The business day in which the moment `t` (aware) lies."""
        return business_day(t, self.ground.sites[0])

    def bounds(self, day: date) -> tuple[int, int]:
        """When the business day begins and ends, in milliseconds since 1970."""
        start, end = day_bounds(day, self.ground.sites[0])
        return millis(start), millis(end)

    def day(self, day: date) -> Moves:
        """All moves of one business day in order. Who comes on it also leaves on it."""
        return self.days(day, day).in_order()

    def days(self, first: date, last: date) -> Moves:
        """All moves of the business days `first` to `last` (inclusive), in no particular order."""
        dates = [first + n * DAY for n in range((last - first).days + 1)]
        return join([self._site(n, dates) for n in range(len(self.ground.sites))])

    def chunks(self, start: datetime, end: datetime) -> Iterator[tuple[date, date]]:
        """The business days that the time from `start` to `end` touches, some at a time: first and last of each lot."""
        if end <= start:
            return
        day, last = self.business_day(start), self.business_day(end - timedelta(microseconds=1))
        while day <= last:
            until = min(day + (CHUNK_DAYS - 1) * DAY, last)
            yield day, until
            day = until + DAY

    def _site(self, number: int, dates: list[date]) -> Moves:
        doors, plans = self._gates[number], self._choices[number]
        if doors is None or plans is None:
            return _nobody()
        bounds = [self.bounds(d) for d in dates]
        days = list(zip(dates, bounds, strict=True))
        crowds = [crowd(self.ground, number, self.seed, d, b, plans) for d, b in days]
        parts: list[Groups] = [public(self.ground, number, doors, plans, crowds)]
        for day, b in days:
            parts += occasions(self._diary(number, doors, day, b))
        groups = join_groups(parts)
        within = np.array(bounds)[groups.day - dates[0].toordinal()]
        open_at = _Doors(self, dates).open_at
        return walk(self.ground, number, doors, groups, open_at, within, self._entry)

    def _diary(self, number: int, doors: Gates, day: date, bounds: tuple[int, int]) -> Diary:
        site = self.ground.sites[number]
        return Diary(
            ground=self.ground,
            site=site,
            places=self._places[number],
            gates=doors,
            seed=self.seed,
            day=day,
            opens=openings(site, day),
            begins=bounds[0],
            ends=bounds[1],
        )


class _Doors:
    """Which sites are open when, in a few days."""

    def __init__(self, world: World, dates: list[date]) -> None:
        around = [dates[0] - DAY, *dates, dates[-1] + DAY]
        hours = [[o for day in around for o in openings(site, day)] for site in world.ground.sites]
        self._starts = [np.array([o.start for o in site], dtype=np.int64) for site in hours]
        self._ends = [np.array([o.end for o in site], dtype=np.int64) for site in hours]

    def open_at(self, site: Ints, time: Ints) -> NDArray[np.bool_]:
        """Whether each of the sites is open at the time beside it."""
        result = np.zeros(len(time), dtype=np.bool_)
        for number, (starts, ends) in enumerate(zip(self._starts, self._ends, strict=True)):
            who = site == number
            begun = np.searchsorted(starts, time[who], side="right")
            result[who] = begun > np.searchsorted(ends, time[who], side="right")
        return result


def _nobody() -> Moves:
    none = np.zeros(0, dtype=np.int64)
    return Moves(time=none, edge=none, inward=np.zeros(0, dtype=np.bool_), person=none)


def instant(ms: int) -> datetime:
    """The moment that is `ms` milliseconds after 1970, in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
