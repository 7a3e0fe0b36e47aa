"""Devices, placed and unplaced, and rejected messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from besok.model.readings import Flag, Refusal
from besok.model.views.devices import (
    COUNTED_TO,
    SHOWN_DEVICES,
    DeviceInfo,
    DeviceToday,
    HeardLine,
    RejectedAlike,
    RejectedMessage,
    UnplacedDevice,
)
from besok.model.views.like import like
from besok.model.views.live import Freshness, freshness, sensor_freshness
from besok.store.database import Database

SHOWN_BYTES = 2000
GONE_AFTER = timedelta(days=90)  # of silence, from which an unplaced device is no longer shown
REFUSED_FOR = timedelta(hours=1)
ALIKE_AMONG = 10_000  # of the newest rejected messages: the page is drawn often
SHOWN_READINGS = 5  # of each metric of an unplaced channel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device(DeviceInfo):
    """A device before its state is assessed."""

    clock_flags: int
    freshness: Freshness = "none"
    clock_problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _RejectedRow:
    id: int
    received: datetime
    topic: str
    reason: str
    kind: str
    payload: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _AlikeRow(_RejectedRow):
    count: int
    asks: bool


def get_silent_lines(db: Database, site: str, now: datetime) -> list[HeardLine]:
    """Return the lines of a site's devices from whose places nothing comes."""
    lines = db.fetch("heard_lines", HeardLine, site=site, now=now)
    return [one for one in lines if freshness(one.heard, now, one.interval_s) == "stale"]


def get_devices(db: Database, site: str | None = None, *, now: datetime) -> list[DeviceInfo]:
    """Return the devices that were seen or are expected: those placed in a site, or all."""
    return [
        like(
            DeviceInfo,
            row,
            freshness=sensor_freshness(row.heard, row.received, now, row.interval_s),
            clock_problem=_clock_problem(row, now),
        )
        for row in db.fetch("devices", _Device, site=site, now=now)
    ]


def get_devices_today(db: Database, site: str, since: datetime, now: datetime) -> dict[str, DeviceToday]:
    """Return what the devices placed in a site have sent since its business day began, by device."""
    return {
        row.device: row for row in db.fetch("devices_today", DeviceToday, site=site, since=since, now=now)
    }


def get_unplaced(db: Database, now: datetime) -> list[UnplacedDevice]:
    """Return devices with channels that send and are not placed, the last seen first, SHOWN_DEVICES at most.

    Devices silent for GONE_AFTER are left out; their readings stay stored.
    """
    most = {"limit": SHOWN_DEVICES, "most": COUNTED_TO, "number": SHOWN_READINGS}
    return db.fetch("unplaced", UnplacedDevice, since=now - GONE_AFTER, **most)


def get_rejected(db: Database, limit: int = 100, before_id: int | None = None) -> list[RejectedMessage]:
    """Return rejected messages, newest first; `before_id` gives the next page."""
    rows = db.fetch("rejected", _RejectedRow, limit=limit, before=before_id, length=SHOWN_BYTES)
    return [like(RejectedMessage, r, **_shown(r)) for r in rows]


def get_rejected_alike(db: Database, limit: int) -> list[RejectedAlike]:
    """Return the last rejected message of each topic and class of reasons, newest first, with how many there are.

    Only the newest ALIKE_AMONG are looked at.
    """
    rows = db.fetch("rejected_alike", _AlikeRow, limit=limit, length=SHOWN_BYTES, among=ALIKE_AMONG)
    return [like(RejectedAlike, r, **_shown(r)) for r in rows]


def refuses_simulated(db: Database, site: str, now: datetime) -> bool:
    """Tell whether simulated messages were rejected within the last hour because the site is real."""
    return bool(db.rows("refuses_simulated", site=site, since=now - REFUSED_FOR)[0][0])


def _shown(r: _RejectedRow) -> dict[str, Any]:
    """Return the class and the payload of a rejected message as they are shown."""
    text = r.payload.decode("utf-8", "replace" if r.size > SHOWN_BYTES else "strict") if _is_text(r) else None
    payload, encoding = (r.payload.hex(), "hex") if text is None else (text, "text")
    return {"kind": Refusal(r.kind), "payload": payload, "encoding": encoding}


def _is_text(r: _RejectedRow) -> bool:
    """Tell whether the payload is UTF-8; the last character may be cut off."""
    shown = r.payload[:-3] if r.size > SHOWN_BYTES else r.payload
    try:
        return "\0" not in shown.decode("utf-8")
    except UnicodeDecodeError as exc:
        return r.size > SHOWN_BYTES and exc.start >= len(shown) - 3


def _clock_problem(r: _Device, now: datetime) -> str | None:
    """Describe the error of a device's clock, also of one that sends now what is too old; None if there is none.

    What a silent device sent last with an old time may just have come late, and tells of no clock; a time ahead of ours
    never comes of that.
    """
    if r.received is None or r.clock_offset_s is None:
        return None
    behind = r.clock_offset_s < 0
    if behind and freshness(r.received, now, r.interval_s) != "live":
        return None
    sent = r.received + timedelta(seconds=r.clock_offset_s)
    slow = behind and freshness(sent, now, r.interval_s) == "stale"
    if not slow and not r.clock_flags & (Flag.CLOCK_AHEAD | Flag.CLOCK_BEHIND):
        return None
    off = timedelta(seconds=round(abs(r.clock_offset_s)))
    return f"its clock is {off} {'ahead of' if r.clock_offset_s > 0 else 'behind'} ours: set it, or check its time zone"
