"""Months and years that were reported: their figure as it was then, and what would be another one now."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

ReasonKind = Literal[
    "void",
    "void_undone",
    "correction",
    "correction_undone",
    "definition",
    "counts",
    "quarantine",
    "late",
    "sensors",
    "program",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorAtDoor:
    """A channel at a door that leads into the site, in its direction and time."""

    door: str
    device: str
    channel: str
    swapped: bool
    role: str
    placed: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionReason:
    """Something that came after a period was closed and that its figure rests on.

    Voided readings, a correction of a door or its undo, another definition of a visit, counts that people brought or
    took back, readings that were released from quarantine or came late (`number` of them), sensors that are said to
    have been mounted otherwise, or another version of the program. `author` and `text` are those of who did it.
    """

    kind: ReasonKind
    at: datetime | None
    author: str = ""
    text: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a closed period's figure would be now, the days that differ (gross, now less then), and why."""

    gross: float | None
    net: float | None
    besok01: int | None
    days: dict[date, float]
    reasons: tuple[RevisionReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriod:
    """A month or a year from `first` to `last` whose visits were reported: the figure as it was when it was `closed`.

    `gross` and `net` are its visits as the pages show them, `besok01` that of the national library statistics.
    `version` is that of the program. `revision` is None as long as the figure would be the same now. `ended` once it
    was opened again, or a revision was accepted in its place.
    """

    id: int
    site: str
    first: date
    last: date
    closed: datetime
    author: str
    reason: str
    version: str
    gross: float
    net: float
    besok01: int | None
    coverage: float
    ended: datetime | None
    ended_by: str | None
    ended_why: str | None
    revision: Revision | None = None
