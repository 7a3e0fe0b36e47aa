"""Use of spaces by business day: stored for past days until one changes; for the others computed from quarters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from psycopg.rows import dict_row

from besok.model import calendar
from besok.model.site import Site
from besok.store.database import Connection, Database, sql
from besok.store.hours import first_day
from besok.store.sites import id_of

DAYS: Final = 28  # summed up in one transaction: their late readings wait for it


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedDay:
    """A business day up to now: its bounds, and the times in which the site is open."""

    day: date
    begins: datetime
    ends: datetime
    over: bool
    open: tuple[tuple[datetime, datetime], ...]

    @property
    def hours(self) -> float:
        return (self.ends - self.begins) / timedelta(hours=1)

    @property
    def open_hours(self) -> float:
        return sum(((until - start) / timedelta(hours=1) for start, until in self.open), 0.0)


def used_days(place: Site, days: Sequence[date], now: datetime) -> list[UsedDay]:
    """Return the days that have begun by `now`, in their order; the one under way ends there."""
    used = []
    for day in days:
        begins, ends = calendar.day_bounds(day, place)
        if begins >= now:
            break
        until = min(ends, now)
        hours = (
            (start, min(stop, until)) for start, stop in calendar.open_intervals(day, place) if start < until
        )
        used.append(UsedDay(day=day, begins=begins, ends=until, over=ends <= now, open=tuple(hours)))
    return used


def params(days: Sequence[UsedDay]) -> dict[str, object]:
    """Return the parameters of the statements `usage_kept` and `usage_days` for days."""
    hours = [(d.day, start, until) for d in days for start, until in d.open]
    return {
        "days": [d.day for d in days],
        "begins": [d.begins for d in days],
        "ends": [d.ends for d in days],
        "over": [d.over for d in days],
        "hours": [d.hours for d in days],
        "open_hours": [d.open_hours for d in days],
        "open_days": [h[0] for h in hours],
        "opens": [h[1] for h in hours],
        "closes": [h[2] for h in hours],
        "first": days[0].begins,
        "last": days[-1].ends,
    }


def spaces(db: Database, site: str) -> dict[int, str]:
    """Return the spaces of a site whose use is shown, by id."""
    return dict(db.rows("usage_spaces", site=site))


def missing(conn: Connection, site: Site, before: date) -> list[date]:
    """Return the newest days of a site before a day that are not summed up, in their order."""
    site_id = id_of(conn, site.id)
    key = {"site_id": site_id, "first": first_day(conn, site_id), "last": before - timedelta(days=1)}
    rooms = [row[0] for row in conn.execute(sql("usage_spaces"), {"site": site.id})]
    rows = conn.execute(sql("usage_missing"), {**key, "spaces": rooms, "days": DAYS})
    return sorted(day for (day,) in rows)


def sum_up(db: Database, site: Site, before: date, now: datetime) -> bool:
    """Sum up some days of a site before a day, the newest first; False once only days that are changing remain."""
    with db.transaction() as conn, conn.cursor(row_factory=dict_row) as cur:
        key = {"site_id": id_of(conn, site.id), "days": missing(conn, site, before)}
        claimed = [row["day"] for row in cur.execute(sql("usage_take"), key)]
        if not claimed:
            return False
        space_ids = [row["space_id"] for row in cur.execute(sql("usage_spaces"), {"site": site.id})]
        query = {"site": site.id, "spaces": space_ids, **params(used_days(site, sorted(claimed), now))}
        cur.executemany(sql("usage_put"), cur.execute(sql("usage_days"), query).fetchall())
        conn.execute(sql("usage_taken"), {**key, "days": claimed})
    return True
