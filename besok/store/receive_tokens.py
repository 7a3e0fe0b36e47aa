"""Tokens with which counters send by HTTP: names, hashes, and the devices that each may send for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from besok.model import audited
from besok.model.access import Audited
from besok.store import audit
from besok.store.database import Database, sql

CHANNEL = "receive_tokens"  # notified when one is added or removed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveToken:
    """One token, without the token itself: its SHA-256, and the topic filters of its devices."""

    name: str
    digest: bytes
    devices: tuple[str, ...]
    created: datetime


def add(db: Database, name: str, digest: bytes, devices: Sequence[str], now: datetime) -> bool:
    """Store a new token; False if there is one of that name."""
    return _change(
        db,
        "receive_token_add",
        "token.add",
        devices,
        name=name,
        digest=digest,
        devices=list(devices),
        now=now,
    )


def load_all(db: Database) -> list[ReceiveToken]:
    """Return every token, by name."""
    return db.fetch("receive_tokens", ReceiveToken)


def remove(db: Database, name: str) -> bool:
    """Remove a token; False if there is none of that name."""
    return _change(db, "receive_token_remove", "token.remove", (), name=name)


def _change(db: Database, statement: str, action: Audited, noted: Sequence[str], **params: object) -> bool:
    """Execute a statement and notify the receivers; return whether it changed anything."""
    with db.transaction() as conn:
        conn.execute(sql("notify"), {"channel": CHANNEL, "payload": ""})
        changed = conn.execute(sql(statement), params).rowcount == 1
        if changed:
            audit.note(conn, action, str(params["name"]), detail=audited.listed(*noted))
        return changed
