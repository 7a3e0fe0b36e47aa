"""Times of devices that a person voids: their readings are kept, and do not count until that is undone."""

from dataclasses import dataclass
from datetime import datetime

from besok.model import messages
from besok.model.errors import NotFound, StoreRefused
from besok.model.plurals import many
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
class Held:
    """Readings, from when to when, and the people by them: in and out together, running totals apart."""

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
    found = fetch(conn, "void_devices", KnownDevice, device=device, source=source)
    if not found:
        raise NotFound(f'there is no device "{device}"; `besok device list` shows those there are')
    if len(found) > 1:
        raise StoreRefused(
            f'"{device}" is the name of several devices; say which: --source {" or ".join(d.source for d in found)}'
        )
    return found[0]


def affected(
    db: Database, device: KnownDevice, first: datetime, last: datetime, above: float | None = None
) -> Held:
    """Return what would not count any more if the time from `first` up to `last` were voided."""
    span = {"first": first, "last": last, "above": above}
    (found,) = db.fetch("void_counts", Held, channels=device.channels, **span)
    return found


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
    """Void what a device tells of the time from `first` up to `last` and recompute the days concerned.

    All of it, so that this time is not measured; or only readings `above` a value, so that the others still count.
    What comes of that time later does not count either. Returns the number under which it can be undone.
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
        (goes,) = fetch(conn, "void_counts", Held, **key)
        said = {"reason": reason, "author": author, "now": now}
        ((number,),) = conn.execute(sql("void_add"), {**values_of(goes), **key, **said}).fetchall()
        _recompute(conn, key)
        about = (
            f"{author}: {reason}; {many(goes.readings, 'reading')} from {first:%Y-%m-%d %H:%M}"
            f" to {last:%Y-%m-%d %H:%M}"
        )
        for site in device.sites:
            audit.note(conn, "void", f"void {number} of {device.device}", site=site, detail=about)
        return int(number)


def undo(db: Database, number: int, *, reason: str, author: str, now: datetime) -> None:
    """Let what was voided count again, and recompute the days. Raises NotFound, StoreRefused where it was before."""
    with db.transaction() as conn:
        found = fetch_one(conn, "void_lock", _Locked, id=number)
        if found is None:
            raise NotFound(f"nothing was voided under {number}; `besok readings list` shows what was")
        if found.undone:
            raise StoreRefused(f"{number} was undone before: there is nothing to undo")
        conn.execute(sql("lock_channels"), {"channels": found.channels})
        _refuse_expired(conn, f"void {number}", found.channels, found.first)
        said = {"reason": reason, "author": author, "now": now}
        conn.execute(sql("void_undo"), {"id": number, **said})
        audit.note(conn, "void", f"void {number}", detail=f"undone, {author}: {reason}")
        key = {name: getattr(found, name) for name in ("device_id", "channels", "first", "last", "above")}
        _recompute(conn, key)


def listing(db: Database, site: str | None = None) -> list[Voided]:
    """Return what was voided of the sensors of a site, or of all devices, and what was undone; the last first."""
    return db.fetch("voids", Voided, site=site)


def _refuse_expired(conn: Connection, what: str, channels: list[int], first: datetime) -> None:
    """Raise StoreRefused where readings from `first` on are deleted: the days could not be recomputed from the rest."""
    ((expired,),) = conn.execute(sql("void_expired"), {"channels": channels, "first": first}).fetchall()
    if expired:
        raise StoreRefused(messages.EXPIRED(what=what, until=expired.date()))


def _recompute(conn: Connection, key: dict[str, object]) -> None:
    """Flag the readings of a time as is right now, recompute what they tell of, and tell who listens."""
    conn.execute(sql("void_mark"), key)
    rollup.notify(conn, rollup.recompute_ranges(conn, rollup.ranges(conn, "void_ranges", key)))
