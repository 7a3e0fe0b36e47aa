"""The head of the pages of a space and of a door: which one, which days, compared or not."""

from collections.abc import Sequence
from typing import Any, Final

from dash import dcc, html

from besok.model.site import Site, Text
from besok.model.views.live import SiteInfo, SpaceInfo
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import forms
from dashboard.components.elements import HIDDEN, aria, data, items, present
from dashboard.ranges import Range

RENEWED_S: Final = 300  # the curves grow by a quarter of an hour at a time


def head(site: SiteInfo, name: Text, facts: Sequence[str], *ways: Any) -> Any:
    """Return where we are, what it is, and the ways to others."""
    trail: list[Any] = [dcc.Link(named(site.name), href=f"/now/{site.site}")]
    if name != site.name:
        trail += [html.Span("/", **HIDDEN), named(name)]
    title = html.Div([html.H1(named(name)), html.P(" · ".join(filter(None, facts)))])
    return html.Div(
        [
            html.Nav(trail, className="trail", **aria(label=_("You are here"))),
            html.Div([title, html.Div(ways, className="ways")], className="head"),
        ]
    )


def ways(site: Site, spaces: Sequence[SpaceInfo], here: Address) -> list[Any]:
    """Return the ways to the spaces and the counted doors of a site, over the same period."""
    doors = [(door.id, door.name) for door in site.portals if door.counted]
    return present(
        _picker("spaces", _("All spaces"), [(one.space, one.name) for one in spaces], here),
        _picker("doors", _("All doors"), doors, here) if doors else None,
    )


def _picker(page: str, label: str, places: Sequence[tuple[str, Text]], here: Address) -> Any:
    links = [
        dcc.Link(
            named(name),
            href=here.href(page=page, space=place),
            className="current" if (page, place) == (here.page, here.space) else "",
        )
        for place, name in places
    ]
    # A new element for each place, or it stayed open when one was chosen.
    return html.Details(
        [html.Summary(label), items(links)], className="picker", key=f"{page}-{here.page}-{here.space}"
    )


def renewed(period: Range) -> dict[str, Any]:
    """Return that a page is drawn again now and then: of today there is more to come."""
    return data(renew=str(RENEWED_S), renewed="") if period.name == "today" else {}


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
