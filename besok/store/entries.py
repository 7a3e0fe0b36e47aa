"""Who entered by hour: what unusual hours and effects of events are found from."""

from dataclasses import dataclass
from datetime import datetime

from besok.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """Who entered in the hour from `start` on; `heard` is the share of the doors that told anything."""

    start: datetime
    people: float
    heard: float


def by_hour(db: Database, site: str, space: str | None, start: datetime, end: datetime) -> list[Hour]:
    """The hours in which anything was heard at the doors of a space, or of the whole site, in order."""
    return db.fetch("entered_hours", Hour, site=site, space=space or site, start=start, end=end)
