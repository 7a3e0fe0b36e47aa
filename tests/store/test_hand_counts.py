"""Counts by hand of a site without sensors: entered, corrected, and a year from sample weeks in report and target."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from besok.model import sitefile
from besok.model.errors import CountFileError
from besok.model.hand_counts import BY_HAND, HandCount
from besok.model.period_counts import CountFile, PeriodCount
from besok.model.site import Site
from besok.model.views.calendar import SchoolHoliday
from besok.services.annual import compute_annual
from besok.services.closed_periods import close_period, period_of
from besok.services.hand_counts import enter
from besok.services.observed_days import drawn, get_sampled_years, visit_days
from besok.services.progress import get_progress
from besok.services.visits import get_visits
from besok.store import calendars, period_counts, sites
from besok.store.database import Database
from besok.store.period_counts import NewImport
from besok.text import target_text
from cli.terminal import annual
from tests.sitetext import site, space
from tests.store.counted import HOUSE
from tests.store.test_target_of_several_sites import days as days_of
from tests.store.test_target_of_several_sites import write

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
HOURS = {
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "10:00-18:00"),
    "saturday": "10:00-14:00", "sunday": "closed",
}  # fmt: skip
TARGET = """[sites.target]
baseline_first = 2025-01-01
baseline_last = 2025-12-31
deadline = 2030-12-31
"""
BRANCH = site("branch", ("Filialen", "Branch"), HOURS) + TARGET + space("hall", ("Hall", "Hall"))


@pytest.fixture
def branch(db: Database) -> Site:
    """A branch without doors and sensors."""
    site_file = sitefile.parse(BRANCH)
    sites.apply(db, site_file)
    return site_file.sites[0]


def week(db: Database, branch: Site, year: int, number: int, visits: int, by: str = "Kim") -> int:
    monday = date.fromisocalendar(year, number, 1)
    return enter(
        db, branch, HandCount(first=monday, last=monday + 6 * DAY, visits=visits, counted_by=by), NOW
    )


def day(db: Database, branch: Site, on: date, visits: int) -> int:
    return enter(db, branch, HandCount(first=on, last=on, visits=visits, counted_by="Kim"), NOW)


def visits(db: Database, branch: Site, first: date, last: date) -> float:
    return sum(d.gross for d in visit_days(db, [branch], TODAY - DAY) if first <= d.day <= last)


def test_a_count_is_kept_with_its_author_and_the_last_number_holds(db: Database, branch: Site) -> None:
    monday = date(2026, 2, 16)
    assert day(db, branch, monday, 40) == day(db, branch, monday, 40)
    assert visits(db, branch, monday, monday) == 40
    day(db, branch, monday, 45)
    assert visits(db, branch, monday, monday) == 45
    day(db, branch, monday, 40)  # it was right after all
    assert visits(db, branch, monday, monday) == 40
    kept = period_counts.listing(db, "branch")
    assert {(i.author, i.method, i.source) for i in kept} == {("Kim", "manual", BY_HAND)}
    assert [i.undone for i in kept] == [True, False]
    assert get_sampled_years(db, branch, TODAY) == []  # a day is not a sample of a year


@pytest.mark.parametrize(
    ("first", "last"), [(TODAY, TODAY + DAY), (TODAY - 8 * DAY, TODAY - DAY), (TODAY, TODAY - DAY)]
)
def test_what_cannot_be_counted_is_refused(db: Database, branch: Site, first: date, last: date) -> None:
    with pytest.raises(CountFileError):
        enter(db, branch, HandCount(first=first, last=last, visits=3, counted_by="Kim"), NOW)


def test_a_year_is_estimated_from_its_sample_weeks(db: Database, branch: Site) -> None:
    for number, people in ((6, 440), (19, 460), (28, 300), (44, 400)):
        week(db, branch, 2025, number, people)
    (year,) = get_sampled_years(db, branch, TODAY)
    assert (year.year, year.counted, year.weeks, year.first, year.last) == (
        2025, 4, 53, date(2025, 1, 1), date(2025, 12, 31),
    )  # fmt: skip
    assert year.seen == 1600 and year.lower < year.visits < year.upper < year.upper_95
    kinds = {k.kind: k for k in year.kinds}
    assert kinds["summer"].rate == pytest.approx(300 / 44) and not kinds["summer"].presumed
    assert sum(k.weeks for k in kinds.values()) == 53
    days = [d for d in visit_days(db, [branch], TODAY - DAY) if d.day.year == 2025]
    assert sum(d.gross for d in days) == pytest.approx(year.visits)
    assert len(days) == 365 and sum(not d.sampled for d in days) == 28
    assert {d.source for d in days} == {BY_HAND}
    assert all(d.gross == 0 for d in days if d.day.weekday() == 6)  # closed
    monday = date.fromisocalendar(2025, 19, 1)
    assert visits(db, branch, monday, monday + 6 * DAY) == pytest.approx(460)


def test_the_report_says_that_it_is_sampled(db: Database, branch: Site) -> None:
    week(db, branch, 2025, 6, 440)
    week(db, branch, 2025, 40, 460)
    report = compute_annual(db, "branch", 2025, TODAY)
    assert report.sample and report.complete and report.besok01
    assert report.low and report.high and report.low < report.besok01 < report.high
    assert report.high - report.low > 0.3 * report.besok01  # two weeks are two weeks
    assert any(remark.startswith("sampled: estimated from 2 of 53 weeks") for remark in report.remarks)
    assert any("summer" in remark and "presumed" in remark for remark in report.remarks)
    text = annual.as_text(report)
    assert "estimated from 2 of 53 weeks" in text and "freedom: " in text


def test_it_counts_in_a_target_and_its_error_in_the_visits(db: Database, branch: Site) -> None:
    for year, people in ((2024, 400), (2025, 500)):
        for number in (6, 19, 28, 44):
            week(db, branch, year, number, people)
    way = get_progress(db, "branch", date(2026, 1, 1))
    assert way.baseline_visits and way.last_365 == pytest.approx(way.baseline_visits)
    assert way.growth == pytest.approx(0.25, abs=0.03)
    assert way.sampled_365 == pytest.approx(337 / 365) and len(way.sampled) == 2
    assert way.growth_sampling and 0.15 < way.growth_sampling < 0.4  # four weeks a year
    assert way.growth_error and way.growth_error > way.growth_sampling
    times = drawn(db, [branch], date(2025, 12, 31), np.random.default_rng(1))
    assert len(times) > 500 and 0.03 < float(np.std(list(times.values()))) < 0.4
    (point,) = get_visits(db, branch, date(2025, 1, 1), date(2025, 12, 31), "year", today=TODAY)
    (sample,) = [s for s in way.sampled if s.year == 2025]
    assert point.gross == pytest.approx(sample.visits) and point.source == BY_HAND
    counted = 28 / 365
    report = compute_annual(db, "branch", 2025, TODAY)
    shares = (
        way.coverage_365, point.coverage, report.days_whole / report.days,
        close_period(db, "branch", *period_of("2025"), author="Kim", now=NOW).coverage,
    )  # fmt: skip
    assert shares == pytest.approx((counted,) * 4), "one rule in page, API, report and closed period"
    assert (way.baseline_coverage, way.baseline_sampled) == pytest.approx((counted, 1 - counted))
    assert "Only" not in target_text.verdict(way), "sample weeks leave no season out"
    assert point.imputed > 0.9 * (sample.visits - sample.seen)
    assert point.se and point.se > sample.se  # of few degrees of freedom, and of counting


def test_a_year_that_was_counted_whole_needs_no_sample(db: Database, branch: Site) -> None:
    mondays = [date.fromisocalendar(2024, number, 1) for number in range(1, 53)]
    weeks = tuple(PeriodCount(first=monday, last=monday + 6 * DAY, visits=500) for monday in mondays)
    file = CountFile(unit="week", counts=weeks)
    period_counts.put(db, "branch", NewImport(source=BY_HAND, file=file, author="Kim", method="manual"), NOW)
    sample = next(s for s in get_sampled_years(db, branch, TODAY) if s.year == 2024)
    assert sample.counted == 52 and sample.upper - sample.lower < 0.01 * sample.visits


def test_imported_school_holidays_tell_the_kinds_of_weeks(db: Database, branch: Site) -> None:
    """Without them summer is ISO weeks 25 to 32; of a week with three days off the whole week is off."""
    for number in (6, 19):
        week(db, branch, 2025, number, 450)

    def weeks() -> dict[str, int]:
        (year,) = get_sampled_years(db, branch, TODAY)
        return {kind.kind: kind.weeks for kind in year.kinds}

    before = weeks()
    assert before["summer"] == 8
    out = [
        (date(2025, 6, 12), date(2025, 8, 18)),
        (date(2025, 2, 17), date(2025, 2, 21)),
        (date(2025, 10, 30), date(2025, 10, 31)),
    ]
    calendars.import_school_holidays(
        db, "branch", "terms", [SchoolHoliday(calendar="terms", first=a, last=b, name="Lov") for a, b in out]
    )
    assert weeks()["summer"] == 9
    assert weeks()["holidays"] == before.get("holidays", 0) + 1


def test_a_target_counts_a_library_with_sensors_and_a_branch_with_sample_weeks(db: Database) -> None:
    library = HOUSE.replace("[[sites.spaces]]", f'{TARGET}also = ["branch"]\n[[sites.spaces]]', 1)
    plain = BRANCH.replace(TARGET, "")
    site_file = sitefile.parse(library + plain)
    sites.apply(db, site_file)
    first = date(2024, 12, 1)
    write(db, {("lib", "front"): days_of(first, (TODAY - first).days, 100)})
    branch = next(s for s in site_file.sites if s.id == "branch")
    for number in (6, 19, 28, 44):
        week(db, branch, 2025, number, 500)
    for number in (3, 7):
        week(db, branch, 2026, number, 500)
    way = get_progress(db, "lib", TODAY)
    sampled = {year.year: year.visits for year in way.sampled}
    assert way.baseline_visits == pytest.approx(365 * 100 + sampled[2025])
    assert way.baseline_coverage == pytest.approx(28 / 365) and way.baseline_sampled > 0.9
    assert way.sampled_365 > 0.8
    assert {year.site for year in way.sampled} == {"branch"}
