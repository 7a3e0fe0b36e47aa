"""The forecast of branches by month: open again after a year, and open for fewer hours since lately."""

from statistics import mean

import numpy as np
import pytest

from benchmarks.worlds.histories import by_day, seeded
from benchmarks.worlds.visits_by_month import branch
from besok.analytics.forecast import History, fan, forecast, history
from besok.model.arrays import Floats

SEEDS = range(6)


def futures_of(past: History, known: int) -> tuple[Floats, Floats]:
    """Futures of the twelve months after those `known` (months x paths), and what came."""
    paths = forecast(past.head(known), 12, rng=seeded(), paths=200)
    return paths.visits, past.visits[known : known + 12]


@pytest.mark.parametrize("kind", ["a year closed", "a year without figures", "a year with few"])
def test_a_recovery_is_counted_from_when_the_house_opened_again(kind: str) -> None:
    """Not from the month in which it was closed, half of which counted: nothing of it would be left to come."""
    inside, off = [], []
    for seed in SEEDS[:3]:
        series, origins = branch(kind, seed)
        for known in origins[:2]:
            futures, came = futures_of(series.past(), known)
            low, high = np.quantile(futures, (0.1, 0.9), axis=1)
            inside.append(((low <= came) & (came <= high)).mean())
            off.append(abs(np.log(np.median(futures.sum(axis=0)) / came.sum())))
    assert mean(inside) > 0.75 and mean(off) < 0.2


def test_a_month_since_works_tells_of_the_level_since() -> None:
    held, off = [], []
    for seed in SEEDS:
        series, origins = branch("open again after works", seed)
        futures, came = futures_of(series.past(), origins[0])
        low, mid, high = np.quantile(futures.sum(axis=0), (0.1, 0.5, 0.9)) / came.sum()
        held.append(low < 1 < high)
        off.append(abs(np.log(mid)))
    assert sum(held) >= 5 and mean(off) < 0.17


def test_fewer_hours_since_two_months_may_be_no_swing_that_comes_back() -> None:
    above = []
    for seed in SEEDS:
        series, origins = branch("fewer hours", seed)
        futures, came = futures_of(series.past(), origins[0])
        above.append(np.log(np.median(futures.sum(axis=0)) / came.sum()))
    assert mean(abs(one) for one in above) < 0.2


def test_a_house_open_again_after_works_may_have_a_crowd_that_fades() -> None:
    n, rng = np.arange(900 + 120), np.random.default_rng(3)
    curious = np.where(n >= 860, 0.35 * np.exp(-(n - 860) / 60), 0.0)
    counts = rng.poisson(np.exp(np.log(400) + curious + rng.normal(0, 0.08, len(n)))).astype(np.float64)
    counts[740:860] = 0
    told = fan(forecast(history(by_day(counts[:900].tolist())), 120, rng=seeded(), paths=300))
    assert told.low80[-30:].mean() < 385 and told.high80[-30:].mean() > 450  # it stayed at 400


@pytest.mark.parametrize("first_week", [2.0, 0.5])
def test_a_first_week_unlike_the_others_is_no_level_that_fades_or_comes(first_week: float) -> None:
    """After an event at its opening a branch that had its usual month since was forecast at less than half, and after a
    week in which little was open at double."""
    n = np.arange(900)
    wrong = []
    for seed in range(3):
        usual = 300 * np.exp(np.random.default_rng(seed).normal(0, 0.15, len(n)))
        counts = np.random.default_rng(seed).poisson(
            usual * np.where((n >= 863) & (n < 870), first_week, 1.0)
        )
        days = counts.astype(np.float64)
        days[763:863] = 0
        told = forecast(history(by_day(days.tolist())), 365, rng=seeded(), paths=200)
        wrong.append(np.log(np.median(told.visits.sum(axis=0)) / (365 * 300)))
    assert mean(abs(one) for one in wrong) < 0.25


def test_one_day_after_a_long_time_without_figures_tells_little_of_the_coming_year() -> None:
    """It may have been counted in part: a third of the usual on it was forecast for all days to come."""
    counts: list[float | None] = np.random.default_rng(1).poisson(300, 700).astype(np.float64).tolist()
    counts[599:699] = [None] * 100
    counts[699] = 100.0
    told = forecast(history(by_day(counts)), 365, rng=seeded(), paths=200)
    assert np.median(told.visits.sum(axis=0)) > 0.7 * 365 * 300
