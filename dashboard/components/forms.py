"""The fields of forms. `forms.js` knows a field by what its id begins with: that of its form."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from dash import dcc, html

from besok.services import access
from besok.text.languages import _
from dashboard.components.elements import aria, data

LONGEST_NAME: Final = 60  # characters, as in the API


def form(
    fields: Sequence[Any],
    here: str,
    verb: str,
    about: str,
    address: str,
    after: Sequence[Any] = (),
    **sent: str,
) -> Any:
    """Return a form as `unsigned` does, with who writes after its fields."""
    return unsigned([*fields, *who(here), *after], here, verb, about, address, **sent)


def unsigned(fields: Sequence[Any], here: str, verb: str, about: str, address: str, **sent: str) -> Any:
    """Return a form that `forms.js` sends to `address` ("POST /api/…").

    `about` tells its button from those of other forms.
    """
    label = aria(label=f"{verb}: {about}") if about else {}
    failed = data(failed=_("That could not be saved. Try again."))
    last = [
        html.Button(verb, type="submit", className="send", **label),
        html.P("", className="problem", role="alert", **failed),
    ]
    return html.Form([*fields, *last], className="writing", **data(send=address, fields=here, **sent))


def who(here: str) -> list[Any]:
    """Return the field for who writes; none for whoever is signed in, and is known."""
    known = access.author("")
    return [] if known else [line(here, "who", _("Your name or initials"), LONGEST_NAME, "name")]


def field(label: str, control: Any, **attributes: Any) -> Any:
    """Return a control with its label above."""
    return html.Div([html.Label(label, htmlFor=control.id), control], className="field", **attributes)


def line(here: str, name: str, label: str, longest: int, completed: str = "off") -> Any:
    """Return a line that has to be written; `completed` is what the browser may know of it."""
    return field(
        label,
        dcc.Input(id=f"{here}-{name}", name=name, required=True, maxLength=longest, autoComplete=completed),
    )


def text(here: str, name: str, label: str, language: str, longest: int, known: str, required: bool) -> Any:
    """Return a text of several lines in `language`."""
    return field(
        label,
        dcc.Textarea(
            id=f"{here}-{name}",
            name=name,
            value=known,
            required=required,
            maxLength=longest,
            lang=language,
            rows=2,
        ),
    )


def day(here: str, name: str, label: str, known: date | None, **attributes: Any) -> Any:
    """Return a day, chosen as the reader's device does it."""
    value = str(known) if known else ""
    kind: Any = "date"  # which Dash's types do not know, and the browser does
    control = dcc.Input(id=f"{here}-{name}", name=name, type=kind, value=value, **attributes)
    return field(label, control, **data(was=value))


def until(here: str) -> Any:
    """Return a time ahead, by the clock of the site."""
    kind: Any = "datetime-local"  # which Dash's types do not know, and the browser does
    return field(_("Until"), dcc.Input(id=f"{here}-until", name="until", type=kind, required=True, value=""))


def choice(
    here: str,
    name: str,
    label: str,
    choices: Mapping[str, str],
    chosen: str = "",
    number: int | None = None,
    none: str = "–",
) -> Any:
    """One of `choices`, names by value; where `chosen` is empty `none`. Several of a name have a number."""
    options = {**({} if chosen else {"": none}), **choices}
    found = [html.Option(text, value=value, selected=value == chosen) for value, text in options.items()]
    own = name if number is None else f"{name}-{number}"
    return field(label, html.Select(found, id=f"{here}-{own}", name=name))
