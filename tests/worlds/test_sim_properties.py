"""Whatever the house and the scenario: nobody is made or lost, nobody is where it is closed, chance falls the same."""

from dataclasses import replace
from datetime import date, time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.site import Site, SiteFile
from sensors_sim.groups import CLASSES
from sensors_sim.movements import Moves
from sensors_sim.scenario import Closing, Event, Hours, NewPortal, Rates, Scenario
from sensors_sim.times import openings
from sensors_sim.world import World
from tests.small_sites import NAME, library, portal, space
from tests.worlds.simulated import DAY, assert_conserved, same

MONDAY = date(2026, 3, 23)  # the clocks change on the Sunday after it
KINDS = {
    "library": ("foyer", "reading", "shelves", "children", "hall", "cafe"),
    "park": ("path", "lawn", "stage", "x"),
}
GRACE_MS = 240_000


@st.composite
def sites(draw: st.DrawFn, kind: str, neighbour: Site | None = None) -> Site:
    """A site of up to six spaces, with doors wherever they fall: parts may lie apart, some lie in others."""
    names = [f"s{n}" for n in range(draw(st.integers(1, 6)))]
    parents = [draw(st.sampled_from(["", *names[:n]])) for n in range(len(names))]
    ends = st.sampled_from(
        ["outside", *names, *([f"{neighbour.id}/{neighbour.spaces[0].id}"] if neighbour else [])]
    )
    doors = draw(st.lists(st.tuples(ends, st.sampled_from(names), st.booleans()), max_size=8))
    doors += [("outside", names[0], True)] * (len(doors) != 1)
    open_from = draw(st.integers(4, 18))
    hours = draw(
        st.sampled_from([f"{open_from:02}:00-{open_from + 4}:00", f"{open_from:02}:00-28:00", "always"])
    )
    portals = [
        portal(f"{'staff-' if n == 3 else ''}p{n}", a, b, counted=counted)
        for n, (a, b, counted) in enumerate(doors)
        if a != b
    ]
    rooms = [
        space(n, draw(st.sampled_from(KINDS[kind])), parent=p, capacity=20)
        for n, p in zip(names, parents, strict=True)
    ]
    capacity = draw(st.sampled_from([10, 60, 200]))
    found = library(kind, hours=hours, spaces=tuple(rooms), portals=tuple(portals), capacity=capacity)
    return replace(found.sites[0], kind=kind)  # type: ignore[arg-type]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[SiteFile, Scenario]:
    """One or two sites and a scenario that fits them."""
    park = draw(sites("park"))
    library = draw(sites("library", park))
    file = SiteFile(
        sites=draw(st.sampled_from([(library, park), (library,) if _alone(library) else (park,)]))
    )
    return file, draw(scenarios(file))


def _alone(site: Site) -> bool:
    return all("/" not in portal.outer for portal in site.portals)


@st.composite
def scenarios(draw: st.DrawFn, file: SiteFile) -> Scenario:
    """What may be different in these sites, some of it on some days only."""
    site = draw(st.sampled_from(file.sites))
    space, portal = (
        st.sampled_from([s.id for s in site.spaces]),
        st.sampled_from([p.id for p in site.portals] or [""]),
    )
    days = st.one_of(st.none(), st.dates(MONDAY, MONDAY + 7 * DAY))
    shut = draw(st.lists(space, max_size=2)), [p for p in draw(st.lists(portal, max_size=2)) if p]
    other = f"{file.sites[-1].id}/{file.sites[-1].spaces[-1].id}"
    entrances = [p.id for p in site.portals if p.outer == "outside" or "/" in p.outer]
    return Scenario(
        id="some",
        title=NAME,
        about=NAME,
        first=draw(st.sampled_from([None, MONDAY, MONDAY + 3 * DAY])),
        rates=(
            Rates(
                site="*",
                arrivals=draw(st.sampled_from([1.0, 0.3, 3.0, 0.0])),
                stay=draw(st.sampled_from([0.1, 1.0, 9.0])),
                classes=2.0,
            ),
            Rates(site=site.id, entrances=dict.fromkeys(entrances[:2], 0.4), first=draw(days)),
        ),
        closings=(Closing(site=site.id, spaces=tuple(shut[0]), portals=tuple(shut[1]), first=draw(days)),),
        opening=(
            Hours(site=site.id, also="12:00-14:00, 22:00-27:00", first=MONDAY + DAY, last=MONDAY + DAY),
        ),
        portals=(NewPortal(site=site.id, id="new", name=NAME, outer=other, inner=draw(space), counted=False),)
        if draw(st.booleans()) and other != f"{site.id}/{site.spaces[-1].id}"
        else (),
        events=(
            Event(
                site=site.id,
                space=draw(space),
                title=NAME,
                people=30,
                start=time(13),
                minutes=45,
                afterwards=other,
            ),
        ),
    )


@settings(max_examples=30)
@given(worlds(), st.integers(0, 2**32))
def test_nobody_is_made_or_lost_in_any_house_under_any_scenario(
    case: tuple[SiteFile, Scenario], seed: int
) -> None:
    file, scenario = case
    world = World(file, seed, scenario)
    first, last = MONDAY + 4 * DAY, MONDAY + 6 * DAY
    moves = world.days(first, last).in_order()
    assert_conserved(world, moves, first, last)
    for closing in world.scenario.closings:
        if (closing.first or first) <= first and last <= (closing.last or last):
            _nobody_passes(world, moves, closing)
    _gone_after_closing(world, moves, first, last)


def _nobody_passes(world: World, moves: Moves, closing: Closing) -> None:
    ground = world.ground
    shut = ground.inside[:, [n for n, name in enumerate(ground.spaces) if name in closing.spaces]].any(axis=1)
    assert not (shut[ground.outer[moves.edge]] | shut[ground.inner[moves.edge]]).any()
    names = [ground.portals[e] for e in np.unique(moves.edge) if e < len(ground.portals)]
    assert not set(names) & set(closing.portals)


def _gone_after_closing(world: World, moves: Moves, first: date, last: date) -> None:
    """The public of each site is out of everything shortly after the last closing of its own or its neighbour's day."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    for day in days:
        closes = [openings(site, day)[-1].end for site in world.ground.sites]
        today = moves.only((moves.person >> 40) == day.toordinal())
        guests = today.only((today.person >> 22) & 3 <= CLASSES)
        assert (guests.time <= max(closes) + GRACE_MS).all()


@settings(max_examples=6)
@given(worlds(), st.integers(0, 2**32), st.lists(st.integers(0, 6), min_size=7, max_size=7, unique=True))
def test_any_days_in_any_order_are_the_same(
    case: tuple[SiteFile, Scenario], seed: int, order: list[int]
) -> None:
    """Days made one by one in any order, some at once or all at once, by this world or another, are the same."""
    file, scenario = case
    world = World(file, seed, scenario)
    week = world.days(MONDAY, MONDAY + 6 * DAY).in_order()
    alone = {n: world.day(MONDAY + n * DAY) for n in order}
    assert same(week, Moves.joined([alone[n] for n in range(7)]))
    other = World(file, seed, scenario)
    halves = [
        other.days(MONDAY + 3 * DAY, MONDAY + 6 * DAY).in_order(),
        other.days(MONDAY, MONDAY + 2 * DAY).in_order(),
    ]
    assert same(week, Moves.joined(halves[::-1]))
