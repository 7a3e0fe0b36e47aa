"""Parameters learnt from past days of a site, as JSON text, by the first day they are valid for."""

from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Final

from besok.store.database import Connection, Database, sql
from besok.store.occupancy import Layout

RETENTION: Final = timedelta(days=63)  # for late data of so many days


def get(conn: Connection, plan: Layout, day: date, version: int) -> str | None:
    """Return the parameters learnt before a business day by this `version` of the method; None if there are none."""
    row = conn.execute(sql("learnt_get"), _key(plan, day, version)).fetchone()
    return str(row[0]) if row else None


def put(conn: Connection, plan: Layout, day: date, version: int, learnt: str) -> None:
    """Store the parameters learnt before a business day."""
    conn.execute(sql("learnt_put"), {**_key(plan, day, version), "learnt": learnt})


def changed(conn: Connection, plan: Layout, first: date, last: date, look_back: timedelta) -> None:
    """Mark parameters learnt from days `first` to `last` as out of date."""
    conn.execute(sql("learnt_stale"), {"site_id": plan.site_id, "first": first, "last": last + look_back})


def forget(db: Database, now: datetime) -> None:
    """Delete parameters of days long past: they can be learnt again."""
    db.run("learnt_forget", {"before": now.date() - RETENTION})


def _key(plan: Layout, day: date, version: int) -> dict[str, object]:
    return {"site_id": plan.site_id, "day": day, "building": _building(plan, version)}


def _building(plan: Layout, version: int) -> str:
    """Return a digest of all that determines the positions of learnt numbers, with the version of the method."""
    parts = repr((version, plan.spaces, plan.portals, plan.building.parents, plan.building.doors.tolist()))
    return blake2b(parts.encode(), digest_size=12).hexdigest()
