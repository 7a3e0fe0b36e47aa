"""The programme of a site: its calendars, each with its removal, and the form for a calendar file."""

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from dash import html

from besok.model.site import Site
from besok.model.views.calendar import ImportedCalendar
from besok.services.calendar_files import LONGEST_NAME
from besok.text import formats
from besok.text.languages import _, named, plural
from dashboard.components import forms
from dashboard.components.elements import data, fold, items, quiet

NEW: Final = "calendar-new"


def section(known: Sequence[ImportedCalendar], site: Site) -> list[Any]:
    """Return the calendars of a site, and the form for a file."""
    about = _("What happens here is taken into account when visits are forecast, and gets its own effect.")
    return [
        html.H2(_("Programme"), id="programme"),
        quiet(about),
        items((_one(name, parts, site.id) for name, parts in _by_name(known).items()), className="entries")
        if known
        else quiet(_("No calendar yet.")),
        fold(_("Import a calendar file"), _form(site)),
    ]


def _by_name(known: Sequence[ImportedCalendar]) -> dict[str, list[ImportedCalendar]]:
    """Return the events and the school holidays of each name: they are replaced one by one, and removed together."""
    found: dict[str, list[ImportedCalendar]] = {}
    for one in known:
        found.setdefault(one.calendar, []).append(one)
    return found


def _one(name: str, parts: Sequence[ImportedCalendar], site: str) -> Any:
    address, verb = f"DELETE /api/v1/sites/{site}/calendars?name={quote(name, safe='')}", _("Remove")
    form = forms.unsigned([], f"calendar-{quote(name, safe='')}", verb, name, address, kept=_("Removed."))
    line = html.P([html.Span(name, className="strong"), ": ", "; ".join(map(_facts, parts))])
    return html.Div([line, fold(verb, form)])


def _facts(part: ImportedCalendar) -> str:
    count = plural("{n} event", "{n} events", part.number)
    if part.kind == "school-holidays":
        count = plural("{n} school holiday", "{n} school holidays", part.number)
    return f"{count.format(n=formats.number(part.number))} · {formats.days(part.first, part.last)}"


def _form(site: Site) -> Any:
    spaces = {space.id: named(space.name) for space in site.spaces}
    file = html.Div(className="field", **data(file=f"{NEW}-file", label=_("File"), accept=".ics"))
    fields = [
        file,
        quiet(_("An iCalendar file (.ics), as calendar programs export it.")),
        forms.line(NEW, "name", _("Name; a later file of that name replaces this one"), LONGEST_NAME),
        *([forms.choice(NEW, "space", _("Where"), spaces, none=_("as each event says"))] if spaces else []),
    ]
    address = f"/api/v1/sites/{site.id}/calendars"
    asked = _(
        "New events: {new}. Changed: {changed}. Removed: {removed}. Cannot be read: {left_out}. Save the changes?"
    )
    question = {
        "asks": f"{address}/preview",
        "asked": f"{asked}\n\n{{listed}}\n\n{{problems}}\n\n{{assumed}}",
    }
    verb = _("Show what would change")
    return forms.unsigned(fields, NEW, verb, "", f"POST {address}", kept=_("Saved."), **question)
