"""Heartbeats of the services, from which their health is shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from besok.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Last heartbeat of a service, with its own figures."""

    name: str
    heard: datetime
    detail: dict[str, Any]


def beat(db: Database, name: str, now: datetime, detail: dict[str, Any]) -> None:
    """Note that the service works."""
    db.run("service_beat", {"name": name, "heard": now, "detail": Jsonb(detail)})


def beats(db: Database) -> list[Beat]:
    """Return the last heartbeat of each service."""
    return db.fetch("service_beats", Beat)
