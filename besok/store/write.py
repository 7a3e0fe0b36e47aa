"""The write transaction: insert readings, recompute buckets and days, notify listeners: all or nothing.

Writing the same batch again changes nothing, so a batch whose commit is uncertain is written again.
Everything is locked in one order: seen messages, then devices and channels, then portals.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from msgspec import Struct

from besok.model.errors import StoreUnavailable
from besok.model.metrics import METRICS
from besok.model.readings import Flag, Message, Reading, Refusal, Status
from besok.store import message_dedup, quarantine, rollup
from besok.store.database import Connection, Database, sql
from besok.store.identity import Device, Key, Topics, find_channels, learn_topics, register
from besok.store.message_dedup import Origin
from besok.store.reading_rows import Row, grouped, insert, note_channels, update


class Incoming(NamedTuple):  # tuples are quickly made, and there are tens of thousands of them
    """A reading to be written; its `time` is set. `origin` refers to its message, for de-duplication."""

    reading: Reading
    received: datetime
    origin: Origin | None = None


class Rejection(Struct, frozen=True, kw_only=True):
    """A message that could not be read (in full) and why, in a sentence; `kind` is the class of that reason."""

    message: Message
    reason: str
    kind: Refusal = Refusal.UNREADABLE
    origin: Origin | None = None


class DeviceDescription(NamedTuple):
    """The topic on which a device sent, and the model in its message ("" if none)."""

    topic: str
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Content of one transaction; statuses come with the time they were received.

    `origins` are the messages to de-duplicate, in order of arrival: readings and rejections of one stored before are
    left out. Those with an origin not among them are written in any case. `devices`
    describes devices by source and external id. `topics` are filters of those that are not bound yet, `binds` the
    placed ones among these. `new_sessions` are clients for whom the broker restarts its numbers.
    """

    readings: Sequence[Incoming] = ()
    statuses: Sequence[tuple[Status, datetime]] = ()
    rejections: Sequence[Rejection] = ()
    origins: Sequence[Origin] = ()
    devices: Mapping[Device, DeviceDescription] = field(default_factory=dict)
    topics: Topics = field(default_factory=dict)
    binds: frozenset[Device] = frozenset()
    new_sessions: frozenset[str] = frozenset()


NO_TIME = int(Flag.NO_TIME)  # a whole number is compared faster than a flag
_received, _device = attrgetter("received"), attrgetter("device")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Result of a transaction: readings new or corrected, readings stored before, readings withheld
    (besok/store/quarantine.py), messages rejected, and messages stored before (`repeats`), which are not
    among the others."""

    readings: int = 0
    unchanged: int = 0
    withheld: int = 0
    rejected: int = 0
    repeats: int = 0


Ids = dict[Key, tuple[int, int]]  # the channel and device ids of channels


def write(db: Database, batch: Batch) -> Written:
    """Write the batch. Raises StoreUnavailable or SchemaMismatch (write it again, the latter after a migration) or
    StoreRefused (part of it can never be stored).
    """
    written, ids = Written(), {}
    with db.transaction() as conn:
        if batch.new_sessions:
            message_dedup.forget_sessions(conn, batch.new_sessions, batch.origins)
        repeats = message_dedup.repeats(conn, batch.origins)
        readings, rejections = batch.readings, batch.rejections
        if repeats:
            readings = [i for i in readings if i.origin not in repeats]
            rejections = [r for r in rejections if r.origin not in repeats]
        if readings:
            ids = _channel_ids(db, conn, readings)
            if not _known(conn, ids):
                db.channels.clear()
                raise StoreUnavailable("a device was forgotten since it was heard last")
            written = _readings(conn, readings, ids, batch)
        for status, received in batch.statuses:
            key = {"source": status.source, "device": status.device}
            conn.execute(sql("device_status"), {**key, "online": status.online, "received": received})
        if rejections:
            keep(conn, rejections)
    db.channels.update(ids)  # only now: a transaction that was rolled back has registered nothing
    return replace(written, rejected=len(rejections), repeats=len(repeats))


def keep(conn: Connection, rejections: Sequence[Rejection]) -> None:
    """Store rejected messages.

    In one statement: after a pipeline of several the server no longer checks how long a transaction is idle, and one
    whose network has vanished would keep its locks for ever.
    """
    messages = [rejection.message for rejection in rejections]
    columns = {
        "received": [m.received for m in messages],
        "topic": [_text(m.topic) for m in messages],
        "payload": [m.payload for m in messages],
        "retained": [m.retained for m in messages],
        "reason": [_text(rejection.reason) for rejection in rejections],
        "kind": [rejection.kind.value for rejection in rejections],
    }
    conn.execute(sql("insert_rejected"), columns)


def _text(text: str) -> str:
    """Return a text without NUL, which text columns cannot hold."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _readings(conn: Connection, incoming: Sequence[Incoming], ids: Ids, batch: Batch) -> Written:
    """Insert readings, recompute, update devices and notify; return the numbers."""
    received = list(_rows(incoming, ids))
    limits = quarantine.limits(conn, received)
    rows, withheld = quarantine.sift(received, limits)
    changes = insert(conn, rows) if rows else []
    if rows:
        note_channels(conn, rows)
    _note_devices(conn, received, {ids[key][1]: new for key in ids if (new := batch.devices.get(key[:2]))})
    if batch.topics:
        learn_topics(conn, batch.topics, batch.binds)
    if withheld:
        quarantine.put(conn, withheld)
    if changes:
        _recompute(conn, changes, limits)
    changed = sum(change.readings for change in changes)
    return Written(
        readings=changed, unchanged=len(received) - len(withheld) - changed, withheld=len(withheld)
    )


