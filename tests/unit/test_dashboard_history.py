"""What *Spaces* says of a period: the highest figure at the same time, and as sure, wherever it stands."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from besok.model.calendar import open_intervals
from besok.model.site import Text
from besok.model.sitefile import parse
from besok.model.views.live import SpaceInfo
from besok.model.views.series import OccupancyPoint
from besok.services.series import SpaceDays
from dashboard.components import history
from dashboard.figures.occupancy import local
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


def series(points: Sequence[OccupancyPoint], name: str = "Room") -> history.Series:
    day = date(2026, 11, 21)
    days = SpaceDays(site=SITE, space="room", first=day, last=day)
    return history.Series(days=days, space=SPACE, name=name, points=points)


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
    said = history.finding(series([point()]), None, period, None, START)
    assert said == f"Peak: 53 (51–55) people, {when}, 66\u00a0% of capacity."
    assert history.axis(period) == axis
    (row,) = history._rows([history._line(0, series([point()]), 1, period, None)], period, SITE)
    assert row == [when if days == 1 else (when, "2026-11-21"), "45 (42–48)", "53 (51–55)", ""]


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


@pytest.mark.parametrize(
    ("first", "last", "at", "said"),
    [
        (22, 22, 12, "Closed in this period"),  # a Sunday
        (21, 22, 12, "Nothing was measured here in this period"),
        (22, 23, 23, "Not open yet"),  # on Monday before it opens
        (22, 23, 36, "Nothing was measured here in this period"),
    ],
)
def test_hours_that_are_closed_or_to_come_are_not_called_unmeasured(
    first: int, last: int, at: int, said: str
) -> None:
    period = Range(name="custom", first=date(2026, 11, first), last=date(2026, 11, last))
    now = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(hours=at)
    nobody = replace(point(), start=START + timedelta(days=1), people=None, peak=None)
    assert history.finding(series([nobody]), None, period, None, now) == f"{said}."
    assert said in str(history.nothing_measured(SITE, period, now))


def test_days_are_compared_with_days() -> None:
    last = date(2026, 11, 21)
    period = Range(name="custom", first=last - timedelta(days=89), last=last)
    now = [point(START + timedelta(days=n)) for n in range(5)]
    here = ZoneInfo(SITE.timezone)  # by the clocks on the wall: they are changed in between
    earlier = period.earlier(91)
    before = [replace(one, start=one.start.astimezone(here) - timedelta(days=91), people=89.6) for one in now]
    said = history.finding(series(now), series(before), period, earlier, START)
    assert " −50\u00a0% against 25 May\u2009–\u200922 Aug 2026, day by day." in said


def test_several_places_are_lines_of_their_own_with_one_table() -> None:
    day = date(2026, 11, 21)
    period = Range(name="custom", first=day, last=day)
    one, other = series([point()]), series([replace(point(), people=3.0, lower=2.0, upper=4.0)], "Café")
    before = period.earlier(7)
    past = [
        replace(s, points=[replace(p, start=p.start - timedelta(days=7)) for p in s.points])
        for s in (one, other)
    ]
    lines = [history._line(n, s, 2, period, before) for n, s in enumerate([one, other, *past])]
    assert [line.name for line in lines] == ["Room", "Café", "Room, 14 Nov 2026", "Café, 14 Nov 2026"]
    assert lines[0].colour == lines[2].colour != lines[1].colour
    assert history._rows(lines, period, SITE) == [
        ["21 Nov 15:00", "45 (42–48)", "3 (2–4)", "45 (42–48)", "3 (2–4)", "53 (51–55)", ""]
    ]
    assert history._address([one, other], period, before) == (
        "/api/v1/sites/lib/occupancy/compared?space=room&with=room&from=2026-11-21&to=2026-11-21"
        "&against=2026-11-14&step=15min&format=csv"
    )


def test_open_hours_without_figures_are_marked_and_closed_ones_are_not() -> None:
    day = date(2026, 11, 21)
    period = Range(name="custom", first=day, last=day)
    (begins, _ends), *_ = open_intervals(day, SITE)
    quarter = timedelta(minutes=15)
    unknown = replace(point(), people=None, lower=None, upper=None, peak=None)
    points = [replace(unknown, start=begins + n * quarter) for n in (-1, 0, 1)] + [
        point(begins + 2 * quarter)
    ]
    now = begins + timedelta(hours=1)
    wall = local(begins, SITE.timezone)
    assert history.unmeasured(points, SITE, period, now) == [(wall, wall + 2 * quarter)]
    assert history.finding(series(points), None, period, None, now).endswith(
        " 33\u00a0% of the time was measured."
    )
    assert history.unmeasured(points, SITE, period, begins) == []  # what is still to come is not a gap
