"""Emptying of a sandbox: all simulated data of a site is deleted, the site itself stays."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from besok.model import audited
from besok.model.errors import StoreRefused
from besok.store import audit, rollup
from besok.store.database import Connection, Database, sql
from besok.store.sites import no_site

_DELETED = (
    "sandbox_flow_buckets", "sandbox_level_buckets", "sandbox_minutes", "sandbox_quarters", "sandbox_learnt",
    "sandbox_backfill", "sandbox_counts", "sandbox_headcounts", "sandbox_calibrations", "sandbox_imputed",
    "sandbox_findings", "sandbox_quarantine",
)  # fmt: skip
DAYS = timedelta(days=2)  # that a worker may be estimating by the minute


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxContent:
    """The readings of a site: how many, of how many sensors, from when to when (None if there are none)."""

    readings: int
    devices: int
    first: datetime | None
    last: datetime | None


def content(db: Database, site: str) -> SandboxContent:
    """Return the extent of the readings of a site."""
    extent = db.fetch_one("sandbox_holds", SandboxContent, site=site)
    assert extent
    return extent


def empty(db: Database, site: str, now: datetime | None = None) -> int:
    """Delete every reading of a simulated site, all that was computed from it, and earlier placements of its sensors.

    All or nothing; returns how many readings. Its places, sensors and hours stay, and other sites are unaffected.
    Writers wait meanwhile. Raises NotFound, and StoreRefused for a site that is not a sandbox.
    """
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        key = {"site": site, "site_id": _sandbox(conn, site)}
        conn.execute(sql("sandbox_spans"), key)
        channels = [channel for (channel,) in conn.execute(sql("sandbox_channels"))]
        conn.execute(sql("lock_channels"), {"channels": sorted(channels)})
        readings = conn.execute(sql("sandbox_readings")).rowcount
        for what in _DELETED:
            conn.execute(sql(what), key)
        conn.execute(sql("sandbox_neighbours"), key)
        conn.execute(sql("sandbox_clean"), key)
        _forget_sensors(conn)
        for (sharing,) in conn.execute(sql("sites_sharing_portals"), {"sites": [key["site_id"]]}).fetchall():
            rollup.rebuild_days(conn, sharing)
        audit.note(conn, "sandbox", site, site=site, detail=audited.EMPTIED(n=readings))
        rollup.notify(conn, {site: (now or datetime.now(UTC)) - DAYS})
        for channel in ("sites", "occupancy"):
            conn.execute(sql("notify"), {"channel": channel, "payload": site})
        return readings


def check(db: Database, site: str) -> None:
    """Raise NotFound, or StoreRefused for a site that is not a sandbox."""
    with db.transaction() as conn:
        _sandbox(conn, site)


def _sandbox(conn: Connection, site: str) -> int:
    row = conn.execute(sql("sandbox_lock"), {"site": site}).fetchone()
    if row is None:
        raise no_site(conn, site, sandbox=True)
    if not row[1]:
        raise StoreRefused(
            f'the site "{site}" is not a sandbox: what it holds is of real people and cannot be emptied'
        )
    return int(row[0])


def _forget_sensors(conn: Connection) -> None:
    """Delete past placements, last messages and message numbers of the sensors."""
    in_force = [placement for (placement,) in conn.execute(sql("sandbox_placements"))]
    conn.execute(sql("sandbox_always"), {"ids": in_force})
    conn.execute(sql("sandbox_silent_channels"))
    scopes = [scope for (scope,) in conn.execute(sql("sandbox_silent_devices"))]
    conn.execute(sql("sandbox_forget"), {"scopes": scopes})
