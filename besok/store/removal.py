"""Permanent removal of a device with all its readings, or of a site with all its content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from besok.model.errors import StoreRefused
from besok.store import audit, rollup
from besok.store.database import Connection, Database, fetch, sql
from besok.store.sites import no_site
from besok.store.voids import KnownDevice, ReadingTotals

_SENT = ("removal_readings", "removal_flow_buckets", "removal_level_buckets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What people have entered of a site: imports and counts by hand, closed periods, validation counts, headcounts,
    corrections of doors, actions, programme events.
    """

    imports: int
    periods: int
    counts: int
    headcounts: int
    corrections: int
    actions: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteContent:
    """Content removed with a site: readings of its devices, and entries by people."""

    devices: int
    sent: ReadingTotals
    written: Written


def device_content(db: Database, device: KnownDevice) -> ReadingTotals:
    """Return the readings removed with a device. Raises StoreRefused where it observes a place now."""
    with db.transaction() as conn:
        return _device_content(conn, device)


def _device_content(conn: Connection, device: KnownDevice) -> ReadingTotals:
    placed = [place for (place,) in conn.execute(sql("removal_placed"), {"device_id": device.device_id})]
    if placed:
        raise StoreRefused(
            f'"{device.device}" observes {", ".join(placed)}: take it out of the site file first (besok site apply),'
            " or void what was wrong (besok readings void)"
        )
    return _content(conn, device.channels)


def forget_device(db: Database, device: KnownDevice) -> ReadingTotals:
    """Delete a device with all its readings, and recompute the days on which it counted somewhere.

    If it sends again, it is a new device. Raises StoreRefused where it observes a place now.
    """
    with db.transaction() as conn:
        removed = forget(conn, device)
    db.channels.clear()
    return removed


def forget(conn: Connection, device: KnownDevice) -> ReadingTotals:
    """As `forget_device`, in a transaction; after the commit the caller clears `Database.channels`."""
    conn.execute(sql("sites_lock"))
    conn.execute(sql("lock_channels"), {"channels": device.channels})
    removed = _device_content(conn, device)
    extent = {"channels": device.channels}
    ranges = rollup.ranges(conn, "removal_extent", extent)
    for statement in _SENT:
        conn.execute(sql(statement), extent)
    since = rollup.recompute_ranges(conn, ranges)
    conn.execute(sql("removal_devices"), {"devices": [device.device_id]})
    audit.note(conn, "device.forget", device.device)
    _notify(conn, since)
    return removed


def site_content(db: Database, site: str, *others: str) -> SiteContent:
    """Return the content removed with a site, where `others` go too. Raises NotFound, StoreRefused if still needed."""
    with db.transaction() as conn:
        key = _lock(conn, site, others)
        devices = conn.execute(sql("removal_site_devices"), key).fetchall()
        (written,) = fetch(conn, "removal_written", Written, **key)
        sent = _content(conn, [channel for _, channels in devices for channel in channels])
    return SiteContent(devices=len(devices), sent=sent, written=written)


def remove_sites(db: Database, *sites: str, statement: str = "removal_site") -> None:
    """Delete sites with their places, the devices that were only there, their readings, and entries by people.

    All or nothing; the `statement` deletes the sites themselves. Raises NotFound, StoreRefused where another site needs
    one of them.
    """
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        keys = [_lock(conn, site, sites) for site in sites]
        devices = [row for key in keys for row in conn.execute(sql("removal_site_devices"), key)]
        channels = sorted({channel for _, own_channels in devices for channel in own_channels})
        conn.execute(sql("lock_channels"), {"channels": channels})
        for removal in _SENT:
            conn.execute(sql(removal), {"channels": channels})
        for key in keys:
            for removal in ("removal_mappings", "removal_minutes", "removal_quarters", "removal_results"):
                conn.execute(sql(removal), key)
        conn.execute(sql(statement), {"site_ids": [key["site_id"] for key in keys]})
        conn.execute(sql("removal_devices"), {"devices": [device for device, _ in devices]})
        for site in sites:
            audit.note(conn, "site.remove", site, site=site)
        _notify(conn, dict.fromkeys(sites, datetime.now(UTC)))
    db.channels.clear()


def _lock(conn: Connection, site: str, others: Sequence[str]) -> dict[str, object]:
    """Lock a site that is to go together with `others`; return its id and theirs."""
    row = conn.execute(sql("removal_lock"), {"site": site}).fetchone()
    if row is None:
        raise no_site(conn, site)
    key = {"site": site, "site_id": row[0], "others": list(others)}
    needed = [other for (other,) in conn.execute(sql("removal_needed"), key)]
    if needed:
        raise StoreRefused(
            f"{', '.join(needed)} cannot do without {site}: a door leads into it, or a target counts it (also)."
            " Take that out of the site file first (besok site apply)"
        )
    return key


def _content(conn: Connection, channels: list[int]) -> ReadingTotals:
    (content,) = fetch(conn, "removal_holds", ReadingTotals, channels=channels)
    return content


def _notify(conn: Connection, since: dict[str, datetime]) -> None:
    """Tell services to look again at sites, and at which devices are bound to topics."""
    rollup.notify(conn, since)
    for site in since:
        for channel in ("sites", "occupancy"):
            conn.execute(sql("notify"), {"channel": channel, "payload": site})
    conn.execute(sql("notify"), {"channel": "bindings", "payload": ""})
