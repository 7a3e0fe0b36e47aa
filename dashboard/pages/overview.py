"""*Overview*: all sites that the reader may see, a line for each, live."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from dash import dcc, html

from besok.model.views.live import SiteInfo
from besok.model.views.overview import SiteOverview, TargetStanding
from besok.services import access
from besok.services.overview import get_overview
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, collation_key, named
from dashboard.address import Address
from dashboard.components import live_parts, overview_parts, site_map
from dashboard.components.card import bar, chip, count
from dashboard.components.elements import HIDDEN, aria, data, present, quiet
from dashboard.components.live_parts import part
from dashboard.components.site_picker import filter_field

FEW = 5  # sites, which are found without a field to filter them


ORDERS: Final[
    Mapping[str, Callable[[SiteOverview], Any]]
] = {  # by name in the address; else that of the files
    "name": lambda site: collation_key(named(site.root.name)),
    "people": lambda site: -(site.root.people or 0),
    "visits": lambda site: -(site.visits_today or 0),
    "sensors": lambda site: not overview_parts.troubled(site),
}


def page(db: Database, _site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return the table of all sites, in the order of the address, those that it does not find hidden."""
    overview = get_overview(db, now)
    shown = [site for site in overview.sites if access.may("read", site.site)]
    order, find = address.get("sort"), address.get("find") if len(shown) > FEW else ""
    if order in ORDERS:
        shown.sort(key=ORDERS[order])
    summary = part("summary", {"summary": overview_parts.summary(shown)})
    header = (_("Site"), _("Opening hours"), _("People now"), _("Visits today"), _("Target"), _("Sensors"))
    orders = ("name", "", "people", "visits", "", "sensors")
    heads = [_head(*pair, address) for pair in zip(header, orders, strict=True)]
    table = html.Table(
        [
            html.Thead(html.Tr(heads, **data(by=_("Sort by:")))),
            html.Tbody([_row(site, header, now, find.lower()) for site in shown], id="all-sites"),
        ],
        className="sites",
    )
    return html.Div(
        [
            html.Div(
                [
                    html.Div([html.H1(_("Overview")), quiet(summary)]),
                    *([_finder(find)] if len(shown) > FEW else []),
                ],
                className="head",
            ),
            html.Div(table, className="sheet"),
            *present(site_map.section(shown)),
        ],
        className="page",
        **data(
            title=_("Overview"),
            live="/live",
            time=now.isoformat(),
            zone="UTC",
            words=json.dumps(live_parts.ages(), ensure_ascii=False),
        ),
    )


def _finder(find: str) -> Any:
    return filter_field("find-site", "all-sites", _("Find a site"), name="find", value=find)


def _head(title: str, order: str, address: Address) -> Any:
    """Return the head of a column, a link where the sites may be in its order."""
    if not order:
        return html.Th(title, scope="col")
    current = (
        aria(sort="ascending" if order == "name" else "descending") if address.get("sort") == order else {}
    )
    return html.Th(html.A(title, href=address.href(sort=order)), scope="col", **current)


def _row(site: SiteOverview, header: tuple[str, ...], now: datetime, find: str) -> Any:
    parts = overview_parts.of_site(site, now)
    name = named(site.root.name)
    simulated = html.Small(_("Simulated data"), className="quiet") if site.sandbox else None
    cells = (
        [part("opening", parts)],
        [count(site.root, parts), chip(parts), bar(site.root)],
        [part("visits", parts, className="number"), part("trend", parts, className="trend")],
        _target(site),
        [dcc.Link(part("sensors", parts), href=f"/sensors/{site.site}")],
    )
    return html.Tr(
        [
            html.Th(present(dcc.Link(name, href=f"/now/{site.site}"), simulated), scope="row"),
            *(
                html.Td([html.Span(title, className="what", **HIDDEN), *cell])
                for title, cell in zip(header[1:], cells, strict=True)
            ),
        ],
        id=f"row-{site.site}",  # so that a new order moves it, as the filter left it
        hidden=find not in name.lower(),
        **data(**overview_parts.state(site), name=name.lower()),
    )


def _target(site: SiteOverview) -> list[Any]:
    """Return how far the last year is on the way from the baseline to the target, leading to what there is to say."""
    if not site.has_target:
        text: Any = _("No target")
    elif site.standing is None:  # not computed yet: the page knows
        text = _("Progress")
    elif site.standing.reached is None:
        text = _("No year of visits yet")
    else:
        text = _standing_text(site.standing)
    link = dcc.Link(text, href=f"/progress/{site.site}")
    return present(link, _progress_bar(site.standing) if site.standing else None)


def _progress_bar(standing: TargetStanding) -> Any:
    """Return how much of the way from the baseline to the target is behind, as a bar."""
    if standing.reached is None or standing.factor <= 1:
        return None
    done = min(max((standing.reached - 1) / (standing.factor - 1), 0), 1)
    return html.Div(
        html.Div(className="fill", style={"width": f"{done:.1%}"}), className="meter way", **HIDDEN
    )


def _standing_text(standing: TargetStanding) -> str:
    text = _("{now} × of {factor} × by {year}")
    return text.format(
        now=formats.number(standing.reached, 2),
        factor=formats.number(standing.factor, 1),
        year=standing.deadline.year,
    )
