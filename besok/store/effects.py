"""Daily results of jobs: effects of actions and events, and unusual times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec

from besok.model.effects import EventEffect
from besok.model.views.calendar import ActionEffect, UnusualTime
from besok.store import results
from besok.store.database import Connection, Database, sql
from besok.store.sites import id_of

ACTIONS: Final = "effects"  # kinds of daily results, each noted with its last day
EVENTS: Final = "programme"
UNUSUAL: Final = "unusual"
UNUSUAL_KNOWN: Final = "unusual known"  # noted only for days of which enough was observed


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredDay:
    """People who entered a space from outside of it through a portal on a business day."""

    space: str
    portal: int
    day: date
    people: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredHour:
    """People who entered in the hour from `start` on; `heard` is the share of the doors with data."""

    start: datetime
    people: float
    heard: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """An event of the programme that is over; `space` is None if it took place in the entire site."""

    event_id: int
    space: str | None
    start: datetime
    end: datetime
    all_day: bool


def entered_by_day(db: Database, site: str, first: date, last: date) -> list[EnteredDay]:
    """Return the people who entered each space of a site, by space, portal and day; unobserved days are absent."""
    return db.fetch("space_entries", EnteredDay, site=site, first=first, last=last)


def entered_by_hour(
    db: Database, site: str, space: str | None, start: datetime, end: datetime
) -> list[EnteredHour]:
    """Return the hours with data from the doors of a space, or of the entire site, in order."""
    return db.fetch("entered_hours", EnteredHour, site=site, space=space or site, start=start, end=end)


def past_events(db: Database, site: str, start: datetime, end: datetime) -> list[PastEvent]:
    """Return the events of a site's programme that ended after `start` and by `end`."""
    return db.fetch("events_past", PastEvent, site=site, start=start, end=end)


def action_effects(db: Database, site: str) -> dict[str, ActionEffect]:
    """Return the effects of a site's actions as computed last, by action."""
    effects = (msgspec.convert(result, ActionEffect) for (result,) in db.rows("effects", site=site))
    return {effect.action: effect for effect in effects}


def put_action_effects(db: Database, site: str, effects: Sequence[ActionEffect], until: date) -> None:
    """Store the effects of a site's actions up to business day `until`."""
    rows = [
        {"site": site, "action": e.action, "until": e.until, "result": msgspec.json.encode(e).decode()}
        for e in effects
    ]
    with db.transaction() as conn:
        conn.cursor().executemany(sql("effect_upsert"), rows)
        results.delete(conn, [id_of(conn, site)], [results.COUNCIL])
        _note(conn, site, ACTIONS, until)


def put_event_effects(db: Database, site: str, events: Mapping[int, EventEffect], until: date) -> None:
    """Store the effects of a site's events up to business day `until`."""
    columns = {"events": list(events), "effects": [msgspec.json.encode(e).decode() for e in events.values()]}
    with db.transaction() as conn:
        conn.execute(sql("event_effect_put"), columns)
        _note(conn, site, EVENTS, until)


def put_unusual_times(db: Database, site: str, times: Sequence[UnusualTime] | None, until: date) -> None:
    """Replace the unusual times of a site, up to business day `until`; None where too little was observed."""
    found = times or ()
    columns = {
        "begins": [u.start for u in found],
        "ends": [u.end for u in found],
        **{name: [getattr(u, name) for u in found] for name in ("people", "expected", "score")},
    }
    with db.transaction() as conn:
        conn.execute(sql("unusual_delete"), {"site": site})
        conn.execute(sql("unusual_insert"), {"site": site, **columns})
        _note(conn, site, UNUSUAL, until)
        if times is not None:
            _note(conn, site, UNUSUAL_KNOWN, until)


def checked_until(db: Database, what: str) -> dict[str, date]:
    """Return the last business day that was checked for something, by site."""
    return dict(db.rows("looked_get", what=what))


def _note(conn: Connection, site: str, what: str, day: date) -> None:
    conn.execute(sql("looked_set"), {"site": site, "what": what, "until": day})
