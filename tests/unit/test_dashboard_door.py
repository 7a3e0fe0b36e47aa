"""What the page of a door says of a period: sums of what was seen, what was not, and no comparison with gaps."""

from datetime import UTC, date, datetime, timedelta

import pytest

from besok.model.views.series import FlowPoint
from dashboard.figures import passages
from dashboard.pages import doors
from dashboard.ranges import Range
from tests.small_sites import house, week

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = Range(name="custom", first=date(2026, 11, 21), last=date(2026, 11, 21))
BEFORE = DAY.earlier(7)
SITE = house(week("08:00-20:00"))
WEEK = timedelta(days=7)
LATER = START + timedelta(hours=3)
pytestmark = pytest.mark.usefixtures("english")


def passed(n: int, people: float | None, coverage: float = 1.0, imputed: float = 0.0) -> FlowPoint:
    return FlowPoint(
        portal="front", start=START + n * timedelta(minutes=15), people_in=people, people_out=people,
        coverage=coverage, imputed=imputed,
    )  # fmt: skip


def test_sums_are_of_what_was_seen_and_compared_where_both_were() -> None:
    now = [passed(n, 30) for n in range(4)]
    before = [passed(n - 7 * 96, 20) for n in range(4)]
    assert doors.finding(now, before, DAY, BEFORE, SITE, LATER) == (
        "120 entries, 120 exits. +50\u00a0% against the same hours of 14 Nov 2026."
    )
    unseen = [passed(n - 7 * 96, None, 0.0) for n in range(4)]
    assert doors.finding(now, unseen, DAY, BEFORE, SITE, LATER) == ("120 entries, 120 exits.")


def test_the_step_under_way_is_not_compared_with_a_whole_one() -> None:
    now, before = ([passed(n + 96 * day, 20) for n in range(5)] for day in (0, -7))
    said = doors.finding([*now[:4], passed(4, 1)], before, DAY, BEFORE, SITE, START + timedelta(minutes=65))
    assert said == "81 entries, 81 exits. \u00b10\u00a0% against the same hours of 14 Nov 2026."


def test_what_was_not_seen_is_said_and_drawn() -> None:
    points = [passed(0, 30), passed(1, None, 0.0), passed(2, 20, imputed=20)]
    said = doors.finding(points, [], DAY, BEFORE, SITE, LATER)
    assert said == "50 entries, 50 exits. 67\u00a0% of the time was measured. 20 of them are imputed."
    running = doors.finding(
        [*points, passed(3, 5, 0.1)], [], DAY, BEFORE, SITE, START + timedelta(minutes=50)
    )
    assert "67\u00a0% of the time" in running  # the step that is running is not held against the sensor
    drawn = passages.figure(points, [], shift=WEEK, zone="UTC", earlier="", axis="people")
    lines = {trace.name: list(trace.y) for trace in drawn.data}
    assert lines == {"exits": [30, None, 20], "entries": [30, None, 20], "with imputed ones": [20]}
