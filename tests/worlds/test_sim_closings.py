"""What a scenario closes, opens and puts on: nobody is where nobody can be. Fixed seeds."""

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest
from numpy.typing import NDArray

from besok.model.calendar import day_bounds
from besok.model.errors import ScenarioError
from sensors_sim import truth
from sensors_sim.groups import PROGRAMME
from sensors_sim.movements import Moves
from sensors_sim.placing import applied, placed
from sensors_sim.plans import LIBRARY_PLANS
from sensors_sim.scenario import Closing, Event, Hours, Rates
from sensors_sim.scenariofile import load
from sensors_sim.times import millis
from sensors_sim.world import World
from tests.small_sites import NAME
from tests.worlds.simulated import (
    CLUMP,
    DAY,
    EXAMPLE,
    LIBRARY,
    MONDAY,
    PARK,
    SIGMAS,
    edge,
    first_steps,
    house,
    of,
    ordinary,
    public,
    same,
    scenario,
    under,
    visitors,
)


def test_what_is_closed_is_never_entered_and_all_else_is_used() -> None:
    change = load("renovation")
    assert change.first
    world, moves = under(change, 14, first=change.first)
    ground = world.ground
    shut = [n for n, s in enumerate(ground.detail) if s.kind in ("shelves", "exhibition", "meeting")]
    inside = truth.at(ground, moves, np.arange(world.bounds(change.first)[0], moves.time[-1], 600_000))
    assert len(shut) == 4 and not inside[:, shut].any()
    upper = ground.spaces.index("stadsbiblioteket/upper-floor")
    assert not inside[:, upper].any()  # only the closed fiction led there
    most = dict(zip(ground.spaces, inside.max(axis=0).tolist(), strict=True))
    assert most["stadsbiblioteket/reading-room"] == 0
    assert min(most["stadsbiblioteket/newspapers"], most["stadsbiblioteket/local-history"]) > 20


def test_who_comes_for_what_is_closed_stays_at_home_and_the_others_share_what_is_left() -> None:
    """Families stay away where the children's room is closed; readers find the room that is left."""
    sites = house({"large": ("reading", 80), "small": ("reading", 20), "children": ("children", 50)})
    rates = Rates(site="*", classes=0.0, plans={"errand": 0.0, "pass": 0.0})
    _, before = under(scenario(rates=(rates,)), 7, sites)
    shut = Closing(site="branch", spaces=("large", "children"))
    world, after = under(scenario(rates=(rates,), closings=(shut,)), 7, sites)
    people = {p.name: p.share * float(np.mean(p.sizes)) for p in LIBRARY_PLANS}
    left = people["read"] / (people["read"] + people["children"])
    usual, came = visitors(before, 0), visitors(after, 0)
    assert abs(came - usual * left) < SIGMAS * (CLUMP * usual * (left + left**2)) ** 0.5
    assert len(first_steps(public(after), [edge(world, "branch/small-door")])) > 0.99 * came


def test_a_closed_portal_sends_people_around() -> None:
    change = scenario(closings=(Closing(site="stadsbiblioteket", portals=("stairs-up", "town-entrance")),))
    world, moves = under(change, 2)
    shut, lift = ([edge(world, f"stadsbiblioteket/{p}") for p in names] for names in CLOSED_AND_USED)
    assert not np.isin(moves.edge, shut).any()
    assert np.isin(moves.edge, lift).sum() > 1.5 * np.isin(ordinary(2).edge, lift).sum()


CLOSED_AND_USED = (("stairs-up", "town-entrance"), ("lift-up",))


