"""Running totals in files of counts: refused as counts, read by an option; and lines that have the same time."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from besok.files.running_totals import as_counts
from besok.files.tables import ReadOptions
from besok.files.values import Times
from besok.model.errors import CountFileError
from cli.main import app
from cli.standalone import estimate, events, series

TIMES = [t for t in pd.date_range("2026-03-02 08:00", periods=7 * 96, freq="15min") if 8 <= t.hour < 20]
TOTALS = ReadOptions(totals=True)


def counts(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.poisson(4, (len(TIMES), 2)), pd.Index(TIMES, name="time"), ["in", "out"])


def running(people: pd.DataFrame, *, daily: bool) -> pd.DataFrame:
    return people.groupby(people.index.date).cumsum() if daily else people.cumsum() + 65_000


def saved(path: Path, frame: pd.DataFrame) -> Path:
    frame.to_csv(path, date_format="%Y-%m-%d %H:%M")
    return path


def course(*values: float, totals: bool | None = None, days: tuple[int, ...] = ()) -> list[float]:
    numbers = pd.Series(values, dtype=float)
    at = pd.Timestamp("2026-03-02") + pd.to_timedelta(pd.Series(days or range(len(numbers))), unit="D")
    return differenced(numbers.set_axis(at), totals=totals)


def differenced(numbers: pd.Series, totals: bool | None = True) -> list[float]:
    wall, values = numbers.index.to_series(range(len(numbers))), numbers.reset_index(drop=True)
    times = Times(wall=wall, offset_s=pd.Series(float("nan"), wall.index), unit="D")
    door = pd.Series("", wall.index)
    return as_counts(values, times, door, column="in", name="a.csv", totals=totals).tolist()


@pytest.mark.parametrize(("command", "daily"), [("estimate", True), ("forecast", False), ("events", False)])
def test_running_totals_are_refused_by_column_evidence_and_option(
    tmp_path: Path, command: str, daily: bool
) -> None:
    totals = running(counts(), daily=daily)
    file = saved(tmp_path / "gate.csv", totals if command == "estimate" else totals[["in"]])
    said = str(CliRunner().invoke(app, [command, str(file)]).exception)
    assert "the numbers of in look like the running total" in said and "--totals" in said
    assert ("fall only 6 times" if daily else "never fall") in said


@pytest.mark.parametrize("daily", [True, False])
def test_the_option_counts_the_differences(tmp_path: Path, daily: bool) -> None:
    people = counts()
    file = saved(tmp_path / "gate.csv", running(people, daily=daily))
    assert estimate.read(file, options=TOTALS)["in"].tolist()[1:] == people["in"].tolist()[1:]
    visits = series.read(file, options=ReadOptions(totals=True, value_columns=("in",))).visits
    assert [*visits.values()][1:] == people["in"].groupby(people.index.date).sum().tolist()[1:]
    assert events.read(file, options=TOTALS).counts[1:].tolist() == people["in"].tolist()[1:]


def test_one_door_of_several_is_named(tmp_path: Path) -> None:
    good, bad = counts(1).assign(entré="park"), running(counts(2), daily=True).assign(entré="torg")
    file = saved(tmp_path / "doors.csv", pd.concat([good, bad]))
    with pytest.raises(CountFileError, match=r"of in \(door torg\) look"):
        estimate.read(file, options=ReadOptions(door_column="entré"))


def test_counts_are_none(tmp_path: Path) -> None:
    morning = (0, 2, 9, 20, 31, 44, 60)
    assert course(*morning) == [*morning]
    assert course(*(3, 8, 0) * 20) and course(*(0, 1) * 20)
    with pytest.raises(CountFileError, match="rise 11 times"):
        course(*range(12))
    assert course(*range(12), totals=False) == [*range(12)]
    for seed in range(3):
        assert len(estimate.read(saved(tmp_path / "a.csv", counts(seed)))) == len(TIMES)


def test_differences_over_resets_gaps_and_leaps() -> None:
    unknown = float("nan")
    assert course(50, 60, 75, 4, 10, totals=True) == pytest.approx([unknown, 10, 15, 4, 6], nan_ok=True)
    assert course(50, 60, 40, 45, totals=True) == pytest.approx([unknown, 10, unknown, 5], nan_ok=True)
    told = course(50, 60, 99_999, 70, 75, totals=True)
    assert told == pytest.approx([unknown, 10, unknown, 70, 5], nan_ok=True)
    days = (*range(10), 12, 13)
    lacking = course(*range(10, 130, 10), totals=True, days=days)
    assert lacking == pytest.approx([unknown, *[10] * 9, unknown, 10], nan_ok=True)
    weekdays = tuple(day for day in range(28) if day % 7 < 5)  # Monday's reading holds the weekend, each time
    assert np.isfinite(course(*(40 * day for day in weekdays), totals=True, days=weekdays)[1:]).all()


def test_lines_of_several_doors_need_the_column_that_names_them(tmp_path: Path) -> None:
    doors = {name: counts(seed) for seed, name in enumerate(("park", "torg"))}
    both = pd.concat([frame.assign(entré=name) for name, frame in doors.items()]).sort_index(kind="stable")
    file = saved(tmp_path / "doors.csv", both)
    with pytest.raises(CountFileError, match=r"such as lines 2 and 3; name .* --door-column"):
        estimate.read(file)
    lines = estimate.answer(file, estimate.Options(), options=ReadOptions(door_column="entré"))
    assert lines[0].raw == sum((frame["in"] - frame["out"]).iloc[0] for frame in doors.values())
    assert len(lines) == len(TIMES)
    twice = saved(tmp_path / "twice.csv", pd.concat([doors["park"], doors["park"]]))
    assert len(estimate.read(twice)) == len(TIMES)  # the same line again says nothing new
    again = pd.concat([doors["park"], doors["park"].assign(**{"in": [99, *doors["park"]["in"][1:]]})])
    assert estimate.read(saved(tmp_path / "again.csv", again))["in"].iloc[0] == 99
    said: list[str] = []
    corrected = saved(tmp_path / "corrected.csv", pd.concat([doors["park"], doors["park"][:1] + 1]))
    assert estimate.read(corrected, warn=said.append)["in"].iloc[0] == doors["park"]["in"].iloc[0] + 1
    assert "2 and 338 (2026-03-02 08:00); the last of each counts" in said[0]


def test_people_of_one_time_are_not_left_out_in_silence(tmp_path: Path) -> None:
    moments = pd.DataFrame({"in": 1, "out": 0}, pd.Index(TIMES, name="time"))
    with pytest.raises(CountFileError, match="or add up the lines of each time"):
        estimate.read(saved(tmp_path / "three.csv", pd.concat([moments] * 3)))
    said: list[str] = []
    estimate.read(saved(tmp_path / "some.csv", pd.concat([moments, moments[:1]])), warn=said.append)
    assert f"2 and {len(moments) + 2} (2026-03-02 08:00); the last of each counts" in said[0]


def test_readings_of_several_doors_need_it_too(tmp_path: Path) -> None:
    doors = [running(counts(seed), daily=False)[["in"]].assign(entré=f"door {seed}") for seed in (1, 2)]
    file = saved(tmp_path / "doors.csv", pd.concat(doors))
    with pytest.raises(CountFileError, match="--door-column"):
        series.read(file, options=TOTALS)
    with pytest.raises(CountFileError, match="running total"):
        series.read(file)
    visits = series.read(file, options=ReadOptions(totals=True, door_column="entré")).visits
    daily = sum(counts(seed)["in"].groupby(counts().index.date).sum() for seed in (1, 2))
    assert [*visits.values()][1:] == daily.tolist()[1:]


def test_lines_of_the_same_time_are_named(tmp_path: Path) -> None:
    days = counts()["in"].groupby(counts().index.date).sum()
    file = saved(tmp_path / "days.csv", pd.concat([days, days[2:3]]).rename_axis("date").to_frame("visits"))
    assert "lines have the same time: 4 and 9 (2026-03-04); they are added up" in series.read(file).notes[0]
    assert events.read(file).note == "lines have the same time: 4 and 9 (2026-03-04); they are averaged"
    hours = pd.date_range("2026-10-24", periods=72, freq="h")
    twice = hours.insert(26, hours[26])
    file = saved(tmp_path / "hours.csv", pd.DataFrame({"count": 5}, pd.Index(twice, name="time")))
    assert not events.read(file).note  # clocks were set back


def test_the_column_of_doors_is_no_count(tmp_path: Path) -> None:
    lines = [(f"2026-03-{day:02}", gate, gate - 30) for day in range(1, 29) for gate in (101, 102)]
    file = saved(
        tmp_path / "gates.csv", pd.DataFrame(lines, columns=["date", "gate", "antalx"]).set_index("date")
    )
    for columns in ((), ("all",)):
        options = ReadOptions(door_column="gate", value_columns=columns)
        read = list(series.read_each(file, options=options))
        assert [[*one.visits.values()] for one in read] == [[143] * 28]
    with pytest.raises(CountFileError, match="tells the door; choose among antalx"):
        series.read(file, options=ReadOptions(door_column="gate", value_columns=("gate",)))


@pytest.mark.parametrize("latest_first", [False, True])
@pytest.mark.parametrize("minutes", [15, 60])
def test_readings_of_the_hour_that_comes_twice_are_in_order(minutes: int, *, latest_first: bool) -> None:
    moments = pd.date_range("2026-10-23", "2026-10-27", freq=f"{minutes}min", tz="Europe/Stockholm")
    people = np.random.default_rng(1).poisson(9, len(moments))
    people[1:9] = 0  # a total that stands still in another hour
    totals = pd.Series(65_000 + people.cumsum(), moments.tz_localize(None))
    order = slice(None, None, -1 if latest_first else 1)
    assert differenced(totals[order])[order][1:] == people.tolist()[1:]


def test_readings_written_twice_are_read_once(tmp_path: Path) -> None:
    totals = running(counts(), daily=False)["in"].iloc[:9].set_axis(TIMES[:9])
    told = differenced(pd.concat([totals, totals]))
    assert told[1:9] == counts()["in"].tolist()[1:9] and np.isnan(told[9:]).all()
    twice = saved(tmp_path / "a.csv", pd.concat([totals, totals]).rename_axis("time").to_frame("count"))
    assert not events.read(twice, options=TOTALS).note
    with pytest.raises(CountFileError, match=r"lines have the same time: 2 and 9 .*remove all but one"):
        differenced(pd.concat([totals, totals[2:3] + 1]))


def test_many_lines_of_a_time_are_told_in_few_words(tmp_path: Path) -> None:
    lines = [
        "date,visits",
        *("2026-03-01,1" for _ in range(3_000)),
        *(f"2026-03-{d:02},2" for d in range(2, 30)),
    ]
    lines += [f"2026-03-{day:02},3" for day in range(2, 8)]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    said = series.read(tmp_path / "a.csv").notes[0]
    assert "2, 3 and 2,998 more (2026-03-01), 3002 and 3030 (2026-03-02)" in said
    assert said.endswith("and at 2 more times; they are added up")
    with pytest.raises(CountFileError, match="fall only once"):
        course(*range(12), *range(12))


@pytest.mark.parametrize("whole_day", [False, True])
def test_a_reading_after_a_gap_is_no_count(tmp_path: Path, *, whole_day: bool) -> None:
    hours = pd.date_range("2026-03-02", periods=28 * 24, freq="h")
    hours = hours[(hours.day_of_week < 6) & (whole_day | hours.hour.isin([8, 9, 10, 13, 14, 15, 16, 17, 18]))]
    totals = pd.Series(np.random.default_rng(1).poisson(40, len(hours)).cumsum(), hours)
    assert np.isfinite(differenced(totals)[1:]).all()  # closed at noon, at night and on Sundays
    day = totals.index.normalize() == pd.Timestamp("2026-03-18")
    lacking = totals[~(day & (totals.index.hour > 9) & (totals.index.hour < 17))]
    told = pd.Series(differenced(lacking), lacking.index)
    assert told.index[told.isna()].tolist() == [hours[0], pd.Timestamp("2026-03-18 17:00")]
    file = saved(tmp_path / "gate.csv", lacking.rename_axis("time").to_frame("count"))
    whole = saved(tmp_path / "whole.csv", totals.rename_axis("time").to_frame("count"))
    forecast = series.read(file, options=TOTALS)
    assert forecast.visits == series.read(whole, options=TOTALS).visits
    lacking = (
        "missing from 2026-03-18 10:00 to 2026-03-18 16:00; where the counter went on, what it counted is"
    )
    assert lacking in forecast.notes[0] and lacking in events.read(file, options=TOTALS).note
    found = events.answer(file, None, "", TOTALS).intervals
    assert not [one for one in found if pd.Timestamp(one.start).date() == date(2026, 3, 18)]


def test_the_hour_that_never_comes_is_no_gap(tmp_path: Path) -> None:
    moments = pd.date_range("2026-03-20", "2026-04-05", freq="h", tz="Europe/Stockholm").tz_localize(None)
    file = saved(
        tmp_path / "a.csv", pd.DataFrame({"count": 9 * np.arange(len(moments))}, moments.rename("time"))
    )
    assert np.isfinite(differenced(pd.Series(range(len(moments)), moments))[1:]).all()
    assert not events.read(file, options=TOTALS).note


def test_readings_at_any_moment_lack_none() -> None:
    moments = pd.Timestamp("2026-03-02 08:00") + pd.to_timedelta(
        np.random.default_rng(1).exponential(300, 2_000).cumsum(), unit="s"
    )
    assert np.isfinite(differenced(pd.Series(range(2_000), moments))[1:]).all()


@pytest.mark.parametrize("step", ["W", "MS"])
def test_growth_by_week_or_month_is_no_running_total(step: str) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        visits = pd.Series(
            2_000 * np.cumprod(1.05 + rng.normal(0, 0.01, 36)),
            pd.date_range("2023-01-01", periods=36, freq=step),
        )
        assert differenced(visits, totals=None) == [*visits]
        visits.iloc[20] = 0  # closed
        assert differenced(visits, totals=None) == [*visits]
    months = pd.date_range("2023-01-01", periods=36, freq="MS")
    of_years = pd.Series(2_000.0, months).groupby(months.year).cumsum()
    with pytest.raises(CountFileError, match="fall only 2 times"):
        differenced(of_years, totals=None)


def test_people_of_a_gap_are_spread_over_it_and_its_lines_are_not_answered(tmp_path: Path) -> None:
    totals, said = running(counts(), daily=False), list[str]()
    gap = (totals.index > "2026-03-05 11:00") & (totals.index < "2026-03-05 16:00")
    empty = saved(tmp_path / "empty.csv", pd.concat([totals[~gap], totals[gap] * np.nan]).sort_index())
    file = saved(tmp_path / "gate.csv", totals[~gap])
    read = estimate.read(file, options=TOTALS, warn=said.append)
    assert "missing from 2026-03-05 11:15 to 2026-03-05 15:45" in said[0]
    assert read["in"].sum() == totals["in"].iloc[-1] - totals["in"].iloc[0] and read["in"].max() < 20
    assert estimate.read(empty, options=TOTALS)["in"].tolist()[1:] == read["in"].tolist()[1:]
    whole = saved(tmp_path / "whole.csv", totals)
    lines, all_lines = (estimate.answer(one, estimate.Options(), options=TOTALS) for one in (file, whole))
    expected = {line.time: line.raw for line in all_lines}
    assert {line.time: line.raw for line in lines} == {line.time: expected[line.time] for line in lines}
    assert len(lines) == len(totals) - gap.sum()


@pytest.mark.parametrize(
    ("first", "readings", "step"),
    [("2026-10-03", 192, "15min"), ("2026-10-03", 48, "h"), ("2026-07-01", 3600, "h")],
)
def test_no_reading_lacks_on_sundays_on_which_clocks_may_change(first: str, readings: int, step: str) -> None:
    times = pd.date_range(first, periods=readings, freq=step)
    assert differenced(pd.Series(9.0 * np.arange(readings), times))[1:] == [9] * (readings - 1)
