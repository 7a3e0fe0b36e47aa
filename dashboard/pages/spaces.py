"""*Spaces*: how a space was used, over a period and in a usual week."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dash import html

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.calendar import CalendarDay
from besok.model.views.live import SiteInfo, SpaceInfo
from besok.services import access
from besok.services.actions import get_actions
from besok.services.calendar import get_calendar_days, get_unusual, unusual_checked
from besok.services.places import get_sites, get_spaces
from besok.services.series import MOST_COMPARED, SpaceDays, compared, get_flows, get_heatmap, get_space_days
from besok.services.usage import get_space_usage
from besok.services.visits import get_visits
from besok.store import sites
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard import ranges
from dashboard.address import Address
from dashboard.components import (
    controls,
    history,
    notices,
    occasions,
    space_doors,
    space_usage,
    unusual_hours,
)
from dashboard.components.chart import below
from dashboard.components.elements import aria, csv_format, data, quiet
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
    before = ranges.compared(address, period)
    crowded = before is not None and 2 * (1 + len(controls.others(address))) > MOST_COMPARED
    if crowded:  # there is room for one period only
        before = None
    days = get_calendar_days(db, site.site, period.first, period.last)
    happened = occasions.names_by_day(days, place, get_actions(db, site.site, today))
    readable = [one for one in get_sites(db) if access.may("read", one.site)]
    here = Address(page="spaces", site=site.site, space=space.space, query=address.query)
    parts = [
        *notices.simulated(site.sandbox),
        controls.head(site, space.name, _facts(space), *controls.ways(place, spaces, here)),
        controls.bar(
            here,
            period,
            before,
            controls.same_chart(here, spaces, readable, MOST_COMPARED),
            controls.switch(_("Weather"), here, "weather")
            if any(day.temperature_c is not None for day in days)
            else None,
        ),
        quiet(
            _("No other period is compared: {n} lines are the most that can be told apart.").format(
                n=MOST_COMPARED
            )
        )
        if crowded
        else None,
        # What follows says why, where the period has not begun.
        _history(db, place, here, period, before, days, happened, now) if period.first <= today else None,
        _new_doors(db, place, spaces, space.space, period, now),
        occasions.listed(happened),
        _used(db, place, spaces, space, period, now),
        _doors(db, place, spaces, here, period, now),
        html.H2(_("The usual week")),
        _week(db, place, space, _usual_days(period, today)),
        _unusual(db, place, now) if space.parent is None else None,
    ]
    return html.Div(
        [p for p in parts if p],
        className="page",
        **data(title=named(space.name)),
        **controls.renewed(period, today),
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


def _history(
    db: Database,
    site: Site,
    here: Address,
    period: Range,
    before: Range | None,
    days: Sequence[CalendarDay],
    happened: Mapping[date, str],
    now: datetime,
) -> Any:
    spaces = [here.space, *controls.others(here)][:MOST_COMPARED]
    loaded = compared(db, site, spaces, period.first, period.last, before.first if before else None)
    series = [_series(db, one, site, period) for one in loaded]
    weather, day = controls.is_on(here, "weather"), controls.of_day(here, period, site)
    return history.chart_of(series, period, before, now, days, happened, weather=weather, day=day)


def _series(db: Database, one: SpaceDays, home: Site, period: Range) -> history.Series:
    """Return a series with its points; a room of another site is named with the site."""
    space = next(s for s in get_spaces(db, one.site.id) if s.space == one.space)
    away = one.site.id != home.id and space.parent is not None
    name = f"{named(space.name)}, {named(one.site.name)}" if away else named(space.name)
    return history.Series(days=one, space=space, name=name, points=get_space_days(db, one, period.step))


def _used(
    db: Database, site: Site, spaces: Sequence[SpaceInfo], space: SpaceInfo, period: Range, now: datetime
) -> Any:
    doors = bool(space_doors.counted(site, spaces, space.space))
    usages = get_space_usage(db, site, period.first, period.last, now=now, space=space.space)
    return space_usage.section(usages[0] if usages else None, site.timezone, doors)


def _new_doors(
    db: Database, site: Site, spaces: Sequence[SpaceInfo], space: str, period: Range, now: datetime
) -> Any:
    """Return the note on doors that began to be counted within the period."""
    (start, _end), (_start, end) = (calendar.day_bounds(day, site) for day in (period.first, period.last))
    since = space_doors.begun(sites.load(db, site.id, past=True), spaces, space)
    return space_doors.news(since, start, end, site.timezone, now)


def _doors(
    db: Database, site: Site, spaces: Sequence[SpaceInfo], here: Address, period: Range, now: datetime
) -> Any:
    (start, _end), (_start, end) = (calendar.day_bounds(day, site) for day in (period.first, period.last))
    points = get_flows(db, site, start, max(start, min(end, now)), period.step)
    return space_doors.section(points, space_doors.ends(db, site), site, spaces, here, period, now)


def _usual_days(period: Range, today: date) -> tuple[date, date]:
    """Return the days of the usual week: those of the period that are over if they are four weeks, else eight."""
    last = min(period.last, today - ranges.DAY)
    known = last - period.first >= 27 * ranges.DAY
    return (period.first, last) if known else (today - USUAL_WEEKS, today - ranges.DAY)


def _week(db: Database, site: Site, space: SpaceInfo, days: tuple[date, date]) -> Any:
    first, last = days
    cells = get_heatmap(db, site, space.space, first, last)
    top = heat.busiest(cells)
    if top is None:
        return notices.nothing(
            _("No usual week yet"), _("It appears when the space has been measured for some days.")
        )
    text = _(
        "Busiest on {weekday}s at {hour}: {n} people on average, {period}. "
        "In brackets: the interval of 80 % of such days."
    )
    n = formats.with_interval(top.people, top.lower, top.upper)
    weekday, period = formats.weekdays("wide")[top.weekday], formats.days(first, last)
    finding = text.format(weekday=weekday, hour=f"{top.hour:02}:00", n=n, period=period)
    caption = _("People in {space} by weekday and hour").format(space=named(space.name))
    query = f"space={space.space}&from={first}&to={last}&format={csv_format()}"
    return html.Figure(
        [
            html.Div(
                heat.table(cells, caption, calendar.opened_hours(first, last, site)),
                className="scroll",
                tabIndex="0",
                role="region",
                **aria(label=caption),
            ),
            html.Figcaption(finding, className="finding"),
            html.Div(below(caption, f"/api/v1/sites/{site.id}/occupancy/heatmap?{query}"), className="below"),
        ],
        id="chart-week",
        className="chart",
    )


def _unusual(db: Database, site: Site, now: datetime) -> Any:
    today = calendar.business_day(now, site)
    visits = get_visits(db, site, today - USUAL_WEEKS, today - ranges.DAY, "day")
    counted = sum(point.gross is not None for point in visits)
    found, checked = get_unusual(db, site, now - USUAL_WEEKS, now), unusual_checked(db, site.id)
    return unusual_hours.section(found, site, counted, checked, today - ranges.DAY)
