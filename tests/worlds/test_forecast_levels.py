"""The forecast of houses whose level changed: new ones, such as open again, and such as doubled."""

from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.worlds.histories import FIRST, by_day, library, monthly, seeded
from benchmarks.worlds.visits_by_day import house
from besok.analytics.forecast import History, calendar, forecast, history, total


def test_a_new_building_begins_a_new_level() -> None:
    days = library(260, 2)
    moved = {day: v and v * (6 if day >= FIRST + timedelta(days=180) else 1) for day, v in days.items()}
    plain, larger = (forecast(history(d), 28, rng=seeded(), paths=200).visits.sum() for d in (days, moved))
    assert larger / plain == pytest.approx(6, rel=0.2)


def test_a_recovery_that_is_over_is_not_prolonged() -> None:
    n = np.arange(420)
    back = np.where(n < 100, 0.0, np.where(n < 150, -2.5, -1.5 * np.exp(-(n - 150) / 50)))
    counts = np.exp(np.log(800) + back + seeded().normal(0, 0.06, len(n)))
    paths = forecast(history(by_day(counts.tolist())), 200, rng=seeded(), paths=100)
    assert np.median(paths.visits[-60:]) == pytest.approx(800, rel=0.15)


def test_a_recovery_that_is_over_makes_the_years_to_come_little_wider() -> None:
    def width(away: float) -> float:
        n, rng = np.arange(900), np.random.default_rng(2)
        logs = np.log(600) + np.cumsum(rng.normal(0, 0.003, len(n))) + rng.normal(0, 0.1, len(n))
        counts = rng.poisson(np.exp(logs - away / (1 + np.exp((n - 90) / 30))))
        paths = forecast(history(by_day([float(v) for v in counts])), 365, rng=seeded(), paths=200)
        year = total(paths, paths.days[0], paths.days[-1])
        return float(np.log(year.high80 / year.low80))

    assert width(0.7) < 2.1 * width(0.0)


def test_who_counts_since_a_house_opened_may_be_wrong_by_the_crowd_that_fades() -> None:
    held = []
    for seed in range(6):
        series, known = house("new since four months", seed)
        days = list(series.visits.items())
        paths = forecast(history(dict(days[:known])), 365, rng=seeded(), paths=200)
        year = total(paths, paths.days[0], paths.days[-1])
        held.append(year.low80 <= sum(v or 0 for _, v in days[known:]) <= year.high80)
    assert sum(held) >= 2


@pytest.mark.parametrize(("days", "times"), [(7, 2.0), (3, 3.0), (7, 0.5)])
def test_a_celebration_at_the_opening_of_a_new_house_is_over(days: int, times: float) -> None:
    n, rng = np.arange(67), np.random.default_rng(4)
    counts = rng.poisson(250 * np.where(n < days, times, 1.0) * np.exp(rng.normal(0, 0.12, len(n))))
    paths = forecast(history(by_day([float(v) for v in counts])), 120, rng=seeded(), paths=300)
    low, mid, high = np.quantile(paths.visits.sum(axis=0), (0.1, 0.5, 0.9)) / (250 * 120)
    assert low < 1 < high < 2.6 * low and mid == pytest.approx(1, abs=0.2)


def test_a_house_that_doubled_is_not_told_by_the_year_before() -> None:
    n = np.arange(760)
    counts = 500 * np.exp(0.1 * seeded().normal(size=len(n))) * np.where(n < 700, 1.0, 2.0)
    paths = forecast(history(by_day(counts.tolist())), 300, rng=seeded(), paths=100)
    assert np.median(paths.visits[100:]) > 840


def test_of_a_house_that_doubled_a_month_ago_nobody_is_sure() -> None:
    n = np.arange(900)
    counts = 500 * np.exp(seeded().normal(0, 0.1, len(n))) * np.where(n < 870, 1.0, 2.0)
    paths = forecast(history(by_day(counts.tolist())), 365, rng=seeded(), paths=400)
    year = total(paths, paths.days[0], paths.days[-1])
    assert year.low80 < 365 * 850 and year.high80 > 365 * 1000


def test_what_doubled_at_once_does_not_go_on_growing() -> None:
    series, known = house("doubled two months ago", 3)
    past = history(dict(list(series.visits.items())[:known]))
    told = forecast(
        past,
        365,
        calendar(past.first, past.first + timedelta(days=2000), country="SE"),
        rng=seeded(),
        paths=100,
    )
    came = np.array(list(series.visits.values())[known : known + 365], dtype=np.float64)
    assert 0.75 < told.visits[180:].mean() / came[180:].mean() < 1.35


def test_growth_of_years_goes_on_for_a_while() -> None:
    """A level that stays where it is would bring 5 % more than the year before; 15 % came."""
    more = []
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(0, 0.04, 72)
        visits = 3000 * 1.15 ** (np.arange(72) / 12) * np.exp(noise)
        past = History(first=date(2015, 1, 1), visits=visits, step="M")
        futures = forecast(past, 12, rng=seeded(), paths=200).visits.sum(axis=0)
        more.append(np.median(futures) / visits[-12:].sum())
    assert 1.07 < np.mean(more) < 1.15


def test_a_dial_that_jumped_just_now_is_not_a_new_level() -> None:
    rng = seeded()
    values: list[float | None] = [float(v) for v in rng.poisson(12, 60)]
    values[-2:] = [218947.0, 9.0]
    paths = forecast(history(by_day(values)), 60, rng=seeded(), paths=200)
    assert 8 < paths.visits.mean() < 20


@pytest.mark.parametrize("known", [36, 120])
@pytest.mark.parametrize(("at", "slip"), [(-1, 1000.0), (-1, 6.0), (-1, 1 / 6), (-2, 1000.0)])
def test_a_slip_of_one_month_is_no_new_level(known: int, at: int, slip: float) -> None:
    past = monthly(known)
    usual = past.visits[-min(12, known) :].mean()
    past.visits[at] *= slip
    ahead = forecast(past, 12, rng=seeded(), paths=300).visits.mean(axis=0)
    low, high = np.quantile(ahead, [0.1, 0.9]) / usual
    assert low < 1.1 and high > 0.9 and 0.75 < ahead.mean() / usual < 1.35


@pytest.mark.parametrize("months", [2, 3])
def test_what_is_so_for_two_months_is_a_new_level(months: int) -> None:
    past = monthly(60)
    usual = past.visits[-12:].mean()
    past.visits[-months:] *= 6
    ahead = forecast(past, 12, rng=seeded(), paths=300).visits.mean()
    assert 4 < ahead / usual < 7.5


@pytest.mark.parametrize(("at", "slip"), [(-1, 1000.0), (-1, 6.0), (-1, 1 / 6), (-2, 1000.0)])
def test_a_slip_of_one_week_is_no_new_level(at: int, slip: float) -> None:
    rng = seeded()
    weeks = 3000 * np.exp(0.2 * np.sin(np.arange(120) / 52 * 2 * np.pi) + 0.06 * rng.standard_normal(120))
    usual = weeks[-52:-46].mean()
    weeks[at] *= slip
    past = history(by_day([float(weeks[n // 7]) if n % 7 == 0 else None for n in range(7 * 120)]))
    ahead = forecast(past, 42, rng=seeded(), paths=200).visits.sum(axis=0) / 6
    assert np.quantile(ahead, 0.1) < 1.1 * usual and np.quantile(ahead, 0.9) > 0.9 * usual
    assert 0.75 < ahead.mean() / usual < 1.35
