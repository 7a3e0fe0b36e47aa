"""What *Spaces* says of a period: the highest figure at the same time, and as sure, wherever it stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from besok.model.calendar import open_intervals
from besok.model.site import Text
from besok.model.sitefile import parse
from besok.model.views.live import SpaceInfo
from besok.model.views.series import OccupancyPoint
from besok.text import formats
from dashboard.components import history
from dashboard.ranges import Range
from tests.store.by_day import SITE as TEXT

SITE = parse(TEXT).sites[0]
START = datetime(2026, 11, 21, 14, tzinfo=UTC)  # 15:00 at the site
SPACE = SpaceInfo(
    space="room",
    parent="lib",
    name=Text(sv="Rum", en="Room"),
    kind="room",
    storey=0,
    capacity=80,
    seats=None,
    area_m2=None,
)
pytestmark = pytest.mark.usefixtures("english")


def point(start: datetime = START) -> OccupancyPoint:
    return OccupancyPoint(
        space="room", start=start, people=44.8, lower=42.5, upper=47.1, raw=41.0, peak=53.0, peak_lower=51.4,
        peak_upper=54.6, basis="doors", reason=None, final=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "when", "axis"),
    [
        (1, "21 Nov 15:00", "people"),
        (7, "21 Nov 15:00–16:00", "people, mean of the hour"),
        (90, "21 Nov 2026", "people, mean of the day"),
    ],
)
def test_when_the_most_were_there_is_told_as_sharply_as_it_is_known(days: int, when: str, axis: str) -> None:
    last = date(2026, 11, 21)
    period = Range(name="custom", first=last - timedelta(days=days - 1), last=last)
    said = history.finding([point()], [], SITE, SPACE, period)
    assert said == f"Peak: 53 (51–55) people, {when}, 66\u00a0% of capacity."
    assert history.axis(period) == axis
    assert history._row(point(), period, SITE.timezone)[0] == when


def test_closed_hours_without_anybody_are_a_gap() -> None:
    day = date(2026, 11, 21)
    period = Range(name="custom", first=day, last=day)
    (begins, ends), *_ = open_intervals(day, SITE)
    nobody = replace(point(), people=0.1, lower=0.0, upper=0.4)
    at = (begins - timedelta(hours=2), begins, ends - timedelta(minutes=15), ends)
    shown = history._in_open_hours([replace(nobody, start=t) for t in at], SITE, period)
    assert [p.people for p in shown] == [None, 0.1, 0.1, None]
    late = replace(point(), start=ends)  # who is still there is shown
    assert history._in_open_hours([late], SITE, period) == [late]


def test_days_are_compared_with_days() -> None:
    last = date(2026, 11, 21)
    period = Range(name="custom", first=last - timedelta(days=89), last=last)
    now = [point(START + timedelta(days=n)) for n in range(5)]
    here = ZoneInfo(SITE.timezone)  # by the clocks on the wall: they are changed in between
    before = [replace(one, start=one.start.astimezone(here) - period.shift, people=89.6) for one in now]
    assert history.finding(now, before, SITE, SPACE, period).endswith(
        " −50\u00a0% against the same weekdays before."
    )


def test_a_moment_of_today_needs_no_day() -> None:
    zone = SITE.timezone
    assert formats.lately(START, zone, START + timedelta(hours=2)) == "15:00"
    assert formats.lately(START, zone, START + timedelta(days=1)) == "21 Nov 15:00"
