"""The simulated world: the same for the same seed, nobody made or lost, hours kept, about as busy as it should be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.errors import SiteFileError
from besok.model.site import OpeningException, OpeningHours, Portal, Site, SiteFile, Space, Text
from besok.model.sitefile import parse
from sensors_sim import truth
from sensors_sim.movements import Moves
from sensors_sim.routes import lay_out
from sensors_sim.seasons import openings
from sensors_sim.world import World, instant

EXAMPLE = parse(Path("sites/helsingborg.toml").read_text(encoding="utf-8"))
LIBRARY, PARK = 0, 1
TUESDAY, FINE_SATURDAY = date(2026, 11, 24), date(2026, 7, 4)
GRACE = timedelta(minutes=4)  # for the public; staff are out within half an hour


@pytest.fixture(scope="module")
def world() -> World:
    return World(EXAMPLE)


def name(text: str) -> Text:
    return Text(sv=text, en=text)


def hours(text: str) -> OpeningHours:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return OpeningHours(**dict.fromkeys(days, text))


def small(text: str = "10:00-18:00", *spaces: Space, portals: tuple[Portal, ...] = ()) -> SiteFile:
    """One library with one door into its root space, and what else is given."""
    door = Portal(id="door", name=name("door"), outer="outside", inner="branch")
    site = Site(
        id="branch",
        kind="library",
        name=name("Branch"),
        timezone="Europe/Stockholm",
        opening=hours(text),
        spaces=spaces,
        portals=(door, *portals),
        capacity=80,
    )
    return SiteFile(sites=(site,))


def same(a: Moves, b: Moves) -> bool:
    return all(np.array_equal(getattr(a, f), getattr(b, f)) for f in Moves.__slots__)


def entries(world: World, site: int, day: date) -> int:
    return len(truth.entries(world.ground, site, world.day(day)))


def test_the_same_seed_makes_the_same_day_and_another_seed_another(world: World) -> None:
    assert same(world.day(TUESDAY), World(EXAMPLE).day(TUESDAY))
    assert not same(world.day(TUESDAY), World(EXAMPLE, 2).day(TUESDAY))


def test_a_day_made_alone_is_the_day_made_among_others(world: World) -> None:
    week = world.days(TUESDAY - timedelta(days=3), TUESDAY + timedelta(days=3)).in_order()
    start, end = world.bounds(TUESDAY)
    assert same(week.only((week.time >= start) & (week.time < end)), world.day(TUESDAY))


def test_a_site_keeps_its_own_people_whatever_else_the_file_holds(world: World) -> None:
    alone = World(SiteFile(sites=(EXAMPLE.sites[PARK],))).day(TUESDAY)
    among = world.day(TUESDAY)
    of_the_park = among.person[(among.person >> 24) & 0xFFFF == PARK]
    assert len(set(alone.person.tolist())) == len(set(of_the_park.tolist())) > 100


def check_conservation(world: World, day: date) -> None:
    """Every person's steps join, begin and end outside, and lie within the business day."""
    moves, ground = world.day(day), world.ground
    start, end = world.bounds(day)
    assert ((moves.time >= start) & (moves.time < end)).all()
    order = np.lexsort((moves.time, moves.person))
    edge, inward, person = moves.edge[order], moves.inward[order], moves.person[order]
    left = np.where(inward, ground.outer[edge], ground.inner[edge])
    entered = np.where(inward, ground.inner[edge], ground.outer[edge])
    first = np.append(True, person[1:] != person[:-1])
    last = np.append(first[1:], True)
    assert (left[first] == ground.outside).all()
    assert (entered[last] == ground.outside).all()
    assert (left[1:][~first[1:]] == entered[:-1][~last[:-1]]).all()
    assert (np.diff(moves.time[order])[~first[1:]] > 0).all()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**63), day=st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_people_are_conserved(seed: int, day: date) -> None:
    check_conservation(World(EXAMPLE, seed), day)


@pytest.mark.parametrize(
    "day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)]
)
def test_people_are_conserved_when_the_clocks_change(world: World, day: date) -> None:
    check_conservation(world, day)


@settings(max_examples=12, deadline=None)
@given(first=st.integers(4, 26), length=st.integers(1, 24), seed=st.integers(0, 1000))
def test_nobody_is_inside_long_before_opening_or_after_closing(first: int, length: int, seed: int) -> None:
    until = min(first + length, 28)
    world = World(small(f"{first:02}:00-{until:02}:00"), seed)
    opening = openings(world.ground.sites[0], TUESDAY)[0]
    moves = world.day(TUESDAY)
    public = moves.only((moves.person >> 22) & 3 < 2)
    assert (public.time >= opening.start - 60_000).all()
    assert (public.time <= opening.end + 240_000).all()
    assert (moves.time <= opening.end + 30 * 60_000).all()
    check_conservation(world, TUESDAY)


def test_a_closed_day_is_empty() -> None:
    assert len(World(small("closed")).day(TUESDAY)) == 0


def test_nobody_is_in_the_library_half_an_hour_after_closing(world: World) -> None:
    closing = openings(EXAMPLE.sites[LIBRARY], TUESDAY)[-1].end
    found = truth.people(EXAMPLE, instant(closing - 3_600_000), instant(closing + 1_800_000), step_s=1800)
    column = found.spaces.index("stadsbiblioteket/stadsbiblioteket")
    assert found.people[0, column] > 20
    assert found.people[-1, column] == 0


