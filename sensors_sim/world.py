"""A world of people in the places of a site file: they arrive, pass doors, use spaces and leave.

The world is a pure function of the site file, the scenario and the seed. Each business day is drawn from a generator of
its own, so that any day can be made alone, and many days at once for speed, with the same result.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from besok.model.arrays import Bools, Ints
from besok.model.calendar import business_day, day_bounds, days_from, portions
from besok.model.site import Site, SiteFile
from sensors_sim.day_rates import DayRates, Usage, day_rates
from sensors_sim.events import Planned, Programme
from sensors_sim.groups import Gates, Groups, gates
from sensors_sim.movements import Moves, OpenAt, Walkers, nobody
from sensors_sim.placing import placed
from sensors_sim.plans import Choices, choices
from sensors_sim.public import arrivals, public
from sensors_sim.routes import Ground, closing, lay_out
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.times import DAY, millis, openings, within

CHUNK_DAYS = 7  # made at once: enough to be fast, and a few ten megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _UsedSite:
    """A site on the days that share a usage: what is open, the visitors' choices, and the entrances."""

    ground: Ground
    gates: Gates
    choices: Choices
    places: dict[str, list[int]]  # by kind of space; under "" all of them


class World:
    """People in the places of a site file under a scenario.

    Raises SiteFileError if the sites differ in time zone or day start, ScenarioError if the scenario names what is not
    there. `notes` say what of the scenario finds no place here, `scenario` has the names that its parts found.
    """

    def __init__(self, site_file: SiteFile, seed: int = 1, scenario: Scenario = ORDINARY) -> None:
        world = placed(site_file, scenario)
        self.ground = lay_out(world.sites)
        self.scenario, self.notes = world.scenario, world.notes
        self.seed = seed
        self._used: dict[tuple[int, Usage], _UsedSite | None] = {}
        self._entry = np.array(
            [self.ground.step_in(e) for e in range(len(self.ground.outer))], dtype=np.int64
        )

    def business_day(self, t: datetime) -> date:
        """Return the business day in which the moment `t` (aware) lies."""
        return business_day(t, self.ground.sites[0])

    def bounds(self, day: date) -> tuple[int, int]:
        """Return when the business day begins and ends, in milliseconds since 1970."""
        start, end = day_bounds(day, self.ground.sites[0])
        return millis(start), millis(end)

    def day(self, day: date) -> Moves:
        """Return all moves of one business day in order. Everybody who comes also leaves on that day."""
        return self.days(day, day).in_order()

    def days(self, first: date, last: date) -> Moves:
        """Return all moves of the business days `first` to `last` (inclusive), in no particular order."""
        days = days_from(first, last)
        opens = [
            [o for day in (first - DAY, *days, last + DAY) for o in openings(site, day)]
            for site in self.ground.sites
        ]

        def open_at(sites: Ints, times: Ints) -> Bools:
            is_open = np.zeros(len(times), dtype=np.bool_)
            for number, stretches in enumerate(opens):
                is_open[sites == number] = within(stretches, times[sites == number])
            return is_open

        parts = [nobody()]
        for number, site in enumerate(self.ground.sites):
            by_usage: dict[Usage, list[tuple[date, DayRates]]] = {}
            for day in days:
                rates = day_rates(self.scenario, site, day)
                by_usage.setdefault(rates.usage, []).append((day, rates))
            for usage, dates in by_usage.items():
                if used := self._site(number, usage):
                    parts.append(self._moves(number, used, dates, open_at))
        return Moves.joined(parts)

    def _moves(
        self, number: int, used: _UsedSite, days: list[tuple[date, DayRates]], open_at: OpenAt
    ) -> Moves:
        """All moves of days that share a usage."""
        site = self.ground.sites[number]
        bounds = [self.bounds(day) for day, _ in days]
        public_days = [
            arrivals(site, self.seed, day, b, used.choices, rates)
            for (day, rates), b in zip(days, bounds, strict=True)
        ]
        parts = [public(used.ground, number, used.gates, used.choices, public_days)]
        for day, rates in days:
            parts += self._programme(number, used, day, rates).groups()
        groups = Groups.joined(parts)
        which = np.searchsorted([day.toordinal() for day, _ in days], groups.day)
        walkers = Walkers(
            ground=used.ground,
            site=number,
            gates=used.gates,
            open_at=open_at,
            entry=self._entry,
            groups=groups,
        )
        return walkers.moves(np.array(bounds)[which])

    def programme(self, first: date, last: date) -> Iterator[tuple[Site, date, Planned]]:
        """Yield the sites' own programme items from `first` to `last`."""
        for number, site in enumerate(self.ground.sites):
            for day in days_from(first, last):
                rates = day_rates(self.scenario, site, day)
                used = self._site(number, rates.usage)
                if used and (planned := self._programme(number, used, day, rates).planned()):
                    yield site, day, planned

    def chunks(self, start: datetime, end: datetime) -> Iterator[tuple[date, date]]:
        """Yield the first and last of some business days at a time, of all that `start` to `end` touches."""
        if end <= start:
            return
        last = self.business_day(end - timedelta(microseconds=1))
        yield from portions(self.business_day(start), last, CHUNK_DAYS)

    def _site(self, number: int, usage: Usage) -> _UsedSite | None:
        """Return the site in this usage; None if nobody can come, or there is no place to go to."""
        key = (number, usage)
        if key not in self._used:
            ground = closing(self.ground, usage.closed)
            profile = self.scenario.profiles[usage.profile] if usage.profile >= 0 else None
            ways = gates(ground, number, usage.entrances)
            plans = choices(ground, number, self.ground, usage, profile)
            places: dict[str, list[int]] = {"": ground.reachable(number)}
            for place in places[""]:
                places.setdefault(ground.detail[place].kind, []).append(place)
            self._used[key] = (
                _UsedSite(ground=ground, gates=ways, choices=plans, places=places) if ways and plans else None
            )
        return self._used[key]

    def _programme(self, number: int, used: _UsedSite, day: date, rates: DayRates) -> Programme:
        begins, ends = self.bounds(day)
        return Programme(
            ground=used.ground,
            site=self.ground.sites[number],
            places=used.places,
            gates=used.gates,
            seed=self.seed,
            day=day,
            opens=openings(self.ground.sites[number], day),
            begins=begins,
            ends=ends,
            rates=rates,
        )
