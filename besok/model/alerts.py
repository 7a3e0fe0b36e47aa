"""Alerts: conditions that somebody wants to be notified of, and their occurrences."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, Literal, get_args

# By what staff act on first: people, then what all sites share, then sensors and forecasts
RuleKind = Literal[
    "site_full",
    "space_over",
    "inside_after_closing",
    "cleaning",
    "service",
    "disk_low",
    "job_failed",
    "backup_old",
    "sensor_offline",
    "finding",
    "forecast_old",
    "target_probability",
    "monthly_report",
]
KINDS: Final[tuple[RuleKind, ...]] = get_args(RuleKind)
# Kinds about what all sites share: services, backups, jobs, disks
INSTALLATION: Final[tuple[RuleKind, ...]] = ("service", "backup_old", "job_failed", "disk_low")
# What happens in simulated places raises no alert.
OF_SIMULATED: Final[tuple[RuleKind, ...]] = ("monthly_report",)
NEW_TARGET: Final = r"^[a-z0-9-]{1,60}$"  # its name; earlier versions took any by command
# The highest of those that need one: a share of the capacity, a probability, entries
THRESHOLDS: Final[dict[RuleKind, float]] = {"space_over": 2, "target_probability": 1, "cleaning": 1e9}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """A condition to be notified of: at one site or all, above a threshold, once it has lasted so many minutes.

    Nothing is sent between `quiet_from` and `quiet_to`; what still holds afterwards is sent then.
    """

    id: int = 0
    kind: RuleKind
    site: str | None = None
    space: str | None = None
    threshold: float | None = None
    minutes: int = 0
    target: str
    quiet_from: time | None = None
    quiet_to: time | None = None
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """That a rule holds of a subject (a device, a space as site/space, a site, a service) now; since when, if known.

    Planned maintenance of the subject, of its site, or of anything it is `about` mutes it.
    """

    subject: str
    site: str | None = None
    about: tuple[str, ...] = ()
    since: datetime | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An occurrence of a rule."""

    id: int
    rule: int
    kind: RuleKind
    site: str | None
    subject: str
    since: datetime
    value: float | None
    threshold: float | None
    target: str
    quiet_from: time | None
    quiet_to: time | None
    timezone: str | None
    raised: datetime
    sent: datetime | None
    acknowledged: datetime | None
    acknowledged_by: str | None
    resolved: datetime | None
