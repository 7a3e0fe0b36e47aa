"""The wiring of a new installation: what is wrong on its first day is said, and what to do."""

from dataclasses import replace

import numpy as np

from benchmarks.worlds.faulty_sensors import case, small
from besok.analytics.quality.sensor_series import LayoutRoom
from besok.model.views.devices import DeviceInfo
from besok.services.wiring import WiringPoint, check
from cli.simulation.watched import cut, last_heard

SITES = small(2, 3)
FIRST_DAY = 44  # steps from 04:00 to 15:00


def wired(
    steps: int = FIRST_DAY, seed: int = 3, *, turned: int | None = None, **changed: object
) -> list[WiringPoint]:
    """The points of a house whose sensors hang since this morning; one of them turned round, or the house changed."""
    made = case(SITES, 0, seed)
    seen = cut(made.seen, steps)
    if turned is not None:
        came, went = seen.people_in.copy(), seen.people_out.copy()
        came[:, turned], went[:, turned] = seen.people_out[:, turned], seen.people_in[:, turned]
        seen = replace(seen, people_in=came, people_out=went)
    return check(replace(made.house, **changed), seen, {}, "Europe/Stockholm", [], 0)


def problems(points: list[WiringPoint]) -> list[str]:
    return [p.sentence.en for p in points if p.state == "problem"]


def test_a_house_that_is_wired_well_has_no_problem() -> None:
    for steps in (FIRST_DAY, 5 * 96):
        points = wired(steps)
        assert problems(points) == []
        assert sum("direction is right" in p.sentence.en for p in points) >= 3


def test_a_counter_that_hangs_the_wrong_way_round_is_told_on_its_first_day() -> None:
    for turned in (0, 2, 3):
        (said,) = problems(wired(turned=turned))
        assert "counts the wrong way round" in said
    (said,) = problems(wired(5 * 96, turned=0))
    assert "wrong way round" in said


def test_few_people_tell_nothing_of_directions() -> None:
    points = wired(22, turned=0)
    assert problems(points) == []
    assert any("does not tell yet" in p.sentence.en for p in points)


def test_an_expected_sensor_that_was_never_heard_and_one_with_another_channel() -> None:
    made = case(SITES, 0, 3)
    seen = cut(made.seen, FIRST_DAY)
    covered = seen.covered.copy()
    covered[:, 1] = 0
    silent = replace(
        seen,
        covered=covered,
        people_in=np.where(covered > 0, seen.people_in, np.nan),
        people_out=np.where(covered > 0, seen.people_out, np.nan),
        heard=last_heard(seen.times, covered, seen.high),
    )
    (said,) = problems(check(made.house, silent, {}, "Europe/Stockholm", [], 2))
    assert said == "entrance-1 (count-entrance-1) has never been seen."
    device = DeviceInfo(
        source="native", device="branch-2-3/count-entrance-1", model="", online=True, heard=seen.now, received=seen.now,
        freshness="live", interval_s=60, clock_offset_s=None, clock_problem=None, placements=(),
        channels=("flow:1", "flow:2"),
    )  # fmt: skip
    (said,) = problems(check(made.house, silent, {}, "Europe/Stockholm", [device], 0))
    assert said == "entrance-1: count-entrance-1 is online, but not its channel flow:1; it has flow:2."
    late = replace(device, clock_offset_s=-5400.0, clock_problem="its clock is 1:30:00 behind ours")
    (said,) = problems(check(made.house, seen, {}, "Europe/Stockholm", [late], 0))
    assert said == "entrance-1: the clock of count-entrance-1 is 90 min behind."


def test_spaces_and_doors_that_nobody_counts() -> None:
    made = case(SITES, 0, 3)
    rooms = (*made.house.rooms, LayoutRoom(id="attic", parent=0))
    doors = (*made.house.doors, replace(made.house.doors[0], id="back-door", counted=False))
    points = wired(rooms=rooms, doors=doors)
    assert problems(points) == ["back-door is to be counted, and has no sensor."]
    assert [p.subject for p in points if "no counted way in" in p.sentence.en] == ["attic"]


def test_a_door_that_is_counted_twice() -> None:
    twice = case(SITES, 0, 3, "double")
    seen = cut(twice.seen, 96 + FIRST_DAY)
    assert any(
        "count the same passages" in p
        for p in problems(check(twice.house, seen, {}, "Europe/Stockholm", [], 0))
    )
    other = replace(twice.house.counters[0], device="other-half", door=1)
    counters = tuple(other if c.device == "twin" else c for c in twice.house.counters)
    apart = replace(
        seen, people_in=np.roll(seen.people_in, 3, axis=1), people_out=np.roll(seen.people_out, 3, axis=1)
    )
    points = check(replace(twice.house, counters=counters), apart, {}, "Europe/Stockholm", [], 0)
    assert any("figures are added up" in p.sentence.en for p in points)
