"""A world learnt from history: visits by time, entrances, places and stays.

Counter data (`HourlyHistory`) becomes a `Profile` of each site, from which a scenario starts. Rates by
weekday, hour and month come from the history alone (`fit_rates`). Entrances, places and stays are fitted by simulating
the world and comparing its counters with the history, a few times (simulated moments): people who pass through from one
site to the next, or work there, are then in the figures of both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from besok.model.arrays import Floats
from besok.model.errors import ScenarioError
from besok.model.site import SiteFile, Text
from sensors_sim.fit_rates import LearntSite, SiteRates, day_weights, season_basis, sums
from sensors_sim.groups import THROUGH_NEIGHBOUR
from sensors_sim.hourly_history import (
    Entrance,
    HourlyHistory,
    entrances,
    joined,
    simulated_history,
    site_entries,
)
from sensors_sim.routes import Ground, lay_out
from sensors_sim.scenario import Profile, Rates, Scenario
from sensors_sim.seasons import growth_factor
from sensors_sim.times import DAY
from sensors_sim.world import World

ROUNDS: Final = 4  # of making the world and comparing
SIMULATED_DAYS: Final = 28  # in each round
SEEDS: Final = (1, 2)


def learn(
    site_file: SiteFile, history: HourlyHistory, sites: Sequence[str] = (), rounds: int = ROUNDS
) -> tuple[Scenario, tuple[LearntSite, ...]]:
    """Return a scenario with a profile of each of `sites` (all of the file if none is named).

    Raises ScenarioError with what is missing.
    """
    ground = lay_out(site_file)
    problems: list[str] = []
    learnt: dict[int, LearntSite] = {}
    for n, site in enumerate(ground.sites):
        if not sites or site.id in sites:
            try:
                learnt[n] = SiteRates(ground, n, history).learnt()
            except ScenarioError as exc:
                problems += exc.problems
    if problems:
        raise ScenarioError(problems)
    fits = [SiteFit(ground, n, history, learnt_site) for n, learnt_site in learnt.items()]
    rates = _scenario(history, learnt.values())
    for _ in range(rounds):
        profiles = tuple(replace(fit.profile, spread=0.0) for fit in fits)
        times = _times(history.hours.days, any(fit.seasonal for fit in fits))
        worlds = [World(site_file, seed, replace(rates, profiles=profiles)) for seed in SEEDS]
        simulated = [joined([simulated_history(world, *t) for t in times]) for world in worlds]
        for fit in fits:
            fit.improve(simulated)
    matched = tuple(replace(fit.learnt, profile=fit.profile) for fit in fits)
    return _scenario(history, matched), matched


def _scenario(history: HourlyHistory, learnt: Iterable[LearntSite]) -> Scenario:
    first, last = history.hours.days[0], history.hours.days[-1]
    return Scenario(
        id="fitted",
        title=Text(sv="Som historiken", en="As history has it"),
        about=Text(sv=f"Lärt av {first} till {last}.", en=f"Learnt from {first} to {last}."),
        profiles=tuple(site.profile for site in learnt),
        rates=tuple(Rates(site=x.profile.site, growth=x.growth) for x in learnt if x.growth is not None),
    )


def _times(days: Sequence[date], seasonal: bool) -> list[tuple[date, date]]:
    """Return the days to make: the last weeks of the history, or a week in the middle of each of its last months."""
    last = days[-1]
    if not seasonal:
        return [(max(days[0], last - (SIMULATED_DAYS - 1) * DAY), last)]
    return [(day - 3 * DAY, day + 3 * DAY) for day in days[-364:] if day.day == 15]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Statistics of a site besides its rates, from history or from a simulated world."""

    ways: Floats  # [entrance] shares
    stay_h: float  # person-hours in the site for each who enters; NaN if not known
    rooms: Floats  # [space] person-hours in each for each who enters; NaN if not known
    steps: (
        Floats  # [door] into rooms with one neighbour: entries for each visit of the site; NaN if not known
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The spaces of a site that have counted doors."""

    spaces: tuple[str, ...]  # "site/space"
    within: tuple[tuple[int, ...], ...]  # of each, the spaces in it
    leaves: tuple[Entrance, ...]  # entrances of those with one neighbour

    @classmethod
    def of(cls, ground: Ground, number: int) -> "Rooms":
        """Return the rooms of site `number`."""
        edges = [e for e in range(len(ground.portals)) if ground.counted[e]]
        ends = {int(p) for e in edges for p in (ground.outer[e], ground.inner[e])}
        places = sorted(p for p in ends if p != ground.outside and ground.site_of[p] == number)
        leaves = []
        for place in places:
            doors = [e for e in edges if place in (ground.outer[e], ground.inner[e])]
            near = {int(ground.outer[e] + ground.inner[e]) - place for e in doors}
            if len(near) == 1 and ground.outside not in near:
                leaves += [
                    Entrance(portal=ground.portals[e], inward=int(ground.inner[e]) == place) for e in doors
                ]
        return cls(
            spaces=tuple(ground.spaces[p] for p in places),
            within=tuple(
                tuple(n for n, q in enumerate(places) if q != p and ground.inside[q, p]) for p in places
            ),
            leaves=tuple(leaves),
        )


class SiteFit:
    """Iterative fit of one site's profile to a world whose counters agree with the history."""

    def __init__(self, ground: Ground, number: int, history: HourlyHistory, learnt: LearntSite) -> None:
        self.learnt = learnt
        self.seasonal = len(set(learnt.profile.months)) > 1
        self._site = ground.sites[number]
        self._ways, self._rooms = entrances(ground, number), Rooms.of(ground, number)
        self._target = self.moments(history, fading=not self.seasonal)
        self.profile = self._first_guess()

    def moments(self, history: HourlyHistory, fading: bool = False) -> Moments:
        """Return the moments of a history; `fading`: the last weeks weigh most, where no seasons are known."""
        entries = site_entries(history, self._site, self._ways)
        weights = day_weights(history.hours.days)[history.hours.day] if fading else 1.0
        weight = np.where(entries.known, weights, 0.0)
        people = np.array([history.space(name) for name in self._rooms.spaces]).reshape(-1, len(weight)).T
        for n, inner in enumerate(self._rooms.within):
            people[:, n] -= people[:, list(inner)].sum(axis=1)
        root = f"{self._site.id}/{self._site.id}"
        inside = history.space(root) if root in history.spaces else people.sum(axis=1)
        leaves = site_entries(history, self._site, self._rooms.leaves).by_entrance

        def for_each(figure: Floats) -> float:
            """Return the figure per entry, where both are known; for people inside (Little's law) in hours."""
            both = (weight > 0) & ~np.isnan(figure)
            entered = float(weight[both] @ entries.people[both])
            return float(weight[both] @ figure[both]) / entered if entered > 0 else float("nan")

        ways = weight[entries.known] @ entries.by_entrance[entries.known]
        return Moments(
            ways=ways / max(1.0, ways.sum()),
            stay_h=for_each(inside),
            rooms=np.array([for_each(np.maximum(column, 0)) for column in people.T]),
            steps=np.array([for_each(column) for column in leaves.T]),
        )

    def _first_guess(self) -> Profile:
        target, site = self._target, self._site
        own_entrances = np.array(
            [entrance.portal.startswith(f"{site.id}/") for entrance in self._ways], dtype=np.bool_
        )
        own_share = (
            1.0 if own_entrances.all() else 1 - THROUGH_NEIGHBOUR[site.kind]
        )  # the usual share by neighbours' entrances
        shares = np.where(own_entrances, target.ways, 0.0)
        shares = shares / max(1e-9, shares.sum()) * own_share
        stays = np.where(np.isnan(target.rooms), 0.0, target.rooms)
        stops = max(1.0, float(np.nansum(target.steps)))
        spaces = zip(self._rooms.spaces, stays, strict=True)
        ways = zip(self._ways, shares, own_entrances, strict=True)
        return replace(
            self.learnt.profile,
            stay_min=None if np.isnan(target.stay_h) else round(max(1.0, target.stay_h * 60), 2),
            entrances={
                entrance.portal.partition("/")[2]: round(float(share), 4)
                for entrance, share, is_own in ways
                if is_own
            },
            spaces={name.partition("/")[2]: _share(s / stays.sum() * stops) for name, s in spaces if s > 0},
        )

    def improve(self, simulated: list[HourlyHistory]) -> None:
        """Change the profile by the differences of simulated worlds from the history."""
        moments = [self.moments(one) for one in simulated]
        self.profile = self._in_time(self._nearer(moments), simulated)

    def _nearer(self, moments: list[Moments]) -> Profile:
        def mean(figure: str) -> Floats:
            return np.asarray(np.mean([getattr(one, figure) for one in moments], axis=0))

        profile, target = self.profile, self._target
        names = [entrance.portal for entrance in self._ways]
        entry = dict(zip(names, _ratio(target.ways, mean("ways"), 0.5), strict=True))
        shares = {name: share * entry[f"{profile.site}/{name}"] for name, share in profile.entrances.items()}
        scale = sum(profile.entrances.values()) / max(1e-9, sum(shares.values()))
        stepped = np.where(np.isnan(target.steps), np.nan, mean("steps"))
        steps = float(
            _ratio(np.nansum(target.steps, keepdims=True), np.nansum(stepped, keepdims=True), 0.5)[0]
        )
        longer = float(_ratio(np.asarray(target.stay_h), mean("stay_h"), 0.5)) / steps
        rooms = [name.partition("/")[2] for name in self._rooms.spaces]
        room = dict(zip(rooms, _ratio(target.rooms, mean("rooms"), 0.3), strict=True))
        stay_min = profile.stay_min and round(min(1440.0, max(0.5, profile.stay_min * longer * steps)), 2)
        return replace(
            profile,
            entrances={name: round(float(share * scale), 4) for name, share in shares.items()},
            stay_min=stay_min,
            spaces={name: _share(share * room[name] / longer) for name, share in profile.spaces.items()},
        )

    def _in_time(self, profile: Profile, simulated: list[HourlyHistory]) -> Profile:
        """Return the profile with hours and months such that entries in simulated worlds match the learnt ones."""
        hours, learnt = simulated[0].hours, self.learnt
        entries = [site_entries(one, self._site, self._ways) for one in simulated]
        rows = entries[0].open & entries[0].usual
        level = season_basis(hours.days) @ np.array(learnt.profile.months)
        level *= [growth_factor(learnt.growth or 0.0, day, learnt.profile.until) for day in hours.days]
        target = (np.array(learnt.profile.week)[hours.weekday, hours.clock] * level[hours.day])[rows]
        people = np.mean([one.people for one in entries], axis=0)[rows]
        clock = hours.clock[rows]
        month = np.array([day.month - 1 for day in hours.days])[hours.day][rows]
        by_hour = _ratio(sums(clock, target, 24), sums(clock, people, 24), 0.5)
        by_month = np.ones(12)
        if self.seasonal:
            by_month = _ratio(sums(month, target, 12), sums(month, people * by_hour[clock], 12), 0.5)
        week, months = np.array(profile.week) * by_hour, np.array(profile.months) * by_month
        return replace(
            profile,
            week=tuple(tuple(round(float(v), 3) for v in row) for row in week),
            months=tuple(round(float(m), 4) for m in months),
        )


def _share(value: float) -> float:
    return round(float(min(1.0, max(0.0, value))), 4)


def _ratio(target: Floats, simulated: Floats, least: float) -> Floats:
    """Return target / simulated within bounds; 1 where either is unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.asarray(target / simulated)
    return np.where(np.isfinite(ratio), np.clip(ratio, least, 1 / least), 1.0)
