"""Usage of spaces over business days: dwell time, turnover, utilisation; and of several spaces together."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from besok.analytics import usage
from besok.analytics.usage import DayUse
from besok.model import calendar
from besok.model.site import Site, spaces_around
from besok.model.views.like import like
from besok.model.views.live import SpaceInfo
from besok.model.views.series import SpaceUsage, Together
from besok.services.places import get_spaces
from besok.services.series import get_occupancy, require_space
from besok.store.database import Database
from besok.store.sites import site_of
from besok.store.usage import UsedDay, params, spaces, used_days


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpaceDay(DayUse):
    space_id: int


def get_space_usage(
    db: Database, site: Site | str, first: date, last: date, *, now: datetime, space: str | None = None
) -> list[SpaceUsage]:
    """Return how the spaces of a site (or one) were used on the business days `first` to `last` that have begun.

    Nothing where none has. Raises NotFound.
    """
    place = site_of(db, site)
    built = {s.space: s for s in get_spaces(db, place.id)}
    if space is not None:
        require_space(place, space)
    days = used_days(place, list(calendar.days_from(first, last)), now)
    if not days:
        return []
    ids = {number: name for number, name in spaces(db, place.id).items() if space in (None, name)}
    stored = _stored_days(db, ids, days)
    if rest := [day for day in days if day.day not in stored]:
        rows = db.fetch("usage_days", _SpaceDay, site=place.id, spaces=[*ids], **params(rest))
        stored |= _by_day(rows)
    by_space = zip(ids.values(), zip(*(stored[day.day] for day in days), strict=True), strict=True)
    by_presence = {slug for (slug,) in db.rows("usage_by_presence", site=place.id, end=days[-1].ends)}
    return [
        like(
            SpaceUsage,
            built[name],
            seats=seats,
            capacity=capacity,
            by_presence=name in by_presence,
            usage=usage.usage(of_space, seats=seats, capacity=capacity),
        )
        for name, of_space in by_space
        for seats, capacity in (_room(place, built, name),)
    ]


def _stored_days(db: Database, ids: Collection[int], days: Sequence[UsedDay]) -> dict[date, list[_SpaceDay]]:
    """Return the days with stored usage of all these spaces."""
    query = {"spaces": [*ids], "first_day": days[0].day, "last_day": days[-1].day}
    by_day = _by_day(db.fetch("usage_kept", _SpaceDay, **query, **params(days)))
    return {day: rows for day, rows in by_day.items() if len(rows) == len(ids)}


def _by_day(rows: Sequence[_SpaceDay]) -> dict[date, list[_SpaceDay]]:
    """Return rows by day, in their order by space."""
    by_day = defaultdict(list)
    for row in rows:
        by_day[row.day].append(row)
    return by_day


def get_together(
    db: Database, site: Site | str, chosen: Sequence[str], first: date, last: date, *, now: datetime
) -> Together:
    """Return several spaces, none within another, as one: the peak of their sum, never the sum of peaks.

    Raises NotFound; ValueError if one of them lies in another.
    """
    place = site_of(db, site)
    built = {s.space: s for s in get_spaces(db, place.id)}
    parents = {s.space: s.parent for s in built.values()}
    for name in chosen:
        require_space(place, name)
        if around := set(spaces_around(name, parents)) & (set(chosen) - {name}):
            raise ValueError(f"{name} lies in {around.pop()}: its people would count twice")
    start, end = calendar.day_bounds(first, place)[0], min(calendar.day_bounds(last, place)[1], now)
    series = [get_occupancy(db, place, name, start, end, "15min") for name in chosen] if start < end else []
    sums = usage.together([[p.people for p in points] for points in series])
    known = [(n, p.start) for n, p in zip(sums, series[0] if series else [], strict=True) if n is not None]
    peak, at = max(known, key=lambda pair: pair[0], default=(None, None))
    capacities = [built[name].capacity for name in chosen]
    capacity = None if None in capacities else sum(c or 0 for c in capacities)
    return Together(
        spaces=tuple(chosen),
        first=first,
        last=last,
        coverage=len(known) / len(sums) if sums else 0.0,
        peak=peak,
        peak_at=at,
        capacity=capacity,
        utilisation_peak=peak / capacity if capacity and peak is not None else None,
    )


def _room(place: Site, built: dict[str, SpaceInfo], name: str) -> tuple[int | None, int | None]:
    """Return the seats and the capacity of a space: as stated, else the seats within it and the site's capacity."""
    space = built[name]
    parents = {s.space: s.parent for s in built.values()}
    within = [s.seats for s in built.values() if s.seats and name in spaces_around(s.space, parents)]
    seats = space.seats if space.seats is not None else sum(within) or None
    return seats, space.capacity or (place.capacity if space.parent is None else None)
