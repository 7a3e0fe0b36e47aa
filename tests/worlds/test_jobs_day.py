"""A business day as the estimator gets it: its hours, its clock, and the filter that goes on from where it was."""

from dataclasses import fields, replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from besok.analytics.occupancy import NOTHING, DayObservations, live
from besok.model.building import Building
from besok.model.occupancy import Estimate
from besok.model.site import OpeningException
from besok.store.occupancy import MINUTE, QUARTER, Flows, Layout, Levels
from jobs.bounds import bounded
from jobs.observations import DayClock, observe
from jobs.running import FAR, NEAR, Running, pieces
from tests.small_sites import house, week

NAN = float("nan")
HOUSE = house(week("08:00-20:00", country="SE"))
PLAN = Layout(
    site_id=1, spaces=(10, 11), portals=(20,), building=Building.of((None, 0), ((None, 0),)), level_channels=(30, 31),
    level_space=(1, 1), level_interval_s=(60, 600),
)  # fmt: skip


def test_the_hours_of_a_day_by_minute_and_by_quarter() -> None:
    minutes = DayClock(HOUSE, date(2026, 3, 3), MINUTE)
    assert (len(minutes.open), minutes.clock[0]) == (1440, 240)
    assert_array_equal(np.flatnonzero(np.diff(minutes.open.astype(int))), [4 * 60 - 1, 16 * 60 - 1])
    quarters = DayClock(HOUSE, date(2026, 3, 3), QUARTER)
    assert_array_equal(np.flatnonzero(quarters.open), range(16, 64))
    assert quarters.clock[:2].tolist() == [240, 255]


def test_holidays_and_exceptions_count_and_a_park_never_closes() -> None:
    assert not DayClock(HOUSE, date(2026, 12, 25), MINUTE).open.any()
    late = OpeningException(first=date(2026, 3, 3), last=date(2026, 3, 3), hours="10:00-26:00")
    open_late = replace(HOUSE, opening=replace(HOUSE.opening, exceptions=(late,)))
    assert_array_equal(np.flatnonzero(DayClock(open_late, date(2026, 3, 3), QUARTER).open), range(24, 88))
    park = replace(HOUSE, opening=week("always"))
    assert DayClock(park, date(2026, 3, 3), MINUTE).open.all()


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25)])
def test_the_clock_jumps_with_summer_time(day: date, hours: int) -> None:
    found = DayClock(HOUSE, day, QUARTER)
    assert len(found.clock) == hours * 4
    assert (found.clock[0], found.clock[-1]) == (240, 240 - 15)
    assert found.open.sum() == 12 * 4


def test_readings_of_rooms_are_held_and_doors_are_not() -> None:
    flows = Flows(people_in=np.array([[2], [NAN], [NAN], [1]]), people_out=np.full((4, 1), NAN))
    people = np.array([[3, NAN], [NAN, 4], [NAN, NAN], [NAN, NAN]])
    co2 = np.array([[NAN, 600], [NAN, NAN], [NAN, NAN], [NAN, NAN]])
    levels = Levels(people=people, peak=people, occupied=np.full((4, 2), NAN), co2=co2)
    seen, shown = observe(PLAN, flows, levels, DayClock(HOUSE, date(2026, 3, 3), MINUTE))
    assert seen.people[:, 1].tolist() == [3, 7, 7, 7]
    assert seen.co2[:, 1].tolist() == [600] * 4
    assert np.isnan(seen.people_in[1, 0]) and seen.step_minutes == 1
    assert shown.all()
    quarter, _ = observe(PLAN, flows, levels, DayClock(HOUSE, date(2026, 3, 3), QUARTER))
    assert_array_equal(quarter.people[:, 1], [3, 4, NAN, NAN])  # a mean of a quarter says nothing of the next
    assert quarter.step_minutes == 15 and quarter.open is not None and len(quarter.open) == 4


def day(steps: int, seed: int) -> DayObservations:
    """A morning at one door, with a camera in the room now and then."""
    random = np.random.default_rng(seed)
    people_in, people_out = (random.poisson(0.5, (steps, 1)).astype(float) for _ in range(2))
    people = np.full((steps, 2), NAN)
    people[:, 1] = np.where(random.random(steps) < 0.1, random.integers(0, 9, steps), NAN)
    return DayObservations.of(people_in, people_out, 2, people=people, open=np.ones(steps, bool))


@settings(max_examples=5)
@given(
    st.integers(1, 90),
    st.lists(st.tuples(st.integers(1, 90), st.integers(0, 89)), max_size=4),
    st.integers(0, 9),
)
def test_going_on_from_a_checkpoint_is_the_same_as_doing_all_of_it_again(
    steps: int, news: list[tuple[int, int]], seed: int
) -> None:
    """However the day grows, and whatever comes late: the figures are those of one run over all of it."""
    seen = day(90, seed)
    running = Running(PLAN.building, NOTHING)
    running.figures(seen[:steps], 0)
    for number, (longer, changed) in enumerate(news):
        first = min(changed, steps - 1)
        seen.people_in[first:] = day(90, 10 + number).people_in[first:]  # late readings
        first, steps = min(first, steps), max(steps, longer)
        found = running.figures(seen[:steps], first)
        same(found, bounded(PLAN.building, live(PLAN.building, seen[:steps])))


def test_a_presence_sensor_leaves_open_how_many_up_to_what_the_room_holds() -> None:
    building = Building.of((None, 0, 0), (), (None, 8, None))
    occupied = np.array([[NAN, 1, 1], [NAN, 0, 0], [NAN, 0.5, NAN]])
    found = bounded(
        building, live(building, DayObservations.of(np.zeros((3, 0)), np.zeros((3, 0)), 3, occupied=occupied))
    )
    assert_array_equal(found.people[:, 1:], [[1, 1], [0, 0], [0.5, NAN]])
    assert_array_equal(found.lower[:, 1:], [[1, 1], [0, 0], [0.5, NAN]])
    assert_array_equal(found.upper[:, 1:], [[8, 10], [0, 0], [4, NAN]])
    assert np.isnan(found.people[:, 0]).all()


def same(one: Estimate, other: Estimate) -> None:
    for field in fields(Estimate):
        assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)


@given(st.integers(0, 200), st.integers(1, 200))
def test_pieces_cover_all_steps_and_the_last_ones_singly(start: int, more: int) -> None:
    end = start + more
    found = pieces(start, end)
    assert [step for begin, until in found for step in range(begin, until)] == list(range(start, end))
    assert all(until - begin == 1 for begin, until in found if begin >= end - NEAR)
    assert all(until % NEAR == 0 for begin, until in found if until - begin > 1)


def test_a_day_remembers_few_checkpoints() -> None:
    running = Running(PLAN.building, NOTHING)
    seen = day(1440, 1)
    running.figures(seen[:400], 0)
    for step in range(400, 410):
        running.figures(seen[: step + 1], step)
    assert len(running._checkpoints) < 410 / FAR + 2 * FAR / NEAR + 3 * NEAR
    assert timedelta(minutes=NEAR) == QUARTER  # the checkpoints lie where quarters begin
