"""What scenarios do to the world: as many people as they say, by the ways and at the times they say. Fixed seeds.

"Within sampling error" is a chance of one in ten thousand that a right world is called wrong, unless it says another.
Companies come together, which makes the error of a count of people larger than if each came alone: by the mean square
of the size of a company over its mean, here called the clump.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from besok.model.calendar import open_intervals
from besok.model.errors import ScenarioError
from besok.model.site import SiteFile
from sensors_sim import truth
from sensors_sim.noise import NORMAL
from sensors_sim.placing import placed
from sensors_sim.plans import LIBRARY_PLANS
from sensors_sim.scenario import ORDINARY, Closing, Hours, NewSensor, Profile, Rates
from sensors_sim.scenariofile import load, shipped
from sensors_sim.seasons import LIBRARY as RHYTHM
from sensors_sim.seasons import expected, slots, weather
from sensors_sim.world import World
from tests.worlds.simulated import (
    CLUMP,
    DAY,
    EXAMPLE,
    LIBRARY,
    MONDAY,
    PARK,
    SIGMAS,
    digest,
    edge,
    first_steps,
    house,
    ordinary,
    public,
    same,
    scenario,
    under,
    visitors,
)

KS_10000 = 2.23  # the same for the distance of two distributions (Kolmogorov, Smirnov)


def chi_square(observed: Sequence[float], shares: Sequence[float], clump: float = CLUMP) -> float:
    """The distance of counts from expected shares in standard errors, by Wilson and Hilferty's cube root."""
    expected_counts = np.array(shares) / sum(shares) * sum(observed)
    x = float(((np.array(observed) - expected_counts) ** 2 / expected_counts).sum() / clump)
    df = len(observed) - 1
    return ((x / df) ** (1 / 3) - (1 - 2 / (9 * df))) / (2 / (9 * df)) ** 0.5


# Nothing different


def test_without_a_scenario_days_are_what_they_were_before_there_were_any() -> None:
    days = [date(2026, 11, 24), date(2026, 7, 4), date(2026, 10, 25), date(2024, 9, 13)]
    known = ["b6b47f0e8e2945d3", "6db3605d159512c5", "2d4e9dede0d6002b", "f74900ea732720fe"]
    assert [digest(World(EXAMPLE, scenario=ORDINARY).day(day)) for day in days] == known


def test_outside_of_its_days_a_scenario_changes_nothing() -> None:
    change = scenario(first=MONDAY, last=MONDAY, rates=(Rates(site="*", arrivals=3.0, stay=2.0),))
    world = World(EXAMPLE, scenario=change)
    assert same(world.day(MONDAY + DAY), World(EXAMPLE).day(MONDAY + DAY))
    assert visitors(world.day(MONDAY), LIBRARY) > 2.5 * visitors(World(EXAMPLE).day(MONDAY), LIBRARY)


def test_no_part_holds_longer_than_its_scenario() -> None:
    shut = Closing(site="stadsbiblioteket", spaces=("hall",), first=MONDAY - 9 * DAY, last=MONDAY + 9 * DAY)
    longer = Hours(site="stadsbiblioteket", also="20:00-22:00", first=MONDAY, last=MONDAY + DAY)
    change = scenario(
        first=MONDAY, last=MONDAY, closings=(shut,), opening=(longer, replace(longer, first=MONDAY + DAY))
    )
    found = placed(EXAMPLE, change)
    assert (found.scenario.closings[0].first, found.scenario.closings[0].last) == (MONDAY, MONDAY)
    assert [e.last for e in found.sites.sites[LIBRARY].opening.exceptions[-1:]] == [MONDAY]
    assert same(World(EXAMPLE, scenario=change).day(MONDAY + DAY), World(EXAMPLE).day(MONDAY + DAY))


# How many come


def test_twice_the_arrivals_are_twice_the_visitors() -> None:
    world, moves = under(load("double-visitors"))
    for site in (LIBRARY, PARK):
        before, after = visitors(ordinary(), site), visitors(moves, site)
        assert abs(after - 2 * before) < SIGMAS * np.sqrt(CLUMP * (after + 4 * before))
    before, after = (len(truth.entries(world.ground, LIBRARY, m)) for m in (ordinary(), moves))
    assert 1.9 < after / before < 2.05  # the staff come once as before


def test_factors_of_a_base_and_of_what_is_on_top_multiply() -> None:
    twice, half = Rates(site="stadsbiblioteket", arrivals=2.0), Rates(site="kind:library", arrivals=0.5)
    _, moves = under(scenario(rates=(twice, half)), 2)
    assert same(moves, ordinary(2))


