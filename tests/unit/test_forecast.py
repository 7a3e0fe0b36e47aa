"""The forecast: any history gives an honest answer, and sums of paths carry what days have in common."""

from datetime import date, timedelta

import numpy as np
import pytest

from core.analytics.forecast import (
    Calendar,
    calendar,
    expected,
    fan,
    forecast,
    history,
    likely_from,
    needed_growth,
    odds,
    total,
    years_worth,
)

FIRST = date(2023, 1, 1)


def _rng() -> np.random.Generator:
    return np.random.default_rng(1)


def _days(values: list[float | None], first: date = FIRST) -> dict[date, float | None]:
    return {first + timedelta(days=n): v for n, v in enumerate(values)}


@pytest.mark.parametrize(
    "values",
    [[], [100], [100, None, 120], [0] * 40, [None] * 30 + [5], [50, 60, 70] * 7, [1e9] * 100],
    ids=["none", "one", "hole", "zeros", "new", "three weeks", "huge"],
)
def test_any_history_gives_paths_without_holes_or_negatives(values: list[float | None]) -> None:
    past = history(_days(values), first=FIRST)
    paths = forecast(past, 40, rng=_rng(), paths=200)
    assert paths.visits.shape == (40, 200) and paths.days[0] == past.origin
    assert np.isfinite(paths.visits).all() and paths.visits.min() >= 0


def test_a_closed_day_known_ahead_brings_nobody() -> None:
    past = history(_days([100, 110, 120, 130, 140, 150, 160] * 10))
    shut = past.origin + timedelta(days=3)
    paths = forecast(past, 7, Calendar(closed=frozenset({shut})), rng=_rng(), paths=100)
    assert paths.visits[3].max() == 0 and paths.visits[2].min() > 0


def test_the_target_counts_365_days_and_needs_the_past_for_the_first_of_them() -> None:
    past = history(_days([100.0] * 730))
    paths = forecast(past, 400, rng=_rng(), paths=500)
    low, high = (odds(paths, past, goal, paths.days[364]) for goal in (100, 1e7))
    assert low and high and low.probability > 0.99 and high.probability < 0.01
    assert likely_from(paths, past, 100, 0.8) == paths.days[0] and likely_from(paths, past, 1e7, 0.5) is None
    assert odds(paths, past, 100, paths.days[-1] + timedelta(days=1)) is None
    assert years_worth(past, FIRST, FIRST + timedelta(days=9)) == 36500
    assert needed_growth(36500, 73000, FIRST, FIRST + timedelta(days=365)) == pytest.approx(1.0)


def test_totals_are_wider_than_independent_days_would_be() -> None:
    past = history(_days([100, 110, 120, 130, 140, 150, 160] * 60))
    paths = forecast(past, 365, rng=_rng())
    year, spread = total(paths, paths.days[0], paths.days[-1]), fan(paths)
    independent = np.sqrt(((spread.high80 - spread.low80) ** 2).sum())
    assert year.high80 - year.low80 > 2 * independent and year.low95 < year.low80 < year.mean < year.high80


def test_expected_days_are_told_for_every_day_and_holidays_carry_their_name_across_years() -> None:
    public = calendar(FIRST, date(2026, 1, 1), country="SE")
    assert public.holidays[date(2023, 6, 23)] == public.holidays[date(2024, 6, 21)] == "Midsummer Eve"
    past = history(_days([100, 110, None, 130, 140, 150, 160] * 20))
    told = expected(past, public)
    assert np.isfinite(told.mean).all() and (told.variance >= 0).all() and told.days == past.days
