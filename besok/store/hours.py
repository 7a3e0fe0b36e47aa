"""Opening hours that change for days that are over: their occupancy was estimated as if the old ones had held."""

from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from besok.model import calendar
from besok.model.site import Site
from besok.store.database import sql


def mark_days(conn: psycopg.Connection[Any], site_id: int, old: Site, new: Site, now: datetime) -> None:
    """Mark the past business days whose opening hours have changed for a new estimate."""
    if old.opening == new.opening:
        return
    row = conn.execute(sql("first_day"), {"site_id": site_id}).fetchone()
    days = different(old, new, row[0], calendar.business_day(now, new)) if row and row[0] else []
    if days:
        conn.execute(sql("mark_dirty"), {"site": [site_id] * len(days), "day": days})


def different(old: Site, new: Site, first: date, end: date) -> list[date]:
    """Return the business days from `first` up to, not including, `end` on which two sites' opening hours differ."""
    days = (first + timedelta(days=n) for n in range((end - first).days))
    return [day for day in days if calendar.open_intervals(day, old) != calendar.open_intervals(day, new)]
