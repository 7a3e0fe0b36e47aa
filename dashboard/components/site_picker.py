"""Links to other sites: side by side where they are few, else a list with a filter field."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from besok.model.views.live import SiteInfo
from besok.text.languages import _, named
from dashboard.components.elements import aria, data

FEW = 3  # sites that fit in the bar side by side


def picker(page: str, sites: Sequence[SiteInfo], current: str) -> list[Any]:
    """Return links to the same page of each site."""
    if len(sites) < 2:
        return []
    links = [
        dcc.Link(named(s.name), href=f"/{page}/{s.site}", className="current" if s.site == current else "")
        for s in sites
    ]
    if len(sites) <= FEW:
        return [html.Nav(links, className="switch", **aria(label=_("Sites")))]
    chosen = next((named(s.name) for s in sites if s.site == current), _("Sites"))
    pairs = zip(sites, links, strict=True)
    listed = html.Ul([html.Li(link, **data(name=named(s.name).lower())) for s, link in pairs], id="sites")
    inner = html.Nav([filter_field("pick-site", "sites", _("Find a site")), listed], **aria(label=_("Sites")))
    return [html.Details([html.Summary(chosen), inner], className="picker sites-picker")]


def filter_field(field_id: str, list_id: str, label: str, *, name: str = "", value: str = "") -> Any:
    """Return a field that filters the list with the id `list_id` by the text typed; `name`: kept in the address."""
    field = dcc.Input(
        id=field_id, type="search", autoComplete="off", placeholder=label, name=name, value=value
    )
    return html.Div(
        [html.Label(label, htmlFor=field_id, className="unseen"), field],
        className="filter",
        **data(filters=list_id, none=_("No site is called that")),
    )
