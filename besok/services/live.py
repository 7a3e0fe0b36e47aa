"""A site as it is now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from besok.model import calendar
from besok.model.occupancy import Basis
from besok.model.site import Site, Text
from besok.model.views.live import USUAL_S, SiteLive, SpaceLive, freshness, level, older
from besok.store.database import Database
from besok.store.sites import load

MINUTE = timedelta(minutes=1)  # a minute's figure is fresh when the minute is over


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpaceRow:
    space: str
    parent: str | None
    name_sv: str
    name_en: str
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


def live(db: Database, site: str, now: datetime) -> SiteLive:
    """How many are in each space of a site at `now`, and how sure that is. Raises NotFound."""
    place = load(db, site)
    begins, _ = calendar.day_bounds(calendar.business_day(now, place), place)
    rows = db.fetch("live", _SpaceRow, site=site, day_begins=begins, now=now)
    today = db.fetch_one("visits_so_far", _Visits, site=site, start=begins, end=now)
    return SiteLive(
        site=site,
        name=place.name,
        time=now,
        sandbox=place.sandbox,
        is_open=calendar.is_open(now, place),
        open_until=calendar.open_until(now, place),
        opens_at=None if calendar.is_open(now, place) else calendar.next_opening(now, place),
        visits_today=today.visits if today else None,
        visits_corrected=(today.corrected or 0.0) if today else 0.0,
        visits_last_week=_visits_last_week(db, place, now),
        spaces=tuple(_space(row, now) for row in rows),
    )


def _visits(db: Database, site: str, start: datetime, end: datetime) -> float | None:
    row = db.fetch_one("visits_so_far", _Visits, site=site, start=start, end=end)
    return row.visits if row else None


def _visits_last_week(db: Database, place: Site, now: datetime) -> float | None:
    """Visits of the same weekday a week ago up to the same time of day, to the end of the quarter now under way."""
    today = calendar.business_day(now, place)
    begins, _ = calendar.day_bounds(today, place)
    then, ends = calendar.day_bounds(today - timedelta(days=7), place)
    return _visits(db, place.id, then, min(ends, then + (now - begins)))


def _space(row: _SpaceRow, now: datetime) -> SpaceLive:
    own, doors = (row.own_heard, row.own_interval_s), (row.doors_heard, row.doors_interval_s)
    heard, interval = own if row.basis in ("people", "presence") else doors
    interval_s = interval or USUAL_S
    fresh = older(freshness(heard, now, interval_s), freshness(row.time and row.time + MINUTE, now))
    missing = "no_data" if row.measured else "no_sensor"
    return SpaceLive(
        space=row.space,
        parent=row.parent,
        name=Text(sv=row.name_sv, en=row.name_en),
        kind=row.kind,
        storey=row.storey,
        capacity=row.capacity,
        people=row.people,
        lower=row.lower,
        upper=row.upper,
        raw=row.raw,
        basis=row.basis,
        reason=row.reason if row.people is not None else row.reason or missing,
        time=row.time,
        heard=heard,
        interval_s=interval_s,
        freshness=fresh if row.people is not None else "none",
        level=level(row.people, row.capacity),
    )
