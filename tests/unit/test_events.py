"""Unusual hours: crowds and silences are found, ordinary scatter is not, whatever the file looks like."""

import csv
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from besok.analytics.events import Unusual, lay, unusual
from besok.model.errors import CountFileError
from cli.main import app
from cli.standalone import events

HOUR = np.timedelta64(1, "h")
START = np.datetime64("2025-03-03T00:00:00")  # a Monday


def week(hours: int) -> np.ndarray:
    """A library's usual people an hour: open 8-20, 10-16 on Sundays, busiest in the afternoon."""
    t = np.arange(hours)
    hour, day = t % 24, t // 24 % 7
    there = np.where(day == 6, (hour >= 10) & (hour < 16), (hour >= 8) & (hour < 20))
    return np.where(there, 40 + 40 * np.sin((hour - 6) / 14 * np.pi), 0.0)


def counted(days: int = 70, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Times and over-dispersed counts of so many days in which nothing happens."""
    rng = np.random.default_rng(seed)
    usual = week(24 * days) * np.repeat(rng.lognormal(0, 0.1, days), 24)
    counts = rng.poisson(usual * rng.gamma(50, 1 / 50, len(usual)))
    return START + np.arange(24 * days) * HOUR, counts.astype(float)


def at(day: int, hour: int) -> int:
    return 24 * day + hour


def covers(found: Unusual, day: int, first: int, last: int) -> bool:
    return bool(found.start <= START + at(day, first) * HOUR and found.end >= START + at(day, last) * HOUR)


def test_ordinary_scatter_is_not_unusual() -> None:
    told = [unusual(*counted(seed=seed)) for seed in range(3)]
    assert sum(map(len, told)) <= 6, "in 30 weeks of hours"


def test_a_crowd_and_a_silence_come_first() -> None:
    times, counts = counted()
    counts[at(31, 13) : at(31, 16)] += 100
    counts[at(45, 9) : at(45, 19)] = 0
    silence, crowd = unusual(times, counts)[:2]
    assert covers(silence, 45, 9, 19) and silence.count < 5 < 300 < silence.expected
    assert covers(crowd, 31, 13, 16) and crowd.count - crowd.expected == pytest.approx(300, abs=100)


def test_a_night_is_part_of_a_silence_that_lasts() -> None:
    times, counts = counted()
    counts[at(45, 12) : at(47, 12)] = 0
    first, *_ = unusual(times, counts)
    assert covers(first, 45, 13, 20) and covers(first, 46, 8, 20) and first.expected > 900


def test_weeks_of_holidays_are_no_row_of_failures() -> None:
    times, counts = counted(140)
    holiday = slice(at(60, 0), at(90, 0))
    counts[holiday] = np.random.default_rng(2).poisson(0.5 * week(24 * 140)[holiday])
    flagged = [u for u in unusual(times, counts) if u.count < u.expected]
    assert len(flagged) <= 4, "of thirty days"


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_a_feed_that_doubles_or_halves_for_days_is_seen(factor: float) -> None:
    times, counts = counted()
    counts[at(40, 0) : at(43, 0)] = np.round(counts[at(40, 0) : at(43, 0)] * factor)
    (odd,) = (u for u in unusual(times, counts) if u.end - u.start > 12 * HOUR)
    assert covers(odd, 40, 8, 20) and covers(odd, 42, 8, 20) and odd.end - odd.start == 72 * HOUR
    assert odd.count / odd.expected == pytest.approx(factor, rel=0.2)


def test_days_without_anybody_are_seen_where_few_come() -> None:
    times, usual = counted(140)
    counts = np.random.default_rng(4).binomial(usual.astype(int), 1 / 40).astype(float)
    counts[at(61, 0) : at(64, 0)] = 0
    assert any(
        u.count < u.expected and u.start < START + at(64, 0) * HOUR and covers(u, 62, 9, 18)
        for u in unusual(times, counts)
    )


def test_missing_is_never_zero() -> None:
    times, counts = counted()
    counts[at(40, 8) : at(41, 20)] = np.nan
    kept = np.ones(len(counts), bool)
    kept[at(50, 8) : at(50, 20)] = False
    found = unusual(times[kept], counts[kept])
    assert not [u for u in found if u.count < u.expected and (covers(u, 40, 12, 13) or covers(u, 50, 12, 13))]


def test_most_asks_for_more_than_stands_out() -> None:
    times, counts = counted(49)
    by_itself, forty = unusual(times, counts), unusual(times, counts, 40)
    assert len(by_itself) < 10 and len(forty) == 40
    assert [u.score for u in forty] == sorted((u.score for u in forty), reverse=True)
    assert unusual(times, counts, 40) == forty, "the same file gives the same answer"
    in_order = sorted(forty, key=lambda u: u.start)
    assert all(a.end <= b.start for a, b in pairwise(in_order))


def test_who_asks_for_more_is_not_told_less() -> None:
    times = START + np.arange(24 * 40) * HOUR
    counts = (np.arange(len(times)) % 97 == 0).astype(float)
    assert len(unusual(times, counts, 5000)) >= len(unusual(times, counts, 8)) == 8


@pytest.mark.parametrize("step_min", [5, 180, 1440])
def test_steps_from_minutes_to_days(step_min: int) -> None:
    steps = 24 * 60 // step_min
    rng = np.random.default_rng(3)
    days = 21 if step_min < 60 else 120
    usual = np.repeat(week(24 * days), 12).reshape(days * steps, -1).sum(axis=1) / 12
    counts = rng.poisson(usual).astype(float)
    first, last = (days // 2 * steps + steps * h // 24 for h in (12, 15))
    last = max(last, first + 1)
    counts[first:last] = counts[first:last] * 3 + 20
    times = START + np.arange(len(counts)) * np.timedelta64(step_min, "m")
    found = unusual(times, counts)[0]
    assert found.count > 2 * found.expected
    assert found.start <= times[first] and found.end >= times[last - 1]


def test_the_days_of_the_clock_change_are_days() -> None:
    times, counts = counted()
    gone, twice = at(27, 2), at(48, 2)  # an hour that never was, and one told twice
    times = np.concatenate([times[:gone], times[gone + 1 : twice + 1], times[twice:]])
    counts = np.concatenate([counts[:gone], counts[gone + 1 : twice + 1], counts[twice:]])
    assert len(unusual(times, counts)) <= 3


@pytest.mark.parametrize("hours", [2, 60, 24 * 8])
def test_little_history_says_little(hours: int) -> None:
    times, counts = counted(70)
    assert len(unusual(times[:hours], counts[:hours])) <= 1


def test_nothing_but_zeros_and_nothing_but_gaps() -> None:
    times, counts = counted(21)
    assert unusual(times, counts * 0) == [] == unusual(times, counts * 0, 5)
    assert unusual(times, counts * np.nan) == []


def test_a_slot_is_scaled_up_for_missing_lines_and_unknown_where_most_are_missing() -> None:
    minutes = START + np.arange(60) * np.timedelta64(1, "m")
    counts = np.ones(60)
    counts[[5, 11, 12, 15, 16, 17, *range(20, 25)]] = np.nan
    grid = lay(np.append(minutes, minutes[29]), np.append(counts, 4))  # this minute twice: on average 2.5
    assert grid.step_s == 300
    np.testing.assert_array_equal(grid.counts[0, :7], [5, 5, 5, np.nan, np.nan, 6.5, 5])


def test_times_that_make_no_series_are_told() -> None:
    with pytest.raises(CountFileError, match="One time"):
        lay(START[None], np.array([1.0]))
    with pytest.raises(CountFileError, match="days apart"):
        lay(START + np.arange(9) * 30 * 24 * HOUR, np.ones(9))
    with pytest.raises(CountFileError, match="fifteen years"):
        lay(np.array([START, START + HOUR, START + 2 * HOUR, np.datetime64("2095-01-01")]), np.ones(4))
    with pytest.raises(CountFileError, match="fifteen years"):
        lay(np.array([START, START + HOUR, np.datetime64("2925-01-01")]), np.ones(3))


def calit2(shared: Path) -> tuple[np.ndarray, np.ndarray, list[tuple[np.datetime64, np.datetime64]]]:
    """People in by half-hours, and the known events."""
    with (shared / "data/calit2/counts_30min.csv").open() as file:
        lines = list(csv.DictReader(file))
    times = np.array([line["interval_start_local"] for line in lines], "datetime64[s]")
    with (shared / "data/calit2/events.csv").open() as file:
        events = [
            (np.datetime64(e["begin_local"]), np.datetime64(e["end_local"])) for e in csv.DictReader(file)
        ]
    return times, np.array([float(line["in"]) for line in lines]), events


def test_known_events_of_calit2_are_found(shared: Path) -> None:
    times, counts, events = calit2(shared)
    found = unusual(times, counts, 68)
    near = np.timedelta64(30, "m")
    hits = [any(u.start < end + near and u.end > begin - near for u in found) for begin, end in events]
    assert len(found) <= 68 and sum(hits) >= 28


def ask(tmp_path: Path, text: str, *options: str) -> tuple[int, str, str]:
    file = tmp_path / "counts.csv"
    file.write_text(text, "utf-8")
    result = CliRunner().invoke(app, ["events", str(file), *options])
    return result.exit_code, result.stdout, str(result.exception or "")


def as_text(times: np.ndarray, counts: np.ndarray, zone: str = "") -> str:
    told = ("" if np.isnan(c) else f"{c:g}" for c in counts)
    return "time,count\n" + "\n".join(f"{t}{zone},{c}" for t, c in zip(times, told, strict=True))


def test_the_command_answers_in_csv_and_json(tmp_path: Path) -> None:
    times, counts = counted(35)
    counts[at(30, 13) : at(30, 16)] += 150
    code, out, _ = ask(tmp_path, as_text(times, counts))
    head, first, *_ = out.splitlines()
    assert (code, head) == (0, "start,end,count,expected,score")
    assert first.startswith("2025-04-02 1") and float(first.split(",")[4]) > 3
    _, out, _ = ask(tmp_path, as_text(times, counts, "Z"), "--json", "--most", "1")
    told = json.loads(out)
    assert [len(told["events"]), told["usual"]["step_s"], told["note"]] == [1, 3600, None]
    assert told["events"][0]["start"].endswith("+00:00")


def test_too_short_a_file_gets_the_header_and_a_word(tmp_path: Path) -> None:
    code, out, _ = ask(tmp_path, as_text(*(part[:24] for part in counted(2))))
    assert (code, out) == (0, "start,end,count,expected,score\n")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("time,count\n2025-01-01 08:00,nan\n", "One time"),
        ("time,count\n2025-01-01 08:00Z,3\n2025-01-01 09:00,3\n", "zone"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str, word: str) -> None:
    code, _, message = ask(tmp_path, text)
    assert code and word in message


def test_doors_of_one_time_are_added_up_and_an_hour_that_comes_twice_is_not(tmp_path: Path) -> None:
    file = tmp_path / "doors.csv"
    hours = [f"2026-10-{day:02} {hour:02}:00" for day in range(20, 31) for hour in range(24)]
    lines = [f"{hour},{door},{count}" for hour in hours for door, count in (("a", 5), ("b", 7))]
    file.write_text(
        "\n".join(["time,door,count", *lines, "2026-10-31 00:00,a,", "2026-10-31 00:00,b,"]), "utf-8"
    )
    doors = events.read(file)
    assert set(doors.counts[:-1]) == {12.0} and np.isnan(doors.counts[-1]) and len(doors.times) == 11 * 24 + 1
    file.write_text(
        "\n".join(["time,count", *(f"{hour},5" for hour in [*hours, "2026-10-25 02:00"])]), "utf-8"
    )
    assert set(events.read(file).counts) == {5.0}
