"""Heartbeats of the services, from which their health is shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from besok.store.database import Database

EVERY = timedelta(seconds=30)  # a service is silent after three of them (besok/services/health.py)
FAILING = "failing"  # in the detail of the jobs: the sites that they cannot estimate, with since when
BEHIND = timedelta(minutes=1)  # from a message's receipt to its commit, and what a broker may be away


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Last heartbeat of a service, with its own figures."""

    name: str
    heard: datetime
    detail: dict[str, Any]


def beat(db: Database, name: str, now: datetime, detail: dict[str, Any]) -> None:
    """Note that the service works."""
    db.run("service_beat", {"name": name, "heard": now, "detail": Jsonb(detail)})


class Heartbeat:
    """Heartbeat of a service that works: written now and then, and at once when its state is another."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._written: datetime | None = None
        self._state: object = None

    def due(self, now: datetime, state: object = None) -> bool:
        """Tell whether it is to be written; also after the clock was set."""
        return self._written is None or abs(now - self._written) >= EVERY or state != self._state

    def beat(self, db: Database, now: datetime, detail: dict[str, Any], state: object = None) -> None:
        """Write it if it is due."""
        if self.due(now, state):
            beat(db, self._name, now, detail)
            self._written, self._state = now, state


def beats(db: Database) -> list[Beat]:
    """Return the last heartbeat of each service."""
    return db.fetch("service_beats", Beat)
