"""The write transaction: readings in, buckets and days recomputed from them, listeners told - all or nothing.

Writing the same batch again changes nothing, so whoever is not sure whether a batch was committed writes it again.
Everything is locked in one order: the ledger of messages, then devices and channels, then portals.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from core.metrics import METRICS, Kind
from core.readings import Flag, Message, Reading, Refusal, Status
from store import ledger, rollup
from store.database import Database, array, sql
from store.ledger import Origin

Key = tuple[str, str, str]  # source, device, channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A reading on its way in; its `time` is set by now. `origin` ties it to its message, for the ledger."""

    reading: Reading
    received: datetime
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A message that could not be read (in full) and why, in a sentence; `kind` is the class of that reason."""

    message: Message
    reason: str
    kind: Refusal = Refusal.UNREADABLE
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How a device was heard: on which topic, and what its message says it is ("" if nothing)."""

    topic: str
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction writes; statuses come with the time they were received.

    `origins` are the messages that the ledger has to know, in the order they came: what belongs to one that was stored
    before is left out. What has an origin that is not among them is written whatever the ledger says. `heard` tells,
    by source and external id, of devices. `new_sessions` are clients for whom the broker begins its numbers anew.
    """

    readings: Sequence[Incoming] = ()
    statuses: Sequence[tuple[Status, datetime]] = ()
    rejections: Sequence[Rejection] = ()
    origins: Sequence[Origin] = ()
    heard: Mapping[tuple[str, str], Heard] = field(default_factory=dict)
    new_sessions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a transaction did: readings new or corrected, readings that were there already, messages rejected, and
    messages that were stored before (`repeats`), of which nothing is among the others."""

    readings: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeats: int = 0


Row = tuple[int, int, datetime, float, float, int, datetime]  # the columns of the reading table
Ids = dict[Key, tuple[int, int]]  # the channel and device ids of channels


def write(db: Database, batch: Batch) -> Written:
    """Writes the batch. Raises StoreUnavailable (write it again) or StoreRefused (part of it can never be stored)."""
    changed, ids = 0, {}
    with db.transaction() as conn:
        if batch.new_sessions:
            ledger.forget_sessions(conn, batch.new_sessions)
        repeats = ledger.repeats(conn, batch.origins)
        readings, rejections = batch.readings, batch.rejections
        if repeats:
            readings = [i for i in readings if i.origin not in repeats]
            rejections = [r for r in rejections if r.origin not in repeats]
        if readings:
            ids = _channel_ids(db, conn, readings)
            changed = _readings(conn, readings, ids, batch.heard)
        for status, received in batch.statuses:
            key = {"source": status.source, "device": status.device}
            conn.execute(sql("device_status"), {**key, "online": status.online, "received": received})
        if rejections:
            conn.cursor().executemany(sql("insert_rejected"), [_rejected(r) for r in rejections])
    db.channels.update(ids)  # only now: a transaction that was rolled back has registered nothing
    return Written(readings=changed, unchanged=len(readings) - changed, rejected=len(rejections), repeats=len(repeats))


def _rejected(rejection: Rejection) -> dict[str, object]:
    m = rejection.message  # text columns cannot hold NUL; the payload is kept as bytes
    topic, reason = (text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in (m.topic, rejection.reason))
    return {"received": m.received, "topic": topic, "payload": m.payload, "retained": m.retained, "reason": reason}


def _readings(
    conn: psycopg.Connection[Any],
    incoming: Sequence[Incoming],
    ids: Ids,
    heard: Mapping[tuple[str, str], Heard],
) -> int:
    """Inserts, recomputes, notes and notifies; how many readings were new or corrected."""
    rows = {row[:3]: row for row in _rows(incoming, ids)}  # the last of equal keys wins
    conn.execute(sql("lock_channels"), {"channels": sorted({row[0] for row in rows.values()})})
    changes = _insert(conn, list(rows.values()))
    _note_heard(conn, incoming, ids, heard)
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


def _note_heard(
    conn: psycopg.Connection[Any],
    incoming: Sequence[Incoming],
    ids: Ids,
    heard: Mapping[tuple[str, str], Heard],
) -> None:
    """Notes when and how channels and devices were last heard, and the offset of the devices' clocks.

    The least delayed reading of a batch tells most about a clock: a late batch makes it look behind, nothing
    makes it look ahead. A reading without a time of its own tells nothing about it.
    """
    channels: dict[int, tuple[datetime, datetime, bool, int]] = {}
    devices: dict[int, tuple[datetime, float | None, int]] = {}
    names: dict[int, tuple[str, str]] = {}
    for item in incoming:
        r, received = item.reading, item.received
        channel_id, device_id = ids[r.source, r.device, r.channel]
        time, latest = r.time or received, received
        total, wraps = METRICS[r.metric].kind is Kind.TOTAL, r.wraps
        offset_s = None if r.time is None or r.flags & Flag.NO_TIME else (time - received).total_seconds()
        if known := channels.get(channel_id):
            time, latest = max(time, known[0]), max(received, known[1])
            total, wraps = total or known[2], wraps or known[3]
        channels[channel_id] = time, latest, total, wraps
        best = devices.get(device_id)
        if best is None:
            names[device_id] = r.source, r.device
            devices[device_id] = received, offset_s, int(r.flags)
        elif offset_s is not None and (best[1] is None or best[1] <= offset_s):
            devices[device_id] = max(received, best[0]), offset_s, int(r.flags)
        elif best[0] < received:
            devices[device_id] = received, best[1], best[2]
    _update(conn, "channel_heard", ("channel", "time", "received", "totals", "wraps"), channels)
    told = {key: (*row, *_told(heard.get(names[key]))) for key, row in devices.items()}
    _update(conn, "device_heard", ("device", "received", "offset_s", "flags", "topic", "model"), told)


def _told(heard: Heard | None) -> tuple[str | None, str]:
    """Topic and model as text columns hold them; a topic with a NUL is none."""
    if heard is None:
        return None, ""
    return (None if "\0" in heard.topic else heard.topic), heard.model.replace("\0", "")


def _update(
    conn: psycopg.Connection[Any], statement: str, names: tuple[str, ...], rows: Mapping[int, tuple[Any, ...]]
) -> None:
    """Runs a statement with arrays as parameters, one for each column of the rows; their keys are the first."""
    columns = zip(*((key, *row) for key, row in rows.items()), strict=True)
    conn.execute(sql(statement), dict(zip(names, map(list, columns), strict=True)))
