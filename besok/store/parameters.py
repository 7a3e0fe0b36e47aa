"""What past days of a site taught, kept by the day before which it was learnt."""

from datetime import date, timedelta
from hashlib import blake2b

from besok.analytics.occupancy import Learnt
from besok.analytics.occupancy.parameters import VERSION
from besok.store.database import sql
from besok.store.occupancy import Connection, Layout


def get(conn: Connection, plan: Layout, day: date) -> Learnt | None:
    """What was learnt before a business day; None if that is to be learnt (anew)."""
    row = conn.execute(sql("learnt_get"), _key(plan, day)).fetchone()
    return Learnt.from_json(row[0]) if row else None


def put(conn: Connection, plan: Layout, day: date, learnt: Learnt) -> None:
    """Keeps what was learnt before a business day."""
    conn.execute(sql("learnt_put"), {**_key(plan, day), "learnt": learnt.to_json()})


def changed(conn: Connection, plan: Layout, first: date, last: date, look_back: timedelta) -> None:
    """Days from `first` to `last` have changed: what was learnt from them is to be learnt anew."""
    conn.execute(sql("learnt_stale"), {"site_id": plan.site_id, "first": first, "last": last + look_back})


def forget(conn: Connection, before: date) -> None:
    """Forgets what was learnt before long past days: whoever asks for it again learns the same."""
    conn.execute(sql("learnt_forget"), {"before": before})


def _key(plan: Layout, day: date) -> dict[str, object]:
    return {"site_id": plan.site_id, "day": day, "building": _building(plan)}


def _building(plan: Layout) -> str:
    """Short for all that gives the numbers of what was learnt their places, the version of the program included."""
    made_of = repr((VERSION, plan.spaces, plan.portals, plan.building.parents, plan.building.doors.tolist()))
    return blake2b(made_of.encode(), digest_size=12).hexdigest()
