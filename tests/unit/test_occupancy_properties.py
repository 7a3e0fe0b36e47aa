"""What holds for every building and every flow, whatever is counted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from besok.analytics.occupancy import NOTHING, DayObservations, SiteParameters, live, smoothed, smoothed_days
from besok.model.arrays import Floats
from besok.model.building import Building
from tests.unit.occupied import ENDS, EXACT, NAN, ROOM, counted, room

COUNTS = st.integers(0, 40)
FEW_EXAMPLES = settings(max_examples=15)


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


@FEW_EXAMPLES
@given(st.data())
def test_never_negative_and_always_within_its_interval(data: st.DataObject) -> None:
    parents, ends = data.draw(buildings())
    people_in, people_out = data.draw(flows(len(ends)))
    estimator = data.draw(st.sampled_from([live, smoothed]))
    minutes = data.draw(st.sampled_from([1.0, 15.0, 60.0]))
    seen = DayObservations.of(people_in, people_out, len(parents), step_minutes=minutes)
    result = estimator(Building.of(parents, ends), seen)
    shown = ~np.isnan(result.people)
    assert (result.people[shown] >= 0).all()
    assert (result.lower[shown] >= 0).all()
    assert (result.lower[shown] <= result.people[shown]).all()
    assert (result.people[shown] <= result.upper[shown]).all()


@FEW_EXAMPLES
@given(st.data())
def test_the_order_of_the_portals_does_not_matter(data: st.DataObject) -> None:
    parents, ends = data.draw(buildings())
    people_in, people_out = data.draw(flows(len(ends)))
    order = data.draw(st.permutations(range(len(ends))))
    one = live(Building.of(parents, ends), DayObservations.of(people_in, people_out, len(parents)))
    ends = [ends[n] for n in order]
    other = live(
        Building.of(parents, ends),
        DayObservations.of(people_in[:, order], people_out[:, order], len(parents)),
    )
    assert_allclose(one.people, other.people, atol=1e-3)
    assert_allclose(one.upper, other.upper, atol=1e-2)


@FEW_EXAMPLES
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
    assert_allclose(result.people[-1], truth, atol=1 + 0.25 * max(truth))
    assert_allclose(
        result.people[:, 0], result.people[:, 1] + result.people[:, 2], atol=1e-6
    )  # nobody is lost
    assert (result.people[:, 3] <= result.people[:, 2] + 1e-6).all()
    assert result.raw[-1].tolist() == truth


@FEW_EXAMPLES
@given(st.data())
def test_no_portal_is_clamped(data: st.DataObject) -> None:
    """In through one door and out through the other is a whole person, whichever drifts below zero."""
    passing = data.draw(st.lists(COUNTS, min_size=1, max_size=10))
    people_in = np.array([[n, 0] for n in passing], float)
    people_out = np.array([[0, n] for n in passing], float)
    house = Building.of((None,), ((None, 0), (None, 0)))
    result = live(house, DayObservations.of(people_in, people_out, 1))
    assert_allclose(result.raw, 0)
    assert (result.people <= 2 + 0.1 * sum(passing)).all()


@FEW_EXAMPLES
@given(st.data())
def test_days_are_estimated_together_as_each_alone(data: st.DataObject) -> None:
    parents, ends = data.draw(buildings())
    counts = np.stack(data.draw(flows(len(ends))))
    building = Building.of(parents, ends)
    busy, quiet, silent = (
        DayObservations.of(*counts * factor, len(parents), step_minutes=15) for factor in (9, 1, NAN)
    )
    days = [(busy, NOTHING), (silent, NOTHING), (quiet, NOTHING)]
    for together, day in zip(smoothed_days(building, days), days, strict=True):
        [alone] = smoothed_days(building, [day])
        assert_allclose(together.people, alone.people, atol=1e-3)
        assert_allclose([together.lower, together.upper], [alone.lower, alone.upper], atol=1e-3)


@pytest.mark.parametrize(("learnt", "leave"), [(NOTHING, 4.0), (NOTHING, 2.0), (EXACT, 2.0)])
def test_a_closed_house_is_empty_however_badly_its_door_counted(learnt: SiteParameters, leave: float) -> None:
    """Open from eight to twenty; all who came left, but of four only so many were seen: the night knows better."""
    people_in, people_out = np.zeros(288), np.zeros(288)  # each five minutes since four
    people_in[48:168], people_out[72:192] = 4, leave
    hour = (4 + np.arange(288) / 12) % 24
    opened = (hour >= 8) & (hour < 20)
    seen = room(people_in.tolist(), people_out.tolist(), open=opened, step_minutes=5)
    over = smoothed(ROOM, seen, learnt)
    assert over.people[204:].max() < 1 and over.upper[204:].max() < 8  # an hour after closing
    assert over.people[120] > 20
    assert live(ROOM, seen, learnt).upper[228:].max() < 8  # three hours after it
