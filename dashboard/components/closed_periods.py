"""Months and years that were reported: the figure as it was then, and what it would be now, with the reason."""

from collections.abc import Sequence
from typing import Any, Final

from dash import html

from besok.model.views.closed_periods import ClosedPeriod
from besok.text import formats, revision_text
from besok.text.languages import _
from dashboard.components.elements import first_of, present, quiet, titled

SHOWN: Final = 2  # periods; the others are folded away


def section(site: str, closed: Sequence[ClosedPeriod], measure: str, zone: str) -> Any:
    """Return the closed periods, the last first; None where there is none."""
    if not closed:
        return None
    about = _("What was reported stays as it was. Late data or a correction shows as a revision beside it.")
    link = html.A("JSON", href=f"/api/v1/sites/{site}/periods")
    return titled(
        _("Reported figures"),
        quiet(about, " ", link),
        *first_of([_one(p, measure, zone) for p in closed], SHOWN, "periods", className="resolved"),
    )


def _one(period: ClosedPeriod, measure: str, zone: str) -> list[Any]:
    name = revision_text.period(period.first, period.last)
    figure = formats.number(period.gross if measure == "gross" else period.net)
    text = _("{n} visits, closed {day} by {who}")
    line = text.format(n=figure, day=formats.stamp(period.closed, zone), who=formats.author(period.author))
    if period.besok01 is not None:
        line += " · " + _("Besok01: {n}").format(n=formats.number(period.besok01))
    return present(
        html.Span(name, className="strong"), f": {line}. ", revision_text.revision(period, measure)
    )
