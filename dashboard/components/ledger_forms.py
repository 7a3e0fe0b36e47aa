"""Forms that write into the ledger: a request, and the action that followed. `forms.js` sends them to the API."""

from collections.abc import Mapping
from typing import Any, Final

from dash import html

from besok.model.site import WEEKDAYS, Text
from besok.model.views.calendar import ActionInfo
from besok.text import formats, site_words
from besok.text.languages import LANGUAGES, _, language, named
from dashboard.components import forms
from dashboard.components.elements import aria, data, fold, quiet

LONGEST: Final = 1000  # characters of a text
PREFIX: Final = "asked"  # prefix of the ids of the first form's fields, which forms.js finds by `data-fields`


def add(site: str, spaces: Mapping[str, Text]) -> Any:
    """Return the form for a request. `spaces` are the names of the site's spaces, itself the first."""
    within = {space: named(name) for space, name in spaces.items() if space != site}
    days = dict(zip(WEEKDAYS, formats.weekdays("wide"), strict=True))
    fields = [
        quiet(_("The register is public: write which group asked, and no names of people.")),
        html.Div(_texts(PREFIX, "title", _("Request")), **data(once="")),
        forms.choice(PREFIX, "asked_by", _("By whom"), site_words.askers(), "residents"),
        forms.day(PREFIX, "asked", _("When (empty: today)"), None),
        forms.choice(PREFIX, "spaces", _("Where (empty: the whole site)"), within),
        forms.choice(PREFIX, "weekdays", _("On which weekday (empty: every day)"), days),
    ]
    sent = {"lists": "spaces weekdays", "kept": _("Saved.")}
    address = f"POST /api/v1/sites/{site}/actions"
    return fold(_("Add a request"), forms.form(fields, PREFIX, _("Save"), "", address, **sent))


def amend(site: str, action: ActionInfo) -> Any:
    """Return the form for the answer and the dates of an action, filled with the current values."""
    answer, form_id = action.answer, f"became-{action.action}"
    fields = [
        *_texts(form_id, "answer", _("What was answered"), answer, required=False),
        forms.day(form_id, "answered", _("Answered on"), action.answered),
        forms.day(form_id, "done_since", _("Done since"), action.done_since),
        forms.day(form_id, "undone", _("Ended on"), action.undone),
    ]
    sent = {
        "asked": str(action.asked or ""),
        "textless": _("An answer has a text: write what was answered too."),
        "early": _("That day is before the one on which it was asked for."),
        "undone": _("It can end only after it was done: write both days."),
        "kept": _("Saved."),
    }
    verb, about = _("Record the answer and the action"), named(action.title)
    address = f"PATCH /api/v1/sites/{site}/actions/{action.action}"
    form = forms.form(fields, form_id, _("Save"), about, address, **sent)
    return html.Details([html.Summary(verb, **aria(label=f"{verb}: {about}")), form])


def _texts(here: str, name: str, label: str, known: Text | None = None, required: bool = True) -> list[Any]:
    """Return a field for each language, the reader's own first; one of them is enough."""
    mine = language()
    other = next(code for code in LANGUAGES if code != mine)
    words = {"sv": _("in Swedish, if you can"), "en": _("in English, if you can")}
    both = ((mine, label, required), (other, f"{label}, {words[other]}", False))
    return [
        forms.text(here, f"{name}_{code}", text, code, LONGEST, getattr(known, code) if known else "", needed)
        for code, text, needed in both
    ]
