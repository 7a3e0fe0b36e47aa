"""Growth a year, and where there is none to tell."""

from datetime import date, timedelta

import pytest

from besok.analytics.growth import comparable, empty_runs, growth_a_year, growth_of_days, pandemic


def test_growth_a_year() -> None:
    assert growth_a_year(100, 121, 2) == pytest.approx(0.1) and growth_a_year(100, 0, 2) == -1
    for last, then, years in (
        (None, 1, 1),
        (0, 1, 1),
        (1, None, 1),
        (1, 2, 0),
        (1, 2, -1),
        (30, 1e7, 1 / 365),
    ):
        assert growth_a_year(last, then, years) is None


def test_growth_of_days_compares_like_with_like() -> None:
    first, apart = date(2025, 1, 6), timedelta(days=364)
    year = comparable({}, (), apart)
    before = {first - apart + timedelta(days=n): 200.0 if n % 7 == 5 else 100.0 for n in range(28)}
    now = {day + apart: visits * 1.1 for day, visits in before.items()}
    assert growth_of_days(before | now, first, 28, year) == (pytest.approx(0.1), 28)
    for n in (5, 12):
        del now[first + timedelta(days=n)]  # Saturdays, without which the mean day is a quiet one
    assert growth_of_days(before | now, first, 28, year) == (pytest.approx(0.1), 26)
    few = {day: visits for day, visits in now.items() if day < first + timedelta(days=20)}
    assert growth_of_days(before | few, first, 28, year) == (None, 18)
    assert growth_of_days({}, first, 28, year) == (None, 0)
    assert growth_of_days(dict.fromkeys(before, 0.0) | now, first, 28, year) == (None, 26)
