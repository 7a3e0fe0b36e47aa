"""Rejected messages, stored without personal data, to be decoded once the adapter is fixed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from besok.model.readings import Message
from besok.store.database import Database, sql
from besok.store.write import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    rejected_id: int
    received: datetime
    topic: str
    payload: bytes
    retained: bool

    @property
    def message(self) -> Message:
        return Message(topic=self.topic, payload=self.payload, received=self.received, retained=self.retained)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unredacted(_Stored):
    reason: str


def fetch(
    db: Database, ids: list[int] | None = None, *, after: int = 0, limit: int = 1000
) -> list[tuple[int, Message]]:
    """Return unresolved messages with their ids, oldest first: those with the given ids, or all; at most `limit`, from
    the one after the id `after` on."""
    rows = db.fetch("rejected_fetch", _Stored, ids=ids, after=after, limit=limit)
    return [(row.rejected_id, row.message) for row in rows]


def redact(db: Database, change: Callable[[Rejection], Rejection]) -> int:
    """Redact the messages stored by an older version with `change`; return how many. Raises StoreUnavailable."""
    number = 0
    while rows := db.fetch("rejected_unredacted", _Unredacted):
        with db.transaction() as conn:
            for row in rows:
                new = change(Rejection(message=row.message, reason=row.reason))
                values = {"topic": new.message.topic, "payload": new.message.payload, "reason": new.reason}
                conn.execute(sql("rejected_redact"), {**values, "id": row.rejected_id})
        number += len(rows)
    return number


MOST = 100_000  # messages that are stored
MOST_BYTES = 2_000_000_000  # of them


def forget(db: Database, before: datetime) -> int:
    """Forgets the messages received before an instant; how many."""
    return db.run("rejected_forget", {"before": before})


def trim(db: Database, most: int = MOST, most_bytes: int = MOST_BYTES) -> int:
    """Delete messages beyond the limits, resolved ones first, oldest first; return how many."""
    return db.run("rejected_trim", {"most": most, "bytes": most_bytes})


def resolve(db: Database, ids: list[int], now: datetime) -> int:
    """Mark messages as decoded; return how many were marked."""
    return db.run("rejected_resolve", {"ids": ids, "now": now})
