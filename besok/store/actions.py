"""Actions in the database; every change is logged with its author."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from besok.model import audited, messages
from besok.model.actions import Action, changes, check
from besok.model.errors import CalendarFileError, NotFound
from besok.model.site import Text
from besok.store import audit, results
from besok.store.database import Connection, Database, fetch, sql, values_of
from besok.store.sites import id_of, no_place


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A change of an action."""

    site: str
    id: str
    at: datetime
    author: str
    change: str


def listing(db: Database, site: str | None = None) -> list[Action]:
    """Return the actions of a site, or of all, newest first."""
    return db.fetch("actions", Action, site=site)


def log(db: Database, site: str | None = None) -> list[Entry]:
    """Return every change of the actions, in order."""
    return db.fetch("action_log", Entry, site=site)


def put(
    db: Database, actions: Sequence[Action], author: str, now: datetime, *, dry_run: bool = False
) -> list[str]:
    """Write actions, new or changed, and describe what changed. All or nothing; with `dry_run` nothing.

    Raises NotFound for an unknown site or space, CalendarFileError for an invalid action.
    """
    with db.transaction() as conn:
        stored = _locked(conn)
        lines = [
            line
            for action in actions
            for line in _put(conn, stored.get((action.site, action.id)), action, author, now)
        ]
        if dry_run:
            raise psycopg.Rollback
    return lines


def add(
    db: Database, site: str, make: Callable[[Collection[str]], Action], author: str, now: datetime
) -> Action:
    """Write the action that `make` returns for the ids in use."""
    with db.transaction() as conn:
        action = make({name for place, name in _locked(conn) if place == site})
        _put(conn, None, action, author, now)
        return action


def amend(
    db: Database, site: str, name: str, change: Callable[[Action], Action], author: str, now: datetime
) -> list[str]:
    """Change the current state of an action under a lock, and describe what changed. Raises NotFound."""
    with db.transaction() as conn:
        old = _locked(conn).get((site, name))
        if old is None:
            raise NotFound(messages.NO_ACTION(site=site, name=name))
        return _put(conn, old, change(old), author, now)


def _locked(conn: Connection) -> dict[tuple[str, str], Action]:
    conn.execute(sql("sites_lock"))
    return {(action.site, action.id): action for action in fetch(conn, "actions", Action, site=None)}


def remove(db: Database, site: str, name: str, author: str, now: datetime) -> None:
    """Remove an action; its log remains. Raises NotFound."""
    with db.transaction() as conn:
        site_id = id_of(conn, site)
        key = {"site_id": site_id, "id": name}
        if not conn.execute(sql("action_delete"), key).rowcount:
            raise NotFound(messages.NO_ACTION(site=site, name=name))
        results.delete(conn, [site_id], [results.COUNCIL])
        conn.execute(
            sql("action_log_insert"), {**key, "at": now, "author": author, "change": str(audited.REMOVED)}
        )
        audit.note(conn, "action", name, site=site, detail=audited.said(author, audited.REMOVED))


def _put(conn: Connection, old: Action | None, action: Action, author: str, now: datetime) -> list[str]:
    site_id = id_of(conn, action.site)
    ((today,),) = conn.execute(sql("site_today"), {"site": action.site, "now": now}).fetchall()
    for wrong, reason in check(action, today):
        raise CalendarFileError(messages.OF_ACTION(action=action.id, key=wrong, reason=reason))
    different = changes(old, action)
    if not different:
        return []
    key = {"site_id": site_id, "id": action.id}
    ((action_id,),) = conn.execute(sql("action_upsert"), {**_values(action), **key}).fetchall()
    results.delete(conn, [site_id], [results.COUNCIL])
    conn.execute(sql("action_spaces_forget"), {"action_id": action_id})
    for space in action.spaces:
        if (
            conn.execute(sql("action_space_insert"), {"action_id": action_id, "space": space}).fetchone()
            is None
        ):
            raise no_place(conn, action.site, "space", space)
    for change in different:
        conn.execute(sql("action_log_insert"), {**key, "at": now, "author": author, "change": str(change)})
    audit.note(conn, "action", action.id, site=action.site, detail=audited.said(author, *different))
    return [f"{action.site} {action.id}: {change}" for change in different]


def _values(action: Action) -> dict[str, object]:
    answer = action.answer or Text(sv="", en="")
    return {
        **values_of(action),
        "title_sv": action.title.sv,
        "title_en": action.title.en,
        "answer_sv": answer.sv,
        "answer_en": answer.en,
        "weekdays": list(action.weekdays),
    }
