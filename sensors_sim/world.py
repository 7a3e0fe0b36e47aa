"""A world of people made from a site file: they come, pass doors, use spaces and leave. It keeps its own truth.

The world is a pure function of the site file, the scenario and the seed. Each business day is drawn from a generator of
its own, so that any day can be made alone, and many days at once for speed, with the same result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from besok.model.calendar import business_day, day_bounds
from besok.model.site import Site, SiteFile
from sensors_sim.conduct import Conduct, Conducts, Manner
from sensors_sim.events import Diary, Planned, occasions, places_by_kind, planned
from sensors_sim.groups import Gates, Groups, gates
from sensors_sim.groups import join as join_groups
from sensors_sim.movements import Moves, join, walk
from sensors_sim.noise import Ints
from sensors_sim.placing import placed
from sensors_sim.plans import Choices, choices
from sensors_sim.public import crowd, public
from sensors_sim.routes import Ground, closing, lay_out
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.seasons import millis, openings

CHUNK_DAYS = 7  # made at once: enough to be fast, and a few ten megabytes
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _House:
    """A site as it is on the days that share a manner: what is open, who comes for what, and by which ways."""

    ground: Ground
    gates: Gates
    choices: Choices
    places: dict[str, list[int]]


class World:
    """People in the places of a site file, as a scenario has it.

    Raises SiteFileError if the sites differ in time zone or day start, ScenarioError if the scenario means what is not
    there. `notes` tell what of the scenario finds no place here, `scenario` has the names that its parts found.
    """

    def __init__(self, site_file: SiteFile, seed: int = 1, scenario: Scenario = ORDINARY) -> None:
        found = placed(site_file, scenario)
        self.ground = lay_out(found.sites)
        self.scenario, self.notes = found.scenario, found.notes
        self.seed = seed
        self._conducts = Conducts(found.scenario)
        self._houses: dict[tuple[int, Manner], _House | None] = {}
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

    def programme(self, first: date, last: date) -> Iterator[tuple[Site, date, Planned]]:
        """What the sites have in their own programmes from `first` to `last`: what people come for in this world."""
        for number, site in enumerate(self.ground.sites):
            for day in (first + n * DAY for n in range((last - first).days + 1)):
                conduct = self._conducts.on(site, day)
                house = self._house(number, conduct.manner)
                found = house and planned(self._diary(number, house, day, self.bounds(day), conduct))
                if found:
                    yield site, day, found

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
        site = self.ground.sites[number]
        doors = _Doors(self.ground.sites, dates)
        by_manner: dict[Manner, list[tuple[date, Conduct]]] = {}
        for day in dates:
            conduct = self._conducts.on(site, day)
            by_manner.setdefault(conduct.manner, []).append((day, conduct))
        return join([_nobody(), *(self._visits(number, m, days, doors) for m, days in by_manner.items())])

    def _visits(
        self, number: int, manner: Manner, days: list[tuple[date, Conduct]], doors: "_Doors"
    ) -> Moves:
        """All moves of days that share a manner."""
        house = self._house(number, manner)
        if house is None:
            return _nobody()
        bounds = [self.bounds(day) for day, _ in days]
        crowds = [
            crowd(house.ground, number, self.seed, day, b, house.choices, conduct)
            for (day, conduct), b in zip(days, bounds, strict=True)
        ]
        parts: list[Groups] = [public(house.ground, number, house.gates, house.choices, crowds)]
        for (day, conduct), b in zip(days, bounds, strict=True):
            parts += occasions(self._diary(number, house, day, b, conduct))
        groups = join_groups(parts)
        which = np.searchsorted([day.toordinal() for day, _ in days], groups.day)
        within = np.array(bounds)[which]
        return walk(house.ground, number, house.gates, groups, doors.open_at, within, self._entry)

    def _house(self, number: int, manner: Manner) -> _House | None:
        """The site in this manner; None if nobody can come, or there is nothing to come for."""
        if (number, manner) not in self._houses:
            ground = closing(self.ground, manner.closed)
            learnt = self.scenario.profiles[manner.profile] if manner.profile >= 0 else None
            ways = gates(ground, number, manner.entrances)
            plans = choices(ground, number, self.ground, manner, learnt)
            places = places_by_kind(ground, number)
            house = (
                _House(ground=ground, gates=ways, choices=plans, places=places) if ways and plans else None
            )
            self._houses[number, manner] = house
        return self._houses[number, manner]

    def _diary(
        self, number: int, house: _House, day: date, bounds: tuple[int, int], conduct: Conduct
    ) -> Diary:
        site = self.ground.sites[number]
        return Diary(
            ground=house.ground,
            site=site,
            places=house.places,
            gates=house.gates,
            seed=self.seed,
            day=day,
            opens=openings(site, day),
            begins=bounds[0],
            ends=bounds[1],
            conduct=conduct,
        )


class _Doors:
    """Which sites are open when, in a few days."""

    def __init__(self, sites: Sequence[Site], dates: list[date]) -> None:
        around = [dates[0] - DAY, *dates, dates[-1] + DAY]
        hours = [[o for day in around for o in openings(site, day)] for site in sites]
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