def test_people_come_at_the_hours_that_the_scenario_says() -> None:
    """Chi-square over the hours of eight weeks of Wednesdays, beside the rhythm of the site times the factors."""
    factors = {"12": 0.5, "16": 2.0, "18": 1.5}
    world = World(EXAMPLE, scenario=scenario(rates=(Rates(site="kind:library", hours=factors, spread=0.0),)))
    site, entrance = EXAMPLE.sites[LIBRARY], edge(World(EXAMPLE), "stadsbiblioteket/town-entrance")
    wanted, counted = np.zeros(24), np.zeros(24)
    for day in (date(2026, 9, 2) + n * 7 * DAY for n in range(8)):
        begins, _ = world.bounds(day)
        quarters = slots(site, RHYTHM, day, begins)
        level = expected(site, RHYTHM, day, weather(1, site.timezone, day))
        factor = np.array([factors.get(str(hour), 1.0) for hour in quarters.hour])
        wanted += np.bincount(quarters.hour, quarters.hours * factor * level, 24)
        came = public(world.day(day), LIBRARY)
        came = came.only((came.edge == entrance) & came.inward)
        local = (came.time - begins) // 3_600_000 + site.day_start.hour
        counted += np.bincount(local, minlength=24)[:24]
    hours = slice(9, 19)  # in the last hour nobody comes any more shortly before closing
    assert counted[hours].sum() > 5000
    assert chi_square(counted[hours], wanted[hours]) < SIGMAS


def test_days_differ_by_the_spread_that_the_scenario_says() -> None:
    """The variance of a hundred days about what their calendar and weather make expect, in two chi-square limits."""
    sites, spread, days = house({"shelves": ("shelves", 80)}, capacity=400), 0.3, 100
    _, moves = under(scenario(rates=(Rates(site="branch", spread=spread, classes=0.0),)), days, sites)
    site = sites.sites[0]
    counts = np.bincount((np.unique(public(moves).person) >> 40) - MONDAY.toordinal(), minlength=days)
    level = [
        expected(site, RHYTHM, MONDAY + n * DAY, weather(1, site.timezone, MONDAY + n * DAY))
        for n in range(days)
    ]
    relative = counts / np.array(level) / (counts / np.array(level)).mean()
    chance = CLUMP / counts.mean()  # what would be there without any spread
    ratio = relative.var() / (spread**2 + chance)
    assert (1 - SIGMAS * (2 / days) ** 0.5) < ratio < (1 + SIGMAS * (2 / days) ** 0.5)
    assert relative.var() > 10 * chance


def test_growth_is_counted_in_years() -> None:
    rates = [Rates(site="*", growth=growth, spread=0.0) for growth in (0.0, 0.2)]
    flat, grown = (visitors(under(scenario(rates=(r,)), 7)[1], LIBRARY) for r in rates)
    years = (MONDAY + 3 * DAY - date(2024, 1, 1)).days / 365.25
    assert abs(grown / flat - 1.2**years) < SIGMAS * 2 * (CLUMP / flat) ** 0.5


# What for, how long, and by which way


def test_people_go_where_the_scenario_says() -> None:
    """Chi-square over the first room that each visitor enters, by plans and by the room that there is."""
    kinds = {"large": "reading", "small": "reading", "children": "children", "shelves": "shelves"}
    rooms = dict(zip(kinds, zip(kinds.values(), (80, 20, 50, 9), strict=True), strict=True))
    plans = {"errand": 0.0, "pass": 0.0, "children": 2.0}
    world, moves = under(scenario(rates=(Rates(site="*", plans=plans, classes=0.0),)), 14, house(rooms))
    doors = [edge(world, f"branch/{room}-door") for room in rooms]
    entered = first_steps(public(moves), doors).edge
    size = {p.name: float(np.mean(p.sizes)) for p in LIBRARY_PLANS}
    share = {p.name: p.share for p in LIBRARY_PLANS}
    read, children = share["read"] * size["read"], 2 * share["children"] * size["children"]
    wanted = [read * 0.8, read * 0.2, children, share["browse"] * size["browse"]]
    assert len(entered) > 8000
    assert chi_square([int((entered == door).sum()) for door in doors], wanted) < SIGMAS


@pytest.mark.parametrize("stay", [0.5, 1.0, 1.6])
def test_people_stay_as_long_as_the_scenario_says(stay: float) -> None:
    """Kolmogorov and Smirnov between visits to a reading room and stays drawn here from the plan's own distribution."""
    morning = {str(hour): float(4 <= hour < 13) for hour in range(24)}  # so that nobody has to leave early
    rates = Rates(site="*", stay=stay, plans={"errand": 0.0, "pass": 0.0}, hours=morning)
    world, moves = under(scenario(rates=(rates,)), 4, house({"room": ("reading", 80)}, "04:00-28:00"))
    inside = public(moves).only(public(moves).edge == edge(world, "branch/room-door"))
    order = np.lexsort((inside.time, inside.person))
    minutes = np.diff(inside.time[order]).astype(np.float64)[::2] / 60_000
    plan = next(p for p in LIBRARY_PLANS if p.name == "read")
    rng = np.random.default_rng(1)
    stays = plan.stay_s / 60 * stay * np.exp(plan.spread * rng.choice(NORMAL, (3, 20_000)))
    more, still = rng.random((2, 20_000)) < np.array([[plan.more], [plan.more / 2]])
    wanted = stays[0] + stays[1] * more + stays[2] * (more & still)
    companies = len(minutes) / float(np.mean(plan.sizes))
    assert companies > 500
    assert distance(minutes, wanted) < KS_10000 * (1 / companies + 1 / 20_000) ** 0.5


