"""Overview of all sites, in two queries however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.like import like
from besok.model.views.live import STALE_AFTER, in_whole_people
from besok.model.views.overview import Overview, SiteOverview, TargetStanding
from besok.services.live import WEEK, SpaceRow, judged, opening_at
from besok.services.progress import get_progress
from besok.store import results
from besok.store.database import Database
from besok.store.sites import load_all


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    root: SpaceRow
    sensors: int
    offline: int
    findings: int
    visits_today: float | None
    visits_last_week: float | None
    standing: TargetStanding | None


def get_overview(db: Database, now: datetime) -> Overview:
    """Return every site as it is at `now`."""
    places = load_all(db)
    rows = {row.root.space: row for row in db.fetch("overview", _Row, **_today_and_week_ago(places, now))}
    return Overview(
        time=now, sites=tuple(_site(place, rows[place.id], now) for place in places if place.id in rows)
    )


def compute_standing(db: Database, place: Site, today: date) -> TargetStanding | None:
    """Compute the visits of a site as a multiple of its baseline; None without a target. Raises NotFound."""
    if place.target is None:
        return None
    known = get_progress(db, place.id, today)
    return TargetStanding(
        reached=known.standing, required=known.goal_visits, factor=known.factor, deadline=known.deadline
    )


def _today_and_week_ago(places: Sequence[Site], now: datetime) -> dict[str, Any]:
    """Return the beginning of today at each site, and the bounds of the same part of the day a week ago."""
    begins = [calendar.day_bounds(calendar.business_day(now, place), place)[0] for place in places]
    weeks = [calendar.day_bounds(calendar.business_day(now, place) - WEEK, place) for place in places]
    before = [first for first, _ in weeks]
    until = [min(last, first + (now - begun)) for (first, last), begun in zip(weeks, begins, strict=True)]
    return {
        "sites": [place.id for place in places],
        "begins": begins,
        "before": before,
        "until": until,
        "first_begins": min(begins, default=now),
        "first_before": min(before, default=now),
        "last_until": max(until, default=now),
        "now": now,
        "patience": STALE_AFTER,
        "what": results.STANDING,
    }


def _site(place: Site, row: _Row, now: datetime) -> SiteOverview:
    day = calendar.business_day(now, place)
    return like(
        SiteOverview,
        row,
        site=place.id,
        timezone=place.timezone,
        sandbox=place.sandbox,
        position=place.position,
        **opening_at(place, now),
        root=in_whole_people([judged(row.root, now)])[0],
        visits_last_week=row.visits_last_week if calendar.alike(day, day - WEEK, place) else None,
        weekday=day.weekday(),
        has_target=place.target is not None,
    )
