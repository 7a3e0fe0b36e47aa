"""People's counts: taken in once each, and read beside what the sensors told of the same time."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal, TypeVar
from uuid import UUID

import psycopg

from besok.analytics.validation_count import clock_shift, compare
from besok.model import messages
from besok.model.errors import NotFound, StoreRefused
from besok.model.validation import Segment, Tap, Watch
from besok.model.views.calibration import CountInfo, ManualCount
from besok.store.database import Database, sql

KEPT = timedelta(days=400)  # older counts say nothing of a sensor today


@dataclass(frozen=True, slots=True, kw_only=True)
class _Count:
    count_id: UUID
    portal_id: int
    portal: str
    counted_by: str
    begins: datetime
    ends: datetime
    clock_ahead_s: float
    note: str
    received: datetime
    discarded: datetime | None
    discarded_by: str | None
    discarded_why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tap:
    count_id: UUID
    time: datetime
    direction: Literal["in", "out"]
    people: int
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    count_id: UUID
    channel_id: int
    interval_s: int
    heard: datetime | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    count_id: UUID
    channel_id: int
    begins: datetime
    ends: datetime
    people_in: float
    people_out: float
    directed: bool


_Row = TypeVar("_Row", _Tap, _Watch, _Segment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A count with the channels that observed its door."""

    info: CountInfo
    portal_id: int
    channels: tuple[int, ...]


def receive(db: Database, site: str, count: ManualCount, now: datetime) -> bool:
    """Stores a count of a door of `site`; False if it was stored before.

    Raises NotFound for a door the site does not have, StoreRefused for another count under the same id.
    """
    with db.transaction() as conn:
        door = portal_id(conn, site, count.portal)
        row = {
            "count_id": count.id,
            "portal_id": door,
            "counted_by": count.counted_by,
            "begins": count.begins,
            "ends": count.ends,
            "clock_ahead_s": clock_shift(count.sent, now).total_seconds(),
            "note": count.note,
            "received": now,
            "digest": _digest(count),
        }
        if not conn.execute(sql("manual_count_put"), row).rowcount:
            known = conn.execute(sql("manual_count_digest"), {"count_id": count.id}).fetchone()
            if known is None:
                raise StoreRefused(messages.MANY_COUNTS)
            if bytes(known[0]) != row["digest"]:
                raise StoreRefused(messages.ANOTHER_COUNT)
            return False
        taps = [
            {"count_id": count.id, "position": n, "time": t.time, "direction": t.direction, "people": t.people,
             "undone": t.undone} for n, t in enumerate(count.taps)
        ]  # fmt: skip
        conn.cursor().executemany(sql("manual_tap_put"), taps)
        return True


def discard(db: Database, site: str, count: UUID, *, author: str, reason: str, now: datetime) -> None:
    """Takes a count out of use. Raises NotFound if there is none in use with this id."""
    key = {"site": site, "count_id": count, "author": author, "reason": reason, "now": now}
    if not db.run("manual_count_discard", key):
        raise NotFound(f"{site} has no count {count} that is in use")


def counts(db: Database, site: str, doors: dict[int, tuple[int, ...]], now: datetime) -> list[Beside]:
    """The counts of the last KEPT at a site beside its sensors, the latest first.

    `doors` tells which channels observe each portal now: a count beside others is not used.
    """
    rows = db.fetch("manual_counts", _Count, site=site, since=now - KEPT)
    if not rows:
        return []
    ids = [row.count_id for row in rows]
    shifts = [timedelta(seconds=row.clock_ahead_s) for row in rows]
    spans = {
        "counts": ids,
        "portals": [row.portal_id for row in rows],
        "begins": [row.begins - off for row, off in zip(rows, shifts, strict=True)],
        "ends": [row.ends - off for row, off in zip(rows, shifts, strict=True)],
    }
    taps = _by_count(db.fetch("manual_taps", _Tap, counts=ids))
    watches = _by_count(db.fetch("count_watches", _Watch, **spans))
    segments = _by_count(db.fetch("count_segments", _Segment, **spans))
    return [
        _beside(
            row,
            taps.get(row.count_id, []),
            watches.get(row.count_id, []),
            segments.get(row.count_id, []),
            doors,
        )
        for row in rows
    ]


def _beside(
    row: _Count,
    taps: Sequence[_Tap],
    watches: Sequence[_Watch],
    segments: Sequence[_Segment],
    doors: dict[int, tuple[int, ...]],
) -> Beside:
    off = timedelta(seconds=row.clock_ahead_s)
    ours = tuple(
        Tap(time=t.time - off, direction=t.direction, people=t.people, undone=t.undone) for t in taps
    )
    compared = compare(
        row.begins - off,
        row.ends - off,
        ours,
        [
            Segment(channel_id=s.channel_id, begins=s.begins, ends=s.ends, people_in=s.people_in,
                    people_out=s.people_out, directed=s.directed) for s in segments
        ],
        [Watch(channel_id=w.channel_id, interval_s=w.interval_s, heard=w.heard) for w in watches],
    )  # fmt: skip
    channels = tuple(w.channel_id for w in watches)
    counted = {
        way: sum(t.people for t in ours if t.direction == way and not t.undone) for way in ("in", "out")
    }
    info = CountInfo(
        id=row.count_id,
        portal=row.portal,
        counted_by=row.counted_by,
        begins=row.begins - off,
        ends=row.ends - off,
        received=row.received,
        counted_in=counted["in"],
        counted_out=counted["out"],
        clock_ahead_s=row.clock_ahead_s,
        sensors=tuple(w.name for w in watches),
        compared=compared,
        used=compared.problem is None and row.discarded is None and doors.get(row.portal_id) == channels,
        note=row.note,
        discarded=row.discarded,
        discarded_by=row.discarded_by,
        discarded_why=row.discarded_why,
        taps=ours,
    )
    return Beside(info=info, portal_id=row.portal_id, channels=channels)


def _by_count(rows: Sequence[_Row]) -> dict[UUID, list[_Row]]:
    """Rows in the order of their counts, by count."""
    return {count: list(group) for count, group in groupby(rows, key=attrgetter("count_id"))}


def _digest(count: ManualCount) -> bytes:
    """What makes a count that comes again the same: all of it but when it was sent."""
    taps = [[t.time.isoformat(), t.direction, t.people, t.undone] for t in count.taps]
    span = [count.begins.isoformat(), count.ends.isoformat()]
    said = json.dumps([count.portal, count.counted_by, count.note, span, taps], ensure_ascii=False)
    return hashlib.sha256(said.encode()).digest()


def portal_id(conn: psycopg.Connection[Any], site: str, portal: str) -> int:
    """The id of a portal of a site. Raises NotFound."""
    row = conn.execute(sql("portal_of_site"), {"site": site, "portal": portal}).fetchone()
    if row is None:
        raise NotFound(messages.no_door(site, portal))
    return int(row[0])
