"""Files that were imported, each with its way back."""

from collections.abc import Sequence
from typing import Any, Final

from dash import html

from besok.model.views.imports import ImportView
from besok.services import access
from besok.text import formats
from besok.text.languages import _, plural
from dashboard.components import forms
from dashboard.components.elements import fold, items, present, quiet

SHOWN: Final = 50


def section(found: Sequence[ImportView], site: str, zone: str) -> Any:
    """Return the imports of a site, the last first; those that were undone too."""
    if not found:
        return quiet(_("No file has been imported yet."))
    return items((_one(one, site, zone) for one in found[:SHOWN]), className="voids")


def _one(one: ImportView, site: str, zone: str) -> Any:
    span = f"{formats.day(one.first)} – {formats.day(one.last)}"
    rows = plural("{n} count", "{n} counts", one.rows).format(n=formats.number(one.rows))
    visits = plural("{n} visit", "{n} visits", round(one.visits)).format(n=formats.number(one.visits))
    made = _("imported {day} by {who}").format(
        day=formats.stamp(one.made, zone), who=formats.author(one.author)
    )
    what = " · ".join(present(span, rows, visits, one.name, one.layout, made))
    source = formats.source(one.source)
    said = html.P([html.Span(source, className="strong"), f": {what}"])
    here = f"import-{one.id}"
    address = f"POST /api/v1/sites/{site}/imports/{one.id}/"
    may = access.may("record", site)
    if one.undone:
        by = _("Undone {day} by {who}").format(
            day=formats.stamp(one.changed or one.made, zone), who=formats.author(one.changed_by or one.author)
        )
        again = _("Let it count again")
        back = forms.form([], here, again, source, f"{address}redo", kept=_("It counts again."))
        return html.Div(present(said, quiet(by), fold(again, back) if may else None))
    undo = _("Undo the import")
    form = forms.form(
        [], here, undo, source, f"{address}undo", kept=_("Undone. The figures are computed again.")
    )
    return html.Div(present(said, fold(undo, form) if may else None))
