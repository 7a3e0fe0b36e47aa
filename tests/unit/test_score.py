"""Judging estimators: the measures, by hand, and the simple estimators."""

import numpy as np
import pytest

from core.analytics import score
from ops.observed import people_since

NAN = float("nan")
DOORS = np.array([[1, -1], [0, 1], [0, 0]], np.int8)  # a front door, and one from the inner space to outside


def column(*values: float) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(values, float)


def test_the_measures() -> None:
    found = score.accuracy(column(0, 2, 4, 9), column(0, 3, 3, NAN), column(0, 0, 3.5, NAN), column(0, 3, 4, NAN))
    assert (found.mean_people, found.known, found.coverage) == (5, 0.75, 1)
    assert found.rmse == pytest.approx((2 / 3) ** 0.5)
    assert found.relative == pytest.approx((2 / 3) ** 0.5 / 5)
    assert found.bias == 0


def test_an_estimate_that_says_nothing_is_not_right() -> None:
    nothing = column(NAN, NAN)
    found = score.accuracy(column(1, 2), nothing, nothing, nothing)
    assert (found.known, found.rmse, found.relative, found.bias, found.coverage) == (0, None, None, None, None)


def test_nobody_there_is_no_division_by_zero() -> None:
    assert score.accuracy(column(0, 0), column(1, 1), column(NAN, NAN), column(NAN, NAN)).relative is None


def test_what_simple_systems_do() -> None:
    came = np.array([[2.0, 0], [NAN, NAN], [1, 0], [3, 1]])
    went = np.array([[0.0, 0], [5, 0], [0, 0], [0, 0]])
    days = (slice(0, 3), slice(3, 4))
    raw = score.raw(DOORS, came, went, days)
    clamped = score.clamp_and_reset(DOORS, came, went, days)
    assert raw.people[:, 0].tolist() == [2, -3, -2, 0]
    assert clamped.people[:, 0].tolist() == [2, 0, 1, 2]
    assert raw.people[:, 1].tolist() == [0, 0, 0, 1]
    assert np.isnan(clamped.people[:, 2]).all() and np.isnan(raw.lower).all()
    assert score.visits(DOORS, came, went) == 6


@pytest.mark.parametrize(
    ("was", "value", "wraps", "people"),
    [(3, 5, 0, 2), (65_534, 3, 65_536, 5), (40_000, 3, 65_536, 3), (9, 2, 0, 2), (5000, 4900, 0, 0)],
)
def test_totals_that_fall(was: float, value: float, wraps: int, people: float) -> None:
    assert people_since(was, value, wraps, 60) == people
