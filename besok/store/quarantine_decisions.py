"""Decisions about readings in quarantine: released, so that they count, or dropped; each with its author and undo."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from besok.model import messages
from besok.model.errors import NotFound, StoreRefused
from besok.model.plurals import many
from besok.model.readings import Withheld
from besok.model.views.quarantine import Decided, QuarantineGroup
from besok.store import audit, rollup
from besok.store.database import Connection, Database, sql, values_of
from besok.store.reading_rows import Row, insert, note_channels

Choice = Literal["released", "dropped"]
NOTHING = "nothing of it waits in quarantine; `besok quarantine list` shows what does"


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
    """Return what waits for a decision at a site, or everywhere; the group that was heard last first."""
    return db.fetch("quarantine_groups", QuarantineGroup, site=site)


def decisions(db: Database, site: str | None = None) -> list[Decided]:
    """Return the last decisions about a site, or all, the last first."""
    return db.fetch("quarantine_decisions", Decided, site=site)


def decide(
    db: Database, choice: Choice, chosen: Chosen, *, author: str, now: datetime, reason: str = ""
) -> tuple[int, int]:
    """Release or drop readings; the number of the decision, and of how many readings it is about.

    What is released counts, and its days are recomputed. Raises NotFound where nothing waits.
    """
    what = values_of(chosen)
    with db.transaction() as conn:
        channels = [row[0] for row in conn.execute(sql("quarantine_channels"), what)]
        conn.execute(sql("lock_channels"), {"channels": sorted(channels)})
        said = {"decision": choice, "author": author, "reason": reason, "now": now, "device": chosen.device}
        ((number,),) = conn.execute(sql("quarantine_decide"), said).fetchall()
        key = {"decision_id": number, "channels": channels}
        readings = conn.execute(sql("quarantine_choose"), {**what, **key}).rowcount
        if not readings:
            raise NotFound(f"{chosen.device}: {NOTHING}")
        conn.execute(sql("quarantine_chosen"), {**key, "readings": readings})
        if choice == "released":
            expired, _ = conn.execute(sql("quarantine_expired"), key).fetchone() or (None, 0)
            if expired:
                raise StoreRefused(messages.EXPIRED(what=chosen.device, until=expired.date()))
            _release(conn, number)
            conn.execute(sql("learn_quarters"), {"now": now, "channels": channels})
        about = f"{choice} {many(readings, 'reading')} of {chosen.device}, {author}{f': {reason}' if reason else ''}"
        audit.note(conn, "release", f"decision {number}", site=chosen.site or "", detail=about)
        return number, readings


def undo(db: Database, number: int, *, author: str, now: datetime, site: str | None = None) -> None:
    """Take a decision back, of a site or of any: its readings wait in quarantine again.

    Raises NotFound, and StoreRefused if it was taken back before.
    """
    key = {"decision_id": number}
    with db.transaction() as conn:
        found = conn.execute(sql("decision_lock"), {**key, "site": site}).fetchone()
        if found is None:
            raise NotFound(f"there is no decision {number}; `besok quarantine list` shows those there are")
        decision, undone, readings = found
        if undone:
            raise StoreRefused(f"decision {number} was undone before: there is nothing to undo")
        channels = sorted(row[0] for row in conn.execute(sql("decision_channels"), key))
        conn.execute(sql("lock_channels"), {"channels": channels})
        if decision == "released":
            expired, kept = conn.execute(sql("quarantine_expired"), key).fetchone() or (None, 0)
            if expired or kept < readings:
                raise StoreRefused(messages.DECISION_EXPIRED(number=number, gone=readings - kept))
            ranges = rollup.ranges(conn, "quarantine_restore", key)
            rollup.notify(conn, rollup.recompute_ranges(conn, ranges))
            conn.execute(sql("learn_quarters"), {"now": now, "channels": channels})
        conn.execute(sql("quarantine_reopen"), key)
        conn.execute(sql("decision_undo"), {**key, "author": author, "now": now})
        audit.note(conn, "release", f"decision {number}", site=site or "", detail=f"undone, {author}")


def _release(conn: Connection, number: int) -> None:
    key = {"decision_id": number}
    rows = list(map(Row._make, conn.execute(sql("quarantine_of"), key)))
    conn.execute(sql("quarantine_replaced"), key)
    changes = insert(conn, rows)
    note_channels(conn, rows)
    if changes:
        rollup.notify(conn, rollup.recompute(conn, changes)[0])
