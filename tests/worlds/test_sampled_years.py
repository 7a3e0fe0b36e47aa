"""A year that is estimated from two sample weeks covers the truth at its stated rate; on seeds that chose nothing."""

from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import pytest

from benchmarks.worlds import visits_by_day
from besok.analytics.sample_weeks import Week, WeekKind, estimate
from besok.model.arrays import Floats

SEEDS = range(5000, 5150)
DESIGNS = {
    "two in term": ("term", "term"),
    "term and summer": ("term", "summer"),
    "any two": ("any", "any"),
    "six": ("term", "term", "term", "holidays", "summer", "summer"),
}
WORLDS = ("library, closed on Sundays", "falling by 8 % a year", "other weekdays")
DAY = timedelta(days=1)
HOURS = 9.0
RATES = {0.8: (0.74, 0.95), 0.95: (0.91, 1.0)}


def kind_of(monday: date) -> WeekKind:
    """The kind of a week in Sweden, near enough."""
    week = monday.isocalendar().week
    return "summer" if 25 <= week <= 32 else "holidays" if week in (1, 8, 15, 44, 52, 53) else "term"


def year(world: str, seed: int) -> dict[date, tuple[float, float]]:
    """The weeks of the last year of a world's past: opening hours and visits."""
    series, history = visits_by_day.house(world, seed)
    ends = visits_by_day.FIRST + (history - 1) * DAY
    weeks: dict[date, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for n in range(365):
        day = ends - n * DAY
        closed = world.endswith("Sundays") and day.weekday() == 6
        hours, visits = weeks[day - day.weekday() * DAY]
        weeks[day - day.weekday() * DAY] = (
            hours + (0 if closed else HOURS),
            visits + (series.visits.get(day) or 0.0),
        )
    return weeks


def chosen(
    weeks: dict[date, tuple[float, float]], design: tuple[str, ...], rng: np.random.Generator
) -> set[date]:
    """Weeks drawn at random, each of the kind that the design says."""
    found: set[date] = set()
    for kind in design:
        able = [m for m, (hours, _) in weeks.items() if hours > 5 * HOURS and m not in found]
        able = [m for m in able if kind in ("any", kind_of(m))]
        found.add(able[int(rng.integers(len(able)))])
    return found


@pytest.fixture(scope="module")
def judged() -> dict[str, Floats]:
    """Relative error, and whether each interval holds the truth, by design."""
    found: dict[str, list[list[float]]] = defaultdict(list)
    for seed in SEEDS:
        weeks = year(WORLDS[seed % len(WORLDS)], seed)
        truth = sum(visits for _, visits in weeks.values())
        for number, (design, kinds) in enumerate(DESIGNS.items()):
            sampled = chosen(weeks, kinds, np.random.default_rng([seed, number]))
            sample = estimate(
                [
                    Week(
                        kind=kind_of(m),
                        hours=hours,
                        counted_hours=hours if m in sampled else 0.0,
                        visits=visits if m in sampled else 0.0,
                    )
                    for m, (hours, visits) in weeks.items()
                ]
            )
            assert sample
            held = [low <= truth <= high for low, high in map(sample.interval, RATES)]
            found[design].append([sample.total / truth - 1, *map(float, held)])
    return {design: np.array(rows) for design, rows in found.items()}


@pytest.mark.parametrize("design", DESIGNS)
def test_the_interval_holds_the_truth_at_its_rate(judged: dict[str, Floats], design: str) -> None:
    for n, (level, (least, most)) in enumerate(RATES.items()):
        assert least <= judged[design][:, n + 1].mean() <= most, level


def test_more_weeks_make_the_year_surer(judged: dict[str, Floats]) -> None:
    errors = {design: float(np.sqrt((rows[:, 0] ** 2).mean())) for design, rows in judged.items()}
    assert errors["six"] < 0.75 * errors["any two"]
    assert all(abs(rows[:, 0].mean()) < 0.04 for rows in judged.values())
