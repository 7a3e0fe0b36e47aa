"""A site as it is now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from besok.model import calendar
from besok.model.occupancy import Basis
from besok.model.site import Text
from besok.model.views.live import USUAL_S, SiteLive, SpaceLive, freshness, level, older
from besok.store.database import Database
from besok.store.sites import load

MINUTE = timedelta(minutes=1)  # a minute's figure is fresh when the minute is over
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpaceRow:
    space: str
    parent: str | None
    name: Text
    kind: str
    storey: int | None
    capacity: int | None
    time: datetime | None
    people: float | None
    lower: float | None
    upper: float | None
    raw: float | None
    basis: Basis | None
    reason: str | None
    doors_heard: datetime | None
    doors_interval_s: int | None
    own_heard: datetime | None
    own_interval_s: int | None
    measured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visits:
    visits: float | None
    corrected: float | None


def get_live(db: Database, site: str, now: datetime) -> SiteLive:
    """Return how many people are in each space of a site at `now`, with intervals. Raises NotFound."""
    place = load(db, site)
    day = calendar.business_day(now, place)
    begins, _ = calendar.day_bounds(day, place)
    week_ago, ends = calendar.day_bounds(day - WEEK, place)
    is_open = calendar.is_open(now, place)
    today = _visits(db, site, begins, now)
    # up to the same time of day, to the end of the quarter under way
    last_week = _visits(db, site, week_ago, min(ends, week_ago + (now - begins)))
    return SiteLive(
        site=site,
        name=place.name,
        time=now,
        sandbox=place.sandbox,
        is_open=is_open,
        open_until=calendar.open_until(now, place),
        opens_at=None if is_open else calendar.next_opening(now, place),
        visits_today=today.visits,
        visits_corrected=today.corrected or 0.0,
        visits_last_week=last_week.visits,
        spaces=tuple(
            _space(row, now) for row in db.fetch("live", _SpaceRow, site=site, day_begins=begins, now=now)
        ),
    )


def _visits(db: Database, site: str, start: datetime, end: datetime) -> _Visits:
    return db.fetch("visits_so_far", _Visits, site=site, start=start, end=end)[0]


def _space(row: _SpaceRow, now: datetime) -> SpaceLive:
    own, doors = (row.own_heard, row.own_interval_s), (row.doors_heard, row.doors_interval_s)
    heard, interval = own if row.basis in ("people", "presence") else doors
    interval_s = interval or USUAL_S
    fresh = older(freshness(heard, now, interval_s), freshness(row.time and row.time + MINUTE, now))
    missing = "no_data" if row.measured else "no_sensor"
    same = (
        "space",
        "parent",
        "name",
        "kind",
        "storey",
        "capacity",
        "people",
        "lower",
        "upper",
        "raw",
        "basis",
        "time",
    )
    return SpaceLive(
        **{name: getattr(row, name) for name in same},
        reason=row.reason if row.people is not None else row.reason or missing,
        heard=heard,
        interval_s=interval_s,
        freshness=fresh if row.people is not None else "none",
        level=level(row.people, row.capacity),
    )
