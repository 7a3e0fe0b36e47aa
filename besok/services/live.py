"""A site as it is now."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from besok.model import calendar
from besok.model.views.live import SiteLive, SpaceLive, freshness, level, older
from besok.store.database import Database
from besok.store.sites import load

MINUTE = timedelta(minutes=1)  # a minute's figure is fresh when the minute is over
WEEK = timedelta(days=7)


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
    open_until, staffed_until = calendar.open_until(now, place), calendar.staffed_until(now, place)
    today = _visits(db, site, begins, now)
    # up to the same time of day, to the end of the quarter under way
    last_week = _visits(db, site, week_ago, min(ends, week_ago + (now - begins)))
    return SiteLive(
        site=site,
        name=place.name,
        time=now,
        sandbox=place.sandbox,
        is_open=is_open,
        open_until=open_until,
        opens_at=None if is_open else calendar.next_opening(now, place),
        staffed=not is_open or calendar.is_staffed(now, place),
        staffed_until=staffed_until if staffed_until != open_until else None,
        visits_today=today.visits,
        visits_corrected=today.corrected or 0.0,
        visits_last_week=last_week.visits,
        spaces=tuple(
            judged(row, now) for row in db.fetch("live", SpaceLive, site=site, day_begins=begins, now=now)
        ),
    )


def _visits(db: Database, site: str, start: datetime, end: datetime) -> _Visits:
    return db.fetch("visits_so_far", _Visits, site=site, start=start, end=end)[0]


def judged(row: SpaceLive, now: datetime) -> SpaceLive:
    """Return a space with its freshness and level at `now`."""
    if row.people is None:
        return row
    measured = freshness(row.time and row.time + MINUTE, now)
    fresh = older(freshness(row.heard, now, row.interval_s), measured)
    return replace(row, freshness=fresh, level=level(row.people, row.capacity))
