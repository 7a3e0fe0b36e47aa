"""Doors whose clocks are wrong: found where people pass through a space, and moved to when they were there."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from besok.analytics.occupancy import DayObservations, SiteParameters, smoothed
from besok.analytics.occupancy.clocks import clock_shifts, on_time
from besok.analytics.occupancy.observations import exchanged
from besok.model.building import Building
from tests.unit.occupied import BRANCH, ROOM, error, library, through_a_hall


@pytest.mark.parametrize("minutes", [6, -6, 25, 0])
def test_the_clock_of_an_entrance_is_found_by_those_who_cross_the_hall(minutes: int) -> None:
    wrong = np.array([minutes, 0, 0])
    for seed in range(2):
        day, _ = through_a_hall(seed)
        assert clock_shifts(BRANCH, on_time(day, wrong)).tolist() == (-wrong).tolist()


def test_figures_of_a_day_are_as_if_the_clock_had_been_right() -> None:
    day, real = through_a_hall(7)
    behind = on_time(day, np.array([-8, 0, 0]))
    right = smoothed(BRANCH, day)
    assert error(smoothed(BRANCH, behind), real) < error(right, real) + 0.3


def test_a_door_that_hangs_the_wrong_way_round_is_moved_as_well() -> None:
    day, real = through_a_hall(7)
    turned = np.array([True, False, False])
    learnt = replace(SiteParameters.unknown(3, 3), days=30, swapped=turned)
    right = smoothed(BRANCH, exchanged(day, turned), learnt)
    behind = smoothed(BRANCH, exchanged(on_time(day, np.array([-8, 0, 0])), turned), learnt)
    assert error(behind, real) < error(right, real) + 0.3


@pytest.mark.parametrize("one_way", [True, False])
def test_who_stays_as_long_as_others_does_not_pass_for_a_wrong_clock(one_way: bool) -> None:
    """Shows of an hour: all enter within a minute, and leave within one, by either door or by the other."""
    rng = np.random.default_rng(2)
    ways = np.zeros((2, 1440, 3))
    for begins in (360, 480, 600, 720):
        comes, goes = begins + rng.uniform(0, 1, 100), begins + 60 + rng.uniform(0, 1, 100)
        for way, times in ((0, comes), (1, goes)):
            doors = np.full(100, 2 * way) if one_way else rng.choice([0, 2], 100)
            np.add.at(ways[way], (times.astype(int), doors), 1)
    assert clock_shifts(BRANCH, DayObservations.of(*ways, 3)).tolist() == [0, 0, 0]


def test_no_clock_is_moved_in_a_single_space_or_with_long_steps() -> None:
    seen, _ = library(1, 0.02, 0.02)
    assert clock_shifts(ROOM, seen).tolist() == [0]
    two = np.hstack([seen.people_in, on_time(seen, np.array([-20])).people_in])
    apart = DayObservations.of(two, np.hstack([seen.people_out] * 2), 1)
    assert clock_shifts(Building.of((None,), ((None, 0), (None, 0))), apart).tolist() == [0, 0]
    day, _ = through_a_hall(1)
    quarters = DayObservations.of(
        *(way.reshape(96, 15, 3).sum(1) for way in (day.people_in, day.people_out)), 3, step_minutes=15
    )
    assert not clock_shifts(BRANCH, quarters).any()


def test_counts_moved_beyond_a_day_are_not_counted_and_those_before_it_unknown() -> None:
    day = DayObservations.of(np.arange(4.0)[:, None], np.zeros((4, 1)), 1)
    assert_array_equal(on_time(day, np.array([1])).people_in[:, 0], [np.nan, 0, 1, 2])
    assert_array_equal(on_time(day, np.array([-2])).people_in[:, 0], [2, 3, np.nan, np.nan])
