"""Erasing a person's name: wherever it stands as an author, in a note, in a kept message.

The columns are those of the view `personal_column`, which a test holds against the schema. What is counted stays: who
counted it is no part of any figure.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import psycopg
from psycopg import sql as compose

from besok.model.access import ACTOR
from besok.model.personal import ERASED, Name
from besok.store import audit, removal, voids
from besok.store.database import Connection, Database, fetch, sql
from besok.store.sites import id_of

PAGE: Final = 500  # rejected messages at a time
AUDIT: Final = "audit"
HERE: Final = {  # the rows of a site, by the column that leads to it
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
    holds: Literal["author", "note", "record", "message", "name"]
    link: str | None
    json: bool

    def of(self, name: str, *, site: str | None) -> compose.Composed:
        """Fill the column into a statement, for the rows of a site or all."""
        here = compose.SQL(sql(HERE[self.link]) if site and self.link else "true")
        relation, field = compose.Identifier(self.relation), compose.Identifier(self.field)
        return compose.SQL(sql(name)).format(relation=relation, field=field, here=here)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of a column that hold a name, and the texts in which it stands; `left` where they stay as they are."""

    relation: str
    field: str
    rows: int
    texts: tuple[str, ...]
    left: bool = False


def erase(db: Database, name: str, site: str | None = None, *, dry_run: bool = False) -> list[Found]:
    """Erase a name, at a site or everywhere, and return where it stood; with `dry_run` it stays.

    All or nothing. Raises ValueError for a name that is too short, NotFound for a site that is not there.
    """
    wanted = Name(name)
    with db.transaction() as conn:
        if site:
            id_of(conn, site)
        found = [] if site else [*_devices(conn, wanted), *_messages(conn, wanted)]
        columns = fetch(conn, "personal_columns", _Column)
        mine = [c for c in columns if c.holds != "message" and (c.link or not site)]
        for column in mine:
            if column.relation != AUDIT:
                found += _column(conn, column, wanted, site)
        conn.execute(sql("personal_audit_open"))  # last: whoever notes a change waits for it
        for column in mine:
            if column.relation == AUDIT:
                found += _column(conn, column, wanted, site)
        conn.execute(sql("personal_audit_close"))
        if dry_run:
            raise psycopg.Rollback
        gone = [f for f in found if not f.left]
        if gone:
            _note(conn, wanted, site, gone)
    db.channels.clear()
    return found


def _note(conn: Connection, wanted: Name, site: str | None, gone: list[Found]) -> None:
    """Note what was done, and not of whom, also where that person did it."""
    about = ", ".join(f"{f.relation}.{f.field} {f.rows}" for f in gone)
    token = ACTOR.set(ERASED if wanted.is_in(ACTOR.get()) else ACTOR.get())
    try:
        audit.note(conn, "privacy.erase", "a person's name", site=site or "", detail=about)
    finally:
        ACTOR.reset(token)


def _column(conn: Connection, column: _Column, wanted: Name, site: str | None) -> Iterator[Found]:
    """Replace the name in a column."""
    params = {"site": site}
    texts = conn.execute(column.of("personal_texts", site=site), params).fetchall()
    holding = sorted(text for (text,) in texts if wanted.is_in(text))
    if not holding:
        return
    left = column.holds == "name"
    statement = column.of("personal_count" if left else "personal_replace", site=site)
    rows = 0
    for was in holding:
        cur = conn.execute(statement, {**params, "was": was, "text": _replaced(column, wanted, was)})
        rows += (cur.fetchone() or (0,))[0] if left else cur.rowcount
    yield Found(relation=column.relation, field=column.field, rows=rows, texts=tuple(holding), left=left)


def _replaced(column: _Column, wanted: Name, text: str) -> str:
    if column.holds == "author":
        return ERASED
    if column.json:
        return json.dumps(wanted.within_record(json.loads(text)), ensure_ascii=False)
    return wanted.within(text)


def _devices(conn: Connection, wanted: Name) -> list[Found]:
    """Delete the devices without a place that bear the name, with what they have sent, which counts nowhere."""
    called = [row for row in conn.execute(sql("personal_devices")).fetchall() if wanted.is_in(row[2])]
    for source, device, _ in called:
        removal.forget(conn, voids.find_in(conn, device, source))
    texts = tuple(device for _, device, _ in called)
    return [Found(relation="device", field="external_id", rows=len(called), texts=texts)] if called else []


def _messages(conn: Connection, wanted: Name) -> list[Found]:
    """Delete the rejected messages that hold the name."""
    ids: list[int] = []
    texts: list[str] = []
    with conn.cursor(name="messages") as cur:
        cur.itersize = PAGE
        for number, topic, reason, payload in cur.execute(sql("personal_messages")):
            text = f"{topic} {reason} {bytes(payload).decode('utf-8', 'replace')}"
            if wanted.is_in(text):
                ids.append(number)
                texts.append(topic)
    if not ids:
        return []
    conn.execute(sql("personal_messages_delete"), {"ids": ids})
    return [Found(relation="rejected", field="payload", rows=len(ids), texts=tuple(dict.fromkeys(texts)))]
