"""The write transaction: readings in, buckets and days recomputed from them, listeners told - all or nothing.

Writing the same batch again changes nothing, so whoever is not sure whether a batch was committed writes it again.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from core.metrics import METRICS, Kind
from core.readings import Message, Reading, Refusal, Status
from store import rollup
from store.database import Database, array, sql

Key = tuple[str, str, str]  # source, device, channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A reading on its way in; its `time` is set by now."""

    reading: Reading
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A message that could not be read (in full) and why, in a sentence; `kind` is the class of that reason."""

    message: Message
    reason: str
    kind: Refusal = Refusal.UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction writes; statuses come with the time they were received."""

    readings: Sequence[Incoming] = ()
    statuses: Sequence[tuple[Status, datetime]] = ()
    rejections: Sequence[Rejection] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a transaction did: readings new or corrected, readings that were there already, messages rejected."""

    readings: int = 0
    unchanged: int = 0
    rejected: int = 0


Row = tuple[int, int, datetime, float, float, int, datetime]  # the columns of the reading table
Ids = dict[Key, tuple[int, int]]  # the channel and device ids of channels


def write(db: Database, batch: Batch) -> Written:
    """Writes the batch. Raises StoreUnavailable (write it again) or StoreRefused (part of it can never be stored)."""
    changed, ids = 0, {}
    with db.transaction() as conn:
        if batch.readings:
            ids = _channel_ids(db, conn, batch.readings)
            changed = _readings(conn, batch.readings, ids)
        for status, received in batch.statuses:
            key = {"source": status.source, "device": status.device}
            conn.execute(sql("device_status"), {**key, "online": status.online, "received": received})
        if batch.rejections:
            conn.cursor().executemany(sql("insert_rejected"), [_rejected(r) for r in batch.rejections])
    db.channels.update(ids)  # only now: a transaction that was rolled back has registered nothing
    return Written(readings=changed, unchanged=len(batch.readings) - changed, rejected=len(batch.rejections))


def _rejected(rejection: Rejection) -> dict[str, object]:
    m = rejection.message  # text columns cannot hold NUL; the payload is kept as bytes
    topic, reason = (text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in (m.topic, rejection.reason))
    return {"received": m.received, "topic": topic, "payload": m.payload, "retained": m.retained, "reason": reason}


def _readings(conn: psycopg.Connection[Any], incoming: Sequence[Incoming], ids: Ids) -> int:
    """Inserts, recomputes, notes and notifies; how many readings were new or corrected."""
    rows = {row[:3]: row for row in _rows(incoming, ids)}  # the last of equal keys wins
    conn.execute(sql("lock_channels"), {"channels": sorted({row[0] for row in rows.values()})})
    changes = _insert(conn, list(rows.values()))
    _note_heard(conn, incoming, ids)
    if changes:
        for slug, since in rollup.recompute(conn, changes).items():
            payload = json.dumps({"site": slug, "since": since.isoformat()})
            conn.execute(sql("notify"), {"channel": "readings", "payload": payload})
    return len(changes)


def _channel_ids(db: Database, conn: psycopg.Connection[Any], incoming: Iterable[Incoming]) -> Ids:
    """The ids of the channels of the readings; channels never heard before are registered."""
    wanted = {(i.reading.source, i.reading.device, i.reading.channel) for i in incoming}
    unknown = sorted(wanted - db.channels.keys())
    found: Ids = {}
    if unknown:
        columns = dict(zip(("source", "device", "key"), map(list, zip(*unknown, strict=True)), strict=True))
        conn.execute(sql("register_devices"), {"source": columns["source"], "device": columns["device"]})
        conn.execute(sql("register_channels"), columns)
        found = {(r[0], r[1], r[2]): (r[3], r[4]) for r in conn.execute(sql("find_channels"), columns)}
    return {key: found.get(key) or db.channels[key] for key in wanted}


def _rows(incoming: Iterable[Incoming], ids: Ids) -> Iterator[Row]:
    for item in incoming:
        r = item.reading
        channel_id = ids[r.source, r.device, r.channel][0]
        yield (
            channel_id,
            METRICS[r.metric].code,
            r.time or item.received,
            float(r.value),
            float(r.period_s),
            int(r.flags),
            item.received,
        )


def _insert(conn: psycopg.Connection[Any], rows: list[Row]) -> list[rollup.Change]:
    names = ("channel", "metric", "time", "value", "period_s", "flags", "received")
    columns = dict(zip(names, map(array, zip(*rows, strict=True)), strict=True))
    with conn.cursor(binary=True) as cur:
        return list(map(rollup.Change._make, cur.execute(sql("insert_readings"), columns)))


def _note_heard(conn: psycopg.Connection[Any], incoming: Sequence[Incoming], ids: Ids) -> None:
    """Notes when channels and devices were last heard, and the offset of the devices' clocks.

    The least delayed reading of a batch tells most about a clock: a late batch makes it look behind, nothing
    makes it look ahead.
    """
    channels: dict[int, tuple[datetime, datetime, bool]] = {}
    devices: dict[int, tuple[datetime, float, int]] = {}
    for item in incoming:
        r = item.reading
        channel_id, device_id = ids[r.source, r.device, r.channel]
        time, received, total = r.time or item.received, item.received, METRICS[r.metric].kind is Kind.TOTAL
        if known := channels.get(channel_id):
            time, received, total = max(time, known[0]), max(received, known[1]), total or known[2]
        channels[channel_id] = time, received, total
        if r.time is not None:
            offset_s, flags, heard = (r.time - item.received).total_seconds(), int(r.flags), item.received
            if (best := devices.get(device_id)) and best[1] > offset_s:
                heard, offset_s, flags = max(heard, best[0]), best[1], best[2]
            devices[device_id] = heard, offset_s, flags
        else:
            devices.setdefault(device_id, (item.received, 0.0, int(r.flags)))
    time_, received_, totals = (list(part) for part in zip(*channels.values(), strict=True))
    seen = {"channel": list(channels), "time": time_, "received": received_, "totals": totals}
    conn.execute(sql("channel_heard"), seen)
    heard_, offsets, flags_ = (list(part) for part in zip(*devices.values(), strict=True))
    conn.execute(
        sql("device_heard"), {"device": list(devices), "received": heard_, "offset_s": offsets, "flags": flags_}
    )
