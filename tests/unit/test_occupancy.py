"""The occupancy estimate: what holds for every building and every flow, and the rules one by one."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.analytics.occupancy import (
    BASES,
    NOTHING,
    REASONS,
    Bools,
    Building,
    Estimate,
    Filter,
    Floats,
    Learnt,
    Seen,
    hold,
    incidence,
    known,
    learn,
    live,
    smoothed,
)

NAN = float("nan")

# site 0 > lobby 1, storey 2 > room 3; entrance outside -> lobby, stairs lobby -> storey, door storey -> room
PARENTS = (None, 0, 0, 2)
ENDS = ((None, 1), (1, 2), (2, 3))
HOUSE = Building.of(PARENTS, ENDS)
ROOM = Building.of((None,), ((None, 0),))
EXACT = Learnt(
    days=30, bias_busy=(0.0,), bias_quiet=(0.0,), busy=((False,),) * 96, swapped=(False,), steady=(False,),
    usual_in=((0.0,),) * 96, usual_out=((0.0,),) * 96, bias_sd=(0.005,), variance=(0.2,), closed=(False,) * 96,
    missed=0.0,
)  # fmt: skip


def rows(*steps: list[float]) -> Floats:
    return np.array(steps, float)


def counted(people_in: Floats, people_out: Floats, **levels: Any) -> Estimate:
    return live(HOUSE, Seen.of(people_in, people_out, 4, **levels))


def room(people_in: list[float], people_out: list[float], **how: Any) -> Seen:
    return Seen.of(np.array(people_in, float)[:, None], np.array(people_out, float)[:, None], 1, **how)


def because(result: Estimate, reason: str) -> Bools:
    return result.reason == REASONS.index(reason)


def library(seed: int, miss_in: float = 0.0, miss_out: float = 0.0, minutes: int = 1) -> tuple[Seen, Floats]:
    """A day of a library that opens at 9 and closes at 18: what its door counts, and who is really there."""
    rng = np.random.default_rng(seed)
    comes = (300 + 540 * rng.beta(1.6, 1.8, 600)).astype(int)
    goes = np.minimum(comes + 1 + rng.lognormal(3.5, 0.8, 600), 838 + rng.uniform(0, 10, 600)).astype(int)
    came, went = (np.bincount(t, minlength=1440).astype(float) for t in (comes, goes))
    seen_in, seen_out = (
        rng.binomial(n.astype(int), 1 - p).astype(float) for n, p in ((came, miss_in), (went, miss_out))
    )
    parts = [c.reshape(-1, minutes).sum(1) for c in (seen_in, seen_out)]
    real = np.cumsum(came - went)[minutes - 1 :: minutes]
    return Seen.of(parts[0][:, None], parts[1][:, None], 1, step_minutes=minutes), real


def error(estimate: Estimate, real: Floats) -> float:
    return float(np.sqrt(np.mean((estimate.people[:, 0] - real) ** 2)))


def test_a_portal_counts_for_every_space_it_leads_into_or_out_of() -> None:
    assert HOUSE.doors.tolist() == [[1, 0, 0], [1, -1, 0], [0, 1, 0], [0, 0, 1]]


def test_a_portal_to_another_site_is_an_entrance() -> None:
    assert incidence((None, 0), ((None, 1), (1, None))).tolist() == [[1, -1], [1, -1]]


def test_a_space_is_the_sum_of_its_parts_where_no_door_leads_to_its_own_floor() -> None:
    assert [HOUSE.is_sum(n) for n in range(4)] == [True, False, False, False]  # the storey has rooms and a corridor


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
    assert result.people[200, 0] == pytest.approx(0, abs=0.02)
    assert (result.lower[200, 0], result.upper[200, 0]) == pytest.approx((0, 0), abs=0.02)
    assert because(result, "closed")[200, 0]


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
    result = live(ROOM, Seen.of(nowhere, nowhere, 1, occupied=rows([1], [0])))
    assert result.people[:, 0].tolist() == [1, 0]
    assert BASES[result.basis[0, 0]] == "presence"


def test_a_space_whose_doors_were_never_heard_is_unknown_not_empty() -> None:
    result = counted(rows([2, NAN, NAN], [1, NAN, NAN]), rows([0, NAN, NAN], [0, NAN, NAN]))
    assert_allclose(result.people[:, 0], [2, 3], atol=0.3)
    assert np.isnan(result.people[:, 3]).all()
    assert not result.basis[:, 3].any()


def test_the_middle_of_a_step_is_its_mean() -> None:
    result = live(HOUSE, Seen.of(rows([4, 0, 0], [2, 0, 0]), rows([0, 0, 0], [0, 0, 0]), 4), within=0.5)
    assert_allclose(result.people[:, 0], [2, 5], atol=0.4)
    assert result.raw[:, 0].tolist() == [2, 5]


def test_levels_are_held_for_a_while() -> None:
    values = rows([NAN, 1], [3, NAN], [NAN, NAN], [NAN, NAN])
    assert_array_equal(hold(values, [1, 9]), rows([NAN, 1], [3, 1], [3, 1], [NAN, 1]))


def test_a_silent_site_is_unknown_after_a_while() -> None:
    heard = np.array([False, True, False, False, False, True])
    assert known(heard, 1).tolist() == [False, True, True, False, False, True]


def test_the_usual_error_of_a_door_is_learnt_and_taken_out() -> None:
    days = [library(seed, miss_in=0.01, miss_out=0.08) for seed in range(11)]
    learnt = learn(ROOM, [seen for seen, _ in days[:10]])
    assert learnt.bias_busy[0] == pytest.approx(-0.07, abs=0.02)
    seen, real = days[10]
    unlearnt, knowing = live(ROOM, seen), live(ROOM, seen, learnt)
    assert error(knowing, real) < 0.7 * error(unlearnt, real)
    assert knowing.upper[600, 0] - knowing.lower[600, 0] < unlearnt.upper[600, 0] - unlearnt.lower[600, 0]


def test_learning_does_not_care_for_the_order_of_days_and_survives_being_kept() -> None:
    days = [library(seed, miss_out=0.05)[0] for seed in range(6)]
    one, other = learn(ROOM, days), learn(ROOM, days[::-1])
    assert one.bias_busy == pytest.approx(other.bias_busy)
    assert one.bias_sd == pytest.approx(other.bias_sd)
    assert Learnt.from_json(one.to_json()) == one
    assert Learnt.from_json('{"version": 0, "days": 4}') == NOTHING
    assert learn(ROOM, [], one) == one
    assert one.closed[8] and not one.closed[48]


def test_a_door_that_is_wired_the_wrong_way_round_is_found() -> None:
    days = [library(seed)[0] for seed in range(6)]
    turned = [replace(day, people_in=day.people_out, people_out=day.people_in) for day in days]
    learnt = learn(ROOM, turned[:5])
    assert learnt.swapped == (True,)
    assert error(live(ROOM, turned[5], learnt), library(5)[1]) < 4


def test_a_door_that_is_used_otherwise_than_usual_is_not_taken_for_turned() -> None:
    """Three doors: by which of them people come, and by which they leave, is another matter each day."""
    house = Building.of((None,), [(None, 0)] * 3)
    rng, days = np.random.default_rng(8), []
    for seed in range(9):
        day, real = library(seed, minutes=5)
        shares = rng.dirichlet([5, 5, 5], 2)
        came, went = (rng.multinomial(c[:, 0].astype(int), s).astype(float)
                      for c, s in zip((day.people_in, day.people_out), shares, strict=True))  # fmt: skip
        days.append((Seen.of(came, went, 1, step_minutes=5), real))
    for n in (4, 8):
        learnt = learn(house, [day for day, _ in days[:n]])
        assert not any(learnt.swapped)
        assert max(map(abs, learnt.bias_busy)) < 0.03  # nothing was missed
        assert error(live(house, days[n][0], learnt), days[n][1]) < 6
        assert error(smoothed(house, days[n][0], learnt), days[n][1]) < 4


def test_a_door_that_hung_the_wrong_way_round_on_some_days_is_turned_back() -> None:
    days = [library(seed)[0] for seed in range(8)]
    wrong = [replace(d, people_in=d.people_out, people_out=d.people_in) if n in (2, 5) else d
             for n, d in enumerate(days)]  # fmt: skip
    assert learn(ROOM, wrong).usual_in == learn(ROOM, days).usual_in


def test_a_day_that_is_over_is_known_better() -> None:
    for seed in range(2):
        seen, real = library(seed, miss_in=0.08, miss_out=0.02)
        assert error(smoothed(ROOM, seen), real) < 0.6 * error(live(ROOM, seen), real)


def test_a_dead_door_lets_its_usual_people_pass() -> None:
    days = [library(seed, miss_in=0.02, miss_out=0.02)[0] for seed in range(8)]
    house = Building.of((None,), ((None, 0), (None, 0)))
    pairs = [
        replace(a, people_in=np.hstack([a.people_in, b.people_in]), people_out=np.hstack([a.people_out, b.people_out]))
        for a, b in pairwise(days)
    ]
    real = sum(library(seed, miss_in=0.02, miss_out=0.02)[1] for seed in (6, 7))
    dead = replace(pairs[6], people_in=pairs[6].people_in.copy(), people_out=pairs[6].people_out.copy())
    dead.people_in[480:, 1] = dead.people_out[480:, 1] = NAN
    learnt = learn(house, pairs[:6])
    result = live(house, dead, learnt)
    assert because(result, "silent_door")[600, 0]
    plain = np.cumsum(np.nan_to_num(dead.people_in).sum(1) - np.nan_to_num(dead.people_out).sum(1))
    assert error(result, real) < 0.6 * float(np.sqrt(np.mean((np.maximum(plain, 0) - real) ** 2)))


def test_a_line_that_is_lost_is_filled_by_those_beside_it() -> None:
    people_in, people_out = [0.0] * 20 + [4.0] * 100, [0.0] * 20 + [1.0] * 100
    whole = live(ROOM, room(people_in, people_out))
    people_in[90:93] = people_out[90:93] = [NAN] * 3
    lossy = live(ROOM, room(people_in, people_out))
    assert whole.raw[-1, 0] - lossy.raw[-1, 0] == 9
    assert lossy.people[-1, 0] == pytest.approx(whole.people[-1, 0], abs=0.5)
    assert lossy.upper[-1, 0] - lossy.lower[-1, 0] > whole.upper[-1, 0] - whole.lower[-1, 0]


def test_a_door_that_tells_only_when_somebody_passes_is_not_filled() -> None:
    seen, _ = library(1, minutes=5)
    nobody = ~(seen.people_in + seen.people_out).any(1)[:, None]
    nobody[0] = False
    ways = {way: np.where(nobody, NAN, getattr(seen, way)) for way in ("people_in", "people_out")}
    assert_array_equal(live(ROOM, replace(seen, **ways)).people, live(ROOM, seen).people)


def test_how_long_people_stay_is_learnt_and_holds_the_figure() -> None:
    """Of those who leave, some more than usual are missed: it is known that they do not stay so long."""
    learnt = learn(ROOM, [library(seed, 0.05, 0.05, minutes=5)[0] for seed in range(6)])
    assert 0.5 < sum(learnt.stays[0]) < 1.5
    assert 30 < learnt.lasts[0] < 400
    seen, real = library(6, 0.03, 0.08, minutes=5)
    forgetful = replace(learnt, lasts=(0.0,))
    assert error(live(ROOM, seen, learnt), real) < 0.8 * error(live(ROOM, seen, forgetful), real)


def test_one_past_day_tells_something_and_none_nothing() -> None:
    assert learn(ROOM, [library(1)[0]]).lasts[0] > 0
    assert NOTHING.of(ROOM).usual.known is False


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


COUNTS = st.integers(0, 40)
FEW_EXAMPLES = settings(max_examples=25)


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
    seen = Seen.of(people_in, people_out, len(parents), step_minutes=minutes)
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
    one = live(Building.of(parents, ends), Seen.of(people_in, people_out, len(parents)))
    ends = [ends[n] for n in order]
    other = live(Building.of(parents, ends), Seen.of(people_in[:, order], people_out[:, order], len(parents)))
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
    assert_allclose(result.people[:, 0], result.people[:, 1] + result.people[:, 2], atol=1e-6)  # nobody is lost
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
    result = live(house, Seen.of(people_in, people_out, 1))
    assert_allclose(result.raw, 0)
    assert (result.people <= 2 + 0.1 * sum(passing)).all()


@pytest.mark.parametrize("learnt", [NOTHING, EXACT])
@pytest.mark.parametrize("leave", [4.0, 3.2, 2.0])
def test_a_closed_house_is_empty_however_badly_its_door_counted(learnt: Learnt, leave: float) -> None:
    """Open from eight to twenty; all who came left, but of four only so many were seen: the night knows better."""
    people_in, people_out = np.zeros(1440), np.zeros(1440)
    people_in[240:840:5], people_out[360:960:5] = 4, leave
    clock = (240 + np.arange(1440)) % 1440
    seen = room(people_in.tolist(), people_out.tolist(), open=(clock >= 480) & (clock < 1200))
    over = smoothed(ROOM, seen, learnt)
    assert over.people[1020:].max() < 1 and over.upper[1020:].max() < 8  # an hour after closing
    assert over.people[600] > 20
    assert live(ROOM, seen, learnt).upper[1140:].max() < 8  # three hours after it
