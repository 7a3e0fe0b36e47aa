"""What *Progress* says where there is no target, no baseline, no forecast yet, or where the target's time is over."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from besok.model import sitefile
from besok.model.hand_counts import BY_HAND
from besok.model.outlook import Expected, ExpectedTotal
from besok.model.sitefile.edit import Edit, edited, mark, parts
from besok.model.views.forecast import Awaited, Record
from besok.model.views.progress import SoFar
from besok.model.views.series import VisitPoint
from besok.text import council_text, target_text
from besok.text.languages import LANG, speaking
from dashboard.components import (
    forecast_accuracy,
    forecast_charts,
    monthly_visits,
    no_target,
    target_summary,
    yearly_visits,
)
from dashboard.pages.progress import this_year
from tests.store.by_day import SITE
from tests.unit.on_the_way import DAY, OUTLOOK, WAY, scored, texts

TODAY = date(2026, 11, 25)
pytestmark = pytest.mark.usefixtures("english")


def points(first: date, last: date, value: float | None = 100.0) -> list[VisitPoint]:
    days = (first + n * DAY for n in range((last - first).days + 1))
    return [VisitPoint(day=day, gross=value, net=value, coverage=1.0, imputed=0.0) for day in days]


def expected(first: date, last: date, mean: float) -> ExpectedTotal:
    return ExpectedTotal(
        first=first, last=last, mean=mean, low80=mean - 10, high80=mean + 10, low95=0, high95=0
    )


def test_the_calendar_years_are_counted_then_half_counted_then_expected() -> None:
    totals = (
        expected(date(2026, 11, 25), date(2026, 12, 22), 2_800),  # four weeks are not year
        expected(date(2026, 11, 25), date(2027, 11, 24), 36_500),
        expected(date(2026, 11, 25), date(2026, 12, 31), 3_700),
        expected(date(2027, 1, 1), date(2027, 12, 31), 40_000),
        expected(date(2028, 1, 1), date(2028, 12, 31), 44_000),
    )
    seen = points(date(2024, 1, 1), TODAY)
    for point, hole in enumerate(seen):
        if hole.day.year == 2024 and hole.day.month == 7:
            seen[point] = replace(
                hole, gross=None
            )  # a month that nobody observed counts as the mean of the others
    found = yearly_visits.of(seen, "gross", replace(OUTLOOK, totals=totals))
    assert [(y.year, round(y.visits), y.low) for y in found] == [
        (2024, 36_600, None), (2025, 36_500, None), (2026, 32_800 + 3_700, 36_490), (2027, 40_000, 39_990),
        (2028, 44_000, 43_990),
    ]  # fmt: skip
    told = texts(yearly_visits.section("lib", found, 2026, 36_500))
    for part in (
        "counted, 92\u00a0% of its days",
        "counted so far, and forecast",
        "1.21 ×",
        "44,000 – 44,000",
    ):
        assert part in told
    assert yearly_visits.of(points(date(2025, 3, 1), TODAY), "gross", replace(OUTLOOK, totals=())) == []
    assert yearly_visits.section("lib", [], 2026, None) == []


def test_what_staff_counted_is_no_measured_year_and_is_said_in_the_language_of_the_reader() -> None:
    seen = [replace(p, source=BY_HAND) for p in points(date(2025, 1, 1), date(2025, 12, 31))]
    quiet = replace(OUTLOOK, totals=())
    for sampled, said in (((), "räknat: ”räknat för hand”"), ({2025}, "delvis skattat från provveckor")):
        with speaking("sv"):
            years = yearly_visits.of(seen, "gross", quiet, sampled)
            assert said in texts(yearly_visits.section("lib", years, 2026, None))
    way = replace(WAY, coverage_365=0.08, sampled_365=0.92, source_365=BY_HAND, baseline_source="gate")
    known = SoFar(
        today=TODAY, until=TODAY - DAY, measure="gross", first=date(2025, 1, 1), days=365, visits=36_500,
        last_365=36_500, coverage_365=0.08, sampled_365=0.92, growth=None,
    )  # fmt: skip
    with speaking("sv"):
        for told in (texts(target_summary.terms("lib", known, way)), council_text.sources(way, None)):
            assert "8\u00a0%" in told and "gate + räknat för hand" in told and "sensorer" not in told


def test_a_target_whose_time_is_over_was_reached_or_not() -> None:
    over = replace(WAY, deadline=date(2026, 6, 30), needed_growth=None, deadline_365=70_000)
    told = texts(target_summary.panel(over, "Library"))
    assert (
        "Not reached" in told
        and "70,000 visits in the 365 days up to it" in told
        and "the path (" not in told
    )
    assert "Not reached" not in texts(target_summary.panel(replace(over, deadline_365=73_000), "Library"))
    assert "too few days were counted to say" in texts(
        target_summary.panel(replace(over, deadline_365=None), "Library")
    )
    there = texts(target_summary.panel(replace(WAY, last_365=80_000, needed_growth=-0.02), "Library"))
    assert "Reached" in there and "as long as it lasts until 31 Dec 2030" in there


def test_a_year_of_few_counted_days_says_so() -> None:
    assert "Only 12\u00a0% of the last 365 days were counted" in target_text.verdict(
        replace(WAY, coverage_365=0.12)
    )


def test_months_that_were_not_observed_whole_are_compared_with_nothing() -> None:
    mine, theirs = [10.0] * 10 + [5.0, None], [None] * 9 + [8.0, None, None]
    told = monthly_visits.finding(mine, theirs, 11, "baseline 2024", left_out=["September"])
    assert told == (
        "1 of 1 finished months had more visits than in baseline 2024. "
        "Left out, since not measured completely then: September."
    )
    assert monthly_visits.finding(mine, [None] * 12, 11, "2025").startswith(
        "No finished month was fully measured both this year and in 2025"
    )
    finished = [*mine[:8], None, None, None, None]
    rows = monthly_visits.rows(mine, [8.0] * 12, [8.0] * 7 + [None] + [8.0] * 4, finished, {})
    assert [row[3] for row in rows] == ["+25\u00a0%"] * 7 + [""] * 5, "only finished, whole months of both"


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            Awaited(days=9, coming_in=False, at_work=True),
            "It needs 21 days of counted visits, and there are 9.",
        ),
        (Awaited(days=500, coming_in=True, at_work=True), "Older visits are being loaded, 500 days so far."),
        (Awaited(days=500, coming_in=False, at_work=True), "It is made from 500 days of visits"),
        (Awaited(days=500, coming_in=False, at_work=False), "The service that makes it is not running"),
    ],
)
def test_a_forecast_that_is_not_there_yet_says_why(why: Awaited, said: str) -> None:
    assert said in texts(forecast_charts.awaited(why))


def test_without_a_target_the_page_tells_what_came_what_comes_and_how_to_set_one() -> None:
    known = SoFar(
        today=TODAY, until=TODAY - timedelta(days=1), measure="gross",
        first=date(2024, 2, 1), days=1_000, visits=99_000, last_365=36_000,
        coverage_365=0.99, growth=0.08,
    )  # fmt: skip
    coming = replace(OUTLOOK, odds=None, totals=(expected(TODAY, TODAY + 364 * DAY, 41_234),))
    told = texts(target_summary.without_target(known, "Library", coming))
    for part in ("99,000", "visits on 1,000 days since 1 Feb 2024", "36,000", "41,200", "+8.0\u00a0%"):
        assert part in told
    new = texts(
        target_summary.without_target(
            replace(known, days=1, visits=7, coverage_365=0.003, growth=None), "Library", None
        )
    )
    assert "visits on 1 day, 1 Feb 2024" in new and "last 365" not in new
    assert "No target yet" in texts(no_target.advice("lib", None, TODAY))
    none = replace(WAY, baseline_visits=None, baseline_coverage=0.0)
    assert "Import past counts" in texts(no_target.advice("lib", none, TODAY))


@pytest.mark.parametrize("first", [None, date(2023, 5, 1), date(2026, 11, 20)])
def test_a_proposed_target_passes_the_checks_of_a_site_file(first: date | None) -> None:
    values = no_target.proposed(TODAY, first)
    known = sitefile.parse(SITE)
    (raw,) = parts(known, known.sites[0].id)["target"]
    wanted = Edit(site=known.sites[0].id, part="target", mark=mark("target", raw), values=values)
    site = edited(known, wanted).sites[0]
    assert site.target and site.target.factor == 2
    assert (site.target.baseline_last - site.target.baseline_first) == timedelta(days=364)
    assert site.target.baseline_first == (date(2025, 1, 1) if first == date(2023, 5, 1) else first or TODAY)


def test_a_record_of_short_forecasts_alone_is_a_record() -> None:
    week = replace(scored(300), last=scored(300).first + 6 * DAY)
    told = texts(
        forecast_accuracy.section(
            "lib",
            [week],
            [
                Record(
                    days=7,
                    model="test",
                    afterwards=True,
                    made=1,
                    held=1,
                    right_low=1,
                    right_high=1,
                    error=0.1,
                    bias=0.1,
                )
            ],
        )
    )
    assert "for the 7 days after the forecast was made" in told and "No forecast is old enough" not in told


def test_days_that_nobody_counted_are_not_told_as_fewer_visits() -> None:
    days = [date(2026, 1, 1) + n * DAY for n in range(100)]
    now = [(day, 10.0 * n) for n, day in enumerate(days)]
    before, goal = {days[-1]: 1_100.0}, {days[-1]: 990.0}
    said = this_year._sentence(now, before, goal, 2)
    assert (
        said
        == "Until 10 Apr 2026: 990 visits, −10\u00a0% against 2025, ±0\u00a0% against the target trajectory."
    )
    assert this_year._sentence(now, before, goal, 31).endswith(
        "990 visits. 31 days were not counted completely and are missing from it, so it is not compared."
    )
    assert this_year._sentence(now[50:], {}, {}, 0).startswith("From 20 Feb 2026 until 10 Apr 2026: ")


def test_a_baseline_under_way_is_no_path_yet() -> None:
    young = replace(
        WAY, baseline_first=date(2026, 11, 1), baseline_last=date(2027, 10, 31), baseline_coverage=0.06
    )
    said = texts(no_target.advice("lib", young, TODAY))
    assert "from 1 Nov 2026 to 31 Oct 2027. The target trajectory begins once they are counted." in said
    assert young.target_factor(TODAY) == 1


def test_closed_days_to_come_are_named_but_for_weekdays_that_always_are() -> None:
    first, eves = date(2026, 12, 14), (date(2026, 12, 24), date(2026, 12, 25), date(2027, 1, 1))
    days = []
    for n in range(21):
        day = first + n * DAY
        shut = day in eves or day.weekday() == 6
        most = 0.0 if shut else 120.0
        days.append(Expected(day=day, mean=most, low80=0, high80=most, low95=0, high95=most))
    assert forecast_charts.closed(days) == "Closed: Thu 24 Dec – Fri 25 Dec and Fri 1 Jan."
    assert forecast_charts.closed(days[:7]) == ""
    LANG.set("sv")
    assert forecast_charts.closed(days) == "Stängt: tors 24 dec. – fre 25 dec. och fre 1 jan."


def test_below_three_quarters_of_a_year_there_is_no_headline_but_what_is_known_and_missing() -> None:
    known = SoFar(
        today=TODAY, until=TODAY - DAY, measure="gross", first=date(2026, 11, 1), days=24, visits=2_345,
        last_365=None, coverage_365=24 / 365, growth=None,
    )  # fmt: skip
    told = texts(target_summary.too_few_days(known, "Library", []))
    for part in (
        "2,345",
        "visits on 24 days since 1 Nov 2026",
        "7\u00a0% of the last 365 days",
        "341 are missing",
    ):
        assert part in told
    assert "×" not in told and "ahead" not in told
    for measure, said in (("gross", "Gross visits: entries, nothing"), ("net", "Net visits: entries less")):
        assert said in texts(target_summary.without_target(replace(known, measure=measure), "Library", None))
        assert said in texts(target_summary.panel(replace(WAY, measure=measure), "Library"))
    half = replace(WAY, baseline_coverage=0.5, baseline_visits=None)
    assert "50\u00a0% were counted completely" in texts(no_target.advice("lib", half, TODAY))
    said = texts(no_target.uncounted("Library", ["Annex"], "Library"))
    assert "The target counts Annex too" in said and "by hand" in said
