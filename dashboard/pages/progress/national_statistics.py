"""The figure that a library reports to the national statistics once a year, beside the one that the target counts."""

from datetime import date
from typing import Any

from dash import html

from besok.model.errors import if_found
from besok.model.site import Site
from besok.model.views.annual import AnnualReport
from besok.services.closed_periods import get_reported
from besok.store.database import Database
from besok.text import formats, revision_text
from besok.text.languages import _
from dashboard.components.elements import quiet, titled


def section(db: Database, site: Site, today: date) -> list[Any]:
    """Return that of the last calendar year; nothing for a park, or where nobody was counted in that year."""
    if site.kind != "library":
        return []
    report = if_found(get_reported, db, site.id, today.year - 1, today)
    if report is None or report.net_counted is None:
        return []
    return [titled(_("For the national library statistics"), *summary(report, site.timezone))]


def summary(report: AnnualReport, zone: str) -> list[Any]:
    """Return the figure with its interval and why it is not the one that was counted, or why there is none."""
    if report.besok01 is None or report.low is None or report.high is None:
        few = _("Visits in {year} (Besok01): too few days were counted for a figure.")
        return [quiet(few.format(year=report.year))]
    text = _("Visits in {year} (Besok01): {n}, 95 % interval {low}–{high}.")
    n, low, high = (formats.number(v) for v in (report.besok01, report.low, report.high))
    figure = text.format(year=report.year, n=n, low=low, high=high)
    return [
        html.P(figure, className="finding"),
        quiet(
            _why(report, zone),
            " ",
            _("The data behind it:"),
            " ",
            html.A("JSON", href=f"/api/v1/sites/{report.site}/annual?year={report.year}"),
        ),
    ]


def _why(report: AnnualReport, zone: str) -> str:
    """Return how it comes from all who were counted, so that nobody reports the one for the other."""
    parts = []
    if report.closed:
        closed = _("It was closed {day} by {who} and stays.")
        parts.append(
            closed.format(
                day=formats.day_of(report.closed.closed, zone), who=formats.author(report.closed.author)
            )
        )
        if summary := revision_text.revision(report.closed, "besok01"):
            parts.append(_("Revision: {text}").format(text=summary))
    if report.gross is not None and report.net is not None and round(report.gross) != round(report.net):
        deducted = _("It is net: {gross} entries less the site's stated deductions ({off}).")
        off = formats.number(report.gross - report.net)
        parts.append(deducted.format(gross=formats.number(report.gross), off=off))
    if report.sample:
        sampled = _("It is sampled: estimated from {counted} of {weeks} weeks, which were counted by hand.")
        parts.append(sampled.format(counted=report.sample.counted, weeks=report.sample.weeks))
    elif report.estimated_share >= 0.0005:
        estimated = _("{share} of it is imputed for times without data.")
        parts.append(estimated.format(share=formats.percent(report.estimated_share, 1)))
    if report.hours_staffless:
        hours = _("Open for {staffed} hours with staff, and {card} with card.")
        staffed, card = formats.number(report.hours_staffed), formats.number(report.hours_staffless)
        parts.append(hours.format(staffed=staffed, card=card))
    for each in report.imports:
        imported = (
            _("{n} of the visits are from “{source}”, file {name}.")
            if each.name
            else _("{n} of the visits are from “{source}”.")
        )
        parts.append(
            imported.format(n=formats.number(each.visits), source=formats.source(each.source), name=each.name)
        )
    return " ".join(parts)
