"""What counts beside a sensor say of it: intervals that hold, factors for those who need one, advice that teaches."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.calibration import judged as worlds
from besok.analytics import calibration, count_advice
from besok.analytics.calibration import Session, accuracy
from besok.analytics.count_advice import DoorTraffic, HourTraffic, advise
from besok.model.validation import Accuracy


def counts(*pairs: tuple[float, float]) -> list[Session]:
    return [Session(counted=x, device=y, seconds=900) for x, y in pairs]


def test_the_worked_examples() -> None:
    one, four, biased = (
        accuracy(counts(*pairs)) for pairs in ([(60, 57)], [(60, 57)] * 4, [(100, 90), (100, 90), (100, 90)])
    )
    assert (one.verdict, round(one.lower or 0, 2), round(one.upper or 0, 2)) == ("unsure", 0.82, 1.08)
    assert (round(four.lower or 0, 2), round(four.upper or 0, 2)) == (0.91, 0.99)
    assert (biased.verdict, biased.factor) == ("factor", pytest.approx(1.111, abs=0.001))


@pytest.mark.parametrize(
    ("pairs", "verdict"),
    [
        ([], "none"),
        ([(0, 0), (0, 3)], "none"),
        ([(12, 6)], "few"),
        ([(50, 50)] * 6, "good"),
        ([(40, 10), (40, 9)], "broken"),
        ([(40, 90), (40, 92)], "broken"),
        ([(100, 112)] * 5, "factor"),
    ],
)
def test_verdicts(pairs: list[tuple[float, float]], verdict: str) -> None:
    found = accuracy(counts(*pairs))
    assert found.verdict == verdict
    assert (found.factor != 1) == (verdict == "factor")


def test_a_session_in_which_the_sensor_erred_much_widens_the_interval() -> None:
    steady, restless = (
        accuracy(counts(*p)) for p in ([(80, 76)] * 4, [(80, 80), (80, 80), (80, 80), (80, 64)])
    )
    assert steady.accuracy == pytest.approx(restless.accuracy, abs=0.01)
    assert restless.sd is not None and steady.sd is not None and restless.sd > 1.5 * steady.sd


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=8))
def test_any_counts_give_an_interval_round_the_accuracy(pairs: list[tuple[int, int]]) -> None:
    found = accuracy(counts(*pairs))
    if any(x for x, _ in pairs):
        assert found.accuracy is not None and found.lower is not None and found.upper is not None
        assert 0 <= found.lower <= max(found.accuracy, 0) <= found.upper and math.isfinite(found.sd or 0)
    assert found == accuracy(counts(*reversed(pairs))) or found.accuracy == pytest.approx(
        accuracy(counts(*reversed(pairs))).accuracy, abs=1e-6
    )


def test_intervals_hold_and_only_biased_sensors_get_a_factor() -> None:
    rng = np.random.default_rng(7)
    every = [*worlds(rng, (0.0, 0.02, 0.05, 0.1, 0.2), (1, 8), 200)]
    holds = [
        a.lower <= s.accuracy <= a.upper for s, a in every if a.lower is not None and a.upper is not None
    ]
    assert np.mean(holds) > 0.94
    exact = [a.verdict == "factor" for _, a in worlds(rng, (0.0,), (1, 8), 120)]
    assert np.mean(exact) < 0.05
    missing = [a.verdict == "factor" for _, a in worlds(rng, (0.1,), (4, 8), 120)]
    assert np.mean(missing) > 0.7


def test_a_sensor_that_changed_is_judged_by_what_came_after() -> None:
    assert calibration.changed_at(counts(*[(100, 90)] * 4, *[(100, 60)] * 4)) == 4
    assert calibration.changed_at(counts((100, 90), (100, 97), (100, 92), (100, 94))) == 0
    assert calibration.changed_at(counts((100, 90), (100, 60))) == 0  # one of each may be chance


def test_exchanged_directions_are_noticed() -> None:
    into, out = counts((60, 22), (50, 18)), counts((20, 58), (20, 51))
    assert calibration.looks_swapped(into, out)
    assert not calibration.looks_swapped(counts((60, 57)), counts((20, 21)))
    assert not calibration.looks_swapped(counts((5, 1)), counts((1, 5)))  # too few to say


def unknown() -> Accuracy:
    return accuracy([])


def week(*hours: tuple[int, int, float]) -> list[HourTraffic]:
    return [HourTraffic(weekday=weekday, hour=hour, people=people) for weekday, hour, people in hours]


def test_the_busiest_hour_of_the_door_that_matters_most_comes_first() -> None:
    main = DoorTraffic(portal="main", known=unknown(), week=week((0, 11, 200), (0, 16, 300)))
    side = DoorTraffic(portal="side", known=unknown(), week=week((0, 11, 190)))
    first, second = advise([side, main])
    assert (first.portal, first.weekday, first.hour, first.expected) == ("main", 0, 16, 75)
    assert second.portal == "side"
    assert first.margin_after < first.margin_now <= calibration.UNCOUNTED_SD


def test_what_is_known_well_is_not_counted_again() -> None:
    main = DoorTraffic(portal="main", known=accuracy(counts(*[(150, 150)] * 10)), week=week((0, 16, 300)))
    side = DoorTraffic(portal="side", known=unknown(), week=week((0, 11, 120)))
    assert [a.portal for a in advise([main, side])] == ["side"]


def test_an_hour_counted_before_gives_way_to_another_as_busy() -> None:
    hours = [
        HourTraffic(weekday=0, hour=16, people=300, sessions=2),
        HourTraffic(weekday=2, hour=12, people=290),
        HourTraffic(weekday=3, hour=3, people=2),
    ]
    (advice,) = advise([DoorTraffic(portal="main", known=accuracy(counts((75, 70), (75, 74))), week=hours)])
    assert (advice.weekday, advice.hour) == (2, 12)


def test_the_gain_is_what_the_next_count_gives() -> None:
    """A count with the expected result leaves about the variance that the advice predicted."""
    before = accuracy(counts((100, 95), (100, 97)))
    predicted = calibration.after_one_more(before, 100, 900)
    after = calibration.variance(accuracy(counts((100, 95), (100, 97), (100, 96))))
    assert after == pytest.approx(predicted, rel=0.6)
    assert predicted < calibration.variance(before)


def test_nobody_and_nothing_give_no_advice() -> None:
    assert advise([]) == advise([DoorTraffic(portal="x", known=unknown(), week=[])]) == []
    assert count_advice.WORTH > 0
