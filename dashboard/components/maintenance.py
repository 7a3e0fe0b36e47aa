"""Planned maintenance of a site: what is under maintenance, the form to end it early, and the form for more."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from besok.model.views.alerts import MaintenanceInfo
from besok.services import access
from besok.text import formats
from besok.text.languages import _
from dashboard.components import forms
from dashboard.components.elements import fold, items, present, quiet


def section(listed: Sequence[MaintenanceInfo], names: Mapping[str, str], site: str, zone: str) -> Any:
    """Return the maintenance of a site; `names` are of all possible subjects."""
    note = _("What is under maintenance raises no alerts, and the visits of that time are marked.")
    may = access.may("acknowledge", site)
    return html.Div(
        present(
            quiet(note),
            items(_one(each, names, site, zone, may) for each in listed) if listed else None,
            fold(_("Plan maintenance"), _form(names, site)) if may else None,
        )
    )


def _one(one: MaintenanceInfo, names: Mapping[str, str], site: str, zone: str, may: bool) -> Any:
    name = names.get(one.subject, one.subject)
    text_until = _("until {time}: {why} ({who})").format(
        time=formats.stamp(one.until, zone), why=one.reason, who=one.author
    )
    text = html.P([html.Span(name, className="strong"), " ", text_until])
    form_id, address = f"maintenance-{one.id}", f"POST /api/v1/sites/{site}/maintenance/{one.id}/end"
    end = forms.form([], form_id, _("It is done"), name, address, kept=_("Noted."), gone="404")
    return html.Div(present(text, fold(_("It is done"), end) if may else None))


def _form(names: Mapping[str, str], site: str) -> Any:
    here = "maintenance-new"
    fields = [
        forms.choice(here, "subject", _("What is under maintenance"), names, site),
        forms.moment(here, "until", _("Until")),
        forms.reason(here),
    ]
    address = f"POST /api/v1/sites/{site}/maintenance"
    return forms.form(fields, here, _("Plan maintenance"), "", address, kept=_("Noted."))
