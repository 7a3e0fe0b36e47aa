"""Devices and the messages nobody could read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from besok.model.readings import Flag
from besok.model.views.devices import (
    COUNTED_TO,
    SHOWN_DEVICES,
    DeviceInfo,
    LastReading,
    PlacementInfo,
    RejectedMessage,
    UnplacedChannel,
    UnplacedDevice,
)
from besok.model.views.live import freshness
from besok.store.database import Database

SHOWN_BYTES = 2000
SILENT = timedelta(days=90)  # after which an unplaced device is shown no more
SHOWN_READINGS = 5  # of each metric of an unplaced channel


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeviceRow:
    source: str
    device: str
    model: str
    online: bool | None
    heard: datetime | None
    interval_s: int
    clock_offset_s: float | None
    clock_flags: int
    channels: list[str]
    placements: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _RejectedRow:
    id: int
    received: datetime
    topic: str
    reason: str
    payload: bytes
    size: int


def devices(db: Database, site: str | None = None, *, now: datetime) -> list[DeviceInfo]:
    """Devices heard or expected: those placed in a site, or all."""
    return [
        DeviceInfo(
            source=r.source,
            device=r.device,
            model=r.model,
            online=r.online,
            heard=r.heard,
            freshness=freshness(r.heard, now, r.interval_s),
            interval_s=r.interval_s,
            clock_offset_s=r.clock_offset_s,
            clock_problem=_clock_problem(r),
            placements=tuple(PlacementInfo(**p) for p in r.placements),
            channels=tuple(r.channels),
        )
        for r in db.fetch("devices", _DeviceRow, site=site)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnplacedRow:
    source: str
    device: str
    model: str
    topic: str | None
    heard: datetime
    channel_id: int
    channel: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReadingRow:
    channel_id: int
    metric: str
    value: float
    time: datetime
    since: datetime


def unplaced(db: Database, now: datetime) -> list[UnplacedDevice]:
    """Devices with channels that are heard and observe nothing, the one heard last first, SHOWN_DEVICES at most.

    One that has been silent for SILENT is taken for gone; what it sent stays all the same.
    """
    rows = db.fetch("unplaced", _UnplacedRow, since=now - SILENT, limit=SHOWN_DEVICES, most=COUNTED_TO)
    channels = [row.channel_id for row in rows]
    readings: dict[int, list[_ReadingRow]] = {}
    for reading in db.fetch("unplaced_readings", _ReadingRow, channels=channels, number=SHOWN_READINGS):
        readings.setdefault(reading.channel_id, []).append(reading)
    heard = (row for row in rows if row.channel_id in readings)
    return [
        _unplaced(list(group), readings)
        for _, group in groupby(heard, key=lambda row: (row.source, row.device))
    ]


def _unplaced(rows: Sequence[_UnplacedRow], readings: Mapping[int, Sequence[_ReadingRow]]) -> UnplacedDevice:
    first = rows[0]
    return UnplacedDevice(
        source=first.source,
        device=first.device,
        model=first.model,
        topic=first.topic,
        first_heard=min(reading.since for row in rows for reading in readings[row.channel_id]),
        heard=first.heard,
        channels=tuple(
            UnplacedChannel(
                channel=row.channel,
                readings=tuple(
                    LastReading(metric=r.metric, value=r.value, time=r.time) for r in readings[row.channel_id]
                ),
                count=row.count,
            )
            for row in rows
        ),
    )


def rejected(db: Database, limit: int = 100, before_id: int | None = None) -> list[RejectedMessage]:
    """Messages nobody could read, newest first; `before_id` gives the next page."""
    rows = db.fetch("rejected", _RejectedRow, limit=limit, before=before_id, length=SHOWN_BYTES)
    return [_rejected(r) for r in rows]


def _rejected(r: _RejectedRow) -> RejectedMessage:
    text = r.payload.decode("utf-8", "replace" if r.size > SHOWN_BYTES else "strict") if _is_text(r) else None
    return RejectedMessage(
        id=r.id,
        received=r.received,
        topic=r.topic,
        reason=r.reason,
        payload=r.payload.hex() if text is None else text,
        encoding="hex" if text is None else "text",
        size=r.size,
    )


def _is_text(r: _RejectedRow) -> bool:
    """Whether the payload is UTF-8; the last character of a cut one may be broken."""
    shown = r.payload[:-3] if r.size > SHOWN_BYTES else r.payload
    try:
        return "\0" not in shown.decode("utf-8")
    except UnicodeDecodeError as exc:
        return r.size > SHOWN_BYTES and exc.start >= len(shown) - 3


def _clock_problem(r: _DeviceRow) -> str | None:
    """What is wrong with a device's clock, in words; None if nothing is."""
    if r.clock_offset_s is None or not r.clock_flags & (Flag.CLOCK_AHEAD | Flag.CLOCK_BEHIND):
        return None
    off = timedelta(seconds=round(abs(r.clock_offset_s)))
    return f"its clock is {off} {'ahead of' if r.clock_offset_s > 0 else 'behind'} ours: set it, or check its time zone"
