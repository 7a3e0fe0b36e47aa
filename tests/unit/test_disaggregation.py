"""Days of totals: they sum exactly, follow the calendar, and their stated error is the error that they have."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from besok.analytics.disaggregation import DAY_SD, MONTH_SD, PLAIN, Profile, learn, spread

DAY = timedelta(days=1)
OPEN = [8.0, 8, 8, 8, 8, 5, 0]


def hours(days: list[date]) -> np.ndarray:
    return np.array([OPEN[d.weekday()] for d in days])


def span(first: date, number: int) -> list[date]:
    return [first + n * DAY for n in range(number)]


@given(st.floats(0, 1e7), st.integers(1, 400), st.dates(date(2015, 1, 1), date(2026, 1, 1)))
def test_days_add_up_to_the_total(total: float, number: int, first: date) -> None:
    days = span(first, number)
    made = spread(first, days[-1], total, hours(days))
    assert made.by_day.sum() == pytest.approx(total) and (made.by_day >= 0).all()
    assert made.error(np.ones(number, np.bool_)) == 0


def test_days_follow_opening_hours_and_a_total_of_closed_days_is_even() -> None:
    assert spread(date(2026, 3, 2), date(2026, 3, 3), 30, np.array([5.0, 10])).by_day.tolist() == [10, 20]
    assert spread(date(2026, 3, 2), date(2026, 3, 3), 30, np.zeros(2)).by_day.tolist() == [15, 15]


def test_the_stated_error_is_the_error_of_days_that_vary_so() -> None:
    """Of weeks of a month, and months of a year: z-scores have a spread of 1."""
    rng = np.random.default_rng(1)
    days = span(date(2025, 1, 1), 365)
    month = np.array([d.month - 1 for d in days])
    for some in (np.arange(365) < 7, (month == 3), (month < 6)):
        scores = []
        for _ in range(200):
            noise = 1 + DAY_SD * rng.standard_normal(365) + MONTH_SD * rng.standard_normal(12)[month]
            truth = hours(days) * noise
            made = spread(days[0], days[-1], truth.sum(), hours(days))
            scores.append((made.by_day[some].sum() - truth[some].sum()) / made.error(some))
        assert 0.85 < np.std(scores) < 1.15


def test_a_profile_is_learnt_from_days_and_months() -> None:
    rng = np.random.default_rng(2)
    days = span(date(2022, 1, 1), 3 * 365)
    season = 1 + 0.3 * np.cos(2 * np.pi * np.arange(12) / 12)
    factor = np.array([1.2, 1.0, 1.0, 1.0, 0.9, 0.8, 1.0])
    week, month = np.array([d.weekday() for d in days]), np.array([d.month - 1 for d in days])
    visits = 50 * hours(days) * factor[week] * season[month] * np.exp(rng.normal(0, 0.1, len(days)))
    found = learn(days, visits, hours(days))
    assert found.weekday[:6] / found.weekday[1] == pytest.approx(factor[:6], abs=0.05)
    assert found.month / found.month.mean() == pytest.approx(season / season.mean(), abs=0.06)
    assert 0.09 < found.day_sd < 0.15 and found.month_sd < 0.1
    totals = [(date(y, m + 1, 1), 50 * season[m]) for y in (2022, 2023) for m in range(12)]
    by_months = learn([], np.zeros(0), np.zeros(0), totals)
    assert by_months.month == pytest.approx(season / season.mean(), abs=0.1) and by_months.day_sd == DAY_SD


def test_nothing_known_is_the_plain_profile() -> None:
    found = learn([], np.zeros(0), np.zeros(0))
    assert (
        isinstance(found, Profile)
        and found.weekday.tolist() == PLAIN.weekday.tolist()
        and found.day_sd == DAY_SD
    )
    closed = learn(span(date(2026, 1, 1), 3), np.zeros(3), np.ones(3))
    assert closed.month.tolist() == [1.0] * 12
