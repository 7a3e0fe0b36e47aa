"""`besok backtest`: what is scored, and beside whom."""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from besok.analytics.forecast import Calendar
from besok.model.errors import CountFileError
from cli.standalone import backtest, rules, scores, series


def test_weeks_are_scored_as_weeks() -> None:
    visits = {
        date(2022, 1, 3) + timedelta(days=n): float(v)
        for n, v in enumerate(np.random.default_rng(1).poisson(90, 490))
    }
    weeks = {
        day: sum(visits[day + timedelta(days=n)] for n in range(7)) for day in visits if day.weekday() == 0
    }
    found = backtest.run(
        series.Series(name="x", step="W", visits=weeks),
        Calendar(),
        origins=2,
        seed=1,
        progress=lambda *_: None,
    )
    assert [day.weekday() for day in found.origins] == [0, 0]
    told = json.loads(scores.as_json([found, found]))
    assert told["series"][0]["freq"] == "W" and told["all"]["W"]["besok"]["origins"] == 4
    assert set(told["series"][0]["methods"]) >= {"last week", "same week a year ago", "drift"}
    assert told["series"][0]["methods"]["besok"]["mase_4"] < 1 and "covers 4 w" in scores.as_text([found])
    with pytest.raises(CountFileError, match="11 weeks are too few to score a forecast; 12 are needed"):
        backtest.chosen(11, "W", 1)


def test_backtest_scores_every_method_at_every_origin() -> None:
    rng = np.random.default_rng(1)
    visits = {
        date(2010 + n // 12, n % 12 + 1, 1): float(5000 + 50 * n + rng.normal(0, 100)) for n in range(84)
    }
    one = series.Series(name="branch", step="M", visits=visits)
    steps: list[int] = []
    found = backtest.run(one, Calendar(), origins=3, seed=1, progress=lambda _, done, __: steps.append(done))
    assert steps == [1, 2, 3] and len(found.origins) == 3
    told = json.loads(scores.as_json([found, found]))
    ours = told["all"]["M"]["besok"]
    assert ours["origins"] == 6 and 0 < ours["mase_12"] < told["all"]["M"]["same month a year ago"]["mase_12"]
    assert scores.as_csv([found]).splitlines()[0].startswith("series,method,origins,mase_1,")
    assert "All 2 series" in scores.as_text([found, found])
    low, high = told["series"][0]["by_chance"]["coverage_12"]
    twice = told["by_chance"]["M"]["coverage_12"]  # one series twice
    assert low < 0.8 < high and twice == pytest.approx([low, high], abs=0.1)
    other = json.loads(scores.as_json([found, replace(found, name="another")]))
    assert other["by_chance"]["M"]["coverage_12"][0] > low  # of two series a mean that is surer
    assert f"{low:.2f}-{high:.2f}" in next(
        row for row in scores.as_text([found]).splitlines() if "were it right" in row
    )


def test_too_few_days_to_score_are_told() -> None:
    days = {date(2024, 1, 1) + timedelta(days=n): 5.0 for n in range(60)}
    with pytest.raises(CountFileError, match="60 days are too few"):
        backtest.run(series.Series(name="x", step="D", visits=days), Calendar(), origins=2, seed=1,
                     progress=lambda *_: None)  # fmt: skip


def test_rules_of_thumb_repeat_what_they_say() -> None:
    past = np.arange(1.0, 15.0)
    mean, sd = rules.simple_rules("D")["last week"](past, 9)
    assert (
        mean.tolist() == [8, 9, 10, 11, 12, 13, 14, 8, 9]
        and sd[0] == 7
        and sd[7] == pytest.approx(7 * 2**0.5)
    )
    assert rules.without_holes(np.array([np.nan, 1.0, 2.0, np.nan]), 2).tolist() == [1, 2, 1]


def test_rules_say_something_of_a_past_that_is_almost_empty() -> None:
    past = np.array([5.0] + [np.nan] * 200 + [6.0])
    for step in ("D", "W", "M"):
        for name, rule in rules.simple_rules(step).items():
            found = rule(past, 5)
            assert (found is None) == (
                name == "same weekday a year ago"
            )  # 202 rows hold a year of weeks and of months
            assert found is None or all(np.isfinite(figures).all() for figures in found)


def test_who_has_no_last_year_is_not_scored_by_it() -> None:
    days = {date(2024, 1, 1) + timedelta(days=n): float(100 + n % 7 * 10 + n % 3) for n in range(100)}
    one = series.Series(name="x", step="D", visits=days)
    found = backtest.run(one, Calendar(), origins=1, seed=1, progress=lambda *_: None)
    line = next(line for line in scores.as_text([found]).splitlines() if line.startswith("same weekday"))
    assert set(line.removeprefix("same weekday a year ago").split()) == {"-"}
    assert (
        json.loads(scores.as_json([found]))["series"][0]["methods"]["same weekday a year ago"]["coverage_28"]
        is None
    )
