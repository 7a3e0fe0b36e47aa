"""Unusual times that last for days: told where the house was open, and with both of their ends."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from besok.model.views.calendar import UnusualTime
from besok.store.effects import EnteredHour
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
    assert _speaks_of_people(quiet(datetime(2026, 11, day, 3, tzinfo=HERE), days), HOUSE, []) is told


@pytest.mark.parametrize(
    ("people", "round_of", "told"),
    [(4, 0, False), (4, 4, False), (30, 0, True), (30, 4, True), (30, 20, False)],
)
def test_people_in_closed_hours_are_told_where_clearly_more_than_usual(
    people: int, round_of: int, told: bool
) -> None:
    """Of a house where cleaners pass its doors so many times each Sunday, and nobody else while it is closed."""
    sundays = [datetime(2026, 11, 1, 9, tzinfo=HERE) + timedelta(days=7 * n) for n in range(4)]
    hours = [EnteredHour(start=t + timedelta(hours=n), people=n == 0 and round_of, heard=1.0)
             for t in sundays for n in range(5)]  # fmt: skip
    one = UnusualTime(
        start=sundays[2],
        end=sundays[2] + timedelta(hours=1),
        people=people,
        expected=0.1,
        score=5.0,
        programme=(),
    )
    assert _speaks_of_people(one, HOUSE, hours) is told


@pytest.mark.parametrize(
    ("start", "hours", "people", "told"),
    [(2, 1, 45, True), (2, 1, 9, False), (1, 4, 39, True), (9, 1, 45, False), (8, 2, 60, True)],
)
def test_closed_hours_are_compared_with_the_same_time_of_day(
    start: int, hours: int, people: int, told: bool
) -> None:
    """Of a house at whose doors 25 people pass before it opens, each day from nine to ten, and nobody at night."""
    days = [datetime(2026, 11, day, tzinfo=HERE) for day in range(2, 28)]
    closed = [EnteredHour(start=day + timedelta(hours=hour), people=25 * (hour == 9), heard=1.0)
              for day in days for hour in range(10)]  # fmt: skip
    begins = datetime(2026, 11, 12, start, tzinfo=HERE)
    one = UnusualTime(
        start=begins,
        end=begins + timedelta(hours=hours),
        people=people,
        expected=0.1,
        score=5.0,
        programme=(),
    )
    assert _speaks_of_people(one, HOUSE, closed) is told


@pytest.mark.usefixtures("english")
def test_both_ends_of_what_lasts_for_days_are_told() -> None:
    start = datetime(2026, 11, 11, 3, tzinfo=HERE)
    whole = formats.span(start, start + timedelta(days=3), "Europe/Stockholm")
    hours = formats.span(start, start + timedelta(hours=2), "Europe/Stockholm")
    assert whole == "11 Nov 03:00 – 14 Nov 03:00" and hours == "11 Nov 03:00–05:00"
