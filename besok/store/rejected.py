"""Rejected messages, kept (without what is personal) so that they can be decoded after the adapter is fixed."""

from dataclasses import dataclass
from datetime import datetime

from besok.model.readings import Message
from besok.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    rejected_id: int
    received: datetime
    topic: str
    payload: bytes
    retained: bool


def fetch(
    db: Database, ids: list[int] | None = None, *, after: int = 0, limit: int = 1000
) -> list[tuple[int, Message]]:
    """Unresolved messages with their ids, oldest first: those with the given ids, or all; at most `limit`, from
    the one after the id `after` on."""
    return [
        (r.rejected_id, Message(topic=r.topic, payload=r.payload, received=r.received, retained=r.retained))
        for r in db.fetch("rejected_fetch", _Stored, ids=ids, after=after, limit=limit)
    ]


MOST = 100_000  # messages that are kept
MOST_BYTES = 2_000_000_000  # of them


def forget(db: Database, before: datetime) -> int:
    """Forgets the messages received before an instant; how many."""
    return db.run("rejected_forget", {"before": before})


def trim(db: Database, most: int = MOST, most_bytes: int = MOST_BYTES) -> int:
    """Forgets what is more than that: first what was read after all, and of each the oldest first; how many."""
    return db.run("rejected_trim", {"most": most, "bytes": most_bytes})


def resolve(db: Database, ids: list[int], now: datetime) -> int:
    """Mark messages as decoded; returns how many were marked."""
    return db.run("rejected_resolve", {"ids": ids, "now": now})
