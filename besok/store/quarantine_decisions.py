"""Decisions about readings in quarantine: released, so that they count, or dropped; each with its author and undo."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from besok.model import audited, messages
from besok.model.errors import NotFound, StoreRefused
from besok.model.personal import ERASED
from besok.model.readings import Withheld
from besok.model.views.quarantine import Decided, QuarantineGroup
from besok.store import audit, rollup
from besok.store.database import Connection, Database, sql, values_of
from besok.store.reading_rows import Row, insert, note_channels

Choice = Literal["released", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The readings of a device that a decision is about: of one site (or no place), source, channel, cause, or of all.

    Those of the times from `first` on and before `last`, and no later ones than number `until`.
    """

    device: str
    site: str | None = None
    source: str | None = None
    channel: str | None = None
    cause: Withheld | None = None
    first: datetime | None = None
    last: datetime | None = None
    until: int | None = None


def groups(db: Database, site: str | None = None) -> list[QuarantineGroup]:
    """Return the groups of readings that await a decision at a site, or everywhere; latest received first."""
    return db.fetch("quarantine_groups", QuarantineGroup, site=site)


def decisions(db: Database, site: str | None = None) -> list[Decided]:
    """Return the last decisions about a site, or all, latest first."""
    return db.fetch("quarantine_decisions", Decided, site=site)


def decide(
    db: Database, choice: Choice, chosen: Chosen, *, author: str, now: datetime, reason: str = ""
) -> tuple[int, int]:
    """Release or drop readings; return the number of the decision and how many readings it covers.

    Released readings count, and their days are recomputed. Raises NotFound where none await a decision, and
    StoreRefused where they are decided already.
    """
    selection = values_of(chosen)
    with db.transaction() as conn:
        channels = [row[0] for row in conn.execute(sql("quarantine_channels"), selection)]
        conn.execute(sql("lock_channels"), {"channels": sorted(channels)})
        row = {"decision": choice, "author": author, "reason": reason, "now": now, "device": chosen.device}
        ((number,),) = conn.execute(sql("quarantine_decide"), row).fetchall()
        key = {"decision_id": number, "channels": channels}
        readings = conn.execute(sql("quarantine_choose"), {**selection, **key}).rowcount
        if not readings:
            before = conn.execute(sql("quarantine_decided_before"), {**selection, **key}).fetchone()
            raise _decided(*before) if before else NotFound(messages.NOTHING_WAITS(device=chosen.device))
        conn.execute(sql("quarantine_chosen"), {**key, "readings": readings})
        if choice == "released":
            expired, _ = conn.execute(sql("quarantine_expired"), key).fetchone() or (None, 0)
            if expired:
                raise StoreRefused(messages.EXPIRED(what=chosen.device, until=expired.date()))
            _release(conn, number)
            conn.execute(sql("learn_quarters"), {"now": now, "channels": channels})
        done = audited.RELEASED if choice == "released" else audited.DROPPED
        detail = audited.said(author, done(device=chosen.device, n=readings), reason)
        audit.note(conn, "release", str(number), site=chosen.site or "", detail=detail)
        return number, readings


def _decided(decision: Choice, author: str, made: datetime, readings: int) -> StoreRefused:
    text = messages.RELEASED_BEFORE if decision == "released" else messages.DROPPED_BEFORE
    who = messages.ERASED_AUTHOR if author == ERASED else author or "–"
    return StoreRefused(text(day=made.date(), author=who, n=readings))


def undo(db: Database, number: int, *, author: str, now: datetime, site: str | None = None) -> None:
    """Undo a decision, of a site or of any: its readings are in quarantine again.

    Raises NotFound, and StoreRefused if it was undone before.
    """
    key = {"decision_id": number}
    with db.transaction() as conn:
        row = conn.execute(sql("decision_lock"), {**key, "site": site}).fetchone()
        if row is None:
            raise NotFound(f"there is no decision {number}; `besok quarantine list` shows those there are")
        decision, undone, readings = row
        if undone:
            raise StoreRefused(messages.UNDONE_BEFORE(number=number))
        channels = sorted(row[0] for row in conn.execute(sql("decision_channels"), key))
        conn.execute(sql("lock_channels"), {"channels": channels})
        if decision == "released":
            expired, remaining = conn.execute(sql("quarantine_expired"), key).fetchone() or (None, 0)
            if expired or remaining < readings:
                raise StoreRefused(messages.DECISION_EXPIRED(number=number, gone=readings - remaining))
            ranges = rollup.ranges(conn, "quarantine_restore", key)
            rollup.notify(conn, rollup.recompute_ranges(conn, ranges))
            conn.execute(sql("learn_quarters"), {"now": now, "channels": channels})
        conn.execute(sql("quarantine_reopen"), key)
        conn.execute(sql("decision_undo"), {**key, "author": author, "now": now})
        audit.note(conn, "release", str(number), site=site or "", detail=audited.said(author, audited.UNDONE))


def _release(conn: Connection, number: int) -> None:
    key = {"decision_id": number}
    rows = list(map(Row._make, conn.execute(sql("quarantine_of"), key)))
    conn.execute(sql("quarantine_replaced"), key)
    changes = insert(conn, rows)
    note_channels(conn, rows)
    if changes:
        rollup.notify(conn, rollup.recompute(conn, changes)[0])
