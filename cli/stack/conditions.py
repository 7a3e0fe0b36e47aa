"""The condition of a running installation in the doctor's words, with what to do about it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from besok.model.plurals import many
from besok.services.condition import LITTLE, Trouble, get_troubles
from besok.services.health import kind_of
from besok.store.database import Database

OK, PROBLEM, NOTE = "ok", "PROBLEM", "note"
SHOWN: Final = 5  # sensors by name
FREE_SOME: Final = "free some, or give the database a larger disk"
SENSORS: Final = {
    "sensor_offline": (PROBLEM, "offline", "the page Sensors says since when, and what else is wrong"),
    "sensor_unclear": (
        NOTE,
        "not judged yet",
        "after a pause of the collector each has its own time to send first",
    ),
}
STARTS: Final = {"jobs": "work", "web": "serve", "receiver": "receive", "scenarios": "run-scenarios"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. A `PROBLEM` makes the doctor fail, a `NOTE` is only worth knowing."""

    state: str
    text: str
    advice: str = ""


def conditions(db: Database, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with services, sensors, forecasts and backups, or that all is well."""
    troubles = get_troubles(db, now)
    yield from (_finding(trouble, now) for trouble in troubles if trouble.kind not in SENSORS)
    for kind, (state, condition, advice) in SENSORS.items():
        if sensors := [trouble for trouble in troubles if trouble.kind == kind]:
            names = ", ".join(f"{one.name} ({_age(one.since, now)})" for one in sensors[:SHOWN])
            more = f" and {len(sensors) - SHOWN} more" if len(sensors) > SHOWN else ""
            text = f"{many(len(sensors), 'sensor')} {condition}: {names}{more}"
            yield Finding(state=state, text=text, advice=advice)
    if {trouble.kind for trouble in troubles} <= {"backup_never"}:
        yield Finding(state=OK, text="Services and sensors are heard, forecasts are fresh")


def disk(path: Path) -> Finding | None:
    """Return whether the disk that holds a path is nearly full."""
    usage = shutil.disk_usage(path)
    if usage.free > LITTLE * usage.total:
        return None
    text = f"The disk of {path} has {usage.free / 1e9:.1f} GB left of {usage.total / 1e9:.0f} GB"
    return Finding(state=PROBLEM, text=text, advice=FREE_SOME)


def _finding(one: Trouble, now: datetime) -> Finding:
    name, age = one.name, _age(one.since, now)
    start = f"`besok {STARTS.get(kind_of(name), 'collect')}`"
    words = {
        "service_silent": (PROBLEM, f"The service {name} was last heard {age}", f"is it running ({start})?"),
        "service_missing": (PROBLEM, f"No {name} service has ever been heard", f"start it with {start}"),
        "behind": (
            PROBLEM,
            f"The service {name} is {many(one.seconds or 0, 'second')} behind what the sensors send",
            "its log and the page of the database's load say why",
        ),
        "disk_low": (PROBLEM, f"The disk of the service {name} has {one.detail}", FREE_SOME),
        "broker_away": (
            PROBLEM,
            f"The collector lost the broker {age}",
            "its log says why it cannot connect",
        ),
        "clock": (
            PROBLEM,
            f"The clocks of this machine and of the database are {many(one.seconds or 0, 'second')} apart",
            "set both by NTP",
        ),
        "forecast_old": (
            PROBLEM,
            f"The newest forecast of {name} was made {age}",
            "is its data complete? The log of `besok work` says why none is made",
        ),
        "backup_old": (
            PROBLEM,
            f"The last backup was made {age}"
            if not one.detail
            else f"No backup yet; the database was made {age}",
            "`besok backup FILE`, once a week at least",
        ),
        "job_failed": (
            PROBLEM,
            f"The job “{name}” failed {age}, and each time since: {one.detail or 'it took too long'}",
            "the log of `besok work` tells more; it is tried again by itself",
        ),
        "timescaledb_old": (
            PROBLEM,
            f"TimescaleDB {one.detail} (Community) cannot restore what it compresses, so nothing is compressed",
            "install 2.20.1 or newer; then, as the owner of the extension, `alter extension timescaledb update`",
        ),
        "backup_never": (NOTE, "No backup has been made yet", "`besok backup FILE`"),
    }
    state, text, advice = words[one.kind]
    return Finding(state=state, text=text, advice=advice)


def _age(since: datetime | None, now: datetime) -> str:
    if since is None:
        return "never"
    seconds = max((now - since).total_seconds(), 0)
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            return f"{many(seconds // length, unit)} ago"
    return f"{many(seconds, 'second')} ago"
