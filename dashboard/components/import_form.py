"""The form for a file of past counts; `imports.js` sends it, asks what is unclear, and shows what would change."""

from typing import Any

from dash import html

from besok.model.period_counts import LARGEST_FILE
from besok.model.site import Site
from besok.services.places import get_portals
from besok.text.languages import _, named
from dashboard.components import forms
from dashboard.components.elements import data, quiet

HERE = "import"  # prefix of the ids of its fields
LONGEST_SOURCE = 100  # characters, as in the API


def about() -> Any:
    """Return why past counts are useful."""
    return html.P(
        _(
            "Visits known from an earlier counter, a spreadsheet or the annual statistics. With them, Progress "
            "shows growth and target from the first day. Nothing is stored before you have seen what it would "
            "change."
        )
    )


def form(site: Site) -> Any:
    """Return the form; its file field, which Dash does not have, is inserted by `imports.js`."""
    doors = {door.portal: named(door.name) for door in get_portals(site) if door.perimeter}
    counted = {
        "net": _("visits, less deductions (net)"),
        "passages": _("people in and out together: two a visit"),
    }
    limit = _("CSV or Excel (.xlsx), {n} MB at most").format(n=LARGEST_FILE >> 20)
    return html.Form(
        [
            html.Div(
                className="field", **data(file=f"{HERE}-file", label=_("File"), accept=".csv,.txt,.tsv,.xlsx")
            ),
            quiet(limit),
            forms.line(
                HERE,
                "source",
                _("Where the counts come from, such as “gate counter 2015–2026”"),
                LONGEST_SOURCE,
            ),
            forms.choice(
                HERE, "measure", _("What was counted"), counted, none=_("visits: people who came in (gross)")
            ),
            forms.choice(HERE, "portal", _("Which door"), doors, none=_("the whole site")),
            *forms.who(HERE),
            html.Div(className="questions"),
            html.P("", className="problem", role="alert"),
            html.Button(_("Show what would change"), type="submit", className="send"),
            html.Div(className="preview", tabIndex="-1"),
        ],
        className="writing",
        **data(
            imports=f"/api/v1/sites/{site.id}/imports",
            failed=_("That did not work. Try again."),
            reading=_("Reading the file …"),
            answer=_("Continue with these answers"),
            year=_("Year"),
            visits=_("Visits"),
            look=_("Please look at this"),
            storing=_("Storing adds"),
            progress=_("What changes on Progress"),
            span=_("{n} counts, {first} to {last}, {visits} in all"),
            store=_("Store these counts"),
            stored=_("Stored. The figures are computed again."),
            choose=_("Choose a file first."),
        ),
    )
