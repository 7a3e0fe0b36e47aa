"""What callers write for a time, and what it means."""

from datetime import UTC, date, datetime, timedelta

import pytest

from api.ranges import MAX_ROWS, BadRange, check_rows, days, instants
from tests.small_sites import house, week

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
SITE = house(week("always"))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        ("2026-11-24", "2026-11-24", utc(2026, 11, 24, 3), utc(2026, 11, 25, 3)),
        (
            "2026-10-24",
            "2026-10-24",
            utc(2026, 10, 24, 2),
            utc(2026, 10, 25, 3),
        ),  # summer time ends: 25 hours
        (None, None, utc(2026, 11, 25, 3), utc(2026, 11, 26, 3)),
        ("2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z", utc(2026, 11, 24, 8), utc(2026, 11, 24, 9)),
        ("2026-11-24T08:00:00", "2026-11-24T09:30", utc(2026, 11, 24, 7), utc(2026, 11, 24, 8, 30)),
        ("2026-11-24T08:00:00+01:00", "2026-11-24", utc(2026, 11, 24, 7), utc(2026, 11, 25, 3)),
        (
            "2026-11-24T08:00:00 01:00",
            "2026-11-24",
            utc(2026, 11, 24, 7),
            utc(2026, 11, 25, 3),
        ),  # a bare + in a URL
    ],
)
def test_dates_are_business_days_and_times_are_instants(
    first: str | None, last: str | None, start: datetime, end: datetime
) -> None:
    assert instants(first, last, SITE, NOW) == (start, end)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("yesterday", None, "write a date like"),
        ("2026-02-30", None, "write a date like"),
        ("0001-01-01", None, "must lie between"),
        ("9999-12-31T23:59:59Z", None, "must lie between"),
        ("2026-11-25", "2026-11-24", "must be before"),
        ("2026-11-25T08:00:00Z", "2026-11-25T08:00:00Z", "must be before"),
        ("\x00", None, "write a date like"),
        ("٢٠٢٦-١١-٢٥", None, "write a date like"),
        ("9" * 5000, None, "write a date like"),
        ("2026-11-25T08:00:00+99:00", None, "write a date like"),
    ],
)
def test_a_range_that_cannot_be_used_says_what_to_write(first: str, last: str | None, said: str) -> None:
    with pytest.raises(BadRange, match=said) as caught:
        instants(first, last, SITE, NOW)
    assert len(str(caught.value)) < 200


def test_days_are_both_included_and_default_to_the_latest() -> None:
    assert days("2026-11-01", "2026-11-30", SITE, NOW, timedelta(days=6)) == (
        date(2026, 11, 1),
        date(2026, 11, 30),
    )
    assert days(None, None, SITE, NOW, timedelta(days=6)) == (date(2026, 11, 19), date(2026, 11, 25))
    assert days(None, None, SITE, utc(2026, 11, 25, 2), timedelta(0))[1] == date(
        2026, 11, 24
    )  # before four at night
    with pytest.raises(BadRange, match="without a time"):
        days("2026-11-01T08:00:00Z", None, SITE, NOW, timedelta(days=6))
    with pytest.raises(BadRange, match="must not be after"):
        days("2026-11-30", "2026-11-01", SITE, NOW, timedelta(days=6))


def test_too_many_rows_are_refused_with_a_way_out() -> None:
    start = utc(2026, 1, 1)
    check_rows(start, start + timedelta(days=365), "hour", 15)
    check_rows(start, start + timedelta(days=36500), "month", 15)
    with pytest.raises(BadRange, match=f"at most {MAX_ROWS}: ask for a shorter time or a longer step"):
        check_rows(start, start + timedelta(days=365), "15min", 15)
