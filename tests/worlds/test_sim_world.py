"""The simulated world: the same for the same seed, nobody made or lost, hours kept, about as busy as it should be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.errors import SiteFileError
from besok.model.site import OpeningException, PayloadMapping, Site, SiteFile
from sensors_sim import truth
from sensors_sim.routes import lay_out
from sensors_sim.times import instant, openings
from sensors_sim.world import World
from tests.small_sites import library, portal, space
from tests.worlds.simulated import EXAMPLE, LIBRARY, PARK, assert_conserved, edge, public, same

TUESDAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def world() -> World:
    return World(EXAMPLE)


def entries(world: World, site: int, day: date) -> int:
    return len(truth.entries(world.ground, site, world.day(day)))


def test_another_seed_makes_another_day(world: World) -> None:
    assert not same(world.day(TUESDAY), World(EXAMPLE, 2).day(TUESDAY))


def test_a_site_keeps_its_own_people_whatever_else_the_file_holds(world: World) -> None:
    alone = World(SiteFile(sites=(EXAMPLE.sites[PARK],))).day(TUESDAY)
    among = world.day(TUESDAY)
    of_the_park = among.person[(among.person >> 24) & 0xFFFF == PARK]
    assert len(np.unique(alone.person)) == len(np.unique(of_the_park)) > 100


@pytest.mark.parametrize(
    "day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]
)
def test_people_are_conserved_in_the_example_too_and_when_the_clocks_change(world: World, day: date) -> None:
    assert_conserved(world, world.day(day), day, day)


@settings(max_examples=12, deadline=None)
@given(first=st.integers(4, 26), length=st.integers(1, 24), seed=st.integers(0, 1000))
def test_nobody_is_inside_long_before_opening_or_after_closing(first: int, length: int, seed: int) -> None:
    until = min(first + length, 28)
    world = World(library("branch", hours=f"{first:02}:00-{until:02}:00", capacity=80), seed)
    opening = openings(world.ground.sites[0], TUESDAY)[0]
    moves = world.day(TUESDAY)
    visitors = moves.only((moves.person >> 22) & 3 < 2)
    assert (visitors.time >= opening.start - 60_000).all()
    assert (visitors.time <= opening.end + 240_000).all()
    assert (moves.time <= opening.end + 30 * 60_000).all()
    assert_conserved(world, moves, TUESDAY, TUESDAY)


def test_a_closed_day_is_empty() -> None:
    assert len(World(library("branch", hours="closed")).day(TUESDAY)) == 0


def opened(site: Site, text: str) -> Site:
    exception = OpeningException(first=TUESDAY, last=TUESDAY, hours=text)
    return replace(site, opening=replace(site.opening, exceptions=(exception,)))


def test_a_night_opening_brings_people_at_night_and_changes_nothing_before_it() -> None:
    night = World(SiteFile(sites=(opened(EXAMPLE.sites[0], "09:00-20:00, 23:00-27:00"), EXAMPLE.sites[1])))
    after, before = night.day(TUESDAY), World(EXAMPLE).day(TUESDAY)
    eleven = openings(night.ground.sites[LIBRARY], TUESDAY)[1].start
    inside = truth.at(night.ground, after, np.array([eleven + 3_600_000, eleven + 4 * 3_600_000 + 1_800_000]))
    column = night.ground.spaces.index("stadsbiblioteket/stadsbiblioteket")
    assert inside[0, column] > 20 and inside[1, column] == 0
    early = [m.only((m.time < eleven - 3_600_000) & ((m.person >> 22) & 3 == 0)) for m in (before, after)]
    assert same(*(m.in_order() for m in early))


def test_days_are_as_busy_as_they_should_be(world: World) -> None:
    weekdays = [date(2026, 11, 2) + timedelta(days=n) for n in range(19) if n % 7 < 5]
    visits = [entries(world, LIBRARY, d) for d in weekdays]
    assert 1400 < np.mean(visits) < 1800
    assert np.std(visits) > np.sqrt(np.mean(visits))  # busier and calmer days than chance alone would make
    saturdays = [entries(world, PARK, date(2026, 6, 6) + timedelta(days=7 * n)) for n in range(12)]
    assert 2000 < max(saturdays) < 3800
    assert entries(world, PARK, date(2026, 11, 23)) < 0.7 * np.mean(saturdays)


def test_visits_grow_over_the_years(world: World) -> None:
    early, late = (sum(entries(world, LIBRARY, date(y, 10, d)) for d in range(1, 15)) for y in (2023, 2026))
    assert 1.1 < late / early < 1.4


def test_some_people_pass_from_town_through_the_library_into_the_park(world: World) -> None:
    moves = world.day(TUESDAY)
    town = edge(world, "stadsbiblioteket/town-entrance")
    gates = [edge(world, f"stadsparken/{side}-gate") for side in ("north", "east", "south")]
    came = moves.person[(moves.edge == town) & moves.inward]
    went = moves.person[np.isin(moves.edge, gates) & ~moves.inward]
    assert len(np.intersect1d(came, went)) > 30


def test_the_emergency_exit_is_used_rarely_and_only_outward(world: World) -> None:
    moves = world.days(date(2026, 10, 5), date(2026, 11, 1))
    through = moves.only(moves.edge == edge(world, "stadsbiblioteket/emergency-exit"))
    assert 0 < len(through) < 400 and not through.inward.any()


def test_a_space_that_no_portal_leads_to_is_reached_from_the_space_around_it() -> None:
    spaces = (space("floor"), space("corner", "reading", parent="floor"))
    portals = (portal("door", "outside", "branch"), portal("stairs", "branch", "floor"))
    ground = lay_out(library("branch", spaces=spaces, portals=portals))
    links = zip(ground.outer[2:], ground.inner[2:], strict=True)
    assert [(ground.spaces[a], ground.spaces[b]) for a, b in links] == [("branch/floor", "branch/corner")]


def test_a_site_with_a_mapping_makes_a_world() -> None:
    meaning = PayloadMapping(name="counters", topic="counters/+/door", values={"in_total": "in"})
    library, *others = EXAMPLE.sites
    mapped = SiteFile(sites=(replace(library, mappings=(meaning,)), *others))
    assert lay_out(mapped).portals == lay_out(EXAMPLE).portals


def test_sites_that_make_no_world_are_refused() -> None:
    wrong = (portal("door", "outside", "branch"), portal("hole", "branch", "attic"))
    with pytest.raises(SiteFileError, match="branch/hole leads to branch/attic"):
        World(library("branch", portals=wrong))
    with pytest.raises(SiteFileError, match="time zone"):
        far = replace(EXAMPLE.sites[PARK], timezone="Europe/Helsinki")
        World(SiteFile(sites=(EXAMPLE.sites[LIBRARY], far)))


def test_the_truth_is_what_a_slow_count_finds(world: World) -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    moves, ground = world.day(TUESDAY), world.ground
    place = dict.fromkeys(moves.person.tolist(), ground.outside)
    for row in range(len(moves)):
        if moves.time[row] < noon.timestamp() * 1000:
            ends = ground.inner if moves.inward[row] else ground.outer
            place[int(moves.person[row])] = int(ends[moves.edge[row]])
    found = truth.people(EXAMPLE, noon, noon)
    assert found.times == (noon,)
    assert found.people[0].tolist() == ground.inside[list(place.values())].sum(axis=0).tolist()
    closing = openings(EXAMPLE.sites[LIBRARY], TUESDAY)[-1].end
    late = truth.people(EXAMPLE, instant(closing - 3_600_000), instant(closing + 1_800_000), step_s=1800)
    inside = late.people[:, late.spaces.index("stadsbiblioteket/stadsbiblioteket")]
    assert inside[0] > 20 and inside[-1] == 0
    assert public(moves).time.max() < closing + 240_000


def test_the_truth_of_many_days_is_that_of_each() -> None:
    start = datetime(2026, 11, 20, 3, 30, tzinfo=UTC)
    long = truth.people(EXAMPLE, start, start + timedelta(days=10))
    late = start + timedelta(days=8, hours=6)
    short = truth.people(EXAMPLE, late, late + timedelta(hours=20))
    at = long.times.index(late)
    assert (long.people[at : at + len(short.times)] == short.people).all()


@given(
    first=st.integers(-50, 50),
    steps=st.lists(st.integers(1, 9), max_size=8),
    even=st.booleans(),
    times=st.lists(st.integers(-60, 150)),
)
def test_moments_reached_are_found_as_by_a_search(
    first: int, steps: list[int], even: bool, times: list[int]
) -> None:
    middle = [5] * len(steps) if even else steps
    moments = first + np.cumsum([0, *middle, *steps[:1]])
    found = truth.passed(moments, np.array(times, dtype=np.int64))
    assert found.tolist() == np.searchsorted(moments, times, side="right").tolist()
