"""The forecast of houses that were closed for long: they open again, and no weekday or date is closed for it."""

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.worlds.histories import FIRST, library, seeded
from besok.analytics.forecast import fan, forecast, history


@pytest.mark.parametrize("reopened", [0, 7, 35])
def test_a_house_closed_for_months_is_no_house_of_closed_weekdays(reopened: int) -> None:
    days = library(400 + 100 + reopened, 4)
    last = {FIRST + timedelta(days=n) for n in range(400, 500)}
    paths = forecast(
        history({k: 0.0 if k in last else v for k, v in days.items()}), 200, rng=seeded(), paths=300
    )
    open_by_end = (paths.visits[-7:].max(axis=0) > 50).mean()
    assert open_by_end > 0.95 if reopened else 0.4 < open_by_end < 0.9
    assert reopened or (paths.visits[0] < 50).mean() > 0.9


@pytest.mark.parametrize("origin", [date(2025, 8, 5), date(2025, 9, 10), date(2025, 10, 5)])
def test_a_house_closed_for_ten_weeks_each_summer_opens_again(origin: date) -> None:
    days = {
        day: 0.0 if date(day.year, 6, 11) <= day < date(day.year, 8, 20) else v
        for day, v in library(1100, 4).items()
    }
    past = history({day: v for day, v in days.items() if day < origin}, origin=origin)
    told = fan(forecast(past, 365, rng=seeded(), paths=200))
    term = [
        m for day, m in zip(told.days, told.mean, strict=True) if date(2025, 11, 1) <= day < date(2026, 6, 1)
    ]
    summer = [
        m for day, m in zip(told.days, told.mean, strict=True) if date(2026, 6, 15) <= day < date(2026, 8, 1)
    ]
    assert np.mean(term) == pytest.approx(np.mean(list(library(1100, 4).values())), rel=0.3)
    assert max(summer) < 10


def test_a_year_and_a_half_of_closure_closes_no_date_for_ever() -> None:
    days = {
        day: 0.0 if date(2024, 3, 15) <= day < date(2025, 6, 1) else v for day, v in library(1000, 4).items()
    }
    told = fan(forecast(history(days), 365, rng=seeded(), paths=200))
    spring = [
        m for day, m in zip(told.days, told.mean, strict=True) if date(2026, 3, 20) <= day < date(2026, 5, 20)
    ]
    assert np.mean(spring) > 150


@pytest.mark.parametrize("days", [130, 700])
def test_a_branch_open_on_saturdays_of_even_weeks_stays_so(days: int) -> None:
    def shut(day: date) -> bool:
        return day.weekday() == 5 and day.isocalendar().week % 2 == 1

    past = history({day: 0.0 if shut(day) else v for day, v in library(days, 4).items()})
    told = fan(forecast(past, 200, rng=seeded(), paths=200))
    saturdays = [(shut(day), m) for day, m in zip(told.days, told.mean, strict=True) if day.weekday() == 5]
    assert all(m < 10 if closed else m > 100 for closed, m in saturdays)


def test_a_saturday_that_was_closed_now_and_then_is_open() -> None:
    rng = np.random.default_rng(3)
    past = history(
        {d: 0.0 if d.weekday() == 5 and rng.random() < 0.25 else v for d, v in library(400, 4).items()}
    )
    told = fan(forecast(past, 100, rng=seeded(), paths=100))
    assert min(m for day, m in zip(told.days, told.mean, strict=True) if day.weekday() == 5) > 50
