"""The figure that a library reports to the national statistics once a year, beside the one that the target counts."""

from datetime import date
from typing import Any

from dash import html

from besok import services
from besok.model.errors import NotFound
from besok.model.views.annual import AnnualReport
from besok.model.views.live import SiteInfo
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _


def section(db: Database, site: SiteInfo, today: date) -> list[Any]:
    """That of the last calendar year; nothing for a park, or where nobody was counted in that year."""
    if site.kind != "library":
        return []
    try:
        report = services.annual(db, site.site, today.year - 1, today)
    except NotFound:
        return []
    if report.net_counted is None:
        return []
    return [html.Section([html.H2(_("For the national library statistics")), *said(report)])]


def said(report: AnnualReport) -> list[Any]:
    """The figure with its interval and why it is not the one that was counted, or why there is none."""
    if report.besok01 is None or report.low is None or report.high is None:
        few = _("Visits of {year} (Besok01): too few days were counted for a figure.")
        return [html.P(few.format(year=report.year), className="quiet")]
    text = _("Visits of {year} (Besok01): {n}, 19 times of 20 between {low} and {high}.")
    low, high = formats.number(report.low), formats.number(report.high)
    figure = text.format(year=report.year, n=formats.number(report.besok01), low=low, high=high)
    return [
        html.P(figure, className="finding"),
        html.P(
            [
                _why(report),
                " ",
                _("All that it rests on:"),
                " ",
                html.A("JSON", href=f"/api/v1/sites/{report.site}/annual?year={report.year}"),
                ", ",
                html.Code(f"besok report annual {report.site} --year {report.year} --verify"),
            ],
            className="quiet",
        ),
    ]


def _why(report: AnnualReport) -> str:
    """How it comes from all who were counted, so that nobody reports the one for the other."""
    parts = []
    if report.gross is not None and report.net is not None and round(report.gross) != round(report.net):
        taken = _("It is net: of {gross} who came in, the site's stated deductions ({off}) are taken off.")
        off = formats.number(report.gross - report.net)
        parts.append(taken.format(gross=formats.number(report.gross), off=off))
    if report.estimated_share >= 0.0005:
        estimated = _("{share} of it is estimated for what was not observed.")
        parts.append(estimated.format(share=formats.percent(report.estimated_share, 1)))
    return " ".join(parts)
