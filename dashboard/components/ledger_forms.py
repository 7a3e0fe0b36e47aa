"""Forms that write into the ledger: what was asked for, and what became of it. `forms.js` sends them to the API."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import dash_mantine_components as dmc
from dash import html

from besok.model.calendar import WEEKDAYS
from besok.model.site import Text
from besok.model.views.calendar import ActionInfo
from besok.text import formats
from besok.text.languages import LANGUAGES, _, language, named
from dashboard.components.attrs import aria, data
from dashboard.components.writing import who

LONGEST: Final = 1000  # characters of a text
ASKED: Final = (
    "asked"  # what the ids of the first form's fields begin with: forms.js knows them by `data-fields`
)


def _groups() -> list[dict[str, str]]:
    """Who may have asked; the ledger names no others."""
    names = {
        "residents": _("residents"),
        "staff": _("staff"),
        "partners": _("partners"),
        "council": _("the council"),
    }
    return [{"value": group, "label": name} for group, name in names.items()]


def add(site: str, spaces: Mapping[str, Text]) -> Any:
    """The form for something that was asked for. `spaces` are the names of the site's spaces, itself the first."""
    within = [{"value": space, "label": named(name)} for space, name in spaces.items() if space != site]
    days = [
        {"value": day, "label": name} for day, name in zip(WEEKDAYS, formats.weekdays("wide"), strict=True)
    ]
    fields = [
        html.P(
            _("The ledger is public: write which group asked, and no names of people."), className="quiet"
        ),
        html.Div(_texts(ASKED, "title", _("What was asked for")), **data(once="")),
        _choice("asked_by", _("By whom"), _groups(), "residents"),
        _day(ASKED, "asked", _("When; today if left out"), None),
        _choice("spaces", _("Where; the whole site if left out"), within, None),
        _choice("weekdays", _("On which weekday; every day if left out"), days, None),
    ]
    sent = data(
        send=f"POST /api/v1/sites/{site}/actions",
        fields=ASKED,
        lists="spaces weekdays",
        kept=_("Written down."),
    )
    form = _form(fields, ASKED, _("Write it down"), "", sent)
    return html.Details([html.Summary(_("Write down what was asked for")), form])


def amend(site: str, action: ActionInfo) -> Any:
    """The form for what became of an action, filled with what is known."""
    answer, here = action.answer, f"became-{action.action}"
    fields = [
        *_texts(here, "answer", _("What was answered"), answer, required=False),
        _day(here, "answered", _("Answered on"), action.answered),
        _day(here, "done_since", _("Done since"), action.done_since),
        _day(here, "undone", _("Taken back on"), action.undone),
    ]
    sent = data(
        send=f"PATCH /api/v1/sites/{site}/actions/{action.action}",
        fields=here,
        asked=str(action.asked or ""),
        textless=_("An answer has a text: write what was answered too."),
        early=_("That day is before the one on which it was asked for."),
        undone=_("It can be taken back only after it was done: write both days."),
        kept=_("Written down."),
    )
    what = _("Write what became of it")
    return html.Details(
        [
            html.Summary(what, **aria(label=f"{what}: {named(action.title)}")),
            _form(fields, here, _("Write it down"), named(action.title), sent),
        ]
    )


def _form(fields: list[Any], here: str, verb: str, about: str, sent: dict[str, Any]) -> Any:
    label = aria(label=f"{verb}: {about}") if about else {}
    last = [
        who(here),
        html.Button(verb, type="submit", className="send", **label),
        html.P("", className="problem", role="alert", **data(failed=_("That could not be kept. Try again."))),
    ]
    return html.Form([*fields, *last], className="writing", **sent)


def _texts(here: str, name: str, label: str, known: Text | None = None, required: bool = True) -> list[Any]:
    """A field for each language, the reader's own first; one of them is enough."""
    mine = language()
    other = next(code for code in LANGUAGES if code != mine)
    words = {"sv": _("in Swedish, if you can"), "en": _("in English, if you can")}
    both = ((mine, label, required), (other, f"{label}, {words[other]}", False))
    return [
        dmc.Textarea(
            label=said, id=f"{here}-{name}_{code}", name=f"{name}_{code}",
            value=getattr(known, code) if known else "", required=needed,
            autosize=True, minRows=1, attributes={"input": {"maxLength": LONGEST, "lang": code}},
        )
        for code, said, needed in both
    ]  # fmt: skip


def _day(here: str, name: str, label: str, known: date | None) -> Any:
    """A day, chosen as the reader's device does it."""
    value = str(known) if known else ""
    attributes = {"input": {"type": "date", "data-was": value}}
    return dmc.TextInput(label=label, id=f"{here}-{name}", name=name, value=value, attributes=attributes)


def _choice(name: str, label: str, choices: list[dict[str, str]], value: str | None) -> Any:
    optional = value is None
    here = f"{ASKED}-{name}"
    return dmc.Select(
        label=label, id=here, name=name, data=choices, value=value, allowDeselect=optional, clearable=optional
    )
