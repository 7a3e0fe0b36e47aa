"""Odd counts by hand, and imports at sites whose definition takes off everybody at a door."""

from datetime import date

import numpy as np
import pytest

from besok.model import sitefile
from besok.model.errors import CountFileError
from besok.model.period_counts import PeriodCount
from besok.model.site import Site
from besok.services.annual import compute_annual
from besok.services.observed_days import drawn, get_sampled_years, visit_days
from besok.services.progress import get_progress
from besok.store import period_counts, sites
from besok.store.database import Database
from tests.store.test_hand_counts import BRANCH, DAY, NOW, TARGET, TODAY, branch, day, week
from tests.store.test_imports import file, months, new

__all__ = ["branch"]

NEW_YEAR = """[[sites.opening.exceptions]]
first = 2025-12-31
last = 2026-01-01
hours = "closed"
"""


def whole(db: Database, place: Site) -> float:
    found = visit_days(db, [place], TODAY - DAY)
    assert np.isfinite([d.gross for d in found]).all() and np.isfinite([d.net for d in found]).all()
    assert all(d.gross >= 0 for d in found)
    return sum(d.gross for d in found if d.day.year == 2025)


def consistent(db: Database, place: Site) -> None:
    total = whole(db, place)
    for year in get_sampled_years(db, place, TODAY):
        assert year.lower <= year.visits <= year.upper
        if year.year == 2025:
            assert total == pytest.approx(year.visits)
    get_progress(db, "branch", TODAY)
    compute_annual(db, "branch", 2025, TODAY)
    times = drawn(db, [place], TODAY - DAY, np.random.default_rng(1))
    assert np.isfinite(list(times.values())).all()


def test_open_days_counted_one_by_one_leave_a_closed_sunday_empty(db: Database, branch: Site) -> None:
    for number in (10, 40):
        monday = date.fromisocalendar(2025, number, 1)
        for n in range(6):
            day(db, branch, monday + n * DAY, 50)
    consistent(db, branch)


def test_sample_weeks_in_which_nobody_came(db: Database, branch: Site) -> None:
    week(db, branch, 2025, 10, 0)
    week(db, branch, 2025, 40, 0)
    consistent(db, branch)
    assert whole(db, branch) == 0


def test_only_a_day_on_which_the_branch_is_closed(db: Database, branch: Site) -> None:
    day(db, branch, date(2025, 3, 9), 12)
    consistent(db, branch)
    day(db, branch, date(2025, 12, 28), 1)
    consistent(db, branch)


def test_weeks_across_new_year_and_absurd_ones(db: Database, branch: Site) -> None:
    week(db, branch, 2025, 1, 70)
    week(db, branch, 2026, 1, 90)
    week(db, branch, 2025, 11, 1_000_000)
    consistent(db, branch)


def test_a_week_across_new_year_is_split_by_the_hours_of_its_days(db: Database, branch: Site) -> None:
    """The closed days have nobody, so that the year's sample and its days are one figure."""
    closed = BRANCH.replace(TARGET, TARGET + NEW_YEAR)
    sites.apply(db, sitefile.parse(closed))
    place = sites.load(db, "branch")
    for year, number in ((2025, 6), (2025, 44), (2026, 1), (2026, 6), (2026, 7)):
        week(db, branch, year, number, 400)
    found = {d.day: d.gross for d in visit_days(db, [place], TODAY - DAY)}
    assert found[date(2026, 1, 1)] == 0 and found[date(2025, 12, 30)] > 80
    for sampled in get_sampled_years(db, place, TODAY):
        days = sum(visits for day, visits in found.items() if day.year == sampled.year)
        assert days == pytest.approx(sampled.visits), sampled.year


def test_a_day_of_a_week_that_was_counted_is_refused_and_nothing_changes(db: Database, branch: Site) -> None:
    week(db, branch, 2025, 10, 300)
    before = whole(db, branch)
    with pytest.raises(CountFileError):
        day(db, branch, date(2025, 3, 4), 50)
    assert whole(db, branch) == before


def test_counts_by_hand_beside_an_import_and_back(db: Database, branch: Site) -> None:
    week(db, branch, 2025, 10, 300)
    before = visit_days(db, [branch], TODAY - DAY)
    number = period_counts.put(db, "branch", new(file(months(2025, [900.0] * 12)), source="gate"), NOW)
    consistent_sum = whole(db, branch)
    assert 0.9 * 10_800 < consistent_sum < 1.1 * 10_800
    get_progress(db, "branch", TODAY)
    period_counts.undo(db, number, "Ada", now=NOW)
    assert visit_days(db, [branch], TODAY - DAY) == before


def test_a_closed_day_on_which_somebody_was_counted_keeps_its_sum(db: Database, branch: Site) -> None:
    sunday = date(2025, 3, 9)
    odd = file([PeriodCount(first=sunday, last=sunday, visits=7)])
    period_counts.put(db, "branch", new(odd, source="gate"), NOW)
    assert whole(db, branch) == 7
