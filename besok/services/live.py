"""Live state of a site."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.like import like
from besok.model.views.live import (
    SiteLive,
    SpaceLive,
    freshness,
    in_whole_people,
    level,
    older,
    sensor_freshness,
)
from besok.services.health import not_receiving_since
from besok.store.database import Database
from besok.store.sites import load

MINUTE = timedelta(minutes=1)  # a minute's figure is fresh when the minute is over
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceRow(SpaceLive):
    """A space before its state is assessed; `received` is when a message last came, as if all its sensors sent every
    `interval_s`: from the one that has been silent for the most intervals.
    """

    received: datetime | None


def get_live(db: Database, site: str, now: datetime) -> SiteLive:
    """Return how many people are in each space of a site at `now`, with intervals. Raises NotFound."""
    place = load(db, site)
    day = calendar.business_day(now, place)
    begins, _ = calendar.day_bounds(day, place)
    week_ago, ends = calendar.day_bounds(day - WEEK, place)
    visits, corrected = _visits(db, site, begins, now)
    # up to the same time of day, to the end of the quarter under way
    last_week, _ = _visits(db, site, week_ago, min(ends, week_ago + (now - begins)))
    return SiteLive(
        site=site,
        name=place.name,
        time=now,
        sandbox=place.sandbox,
        **opening_at(place, now),
        visits_today=visits,
        visits_corrected=corrected or 0.0,
        visits_last_week=last_week if calendar.alike(day, day - WEEK, place) else None,
        not_receiving_since=not_receiving_since(db, now),
        spaces=in_whole_people(
            [judged(row, now) for row in db.fetch("live", SpaceRow, site=site, day_begins=begins, now=now)]
        ),
    )


def opening_at(place: Site, now: datetime) -> dict[str, Any]:
    """Return the fields of views about a site's opening hours at `now`, by name."""
    is_open, open_until = calendar.is_open(now, place), calendar.open_until(now, place)
    staffed_until = calendar.staffed_until(now, place)
    return {
        "is_open": is_open,
        "open_until": open_until,
        "opens_at": None if is_open else calendar.next_opening(now, place),
        "staffed": not is_open or calendar.is_staffed(now, place),
        "staffed_until": staffed_until if staffed_until != open_until else None,
    }


def _visits(db: Database, site: str, start: datetime, end: datetime) -> tuple[float | None, float | None]:
    """Return the visits of a span of time, and how many of them corrections added."""
    ((visits, corrected),) = db.rows("visits_so_far", site=site, start=start, end=end)
    return visits, corrected


def judged(row: SpaceRow, now: datetime) -> SpaceLive:
    """Return a space with its freshness and level at `now`."""
    if row.people is None:
        return like(SpaceLive, row)
    measured = freshness(row.time and row.time + MINUTE, now)
    return like(
        SpaceLive,
        row,
        freshness=older(freshness(row.heard, now, row.interval_s), measured),
        delayed=sensor_freshness(row.heard, row.received, now, row.interval_s) == "late",
        level=level(row.people, row.capacity),
    )