def opened(site: Site, text: str) -> Site:
    exception = OpeningException(first=TUESDAY, last=TUESDAY, hours=text)
    return replace(site, opening=replace(site.opening, exceptions=(exception,)))


def test_a_night_opening_brings_people_at_night_and_changes_nothing_before_it() -> None:
    library, park = EXAMPLE.sites
    night = World(SiteFile(sites=(opened(library, "09:00-20:00, 23:00-27:00"), park)))
    usual = World(EXAMPLE)
    after, before = night.day(TUESDAY), usual.day(TUESDAY)
    eleven = openings(night.ground.sites[LIBRARY], TUESDAY)[1].start
    inside = truth.at(night.ground, after, np.array([eleven + 3_600_000, eleven + 4 * 3_600_000 + 1_800_000]))
    column = night.ground.spaces.index("stadsbiblioteket/stadsbiblioteket")
    assert inside[0, column] > 20
    assert inside[1, column] == 0
    public_before, public_after = (
        m.only((m.time < eleven - 3_600_000) & ((m.person >> 22) & 3 == 0)).in_order()
        for m in (before, after)
    )
    assert same(public_before, public_after)


def test_an_ordinary_weekday_in_the_library_brings_1400_to_1800(world: World) -> None:
    days = [date(2026, 11, 2) + timedelta(days=n) for n in range(19) if n % 7 < 5]
    visits = [entries(world, LIBRARY, d) for d in days]
    assert 1400 < np.mean(visits) < 1800
    assert np.std(visits) > np.sqrt(np.mean(visits))  # busier and calmer days than chance alone would make


def test_a_fine_saturday_in_the_park_brings_2500_and_a_november_monday_half_of_that(world: World) -> None:
    saturdays = [entries(world, PARK, date(2026, 6, 6) + timedelta(days=7 * n)) for n in range(12)]
    assert 2000 < max(saturdays) < 3800
    assert entries(world, PARK, date(2026, 11, 23)) < 0.7 * np.mean(saturdays)


def test_visits_grow_over_the_years(world: World) -> None:
    years = [
        sum(entries(world, LIBRARY, date(y, 10, d)) for d in range(1, 29)) for y in (2023, 2024, 2025, 2026)
    ]
    assert sorted(years) == years
    assert 1.1 < years[3] / years[0] < 1.4


def test_some_people_pass_from_town_through_the_library_into_the_park(world: World) -> None:
    moves, ground = world.day(TUESDAY), world.ground
    town = ground.portals.index("stadsbiblioteket/town-entrance")
    gates = [ground.portals.index(f"stadsparken/{side}-gate") for side in ("north", "east", "south")]
    came = set(moves.person[(moves.edge == town) & moves.inward])
    went = set(moves.person[np.isin(moves.edge, gates) & ~moves.inward])
    assert len(came & went) > 30


def test_the_emergency_exit_is_used_rarely_and_only_outward(world: World) -> None:
    moves = world.days(date(2026, 10, 5), date(2026, 11, 1))
    through = moves.only(moves.edge == world.ground.portals.index("stadsbiblioteket/emergency-exit"))
    assert 0 < len(through) < 400
    assert not through.inward.any()


def test_a_space_that_no_portal_leads_to_is_reached_from_the_space_around_it() -> None:
    floor = Space(id="floor", name=name("floor"))
    corner = Space(id="corner", name=name("corner"), parent="floor", kind="reading")
    stairs = Portal(id="stairs", name=name("stairs"), outer="branch", inner="floor")
    ground = lay_out(small("10:00-18:00", floor, corner, portals=(stairs,)))
    links = list(zip(ground.outer[2:], ground.inner[2:], strict=True))
    assert [(ground.spaces[a], ground.spaces[b]) for a, b in links] == [("branch/floor", "branch/corner")]


def test_a_portal_to_nowhere_is_told_by_its_name() -> None:
    wrong = Portal(id="hole", name=name("hole"), outer="branch", inner="attic")
    with pytest.raises(SiteFileError, match="branch/hole leads to branch/attic"):
        World(small(portals=(wrong,)))


def test_sites_of_one_world_share_their_zone() -> None:
    library, park = EXAMPLE.sites
    with pytest.raises(SiteFileError, match="time zone"):
        World(SiteFile(sites=(library, replace(park, timezone="Europe/Helsinki"))))


def test_the_truth_is_what_a_slow_count_finds(world: World) -> None:
    day = TUESDAY
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    moves, ground = world.day(day), world.ground
    place = dict.fromkeys(moves.person.tolist(), ground.outside)
    for row in range(len(moves)):
        if moves.time[row] < noon.timestamp() * 1000:
            ends = ground.inner if moves.inward[row] else ground.outer
            place[int(moves.person[row])] = int(ends[moves.edge[row]])
    found = truth.people(EXAMPLE, noon, noon)
    slow = ground.inside[list(place.values())].sum(axis=0)
    assert found.times == (noon,)
    assert found.people[0].tolist() == slow.tolist()


def test_the_truth_of_many_days_is_that_of_each() -> None:
    start = datetime(2026, 11, 20, 3, 30, tzinfo=UTC)
    long = truth.people(EXAMPLE, start, start + timedelta(days=10))
    late = start + timedelta(days=8, hours=6)
    short = truth.people(EXAMPLE, late, late + timedelta(hours=20))
    at = long.times.index(late)
    assert (long.people[at : at + len(short.times)] == short.people).all()
    assert (long.people >= 0).all()


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
