"""Audit of changes: who, what and when. Append-only; the database refuses anything else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from psycopg.types.json import Jsonb

from besok.model.access import ACTOR, Audited
from besok.model.messages import Translatable
from besok.store.database import Connection, Database, sql

LONGEST: Final = 2000  # characters of a detail


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A change: who (an account, a key, the user of a command), when, what and of what."""

    entry_id: int
    at: datetime
    actor: str
    action: str
    site: str
    subject: str
    detail: str


def note(
    conn: Connection,
    action: Audited,
    subject: str,
    *,
    site: str = "",
    detail: Translatable | None = None,
    actor: str = "",
) -> None:
    """Note a change in the transaction that makes it, by the `actor` or else whoever asks."""
    row = {"actor": actor or ACTOR.get(), "action": action, "site": site, "subject": subject}
    conn.execute(sql("audit_add"), {**row, "detail": Jsonb(msgspec.to_builtins(detail) if detail else "")})


def entries(
    db: Database,
    say: Callable[[Translatable], str] = str,
    /,
    *,
    site: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[AuditEntry]:
    """Return audit entries, newest first; only those `before` an entry id, for the next page.

    Details are in English unless `say` says them otherwise; those of earlier versions are as they were written.
    """
    chosen = {"site": site, "actor": actor, "action": action, "before": before, "limit": limit}
    rows = db.fetch("audit", dict[str, Any], **chosen)
    return [AuditEntry(**{**row, "detail": _said(row["detail"], say)[:LONGEST]}) for row in rows]


def _said(detail: Any, say: Callable[[Translatable], str]) -> str:
    return detail if isinstance(detail, str) else say(_read(detail))


def _read(stored: Mapping[str, Any]) -> Translatable:
    english, values = stored["english"], stored["values"]
    return Translatable(english, {k: _read(v) if isinstance(v, dict) else v for k, v in values.items()})


def every(db: Database, site: str | None = None, page: int = 1000) -> Iterable[AuditEntry]:
    """Yield all audit entries, newest first."""
    before: int | None = None
    while batch := entries(db, site=site, before=before, limit=page):
        yield from batch
        before = batch[-1].entry_id
