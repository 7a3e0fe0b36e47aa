"""A year from quarters of hours: gaps are estimated, never zero, and the stated error is the real one."""

from collections.abc import Callable

import numpy as np
import pytest

from besok.analytics.annual import (
    DayWeights,
    Rules,
    YearOfVisits,
    YearQuarters,
    estimate,
    estimate_year,
    missing_error,
)
from besok.analytics.visits import counting_error
from besok.model.arrays import Floats

PER_DAY, DOORS = 16, 3


def world(seed: int, days: int = 365) -> tuple[Floats, list[object]]:
    """Visits by quarter and door through a year with seasons, weekdays, closed Sundays and busy days; kinds of days."""
    rng = np.random.default_rng(seed)
    number = np.arange(days)
    kinds: list[object] = [None if n % 7 == 6 else n % 7 for n in number]
    busy = np.cumsum(rng.normal(0, 0.02, days)) * 0.3 + rng.normal(0, 0.12, days)
    level = (
        np.array([1.0, 1.05, 1.1, 1.0, 0.9, 0.7, 0.0])[number % 7]
        * (1 + 0.2 * np.sin(number / 58))
        * np.exp(busy)
    )
    doors = rng.dirichlet(np.full(DOORS, 4.0)) * 800
    profile = np.exp(-(((np.arange(PER_DAY) - 7) / 4) ** 2))
    mean = level[:, None, None] * (profile / profile.sum())[None, :, None] * doors[None, None, :]
    choice = np.exp(rng.normal(0, 0.08, (days, 1, DOORS)))
    return rng.poisson(mean * choice).reshape(-1, DOORS).astype(np.float64), kinds


def year(
    entries: Floats,
    known: Floats,
    kinds: list[object],
    rules: Rules | None = None,
    corrected: Floats | None = None,
) -> YearOfVisits:
    days = len(kinds)
    seen = np.where(known > 0, entries, np.nan)
    quarters = YearQuarters(
        day=np.repeat(np.arange(days), PER_DAY),
        place=np.tile(np.arange(PER_DAY), days),
        entries=seen,
        passages=seen,
        known=known,
    )
    shape = (days, entries.shape[1])
    rules = rules or Rules(counts=np.ones(shape, bool), share=np.zeros(shape), per_day=np.zeros(days))
    return estimate_year(quarters, kinds, rules, corrected)


def a_month(known: Floats, rng: np.random.Generator) -> None:
    start = int(rng.integers(0, 335)) * PER_DAY
    known[start : start + 30 * PER_DAY] = 0


def a_door(known: Floats, rng: np.random.Generator) -> None:
    start = int(rng.integers(0, 340)) * PER_DAY
    known[start : start + 21 * PER_DAY, int(rng.integers(0, DOORS))] = 0


def hours(known: Floats, rng: np.random.Generator) -> None:
    for _ in range(40):
        start = int(rng.integers(0, len(known) - 12))
        known[start : start + 10, int(rng.integers(0, DOORS))] = 0


@pytest.mark.parametrize(("hide", "worst"), [(a_month, 0.02), (a_door, 0.006), (hours, 0.003)])
def test_what_is_missing_is_estimated_within_its_stated_error(
    hide: Callable[[Floats, np.random.Generator], None], worst: float
) -> None:
    scores, errors = [], []
    for seed in range(8):
        entries, kinds = world(seed)
        known = np.ones_like(entries)
        hide(known, np.random.default_rng(seed + 100))
        found = year(entries, known, kinds)
        assert found.gross is not None
        errors.append(found.gross / entries.sum() - 1)
        scores.append((found.gross - entries.sum()) / found.se_missing)
    assert float(np.sqrt(np.mean(np.square(errors)))) < worst
    assert float(np.sqrt(np.mean(np.square(scores)))) < 1.5  # 1 if the stated error is right


