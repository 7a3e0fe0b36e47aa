"""How spaces were used by business day: kept of days that are over, until one changes; of the others from quarters."""

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

DAYS: Final = 28  # that are summed up in one transaction: late readings of them wait for it


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedDay:
    """A business day as far as it has come: its hours, and those in which the site is open."""

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
    """Return those of some days, in their order, that have begun at `now`; the one under way ends there."""
    found = []
    for day in days:
        begins, ends = calendar.day_bounds(day, place)
        if begins >= now:
            break
        until = min(ends, now)
        hours = (
            (start, min(stop, until)) for start, stop in calendar.open_intervals(day, place) if start < until
        )
        found.append(UsedDay(day=day, begins=begins, ends=until, over=ends <= now, open=tuple(hours)))
    return found


def params(days: Sequence[UsedDay]) -> dict[str, object]:
    """Return what the statements `usage_kept` and `usage_days` take of days."""
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
    """Return the spaces of a site whose use is told, by id."""
    return dict(db.rows("usage_spaces", site=site))


def missing(conn: Connection, site: Site, before: date) -> list[date]:
    """Return the newest days of a site before a day that are not summed up, in their order."""
    site_id = id_of(conn, site.id)
    key = {"site_id": site_id, "first": first_day(conn, site_id), "last": before - timedelta(days=1)}
    rooms = [row[0] for row in conn.execute(sql("usage_spaces"), {"site": site.id})]
    rows = conn.execute(sql("usage_missing"), {**key, "spaces": rooms, "days": DAYS})
    return sorted(day for (day,) in rows)


def sum_up(db: Database, site: Site, before: date, now: datetime) -> bool:
    """Sum up some days of a site before a day, the newest first; False once none is left that is not changing."""
    with db.transaction() as conn, conn.cursor(row_factory=dict_row) as cur:
        key = {"site_id": id_of(conn, site.id), "days": missing(conn, site, before)}
        taken = [row["day"] for row in cur.execute(sql("usage_take"), key)]
        if not taken:
            return False
        rooms = [row["space_id"] for row in cur.execute(sql("usage_spaces"), {"site": site.id})]
        asked = {"site": site.id, "spaces": rooms, **params(used_days(site, sorted(taken), now))}
        cur.executemany(sql("usage_put"), cur.execute(sql("usage_days"), asked).fetchall())
        conn.execute(sql("usage_taken"), {**key, "days": taken})
    return True
