"""Times in every form devices write them, and what is decided where a form could mean two things."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from besok.model.errors import Unreadable
from collectors.adapters.times import instant

ZONE = "Europe/Stockholm"
TIME = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
EPOCH = 1795594500


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-25T08:15:00Z",
        "2026-11-25T08:15:00z",
        "2026-11-25 08:15:00+00:00",
        "2026-11-25T09:15:00.000+0100",
        "2026-11-25T09:15+01",
        "2026-11-25T08:15:00.000000000Z",
        "2026-11-25T09:15:30+01:00:30",
        "20261125T081500Z",
        "20261125T091500+0100",
        "2026/11/25 09:15:00",
        "2026-11-25T09:15",
        "2026-11-25T09:15:00 CET",
        "2026-11-25T10:15:00 CEST",
        "2026-11-25T09:15:00 Europe/Stockholm",
        "2026-11-25T09:15:00+01:00[Europe/Stockholm]",
        "2026-11-25T09:15:00[Europe/Stockholm]",
        "2026-11-25T08:15:00Z[UTC]",
        "2026-11-25T10:15:00 UTC+02:00",
        "2026-11-25T07:15:00\N{MINUS SIGN}01:00",
        "/Date(1795594500000)/",
        "2026-11-25T09:00:00/2026-11-25T09:15:00",
        "20261125091500",
        20261125091500,
        202611250915,
        "20261125091500000",
        EPOCH,
        float(EPOCH),
        str(EPOCH),
        f"{EPOCH}.0",
        EPOCH * 10**3,
        EPOCH * 10**6,
        EPOCH * 10**9,
        f"{EPOCH}000",
    ],
)
def test_forms_of_one_instant(written: object) -> None:
    found = instant(written, ZONE)
    assert found == TIME
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-11-25T08:15:00,5Z", TIME + timedelta(milliseconds=500)),
        ("2026-11-25T08:15:00.123456789Z", TIME + timedelta(microseconds=123456)),
        ("20261125T081500.25Z", TIME + timedelta(milliseconds=250)),
        (EPOCH * 10**9 + 123456789, TIME + timedelta(microseconds=123456)),
        (f"{EPOCH},5", TIME + timedelta(milliseconds=500)),
        ("20261125091500123", TIME + timedelta(milliseconds=123)),
        ("2026-11-25T24:00:00Z", datetime(2026, 11, 26, tzinfo=UTC)),
    ],
)
def test_finer_and_odder(written: object, time: datetime) -> None:
    assert instant(written, ZONE) == time


@pytest.mark.parametrize(
    "written",
    [None, "", "  ", 0, 10, -1, 65535, 20261125, 0xFFFFFFFF, 0x7FFFFFFF, "1970-01-01T00:00:07Z",
     "2000-01-01T00:12:00", "0001-01-01T00:00:00Z", "0000-00-00 00:00:00", "86400"],
)  # fmt: skip
def test_no_clock_is_no_time(written: object) -> None:
    assert instant(written, ZONE) is None


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-02-30T00:00:00Z", "no such time"),
        ("2026-13-01T00:00:00Z", "no such time"),
        ("2026-11-25T25:00:00Z", "no such time"),
        ("2026-11-25T08:15:60Z", "no such time"),
        ("20260230000000", "no such time"),
        ("25.11.2026 09:15", "not a time such as"),
        ("03/04/2026 10:00", "not a time such as"),
        ("Wed, 25 Nov 2026 08:15:00 GMT", "not a time such as"),
        ("2026-11-25", "a day, without a time of day"),
        ("20261125", "a day, without a time of day"),
        ("2026-11-25T08:15:00 XYZ", "not known here"),
        ("2026-11-25T08:15:00+25:00", "not known here"),
        ("yesterday", "not a time such as"),
        ("9" * 200, "not a time such as"),
        ("1" * 99, "no clock shows"),
        (True, "must be text such as"),
        ({"s": 1}, "must be text such as"),
        (float("nan"), "no clock shows"),
        (1e300, "no clock shows"),
    ],
)
def test_refused(written: object, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        instant(written, ZONE)


def test_a_time_without_a_zone_is_never_guessed() -> None:
    with pytest.raises(Unreadable, match=r"lastSeen is .* without a time zone"):
        instant("2026-11-25T08:15:00", name="lastSeen")


def test_the_hour_that_a_clock_shows_twice() -> None:
    summer, winter = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert instant("2026-10-25T02:30:00", ZONE) == summer
    for receipt in (summer, winter):
        assert instant("2026-10-25T02:30:00", ZONE, near=receipt + timedelta(seconds=3)) == receipt
    assert instant("2026-10-25T02:30:00+01:00", ZONE, near=summer) == winter


def test_the_hour_that_a_clock_skips() -> None:
    assert instant("2026-03-29T02:30:00", ZONE) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@settings(max_examples=40)
@given(
    st.one_of(st.integers(), st.floats(), st.text(), st.from_regex(r"[0-9TZ:./ +-]{8,30}", fullmatch=True))
)
@example("2026-11-25T08:15:00" + " " * 80)
@example(10**400)
@example("9999-12-31T23:59:59-01:00")
def test_whatever_comes_is_a_time_none_or_unreadable(written: object) -> None:
    try:
        found = instant(written, ZONE, near=TIME)
    except Unreadable:
        return
    assert found is None or found.tzinfo is UTC
