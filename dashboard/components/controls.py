"""The head of the page *Spaces*: which space, which days, compared or not."""

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from besok.model.views.live import SiteInfo, SpaceInfo
from besok.text import formats
from besok.text.languages import _, language, named, plural
from dashboard.address import Address
from dashboard.components.attrs import HIDDEN, aria
from dashboard.ranges import Range


def head(site: SiteInfo, space: SpaceInfo, spaces: list[SpaceInfo]) -> Any:
    """Where we are, what the space is, and the way to the others."""
    trail: list[Any] = [dcc.Link(named(site.name), href=f"/now/{site.site}")]
    if space.parent:
        trail += [html.Span("/", **HIDDEN), named(space.name)]
    facts = [
        _("capacity {n}").format(n=formats.number(space.capacity)) if space.capacity else "",
        plural("{n} seat", "{n} seats", space.seats).format(n=formats.number(space.seats))
        if space.seats
        else "",
        f"{formats.number(space.area_m2)} m²" if space.area_m2 else "",
    ]
    picker = dmc.Select(
        id="space",
        label=_("Space"),
        data=[{"value": s.space, "label": named(s.name)} for s in spaces],
        value=space.space,
        allowDeselect=False,
        searchable=True,
        nothingFoundMessage=_("No such space"),
        className="picker",
    )
    title = html.Div([html.H1(named(space.name)), html.P(" · ".join(f for f in facts if f))])
    return html.Div(
        [
            html.Nav(trail, className="trail", **aria(label=_("You are here"))),
            html.Div([title, picker], className="head"),
        ]
    )


def bar(here: Address, period: Range) -> Any:
    """What is shown: presets as links, days in a calendar, the comparison as a switch. All of it is in the address."""
    names = {"today": _("Today"), "yesterday": _("Yesterday"), "7d": _("7 days"), "30d": _("30 days")}
    links = [
        dcc.Link(
            text,
            href=here.href(range=name, **{"from": "", "to": ""}),
            className="current" if period.name == name else "",
        )
        for name, text in names.items()
    ]
    shown = [period.first.isoformat(), period.last.isoformat()]
    dates = dmc.DatesProvider(
        dmc.DatePickerInput(
            id="dates",
            type="range",
            label=_("Days"),
            value=shown,
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
        _("Compare with the weeks before"),
        href=here.href(cmp="0" if compared else ""),
        className="toggle on" if compared else "toggle",
    )
    presets = html.Nav(links, className="segments", **aria(label=_("Period")))
    return html.Div([presets, dates, dcc.Store(id="shown-days", data=shown), compare], className="controls")


def compares(here: Address) -> bool:
    """Whether the period before is drawn too; `cmp=0` turns it off."""
    return here.get("cmp") != "0"
