"""A year from sample weeks: the textbook's formulas, and what a week that nobody counted is worth."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from besok.analytics.sample_weeks import PRIOR_CV, PRIOR_WEEKS, RATIO, Week, estimate

TERM = Week(kind="term", hours=40)
SUMMER = Week(kind="summer", hours=30)


def counted(week: Week, visits: float) -> Week:
    return replace(week, counted_hours=week.hours, visits=visits)


def test_one_kind_is_the_textbooks_simple_random_sample() -> None:
    n, all_weeks, visits = 5, 52, [900.0, 1000, 1100, 980, 1020]
    found = estimate([*(counted(TERM, v) for v in visits), *[TERM] * (all_weeks - n)])
    assert found
    assert found.total == pytest.approx(all_weeks * np.mean(visits))
    assert found.freedom == PRIOR_WEEKS + n - 1
    squares = PRIOR_WEEKS * PRIOR_CV**2 + sum((v / np.mean(visits) - 1) ** 2 for v in visits)
    s = np.sqrt(squares / found.freedom) * np.mean(visits)
    assert found.se == pytest.approx(np.sqrt(all_weeks**2 * (1 - n / all_weeks) * s**2 / n))
    low, high = found.interval(0.8)
    assert high - found.total == pytest.approx(stats.t.ppf(0.9, found.freedom) * found.se)
    assert low < found.total < high


def test_kinds_are_added_up_and_a_week_of_half_the_hours_is_half_a_week() -> None:
    short = replace(TERM, hours=20)
    found = estimate([counted(TERM, 1000), counted(SUMMER, 450), TERM, short, SUMMER])
    assert found and found.total == pytest.approx(1000 + 450 + 1000 + 500 + 450)
    assert found.guessed == () or found.guessed == ("holidays",)


def test_a_kind_that_was_not_counted_has_a_presumed_ratio_and_a_wide_error() -> None:
    both = [counted(TERM, 1000), counted(TERM, 1050)]
    without, having = estimate([*both, *[TERM] * 30]), estimate([*both, *[TERM] * 20, *[SUMMER] * 10])
    assert without and having
    assert having.rates["summer"] == pytest.approx(having.rates["term"] * RATIO["summer"])
    assert having.guessed == ("holidays", "summer")
    assert having.parts()[1] > 0 == without.parts()[1]
    assert having.se / having.total > without.se / without.total
    only_summer = estimate([counted(SUMMER, 700), counted(SUMMER, 720), TERM])
    assert only_summer and only_summer.rates["term"] > only_summer.rates["summer"]


def test_all_weeks_counted_leave_no_error() -> None:
    found = estimate([counted(TERM, 1000), counted(TERM, 900)])
    assert found and found.total == 1900 and found.se == 0 and found.interval(0.8) == (1900, 1900)


def test_one_week_or_nobody_is_not_enough() -> None:
    assert estimate([counted(TERM, 1000), TERM]) is None
    assert estimate([counted(TERM, 0), counted(TERM, 0), TERM]) is None
    tenth = replace(TERM, counted_hours=4, visits=100)  # a morning does not stand for weeks
    assert estimate([tenth, tenth, TERM]) is None


def test_the_variance_of_some_weeks_is_a_part() -> None:
    found = estimate([counted(TERM, 1000), counted(SUMMER, 450), *[TERM] * 20, *[SUMMER] * 6])
    assert found
    half = np.array([0.0, 0.0, *[1.0] * 10, *[0.0] * 16])
    assert 0 < sum(found.parts(half)) < sum(found.parts())
    assert found.normal_variance() > found.se**2  # few degrees of freedom


def test_draws_have_the_stated_variance() -> None:
    found = estimate([counted(TERM, 1000), counted(TERM, 900), *[TERM] * 20, *[SUMMER] * 8])
    assert found
    rng = np.random.default_rng(5)
    sums = [float((found.estimated * found.drawn(rng)).sum()) for _ in range(4000)]
    assert np.mean(sums) == pytest.approx(found.estimated.sum(), rel=0.02)
    assert np.std(sums) == pytest.approx(found.se, rel=0.06)
