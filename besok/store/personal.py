"""Erasure of a person's name: as an author, in a note, in a stored message.

The columns are those of the view `personal_column`, which a test compares with the schema. Counts stay: no figure
depends on who counted.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import psycopg
from psycopg import sql as compose

from besok.model import audited
from besok.model.access import ACTOR
from besok.model.personal import ERASED, Name
from besok.store import audit, removal, voids
from besok.store.database import Connection, Database, fetch, sql
from besok.store.sites import id_of

PAGE: Final = 500  # rejected messages at a time
AUDIT: Final = "audit"
SITE_CONDITIONS: Final = {  # SQL condition for the rows of a site, by the column that leads to it
    "site": "personal_here_site",
    "site_id": "personal_here_site_id",
    "space_id": "personal_here_space_id",
    "portal_id": "personal_here_portal_id",
    "action_id": "personal_here_action_id",
    "event_id": "personal_here_event_id",
    "finding_id": "personal_here_finding_id",
    "import_id": "personal_here_import_id",
    "device_id": "personal_here_device_id",
    "decision_id": "personal_here_decision_id",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    relation: str
    field: str
    holds: Literal["author", "note", "record", "target", "message", "name"]
    link: str | None
    json: bool

    def of(self, name: str, *, site: str | None) -> compose.Composed:
        """Fill the column into a statement, for the rows of a site or all."""
        condition = compose.SQL(sql(SITE_CONDITIONS[self.link]) if site and self.link else "true")
        relation, field = compose.Identifier(self.relation), compose.Identifier(self.field)
        return compose.SQL(sql(name)).format(relation=relation, field=field, here=condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The rows of a column that contain a name, and those texts; `left` where they stay as they are."""

    relation: str
    field: str
    rows: int
    texts: tuple[str, ...]
    left: bool = False


def erase(db: Database, name: str, site: str | None = None, *, dry_run: bool = False) -> list[Match]:
    """Erase a name, at a site or everywhere, and return where it was; with `dry_run` it stays.

    All or nothing. Raises ValueError for a name that is too short, NotFound for an unknown site.
    """
    sought = Name(name)
    with db.transaction() as conn:
        if site:
            id_of(conn, site)
        matches = [] if site else [*_devices(conn, sought), *_messages(conn, sought)]
        columns = fetch(conn, "personal_columns", _Column)
        selected = [c for c in columns if c.holds != "message" and (c.link or not site)]
        for column in selected:
            if column.relation != AUDIT:
                matches += _column(conn, column, sought, site)
        conn.execute(sql("personal_audit_open"))  # last: writers of the audit wait for it
        for column in selected:
            if column.relation == AUDIT:
                matches += _column(conn, column, sought, site)
        conn.execute(sql("personal_audit_close"))
        if dry_run:
            raise psycopg.Rollback
        erased = [f for f in matches if not f.left]
        if erased:
            _note(conn, sought, site, erased)
    db.channels.clear()
    return matches


def _note(conn: Connection, sought: Name, site: str | None, erased: list[Match]) -> None:
    """Audit the erasure without the name, also where that person is the actor."""
    places = (f"{f.relation}.{f.field} {f.rows}" for f in erased)
    token = ACTOR.set(ERASED if sought.is_in(ACTOR.get()) else ACTOR.get())
    try:
        audit.note(conn, "privacy.erase", "", site=site or "", detail=audited.listed(*places))
    finally:
        ACTOR.reset(token)


def _column(conn: Connection, column: _Column, sought: Name, site: str | None) -> Iterator[Match]:
    """Replace the name in a column."""
    params = {"site": site}
    texts = conn.execute(column.of("personal_texts", site=site), params).fetchall()
    kept = {name for name, _ in conn.execute(sql("alert_targets"))} if column.holds == "target" else set()
    holding = sorted(text for (text,) in texts if sought.is_in(text) and text not in kept)
    if not holding:
        return
    left = column.holds == "name"
    statement = column.of("personal_count" if left else "personal_replace", site=site)
    rows = 0
    for old in holding:
        cur = conn.execute(statement, {**params, "was": old, "text": _replaced(column, sought, old)})
        rows += (cur.fetchone() or (0,))[0] if left else cur.rowcount
    yield Match(relation=column.relation, field=column.field, rows=rows, texts=tuple(holding), left=left)


def _replaced(column: _Column, sought: Name, text: str) -> str:
    if column.holds == "author":
        return ERASED
    if column.json:
        return json.dumps(sought.within_record(json.loads(text)), ensure_ascii=False)
    return sought.within(text)


def _devices(conn: Connection, sought: Name) -> list[Match]:
    """Delete unplaced devices that contain the name, with their readings, which count nowhere."""
    matches = [row for row in conn.execute(sql("personal_devices")).fetchall() if sought.is_in(row[2])]
    for source, device, _ in matches:
        removal.forget(conn, voids.find_in(conn, device, source))
    texts = tuple(device for _, device, _ in matches)
    return [Match(relation="device", field="external_id", rows=len(matches), texts=texts)] if matches else []


def _messages(conn: Connection, sought: Name) -> list[Match]:
    """Delete the rejected messages that contain the name."""
    ids: list[int] = []
    texts: list[str] = []
    with conn.cursor(name="messages") as cur:
        cur.itersize = PAGE
        for number, topic, reason, payload in cur.execute(sql("personal_messages")):
            text = f"{topic} {reason} {bytes(payload).decode('utf-8', 'replace')}"
            if sought.is_in(text):
                ids.append(number)
                texts.append(topic)
    if not ids:
        return []
    conn.execute(sql("personal_messages_delete"), {"ids": ids})
    return [Match(relation="rejected", field="payload", rows=len(ids), texts=tuple(dict.fromkeys(texts)))]
