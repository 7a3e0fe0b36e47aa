"""The fields of forms. `forms.js` finds the fields of a form by the prefix of their ids, the form's id."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dash import dcc, html

from besok.services import access
from besok.text.languages import _
from dashboard.components.elements import aria, data

LONGEST_NAME, LONGEST_REASON = 60, 500  # characters, as in the API


def form(fields: Sequence[Any], here: str, verb: str, about: str, address: str, **sent: str) -> Any:
    """Return a form as `unsigned` does, with the author's field after its own."""
    return unsigned([*fields, *who(here)], here, verb, about, address, **sent)


def unsigned(fields: Sequence[Any], here: str, verb: str, about: str, address: str, **sent: str) -> Any:
    """Return a form that `forms.js` sends to `address` ("POST /api/…").

    `about` distinguishes its button from those of other forms.
    """
    label = aria(label=f"{verb}: {about}") if about else {}
    failed = data(
        failed=_("That could not be saved. Try again."),
        ended=_("You are no longer signed in. Sign in in another tab, then try again: nothing here is lost."),
    )
    last = [
        html.Button(verb, type="submit", className="send", **label),
        html.P("", className="problem", role="alert", **failed),
    ]
    return html.Form([*fields, *last], className="writing", **data(send=address, fields=here, **sent))


def who(here: str) -> list[Any]:
    """Return the field for the author; none for a signed-in user, who is known."""
    known = access.author("")
    return [] if known else [line(here, "who", _("Your name or initials"), LONGEST_NAME, "name")]


def field(label: str, below: Any, **attributes: Any) -> Any:
    """Return an input or a choice with its label above."""
    return html.Div([html.Label(label, htmlFor=below.id), below], className="field", **attributes)


def control(here: str, name: str, value: Any = "", **more: Any) -> Any:
    """Return an input without a label; its `type` may be any that browsers know, also one that Dash does not."""
    field_id = f"{here}-{name.replace('.', '-')}"
    return dcc.Input(id=field_id, name=name, value=value, **{"autoComplete": "off", **more})


def entry(here: str, name: str, label: str, value: Any = "", **more: Any) -> Any:
    """Return an input below its label."""
    return field(label, control(here, name, value, **more))


def hidden(here: str, values: Mapping[str, str]) -> list[Any]:
    """Return hidden fields."""
    return [control(here, name, value, type="hidden") for name, value in values.items()]


def pick(here: str, name: str, value: str, *label: Any, chosen: bool = False) -> Any:
    """Return a box with its label."""
    box = control(here, name, value, type="checkbox")
    return html.Label([box, " ", *label], className="pick", **(data(checked="1") if chosen else {}))


def line(here: str, name: str, label: str, longest: int, completed: str = "off") -> Any:
    """Return a required line of text; `completed` is its autocomplete kind."""
    return entry(here, name, label, required=True, maxLength=longest, autoComplete=completed)


def reason(here: str) -> Any:
    """Return the line for why something is done."""
    return line(here, "reason", _("Why?"), LONGEST_REASON)


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
    """Return a field for a day, with the device's own date picker."""
    value = str(known) if known else ""
    return field(label, control(here, name, value, type="date", **attributes), **data(was=value))


def moment(here: str, name: str, label: str) -> Any:
    """Return a field for a time, by the site's clock."""
    return entry(here, name, label, type="datetime-local", required=True)


def choice(
    here: str,
    name: str,
    label: str,
    choices: Mapping[str, str],
    chosen: str = "",
    number: int | None = None,
    none: str = "–",
) -> Any:
    """Return a select of `choices`, names by value; `none` if not `chosen`. Several of a name have a number."""
    options = {**({} if chosen else {"": none}), **choices}
    entries = [html.Option(text, value=value, selected=value == chosen) for value, text in options.items()]
    field_name = name if number is None else f"{name}-{number}"
    return field(label, html.Select(entries, id=f"{here}-{field_name}", name=name))