def test_a_year_seen_whole_is_its_sum() -> None:
    entries, kinds = world(1)
    found = year(entries, np.ones_like(entries), kinds)
    assert found.gross == found.gross_counted == entries.sum()
    assert (found.se_missing, found.days_whole, found.days_partly, found.days_missing) == (0, 365, 0, 0)
    doors = entries.sum(0)
    assert found.se == pytest.approx(counting_error(doors.sum(), doors.sum(), (doors**2).sum()), rel=1e-6)


def test_who_was_counted_beside_is_known_better() -> None:
    entries, kinds = world(6)
    whole = np.ones_like(entries)
    plain = year(entries, whole, kinds)
    corrected = np.full((365, DOORS), np.nan)
    corrected[100:, :] = 0.005
    sums = entries.reshape(365, PER_DAY, DOORS).sum(axis=1)
    before = sums[:100].sum(0)
    checked = ((0.005 * sums[100:].sum(0)) ** 2).sum()
    known = year(entries, whole, kinds, corrected=corrected)
    assert known.se < plain.se
    asked = counting_error(entries.sum(), before.sum(), (before**2).sum(), checked=checked)
    assert known.se == pytest.approx(asked, rel=1e-6)


def test_a_closed_month_is_no_gap_and_its_silence_adds_nothing() -> None:
    entries, kinds = world(2)
    shut = slice(180 * PER_DAY, 210 * PER_DAY)
    entries[shut] = 0
    kinds[180:210] = [None] * 30
    known = np.ones_like(entries)
    known[shut] = 0
    found = year(entries, known, kinds)
    assert found.gross == pytest.approx(entries.sum(), abs=1)
    assert found.days_missing == 30


def test_a_new_house_tells_no_year_until_it_was_seen_for_a_while() -> None:
    entries, kinds = world(3)
    known = np.ones_like(entries)
    known[: 320 * PER_DAY] = 0
    few = year(entries, known, kinds)
    assert few.gross is None and few.net is None and few.gross_counted == entries[320 * PER_DAY :].sum()
    known[200 * PER_DAY :] = 1
    more = year(entries, known, kinds)
    assert more.gross is not None and more.gross == pytest.approx(entries.sum(), rel=0.5)
    assert more.se > 0.1 * more.gross  # more than half a year is a guess, and says so
    none = year(entries, np.zeros_like(entries), kinds)
    assert none.gross is None and none.days_missing == 365


def test_events_without_a_period_tell_nothing_of_coverage_and_are_no_gap() -> None:
    entries, kinds = world(4)
    seen = np.where(entries > 0, entries, np.nan)
    shape = (365, DOORS)
    quarters = YearQuarters(
        day=np.repeat(np.arange(365), PER_DAY),
        place=np.tile(np.arange(PER_DAY), 365),
        entries=seen,
        passages=seen,
        known=np.zeros_like(entries),
    )
    rules = Rules(counts=np.ones(shape, bool), share=np.zeros(shape), per_day=np.zeros(365))
    found = estimate_year(quarters, kinds, rules)
    assert found.gross == pytest.approx(entries.sum(), rel=1e-3)


def test_deductions_are_taken_day_by_day_and_never_below_zero() -> None:
    entries, kinds = world(5)
    shape = (365, DOORS)
    rules = Rules(counts=np.ones(shape, bool), share=np.full(shape, 0.1), per_day=np.full(365, 20.0))
    found = year(entries, np.ones_like(entries), kinds, rules)
    by_day = entries.reshape(365, PER_DAY, DOORS).sum(axis=(1, 2))
    assert found.net == pytest.approx(np.maximum(0.9 * by_day - 20, 0).sum())


def test_nothing_missing_adds_nothing() -> None:
    counted, near = np.ones((10, 2)), DayWeights.of(np.ones(10, dtype=np.int64))
    assert not estimate(counted, np.ones((10, 2)), near).any()
    assert missing_error(counted, np.ones((10, 2)), near, np.zeros((10, 2))) == 0