def distance(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """The largest difference of two samples' distributions."""
    both = np.sort(np.concatenate([a, b]))
    upto = [np.searchsorted(np.sort(x), both, side="right") / len(x) for x in (a, b)]
    return float(np.abs(upto[0] - upto[1]).max())


def test_entrances_have_the_shares_that_the_scenario_says() -> None:
    change = load("new-park-entrance", MONDAY)
    (rates,) = change.rates
    change = replace(change, rates=(replace(rates, entrances={"new-park-entrance": 0.3}),))
    world, moves = under(change, 7)
    doors = ("new-park-entrance", "town-entrance", "park-entrance")
    ways = [edge(world, f"stadsbiblioteket/{door}") for door in doors]
    came = first_steps(public(moves, LIBRARY), ways).edge
    share = (came == ways[0]).mean()
    assert abs(share - 0.3) < SIGMAS * (CLUMP * 0.3 * 0.7 / len(came)) ** 0.5
    assert (came == ways[2]).any()


def test_a_new_entrance_is_shut_before_its_first_day() -> None:
    world = World(EXAMPLE, scenario=load("new-park-entrance", MONDAY))
    door = edge(world, "stadsbiblioteket/new-park-entrance")
    assert not (world.day(MONDAY - DAY).edge == door).any()
    assert (world.day(MONDAY).edge == door).sum() > 100


def test_what_was_learnt_takes_the_place_of_the_rhythm() -> None:
    """Visitors by hour and day, shares of rooms and the mean length of a visit, beside a profile."""
    row = tuple(40.0 if 10 <= hour < 18 else 10.0 if hour < 10 else 0.0 for hour in range(24))
    profile = Profile(
        site="branch", week=(row,) * 6 + ((0.0,) * 24,), spread=0.0, stay_min=45, spaces={"a": 0.9, "b": 0.3}
    )
    rooms = {"a": ("reading", 50), "b": ("shelves", 50), "c": ("cafe", 50)}
    world, moves = under(scenario(profiles=(profile,)), 14, house(rooms))
    people = public(moves)
    came = people.only((people.edge == 0) & people.inward)
    hours = np.bincount((came.time - world.bounds(MONDAY)[0]) % 86_400_000 // 3_600_000 + 4, minlength=24)
    assert abs(hours[10:18].sum() - 14 * 320) < SIGMAS * (CLUMP * 14 * 320) ** 0.5
    assert abs(hours[9] - 140) < SIGMAS * (CLUMP * 140) ** 0.5
    entered = first_steps(people, [edge(world, f"branch/{room}-door") for room in rooms]).edge
    share = (entered == edge(world, "branch/a-door")).mean()
    assert abs(share - 0.75) < SIGMAS * (CLUMP * 0.19 / len(entered)) ** 0.5
    assert not (entered == edge(world, "branch/c-door")).any()
    out = people.only((people.edge == 0) & ~people.inward)
    mean = (out.time.sum() - came.time.sum()) / len(came) / 60_000
    assert 40 < mean < 50  # some have to leave before they would


# Scenarios and site files


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"rates": (Rates(site="stadsbibliotek"),)}, 'no site "stadsbibliotek" (did you mean "stadsbiblioteket"?)'),
        ({"rates": (Rates(site="*", entrances={"cafe-dor": 1.0}),)}, 'no portal "cafe-dor" in stadsbiblioteket'),
        ({"rates": (Rates(site="kind:library", entrances={"cafe-door": 1.0}),)}, "leads from one of its spaces to"),
        ({"closings": (Closing(site="kind:library", spaces=("hal",)),)}, 'no space "hal" in stadsbiblioteket (did you'),
        ({"sensors": (NewSensor(site="stadsparken", device="count-rose-arch", portal="rose-arch"),)}, "placed twice"),
        ({"sensors": (NewSensor(site="stadsparken", device="new", portal="rose-ark"),)}, 'no portal "rose-ark"'),
    ],
)  # fmt: skip
def test_what_a_scenario_means_must_be_there(part: dict[str, object], told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        World(EXAMPLE, scenario=scenario(**part))
    assert told in str(caught.value)


@pytest.mark.parametrize("name", shipped())
@pytest.mark.parametrize("sites", [EXAMPLE, house({"room": ("zone", 9)}), SiteFile(sites=(EXAMPLE.sites[PARK],))],
                         ids=["both", "library", "park"])  # fmt: skip
def test_shipped_scenarios_fit_any_site_file(name: str, sites: SiteFile) -> None:
    change = load(name)
    found = placed(sites, change)
    assert placed(found.sites, change).sites.sites[0].portals == found.sites.sites[0].portals
    assert found.notes == () or sites is not EXAMPLE


def test_longer_sundays_bring_people_then() -> None:
    sunday = MONDAY + 6 * DAY
    world = World(EXAMPLE, scenario=load("sunday-opening"))
    (start, end) = open_intervals(sunday, world.ground.sites[LIBRARY])[0]
    assert (end - start).total_seconds() == 8 * 3600
    assert visitors(world.day(sunday), LIBRARY) > 1.2 * visitors(World(EXAMPLE).day(sunday), LIBRARY)
