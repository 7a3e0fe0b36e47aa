"""Unusual intervals of a file of counts: read the lines, find the intervals, write them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from besok.analytics.events import EventModel, Unusual, find, lay, learn
from besok.files.counts import read_counts
from besok.files.tables import DETECT, ReadOptions, read_text
from besok.files.values import zone_named
from besok.model.errors import CountFileError
from cli.standalone.series import chosen_columns

COLUMNS = ("start", "end", "count", "expected", "score")
DAY = timedelta(days=1)
DOORS = 1.2  # lines to a time, from which a file holds several doors
MONTHS = np.timedelta64(60, "D")  # within which the clock may have changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Counts by wall-clock time, NaN where nothing was counted, with the offset from UTC that each line states (s)."""

    times: np.ndarray
    counts: np.ndarray
    offsets: np.ndarray | None
    zone: ZoneInfo | None
    note: str = ""  # which columns were counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Unusual hours, and how they were found."""

    series: Series
    learnt: EventModel
    intervals: Sequence[Unusual]

    @property
    def note(self) -> str:
        """Return a note about the file; empty if there is none."""
        return "\n".join(filter(None, (self.series.note, self._doubt())))

    def _doubt(self) -> str:
        if not self.learnt.comparable:
            return (
                "Too little history to tell what is usual: give three weeks of hours, or two months of days."
            )
        span = self.series.times.max() - self.series.times.min()
        if (
            self.series.offsets is not None
            and not self.series.offsets.any()
            and span > MONTHS
            and not self.series.zone
        ):
            return "The times are in UTC, and people keep to the clock: --zone Europe/Stockholm, say, puts them on it."
        return ""


def answer(path: Path, most: int | None, zone: str, options: ReadOptions = DETECT) -> Answer:
    """Return the unusual intervals of a file, `most` of them at most. Raises CountFileError."""
    series = read(path, zone, options)
    learnt = learn(lay(series.times, series.counts))
    return Answer(series=series, learnt=learnt, intervals=find(learnt, most))


def read(path: Path, zone: str = "", options: ReadOptions = DETECT) -> Series:
    """Read the columns time and count of a file, or those that `options` name.

    Times with an offset become wall-clock times, of `zone` if one is given.
    """
    counts = read_counts(read_text(path), str(path), "time", "count", options)
    place, zoned = zone_named(zone), counts.times.offset_s.notna()
    if zoned.any() and not zoned.all():
        raise CountFileError(f"{path}: some times tell their zone and others do not; write all of them alike")
    aware = bool(zoned.any())
    wall = counts.times.on_clock(place)
    offsets = (wall - counts.times.utc()).dt.total_seconds()
    remarks = [*counts.remarks, *chosen_columns(counts, "time", chosen=bool(options.value_columns))]
    lines = Series(
        times=wall.to_numpy("datetime64[s]"),
        counts=counts.values.to_numpy(float),
        offsets=offsets.to_numpy(int) if aware else None,
        zone=place if aware else None,
    )
    series = _doors_together(lines)
    if counts.repeated:
        remarks.append(f"{counts.repeated}; they are {'averaged' if series is lines else 'added up'}")
    return replace(series, note="\n".join(remarks))


def _doors_together(series: Series) -> Series:
    """Add up the lines of a time where so many times have several that these must be doors.

    A few are not: the hour that comes twice in autumn, or a line that was written twice.
    """
    times, first, place = np.unique(series.times, return_index=True, return_inverse=True)
    if len(series.times) < DOORS * len(times):
        return series
    counted = np.isfinite(series.counts)
    sums = np.bincount(place, np.where(counted, series.counts, 0.0), len(times))
    return replace(
        series,
        times=times,
        counts=np.where(np.bincount(place, counted, len(times)) > 0, sums, np.nan),
        offsets=None if series.offsets is None else series.offsets[first],
    )


def rows(answer: Answer) -> Iterator[tuple[str, str, float, float, float]]:
    """Each interval for output: times in the format of the file, rounded figures."""
    days = answer.learnt.grid.step_s == DAY.total_seconds()
    for one in answer.intervals:
        start, end = (_written(answer.series, t, days) for t in (one.start, one.end))
        yield start, end, _short(one.count, 2), round(one.expected, 2), round(one.score, 2)


def _written(series: Series, time: np.datetime64, days: bool) -> str:
    wall: datetime = time.astype("datetime64[s]").item()
    if days and (wall.hour, wall.minute) == (0, 0):
        return wall.date().isoformat()
    if series.offsets is None:
        return wall.isoformat(sep=" ")
    if series.zone:
        return wall.replace(tzinfo=series.zone).isoformat(sep=" ")
    last = max(
        int(np.searchsorted(series.times[order := np.argsort(series.times)], time, side="right")) - 1, 0
    )
    offset = timedelta(seconds=int(series.offsets[order][last]))
    return wall.replace(tzinfo=timezone(offset) if offset else UTC).isoformat(sep=" ")


def _short(value: float, digits: int) -> float:
    return int(value) if value == int(value) else round(value, digits)


def as_csv(answer: Answer) -> str:
    """Lines `start,end,count,expected,score`."""
    lines = [COLUMNS, *rows(answer)]
    return "\n".join(",".join(map(str, line)) for line in lines)


def as_json(answer: Answer) -> str:
    """One object: the intervals, and the usual values of the series."""
    learnt = answer.learnt
    usual = {
        "step_s": learnt.grid.step_s,
        "counts": int(np.isfinite(learnt.grid.counts).sum()),
        "scatter": {
            "groups": round(learnt.usual.spread.groups, 3),
            "roughness": round(learnt.usual.spread.roughness, 5),
        },
    }
    events = [dict(zip(COLUMNS, row, strict=True)) for row in rows(answer)]
    return json.dumps({"events": events, "usual": usual, "note": answer.note or None}, ensure_ascii=False)
