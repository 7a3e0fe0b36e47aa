"""Rules that find what is wrong with a running installation, for `besok doctor`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal

from besok.model.views.devices import ServiceHealth
from besok.model.views.live import freshness
from besok.services.devices import get_devices
from besok.services.health import BACKUP, get_health, hearing_since, kind_of
from besok.store import alerts, job_runs
from besok.store.database import Database
from besok.store.heartbeats import BEHIND, FAILING, Beat, beats

Kind = Literal[
    "service_silent",
    "service_missing",
    "behind",
    "disk_low",
    "broker_away",
    "clock",
    "forecast_old",
    "sensor_offline",
    "sensor_unclear",
    "backup_old",
    "backup_never",
    "job_failed",
    "timescaledb_old",
]
LEAST_COMMUNITY: Final = (2, 20, 1)  # before it, parts with empty columns cannot be restored
LITTLE: Final = 0.05  # of a disk that is free
CLOCK: Final = timedelta(seconds=5)  # between this machine and the database
FORECAST: Final = timedelta(days=14)  # a new one is made each week
ESTIMATE: Final = "estimate occupancy"  # the live work of the jobs, which is no scheduled duty
UNESTIMATED: Final = "its figures are not updated"
SEND: Final = "send alerts"  # the duty
UNREACHED: Final = "no message arrives; `besok alert log` shows why"
NO_BACKUP: Final = "none since the database was made"
BACKUP_AGE: Final = timedelta(days=8)  # a weekly one, and a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A problem of a service, site or sensor: since when (None: it never worked), or by how many seconds.

    `detail` is its own message.
    """

    kind: Kind
    name: str = ""
    since: datetime | None = None
    seconds: float | None = None
    detail: str = ""


def get_troubles(db: Database, now: datetime) -> list[Trouble]:
    """Return what is wrong at `now`, the worst first. Raises StoreUnavailable, SchemaMismatch."""
    return [
        *_services(db, now),
        *_clock(db, now),
        *_database(db),
        *_jobs(db),
        *_targets(db, now),
        *_sensors(db, now),
        *_forecasts(db, now),
        *_backups(db, now),
    ]


def _services(db: Database, now: datetime) -> Iterator[Trouble]:
    services = get_health(db, now).services
    for service in services:
        lag_s, lost = (float(str(service.detail.get(name) or 0)) for name in ("lag_s", "lost"))
        away = service.heard - datetime.fromtimestamp(lost or service.heard.timestamp(), UTC)
        if not service.ok:
            yield Trouble(kind="service_silent", name=service.name, since=service.heard)
        elif lag_s > BEHIND.total_seconds():
            since = service.heard - timedelta(seconds=lag_s)
            yield Trouble(kind="behind", name=service.name, since=since, seconds=lag_s)
        elif away > BEHIND:
            yield Trouble(kind="broker_away", name="broker", since=service.heard - away)
        failing = service.detail.get(FAILING)
        for site, since in failing.items() if service.ok and isinstance(failing, dict) else ():
            began = datetime.fromtimestamp(since, UTC)
            yield Trouble(kind="job_failed", name=f"{ESTIMATE}/{site}", since=began, detail=UNESTIMATED)
        free, size = disk_of(service)
        if free < LITTLE * size:
            left = f"{free / 1e9:.1f} GB left of {size / 1e9:.0f} GB"
            yield Trouble(kind="disk_low", name=service.name, detail=left)
    for missing in sorted({"collector", "jobs", "web"} - {kind_of(service.name) for service in services}):
        yield Trouble(kind="service_missing", name=missing)


def disk_of(service: ServiceHealth) -> tuple[float, float]:
    """Return the free and the whole size of a service's disk in bytes; 0 and 0 where it does not report them."""
    free, size = (float(str(service.detail.get(name) or 0)) for name in ("disk_free", "disk_size"))
    return free, size


def _jobs(db: Database) -> Iterator[Trouble]:
    for one in job_runs.states(db):
        if one.failing and one.outcome != "done":
            yield Trouble(kind="job_failed", name=one.duty, since=one.failing, detail=one.message)


def _targets(db: Database, now: datetime) -> Iterator[Trouble]:
    for target, since in alerts.lost_targets(db, now):
        yield Trouble(kind="job_failed", name=f"{SEND}/{target}", since=since, detail=UNREACHED)


def _clock(db: Database, now: datetime) -> Iterator[Trouble]:
    ((there,),) = db.rows("clock")
    apart = abs(there - now)
    if apart > CLOCK:
        yield Trouble(kind="clock", seconds=apart.total_seconds())


def _database(db: Database) -> Iterator[Trouble]:
    for (version,) in db.rows("community_version"):
        if is_too_old(version):
            yield Trouble(kind="timescaledb_old", detail=version)


def is_too_old(version: str) -> bool:
    """Tell whether a version of the Community edition is one that cannot restore what it has compressed."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3]) < LEAST_COMMUNITY


def _sensors(db: Database, now: datetime) -> Iterator[Trouble]:
    """Yield the sensors that are offline, or unclear until each has had its time to send since it could be heard."""
    since = hearing_since(db, now)
    for device in get_devices(db, now=now):
        if device.is_offline:
            is_clear = freshness(since, now, device.interval_s) == "stale"
            kind: Kind = "sensor_offline" if is_clear else "sensor_unclear"
            yield Trouble(kind=kind, name=device.device, since=device.received)


def _forecasts(db: Database, now: datetime) -> Iterator[Trouble]:
    for site, origin in db.rows("forecast_ages"):
        forecast_at = datetime.combine(origin, time(), UTC)
        if now - forecast_at > FORECAST:
            yield Trouble(kind="forecast_old", name=site, since=forecast_at)


def _backups(db: Database, now: datetime) -> Iterator[Trouble]:
    last: Beat | None = next((beat for beat in beats(db) if beat.name == BACKUP), None)
    since = last.heard if last else db.rows("installed")[0][0]
    if now - since > BACKUP_AGE:
        yield Trouble(kind="backup_old", since=since, detail="" if last else NO_BACKUP)
    elif last is None:
        yield Trouble(kind="backup_never")
