"""*Figures as files*: all figures of a site, for reporters, spreadsheets and whoever computes with them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dash import html

from besok.model import calendar
from besok.model.errors import if_found
from besok.model.views.live import SiteInfo
from besok.services.forecast import get_outlook
from besok.services.progress import get_so_far
from besok.store import sites
from besok.store.database import Database
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import notices
from dashboard.components.chart import sheet
from dashboard.components.elements import aria, csv_format, data

DAY = timedelta(days=1)
LATELY = timedelta(days=30)

Row = tuple[str, str]  # what it is, and where it is had: a path below the site, with the start of a query


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return what there is as a table, each as a file for a spreadsheet and for programs."""
    place = sites.load(db, site.site)
    today = calendar.business_day(now, place)
    known = get_so_far(db, site.site, today)
    forecast = if_found(get_outlook, db, site.site) is not None
    title = _("Figures as files: {site}").format(site=named(site.name))
    lines = [
        _("Counts of people, never of whom: nothing is stored that could identify anybody."),
        _("An empty cell means not known, never zero."),
        _("A day begins at {time}: a late evening belongs to the day on which it began.").format(
            time=f"{place.day_start:%H:%M}"
        ),
    ]
    return html.Div(
        [
            *notices.simulated(site.sandbox),
            html.H1(title),
            html.Div([html.P(line) for line in lines]),
            _table(site.site, _rows(site.site, known.first or today, today, forecast)),
            html.P(
                [
                    _("What the fields mean, and all that programs may ask for:"),
                    " ",
                    html.A(_("the API"), href="/api/docs"),
                ]
            ),
        ],
        className="page",
        **data(title=title),
    )


def _rows(site: str, first: date, today: date, forecast: bool) -> Sequence[Row]:
    last, lately = today - DAY, today - LATELY
    every, month = f"from={min(first, last)}&to={last}", f"from={lately}&to={last}"
    return [
        (_("Visits by day, since the counting began"), f"visits?{every}&step=day"),
        (_("Visits by month"), f"visits?{every}&step=month"),
        (_("People here by hour, the last 30 days"), f"occupancy?space={site}&{month}&step=hour"),
        (_("The usual week: people here by weekday and hour"), f"occupancy/heatmap?space={site}"),
        (_("In and out through each door by day, the last 30 days"), f"flows?{month}&step=day"),
        *(_expected() if forecast else []),
        (_("Requests, actions and their effects"), "actions/effects?"),
        (
            _("Opening hours, public holidays and weather by day, since the counting began"),
            f"calendar?{every}",
        ),
    ]


def _expected() -> list[Row]:
    return [
        (_("Forecast of visits by day"), "forecast?part=days"),
        (_("Every forecast and its outcome"), "forecast/record?"),
    ]


def _table(site: str, rows: Sequence[Row]) -> Any:
    header = [_("What"), _("For a spreadsheet"), _("For programs")]
    return sheet(header, [[what, *_links(site, what, path)] for what, path in rows], header[0])


def _links(site: str, what: str, path: str) -> list[Any]:
    address = f"/api/v1/sites/{site}/{path}"
    plain = address.rstrip("?")
    csv = f"{address}{'' if address.endswith('?') else '&'}format={csv_format()}"
    return [
        html.A("CSV", href=csv, download="", **aria(label=f"CSV: {what}")),
        html.A("JSON", href=plain, **aria(label=f"JSON: {what}")),
    ]
