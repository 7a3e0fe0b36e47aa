"""Effects of actions and events: what they are reckoned from, and where they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from core.effects import Effect, EventEffect
from store import looked
from store.database import Database, sql
from store.unusual import Hour, hours

WHAT = "effects"  # in `store.looked`


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Who entered a space on a business day; `coverage` is the share of it in which its doors were watched."""

    space: str
    day: date
    entered: float | None
    coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """An event of the programme that is over; `space` is None if it took place in the whole site."""

    event_id: int
    space: str | None
    start: datetime
    end: datetime
    all_day: bool


def entries(
    db: Database, site: str, spaces: Sequence[str], others: Sequence[str], first: date, last: date
) -> list[Entries]:
    """Who entered each of the spaces, and the others from elsewhere, on business days `first` to `last`.

    Days without anything are not there.
    """
    names = {"spaces": [*spaces, *others], "apart": list(spaces)}
    return db.fetch("space_entries_days", Entries, site=site, **names, first=first, last=last)


def entries_by_hour(db: Database, site: str, space: str | None, start: datetime, end: datetime) -> list[Hour]:
    """Who entered a space, or the site, by hour."""
    if space is None or space == site:
        return hours(db, site, start, end)
    return db.fetch("space_entries_hours", Hour, site=site, space=space, start=start, end=end)


def past_events(db: Database, site: str, start: datetime, end: datetime) -> list[PastEvent]:
    """The events of a site's programme that ended after `start` and by `end`."""
    return db.fetch("events_past", PastEvent, site=site, start=start, end=end)


def keep(
    db: Database, site: str, until: date, actions: Mapping[str, Effect], events: Mapping[int, EventEffect]
) -> None:
    """Keeps the effects of a site's actions and events as they are by business day `until`."""
    with db.transaction() as conn:
        for action, effect in actions.items():
            row = {"site": site, "action": action, "until": until, "effect": msgspec.json.encode(effect).decode()}
            conn.execute(sql("action_effect_put"), row)
        told = {"events": list(events), "effects": [msgspec.json.encode(e).decode() for e in events.values()]}
        conn.execute(sql("event_effect_put"), told)
        looked.note(conn, site, WHAT, until)
