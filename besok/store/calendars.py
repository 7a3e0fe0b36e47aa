"""Imports besides counts: the programme, school holidays, the weather. Each import replaces the previous one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from besok.model import audited, messages
from besok.model.calendar_entries import Occurrence, Weather
from besok.model.errors import NotFound
from besok.model.suggest import instead
from besok.model.views.calendar import ImportedCalendar, ProgrammeEvent, SchoolHoliday
from besok.store import audit
from besok.store.database import Database, fetch, sql, values_of
from besok.store.sites import id_of

EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event(ProgrammeEvent):
    event_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The events that an import adds, changes and removes, and how many stay as they are."""

    new: Sequence[Occurrence] = ()
    changed: Sequence[Occurrence] = ()
    removed: Sequence[ProgrammeEvent] = ()
    same: int = 0


def import_events(
    db: Database,
    site: str,
    calendar: str,
    events: Sequence[tuple[Occurrence, str | None]],
    *,
    until: datetime = EVER,
    now: datetime | None = None,
    preview: bool = False,
) -> Imported:
    """Replace a site's events of a calendar by `events`, each with its space, up to `until`.

    Events no longer in the calendar are removed, except those before its first event, since calendars often hold the
    future only. A calendar without events changes nothing, and a `preview` neither. Raises NotFound.
    """
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        key = {"site_id": id_of(conn, site), "calendar": calendar, "now": now or datetime.now(UTC)}
        if not events:
            return Imported()
        start = min(occurrence.start for occurrence, _ in events)
        rows = fetch(conn, "calendar_events", _Event, **key, start=start, end=until)
        stored = {(row.uid, row.start, row.end): row for row in rows}
        listed = {(o.uid, o.start, o.end): (o, space) for o, space in events}
        removed = [row for name, row in stored.items() if name not in listed]
        new = [event for name, event in listed.items() if name not in stored]
        changed = {
            row.event_id: listed[name]
            for name, row in stored.items()
            if name in listed and _compared(*listed[name]) != (row.title, row.space, row.all_day)
        }
        found = Imported(
            new=[occurrence for occurrence, _ in new],
            changed=[occurrence for occurrence, _ in changed.values()],
            removed=removed,
            same=len(listed) - len(new) - len(changed),
        )
        if preview or not (new or changed or removed):
            return found
        conn.execute(sql("events_delete"), {"ids": [row.event_id for row in removed]})
        updated = [{**key, **_values(*event), "event_id": number} for number, event in changed.items()]
        conn.cursor().executemany(sql("event_update"), updated)
        conn.cursor().executemany(sql("event_insert"), [{**key, **_values(*event)} for event in new])
        detail = audited.EVENTS(new=len(new), changed=len(changed), removed=len(removed))
        audit.note(conn, "calendar", calendar, site=site, detail=detail)
        return found


def _compared(occurrence: Occurrence, space: str | None) -> tuple[str, str | None, bool]:
    return occurrence.title, space, occurrence.all_day


def _values(occurrence: Occurrence, space: str | None) -> dict[str, object]:
    return {**values_of(occurrence), "space": space}


def import_school_holidays(db: Database, site: str, calendar: str, holidays: Sequence[SchoolHoliday]) -> int:
    """Replace the school holidays of a calendar by `holidays`; those that ended before the first of them stay."""
    with db.transaction() as conn:
        conn.execute(sql("sites_lock"))
        key = {"site_id": id_of(conn, site), "calendar": calendar}
        if holidays:
            conn.execute(sql("school_holidays_forget"), {**key, "first": min(h.first for h in holidays)})
        rows = [{**key, **values_of(holiday)} for holiday in holidays]
        conn.cursor().executemany(sql("school_holiday_insert"), rows)
        audit.note(conn, "calendar", calendar, site=site, detail=audited.SCHOOL_HOLIDAYS(n=len(rows)))
        return len(rows)


def import_weather(db: Database, site: str, days: Mapping[date, Weather]) -> int:
    """Write the weather of days; values missing in it stay as they were."""
    with db.transaction() as conn:
        site_id = id_of(conn, site)
        rows = [{"site_id": site_id, "day": day, **values_of(weather)} for day, weather in days.items()]
        conn.cursor().executemany(sql("weather_upsert"), rows)
        return len(rows)


def imported(db: Database, site: str | None = None) -> list[ImportedCalendar]:
    """Return the imported calendars of one site or of all."""
    return db.fetch("calendars", ImportedCalendar, site=site)


def remove(db: Database, site: str, calendar: str) -> int:
    """Remove a calendar; return how many events and holidays it had. Raises NotFound."""
    with db.transaction() as conn:
        key = {"site_id": id_of(conn, site), "calendar": calendar}
        removed = sum(
            conn.execute(sql(f), key).rowcount for f in ("calendar_forget_events", "calendar_forget_school")
        )
        if not removed:
            known = [one.calendar for one in fetch(conn, "calendars", ImportedCalendar, site=site)]
            raise NotFound(
                messages.NO_CALENDAR_HERE(site=site, name=calendar, instead=instead(calendar, known))
            )
        audit.note(conn, "calendar", calendar, site=site, detail=audited.REMOVED_ENTRIES(n=removed))
        return removed


def remove_weather(db: Database, site: str) -> int:
    """Forgets the weather of a site; how many days it was. Raises NotFound."""
    with db.transaction() as conn:
        return conn.execute(sql("weather_forget"), {"site_id": id_of(conn, site)}).rowcount
