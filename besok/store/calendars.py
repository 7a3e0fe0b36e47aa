"""Imports around the counts: the programme, school holidays, the weather. Each import replaces the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from besok.model.calendar_entries import Occurrence, Weather
from besok.model.errors import NotFound
from besok.model.views.calendar import ImportedCalendar, ProgrammeEvent, SchoolHoliday
from besok.store.database import Database, fetch, sql, values_of
from besok.store.sites import id_of

EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Changes by an import."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event(ProgrammeEvent):
    event_id: int


def import_events(
    db: Database,
    site: str,
    calendar: str,
    found: Sequence[tuple[Occurrence, str | None]],
    *,
    until: datetime = EVER,
    now: datetime | None = None,
) -> Imported:
    """Make the programme of a site be what a calendar holds: events, each with its space, up to `until`.

    What the calendar has no more is removed; but calendars often tell the future only, so what lies before its first
    event stays. A calendar without events changes nothing. Raises NotFound.
    """
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        key = {"site_id": id_of(conn, site), "calendar": calendar, "now": now or datetime.now(UTC)}
        if not found:
            return Imported()
        start = min(occurrence.start for occurrence, _ in found)
        rows = fetch(conn, "calendar_events", _Event, **key, start=start, end=until)
        standing = {(row.uid, row.start, row.end): row for row in rows}
        wanted = {(o.uid, o.start, o.end): (o, space) for o, space in found}
        gone = [row.event_id for name, row in standing.items() if name not in wanted]
        new = [_values(*wanted[name]) for name in wanted if name not in standing]
        changed = [
            {**_values(*wanted[name]), "event_id": row.event_id}
            for name, row in standing.items()
            if name in wanted and _compared(*wanted[name]) != (row.title, row.space, row.all_day)
        ]
        conn.execute(sql("events_delete"), {"ids": gone})
        conn.cursor().executemany(sql("event_update"), [{**key, **values} for values in changed])
        conn.cursor().executemany(sql("event_insert"), [{**key, **values} for values in new])
        same = len(wanted) - len(new) - len(changed)
        return Imported(new=len(new), changed=len(changed), removed=len(gone), same=same)


def _compared(occurrence: Occurrence, space: str | None) -> tuple[str, str | None, bool]:
    return occurrence.title, space, occurrence.all_day


def _values(occurrence: Occurrence, space: str | None) -> dict[str, object]:
    return {**values_of(occurrence), "space": space}


def import_school_holidays(db: Database, site: str, calendar: str, found: Sequence[SchoolHoliday]) -> int:
    """Make the school holidays of a calendar be `found`; those that were over before the first of them stay."""
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        key = {"site_id": id_of(conn, site), "calendar": calendar}
        if found:
            conn.execute(sql("school_holidays_forget"), {**key, "first": min(h.first for h in found)})
        rows = [{**key, **values_of(holiday)} for holiday in found]
        conn.cursor().executemany(sql("school_holiday_insert"), rows)
        return len(rows)


def import_weather(db: Database, site: str, found: Mapping[date, Weather]) -> int:
    """Write the weather of days; what a file does not tell stays as it was."""
    with db.transaction() as conn:
        site_id = id_of(conn, site)
        rows = [{"site_id": site_id, "day": day, **values_of(weather)} for day, weather in found.items()]
        conn.cursor().executemany(sql("weather_upsert"), rows)
        return len(rows)


def imported(db: Database, site: str | None = None) -> list[ImportedCalendar]:
    """Return what was imported, of one site or of all."""
    return db.fetch("calendars", ImportedCalendar, site=site)


def remove(db: Database, site: str, calendar: str) -> int:
    """Forgets all that was imported under a name; how many events and holidays it was. Raises NotFound."""
    with db.transaction() as conn:
        key = {"site_id": id_of(conn, site), "calendar": calendar}
        gone = sum(
            conn.execute(sql(f), key).rowcount for f in ("calendar_forget_events", "calendar_forget_school")
        )
    if not gone:
        raise NotFound(f'{site} has no calendar "{calendar}"; `besok calendar list` shows what there is')
    return gone


def remove_weather(db: Database, site: str) -> int:
    """Forgets the weather of a site; how many days it was. Raises NotFound."""
    with db.transaction() as conn:
        return conn.execute(sql("weather_forget"), {"site_id": id_of(conn, site)}).rowcount
