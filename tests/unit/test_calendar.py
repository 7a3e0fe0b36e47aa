"""Business days, opening hours, Swedish holidays and summer time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from besok.model import calendar
from besok.model.site import DayHours, OpeningException, OpeningHours, Site, Space, Text, WeekHours

NAME = Text(sv="Huset", en="The house")
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def site(weekdays: str = "08:00-20:00", weekend: str = "11:00-16:00", **changes: object) -> Site:
    hours = dict.fromkeys(WEEK[:5], weekdays) | dict.fromkeys(WEEK[5:], weekend)
    zone = str(changes.pop("timezone", "Europe/Stockholm"))
    day_start = changes.pop("day_start", time(4))
    exceptions = changes.pop("exceptions", ())
    opening = OpeningHours(tables=(WeekHours(**hours, **changes),), exceptions=exceptions)  # type: ignore[arg-type]
    spaces = (Space(id="huset", name=NAME),)
    return Site(id="huset", kind="library", name=NAME, timezone=zone, opening=opening, spaces=spaces, portals=(),
                day_start=day_start)  # type: ignore[arg-type]  # fmt: skip


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("08:00-20:00", ((480, 1200),)),
        ("21:00-22:00, 8:00 – 20:00", ((480, 1200), (1260, 1320))),
        ("22:00-27:00", ((1320, 1620),)),
        ("always", ((240, 1680),)),
        ("00:00-24:00", ((240, 1680),)),
        ("0:00 – 24:00", ((240, 1680),)),
        ("Closed", ()),
    ],
)
def test_hours_are_read(text: str, minutes: calendar.Minutes) -> None:
    assert calendar.parse_hours(text) == (minutes, ())


def test_a_whole_day_without_staff_is_a_whole_business_day() -> None:
    assert calendar.parse_hours("0:00-24:00 staffless") == ((), ((240, 1680),))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("8-20", "not opening hours"),
        ("", "not opening hours"),
        ("08:00-20:60", "not opening hours"),
        ("20:00-08:00", "ends before it begins"),
        ("03:00-10:00", "leaves the business day"),
        ("22:00-28:30", "leaves the business day"),
        ("08:00-12:00, 11:00-14:00", "overlap"),
    ],
)
def test_hours_that_cannot_be_are_explained(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        calendar.parse_hours(text)


def test_a_business_day_begins_at_four() -> None:
    library = site()
    assert calendar.business_day(utc(2026, 1, 15, 2, 59), library) == date(2026, 1, 14)
    assert calendar.business_day(utc(2026, 1, 15, 3, 0), library) == date(2026, 1, 15)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25), (date(2026, 10, 25), 24)]
)
def test_the_day_of_a_clock_change_is_the_business_day_whose_night_it_is(day: date, hours: int) -> None:
    start, end = calendar.day_bounds(day, site())
    assert end - start == timedelta(hours=hours)


@given(
    t=st.integers(0, 4 * 366 * 24 * 60).map(lambda minutes: utc(2023, 1, 1) + timedelta(minutes=minutes)),
    zone=st.sampled_from(["Europe/Stockholm", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe"]),
    day_start=st.sampled_from([time(0), time(2, 30), time(4)]),
)
def test_every_moment_lies_within_its_business_day(t: datetime, zone: str, day_start: time) -> None:
    place = site(timezone=zone, day_start=day_start)
    start, end = calendar.day_bounds(calendar.business_day(t, place), place)
    assert start <= t < end


def test_opening_hours_are_wall_clock_hours() -> None:
    assert calendar.open_intervals(date(2026, 1, 15), site()) == (
        (utc(2026, 1, 15, 7), utc(2026, 1, 15, 19)),
    )
    assert calendar.open_intervals(date(2026, 7, 15), site()) == (
        (utc(2026, 7, 15, 6), utc(2026, 7, 15, 18)),
    )


def test_hours_over_the_clock_change_are_shorter_or_longer() -> None:
    night = site(weekend="22:00-27:30")
    ((start, until),) = calendar.open_intervals(date(2026, 3, 28), night)
    assert until - start == timedelta(hours=4.5)
    ((start, until),) = calendar.open_intervals(date(2026, 10, 24), night)
    assert until - start == timedelta(hours=6.5)


def test_sweden_closes_on_its_eves_but_not_on_every_sunday() -> None:
    closed = set(calendar.public_holidays("SE", 2026))
    assert {date(2026, 4, 4), date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31)} <= closed
    assert {date(2026, 1, 6), date(2026, 6, 6), date(2026, 6, 20), date(2026, 10, 31)} <= closed
    assert date(2026, 1, 11) not in closed
    assert date(2026, 4, 30) not in closed
    assert len(closed) == 17


def test_an_exception_beats_a_holiday_beats_the_weekday() -> None:
    exception = OpeningException(first=date(2026, 12, 26), last=date(2026, 12, 27), hours="12:00-15:00")
    library = site(country="SE", exceptions=(exception,))
    assert calendar.open_intervals(date(2026, 12, 25), library) == ()
    assert calendar.open_intervals(date(2026, 12, 26), library) == (
        (utc(2026, 12, 26, 11), utc(2026, 12, 26, 14)),
    )
    assert calendar.hours_text(date(2026, 12, 28), library.opening) == "08:00-20:00"


def test_the_exception_that_holds_is_the_last_that_says_something() -> None:
    both = (date(2026, 12, 26), date(2026, 12, 27))
    usual = OpeningException(first=both[0], last=both[1], hours="12:00-15:00")
    silent = OpeningException(first=both[0], last=both[1], hours=DayHours(saturday="10:00-11:00"))
    opening = site(exceptions=(usual, silent)).opening
    assert calendar.exception_on(both[0], opening) is silent
    assert calendar.exception_on(both[1], opening) is usual
    assert calendar.exception_on(date(2026, 12, 28), opening) is None


def test_open_now_and_opening_next() -> None:
    library = site(country="SE")
    tuesday_night, wednesday_noon = utc(2026, 12, 22, 22), utc(2026, 12, 23, 12)
    assert not calendar.is_open(tuesday_night, library)
    assert calendar.next_opening(tuesday_night, library) == utc(2026, 12, 23, 7)
    assert calendar.open_until(tuesday_night, library) is None
    assert calendar.open_until(wednesday_noon, library) == utc(2026, 12, 23, 19)
    assert calendar.next_opening(wednesday_noon, library) is None
    assert calendar.next_opening(utc(2026, 12, 23, 19), library) == utc(2026, 12, 27, 10)  # after Christmas


def test_a_park_that_is_always_open_neither_opens_nor_closes() -> None:
    park = site(weekdays="always", weekend="always")
    assert calendar.is_open(utc(2026, 5, 1, 2), park)
    assert calendar.open_until(utc(2026, 5, 1, 2), park) is None
    assert calendar.next_opening(utc(2026, 5, 1, 2), park) is None


def test_a_night_that_goes_on_into_the_next_day_is_one_opening() -> None:
    late = site(weekdays="22:00-28:00", weekend="04:00-09:00, 20:00-22:00")
    friday_night = utc(2026, 5, 1, 21)
    assert calendar.open_until(friday_night, late) == utc(2026, 5, 2, 7)


def test_a_site_that_never_opens_has_no_next_opening() -> None:
    assert calendar.next_opening(utc(2026, 5, 1), site(weekdays="closed", weekend="closed")) is None


def test_days_are_divided_into_portions() -> None:
    first, last = date(2026, 2, 27), date(2026, 3, 3)
    assert [(a.day, b.day) for a, b in calendar.portions(first, last, 2)] == [(27, 28), (1, 2), (3, 3)]
    assert list(calendar.portions(last, first, 2)) == []


def test_days_are_alike_by_their_hours_and_by_whether_they_are_a_public_holiday() -> None:
    always = site("always", "always", country="SE", on_holiday="always")
    epiphany, before, after = (date(2026, 1, 6) + timedelta(weeks=n) for n in (0, 1, 2))
    assert calendar.alike(before, after, always) and not calendar.alike(epiphany, before, always)
    shut = OpeningException(first=before, last=before, hours="closed")
    assert not calendar.alike(before, after, site(exceptions=(shut,)))