def test_hours_of_a_scenario_hold_for_the_public_and_for_who_cleans() -> None:
    longer = Hours(site="stadsbiblioteket", also="17:00-22:00", weekdays=("monday",))
    short = Hours(site="stadsbiblioteket", hours="12:00-15:00", first=MONDAY + DAY, last=MONDAY + DAY)
    world, moves = under(scenario(opening=(longer, short)), 2)
    for day, closes in ((MONDAY, 22), (MONDAY + DAY, 15)):
        begins = world.bounds(day)[0] - 4 * 3_600_000
        in_library = (moves.person >> 24) & 0xFFFF == LIBRARY
        today = moves.only((moves.person >> 40 == day.toordinal()) & in_library)
        closing = begins + closes * 3_600_000
        assert closing - 1_800_000 < public(today).time.max() < closing + 240_000
        assert closing < today.time.max() < closing + 30 * 60_000
    assert today.time.min() < begins + 10 * 3_600_000  # cleaners are there long before twelve
    assert public(today).time.min() > begins + 12 * 3_600_000 - 600_000


def test_hours_beside_the_usual_ones_join_them() -> None:
    monday = Hours(site="kind:library", also="19:00-21:00, 22:00-23:00", weekdays=("monday",), first=MONDAY)
    (library, park) = applied(EXAMPLE, scenario(opening=(replace(monday, last=MONDAY + 9 * DAY),))).sites
    assert [e.hours for e in library.opening.exceptions[-2:]] == ["09:00-21:00, 22:00-23:00"] * 2
    assert park == EXAMPLE.sites[PARK]
    with pytest.raises(ScenarioError, match="leaves the business day"):
        applied(EXAMPLE, scenario(opening=(replace(monday, also="06:00-30:00"),)))


def test_an_event_is_attended_by_as_many_as_it_says_for_as_long_as_it_lasts() -> None:
    change = load("author-evening")
    assert change.first
    day, seats = change.first, 172
    world = World(EXAMPLE, scenario=change)
    moves = of(world.day(day), PROGRAMME, LIBRARY)
    hall = world.ground.spaces.index("stadsbiblioteket/hall")
    start = millis(day_bounds(day, EXAMPLE.sites[LIBRARY])[0]) + round((18.5 - 4) * 3_600_000)
    moments = start + np.array([-40, 1, 37, 74, 90]) * 60_000
    before, begun, middle, end, over = truth.at(world.ground, moves, moments)[:, hall]
    assert (before, middle, end, over) == (0, round(0.95 * seats), round(0.95 * seats), 0)
    assert begun >= 0.95 * middle
    cafe = first_steps(moves, [edge(world, "stadsbiblioteket/cafe-door")])
    assert abs(len(cafe) - middle / 4) < SIGMAS * (middle * 3 / 16) ** 0.5


def test_a_concert_in_the_park_spills_into_the_library() -> None:
    change = load("park-concert")
    assert change.first
    world = World(EXAMPLE, scenario=change)
    crowd = of(world.day(change.first), PROGRAMME, PARK)
    spilled = len(afterwards(world, crowd, change.first))
    people = len(np.unique(crowd.person))
    assert people == 600
    assert abs(spilled - people / 4) < SIGMAS * (people * 3 / 16) ** 0.5
    closed = World(EXAMPLE, scenario=replace(change, opening=()))  # who would find it closed goes home
    assert len(afterwards(closed, of(closed.day(change.first), PROGRAMME, PARK), change.first)) == 0


def afterwards(world: World, crowd: Moves, day: date) -> NDArray[np.int64]:
    """Who of the crowd enters the library after half past four."""
    entries = truth.entries(world.ground, LIBRARY, crowd)
    return np.unique(entries.person[entries.time >= world.bounds(day)[0] + 12.5 * 3_600_000])


def test_an_event_outside_of_opening_hours_is_told_of() -> None:
    hall = Event(site="kind:library", space="kind:hall", title=NAME, people=50, start=time(22), minutes=30)
    late = replace(hall, first=MONDAY)
    world = World(EXAMPLE, scenario=scenario(events=(late,)))
    assert world.notes == ("[[events]] x: stadsbiblioteket is closed at 22:00; open it with [[opening]]",)
    assert same(world.day(MONDAY), World(EXAMPLE).day(MONDAY))
    for always, told in ((time(22), world.notes), (time(15), ())):
        event = replace(late, start=always, first=None, fill=None)
        assert placed(EXAMPLE, scenario(events=(event,))).notes == told
