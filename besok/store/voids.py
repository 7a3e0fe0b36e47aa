"""Times of devices voided by a person: their readings stay, and do not count until that is undone."""

from dataclasses import dataclass
from datetime import datetime

from besok.model import audited, messages
from besok.model.errors import NotFound, StoreRefused
from besok.model.views.devices import Voided
from besok.store import audit, rollup
from besok.store.database import Connection, Database, fetch, fetch_one, sql, values_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """A device with its channels, and the sites where it is or was placed."""

    device_id: int
    source: str
    device: str
    channels: list[int]
    sites: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTotals:
    """Number and span of readings, and the people counted by them: in and out together, without running totals."""

    readings: int
    people: float
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Locked:
    device_id: int
    first: datetime
    last: datetime
    above: float | None
    undone: bool
    channels: list[int]


def find(db: Database, device: str, source: str = "") -> KnownDevice:
    """Return the device of a name. Raises NotFound, StoreRefused where devices of several sources have it."""
    with db.transaction() as conn:
        return find_in(conn, device, source)


def find_in(conn: Connection, device: str, source: str = "") -> KnownDevice:
    """As `find`, in a transaction."""
    devices = fetch(conn, "void_devices", KnownDevice, device=device, source=source)
    if not devices:
        raise NotFound(f'there is no device "{device}"; `besok device list` shows those there are')
    if len(devices) > 1:
        raise StoreRefused(
            f'"{device}" is the name of several devices; say which: --source {" or ".join(d.source for d in devices)}'
        )
    return devices[0]


def affected(
    db: Database, device: KnownDevice, first: datetime, last: datetime, above: float | None = None
) -> ReadingTotals:
    """Return the readings that would no longer count if the time from `first` up to `last` were voided.

    Raises StoreRefused where it is voided already.
    """
    with db.transaction() as conn:
        return _would_go(conn, device, first, last, above)


def add(
    db: Database,
    device: KnownDevice,
    first: datetime,
    last: datetime,
    above: float | None = None,
    *,
    reason: str,
    author: str,
    now: datetime,
) -> int:
    """Void the readings of a device about the time from `first` up to `last` and recompute the days concerned.

    All of them, so that this time is not measured; or only those `above` a value, so that the others still count.
    Readings of that time that arrive later do not count either. Returns the number under which it can be undone.
    Raises StoreRefused where it is voided already.
    """
    key = {
        "device_id": device.device_id,
        "channels": device.channels,
        "first": first,
        "last": last,
        "above": above,
    }
    with db.transaction() as conn:
        conn.execute(sql("lock_channels"), {"channels": device.channels})
        _refuse_expired(conn, device.device, device.channels, first)
        voided = _would_go(conn, device, first, last, above)
        details = {"reason": reason, "author": author, "now": now}
        ((number,),) = conn.execute(sql("void_add"), {**values_of(voided), **key, **details}).fetchall()
        _recompute(conn, key)
        span = {"first": f"{first:%Y-%m-%d %H:%M}", "last": f"{last:%Y-%m-%d %H:%M}"}
        detail = audited.said(author, reason, audited.READINGS(**span, n=voided.readings))
        for site in device.sites:
            audit.note(conn, "void", f"{number} {device.device}", site=site, detail=detail)
        return int(number)


def undo(db: Database, number: int, *, reason: str, author: str, now: datetime) -> None:
    """Undo a void and recompute the days. Raises NotFound, StoreRefused where it was undone before."""
    with db.transaction() as conn:
        stored = fetch_one(conn, "void_lock", _Locked, id=number)
        if stored is None:
            raise NotFound(f"nothing was voided under {number}; `besok readings list` shows what was")
        if stored.undone:
            raise StoreRefused(messages.UNDONE_BEFORE(number=number))
        conn.execute(sql("lock_channels"), {"channels": stored.channels})
        _refuse_expired(conn, f"void {number}", stored.channels, stored.first)
        details = {"reason": reason, "author": author, "now": now}
        conn.execute(sql("void_undo"), {"id": number, **details})
        audit.note(conn, "void", str(number), detail=audited.said(author, audited.UNDONE, reason))
        key = {name: getattr(stored, name) for name in ("device_id", "channels", "first", "last", "above")}
        _recompute(conn, key)


def listing(db: Database, site: str | None = None) -> list[Voided]:
    """Return the voids of the sensors of a site, or of all devices, undone ones too; latest first."""
    return db.fetch("voids", Voided, site=site)


def _would_go(
    conn: Connection, device: KnownDevice, first: datetime, last: datetime, above: float | None
) -> ReadingTotals:
    span = {"first": first, "last": last, "above": above}
    ((covered,),) = conn.execute(sql("void_covered"), span | {"device_id": device.device_id}).fetchall()
    if covered:
        raise StoreRefused(messages.VOIDED_BEFORE(device=device.device))
    (totals,) = fetch(conn, "void_counts", ReadingTotals, channels=device.channels, **span)
    return totals


def _refuse_expired(conn: Connection, what: str, channels: list[int], first: datetime) -> None:
    """Raise StoreRefused where readings from `first` on are deleted: the days could not be recomputed from the rest."""
    ((expired,),) = conn.execute(sql("void_expired"), {"channels": channels, "first": first}).fetchall()
    if expired:
        raise StoreRefused(messages.EXPIRED(what=what, until=expired.date()))


def _recompute(conn: Connection, key: dict[str, object]) -> None:
    """Flag the readings of a time by the voids in force, recompute their days, and notify listeners."""
    conn.execute(sql("void_mark"), key)
    rollup.notify(conn, rollup.recompute_ranges(conn, rollup.ranges(conn, "void_ranges", key)))
