"""*Spaces*: how a space was used, over a period and in a usual week."""

from datetime import date, datetime, timedelta
from typing import Any

from dash import html

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.live import SiteInfo, SpaceInfo
from besok.services.calendar import get_unusual
from besok.services.places import get_spaces
from besok.services.series import get_heatmap, get_occupancy
from besok.services.usage import get_space_usage
from besok.services.visits import get_visits
from besok.store import sites
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard import ranges
from dashboard.address import Address
from dashboard.components import controls, history, notices, space_usage, unusual_hours
from dashboard.components.elements import data
from dashboard.figures import heat
from dashboard.ranges import Range

USUAL_WEEKS = timedelta(days=56)


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """One space: its curve over the period of the address, and its usual week."""
    spaces = get_spaces(db, site.site)
    space = next(s for s in spaces if s.space == (address.space or site.site))
    place = sites.load(db, site.site)
    today = calendar.business_day(now, place)
    period = ranges.of(address, today)
    here = Address(page="spaces", site=site.site, space=space.space, query=address.query)
    parts = [
        *notices.simulated(site.sandbox),
        controls.head(site, space.name, _facts(space), *controls.ways(place, spaces, here)),
        controls.bar(here, period),
        _history(db, place, space, here, period) if period.first <= today else None,  # what follows says why
        _used(db, place, space, period, now),
        html.H2(_("The usual week")),
        _week(db, place, space, today),
        _unusual(db, place, now) if space.parent is None else None,
    ]
    return html.Div(
        [p for p in parts if p], className="page", **data(title=named(space.name)), **controls.renewed(period)
    )


def _facts(space: SpaceInfo) -> list[str]:
    """Return how much room there is."""
    return [
        _("capacity {n}").format(n=formats.number(space.capacity)) if space.capacity else "",
        plural("{n} seat", "{n} seats", space.seats).format(n=formats.number(space.seats))
        if space.seats
        else "",
        f"{formats.number(space.area_m2)} m²" if space.area_m2 else "",
    ]


def _history(db: Database, site: Site, space: SpaceInfo, here: Address, period: Range) -> Any:
    start, end = calendar.day_bounds(period.first, site)[0], calendar.day_bounds(period.last, site)[1]
    before = (calendar.day_bounds(d - period.shift, site) for d in (period.first, period.last))
    (early, _e), (_l, late) = before
    points = get_occupancy(db, site, space.space, start, end, period.step)
    past = get_occupancy(db, site, space.space, early, late, period.step) if controls.compares(here) else []
    return history.chart_of(points, past, site, space, period)


def _used(db: Database, site: Site, space: SpaceInfo, period: Range, now: datetime) -> Any:
    found = get_space_usage(db, site, period.first, period.last, now=now, space=space.space)
    return space_usage.section(found[0] if found else None, site.timezone)


def _week(db: Database, site: Site, space: SpaceInfo, today: date) -> Any:
    cells = get_heatmap(db, site, space.space, today - USUAL_WEEKS, today - ranges.DAY)
    top = heat.busiest(cells)
    if top is None:
        return notices.nothing(
            _("No usual week yet"), _("It appears when the space has been measured for some days.")
        )
    text = _(
        "Busiest on {weekday}s at {hour}: {n} people on average, over the last eight weeks. "
        "In brackets: the interval of 80 % of such days."
    )
    n = formats.with_interval(top.people, top.lower, top.upper)
    finding = text.format(weekday=formats.weekdays("wide")[top.weekday], hour=f"{top.hour:02}:00", n=n)
    caption = _("People in {space} by weekday and hour").format(space=named(space.name))
    return html.Figure(
        [
            html.Div(heat.table(cells, caption), className="scroll"),
            html.Figcaption(finding, className="finding"),
        ],
        className="chart",
    )


def _unusual(db: Database, site: Site, now: datetime) -> Any:
    today = calendar.business_day(now, site)
    visits = get_visits(db, site, today - USUAL_WEEKS, today - ranges.DAY, "day")
    counted = sum(point.gross is not None for point in visits)
    return unusual_hours.section(get_unusual(db, site, now - USUAL_WEEKS, now), site, counted)
