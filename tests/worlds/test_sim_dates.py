"""A site file with dates in the simulator: each day is simulated as the building then is."""

from dataclasses import replace

import numpy as np
import pytest

from besok.model.site import Closure, Sensor
from sensors_sim.sensors import counted, detect, install
from sensors_sim.world import World
from tests.worlds.simulated import DAY, MONDAY, edge, house, public

SITES = house({"large": ("reading", 80), "small": ("reading", 40)})
BRANCH = SITES.sites[0]


def passed(world: World, door: str) -> list[int]:
    """How many pass a door on Monday and on Tuesday."""
    return [
        int((world.day(day).edge == edge(world, f"branch/{door}")).sum()) for day in (MONDAY, MONDAY + DAY)
    ]


def test_nobody_enters_what_is_closed_or_not_there_yet() -> None:
    large, small = (s for s in BRANCH.spaces if s.id in ("large", "small"))
    spaces = {
        large.id: replace(large, closed=(Closure(first=MONDAY, last=MONDAY),)),
        small.id: replace(small, first=MONDAY + DAY),
    }
    changed = replace(BRANCH, spaces=tuple(spaces.get(s.id, s) for s in BRANCH.spaces))
    world = World(replace(SITES, sites=(changed,)))
    for door in ("large-door", "small-door"):
        monday, tuesday = passed(world, door)
        assert monday == 0 < tuesday
    assert min(passed(World(SITES), "large-door")) > 0


def test_fewer_come_with_a_card() -> None:
    def people(hours: str) -> int:
        world = World(house({"room": ("reading", 400)}, hours=hours))
        return len(public(world.day(MONDAY)))

    whole, half, none = (
        people("08:00-20:00"),
        people("08:00-20:00 staffless, 08:00-14:00"),
        people("08:00-20:00 staffless"),
    )
    assert none < half < whole
    assert none == pytest.approx(0.35 * whole, rel=0.15)


def test_a_sensor_counts_where_it_is_on_the_day() -> None:
    moved = (
        Sensor(device="c", portal="large-door", last=MONDAY),
        Sensor(device="c", portal="small-door", first=MONDAY + DAY, swapped=True),
    )
    world = World(replace(SITES, sites=(replace(BRANCH, sensors=moved),)))
    installation = install(world.ground, 1)
    assert len(installation.counters) == 1
    for day, door, turned in ((MONDAY, "large-door", False), (MONDAY + DAY, "small-door", True)):
        moves = world.day(day)
        there = moves.only(moves.edge == edge(world, f"branch/{door}"))
        seen = counted(detect(installation, moves), 1)[0]
        inward = int(np.count_nonzero(there.inward))
        true = (inward, len(there) - inward)
        assert np.allclose(seen[::-1] if turned else seen, true, rtol=0.1, atol=4)
