"""Effects of programme events: what they are reckoned from, and where they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from besok.model.effects import EventEffect
from besok.store import checkpoints
from besok.store.database import Database, sql

WHAT = "programme"  # in `besok.store.checkpoints`


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """An event of the programme that is over; `space` is None if it took place in the whole site."""

    event_id: int
    space: str | None
    start: datetime
    end: datetime
    all_day: bool


def past_events(db: Database, site: str, start: datetime, end: datetime) -> list[PastEvent]:
    """The events of a site's programme that ended after `start` and by `end`."""
    return db.fetch("events_past", PastEvent, site=site, start=start, end=end)


def keep(db: Database, site: str, until: date, events: Mapping[int, EventEffect]) -> None:
    """Keeps the effects of a site's events as they are by business day `until`."""
    told = {"events": list(events), "effects": [msgspec.json.encode(e).decode() for e in events.values()]}
    with db.transaction() as conn:
        conn.execute(sql("event_effect_put"), told)
        checkpoints.note(conn, site, WHAT, until)
