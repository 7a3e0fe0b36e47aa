"""Judging estimators: the measures, by hand, and the simple estimators."""

import numpy as np
import pytest

from cli.simulation import occupancy_accuracy
from cli.simulation.observed import people_since

NAN = float("nan")
DOORS = np.array([[1, -1], [0, 1], [0, 0]], np.int8)  # a front door, and one from the inner space to outside


def column(*values: float) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(values, float)


def test_the_measures() -> None:
    found = occupancy_accuracy.accuracy(
        column(0, 2, 4, 9), column(0, 3, 3, NAN), column(0, 0, 3.5, NAN), column(0, 3, 4, NAN)
    )
    assert (found["mean_people"], found["known"]) == (5, 0.75) and np.isnan(found["coverage"])
    assert found["rmse"] == pytest.approx((2 / 3) ** 0.5)
    assert found["relative"] == pytest.approx((2 / 3) ** 0.5 / 5)
    assert found["bias"] == 0


def test_intervals_are_judged_where_some_people_are() -> None:
    real, people = column(4, 5, 9, 0), column(9, 5, 5, 0)
    assert occupancy_accuracy.accuracy(real, people, people - 1, people + 1)["coverage"] == 0.5


def test_an_estimate_that_says_nothing_is_not_right() -> None:
    nothing = column(NAN, NAN)
    found = occupancy_accuracy.accuracy(column(1, 2), nothing, nothing, nothing)
    assert found["known"] == 0
    assert all(np.isnan(found[figure]) for figure in ("rmse", "relative", "bias", "coverage"))


def test_nobody_there_is_no_division_by_zero() -> None:
    found = occupancy_accuracy.accuracy(column(0, 0), column(1, 1), column(NAN, NAN), column(NAN, NAN))
    assert np.isnan(found["relative"])


def test_what_simple_systems_do() -> None:
    came = np.array([[2.0, 0], [NAN, NAN], [1, 0], [3, 1]])
    went = np.array([[0.0, 0], [5, 0], [0, 0], [0, 0]])
    days = (slice(0, 3), slice(3, 4))
    raw = occupancy_accuracy.raw(DOORS, came, went, days)
    clamped = occupancy_accuracy.clamp_and_reset(DOORS, came, went, days)
    assert raw.people[:, 0].tolist() == [2, -3, -2, 0]
    assert clamped.people[:, 0].tolist() == [2, 0, 1, 2]
    assert raw.people[:, 1].tolist() == [0, 0, 0, 1]
    assert np.isnan(clamped.people[:, 2]).all() and np.isnan(raw.lower).all()
    assert occupancy_accuracy.visits(DOORS, came, went) == 6


@pytest.mark.parametrize(
    ("was", "value", "wraps", "people"),
    [(3, 5, 0, 2), (65_534, 3, 65_536, 5), (40_000, 3, 65_536, 3), (9, 2, 0, 2), (5000, 4900, 0, 0)],
)
def test_totals_that_fall(was: float, value: float, wraps: int, people: float) -> None:
    assert people_since(was, value, wraps, 60) == people


def test_scaling_at_the_end_of_the_day_empties_the_house() -> None:
    came, went = column(1, 1, 0, 4, 0)[:, None], column(0, 0, 1, 0, 8)[:, None]
    door = np.array([[1]], np.int8)
    scaled = occupancy_accuracy.end_of_day(door, came, went, (slice(0, 3), slice(3, 5)))
    assert scaled.people[:, 0].tolist() == [1, 2, 0, 8, 0]
    away = occupancy_accuracy.end_of_day(
        -door, went, came, (slice(0, 3), slice(3, 5))
    )  # the same door the other way round
    assert away.people[:, 0].tolist() == [1, 2, 0, 8, 0]
    nobody_left = occupancy_accuracy.end_of_day(door, came, went * 0, (slice(0, 3), slice(3, 5)))
    assert nobody_left.people[:, 0].tolist() == [1, 2, 2, 4, 4]


def test_nights_count_for_no_coverage() -> None:
    found = occupancy_accuracy.accuracy(
        column(0, 0, 0, 5), column(0, 0, 2, 2), column(0, 0, 1, 1), column(0, 0, 3, 3)
    )
    assert found["coverage"] == 0


def test_alerts() -> None:
    found = occupancy_accuracy.alerts(column(9, 10, 12, 12), column(10, 8, 11, NAN), 10)
    assert found == {"full": 3, "missed": 2, "said": 2, "false": 1}
