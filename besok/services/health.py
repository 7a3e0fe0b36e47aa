"""Health of the installation."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from besok.model.views.devices import Health, ServiceHealth
from besok.model.views.like import like
from besok.store import schema
from besok.store.database import Database
from besok.store.heartbeats import BEHIND, Beat, beats

LOST_AFTER = timedelta(seconds=10)  # without the broker: to connect again takes less
SILENT_AFTER = timedelta(seconds=90)  # services beat every half minute or more often
BACKUP = "backup"  # no service: the name under which the last backup is noted
OPTIONAL = {"receiver", "scenarios"}  # nobody need have them
PROGRAMS = {"jobs", "web", *OPTIONAL}  # all others are collectors
GONE_AFTER = timedelta(days=7)  # silent, while another of its kind works: taken away, or of another name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """The state stored in the database; empty where its schema is another."""

    last_received: datetime | None = None
    rejected: int = 0
    unplaced_devices: int = 0
    days_waiting: int = 0
    edition: str = ""


def get_health(db: Database, now: datetime) -> Health:
    """Return the health of all services at `now`. Raises StoreUnavailable if the database does not answer."""
    with db.transaction() as conn:
        mismatch = schema.mismatch(conn)
    current = mismatch is None
    stored = db.fetch_one("store_health", _Stored) if current else None
    services = _services(db, now) if current else ()
    return like(
        Health,
        stored or _Stored(),
        ok=current and all(s.ok for s in services),
        time=now,
        schema_current=current,
        schema_problem=str(mismatch) if mismatch else None,
        services=services,
    )


def for_public(health: Health) -> Health:
    """Return the health without message statistics, which could reveal people at night."""
    services = tuple(replace(service, detail={}) for service in health.services)
    return replace(health, last_received=None, rejected=None, services=services)


def _services(db: Database, now: datetime) -> tuple[ServiceHealth, ...]:
    services = [
        ServiceHealth(name=b.name, heard=b.heard, ok=now - b.heard < SILENT_AFTER, detail=b.detail)
        for b in beats(db)
        if b.name != BACKUP
    ]
    at_work = {kind_of(s.name) for s in services if s.ok} | OPTIONAL
    return tuple(s for s in services if now - s.heard < GONE_AFTER or kind_of(s.name) not in at_work)


def kind_of(name: str) -> str:
    """Return the kind of a service: web for web-b; names not in PROGRAMS are collectors, named by their operators."""
    kind = name.partition("-")[0]
    return kind if kind in PROGRAMS else "collector"


def not_receiving_since(db: Database, now: datetime) -> datetime | None:
    """Return since when no collector works or has its broker; None while one does, or where there never was one."""
    ends = [_ended(b, now) for b in beats(db) if kind_of(b.name) == "collector" and b.name != BACKUP]
    return max((end for end in ends if end), default=None) if None not in ends else None


def hearing_since(db: Database, now: datetime) -> datetime:
    """Return since when a collector hears sensors without a long pause, the first where several do.

    It is `now` while none does, or while one is behind: what it has not stored yet was heard, too. Where collectors
    divide the topics, sensors of one that is away are judged as if another heard them.
    """
    at = now.timestamp()
    present = [
        b.detail for b in beats(db) if abs(at - b.detail.get("present", 0)) < SILENT_AFTER.total_seconds()
    ]
    if any(detail["lag_s"] > BEHIND.total_seconds() for detail in present):
        return now
    return datetime.fromtimestamp(min([at, *(detail["hearing"] for detail in present)]), UTC)


def _ended(collector: Beat, now: datetime) -> datetime | None:
    if now - collector.heard >= SILENT_AFTER:
        return collector.heard
    lost = datetime.fromtimestamp(float(collector.detail.get("lost") or 0), UTC)
    return lost if lost.timestamp() and now - lost >= LOST_AFTER else None


def at_work(db: Database, kind: str, now: datetime) -> bool:
    """Tell whether any service of a kind was seen lately."""
    return any(kind_of(b.name) == kind and now - b.heard < SILENT_AFTER for b in beats(db))
