"""People inside by anyone's file of counts: read the lines, estimate day by day with what earlier days taught, print.

Times are grouped into business days that begin at the reset; each day knows the days before it, never those after.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from besok.analytics.occupancy import NOTHING, DayObservations, learn, live, smoothed
from besok.files.counts import read_columns
from besok.files.tables import DETECT, ReadOptions
from besok.model.arrays import Bools
from besok.model.building import Building
from besok.model.errors import CountFileError
from besok.model.plurals import many
from cli.terminal.tables import csv_text

HEAD = ("time", "people", "low", "high", "raw")
LOOK_BACK = 56  # days that are learnt from
FINEST, COARSEST = timedelta(minutes=1), timedelta(hours=6)  # of a step
MOST_DOORS = 200
DAY = timedelta(days=1)
CROWDED = 1.5  # times the capacity, from where on it is doubted
COLUMNS: Mapping[str, str] = {"in": "", "out": ""}
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Options for a file: what its user knows of the place."""

    reset: time = time(4)
    closed: tuple[time, time] | None = None
    capacity: int | None = None
    smooth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A line: when, at which door, how many. `at` is the moment in UTC, or the local clock where no zone is told."""

    text: str
    at: datetime
    wall: datetime
    door: str
    people_in: float | None
    people_out: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessDay:
    """One business day: what was seen by step, and which steps the file speaks of (step, its time as written)."""

    day: date
    seen: DayObservations
    told: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the answer; None where nothing is known."""

    time: str
    people: float | None
    low: float | None
    high: float | None
    raw: float | None


def answer(
    path: Path,
    way: Way,
    history: Path | None = None,
    tell: Tell = lambda _: None,
    columns: Mapping[str, str] = COLUMNS,
    options: ReadOptions = DETECT,
) -> list[Line]:
    """Return the people inside at each time of the file; `tell` receives warnings. Raises CountFileError."""
    counts = read(path, columns, options)
    before = read(history, columns, options) if history else []
    doors = sorted({c.door for c in (*counts, *before)})
    if len(doors) > MOST_DOORS:
        raise CountFileError(
            f"{path} has {len(doors)} doors; {MOST_DOORS} are the most. Is the column door right?"
        )
    first = min(c.wall for c in counts)
    known = [d.seen for d in business_days(before, doors, way) if d.day < (first - _since(way.reset)).date()]
    building = Building.of((None,), [(None, 0)] * len(doors), (way.capacity,))
    days = business_days(counts, doors, way)
    if doubt := crowded([*known, *(day.seen for day in days)], way.capacity):
        tell(doubt)
    return list(_lines(building, days, known, way))


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
    came, went = np.nan_to_num(day.people_in).sum(1), np.nan_to_num(day.people_out).sum(1)
    inside, passed = np.cumsum(came - went), np.cumsum(came + went)
    return float(min(inside.max(), (inside - inside[-1] * passed / max(passed[-1], 1)).max()))


def _lines(
    building: Building, days: Sequence[BusinessDay], known: list[DayObservations], way: Way
) -> Iterator[Line]:
    estimator = smoothed if way.smooth else live
    for day in days:
        found = estimator(building, day.seen, learn(building, known[-LOOK_BACK:]) if known else NOTHING)
        columns = np.stack([found.people[:, 0], found.lower[:, 0], found.upper[:, 0], found.raw[:, 0]])
        for step, text in day.told:
            people, low, high, raw = (None if v != v else round(float(v), 2) + 0.0 for v in columns[:, step])
            yield Line(time=text, people=people, low=low, high=high, raw=raw)
        known.append(day.seen)


def read(path: Path, columns: Mapping[str, str] = COLUMNS, options: ReadOptions = DETECT) -> list[Count]:
    """Read the lines of a file in the order of time; of two for one time and door the later one counts.

    `columns` tells which column of the file holds "in" and "out", "" for one found by its name.
    """
    times, frame = read_columns(path, numbers=columns, texts=("door",), options=options)
    zoned = times.offset_s.notna()
    if zoned.any() and not zoned.all():
        raise CountFileError(f"{path}: some times tell their zone and others do not; write all of them alike")
    frame = frame.assign(at=times.utc(), wall=times.wall, door=frame.get("door", ""))
    frame = frame.drop_duplicates(["at", "door"], keep="last").sort_values(["at", "door"], kind="stable")
    return [
        Count(
            text=row["text"],
            at=row["at"].to_pydatetime(),
            wall=row["wall"].to_pydatetime(),
            door=row["door"],
            people_in=None if row["in"] != row["in"] else row["in"],
            people_out=None if row["out"] != row["out"] else row["out"],
        )
        for row in frame.to_dict("records")
    ]


