"""What the estimate learns of doors, of those who stay, and of past days."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from besok.analytics.occupancy import NOTHING, DayObservations, SiteParameters, learn, live, smoothed
from besok.analytics.occupancy.dwell_time import DwellTimes
from besok.model.building import Building
from besok.model.occupancy import Estimate
from tests.unit.occupied import NAN, ROOM, all_night, because, error, library, room


def test_the_usual_error_of_a_door_is_learnt_and_taken_out() -> None:
    days = [library(seed, miss_in=0.01, miss_out=0.08, minutes=5) for seed in range(11)]
    learnt = learn(ROOM, [seen for seen, _ in days[:10]])
    assert learnt.bias[0] == pytest.approx(-0.07, abs=0.02)
    seen, real = days[10]
    unlearnt, knowing = live(ROOM, seen), live(ROOM, seen, learnt)
    assert error(knowing, real) < 0.7 * error(unlearnt, real)
    assert knowing.upper[120, 0] - knowing.lower[120, 0] < unlearnt.upper[120, 0] - unlearnt.lower[120, 0]


def test_doors_that_hang_right_are_learnt_in_any_order_of_days_and_survives_being_kept() -> None:
    days = [library(seed, miss_out=0.05, minutes=5)[0] for seed in range(6)]
    one, other = learn(ROOM, days), learn(ROOM, days[::-1])
    assert one.bias == pytest.approx(other.bias)
    assert one.bias_sd == pytest.approx(other.bias_sd)
    assert SiteParameters.from_json(one.to_json()).to_json() == one.to_json()
    assert learn(ROOM, [], one) is one


def test_a_door_that_is_wired_the_wrong_way_round_is_found() -> None:
    days = [library(seed, minutes=5)[0] for seed in range(6)]
    turned = [replace(day, people_in=day.people_out, people_out=day.people_in) for day in days]
    learnt = learn(ROOM, turned[:5])
    assert learnt.swapped.tolist() == [True]
    assert error(live(ROOM, turned[5], learnt), library(5, minutes=5)[1]) < 4


@pytest.mark.parametrize("begins", [8 * 60 + 20, 12 * 60])
def test_counts_that_begin_in_the_middle_of_a_day_turn_no_door(begins: int) -> None:
    """Who was inside before leaves: the counts fall below zero although the door is right."""
    day, _ = library(41, 0.02, 0.02, minutes=5)
    began = replace(day, people_in=day.people_in.copy(), people_out=day.people_out.copy())
    began.people_in[: begins // 5] = began.people_out[: begins // 5] = NAN
    learnt = learn(ROOM, [began])
    assert not learnt.swapped.any()
    seen, real = library(42, 0.02, 0.02, minutes=5)
    assert error(live(ROOM, seen, learnt), real) < 15  # 58 if it were turned


def test_a_door_that_is_used_otherwise_than_usual_is_not_taken_for_turned() -> None:
    """Three doors: by which of them people come, and by which they leave, is another matter each day."""
    house = Building.of((None,), [(None, 0)] * 3)
    rng, days = np.random.default_rng(8), []
    for seed in range(9):
        day, real = library(seed, minutes=5)
        shares = rng.dirichlet([5, 5, 5], 2)
        came, went = (rng.multinomial(c[:, 0].astype(int), s).astype(float)
                      for c, s in zip((day.people_in, day.people_out), shares, strict=True))  # fmt: skip
        days.append((DayObservations.of(came, went, 1, step_minutes=5), real))
    for n in (4, 8):
        learnt = learn(house, [day for day, _ in days[:n]])
        assert not any(learnt.swapped)
        assert max(map(abs, learnt.bias)) < 0.03  # nothing was missed
        assert error(live(house, days[n][0], learnt), days[n][1]) < 6
        assert error(smoothed(house, days[n][0], learnt), days[n][1]) < 4


def exchanged(day: DayObservations, since: int = 0) -> DayObservations:
    """Return a day whose doors hang the wrong way round from a step on."""
    wrong = np.arange(len(day))[:, None] >= since
    people_in = np.where(wrong, day.people_out, day.people_in)
    return replace(day, people_in=people_in, people_out=np.where(wrong, day.people_in, day.people_out))


def test_a_door_that_hung_the_wrong_way_round_on_some_days_is_turned_back() -> None:
    days = [library(seed, minutes=5)[0] for seed in range(8)]
    wrong = [exchanged(d) if n in (2, 5) else d for n, d in enumerate(days)]
    assert_array_equal(learn(ROOM, wrong).usual_in, learn(ROOM, days).usual_in)


def test_a_day_begins_with_the_doors_as_the_last_one_ended() -> None:
    days = [library(seed, minutes=5) for seed in range(10)]
    past, (today, real) = [seen for seen, _ in days[:9]], days[9]
    learnt = learn(ROOM, [*past[:8], exchanged(past[8], 96)])
    assert learnt.turned.tolist() == [True]
    right = error(live(ROOM, today, learn(ROOM, past)), real)
    assert error(live(ROOM, exchanged(today), learnt), real) < right + 1
    assert error(live(ROOM, today, learnt), real) < right + 6  # it was put right in the night


def test_a_day_that_is_over_is_set_right_from_where_its_door_was_turned() -> None:
    days = [library(seed, minutes=5) for seed in range(9)]
    learnt, (today, real) = learn(ROOM, [seen for seen, _ in days[:8]]), days[8]
    over = smoothed(ROOM, exchanged(today, 96), learnt)
    assert because(over, "odd_door")[108:180, 0].mean() > 0.8
    assert not because(over, "odd_door")[:84].any()
    assert error(over, real) < error(smoothed(ROOM, today, learnt), real) + 3


def test_a_day_that_is_over_is_known_better() -> None:
    for seed in range(2):
        seen, real = library(seed, miss_in=0.08, miss_out=0.02, minutes=5)
        assert error(smoothed(ROOM, seen), real) < 0.6 * error(live(ROOM, seen), real)


def test_a_day_that_is_over_is_not_too_low_where_the_counts_end_below_zero_or_above() -> None:
    """Independent misses end as often below zero as above: the people of the day are as often too many as too few."""
    worlds = [library(seed, 0.02, 0.02, minutes=15) for seed in range(28)]
    learnt = learn(ROOM, [seen for seen, _ in worlds[:14]])
    shares = [smoothed(ROOM, seen, learnt).people[:, 0].sum() / real.sum() - 1 for seen, real in worlds[14:]]
    assert abs(np.mean(shares)) < 0.015


def test_misses_of_both_directions_are_carried_though_a_large_house_ends_its_days_near_zero() -> None:
    worlds = [library(seed, 0.03, 0.03, minutes=15, visits=10_000) for seed in range(14)]
    learnt = learn(ROOM, [seen for seen, _ in worlds[:10]])
    held = []
    for seen, real in worlds[10:]:
        day, somebody = smoothed(ROOM, seen, learnt), real >= 5
        held.append(((day.lower[:, 0] <= real) & (real <= day.upper[:, 0]))[somebody])
    assert np.concatenate(held).mean() > 0.7


def test_a_dead_door_lets_its_usual_people_pass() -> None:
    worlds = [library(seed, miss_in=0.02, miss_out=0.02, minutes=5) for seed in range(8)]
    house = Building.of((None,), ((None, 0), (None, 0)))
    pairs = [
        replace(
            a,
            people_in=np.hstack([a.people_in, b.people_in]),
            people_out=np.hstack([a.people_out, b.people_out]),
        )
        for (a, _), (b, _) in pairwise(worlds)
    ]
    real = worlds[6][1] + worlds[7][1]
    dead = replace(pairs[6], people_in=pairs[6].people_in.copy(), people_out=pairs[6].people_out.copy())
    dead.people_in[96:, 1] = dead.people_out[96:, 1] = NAN
    learnt = learn(house, pairs[:6])
    result = live(house, dead, learnt)
    assert because(result, "silent_door")[120, 0]
    plain = np.cumsum(np.nan_to_num(dead.people_in).sum(1) - np.nan_to_num(dead.people_out).sum(1))
    assert error(result, real) < 0.6 * float(np.sqrt(np.mean((np.maximum(plain, 0) - real) ** 2)))


@pytest.mark.parametrize("estimate", [live, smoothed])
def test_beside_a_door_of_which_nothing_is_known_there_is_no_figure(
    estimate: Callable[[Building, DayObservations, SiteParameters], Estimate],
) -> None:
    """The second door leads into the hall 1 and so into the site; the room 2 has a door of its own."""
    house = Building.of((None, 0, 0), ((None, 1), (None, 1), (1, 2)))
    day, _ = library(1, minutes=5)
    came, went = (np.tile(way, (1, 3)) for way in (day.people_in, day.people_out))
    whole = DayObservations.of(came, went, 3, step_minutes=5)
    silent = np.where([False, True, False], NAN, came)
    late = np.where(np.arange(len(came))[:, None] >= 120, came, silent)  # sends from 14:00 on
    awaited = np.ones(came.shape, bool)
    added = awaited & (np.arange(len(came))[:, None] >= 100)
    never, known = (
        learn(house, [replace(whole, people_in=way, people_out=way) for _ in range(8)])
        for way in (silent, came)
    )

    def told(way: np.ndarray, learnt: SiteParameters, expected: np.ndarray = awaited) -> list[list[int]]:
        """Return the first and the last step that have no figure, of each space."""
        seen = replace(whole, people_in=way, people_out=way, awaited=expected)
        missing = [np.flatnonzero(column) for column in np.isnan(estimate(house, seen, learnt).people).T]
        return [column[[0, -1]].tolist() if len(column) else [] for column in missing]

    assert told(silent, never) == told(silent, NOTHING) == [[0, 287], [0, 287], []]
    assert told(late, NOTHING) == [[0, 119], [0, 119], []]
    assert told(late, never) == [[0, 287], [0, 287], []]  # who came before is not known
    assert told(late, never, added) == [[100, 287], [100, 287], []]
    assert told(silent, known) == told(silent, never, ~awaited) == [[], [], []]


def test_a_line_that_is_lost_is_filled_by_those_beside_it() -> None:
    people_in, people_out = [0.0] * 20 + [4.0] * 100, [0.0] * 20 + [1.0] * 100
    whole = smoothed(ROOM, room(people_in, people_out))
    people_in[90:93] = people_out[90:93] = [NAN] * 3
    lossy = smoothed(ROOM, room(people_in, people_out))
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
    assert 0.5 < learnt.dwell.stays[0].sum() < 1.5
    assert 0.1 < learnt.dwell.wide[0] < 2
    seen, real = library(6, 0.03, 0.08, minutes=5)
    forgetful = replace(learnt, dwell=DwellTimes.unknown(1))
    assert error(live(ROOM, seen, learnt), real) < 0.8 * error(live(ROOM, seen, forgetful), real)


def test_one_past_day_tells_something_and_none_nothing() -> None:
    assert learn(ROOM, [library(1, minutes=5)[0]]).dwell.known
    assert not NOTHING.of(ROOM).dwell.known


@pytest.mark.parametrize(("estimate", "minutes"), [(live, 60), (smoothed, 30)])
def test_who_is_in_when_a_day_begins_is_known_by_who_leaves(
    estimate: Callable[[Building, DayObservations, SiteParameters], Estimate], minutes: int
) -> None:
    days = all_night(3, 18, minutes=minutes)
    learnt = learn(ROOM, [seen for seen, _ in days[:14]])
    began = np.mean([real[-1] for _, real in days])  # at four
    assert began > 20
    assert learnt.beginning[0] == pytest.approx(began, rel=0.25)
    empty = replace(learnt, beginning=np.zeros(1))
    held = []
    for seen, real in days[14:]:
        found = estimate(ROOM, seen, learnt)
        assert error(found, real) < 0.5 * error(estimate(ROOM, seen, empty), real)
        held.append((found.lower[:, 0] <= real) & (real <= found.upper[:, 0]))
    assert np.mean(held) > 0.7


@pytest.mark.parametrize(("visits", "stay", "spread"), [(500, 2.2, 0.7), (2400, 1.0, 0.6), (260, 6.0, 0.5)])
def test_where_as_many_are_in_all_day_chance_tells_how_many(visits: int, stay: float, spread: float) -> None:
    rng, off = np.random.default_rng(13), []
    for _ in range(3):
        comes = rng.uniform(-2, 21, 23 * visits)
        goes = comes + stay / 24 * rng.lognormal(0, spread, len(comes))
        came, went = (np.histogram(t, np.arange(21 * 96 + 1) / 96)[0] * 1.0 for t in (comes, goes))
        days = np.stack([came, went], 1).reshape(21, 96, 2)
        learnt = learn(ROOM, [room(*day.T.tolist(), step_minutes=15) for day in days])
        off.append((learnt.beginning[0] - ((comes < 0) & (goes > 0)).sum()) / learnt.beginning_se[0])
        assert learnt.beginning_se[0] < learnt.beginning[0]
    assert np.abs(off).max() < 3 and np.median(np.abs(off)) < 1.3


def test_a_house_that_is_slept_in_is_not_empty_at_night_if_it_is_open_then() -> None:
    """Nobody moves from midnight to six; forty leave in the morning and are back in the evening."""
    people_in, people_out = [0.0] * 56 + [2.0] * 20 + [0.0] * 20, [0.0] * 12 + [2.0] * 20 + [0.0] * 64
    open_then, closed = (
        [room(people_in, people_out, step_minutes=15, open=np.full(96, is_open)) for _ in range(8)]
        for is_open in (True, False)
    )
    assert learn(ROOM, open_then).beginning[0] >= 40
    assert learn(ROOM, closed).beginning[0] == 0


def test_nights_of_cleaners_and_one_long_party_begin_with_nobody() -> None:
    days = [library(seed, minutes=5)[0] for seed in range(6)]
    for day in days:
        day.people_in[3], day.people_out[20] = 4, 4
    days[2].people_in[-12], days[3].people_out[10] = 40, 40
    assert learn(ROOM, days).beginning.tolist() == [0]
