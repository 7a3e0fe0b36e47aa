"""A person's count and a sensor's of the same time: what both saw whole, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from besok.analytics.validation_count import clock_shift, compare
from besok.model.validation import Compared, Segment, Tap, Watch

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def tap(seconds: float, direction: str = "in", people: int = 1, undone: bool = False) -> Tap:
    assert direction in ("in", "out")
    return Tap(time=at(seconds), direction=direction, people=people, undone=undone)  # type: ignore[arg-type]


def report(
    begins: float, ends: float, people_in: float = 0, people_out: float = 0, channel: int = 1
) -> Segment:
    return Segment(
        channel_id=channel, begins=at(begins), ends=at(ends), people_in=people_in, people_out=people_out
    )


def watch(channel: int = 1, interval_s: int = 60, heard: float | None = 3600) -> Watch:
    return Watch(channel_id=channel, interval_s=interval_s, heard=None if heard is None else at(heard))


def quarter(taps: Sequence[Tap], segments: Sequence[Segment], *watches: Watch, begins: float = 0) -> Compared:
    return compare(at(begins), at(begins + 900), taps, segments, watches or (watch(),))


MINUTES = [report(60 * n, 60 * n + 60, people_in=2, people_out=1) for n in range(-2, 20)]


def test_minutes_that_begin_with_the_count() -> None:
    found = quarter([tap(30), tap(40, "out"), tap(899, people=5)], MINUTES)
    assert (found.counted_in, found.counted_out, found.device_in, found.device_out) == (6, 1, 30, 15)
    assert (found.seconds, found.problem) == (900, None)


def test_a_count_that_begins_within_a_report_is_compared_from_its_end_on() -> None:
    found = quarter([tap(25), tap(59), tap(61), tap(914), tap(899)], MINUTES, begins=20)
    assert (found.begins, found.ends) == (at(60), at(900))
    assert (found.counted_in, found.device_in) == (2, 28)


@pytest.mark.parametrize("left", [[], MINUTES[8:]])
def test_a_count_whose_readings_are_deleted_says_nothing_of_the_sensor(left: Sequence[Segment]) -> None:
    found = quarter([tap(30), tap(40)], left, replace(watch(), expired=True))
    assert (found.problem, found.device_in) == ("expired", 0)


def test_what_was_taken_back_does_not_count() -> None:
    found = quarter([tap(100), tap(110, undone=True)], MINUTES)
    assert found.counted_in == 1


def test_reports_of_five_minutes_and_of_a_quarter() -> None:
    fives = [report(300 * n, 300 * n + 300, 10) for n in range(-1, 5)]
    found = quarter([tap(10), tap(500)], fives, watch(interval_s=300), begins=100)
    assert (found.begins, found.ends, found.counted_in, found.device_in) == (at(300), at(900), 1, 20)
    quarters = [report(0, 900, 40), report(900, 1800, 40)]
    assert quarter([], quarters, watch(interval_s=900), begins=300).problem == "short"
    assert quarter([tap(1)], quarters, watch(interval_s=900)).device_in == 40


def test_events_without_a_period_count_where_they_happened() -> None:
    events = [report(s, s, 1) for s in (-5, 10, 450, 899, 905)]
    assert quarter([tap(10)], events).device_in == 3


def test_two_sensors_of_one_door_are_added_up() -> None:
    other = [report(60 * n + 30, 60 * n + 90, people_in=1, channel=2) for n in range(-2, 20)]
    found = quarter([], [*MINUTES, *other], watch(1), watch(2))
    assert found.problem is None
    assert found.device_in == pytest.approx(2 * 14 + 14, abs=2)


def test_a_beam_without_directions_is_compared_by_the_sum() -> None:
    beam = [
        Segment(
            channel_id=1, begins=at(60 * n), ends=at(60 * n + 60), people_in=1, people_out=1, directed=False
        )
        for n in range(15)
    ]
    found = quarter([tap(10, people=20), tap(20, "out", 8)], beam)
    assert (found.counted_in, found.counted_out, found.device_in, found.device_out) == (14, 14, 15, 15)
    assert not found.directed


def test_a_silent_sensor_is_not_a_sensor_that_counted_nobody() -> None:
    gap = [s for s in MINUTES if not 200 < (s.begins - NOON).total_seconds() < 700]
    assert quarter([tap(300)], gap).problem == "silent"
    jump = [report(0, 60, 1), report(60, 600, 9), report(600, 900, 1)]  # a total after a gap
    assert quarter([], jump).problem == "silent"
    assert quarter([tap(300)], [], watch(heard=None)).problem == "silent"
    assert quarter([tap(300)], []).problem is None  # heard since, by something else: nobody was seen
    assert quarter([], MINUTES[:6]).problem == "silent"
    assert quarter([], MINUTES[:6], watch(heard=240)).problem == "waiting"
    assert compare(at(0), at(900), [], [], []).problem == "no_sensor"


def test_what_has_not_been_reported_yet_is_left_out() -> None:
    found = quarter([tap(890)], [s for s in MINUTES if s.ends <= at(840)], watch(heard=840))
    assert (found.ends, found.counted_in, found.device_in) == (at(840), 0, 28)


def test_a_phones_clock_counts_as_off_only_beyond_sending_time() -> None:
    assert clock_shift(at(1), at(0)) == timedelta(0)
    assert clock_shift(at(-2), at(0)) == timedelta(0)
    assert clock_shift(at(95), at(0)) == timedelta(seconds=95)
