"""Opening hours changed for past days, whose occupancy was estimated with the old hours."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from besok.model import calendar
from besok.model.plurals import many
from besok.model.site import Site
from besok.store.database import Connection, sql
from besok.store.rollup import mark_changed


def mark_days(conn: Connection, site_id: int, old: Site, new: Site, now: datetime) -> list[date]:
    """Mark the past business days whose opening hours have changed for a new estimate, and return them."""
    if old.opening == new.opening:
        return []
    first = first_day(conn, site_id)
    days = different(old, new, first, calendar.business_day(now, new)) if first else []
    mark_changed(conn, site_id, days)
    return days


def first_day(conn: Connection, site_id: int) -> date | None:
    """Return the first business day with any data of a site; None if there is none."""
    row = conn.execute(sql("first_day"), {"site_id": site_id}).fetchone()
    return row[0] if row else None


def describe(site: str, days: Sequence[date]) -> list[str]:
    """Return one line about the changed days; none without days."""
    if not days:
        return []
    stretch = f"{days[0]} to {days[-1]}"
    return [
        f"{site}: the hours of {many(len(days), 'past day')} change, {stretch}; their occupancy is estimated again"
    ]


def different(old: Site, new: Site, first: date, end: date) -> list[date]:
    """Return the business days from `first` up to, not including, `end` on which two sites' opening hours differ."""
    days = (first + timedelta(days=n) for n in range((end - first).days))
    return [day for day in days if calendar.open_intervals(day, old) != calendar.open_intervals(day, new)]
