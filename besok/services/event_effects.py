"""What came of the programme, as it was last reckoned."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from besok.model.effects import EventEffect, ProgrammeEffect
from besok.store.database import Database
from besok.store.sites import load


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    title: str
    space: str | None
    start: datetime
    end: datetime
    effect: str


def event_effects(db: Database, site: str, start: datetime, end: datetime) -> list[ProgrammeEffect]:
    """The effects of the events that touch the time from `start` up to `end`, the newest first. Raises NotFound."""
    load(db, site)
    return [
        ProgrammeEffect(
            title=row.title,
            space=row.space,
            start=row.start,
            end=row.end,
            effect=msgspec.json.decode(row.effect, type=EventEffect),
        )
        for row in db.fetch("event_effects", _Event, site=site, start=start, end=end)
    ]
