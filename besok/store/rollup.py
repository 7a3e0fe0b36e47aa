"""Buckets and days, recomputed from all their readings: replays, late data and corrections cannot count twice."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from besok.model.metrics import METRICS, Kind
from besok.store.database import Connection, array, fetch, sql

BUCKET = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEVELS = {m.code for m in METRICS.values() if m.kind is Kind.LEVEL}
LEARNT_WEEKS = 9  # whose estimates may have learnt from a day: eight, and the rest of a week (jobs.learn)
TOTALS = {m.code for m in METRICS.values() if m.kind is Kind.TOTAL}


class Change(NamedTuple):
    """New or corrected readings of a channel and metric about one quarter of an hour."""

    channel_id: int
    metric: int
    first: datetime
    last: datetime
    readings: int


class Quarter(NamedTuple):
    """A quarter of an hour of a channel, by when it began."""

    channel_id: int
    bucket: datetime


class Range(NamedTuple):  # sorts by channel and time
    """Buckets of a channel to recompute: from `first` up to, not including, `last`."""

    channel_id: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedDay:
    """A business day whose figures change; `portal_id` is None where only the levels of its spaces do."""

    site_id: int
    slug: str
    portal_id: int | None
    day: date
    since: datetime
    past: bool


class Most(NamedTuple):
    """Limits for a quarter of an hour: people in either direction, and seconds covered by a channel."""

    people: float
    covered_s: float


UNLIMITED = Most(1e300, 1e300)
Limit = Mapping[int, Most]  # by channel
NO_LIMIT: Limit = {}


def recompute(
    conn: Connection, changes: Sequence[Change], limit: Limit = NO_LIMIT
) -> tuple[dict[str, datetime], list[Quarter]]:
    """Recompute every bucket and day the changed readings touch.

    Returns since when each site touched has changed, and the quarters beyond the limit: with too many people, or with
    a channel that covers the same time more than once.
    """
    totals = [c for c in changes if c.metric in TOTALS]
    deltas = (_range(c) for c in changes if c.metric not in TOTALS and c.metric not in _LEVELS)
    flows = _merged([*deltas, *_between_totals(conn, totals)])
    levels = _merged(_range(c) for c in changes if c.metric in _LEVELS)
    return _recompute_buckets(conn, flows, levels, limit)


def recompute_ranges(conn: Connection, ranges: Iterable[Range]) -> dict[str, datetime]:
    """Recompute every bucket and day in some ranges, whatever changed in them; since when each site has changed."""
    merged = _merged(ranges)
    return _recompute_buckets(conn, merged, merged, NO_LIMIT)[0] if merged else {}


def ranges(conn: Connection, query: str, key: Mapping[str, object]) -> list[Range]:
    """Return the ranges of the named query."""
    return list(map(Range._make, conn.execute(sql(query), key)))


def _recompute_buckets(
    conn: Connection, flows: Sequence[Range], levels: Sequence[Range], limit: Limit
) -> tuple[dict[str, datetime], list[Quarter]]:
    beyond = write_flows(conn, flows, limit)
    if levels:
        conn.execute(sql("rollup_level"), _columns(levels))
    return _recompute_days(conn, sorted({*flows, *levels})), beyond


def write_flows(conn: Connection, ranges: Sequence[Range], limit: Limit = NO_LIMIT) -> list[Quarter]:
    """Recompute the flow buckets of the ranges from their readings; return those beyond the limit."""
    if not ranges:
        return []
    most = [limit.get(r.channel_id, UNLIMITED) for r in ranges]
    limits = {"people": [m.people for m in most], "told_s": [m.covered_s for m in most]}
    return list(map(Quarter._make, conn.execute(sql("rollup_flow"), {**_columns(ranges), **limits})))


def write_days(conn: Connection, keys: Sequence[tuple[int, int, date]]) -> None:
    """Recompute flow days (site id, portal id, business day) from their buckets.

    A month at a time: the database compares each bucket of a portal with each of its days.
    """
    for _, month in groupby(sorted(keys, key=itemgetter(2)), lambda key: (key[2].year, key[2].month)):
        sites, portals, days = map(list, zip(*month, strict=True))
        params = {"site": sites, "portal": portals, "day": days, "from": min(days), "to": max(days)}
        conn.execute(sql("rollup_day"), params)


def rebuild_days(conn: Connection, site_id: int) -> None:
    """Recompute every day of a site: its portals or the tree of its spaces have changed."""
    conn.execute(sql("forget_days"), {"site_id": site_id})
    if extent := ranges(conn, "site_extent", {"site_id": site_id}):
        _recompute_days(conn, extent)


def note_counting(conn: Connection) -> None:
    """Record what every channel counts, where and when, before this transaction changes it."""
    conn.execute(sql("counting_note"))


def recount(conn: Connection) -> None:
    """Recompute exactly the days on which channels count elsewhere, or otherwise, than recorded."""
    touched = fetch(conn, "counting_changed", TouchedDay)
    keys = [(t.site_id, t.portal_id, t.day) for t in touched if t.portal_id is not None]
    if keys:
        sites, portals, days = map(list, zip(*keys, strict=True))
        conn.execute(sql("flow_days_delete"), {"site": sites, "portal": portals, "day": days})
        write_days(conn, keys)
    for site_id in {t.site_id for t in touched}:
        mark_changed(conn, site_id, [t.day for t in touched if t.site_id == site_id and t.past])


def mark_changed(conn: Connection, site_id: int, days: Sequence[date]) -> None:
    """Mark past business days for a new estimate of their occupancy, and those whose estimate has learnt from them."""
    if days:
        conn.execute(sql("mark_learnt"), {"site": site_id, "days": sorted(set(days)), "weeks": LEARNT_WEEKS})


def notify(conn: Connection, since: Mapping[str, datetime]) -> None:
    """Notify listeners since when the observations of each site have changed."""
    for site, moment in since.items():
        payload = json.dumps({"site": site, "since": moment.isoformat()})
        conn.execute(sql("notify"), {"channel": "readings", "payload": payload})


def _recompute_days(conn: Connection, ranges: Sequence[Range]) -> dict[str, datetime]:
    """Recomputes the days in the ranges and marks the past ones for a new estimate; since when each site changed."""
    touched = fetch(conn, "touched_days", TouchedDay, **_columns(ranges))
    write_days(conn, [(t.site_id, t.portal_id, t.day) for t in touched if t.portal_id is not None])
    past = sorted({(t.site_id, t.day) for t in touched if t.past})
    if past:
        conn.execute(sql("mark_dirty"), {"site": [p[0] for p in past], "day": [p[1] for p in past]})
    since: dict[str, datetime] = {}
    for t in touched:
        since[t.slug] = min(t.since, since.get(t.slug, t.since))
    return since


def _range(change: Change) -> Range:
    return Range(change.channel_id, change.first, change.last)


def _between_totals(conn: Connection, totals: Sequence[Change]) -> Iterator[Range]:
    """Yield the ranges changed by totals: from the total before each to the one after it."""
    if totals:
        channels, metrics, first, last, _ = map(array, zip(*totals, strict=True))
        keys = {"channel": channels, "metric": metrics, "first": first, "last": last}
        yield from ranges(conn, "total_neighbours", keys)


def _merged(ranges: Iterable[Range]) -> list[Range]:
    """Merge the buckets that the ranges touch into as few aligned ranges as possible."""
    merged: list[Range] = []
    for channel_id, group in groupby(sorted(set(ranges)), key=itemgetter(0)):
        first: datetime | None = None
        last = _EPOCH
        for r in group:
            begins, ends = floor(r.first), floor(r.last) + BUCKET
            if first is not None and begins > last:
                merged.append(Range(channel_id=channel_id, first=first, last=last))
                first = None
            first, last = (begins, ends) if first is None else (first, max(last, ends))
        assert first is not None
        merged.append(Range(channel_id=channel_id, first=first, last=last))
    return merged


def floor(t: datetime) -> datetime:
    """Return the beginning of the quarter of an hour that contains a time."""
    return _EPOCH + (t - _EPOCH) // BUCKET * BUCKET


def _columns(ranges: Sequence[Range]) -> dict[str, object]:
    """Return ranges as parallel arrays; `from` and `to` bound them all, so that the planner can leave chunks out."""
    channel, first, last = zip(*ranges, strict=True)
    return {
        "channel": array(channel),
        "first": array(first),
        "last": array(last),
        "from": min(first),
        "to": max(last),
    }
