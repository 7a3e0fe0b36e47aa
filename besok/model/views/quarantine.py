"""Views of the quarantine: what waits for a decision, and what was decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from besok.model.readings import Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineGroup:
    """Readings of a channel that do not count, by the cause: how many, of which time, and when they came.

    `people` are those in them, as they were sent (null for totals and levels); `until` is the number of the last one,
    so that a decision is about nothing that came since.
    """

    source: str
    device: str
    channel: str
    cause: Withheld
    site: str | None
    portal: str | None
    readings: int
    first: datetime
    last: datetime
    first_received: datetime
    last_received: datetime
    people: float | None
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision about the readings of a device in quarantine, by whom, and by whom it was taken back."""

    id: int
    decision: Literal["released", "dropped"]
    device: str
    readings: int
    author: str
    reason: str
    made: datetime
    undone: datetime | None
    undone_by: str | None
