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
        items((_one(one, site.id) for one in known), className="entries")
        if known
        else quiet(_("No calendar yet.")),
        fold(_("Bring in a calendar file"), _form(site)),
    ]


def _one(one: ImportedCalendar, site: str) -> Any:
    count = plural("{n} event", "{n} events", one.number)
    if one.kind == "school-holidays":
        count = plural("{n} school holiday", "{n} school holidays", one.number)
    facts = [count.format(n=formats.number(one.number)), formats.days(one.first, one.last)]
    here, verb = f"calendar-{quote(one.calendar, safe='')}-{one.kind}", _("Remove")
    address = f"DELETE /api/v1/sites/{site}/calendars?name={quote(one.calendar, safe='')}"
    form = forms.unsigned([], here, verb, one.calendar, address, kept=_("Removed."))
    line = html.P([html.Span(one.calendar, className="strong"), ": ", " · ".join(facts)])
    return html.Div([line, fold(verb, form)])


def _form(site: Site) -> Any:
    spaces = {space.id: named(space.name) for space in site.spaces}
    file = html.Div(
        className="field", **data(file=f"{NEW}-file", label=_("File"), accept=".ics", required="1")
    )
    fields = [
        file,
        quiet(_("An iCalendar file (.ics), as calendar programs export it.")),
        forms.line(NEW, "name", _("Name; a later file of that name replaces this one"), LONGEST_NAME),
        *([forms.choice(NEW, "space", _("Where"), spaces, none=_("as each event says"))] if spaces else []),
    ]
    address = f"/api/v1/sites/{site.id}/calendars"
    asked = _("{new} events come, {changed} change, {removed} go; {left_out} cannot be read. Save them?")
    question = {"asks": f"{address}/preview", "asked": f"{asked}\n\n{{listed}}"}
    verb = _("Show what would change")
    return forms.unsigned(fields, NEW, verb, "", f"POST {address}", kept=_("Saved."), **question)
