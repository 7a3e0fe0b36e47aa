"""Growth a year, and where there is none to tell."""

from datetime import date, timedelta

import pytest

from besok.analytics.growth import PANDEMIC, comparable, empty_runs, growth_a_year, growth_of_days, pandemic


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


def test_a_holiday_is_compared_with_the_same_one_and_a_closure_with_nothing() -> None:
    easter = {date(2024, 3, 29): "Good Friday", date(2025, 4, 18): "Good Friday"}
    closed = {date(2025, 5, 5)}
    like = comparable(easter, closed, timedelta(days=364))
    assert like(date(2025, 4, 18)) == date(2024, 3, 29)
    assert like(date(2025, 4, 17)) == date(2024, 4, 18)
    assert like(date(2025, 3, 28)) is None, "last year's was Good Friday"
    assert like(date(2025, 5, 5)) is None and like(date(2025, 5, 6)) == date(2024, 5, 7)
    assert like(date(2024, 3, 1)) == date(2023, 3, 3), "over a leap day weekdays stay the same"
    plain = {date(2024, 1, 1) + timedelta(days=n): 100.0 for n in range(800)}
    for n in range(8, 28):
        plain[date(2025, 1, 1) + timedelta(days=n)] = 0.0
    like = comparable({}, empty_runs(plain), timedelta(days=364))
    assert growth_of_days(plain, date(2025, 1, 1), 100, like) == (pytest.approx(0.0), 80)


def test_the_pandemic_is_left_out_where_the_counts_show_a_closure() -> None:
    days = {date(2019, 1, 1) + timedelta(days=n): 100.0 for n in range(1300)}
    assert pandemic(days, "auto") is None and pandemic(days, "leave-out") == PANDEMIC
    closed = days | {date(2020, 4, 1) + timedelta(days=n): 3.0 for n in range(60)}
    assert pandemic(closed, "auto") == PANDEMIC and pandemic(closed, "keep") is None
    after = {day: v for day, v in closed.items() if day >= date(2020, 3, 11)}
    assert pandemic(after, "auto") == PANDEMIC, "by what came later"
    assert pandemic({}, "auto") is None and empty_runs({}) == set()
