"""Views of alerts: what is open at a site, for people who take care of it."""

from dataclasses import dataclass
from datetime import datetime, time

from besok.model.alerts import RuleKind
from besok.model.site import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertInfo:
    """An alert that concerns a site; `site` is None where it is of the whole installation.

    `sentence` says what is so and since when. `may_acknowledge` tells whether who asks may say that they take care.
    """

    id: int
    kind: RuleKind
    site: str | None
    subject: str
    sentence: Text
    since: datetime
    raised: datetime
    value: float | None
    threshold: float | None
    sent: datetime | None
    acknowledged: datetime | None
    acknowledged_by: str | None
    resolved: datetime | None
    may_acknowledge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInfo:
    """A rule of alerts; `site` is None where it is about all sites."""

    id: int
    kind: RuleKind
    site: str | None
    space: str | None
    threshold: float | None
    minutes: int
    target: str
    quiet_from: time | None
    quiet_to: time | None
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetInfo:
    """Where messages go: a name, and the service of its address, which itself may hold a password and is not told."""

    name: str
    service: str
    failed: int
    trial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What the wall screens of a site announce, until when, and who set it."""

    text: str
    author: str
    made: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceInfo:
    """Planned work on a site, a door, a space or a sensor: until when nothing is told of it; who ended it before."""

    id: int
    subject: str
    reason: str
    author: str
    made: datetime
    until: datetime
    ended: datetime | None
    ended_by: str | None
