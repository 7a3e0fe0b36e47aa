"""People inside by anyone's file of counts: read the lines, estimate day by day with what earlier days taught, print.

Times are grouped into business days that begin at the reset; each day knows the days before it, never those after.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from besok.analytics.occupancy import NOTHING, Seen, learn, live, smoothed
from besok.files import csvfile
from besok.model.arrays import Bools
from besok.model.building import Building
from besok.model.errors import CountFileError
from besok.model.plurals import many

HEAD = ("time", "people", "low", "high", "raw")
LOOK_BACK = 56  # days that are learnt from
FINEST, COARSEST = timedelta(minutes=1), timedelta(hours=6)  # of a step
MOST_DOORS = 200
DAY = timedelta(days=1)
CROWDED = 1.5  # times the capacity, from where on it is doubted
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a file is to be read: what its user knows of the place."""

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
    seen: Seen
    told: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the answer; None where nothing is known."""

    time: str
    people: float | None
    low: float | None
    high: float | None
    raw: float | None


def answer(path: Path, way: Way, history: Path | None = None, tell: Tell = lambda _: None) -> list[Line]:
    """The people inside at each time of the file; `tell` is told what is to be doubted. Raises CountFileError."""
    counts = read(path)
    before = read(history) if history else []
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


def crowded(days: Sequence[Seen], capacity: int | None) -> str | None:
    """A doubt of the capacity, if the counts of usual days show far more people inside."""
    if capacity is None or not days:
        return None
    usual = median(_peak(day) for day in days)
    if usual <= CROWDED * capacity:
        return None
    return (
        f"The counts show some {many(usual, 'person', 'people')} inside at the busiest time of a usual day, but "
        f"--capacity says {capacity}, which holds the figures down; leave it out if it is not sure."
    )


def _peak(day: Seen) -> float:
    """The most people inside, by the counts or by the counts without what is left at the end, whichever is less."""
    came, went = np.nan_to_num(day.people_in).sum(1), np.nan_to_num(day.people_out).sum(1)
    inside, passed = np.cumsum(came - went), np.cumsum(came + went)
    return float(min(inside.max(), (inside - inside[-1] * passed / max(passed[-1], 1)).max()))


def _lines(building: Building, days: Sequence[BusinessDay], known: list[Seen], way: Way) -> Iterator[Line]:
    estimator = smoothed if way.smooth else live
    for day in days:
        found = estimator(building, day.seen, learn(building, known[-LOOK_BACK:]) if known else NOTHING)
        columns = np.stack([found.people[:, 0], found.lower[:, 0], found.upper[:, 0], found.raw[:, 0]])
        for step, text in day.told:
            people, low, high, raw = (None if v != v else round(float(v), 2) + 0.0 for v in columns[:, step])
            yield Line(time=text, people=people, low=low, high=high, raw=raw)
        known.append(day.seen)


def read(path: Path) -> list[Count]:
    """The lines of a file, in the order of time; a line that comes again counts once, a corrected one as corrected."""
    table = csvfile.read(path, need=("time", "in", "out"), may=("door",))
    counts: dict[tuple[datetime, str], Count] = {}
    zones = set()
    for row in table.rows:
        moment = row.moment()
        zones.add(moment.tzinfo is not None)
        at = moment.astimezone(UTC) if moment.tzinfo else moment
        count = Count(
            text=row.texts["time"].strip(),
            at=at.replace(tzinfo=None),
            wall=moment.replace(tzinfo=None),
            door=row.texts.get("door", "").strip(),
            people_in=row.number("in"),
            people_out=row.number("out"),
        )
        counts[count.at, count.door] = count
    if len(zones) > 1:
        raise CountFileError(f"{path}: some times tell their zone and others do not; write all of them alike")
    return [counts[key] for key in sorted(counts)]


def business_days(counts: Sequence[Count], doors: Sequence[str], way: Way) -> list[BusinessDay]:
    """The days on which anything was told. All but the last are filled up to their end, for they are over."""
    if not counts:
        return []
    step = step_of(sorted({c.at for c in counts}))
    by_day: dict[date, list[Count]] = {}
    for count in counts:
        by_day.setdefault((count.wall - _since(way.reset)).date(), []).append(count)
    last = max(by_day)
    return [_day(day, by_day[day], doors, step, way, over=day < last) for day in sorted(by_day)]


def step_of(moments: Sequence[datetime]) -> timedelta:
    """The usual time from one line to the next, in whole minutes that divide a day; the finest if there is none."""
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
        seen=Seen.of(
            people_in, people_out, 1, open=_open(clock, way.closed), clock=clock,
            step_minutes=step / FINEST, weekday=day.weekday(),
        ),
        told=tuple(dict.fromkeys((place, count.text) for place, count in zip(places, counts, strict=True))),
    )  # fmt: skip


def _clock(counts: Sequence[Count], places: Sequence[int], steps: int, step: timedelta) -> np.ndarray:
    """The minute after midnight on the wall at each step; between lines it runs on from the line before."""
    minutes = np.array([c.wall.hour * 60 + c.wall.minute for c in counts])
    latest = np.maximum(np.searchsorted(places, np.arange(steps), side="right") - 1, 0)
    on = (np.arange(steps) - np.asarray(places)[latest]) * (step / FINEST)
    return np.asarray((minutes[latest] + on.astype(np.int64)) % 1440, np.int64)


def _open(clock: np.ndarray, closed: tuple[time, time] | None) -> Bools | None:
    """Whether the place is open at each step; None where its hours are not known."""
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
    """The lines under their heads; what is not known is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(
        [line.time, *(_plain(v) for v in (line.people, line.low, line.high, line.raw))] for line in lines
    )
    return text.getvalue().rstrip("\n")


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value == int(value) else f"{value:.2f}"


def as_json(lines: Sequence[Line]) -> str:
    """The lines as a JSON array of objects."""
    rows = ({name: getattr(line, name) for name in HEAD} for line in lines)
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
