"""*Spaces*: how a space was used, over a period and in a usual week."""

from datetime import date, datetime, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import Input, Output, State, dcc, html, no_update

from core.analytics import calendar
from core.errors import NotFound
from core.site import Site
from core.views import SiteInfo, SpaceInfo
from dashboard import ranges
from dashboard.address import Address
from dashboard.callbacks import Callbacks
from dashboard.components import history, notices
from dashboard.components.banner import sandbox
from dashboard.figures import heat
from dashboard.i18n import _, formats, language, named
from dashboard.ranges import Range
from store import queries, sites
from store.database import Database

USUAL_WEEKS = timedelta(days=56)


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """One space: its curve over the period of the address, and its usual week."""
    spaces = queries.spaces(db, site.site)
    space = next((s for s in spaces if s.space == (address.space or site.site)), None)
    if space is None:
        raise NotFound(address.space)
    place = sites.load(db, site.site)
    today = calendar.business_day(now, place)
    period = ranges.of(address, today)
    here = Address(page="spaces", site=site.site, space=space.space, query=address.query)
    parts = [
        sandbox() if site.sandbox else None,
        _head(site, space, spaces),
        _controls(here, period),
        _history(db, place, space, here, period),
        html.H2(_("The usual week")),
        _week(db, place, space, today),
    ]
    return html.Div([p for p in parts if p], className="page", **{"data-title": named(space.name)})


def _head(site: SiteInfo, space: SpaceInfo, spaces: list[SpaceInfo]) -> Any:
    trail = [dcc.Link(named(site.name), href=f"/now/{site.site}"), html.Span("/", **{"aria-hidden": "true"}), named(space.name)]
    facts = [
        _("capacity {n}").format(n=formats.number(space.capacity)) if space.capacity else "",
        _("{n} seats").format(n=formats.number(space.seats)) if space.seats else "",
        f"{formats.number(space.area_m2)} m²" if space.area_m2 else "",
    ]
    picker = dmc.Select(
        id="space",
        label=_("Space"),
        data=[{"value": s.space, "label": _indented(s, spaces)} for s in spaces],
        value=space.space,
        allowDeselect=False,
        searchable=True,
        nothingFoundMessage=_("No such space"),
        className="picker",
    )
    title = html.Div([html.H1(named(space.name)), html.P(" · ".join(f for f in facts if f))])
    return html.Div([html.Nav(trail, className="trail", **{"aria-label": _("You are here")}), html.Div([title, picker], className="head")])


def _indented(space: SpaceInfo, spaces: list[SpaceInfo]) -> str:
    parents = {s.space: s.parent for s in spaces}
    depth, parent = 0, space.parent
    while parent:
        depth, parent = depth + 1, parents.get(parent)
    return "\u2003" * max(depth - 1, 0) + named(space.name)


def _controls(here: Address, period: Range) -> Any:
    names = {"today": _("Today"), "yesterday": _("Yesterday"), "7d": _("7 days"), "30d": _("30 days")}
    links = [
        dcc.Link(text, href=here.href(range=name, **{"from": "", "to": ""}), className="current" if period.name == name else "")
        for name, text in names.items()
    ]
    dates = dmc.DatesProvider(
        dmc.DatePickerInput(
            id="dates",
            type="range",
            label=_("Days"),
            value=[period.first.isoformat(), period.last.isoformat()],
            valueFormat="D MMM YYYY",
            allowSingleDateInRange=True,
            hideOutsideDates=True,
            ariaLabels={
                "previousMonth": _("Previous month"), "nextMonth": _("Next month"),
                "monthLevelControl": _("Choose month"), "yearLevelControl": _("Choose year"),
            },
            className="picker",
        ),
        settings={"locale": language(), "firstDayOfWeek": 1},
    )  # fmt: skip
    compared = compares(here)
    compare = dcc.Link(
        _("Compare with the weeks before"), href=here.href(cmp="0" if compared else ""), className="toggle on" if compared else "toggle"
    )
    return html.Div([html.Nav(links, className="segments", **{"aria-label": _("Period")}), dates, compare], className="controls")


def compares(here: Address) -> bool:
    """Whether the period before is drawn too; `cmp=0` turns it off."""
    return here.get("cmp") != "0"


def _history(db: Database, site: Site, space: SpaceInfo, here: Address, period: Range) -> Any:
    start, end = calendar.day_bounds(period.first, site)[0], calendar.day_bounds(period.last, site)[1]
    before = (calendar.day_bounds(d - period.shift, site) for d in (period.first, period.last))
    (early, _e), (_l, late) = before
    points = queries.occupancy(db, site.id, space.space, start, end, period.step)
    past = queries.occupancy(db, site.id, space.space, early, late, period.step) if compares(here) else []
    return history.chart_of(points, past, site, space, period)


def _week(db: Database, site: Site, space: SpaceInfo, today: date) -> Any:
    cells = queries.heatmap(db, site.id, space.space, today - USUAL_WEEKS, today - ranges.DAY)
    top = heat.busiest(cells)
    if top is None:
        return notices.nothing(_("No usual week yet"), _("It appears when the space has been measured for some days."))
    finding = _("Busiest on {weekday} at {hour}: {n} people on average, over the last eight weeks.").format(
        weekday=formats.weekdays("wide")[top.weekday], hour=f"{top.hour:02}:00", n=formats.number(top.people)
    )
    caption = _("People in {space} by weekday and hour").format(space=named(space.name))
    return html.Figure([html.Div(heat.table(cells, caption), className="scroll"), html.Figcaption(finding, className="finding")], className="chart")


def register(callbacks: Callbacks) -> None:
    """Choosing a space or days changes the address; the router does the rest."""

    @callbacks.on(
        Output("address", "pathname"),
        Input("space", "value"),
        State("address", "pathname"),
        prevent_initial_call=True,
    )
    def choose_space(space: str | None, pathname: str) -> Any:
        here = Address.parse(pathname, "")
        href = Address(page="spaces", site=here.site).href(space=space or "")
        return no_update if not space or space in (here.space, here.site if not here.space else "") else href

    @callbacks.on(
        Output("address", "search"),
        Input("dates", "value"),
        State("address", "pathname"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def choose_days(days: list[str | None] | None, pathname: str, search: str) -> Any:
        if not days or len(days) != 2 or not all(days):
            return no_update
        here = Address.parse(pathname, search)
        first, last = (str(d)[:10] for d in days)
        href = here.href(range="custom", **{"from": first, "to": last})
        return "?" + href.partition("?")[2]
