"""The head of the page *Spaces*: which space, which days, compared or not."""

from typing import Any

from dash import dcc, html

from besok.model.views.live import SiteInfo, SpaceInfo
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.address import Address
from dashboard.components import forms
from dashboard.components.elements import HIDDEN, aria
from dashboard.ranges import Range


def head(site: SiteInfo, space: SpaceInfo, spaces: list[SpaceInfo], here: Address) -> Any:
    """Return where we are, what the space is, and the way to the others."""
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
    others = [
        html.Li(
            dcc.Link(
                named(s.name),
                href=here.href(space=s.space),
                className="current" if s.space == space.space else "",
            )
        )
        for s in spaces
    ]
    # A new element for each space, or it stayed open when one was chosen.
    picker = html.Details(
        [html.Summary(_("Other spaces")), html.Ul(others)], className="picker", key=f"picker-{space.space}"
    )
    title = html.Div([html.H1(named(space.name)), html.P(" · ".join(f for f in facts if f))])
    return html.Div(
        [
            html.Nav(trail, className="trail", **aria(label=_("You are here"))),
            html.Div([title, picker], className="head"),
        ]
    )


def bar(here: Address, period: Range) -> Any:
    """Return what is shown: presets as links, days in a calendar, the comparison as a switch. All of it is in the
    address.
    """
    names = {"today": _("Today"), "yesterday": _("Yesterday"), "7d": _("7 days"), "30d": _("30 days")}
    links = [
        dcc.Link(
            text,
            href=here.href(range=name, **{"from": "", "to": ""}),
            className="current" if period.name == name else "",
        )
        for name, text in names.items()
    ]
    kept = {"range": "custom", **({} if compares(here) else {"cmp": "0"})}
    dates = html.Form(
        [
            *(dcc.Input(type="hidden", name=name, value=value) for name, value in kept.items()),
            forms.day("days", "from", _("From"), period.first, required=True),
            forms.day("days", "to", _("To"), period.last, required=True),
            html.Button(_("Show"), type="submit", className="send"),
        ],
        action=here.href(range="", cmp="", **{"from": "", "to": ""}),
        method="get",
        className="dates",
    )
    compared = compares(here)
    compare = dcc.Link(
        _("Compare with the weeks before"),
        href=here.href(cmp="0" if compared else ""),
        className="toggle on" if compared else "toggle",
    )
    presets = html.Nav(links, className="segments", **aria(label=_("Period")))
    return html.Div([presets, dates, compare], className="controls")


def compares(here: Address) -> bool:
    """Tell whether the period before is drawn too; `cmp=0` turns it off."""
    return here.get("cmp") != "0"
