"""Worlds learnt from the history of other worlds, whose rates are known: fixed seeds, errors as stated."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from besok.model.errors import ScenarioError
from sensors_sim.fit import SiteFit, learn
from sensors_sim.fit_rates import LearntSite, SiteRates
from sensors_sim.hourly_history import (
    ARRAYS,
    HourAxis,
    HourlyHistory,
    entrances,
    simulated_history,
    site_entries,
)
from sensors_sim.scenario import ORDINARY, Rates, Scenario
from sensors_sim.scenariofile import dump, parse
from sensors_sim.seasons import month_factor
from sensors_sim.world import World
from tests.worlds.simulated import EXAMPLE, LIBRARY

SUNDAY = date(2026, 11, 22)  # the last day of each history
RATES = Rates(
    site="kind:library",
    arrivals=1.4,
    weekdays={"monday": 0.5, "saturday": 1.6},
    hours={"17": 2.0, "10": 0.5},
    stay=1.5,
    plans={"children": 0.5, "cafe": 2.0},
    entrances={"park-entrance": 0.5},
)
STRANGE = replace(ORDINARY, id="strange", rates=(RATES,))
GROUND = World(EXAMPLE).ground


@cache
def history(weeks: int = 9, scenario: Scenario = STRANGE, seed: int = 7) -> HourlyHistory:
    return simulated_history(World(EXAMPLE, seed, scenario), SUNDAY - timedelta(days=7 * weeks - 1), SUNDAY)


def between(first: date, last: date) -> HourlyHistory:
    """The history of some business days."""
    whole = history()
    days = [n for n, day in enumerate(whole.hours.days) if first <= day <= last]
    rows = np.isin(whole.hours.day, days)
    hours = HourAxis(
        days=tuple(whole.hours.days[n] for n in days),
        start=whole.hours.start[rows],
        day=whole.hours.day[rows] - days[0],
        clock=whole.hours.clock[rows],
    )
    return replace(whole, hours=hours, **{key: getattr(whole, key)[rows] for key in ARRAYS})


@cache
def fitted() -> tuple[Scenario, tuple[LearntSite, ...]]:
    return learn(EXAMPLE, history(), ("stadsbiblioteket",), 2)


def fit_of(whole: HourlyHistory) -> SiteFit:
    return SiteFit(GROUND, LIBRARY, whole, fitted()[1][0])


def without(history_: HourlyHistory, portal: str, days: set[int]) -> HourlyHistory:
    """The history_ of a portal that was not counted on some days, whatever it says of them."""
    column = history_.portals.index(portal)
    away = np.isin(history_.hours.day, list(days))
    coverage, inward = history_.coverage.copy(), history_.inward.copy()
    coverage[away, column], inward[away, column] = 0.0, np.nan
    return replace(history_, coverage=coverage, inward=inward)


def test_weekdays_hours_entrances_and_stays_of_a_strange_world_are_learnt() -> None:
    (learnt,) = fitted()[1]
    ordinary = np.array(SiteRates(GROUND, LIBRARY, history(4, ORDINARY)).learnt().profile.week)
    week = np.array(learnt.profile.week)
    assert week[0].sum() / ordinary[0].sum() == pytest.approx(1.4 * 0.5, rel=0.1)
    assert week[5].sum() / ordinary[5].sum() == pytest.approx(1.4 * 1.6, rel=0.2)
    five, two = (w[:5, 17].sum() / w[:5, 14].sum() for w in (week, ordinary))
    assert five == pytest.approx(2 * two, rel=0.2)
    assert week[:, :9].sum() == 0 == week[:, 20:].sum()
    assert learnt.profile.entrances["park-entrance"] == pytest.approx(0.5, abs=0.05)
    assert learnt.profile.spread < 0.15 and learnt.profile.weeks == 9


def test_a_fitted_world_reproduces_held_back_weeks_of_its_own_history() -> None:
    split = SUNDAY - timedelta(weeks=3)
    scenario, _ = learn(EXAMPLE, between(date.min, split), ("stadsbiblioteket",), 1)
    held = between(split + timedelta(days=1), SUNDAY)
    made = [
        simulated_history(World(EXAMPLE, seed, scenario), held.hours.days[0], SUNDAY) for seed in (1, 2, 3, 4)
    ]
    ways = entrances(GROUND, LIBRARY)
    seen, *fits = (site_entries(one, EXAMPLE.sites[LIBRARY], ways) for one in (held, *made))
    known, fitted_people = seen.open, np.mean([one.people for one in fits], axis=0)
    assert fitted_people[known].sum() == pytest.approx(seen.people[known].sum(), rel=0.08)
    for weekday in range(7):
        own = known & (held.hours.weekday == weekday)
        assert fitted_people[own].sum() == pytest.approx(seen.people[own].sum(), rel=0.15)
    cell = held.hours.cell[known]
    there = np.bincount(cell, minlength=168) > 0
    week, usual = (np.bincount(cell, p[known], 168)[there] / 3 for p in (fitted_people, seen.people))
    assert np.sqrt(np.mean((week - usual) ** 2)) < 0.15 * usual.mean()
    root = "stadsbiblioteket/stadsbiblioteket"
    full = np.mean([np.quantile(one.space(root)[known], 0.95) for one in made])
    assert full == pytest.approx(np.quantile(held.space(root)[known], 0.95), rel=0.15)


def test_people_stay_as_long_as_they_did_and_spaces_are_as_full() -> None:
    scenario = fitted()[0]
    first = SUNDAY - timedelta(days=27)
    made, seen = (
        simulated_history(World(EXAMPLE, 5, scenario), first, SUNDAY),
        between(first, SUNDAY),
    )
    now, then = (fit_of(seen).moments(c).stay_h for c in (made, seen))
    assert now == pytest.approx(then, rel=0.08)
    for name in ("cafe", "childrens-floor", "fiction", "reading-room", "stadsbiblioteket"):
        column = seen.spaces.index(f"stadsbiblioteket/{name}")
        now, then = made.people[:, column].mean(), seen.people[:, column].mean()
        assert now == pytest.approx(then, rel=0.2), name


def test_without_seasons_the_stays_of_the_last_weeks_count_most() -> None:
    whole = history()
    long_ago = whole.hours.day < len(whole.hours.days) - 28
    changed = replace(whole, people=np.where(long_ago[:, None], 3 * whole.people, whole.people))
    fit = fit_of(whole)
    fading, even = (fit.moments(changed, fades).stay_h for fades in (True, False))
    assert fit.moments(whole).stay_h < fading < 0.92 * even


def test_a_profile_is_a_scenario_file_that_others_can_start_from() -> None:
    scenario = fitted()[0]
    assert parse(dump(scenario), "fitted") == scenario


def test_what_was_not_counted_is_left_out_and_never_zero() -> None:
    whole, holes = history(), without(history(), "stadsbiblioteket/town-entrance", set(range(25, 40)))
    now, then = (np.array(SiteRates(GROUND, LIBRARY, c).learnt().profile.week) for c in (holes, whole))
    assert now.sum() == pytest.approx(then.sum(), rel=0.04)


def test_a_portal_counted_for_most_of_an_hour_stands_for_all_of_it() -> None:
    whole = history()
    column = whole.portals.index("stadsbiblioteket/town-entrance")
    coverage, inward = whole.coverage.copy(), whole.inward.copy()
    coverage[:, column], inward[:, column] = 0.95, inward[:, column] * 0.95
    ways = entrances(GROUND, LIBRARY)
    site = EXAMPLE.sites[LIBRARY]
    less = site_entries(replace(whole, coverage=coverage, inward=inward), site, ways)
    assert np.allclose(less.people, site_entries(whole, site, ways).people)


def test_few_weeks_give_a_profile_that_leans_on_the_even_pattern() -> None:
    few = history(2)
    profile = SiteRates(GROUND, LIBRARY, few).learnt().profile
    week, usual = np.array(profile.week), np.array(fitted()[1][0].profile.week)
    assert profile.weeks == 2 and week.sum() == pytest.approx(usual.sum(), rel=0.15)
    assert (week[0, 9:20] > 0).all()


def test_too_little_says_what_is_missing() -> None:
    holes = without(history(4), "stadsbiblioteket/park-entrance", set(range(22)))
    missing = r"6 usual open days .* at least 10 .*town-entrance 100%.*park-entrance 2\d%"
    with pytest.raises(ScenarioError, match=missing):
        learn(EXAMPLE, holes, ("stadsbiblioteket",))


def test_a_history_of_years_tells_seasons_and_growth() -> None:
    learnt = SiteRates(GROUND, LIBRARY, made_up(growth=0.2)).learnt()
    assert learnt.growth == pytest.approx(0.2, abs=0.02)
    assert learnt.profile.months[6] / learnt.profile.months[1] == pytest.approx(0.5, rel=0.1)


SUMMER_IS_QUIET = (*(1.0,) * 6, 0.5, *(1.0,) * 5)


def made_up(growth: float) -> HourlyHistory:
    """Two and a half years with a quiet July."""
    days = 900
    whole = history(2)
    first = SUNDAY - timedelta(days=days - 1)
    dates = tuple(first + timedelta(days=n) for n in range(days))
    hours = replace(
        whole.hours,
        days=dates,
        start=np.arange(days * 24, dtype=np.int64) * 3_600_000 + (first - date(1970, 1, 1)).days * 86_400_000,
        day=np.repeat(np.arange(days), 24),
        clock=np.tile(np.arange(24), days),
    )
    level = np.array(
        [(1 + growth) ** (n / 365.25) * month_factor(SUMMER_IS_QUIET, d) for n, d in enumerate(dates)]
    )
    flows = np.repeat(np.repeat(level * 50, 24)[:, None], len(whole.portals), axis=1)
    empty = np.full((days * 24, len(whole.spaces)), np.nan)
    return replace(
        whole, hours=hours, inward=flows, outward=flows, coverage=np.ones_like(flows), people=empty
    )