def _recompute(
    conn: Connection, changes: Sequence[rollup.Change], limits_by_channel: Mapping[int, quarantine.Limits]
) -> None:
    """Recompute the changes, without the impossible quarters, and notify listeners."""
    most = {channel: limits.most for channel, limits in limits_by_channel.items()}
    since, beyond = rollup.recompute(conn, changes, most)
    if beyond and (ranges := quarantine.withhold(conn, beyond, limits_by_channel)):
        for slug, first in rollup.recompute_ranges(conn, ranges).items():
            since[slug] = min(first, since.get(slug, first))
    rollup.notify(conn, since)


def _known(conn: Connection, ids: Ids) -> bool:
    """Lock the channels, and the portals they observe; False if a channel no longer exists."""
    channels = sorted({channel for channel, _ in ids.values()})
    row = conn.execute(sql("lock_channels"), {"channels": channels}).fetchone()
    return row is not None and int(row[0]) == len(channels)


def _channel_ids(db: Database, conn: Connection, incoming: Iterable[Incoming]) -> Ids:
    """Return the ids of the channels of the readings; unknown channels are registered."""
    keys = {(i.reading.source, i.reading.device, i.reading.channel) for i in incoming}
    unknown = sorted(keys - db.channels.keys())
    registered: Ids = {}
    if unknown:
        register(conn, unknown)
        registered = find_channels(conn, unknown)
    return {key: registered.get(key) or db.channels[key] for key in keys}


def _rows(incoming: Iterable[Incoming], ids: Ids) -> Iterator[Row]:
    for r, received, _ in incoming:
        channel, device = ids[r.source, r.device, r.channel]
        metric, time = METRICS[r.metric].code, r.time or received
        yield Row(channel, metric, time, r.value, r.period_s, int(r.flags), received, device, r.wraps)


def _note_devices(conn: Connection, rows: Iterable[Row], described: Mapping[int, DeviceDescription]) -> None:
    """Record when and how devices last sent, and the offset of their clocks.

    The least delayed reading of a batch is the best evidence of a clock: a late batch makes it look behind, nothing
    makes it look ahead. A reading without its own time is not evidence.
    """
    seen = {}
    for device, group in grouped(rows, _device):
        timed = [row for row in group if not row.flags & NO_TIME]
        best = max(timed or group, key=lambda row: row.time - row.received)
        offset_s = (best.time - best.received).total_seconds() if timed else None
        seen[device] = max(map(_received, group)), offset_s, best.flags, *_columns(described.get(device))
    update(conn, "device_heard", ("device", "received", "offset_s", "flags", "topic", "model"), seen)


def _columns(description: DeviceDescription | None) -> tuple[str | None, str]:
    """Return topic and model as text columns can hold them; None for a topic with a NUL."""
    if description is None:
        return None, ""
    topic, model = description
    return (None if "\0" in topic else topic), model.replace("\0", "")
