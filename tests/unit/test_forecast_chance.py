"""What coverage right intervals show by chance: held against worlds in which they are right."""

from datetime import date, timedelta

import numpy as np
import pytest

from besok.analytics.forecast.chance import reach, would_hold
from cli.standalone.forecast_accuracy import by_path

FAR = (28, 365)


def futures(rng: np.random.Generator, paths: int) -> np.ndarray:
    """Days of a year whose level is not known: what one future's days have in common is as large as a day's own."""
    return np.exp(rng.normal(0, 0.1, (1, paths)) + rng.normal(0, 0.1, (365, paths)))


def test_right_forecasts_lie_within_it_19_times_of_20() -> None:
    rng = np.random.default_rng(5)
    told = futures(rng, 800)
    low, high = np.quantile(told, (0.1, 0.9), axis=1)
    one = by_path(told, low, high, np.ones(365, dtype=bool), FAR)
    between = [reach([share] * 6, [[0.0, 365.0, 730.0], [0.0, 365.0, 730.0]], 365) for share in one.values()]
    came = futures(rng, 6 * 500)
    inside = (low[:, None] <= came) & (came <= high[:, None])
    for (begin, end), rows in zip(between[:2], FAR, strict=True):
        means = inside[:rows].mean(axis=0).reshape(500, 6).mean(axis=1)
        assert 0.92 <= ((begin <= means) & (means <= end)).mean() <= 0.98
    assert between[2] == pytest.approx((0.5, 1.0), abs=0.01)  # of six years
    assert all(begin < 0.8 < end for begin, end in between)


def test_windows_that_overlap_are_one_fate_seen_several_times() -> None:
    share = np.random.default_rng(1).normal(0.8, 0.1, 1000)
    once = reach([share], [[0.0]], 365)
    assert reach([share] * 8, [[0.0] * 8], 365) == pytest.approx(once, abs=0.01)
    apart = reach([share] * 8, [[n * 365.0 for n in range(8)]], 365)
    assert once[0] < apart[0] < 0.8 < apart[1] < once[1]
    assert reach([share] * 8, [[0.0]] * 8, 365) == pytest.approx(
        apart, abs=0.01
    )  # series have fates of their own


def test_what_nobody_observed_is_not_judged() -> None:
    told = np.array([[1.0, 2, 3, 4, 5]] * 3)
    seen = np.array([False, True, True])
    found = by_path(told, np.full(3, 1.5), np.full(3, 4.5), seen, (1, 2, 4))
    assert np.isnan(found["coverage_1"]).all() and np.isnan(found["coverage_4"]).all()
    assert found["coverage_2"].tolist() == [0, 1, 1, 1, 0] == found["total_held"].tolist()
    nothing = by_path(told, np.full(3, 1.5), np.full(3, 4.5), np.zeros(3, dtype=bool), (2,))
    assert all(np.isnan(figure).all() for figure in nothing.values())
    assert np.isnan(reach([], [[]], 7)).all()


def test_forecasts_made_each_day_hold_or_miss_together() -> None:
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(280)]
    assert would_hold(days[:1], 28) == (0, 1)
    assert would_hold(days[::28], 28) == (5, 10)  # binomial: 10 of four in five
    every = would_hold(days, 28)
    assert every[0] / 280 < 0.65 and every[1] / 280 > 0.95  # not the 0.75 to 0.85 of 280 fates
