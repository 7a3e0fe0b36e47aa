"""Views of the public part: what anyone may see, coarse enough that nobody can be followed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from besok.model.site import Text
from besok.model.views.live import Level
from besok.model.views.overview import SiteOverview

Use = Literal["free", "taken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSpace:
    """A space as anyone may see it.

    `people` is rounded to fives, 0 meaning fewer than five; `free` are the free seats or places that follow from it
    ("more than" them where `people` is 0), of `places`. `use` tells of a room with a presence sensor only whether
    anybody is in it. None: not known, not up to date, or not told (outside opening hours, and at night).
    """

    space: str
    name: Text
    floor: Text | None
    seats: bool
    places: int | None
    people: int | None
    free: int | None
    use: Use | None
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicListed:
    """A site in the list of all; `whole` is its root space, None where nothing is told of people there."""

    site: SiteOverview
    at_night: bool
    whole: PublicSpace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHour:
    """How busy the site usually is in the hour that begins at `hour` (local)."""

    hour: int
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDay:
    """A business day to come or today: its hours, those with staff, the usual level by hour, the quietest one."""

    day: date
    open: tuple[tuple[datetime, datetime], ...]
    staffed: tuple[tuple[datetime, datetime], ...]
    hours: tuple[PublicHour, ...]
    quietest: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRequest:
    """What was asked for, and what came of it."""

    title: Text
    asked: date | None
    answer: Text | None
    done_since: date | None
    undone: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSite:
    """A site at `time`, a multiple of five minutes and two or more minutes ago; today and the six days after it.

    `next_hours` are the next open ones of the business day that are known, as in the same hours of past weeks.
    `quietest_left` is the quietest hour of today that is not over. `at_night`: it is open, and no figures of people are
    shown, since it is night.
    """

    site: str
    name: Text
    timezone: str
    time: datetime
    sandbox: bool
    is_open: bool
    open_until: datetime | None
    opens_at: datetime | None
    at_night: bool
    level: Level
    spaces: tuple[PublicSpace, ...]
    next_hours: tuple[PublicHour, ...]
    days: tuple[PublicDay, ...]
    quietest_left: int | None
    requests: tuple[PublicRequest, ...]
    staffed: bool = True  # else it is open with a card only
    staffed_until: datetime | None = None  # where it stays open without staff
