"""Flows and occupancy over time. Steps without observations have None for their figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from besok.model import calendar, messages
from besok.model.errors import NotFound
from besok.model.site import Site
from besok.model.suggest import instead
from besok.model.views.series import FlowPoint, HeatCell, OccupancyPoint, Step
from besok.services import access
from besok.store.database import Database
from besok.store.sites import load, site_of

FINE: Final = {"15min": timedelta(minutes=15), "hour": timedelta(hours=1)}
INTERVALS: Final = {
    "day": "1 day", "week": "7 days", "month": "1 month", "quarter": "3 months", "year": "1 year"
}  # fmt: skip
FLOWS: Final = ("flows_days", "flows_fine")
OCCUPANCY: Final = ("occupancy_days", "occupancy_fine")
MOST_COMPARED: Final = 4  # series on one chart; more lines cannot be told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceDays:
    """A space of a site over the business days `first` to `last`: one of the series that are compared."""

    site: Site
    space: str
    first: date
    last: date


def get_flows(
    db: Database, site: Site | str, start: datetime, end: datetime, step: Step, portal: str | None = None
) -> list[FlowPoint]:
    """People through each counted portal of a site (or one) from `start` up to `end`, portal by portal.

    For days, weeks and months the business days that begin within the range count; `start` of a point is then
    the instant its first business day begins. Raises NotFound.
    """
    parameters = _parameters(site_of(db, site), start, end, step, portal=portal)
    return db.fetch(FLOWS[step in FINE], FlowPoint, **parameters) if parameters else []


def get_flow_columns(
    db: Database, site: Site, start: datetime, end: datetime, step: Step, portal: str | None = None
) -> dict[str, Sequence[Any]]:
    """Return the flows as columns by name, for a file; none where the range holds no step."""
    parameters = _parameters(site, start, end, step, portal=portal)
    return db.columns(FLOWS[step in FINE], **parameters) if parameters else {}


def get_occupancy(
    db: Database, site: Site | str, space: str, start: datetime, end: datetime, step: Step
) -> list[OccupancyPoint]:
    """Return the occupancy of a space from `start` up to `end`. Raises NotFound."""
    place = site_of(db, site)
    require_space(place, space)
    parameters = _parameters(place, start, end, step, space=space)
    return db.fetch(OCCUPANCY[step in FINE], OccupancyPoint, **parameters) if parameters else []


def get_occupancy_columns(
    db: Database, site: Site, space: str, start: datetime, end: datetime, step: Step
) -> dict[str, Sequence[Any]]:
    """Return the occupancy as columns by name, for a file; none where the range holds no step. Raises NotFound."""
    require_space(site, space)
    parameters = _parameters(site, start, end, step, space=space)
    return db.columns(OCCUPANCY[step in FINE], **parameters) if parameters else {}


def compared(
    db: Database, site: Site, spaces: Sequence[str], first: date, last: date, against: date | None
) -> list[SpaceDays]:
    """Return the series of some spaces over the days `first` to `last`, then over as many from `against` on.

    A space of another site is "site/space". Raises NotFound, and what `access.require` raises.
    """
    places = [_place(db, site, name) for name in dict.fromkeys(spaces)]
    begins = [first, *([against] if against else [])]
    return [
        SpaceDays(site=place, space=space, first=begin, last=begin + (last - first))
        for begin in begins
        for place, space in places
    ]


def _place(db: Database, site: Site, name: str) -> tuple[Site, str]:
    """Return the site and the space that a name refers to at `site`."""
    other, _, space = name.rpartition("/")
    if other:
        access.require("read", other)
        site = load(db, other)
    require_space(site, space)
    return site, space


def get_space_days(db: Database, one: SpaceDays, step: Step) -> list[OccupancyPoint]:
    """Return the occupancy of a space over its days."""
    (start, _end), (_start, end) = (calendar.day_bounds(day, one.site) for day in (one.first, one.last))
    return get_occupancy(db, one.site, one.space, start, end, step)


def get_day_curves(
    db: Database, site: str, spans: Sequence[tuple[datetime, datetime]]
) -> dict[str, list[OccupancyPoint]]:
    """Return the occupancy of each space of a site by quarter of an hour in some spans of time, in order of time."""
    starts, ends = ([span[n] for span in spans] for n in (0, 1))
    points = db.fetch("occupancy_curves", OccupancyPoint, site=site, starts=starts, ends=ends)
    return {space: list(curve) for space, curve in groupby(points, key=attrgetter("space"))}


def get_heatmap(db: Database, site: Site | str, space: str, first: date, last: date) -> list[HeatCell]:
    """Return usual occupancy of a space by weekday and hour over business days `first` to `last`. Raises NotFound.

    Of the hours in which the site is closed those in which people were in.
    """
    place = site_of(db, site)
    require_space(place, space)
    spans = [span for day in calendar.days_from(first, last) for span in calendar.open_intervals(day, place)]
    opens, closes = ([span[n] for span in spans] for n in (0, 1))
    return db.fetch(
        "heatmap", HeatCell, site=place.id, space=space, first=first, last=last, opens=opens, closes=closes
    )


def require_space(place: Site, space: str) -> None:
    """Raise NotFound for a space that a site does not have."""
    if space not in place.space_ids:
        raise NotFound(messages.NO_SPACE(name=space, site=place.id, instead=instead(space, place.space_ids)))


def _parameters(
    place: Site, start: datetime, end: datetime, step: Step, **chosen: str | None
) -> dict[str, object]:
    """Return the parameters of a query by step; none where no business day begins in the range."""
    if step in FINE:
        return {"site": place.id, "start": start, "end": end, "step": FINE[step], **chosen}
    if not (days := _days(place, start, end)):
        return {}
    first, last = days
    return {
        "site": place.id, "unit": step, "step": INTERVALS[step], "first": first, "last": last, **chosen
    }  # fmt: skip


def _days(place: Site, start: datetime, end: datetime) -> tuple[date, date] | None:
    """Return the first and the last business day that begin from `start` up to `end`; None if none does."""
    first, last = (
        calendar.business_day(start, place),
        calendar.business_day(end - timedelta(microseconds=1), place),
    )
    if calendar.day_bounds(first, place)[0] < start:
        first += timedelta(days=1)
    return (first, last) if first <= last else None
