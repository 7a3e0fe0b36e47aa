"""The occupancy estimate: what holds for every building and every flow, and the rules one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.analytics.occupancy import BASES, REASONS, Bools, Estimate, Floats, hold, incidence, known
from core.analytics.occupancy.present import estimate

NAN = float("nan")

# site 0 > lobby 1, storey 2 > room 3; entrance outside -> lobby, stairs lobby -> storey, door storey -> room
PARENTS = (None, 0, 0, 2)
ENDS = ((None, 1), (1, 2), (2, 3))
DOORS = incidence(PARENTS, ENDS)


def rows(*steps: list[float]) -> Floats:
    return np.array(steps, float)


def nothing(steps: int, spaces: int = 4) -> Floats:
    return np.full((steps, spaces), NAN)


def counted(people_in: Floats, people_out: Floats, **levels: Floats) -> Estimate:
    none = nothing(len(people_in))
    return estimate(DOORS, people_in, people_out, levels.get("people", none), levels.get("occupied", none))


def because(result: Estimate, reason: str) -> Bools:
    return result.reason == REASONS.index(reason)


def test_a_portal_counts_for_every_space_it_leads_into_or_out_of() -> None:
    assert DOORS.tolist() == [[1, 0, 0], [1, -1, 0], [0, 1, 0], [0, 0, 1]]


def test_a_portal_to_another_site_is_an_entrance() -> None:
    assert incidence((None, 0), ((None, 1), (1, None))).tolist() == [[1, -1], [1, -1]]


def test_people_are_followed_through_the_house() -> None:
    result = counted(rows([5, 0, 0], [0, 3, 0], [0, 0, 2]), rows([0, 0, 0], [1, 0, 0], [0, 1, 0]))
    assert result.people.tolist() == [[5, 5, 0, 0], [4, 1, 3, 0], [4, 2, 2, 2]]
    assert BASES[result.basis[0, 0]] == "doors"


def test_the_site_is_lifted_when_it_falls_below_zero_and_a_room_is_only_shown_as_empty() -> None:
    result = counted(rows([0, 0, 0], [10, 4, 4]), rows([3, 2, 2], [0, 0, 0]))
    assert result.raw[:, 0].tolist() == [-3, 7]
    assert result.people[:, 0].tolist() == [0, 10]  # it was empty at -3
    assert result.raw[:, 3].tolist() == [-2, 2]
    assert result.people[:, 3].tolist() == [0, 2]  # no lift for a single door
    assert because(result, "below_zero")[:, 3].tolist() == [True, False]


def test_a_camera_that_does_not_move_while_many_pass_is_not_believed() -> None:
    people_in, people_out = nothing(9, 3), nothing(9, 3)
    people_in[:], people_out[:] = [9, 9, 9], [3, 3, 3]
    people = nothing(9)
    people[:, 3] = [2, *[5] * 6, 6, 6]
    result = counted(people_in, people_out, people=people)
    assert because(result, "stuck")[:, 3].tolist() == [
        *[False] * 5,
        True,
        True,
        False,
        False,
    ]  # 4 steps and 48 people after it moved
    assert result.people[:, 3].tolist() == [2, 5, 5, 5, 5, 36, 42, 6, 6]
    assert BASES[result.basis[5, 3]] == "doors"
    quiet = counted(people_in / 12, people_out / 12, people=people)
    assert not because(quiet, "stuck").any()  # nobody but a few passed, so the number may well be right


def test_the_interval_grows_with_every_passage() -> None:
    result = counted(rows([100, 0, 0]), rows([60, 0, 0]))
    half = 1.2816 * (0.143 * 160) ** 0.5
    assert result.lower[0, 0] == pytest.approx(40 - half)
    assert result.upper[0, 0] == pytest.approx(40 + half)


def test_a_count_of_the_people_inside_beats_the_doors() -> None:
    result = counted(rows([9, 9, 9]), rows([0, 0, 0]), people=rows([NAN, NAN, NAN, 4]))
    assert result.people[0].tolist() == [9, 0, 9, 4]
    assert BASES[result.basis[0, 3]] == "people"
    assert np.isnan(result.lower[0, 3])
    assert result.raw[0, 3] == 9


@pytest.mark.parametrize(
    ("went_in", "occupied", "people", "basis"),
    [(0, 1, 1, "presence"), (3, 1, 3, "doors"), (3, 0, 0, "presence"), (0, 0, 0, "presence"), (3, NAN, 3, "doors")],
)
def test_presence_says_somebody_or_nobody(went_in: float, occupied: float, people: float, basis: str) -> None:
    result = counted(rows([5, 5, went_in]), rows([0, 0, 0]), occupied=rows([NAN, NAN, NAN, occupied]))
    assert result.people[0, 3] == people
    assert BASES[result.basis[0, 3]] == basis


def test_a_space_whose_doors_were_never_heard_is_unknown_not_empty() -> None:
    result = counted(rows([2, NAN, NAN], [1, NAN, NAN]), rows([0, NAN, NAN], [0, NAN, NAN]))
    assert result.people[:, 0].tolist() == [2, 3]
    assert np.isnan(result.people[:, 3]).all()
    assert not result.basis[:, 3].any()


def test_a_silent_door_keeps_what_it_counted() -> None:
    result = counted(rows([2, 2, 2], [NAN, NAN, NAN]), rows([0, 0, 0], [NAN, NAN, NAN]))
    assert result.people.tolist() == [[2, 0, 2, 2], [2, 0, 2, 2]]


def test_the_middle_of_a_step_is_its_mean() -> None:
    result = estimate(DOORS, rows([4, 0, 0], [2, 0, 0]), rows([0, 0, 0], [0, 0, 0]), nothing(2), nothing(2), within=0.5)
    assert result.people[:, 0].tolist() == [2, 5]


def test_levels_are_held_for_a_while() -> None:
    values = rows([NAN, 1], [3, NAN], [NAN, NAN], [NAN, NAN])
    assert_array_equal(hold(values, [1, 9]), rows([NAN, 1], [3, 1], [3, 1], [NAN, 1]))


def test_a_silent_site_is_unknown_after_a_while() -> None:
    heard = np.array([False, True, False, False, False, True])
    assert known(heard, 1).tolist() == [False, True, True, False, False, True]


COUNTS = st.integers(0, 40)


@st.composite
def buildings(draw: st.DrawFn) -> tuple[list[int | None], list[tuple[int | None, int | None]]]:
    """A tree of spaces and portals between any of them; no portal has both ends outside."""
    size = draw(st.integers(1, 6))
    parents: list[int | None] = [None, *(draw(st.integers(0, n)) for n in range(size - 1))]
    spaces = st.integers(0, size - 1)
    inner = st.tuples(st.none() | spaces, spaces)
    return parents, draw(st.lists(inner.filter(lambda ends: ends[0] != ends[1]), min_size=1, max_size=6))


@st.composite
def flows(draw: st.DrawFn, portals: int) -> tuple[Floats, Floats]:
    steps = draw(st.integers(1, 8))
    cells = st.lists(COUNTS.map(float) | st.just(NAN), min_size=steps * portals, max_size=steps * portals)
    return tuple(np.array(draw(cells)).reshape(steps, portals) for _ in range(2))  # type: ignore[return-value]


@given(st.data())
def test_never_negative_and_always_within_its_interval(data: st.DataObject) -> None:
    parents, ends = data.draw(buildings())
    people_in, people_out = data.draw(flows(len(ends)))
    none = nothing(len(people_in), len(parents))
    result = estimate(incidence(parents, ends), people_in, people_out, none, none)
    shown = ~np.isnan(result.people)
    assert (result.people[shown] >= 0).all()
    assert (result.lower[shown] >= 0).all()
    assert (result.lower[shown] <= result.people[shown]).all()
    assert (result.people[shown] <= result.upper[shown]).all()


@given(st.data())
def test_the_order_of_the_portals_does_not_matter(data: st.DataObject) -> None:
    parents, ends = data.draw(buildings())
    people_in, people_out = data.draw(flows(len(ends)))
    order = data.draw(st.permutations(range(len(ends))))
    none = nothing(len(people_in), len(parents))
    one = estimate(incidence(parents, ends), people_in, people_out, none, none)
    other = estimate(
        incidence(parents, [ends[n] for n in order]), people_in[:, order], people_out[:, order], none, none
    )
    assert_array_equal(one.people, other.people)
    assert_array_equal(one.upper, other.upper)


@given(st.data())
def test_the_rooms_of_a_perfectly_counted_house_add_up_to_the_house(data: st.DataObject) -> None:
    """People walk about, one step each at a time; the doors see all of it."""
    at: list[int | None] = []  # where each person is: lobby 1, storey 2, room 3, None outside again
    steps = []
    for _ in range(data.draw(st.integers(1, 12))):
        people_in, people_out = [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]
        at += [None] * data.draw(st.integers(0, 3))
        for person, here in enumerate(at):
            portal = data.draw(st.integers(0, 2))
            outer, inner = ENDS[portal]
            if here == outer:
                at[person], people_in[portal] = inner, people_in[portal] + 1
            elif here == inner:
                at[person], people_out[portal] = outer, people_out[portal] + 1
        steps.append((people_in, people_out))
    result = counted(np.array([s[0] for s in steps]), np.array([s[1] for s in steps]))
    truth = [sum(p is not None for p in at), at.count(1), at.count(2) + at.count(3), at.count(3)]
    assert result.people[-1].tolist() == truth
    assert_array_equal(result.people[:, 0], result.people[:, 1] + result.people[:, 2])
    assert not result.reason.any()


@given(st.data())
def test_no_portal_is_clamped(data: st.DataObject) -> None:
    """In through one door and out through the other is a whole person, whichever drifts below zero."""
    passing = data.draw(st.lists(COUNTS, min_size=1, max_size=10))
    doors = incidence((None,), ((None, 0), (None, 0)))
    people_in = np.array([[n, 0] for n in passing], float)
    people_out = np.array([[0, n] for n in passing], float)
    none = nothing(len(passing), 1)
    result = estimate(doors, people_in, people_out, none, none)
    assert not result.people.any()
    assert not result.raw.any()
