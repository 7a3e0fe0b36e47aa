"""All sites at a glance."""

from dataclasses import dataclass
from datetime import date, datetime

from besok.model.views.live import SpaceLive


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetStanding:
    """The visits of the last 365 days as a multiple of the baseline's, and those that the target requires; None where
    they are not known.
    """

    reached: float | None
    factor: float
    deadline: date
    required: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOverview:
    """A site in one line: opening hours and visits as in `SiteLive`, people in its root space, what its sensors need.

    Of `sensors`, those in a place, `offline` are not heard; `findings` are open. `has_target` without `standing`: no
    job has computed it yet.
    """

    site: str
    timezone: str
    sandbox: bool
    position: tuple[float, float] | None
    is_open: bool
    open_until: datetime | None
    opens_at: datetime | None
    staffed: bool
    staffed_until: datetime | None
    root: SpaceLive
    visits_today: float | None
    visits_last_week: float | None
    weekday: int  # of the business day, Monday 0
    sensors: int
    offline: int
    findings: int
    has_target: bool
    standing: TargetStanding | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All sites at a moment, in the order of their files."""

    time: datetime
    sites: tuple[SiteOverview, ...]
