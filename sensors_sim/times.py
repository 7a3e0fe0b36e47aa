"""Times in milliseconds since 1970, and opening hours in them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from besok.model.arrays import Bools, Ints
from besok.model.calendar import open_intervals, staffed_intervals
from besok.model.site import Site

DAY: Final = timedelta(days=1)
MINUTE_MS, QUARTER_MS, HOUR_MS = 60_000, 900_000, 3_600_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Opening(NamedTuple):
    """A stretch of opening hours."""

    start: int
    end: int


def millis(t: datetime) -> int:
    """Convert an aware time to milliseconds."""
    return int(t.timestamp()) * 1000 + t.microsecond // 1000


def instant(ms: int) -> datetime:
    """Convert milliseconds to a time in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


@lru_cache(maxsize=1024)  # devices report at the same times
def utc(ms: int) -> str:
    """Format as ISO 8601 in UTC, to the second: 2026-11-25T08:15:00Z."""
    return f"{instant(ms):%Y-%m-%dT%H:%M:%SZ}"


@lru_cache(maxsize=1024)
def utc_ms(ms: int) -> str:
    """Format as ISO 8601 in UTC, to the millisecond: 2026-11-25T08:15:00.250Z."""
    return f"{instant(ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"


def openings(site: Site, day: date) -> list[Opening]:
    """Return the opening hours of the business day."""
    return [Opening(millis(start), millis(end)) for start, end in open_intervals(day, site)]


def staffed(site: Site, day: date) -> list[Opening]:
    """Return the hours of the business day with staff."""
    return [Opening(millis(start), millis(end)) for start, end in staffed_intervals(day, site)]


def within(stretches: Sequence[Opening], times: Ints, before: int = 0, after: int = 0) -> Bools:
    """Say of each time whether it lies in a stretch, widened by so many milliseconds before and after it."""
    bounds = np.array(stretches, dtype=np.int64).reshape(-1, 2)
    begun = np.searchsorted(np.sort(bounds[:, 0]) - before, times, side="right")
    return begun > np.searchsorted(np.sort(bounds[:, 1]) + after, times, side="right")
