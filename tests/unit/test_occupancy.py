"""The occupancy estimate: what holds for every building and every flow, and the rules one by one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from besok.analytics.occupancy import DayObservations, Filter, known, live
from besok.analytics.runs import hold, run_sums
from besok.model.building import incidence
from besok.model.occupancy import BASES
from tests.unit.occupied import EXACT, HOUSE, NAN, ROOM, because, counted, library, room, rows


def test_a_portal_counts_for_every_space_it_leads_into_or_out_of() -> None:
    assert HOUSE.doors.tolist() == [[1, 0, 0], [1, -1, 0], [0, 1, 0], [0, 0, 1]]


def test_a_portal_to_another_site_is_an_entrance() -> None:
    assert incidence((None, 0), ((None, 1), (1, None))).tolist() == [[1, -1], [1, -1]]


def test_a_space_is_the_sum_of_its_parts_where_no_door_leads_to_its_own_floor() -> None:
    assert [HOUSE.is_sum(n) for n in range(4)] == [
        True,
        False,
        False,
        False,
    ]  # the storey has rooms and a corridor


def test_people_are_followed_through_the_house() -> None:
    result = counted(rows([50, 0, 0], [0, 30, 0], [0, 0, 20]), rows([0, 0, 0], [10, 0, 0], [0, 10, 0]))
    assert_allclose(result.people, [[50, 50, 0, 0], [40, 10, 30, 0], [40, 20, 20, 20]], atol=2.5)
    assert result.raw.tolist() == [[50, 50, 0, 0], [40, 10, 30, 0], [40, 20, 20, 20]]
    assert BASES[result.basis[0, 0]] == "doors"


def test_who_leaves_must_have_been_there() -> None:
    result = live(ROOM, room([0, 0, 10, 0], [3, 0, 0, 0]), EXACT)
    assert result.raw[:, 0].tolist() == [-3, -3, 7, 7]
    assert result.people[:, 0] == pytest.approx([0, 0, 10, 10], abs=0.7)  # it was empty at -3
    assert because(result, "below_zero")[:2, 0].all()


def test_nobody_who_leaves_for_long_is_nobody_there() -> None:
    """Two ghosts: who leaves at the rate of before would have left long ago."""
    people_in, people_out = [0.0] * 600, [0.0] * 600
    for minute in range(100):
        people_in[minute] = 1
        people_out[minute + 30] = 1 if minute not in (20, 70) else 0
    result = live(ROOM, room(people_in, people_out))
    assert result.raw[-1, 0] == 2
    assert result.people[250, 0] < 2
    assert result.people[-1, 0] < 0.5


def test_closed_hours_leave_no_ghosts() -> None:
    steps = 300
    people_in, people_out = [12.0] + [0.0] * (steps - 1), [0.0] * steps
    people_out[100] = 8
    opened = np.arange(steps) < 120
    result = live(ROOM, room(people_in, people_out, open=opened))
    assert result.people[110, 0] > 1.5
    assert result.people[280, 0] == pytest.approx(0, abs=0.02)
    assert (result.lower[280, 0], result.upper[280, 0]) == pytest.approx((0, 0), abs=0.02)
    assert because(result, "closed")[280, 0]


def test_a_camera_that_does_not_move_while_many_pass_is_not_believed() -> None:
    people_in, people_out = np.tile([9.0, 9.0, 9.0], (9, 1)), np.tile([3.0, 3.0, 3.0], (9, 1))
    people = np.full((9, 4), NAN)
    people[:, 3] = [2, *[5] * 6, 6, 6]
    result = counted(people_in, people_out, people=people)
    assert because(result, "stuck")[:, 3].tolist() == [*[False] * 5, True, True, False, False]
    assert result.people[6, 3] > result.people[4, 3] + 5
    assert result.people[8, 3] < result.people[6, 3] - 3
    assert BASES[result.basis[5, 3]] == "doors"
    quiet = counted(people_in / 12, people_out / 12, people=people)
    assert not because(quiet, "stuck").any()  # nobody but a few passed, so the number may well be right


def test_the_interval_grows_with_every_passage() -> None:
    result = live(ROOM, room([100, 100, 100], [60, 90, 100]))
    width = result.upper[:, 0] - result.lower[:, 0]
    assert (np.diff(width) > 0).all()
    assert 5 < width[0] < 20


def test_a_count_of_the_people_inside_beats_the_doors() -> None:
    people = np.full((30, 4), NAN)
    people[:, 3] = 4
    people_in = np.full((30, 3), 0.0)
    people_in[0] = [30, 20, 9]
    result = counted(people_in, np.zeros((30, 3)), people=people)
    assert result.people[-1, 3] == pytest.approx(4, abs=0.5)
    assert result.lower[-1, 3] <= 4 <= result.upper[-1, 3]
    assert BASES[result.basis[-1, 3]] == "people"
    assert result.raw[-1, 3] == 9


@pytest.mark.parametrize(("occupied", "people"), [(1, 3), (0, 0), (NAN, 3)])
def test_presence_says_somebody_or_nobody(occupied: float, people: float) -> None:
    seen = np.full((20, 4), NAN)
    seen[:, 3] = occupied
    people_in = np.zeros((20, 3))
    people_in[0] = [15, 9, 3]
    result = counted(people_in, np.zeros((20, 3)), occupied=seen)
    assert result.people[-1, 3] == pytest.approx(people, abs=0.6)
    assert BASES[result.basis[-1, 3]] == ("presence" if occupied == 0 else "doors")


def test_presence_alone_is_somebody_or_nobody() -> None:
    nowhere = np.full((2, 1), NAN)
    result = live(ROOM, DayObservations.of(nowhere, nowhere, 1, occupied=rows([1], [0])))
    assert result.people[:, 0].tolist() == [1, 0]
    assert BASES[result.basis[0, 0]] == "presence"


def test_a_space_whose_doors_were_never_heard_is_unknown_not_empty() -> None:
    result = counted(rows([2, NAN, NAN], [1, NAN, NAN]), rows([0, NAN, NAN], [0, NAN, NAN]))
    assert_allclose(result.people[:, 0], [2, 3], atol=0.3)
    assert np.isnan(result.people[:, 3]).all()
    assert not result.basis[:, 3].any()


def test_levels_are_held_for_a_while() -> None:
    values = rows([NAN, 1], [3, NAN], [NAN, NAN], [NAN, NAN])
    assert_array_equal(hold(values, [1, 9]), rows([NAN, 1], [3, 1], [3, 1], [NAN, 1]))


def test_a_run_goes_on_from_earlier_steps() -> None:
    flags, values = rows([1, 0], [1, 1], [0, 1], [1, 1]) > 0, rows([1, 10], [2, 20], [3, 30], [4, 40])
    assert_array_equal(run_sums(flags, values, np.array([5, 50])), rows([6, 0], [8, 20], [0, 50], [4, 90]))


def test_a_silent_site_is_unknown_after_a_while() -> None:
    heard = np.array([False, True, False, False, False, True])
    assert known(heard, 1).tolist() == [False, True, True, False, False, True]


def test_the_steps_may_come_one_by_one_or_all_at_once_and_a_copy_is_a_checkpoint() -> None:
    seen, _ = library(3, miss_out=0.04, minutes=15)
    whole = live(ROOM, seen)
    state = Filter(ROOM)
    parts, checkpoint = [], state.copy()
    for step in range(len(seen)):
        if step == 40:
            checkpoint = state.copy()
        parts.append(state.step(seen[step : step + 1]).people[0, 0])
    assert_array_equal(parts, whole.people[:, 0])
    assert_array_equal(checkpoint.step(seen[40:]).people, whole.people[40:])


def test_the_future_changes_nothing_of_the_live_figures() -> None:
    seen, _ = library(4, minutes=15)
    assert_array_equal(live(ROOM, seen[:50]).people, live(ROOM, seen).people[:50])
