"""Headcounts in the database: stored once, undone, and read for the estimate of occupancy."""

import hashlib
import json
from datetime import datetime, timedelta
from uuid import UUID

from besok.model import audited, calendar, messages
from besok.model.errors import NotFound, StoreRefused
from besok.model.headcount import Headcount
from besok.model.site import Site
from besok.store import audit, rollup
from besok.store.database import Connection, Database, sql, values_of
from besok.store.sites import no_place


def receive(db: Database, site: Site, count: Headcount, clock_ahead: timedelta, now: datetime) -> bool:
    """Store a headcount of somebody whose clock is `clock_ahead`; False if it was stored before.

    Raises NotFound for a space the site does not have, StoreRefused for another headcount under the same id.
    """
    with db.transaction() as conn:
        row = {
            **values_of(count),
            "space_id": _space_id(conn, site.id, count.space),
            "time": count.time - clock_ahead,
            "clock_ahead_s": clock_ahead.total_seconds(),
            "entered_at": now,
            "digest": _digest(count),
        }
        if not conn.execute(sql("headcount_put"), row).rowcount:
            stored = conn.execute(sql("headcount_digest"), {"id": count.id}).fetchone()
            if stored is None:
                raise StoreRefused(messages.MANY_COUNTS)
            if bytes(stored[0]) != row["digest"]:
                raise StoreRefused(messages.ANOTHER_COUNT)
            return False
        _changed(conn, site, count.time - clock_ahead, now)
        about = audited.said(count.counted_by, audited.PEOPLE(n=count.people))
        audit.note(conn, "headcount", f"{count.space} {count.id}", site=site.id, detail=about)
        return True


def undo(db: Database, site: Site, count: UUID, *, author: str, reason: str, now: datetime) -> None:
    """Undo a headcount. Raises NotFound if none with this id is in use."""
    key = {"site": site.id, "id": count, "author": author, "reason": reason, "now": now}
    with db.transaction() as conn:
        row = conn.execute(sql("headcount_undo"), key).fetchone()
        if row is None:
            raise NotFound(messages.NO_HEADCOUNT(site=site.id, number=str(count)))
        _changed(conn, site, row[0], now)
        audit.note(
            conn, "headcount", str(count), site=site.id, detail=audited.said(author, audited.UNDONE, reason)
        )


def _changed(conn: Connection, site: Site, time: datetime, now: datetime) -> None:
    """Have the day estimated again from the headcount on."""
    day = calendar.business_day(time, site)
    row = conn.execute(sql("site_id"), {"site": site.id}).fetchone()
    if row and day < calendar.business_day(now, site):
        conn.execute(sql("mark_dirty"), {"site": [row[0]], "day": [day]})
    else:
        rollup.notify(conn, {site.id: time})


def _digest(count: Headcount) -> bytes:
    """Hash a headcount to recognise it when sent again: everything but the time of sending."""
    fields = [count.space, count.time.isoformat(), count.people, count.seats_taken, count.counted_by]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).digest()


def _space_id(conn: Connection, site: str, space: str) -> int:
    row = conn.execute(sql("space_of_site"), {"site": site, "space": space}).fetchone()
    if row is None:
        raise no_place(conn, site, "space", space)
    return int(row[0])
