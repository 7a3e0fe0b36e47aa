"""Imported files, each with a form to undo it."""

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


def section(imports: Sequence[ImportView], site: str, zone: str) -> Any:
    """Return the imports of a site, the last first; undone ones too."""
    if not imports:
        return quiet(_("No file has been imported yet."))
    return items((_one(each, site, zone) for each in imports[:SHOWN]), className="voids")


def _one(row: ImportView, site: str, zone: str) -> Any:
    span = f"{formats.day(row.first)} – {formats.day(row.last)}"
    rows = plural("{n} count", "{n} counts", row.rows).format(n=formats.number(row.rows))
    visits = plural("{n} visit", "{n} visits", round(row.visits)).format(n=formats.number(row.visits))
    imported = _("imported {day} by {who}").format(
        day=formats.stamp(row.made, zone), who=formats.author(row.author)
    )
    facts = " · ".join(present(span, rows, visits, row.name, row.layout, imported))
    source = formats.source(row.source)
    text = html.P([html.Span(source, className="strong"), f": {facts}"])
    form_id = f"import-{row.id}"
    address = f"POST /api/v1/sites/{site}/imports/{row.id}/"
    may = access.may("record", site)
    if row.undone:
        by = _("Undone {day} by {who}").format(
            day=formats.stamp(row.changed or row.made, zone), who=formats.author(row.changed_by or row.author)
        )
        again = _("Let it count again")
        redo = forms.form([], form_id, again, source, f"{address}redo", kept=_("It counts again."))
        return html.Div(present(text, quiet(by), fold(again, redo) if may else None))
    undo = _("Undo the import")
    form = forms.form(
        [], form_id, undo, source, f"{address}undo", kept=_("Undone. The figures are computed again.")
    )
    return html.Div(present(text, fold(undo, form) if may else None))