def business_days(counts: Sequence[Count], doors: Sequence[str], way: Way) -> list[BusinessDay]:
    """Return the days with any line; all but the last are filled up to their end."""
    if not counts:
        return []
    step = step_of(sorted({c.at for c in counts}))
    by_day: dict[date, list[Count]] = {}
    for count in counts:
        by_day.setdefault((count.wall - _since(way.reset)).date(), []).append(count)
    last = max(by_day)
    return [_day(day, by_day[day], doors, step, way, over=day < last) for day in sorted(by_day)]


def step_of(moments: Sequence[datetime]) -> timedelta:
    """Return the usual time between lines, in whole minutes that divide a day; the finest if there is none."""
    gaps = Counter(b - a for a, b in pairwise(moments))
    if not gaps:
        return FINEST
    usual, often = max(gaps.items(), key=lambda item: (item[1], -item[0]))
    even = sum(n for gap, n in gaps.items() if gap % usual == timedelta(0))
    fits = usual >= FINEST and DAY % usual == timedelta(0) and even >= 0.95 * sum(gaps.values()) and often > 1
    if fits and usual > COARSEST:
        hours = COARSEST / timedelta(hours=1)
        raise CountFileError(
            f"the counts are {usual} apart; to tell people by time, {hours:.0f} hours are the most"
        )
    return usual if fits else FINEST


def _day(
    day: date, counts: Sequence[Count], doors: Sequence[str], step: timedelta, way: Way, *, over: bool
) -> BusinessDay:
    begins = datetime.combine(day, way.reset) - (counts[0].wall - counts[0].at)
    phase = (counts[0].at - begins) % step
    places = [max((c.at - begins - phase) // step, 0) for c in counts]
    steps = max(places[-1] + 1, DAY // step if over else 0)
    people_in, people_out = np.full((2, steps, len(doors)), np.nan)
    column = {door: n for n, door in enumerate(doors)}
    for place, count in zip(places, counts, strict=True):
        for grid, people in ((people_in, count.people_in), (people_out, count.people_out)):
            if people is not None:
                cell = grid[place, column[count.door]]
                grid[place, column[count.door]] = people if np.isnan(cell) else cell + people
    clock = _clock(counts, places, steps, step)
    return BusinessDay(
        day=day,
        seen=DayObservations.of(
            people_in, people_out, 1, open=_open(clock, way.closed), clock=clock,
            step_minutes=step / FINEST, weekday=day.weekday(),
        ),
        told=tuple(dict.fromkeys((place, count.text) for place, count in zip(places, counts, strict=True))),
    )  # fmt: skip


def _clock(counts: Sequence[Count], places: Sequence[int], steps: int, step: timedelta) -> np.ndarray:
    """Return the minute of the local day at each step; between lines it runs on from the line before."""
    minutes = np.array([c.wall.hour * 60 + c.wall.minute for c in counts])
    latest = np.maximum(np.searchsorted(places, np.arange(steps), side="right") - 1, 0)
    on = (np.arange(steps) - np.asarray(places)[latest]) * (step / FINEST)
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
    words = text.strip()
    words = (f"{words}:00" if words.isdecimal() else words).zfill(5)
    try:
        found = time.fromisoformat("00:00" if words == "24:00" else words)
    except ValueError:
        raise CountFileError(f"{text[:40]!r} is no time of the day; write 04:00") from None
    return found.replace(tzinfo=None)


def stretch(text: str) -> tuple[time, time]:
    """ "20:00-07:00" as its two ends. Raises CountFileError."""
    shuts, dash, opens = text.replace("\N{EN DASH}", "-").partition("-")
    if not dash or clock(shuts) == clock(opens):
        raise CountFileError(f"{text[:40]!r} is no stretch of the day; write 20:00-07:00")
    return clock(shuts), clock(opens)


def as_csv(lines: Sequence[Line]) -> str:
    """Return the lines under their heads; what is not known is empty."""
    figures = ([line.time, *map(_plain, (line.people, line.low, line.high, line.raw))] for line in lines)
    return csv_text([HEAD, *figures])


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value == int(value) else f"{value:.2f}"


def as_json(lines: Sequence[Line]) -> str:
    """Return the lines as a JSON array of objects."""
    rows = ({name: getattr(line, name) for name in HEAD} for line in lines)
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
