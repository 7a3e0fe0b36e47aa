"""Headcounts: how many people somebody counted in a space at one moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

OLDEST = timedelta(days=60)  # a phone may have been offline for long
MOST_PEOPLE = 100_000  # in one space


@dataclass(frozen=True, slots=True, kw_only=True)
class Headcount:
    """A headcount as sent by the client. `time` and `sent` are by its clock; it chooses the `id`."""

    id: UUID
    space: str
    time: datetime
    sent: datetime
    people: int
    seats_taken: int | None = None
    counted_by: str
