"""Headcounts in the estimate: what one says of its space, of the whole around it, and of the counters there."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from besok.analytics.occupancy import DayObservations, Filter, Headcount, learn, live, placed, smoothed
from besok.analytics.occupancy.headcounts import LASTS_MINUTES, headcount_sd
from besok.analytics.occupancy.parameters import SiteParameters
from besok.model.arrays import Floats
from besok.model.building import Building
from besok.model.occupancy import BASES
from tests.unit.occupied import HOUSE, NAN, ROOM, library, room

TWO_ROOMS = Building.of((None, 0, 0), ((None, 1), (1, 2)))  # all who are in are in one of the two


def headcounted(
    building: Building, seen: DayObservations, *counts: tuple[float, int, float]
) -> DayObservations:
    """The same with headcounts: the step (with its fraction), the space, the people."""
    made = [Headcount(at=at, space=space, people=people) for at, space, people in counts]
    people, sd = placed(made, building, seen.people_in, seen.people_out)
    return replace(seen, headcount=people, headcount_sd=sd)


def quiet(spaces: int, doors: int, steps: int = 120, **levels: Any) -> DayObservations:
    nobody = np.zeros((steps, doors))
    return DayObservations.of(nobody, nobody, spaces, **levels)


def test_a_headcount_is_combined_with_the_estimate_by_their_variances() -> None:
    came = [10.0] * 30 + [0.0] * 30  # so many that bounds in whole people are exact enough
    seen = room(came, [0.0] * 60)
    before, after = live(ROOM, seen), live(ROOM, headcounted(ROOM, seen, (40.999, 0, 328)))
    assert (before.people[:40] == after.people[:40]).all()  # nothing is known beforehand
    mean, sd = before.people[40, 0], (before.upper[40, 0] - before.lower[40, 0]) / 2 / 1.2816
    error = float(headcount_sd(np.array(328.0)))
    gain = sd**2 / (sd**2 + error**2)
    assert after.people[40, 0] == pytest.approx(mean + gain * (328 - mean), abs=1.0)
    width = after.upper[40, 0] - after.lower[40, 0]
    assert width == pytest.approx(2 * 1.2816 * np.sqrt(1 - gain) * sd, abs=1.5)
    assert 327 > after.people[59, 0] > mean + 0.5 * gain * (328 - mean)  # it lasts


def test_a_headcount_that_no_door_can_explain_is_believed() -> None:
    seen = room([2.0] * 20 + [0.0] * 40, [0.0] * 60)
    result = live(ROOM, headcounted(ROOM, seen, (30.5, 0, 90)))
    assert result.people[30, 0] == pytest.approx(90, abs=1)
    assert result.lower[30, 0] <= 90 <= result.upper[30, 0]


def test_the_building_is_empty_and_stays_so() -> None:
    seen = room([3.0] * 20 + [0.0] * 40, [0.0] * 20 + [1.0] * 40)
    result = live(ROOM, headcounted(ROOM, seen, (59.99, 0, 0)))
    assert live(ROOM, seen).people[-1, 0] > 10
    assert result.people[-1, 0] < 0.3 and result.upper[-1, 0] <= 1


def test_the_rooms_of_a_round_are_a_headcount_of_the_whole() -> None:
    seen = quiet(3, 2)
    seen.people_in[:] = [4, 2]
    seen.people_out[:] = [3, 1.6]
    counts = ((60.0, 1, 36.0), (64.0, 2, 24.0))
    usual = replace(SiteParameters.unknown(3, 2, day_is_over=True), days=30)
    part, full = (headcounted(TWO_ROOMS, seen, *counts[:n]) for n in (1, 2))
    found = [live(TWO_ROOMS, day, usual) for day in (seen, part, full)]
    widths = [(e.upper - e.lower)[64, 0] for e in found]
    assert widths[1] > 0.75 * widths[0] and widths[2] < 0.7 * widths[0]
    assert found[2].people[64, 0] == pytest.approx(61, abs=3)
    late = headcounted(TWO_ROOMS, seen, counts[0], (110.0, 2, 40.0))  # too long after the other
    far = live(TWO_ROOMS, late, usual)
    # The whole is bounded by what its rooms are, no more than that
    assert (far.upper - far.lower)[110, 0] > 0.65 * (found[1].upper - found[1].lower)[110, 0]


def test_a_room_that_nothing_observes_has_a_figure_for_an_hour() -> None:
    seen = quiet(4, 3)
    seen.people_in[:, 2] = seen.people_out[:, 2] = NAN  # the door of the room is not heard
    result = live(HOUSE, headcounted(HOUSE, seen, (10.0, 3, 8)))
    assert np.isnan(result.people[:10, 3]).all()
    shown = result.people[10 : 10 + int(LASTS_MINUTES), 3]
    assert not np.isnan(shown).any() and BASES[result.basis[10, 3]] == "headcount"
    widths = (result.upper - result.lower)[[11, 60], 3]
    assert widths[1] > 1.5 * widths[0]
    assert np.isnan(result.people[-1, 3])


def test_headcounts_teach_what_a_room_sensor_shows() -> None:
    days = []
    for number in range(12):
        shown = np.full((96, 1), 20.0)  # it shows four of five
        day = quiet(1, 1, 96, people=shown, step_minutes=15.0)
        day.people_in[:] = day.people_out[:] = NAN
        days.append(headcounted(ROOM, day, (40.0 + number, 0, 25.0)))
    learnt = learn(ROOM, days)
    assert learnt.scale[0] == pytest.approx(0.8, abs=0.06) and learnt.scale_sd[0] < 0.05
    fresh = replace(days[0], headcount=np.full((96, 1), NAN))
    plain, taught = live(ROOM, fresh), live(ROOM, fresh, learnt)
    assert plain.people[-1, 0] == 20 and taught.people[-1, 0] == pytest.approx(24.5, abs=1.5)
    assert taught.lower[-1, 0] <= 25 <= taught.upper[-1, 0]
    same_day = live(ROOM, days[0])
    assert same_day.people[39, 0] == 20
    assert same_day.people[-1, 0] > 21  # at once, though one headcount says less


def test_a_door_that_was_checked_misses_no_more_both_ways() -> None:
    seen = room([10.0] * 30, [0.0] * 30)
    plain, checked = live(ROOM, seen), live(ROOM, replace(seen, checked_sd=np.array([0.01])))
    assert plain.people[-1, 0] > 303 > checked.people[-1, 0] > 298  # 2 % were presumed missed
    widths = [float((e.upper - e.lower)[-1, 0]) for e in (plain, checked)]
    assert widths[1] < 0.9 * widths[0]


def test_a_day_that_is_over_uses_headcounts_before_and_after_them() -> None:
    seen, real = library(3, 0.12, 0.12)
    at = 540
    counted = headcounted(ROOM, seen, (at + 0.999, 0, float(real[at])))
    off: list[Floats] = [np.abs(smoothed(ROOM, day).people[:, 0] - real) for day in (seen, counted)]
    for steps in (slice(at - 20, at), slice(at, at + 60)):
        assert off[1][steps].mean() < 0.6 * off[0][steps].mean()


def test_the_estimate_of_pieces_is_that_of_the_whole() -> None:
    seen = headcounted(TWO_ROOMS, quiet(3, 2), (60.0, 1, 50.0), (64.2, 2, 25.0), (90.0, 0, 60.0))
    whole, state = live(TWO_ROOMS, seen), Filter(TWO_ROOMS)
    for begin, end in ((0, 62), (62, 63), (63, 100), (100, 120)):
        part = state.step(seen[begin:end])
        np.testing.assert_allclose(part.people, whole.people[begin:end])
        np.testing.assert_allclose(part.upper, whole.upper[begin:end])


def test_rooms_give_way_to_a_headcount_of_the_whole_and_the_whole_keeps_it() -> None:
    """The rooms' doors say what the headcount has just corrected: they do not say it twice."""
    seen = quiet(3, 2)
    seen.people_in[:20], seen.people_out[20:] = [5, 2], [0.3, 0.1]
    usual = replace(SiteParameters.unknown(3, 2, day_is_over=True), days=30)
    whole, alone = (
        live(building, headcounted(building, day, (60.5, 0, 60.0)), params)
        for building, day, params in (
            (TWO_ROOMS, seen, usual),
            (ROOM, room(seen.people_in[:, 0].tolist(), seen.people_out[:, 0].tolist()),
             replace(SiteParameters.unknown(1, 1, day_is_over=True), days=30)),
        )
    )  # fmt: skip
    for minute in (60, 100):
        assert whole.people[minute, 0] == pytest.approx(alone.people[minute, 0], abs=1e-6)
        assert whole.people[minute, 1:].sum() == pytest.approx(whole.people[minute, 0])
