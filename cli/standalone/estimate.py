"""People inside from any file of counts: read the lines, estimate each day by what earlier days taught, print.

Times are grouped into business days that begin at the reset; each day knows the days before it, never those after.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import pandas as pd

from besok.analytics.occupancy import NOTHING, DayObservations, learn, live, smoothed
from besok.files.counts import read_columns
from besok.files.repeated_lines import most_repeat, repeated
from besok.files.running_totals import as_counts, with_lacking
from besok.files.tables import DETECT, ReadOptions
from besok.model.arrays import Bools
from besok.model.building import Building
from besok.model.errors import CountFileError
from besok.model.plurals import many
from cli.terminal.tables import csv_text

LOOK_BACK = 56  # days that are learnt from
FINEST, COARSEST = timedelta(minutes=1), timedelta(hours=6)  # of a step
MOST_DOORS = 200
DAY = timedelta(days=1)
CORRECTED = 0.05  # of the times of a file that holds each twice: above that, other counts are those of doors
CROWDED = 1.5  # times the capacity, above which counts are doubted
COLUMNS: Mapping[str, str] = {"in": "", "out": ""}
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options for a file: facts about the place."""

    reset: time = time(4)
    closed: tuple[time, time] | None = None
    capacity: int | None = None
    smooth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessDay:
    """One business day: its counts by step, and the steps that the file has (step, its time as written)."""

    day: date
    counts: DayObservations
    stamps: tuple[tuple[int, str], ...]


class Line(NamedTuple):
    """A line of the answer; None where nothing is known."""

    time: str
    people: float | None
    low: float | None
    high: float | None
    raw: float | None


def answer(
    path: Path,
    settings: Options,
    history: Path | None = None,
    warn: Warn = lambda _: None,
    columns: Mapping[str, str] = COLUMNS,
    options: ReadOptions = DETECT,
) -> list[Line]:
    """Return the people inside at each time of the file; `warn` receives warnings. Raises CountFileError."""
    counts = read(path, columns, options, warn)
    before = read(history, columns, options, warn) if history else counts.iloc[:0]
    doors = sorted({*counts["door"], *before["door"]})
    if len(doors) > MOST_DOORS:
        raise CountFileError(
            f"{path} has {len(doors)} doors; {MOST_DOORS} are the most. Is the column door right?"
        )
    days = business_days(counts, doors, settings)
    history_days = [d.counts for d in business_days(before, doors, settings) if d.day < days[0].day]
    building = Building.of((None,), [(None, 0)] * len(doors), (settings.capacity,))
    if doubt := crowded([*history_days, *(day.counts for day in days)], settings.capacity):
        warn(doubt)
    return list(_lines(building, days, history_days, settings))


def crowded(days: Sequence[DayObservations], capacity: int | None) -> str | None:
    """Return a warning if the counts of usual days show far more people inside than the capacity."""
    if capacity is None or not days:
        return None
    usual = median(_peak(day) for day in days)
    if usual <= CROWDED * capacity:
        return None
    return (
        f"The counts show some {many(usual, 'person', 'people')} inside at the busiest time of a usual day, but "
        f"--capacity says {capacity}, which holds the figures down; leave it out if it is not sure."
    )


def _peak(day: DayObservations) -> float:
    """Return the peak of in - out, with or without the remainder at the end spread out, whichever is less."""
    entries, exits = np.nan_to_num(day.people_in).sum(1), np.nan_to_num(day.people_out).sum(1)
    inside, crossings = np.cumsum(entries - exits), np.cumsum(entries + exits)
    return float(min(inside.max(), (inside - inside[-1] * crossings / max(crossings[-1], 1)).max()))


def _lines(
    building: Building, days: Sequence[BusinessDay], past: list[DayObservations], settings: Options
) -> Iterator[Line]:
    estimator = smoothed if settings.smooth else live
    for day in days:
        inside = estimator(building, day.counts, learn(building, past[-LOOK_BACK:]) if past else NOTHING)
        columns = np.stack([inside.people[:, 0], inside.lower[:, 0], inside.upper[:, 0], inside.raw[:, 0]])
        for step, text in day.stamps:
            people, low, high, raw = (None if v != v else round(float(v), 2) + 0.0 for v in columns[:, step])
            yield Line(text, people, low, high, raw)
        past.append(day.counts)


def read(
    path: Path,
    columns: Mapping[str, str] = COLUMNS,
    options: ReadOptions = DETECT,
    warn: Warn = lambda _: None,
) -> pd.DataFrame:
    """Read the lines of a file in the order of time: text, at, wall, door, in, out; NaN where a count is not known.

    `at` is the moment in UTC, or the local clock (`wall`) where no zone is given. Of two lines for a time and door the
    later one counts. `columns` names the file's columns that hold "in" and "out", "" for one found by its name.
    Readings that running totals lack are added, without a text.
    """
    name = str(path)
    times, frame = read_columns(path, numbers=columns, texts=("door",), options=options)
    zoned = times.offset_s.notna()
    if zoned.any() and not zoned.all():
        raise CountFileError(f"{path}: some times tell their zone and others do not; write all of them alike")
    frame = frame.assign(at=times.utc(), wall=times.wall, door=frame.get("door", ""))
    if note := repeated(times, frame["door"]):
        if most_repeat(frame["at"], frame["door"]) and not _copied(frame):
            raise CountFileError(
                f"{name}: {note}; name the column that tells the doors apart by --door-column, "
                "or add up the lines of each time"
            )
        warn(f"{name}: {note}; the last of each counts")
    frame = frame.drop_duplicates(["at", "door"], keep="last").sort_values(["at", "door"], kind="stable")
    if options.totals:
        times, door, note = with_lacking(times, frame["door"])
        frame = frame.reindex(door.index).assign(door=door, at=times.utc(), wall=times.wall)
        frame = frame.sort_values(["at", "door"], kind="stable")
        if note:
            warn(f"{name}: {note}")
    for role, column in columns.items():
        frame[role] = as_counts(
            frame[role], times, frame["door"], column=column or role, name=name, totals=options.totals
        )
    return frame


