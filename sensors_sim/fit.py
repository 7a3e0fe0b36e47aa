"""A world learnt from history: how many come when, by which ways, where they stay and for how long.

What the counters told (`Chronicle`) becomes a `Profile` of each site, from which a scenario starts. Hours that were not
counted are left out, never taken for zero; so are closed days, public holidays and days with other hours than usual.

Rates are Poisson means with shrinkage: few weeks lean on the even pattern of weekday times hour. The day's spread is
what varies beyond the clumps in which people come (method of moments). Ways, places and stays are found by making the
world and comparing what its counters would tell with what they told, a few times over (simulated moments): who passes
through from one site to the next, or works there, is then in the figures of both.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from besok.model.errors import ScenarioError
from besok.model.site import SiteFile, Text
from sensors_sim.chronicle import Chronicle, arrivals, entrances, joined, told
from sensors_sim.fit_moments import first_guess, in_time, moments_of, nearer, rooms_of
from sensors_sim.fit_rates import Learnt, Season, SiteRates
from sensors_sim.routes import Ground, lay_out
from sensors_sim.scenario import Profile, Rates, Scenario
from sensors_sim.seasons import grown
from sensors_sim.world import DAY, World

ROUNDS: Final = 4  # of making the world and comparing
LOOKED_AT: Final = 28  # days made in each round
SEEDS: Final = (1, 2)


def learn(
    site_file: SiteFile, chronicle: Chronicle, sites: Sequence[str] = (), rounds: int = ROUNDS
) -> tuple[Scenario, tuple[Learnt, ...]]:
    """A scenario with a profile of each of `sites` (all of the file if none is named).

    Raises ScenarioError that says what is missing.
    """
    ground = lay_out(site_file)
    numbers = [n for n, site in enumerate(ground.sites) if not sites or site.id in sites]
    problems: list[str] = []
    found: dict[int, Learnt] = {}
    for n in numbers:
        try:
            found[n] = SiteRates(ground, n, chronicle).learnt()
        except ScenarioError as exc:
            problems += exc.problems
    if problems:
        raise ScenarioError(problems)
    matched = _matched(site_file, ground, chronicle, found, rounds)
    return _scenario(chronicle, list(matched.values())), tuple(matched.values())


def _scenario(chronicle: Chronicle, learnt: list[Learnt]) -> Scenario:
    first, last = chronicle.hours.days[0], chronicle.hours.days[-1]
    return Scenario(
        id="fitted",
        title=Text(sv="Som historiken", en="As history has it"),
        about=Text(sv=f"Lärt av {first} till {last}.", en=f"Learnt from {first} to {last}."),
        profiles=tuple(found.profile for found in learnt),
        rates=tuple(Rates(site=x.profile.site, growth=x.growth) for x in learnt if x.growth is not None),
    )


def _matched(
    site_file: SiteFile, ground: Ground, chronicle: Chronicle, found: dict[int, Learnt], rounds: int
) -> dict[int, Learnt]:
    """The profiles with hours, ways, spaces and stays such that a made world tells what was told."""
    rooms = {n: rooms_of(ground, n) for n in found}
    seasonal = {n: len(set(x.profile.months)) > 1 for n, x in found.items()}
    wanted = {n: moments_of(chronicle, ground, n, rooms[n], fading=not seasonal[n]) for n in found}
    now = {n: first_guess(ground, n, found[n].profile, wanted[n], rooms[n]) for n in found}
    times = _times(chronicle.hours.days, any(seasonal.values()))
    rates = _scenario(chronicle, list(found.values()))
    for _ in range(rounds):
        scenario = replace(rates, profiles=tuple(replace(p, spread=0.0) for p in now.values()))
        made = [joined([told(World(site_file, seed, scenario), *t) for t in times]) for seed in SEEDS]
        for n, profile in now.items():
            moments = [moments_of(one, ground, n, rooms[n]) for one in made]
            nearest = nearer(profile, wanted[n], moments, rooms[n], entrances(ground, n))
            now[n] = _in_time(ground, n, nearest, found[n], made)
    return {n: replace(found[n], profile=now[n]) for n in found}


def _times(days: Sequence[date], seasonal: bool) -> list[tuple[date, date]]:
    """The days to make: the last weeks of the history, or a week in the middle of each month of the last year."""
    last = days[-1]
    if not seasonal:
        return [(max(days[0], last - (LOOKED_AT - 1) * DAY), last)]
    middles = [day for day in days[-364:] if day.day == 15]
    return [(middle - 3 * DAY, middle + 3 * DAY) for middle in middles]


def _in_time(ground: Ground, number: int, profile: Profile, learnt: Learnt, made: list[Chronicle]) -> Profile:
    hours = made[0].hours
    ways = entrances(ground, number)
    came = [arrivals(one, ground.sites[number], ways) for one in made]
    rows = came[0].open & came[0].usual
    season = Season.of(hours.days)
    level = season.basis @ np.array(learnt.profile.months)
    level *= [grown(learnt.profile, learnt.growth or 0.0, day) for day in hours.days]
    wanted = np.array(learnt.profile.week)[hours.weekday, hours.clock] * level[hours.day]
    people = np.mean([one.people for one in came], axis=0)
    return in_time(profile, wanted[rows], people[rows], hours.clock[rows], season.month[hours.day][rows])
