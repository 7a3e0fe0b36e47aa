"""Unusual times that last for days: told where the house was open, and with both of their ends."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from besok.model.views.calendar import UnusualTime
from besok.text import formats
from jobs.unusual_days import _speaks_of_people
from tests.small_sites import house, week

HERE = ZoneInfo("Europe/Stockholm")
HOUSE = house(week("10:00-18:00", sunday="closed", country="SE"))


def quiet(start: datetime, days: int) -> UnusualTime:
    return UnusualTime(
        start=start, end=start + timedelta(days=days), people=20.0, expected=300.0, score=5.0, programme=()
    )


@pytest.mark.parametrize(
    ("day", "days", "told"),
    [(11, 1, True), (8, 1, False), (7, 3, True)],  # a Wednesday; a Sunday, closed; a weekend from Saturday on
)
def test_a_quiet_day_is_told_where_it_was_open(day: int, days: int, told: bool) -> None:
    assert _speaks_of_people(quiet(datetime(2026, 11, day, 3, tzinfo=HERE), days), HOUSE) is told


@pytest.mark.usefixtures("english")
def test_both_ends_of_what_lasts_for_days_are_told() -> None:
    start = datetime(2026, 11, 11, 3, tzinfo=HERE)
    whole = formats.span(start, start + timedelta(days=3), "Europe/Stockholm")
    hours = formats.span(start, start + timedelta(hours=2), "Europe/Stockholm")
    assert whole == "11 Nov 03:00 – 14 Nov 03:00" and hours == "11 Nov 03:00–05:00"