def _copied(lines: pd.DataFrame) -> bool:
    """Tell whether lines of one time seldom have other counts, as those of several doors have, nor are single people,
    of whom several may come at one time.
    """
    distinct = lines.drop_duplicates(["at", "door", "in", "out"])
    several = distinct.value_counts(["at", "door"]).gt(1).mean() > CORRECTED
    return not several and bool((lines[["in", "out"]] > 1).any(axis=None))


def business_days(counts: pd.DataFrame, doors: list[str], settings: Options) -> list[BusinessDay]:
    """Return the days with any line; all but the last are filled up to their end."""
    step, days = step_of(counts["at"]), (counts["wall"] - _since(settings.reset)).dt.date
    last = days.max()
    return [_day(day, lines, doors, step, settings, over=day < last) for day, lines in counts.groupby(days)]


def step_of(moments: pd.Series) -> timedelta:
    """Return the usual time between lines, in whole minutes that divide a day; the finest if there is none."""
    gaps = moments.drop_duplicates().sort_values().diff().dropna()
    often = gaps.value_counts()
    if often.empty:
        return FINEST
    usual = often.index[often == often.max()].min().to_pytimedelta()
    even = (gaps % usual == timedelta(0)).mean() >= 0.95
    fits = usual >= FINEST and DAY % usual == timedelta(0) and even and often.max() > 1
    if fits and usual > COARSEST:
        hours = COARSEST / timedelta(hours=1)
        raise CountFileError(
            f"the counts are {usual} apart; to tell people by time, {hours:.0f} hours are the most"
        )
    return usual if fits else FINEST


def _day(
    day: date, counts: pd.DataFrame, doors: list[str], step: timedelta, settings: Options, *, over: bool
) -> BusinessDay:
    first = counts.iloc[0]
    since = counts["at"] - (datetime.combine(day, settings.reset) - (first["wall"] - first["at"]))
    places = ((since - since.iloc[0] % step) // step).clip(lower=0).rename("place")
    steps = max(int(places.iloc[-1]) + 1, DAY // step if over else 0)
    sums = counts.groupby([places, "door"])[["in", "out"]].sum(min_count=1)
    written = counts["text"].notna()
    people_in, people_out = (
        sums[name].unstack("door").reindex(index=range(steps), columns=doors).to_numpy(float)
        for name in ("in", "out")
    )
    clock = _clock(counts["wall"], places.to_numpy(), steps, step)
    return BusinessDay(
        day=day,
        counts=DayObservations.of(
            people_in, people_out, 1, open=_open(clock, settings.closed), clock=clock,
            step_minutes=step / FINEST,
        ),
        stamps=tuple(dict.fromkeys(zip(places[written], counts["text"][written], strict=True))),
    )  # fmt: skip


def _clock(wall: pd.Series, places: np.ndarray, steps: int, step: timedelta) -> np.ndarray:
    """Return the minute of the local day at each step; between lines it runs on from the line before."""
    minutes = (wall.dt.hour * 60 + wall.dt.minute).to_numpy()
    latest = np.maximum(np.searchsorted(places, np.arange(steps), side="right") - 1, 0)
    on = (np.arange(steps) - places[latest]) * (step / FINEST)
    return np.asarray((minutes[latest] + on.astype(np.int64)) % 1440, np.int64)


def _open(clock: np.ndarray, closed: tuple[time, time] | None) -> Bools | None:
    """Tell whether the place is open at each step; None where its hours are not known."""
    if closed is None:
        return None
    shuts, opens = (60 * t.hour + t.minute for t in closed)
    shut = (clock >= shuts) & (clock < opens) if shuts < opens else (clock >= shuts) | (clock < opens)
    return np.asarray(~shut, bool)


def _since(reset: time) -> timedelta:
    return timedelta(hours=reset.hour, minutes=reset.minute)


def clock(text: str) -> time:
    """ "04:00" as a time of the day, as "4" is too; "24:00" is midnight. Raises CountFileError."""
    written = text.strip()
    written = (f"{written}:00" if written.isdecimal() else written).zfill(5)
    try:
        parsed = time.fromisoformat("00:00" if written == "24:00" else written)
    except ValueError:
        raise CountFileError(f"{text[:40]!r} is not a time of the day; write 04:00") from None
    return parsed.replace(tzinfo=None)


def stretch(text: str) -> tuple[time, time]:
    """ "20:00-07:00" as its two ends. Raises CountFileError."""
    shuts, dash, opens = text.replace("\N{EN DASH}", "-").partition("-")
    if not dash or clock(shuts) == clock(opens):
        raise CountFileError(f"{text[:40]!r} is not a stretch of the day; write 20:00-07:00")
    return clock(shuts), clock(opens)


def as_csv(lines: Sequence[Line]) -> str:
    """Return the lines as CSV with a header; unknown values are empty."""
    return csv_text([Line._fields, *([time, *map(_plain, figures)] for time, *figures in lines)])


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value == int(value) else f"{value:.2f}"


def as_json(lines: Sequence[Line]) -> str:
    """Return the lines as a JSON array of objects."""
    return "[\n" + ",\n".join(json.dumps(line._asdict()) for line in lines) + "\n]"
