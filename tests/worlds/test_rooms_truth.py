"""Anybody's truth of a room as a world: the counts lead to it, days and gaps are right, and what is wrong is told."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks import occupancy
from benchmarks.worlds import rooms
from benchmarks.worlds.rooms import Way
from besok.model.errors import CountFileError
from cli.standalone.estimate import stretch

START = datetime(2026, 3, 2)  # noqa: DTZ001 a file's own clock


def lecture(days: int, step: timedelta = timedelta(minutes=1), zone: str = "") -> str:
    """A lecture for thirty from 10 to 12 each day, then five who stay until six."""
    rows = ["Time;People"]
    for n in range(int(timedelta(days=days) / step)):
        moment = START + n * step
        people = 30 if 10 <= moment.hour < 12 else 5 if 12 <= moment.hour < 18 else 0
        rows.append(f"{moment.isoformat(sep=' ')}{zone};{people}")
    return "\n".join(rows)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "room.csv"


@pytest.mark.parametrize("minutes", [1, 60])
def test_without_errors_the_counts_lead_to_the_truth(
    file: Path, minutes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "drawn", lambda miss, rng: replace(rooms.Counter(), **PERFECT))
    file.write_text(lecture(6, timedelta(minutes=minutes)), "utf-8")
    [world] = rooms.worlds(file, Way(reset=time(4)), 1)
    assert (world.judged, len(world.seen)) == (2, 7)  # the first begins at midnight, and ends at four
    for seen, real in zip(world.seen, world.real, strict=True):
        net = np.cumsum(seen.people_in[:, 0] - seen.people_out[:, 0])
        assert np.array_equal(net, real[:, 0]) and seen.step_minutes == minutes
    assert world.seen[1].clock[0] == (240 - minutes) % 1440 or world.seen[1].clock[0] == 240 - minutes
    came = sum(seen.people_in.sum() for seen in world.seen)
    assert came > 6 * 30  # some change places


PERFECT = {"miss_in": 0.0, "miss_out": 0.0, "double": 0.0, "turned": 0.0, "crowd": 0.0, "wander": 0.0}


def test_another_seed_is_another_counter(file: Path) -> None:
    file.write_text(lecture(2, timedelta(minutes=15)), "utf-8")
    totals = [
        [float(s.people_in.sum()) for w in rooms.worlds(file, Way(), seed) for s in w.seen]
        for seed in (1, 1, 2)
    ]
    assert totals[0] == totals[1] != totals[2]


def test_a_long_gap_is_not_judged(file: Path) -> None:
    lines = lecture(6).splitlines()
    file.write_text("\n".join([*lines[: 1440 * 2 + 660], *lines[1440 * 2 + 900 :]]), "utf-8")  # from 11 to 15
    [world] = rooms.worlds(file, Way(reset=time(0)), 1)
    assert [int(np.isnan(real).sum()) for real in world.real] == [0, 0, 180, 0, 0, 0]
    assert not any(np.isnan(seen.people_in).any() for seen in world.seen)


def test_hours_and_zones(file: Path) -> None:
    file.write_text(lecture(3, zone="+01:00"), "utf-8")
    [world] = rooms.worlds(file, Way(closed=stretch("20:00-07:00"), capacity=40), 1)
    day = world.seen[1]
    assert day.open is not None and set(day.clock[day.open] // 60) == set(range(7, 20))
    assert world.building.capacity == (40,)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("time,people\n2026-03-02 10:00,4\n", "one moment"),
        ("time,people\n2026-03-02 10:00,\n2026-03-02 10:01,\n", "nobody"),
        ("time,people\n2026-03-02 10:00,1e7\n2026-03-02 10:01,4\n", "line 2"),
        ("time,people\nyesterday,1\n", "row 2"),
        ("time,visitors\n2026-03-02 10:00,4\n", "people"),
    ],
)
def test_what_is_wrong_is_told(file: Path, text: str, word: str) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(CountFileError, match=word):
        rooms.worlds(file, Way(), 1)


def test_the_command(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(lecture(4, timedelta(minutes=15)), "utf-8")
    occupancy.main(["--rooms", str(file), "--capacity", "32", "--seeds", "1"])
    assert {"in-out", "clamp-and-reset", "end-of-day", "live", "smoothed"} <= set(
        capsys.readouterr().out.split()
    )
