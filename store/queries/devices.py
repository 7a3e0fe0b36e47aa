"""Devices and the messages nobody could read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.readings import Flag
from core.views import DeviceInfo, PlacementInfo, RejectedMessage, freshness
from store.database import Database

SHOWN_BYTES = 2000


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
            freshness=freshness(r.heard, now),
            interval_s=r.interval_s,
            clock_offset_s=r.clock_offset_s,
            clock_problem=_clock_problem(r),
            placements=tuple(PlacementInfo(**p) for p in r.placements),
            channels=tuple(r.channels),
        )
        for r in db.fetch("devices", _DeviceRow, site=site)
    ]


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
