"""`besok estimate` on anyone's file: good ones, bad ones, and what must not matter."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from besok.model.errors import CountFileError
from cli.main import app
from cli.standalone import estimate as work
from cli.standalone.estimate import Options, answer

Write = Callable[[str], Path]
START = datetime(2026, 3, 2, 8)  # noqa: DTZ001 - what a file says without a zone is the local clock


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(text: str) -> Path:
        path = tmp_path / f"{abs(hash(text))}.csv"
        path.write_text(text, "utf-8")
        return path

    return _write


def table(rows: Sequence[tuple[datetime, int | str, int | str]], head: str = "time,in,out") -> str:
    return "\n".join([head, *(f"{t:%Y-%m-%d %H:%M},{a},{b}" for t, a, b in rows)])


def hours(days: int = 1) -> list[tuple[datetime, int | str, int | str]]:
    came, went = [2, 20, 30, 25, 10, 3, 0, 0], [0, 5, 18, 26, 20, 12, 8, 1]
    return [
        (START + timedelta(days=day, hours=n), a, b)
        for day in range(days) for n, (a, b) in enumerate(zip(came, went, strict=True))
    ]  # fmt: skip


def test_people_with_their_interval_for_each_time_of_the_file(write: Write) -> None:
    lines = answer(write(table(hours())), Options())
    assert [line.time for line in lines] == [f"2026-03-02 {n:02}:00" for n in range(8, 16)]
    assert [line.raw for line in lines] == [2, 17, 29, 28, 18, 9, 1, 0]
    assert all(0 <= (line.low or 0) <= (line.people or 0) <= (line.high or 0) for line in lines)
    assert [line.people for line in lines[:5]] == pytest.approx([2, 17, 29, 28, 18], rel=0.2, abs=1)


def test_a_capacity_far_below_what_the_counts_show_is_doubted(write: Write) -> None:
    file = str(write(table(hours(3))))
    doubted = CliRunner().invoke(app, ["estimate", file, "--capacity", "12"])
    assert doubted.stderr.startswith("The counts show some 29 people inside")
    assert doubted.stdout.startswith("time,people,low,high,raw")
    assert not CliRunner().invoke(app, ["estimate", file, "--capacity", "25"]).stderr


def test_several_doors_add_up(write: Write) -> None:
    rows = [(t, door, a, b) for t, a, b in hours() for door in ("east", "west")]
    both = answer(
        write("time,door,in,out\n" + "\n".join(f"{t:%Y-%m-%d %H:%M},{d},{a},{b}" for t, d, a, b in rows)),
        Options(),
    )
    assert [line.raw for line in both] == [4, 34, 58, 56, 36, 18, 2, 0]


def test_each_day_begins_again_at_the_reset(write: Write) -> None:
    rows: list[tuple[datetime, int | str, int | str]] = [
        (START + timedelta(hours=n), 1, 0) for n in range(24)
    ]
    raws = [line.raw for line in answer(write(table(rows)), Options())]
    assert raws[19:22] == [20, 1, 2]
    noon = [line.raw for line in answer(write(table(rows)), Options(reset=work.clock("12:00")))]
    assert noon[3:6] == [4, 1, 2]


def test_closed_hours_are_empty(write: Write) -> None:
    rows = [
        (START + timedelta(minutes=15 * n), 4 if n < 20 else 0, 3 if 8 <= n < 30 else 0) for n in range(64)
    ]
    lines = answer(write(table(rows)), Options(closed=work.stretch("17:00-08:00")))
    assert lines[32].raw == 14
    assert lines[-1].people == pytest.approx(0, abs=0.02)
    assert lines[-1].high == pytest.approx(0, abs=0.02)


def test_history_takes_out_the_usual_error(write: Write) -> None:
    def day(number: int) -> list[tuple[datetime, int | str, int | str]]:
        return [
            (START + timedelta(days=number, hours=n), 0 if n > 8 else 95, 0 if n < 2 else 85)
            for n in range(12)
        ]

    file, before = write(table(day(10))), write(table([row for n in range(8) for row in day(n)]))
    plain, knowing = (answer(file, Options(), history)[-1] for history in (None, before))
    assert abs(knowing.people or 0) <= abs(plain.people or 0)
    assert plain.raw == 9 * 95 - 10 * 85


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time,in\n2026-03-02 08:00,1", "no column out"),
        ("time,in,out\n2026-03-02T08:00Z,1,2\n2026-03-02 09:00,1,2", "tell their zone"),
        ("time,in,out\n2026-03-02,1,2\n2026-03-03,1,2\n2026-03-04,1,2", "hours are the most"),
    ],
)
def test_what_cannot_be_read_is_told(write: Write, text: str, says: str) -> None:
    with pytest.raises(CountFileError, match=says):
        answer(write(text), Options())


@pytest.mark.parametrize("text", ["25:00", "noon"])
def test_times_of_the_day_are_told_when_wrong(text: str) -> None:
    with pytest.raises(CountFileError, match="time of the day"):
        work.clock(text)
    with pytest.raises(CountFileError):
        work.stretch(text)


def test_missing_values_gaps_and_disorder_are_borne(write: Write) -> None:
    rows = hours(3)
    rows[3] = (rows[3][0], "", "")
    rows[5] = (rows[5][0], "NA", 4)
    del rows[10:13]
    lines = answer(write(table(rows[::-1])), Options())
    assert [line.time for line in lines] == [f"{t:%Y-%m-%d %H:%M}" for t, _, _ in rows]
    assert all(line.people is not None and line.people >= 0 for line in lines)


def test_one_line_is_a_file(write: Write) -> None:
    assert answer(write("time,in,out\n2026-03-02 08:00,3,1"), Options())[0].raw == 2
    assert answer(write("time,in,out\n2026-03-02 08:00,,"), Options())[0].people is None


def test_uneven_times_are_taken_as_they_come(write: Write) -> None:
    rows: list[tuple[datetime, int | str, int | str]] = [
        (START + timedelta(minutes=m), 1, 0) for m in (0, 3, 4, 11, 31, 32, 90, 91)
    ]
    assert [line.raw for line in answer(write(table(rows)), Options())] == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(("day", "lasts"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_of_summer_time_have_all_their_hours(write: Write, day: str, lasts: int) -> None:
    from zoneinfo import ZoneInfo

    begins = datetime.fromisoformat(f"{day} 00:00").replace(tzinfo=ZoneInfo("Europe/Stockholm")).timestamp()
    zone = ZoneInfo("Europe/Stockholm")
    times = [datetime.fromtimestamp(begins + 1800 * n, zone) for n in range(2 * lasts)]
    text = "time,in,out\n" + "\n".join(
        f"{t.isoformat()},{int(20 <= n < 30)},{int(30 <= n < 40)}" for n, t in enumerate(times)
    )
    lines = answer(write(text), Options(reset=work.clock("00:00")))
    assert len(lines) == 2 * lasts
    assert (lines[29].raw, lines[-1].raw) == (10, 0)


def test_a_large_file_goes_through(write: Write) -> None:
    rows: list[tuple[datetime, int | str, int | str]] = [
        (START + timedelta(minutes=n), 900 if n < 60 else 0, 900 if n >= 120 else 0) for n in range(180)
    ]
    found = answer(write(table(rows)), Options())
    assert found[100].people == pytest.approx(54_000, rel=0.1)
    assert (found[100].low or 0) < (found[100].people or 0) < (found[100].high or 0)


def test_the_calit2_door_has_no_negative_minute_and_no_ghosts_at_night(shared: Path, write: Write) -> None:
    text = (shared / "data" / "calit2" / "counts_30min.csv").read_text("utf-8")
    lines = answer(write("\n".join(["time,in,out", *text.splitlines()[1:768]])), Options())
    assert all(line.people is not None and line.people >= 0 and (line.low or 0) >= 0 for line in lines)
    nights = [line.people or 0 for line in lines if line.time[11:] == "03:30:00"]
    raws = [line.raw or 0 for line in lines if line.time[11:] == "03:30:00"]
    assert np.mean(np.abs(raws)) > 8
    assert np.mean(nights) < 0.7
    assert max(nights[7:]) < 2


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_neither_order_nor_repetition_of_lines_matters(write: Write, data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=30))
    rows: list[tuple[datetime, int | str, int | str]] = [
        (START + timedelta(hours=n), a, b) for n, (a, b) in enumerate(counts)
    ]
    plain = answer(write(table(rows)), Options())
    mixed = data.draw(st.permutations(rows + data.draw(st.lists(st.sampled_from(rows), max_size=5))))
    assert answer(write(table(mixed)), Options()) == plain
    assert all(line.people is not None and line.people >= 0 for line in plain)


def test_hours_as_people_write_them() -> None:
    assert work.clock("4") == work.clock("4:00") == work.clock("04:00")
    assert work.stretch("22-7") == work.stretch("22:00\N{EN DASH}07:00") == work.stretch("22:00-07:00")
    assert work.stretch("20:00-24:00") == work.stretch("20:00-00:00")
