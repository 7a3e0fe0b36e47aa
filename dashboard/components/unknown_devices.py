"""Unknown devices: their last messages, and the form in which a person defines the meaning of their fields."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

from dash import html

from besok.model import messages
from besok.model.mapping_draft import Choice
from besok.model.site import Site
from besok.model.sitefile.mapping_checks import split
from besok.services import access
from besok.services.unknown_devices import UnknownDevice
from besok.text.languages import _, named, plural, translated
from dashboard.components import forms, readings
from dashboard.components.elements import data, fold, items, present, quiet

LONGEST_SHOWN: Final = 200  # characters of a message
_QUOTED: Final = re.compile(r'\["([^"]*)"\]')  # a name with blanks in a path


def section(devices: Sequence[UnknownDevice], site: Site | None, now: datetime) -> Any:
    """Return a card for each unknown device, with its form; places are those of `site`, without which there is none."""
    if not devices:
        return quiet(_("None: every message that may be about people is understood."))
    note = _("They send something that may be about people, and nobody has said what. Nothing of it is lost.")
    how = _(
        "Once you have chosen, what was kept is read too. Nothing is guessed, and nothing is preselected."
    )
    places = _places(site) if site else {}
    cards = (
        _card(d, now, _form(d, site.id, places) if site and access.may("place", site.id) else None)
        for d in devices
    )
    return html.Div([quiet(note, " ", how), items(cards, className="strangers")])


def meanings() -> Mapping[str, str]:
    """Return the texts of the metrics in the form."""
    return {
        "in": _("people who went in since the last message"),
        "out": _("people who went out since the last message"),
        "in_total": _("cumulative total of people who went in"),
        "out_total": _("cumulative total of people who went out"),
        "passages": _("people who passed since the last message, in either direction"),
        "passages_total": _("cumulative total of people who passed, in either direction"),
        "people": _("people present now"),
        "occupied": _("whether somebody is present"),
        "motions": _("movements since the last message"),
        "motions_total": _("cumulative total of movements"),
    }


def _card(device: UnknownDevice, now: datetime, form: Any) -> Any:
    last_seen = _("Last seen {ago}").format(ago=readings.ago(device.heard, now))
    count = plural("{n} message is kept", "{n} messages are kept", device.count).format(n=device.count)
    return html.Article(
        present(
            html.Header(html.H3(device.topic)),
            html.P([html.Span(last_seen), html.Span(count)], className="where"),
            *(html.Code(_shortened(message)) for message in device.messages),
            fold(_("Say what it means"), form) if form else None,
        ),
        className="stranger",
        **data(topic=device.topic),
    )


def _form(device: UnknownDevice, site: str, places: Mapping[str, str]) -> Any:
    here = f"unknown-{blake2b(device.topic.encode(), digest_size=6).hexdigest()}"
    fields = [
        *forms.hidden(here, {"topic": device.topic}),
        *(_field(here, n, field.path, field.choices) for n, field in enumerate(device.fields)),
        forms.choice(here, "place", _("Place"), places, none=_("assign later")),
        forms.choice(
            here, "swapped", _("Direction at the door"), {"yes": _("in is out")}, none=_("as the device says")
        ),
        forms.day(here, "since", _("First day on which it counts (empty: all that is kept)"), None),
    ]
    address = f"POST /api/v1/sites/{site}/mappings"
    sent = {
        "lists": "values",
        "kept": _("Saved. What it has sent is being read now."),
        "asks": f"{address}/preview".removeprefix("POST "),
        "asked": translated(messages.COUNTED_ALREADY),
    }
    return forms.form(fields, here, _("Save"), device.topic, address, **sent)


def _field(here: str, number: int, path: str, choices: Sequence[Choice]) -> Any:
    name = _QUOTED.sub(r".\1", path).removeprefix("$.").removeprefix("@.")
    label = _("What does “{field}” mean?").format(field=name if name not in ("$", "@") else _("value"))
    options = {f"{choice.key}={choice.path}": _meaning(choice) for choice in choices}
    return forms.choice(here, "values", label, options, number=number, none=_("not used"))


def _meaning(choice: Choice) -> str:
    metric, channel = split(choice.key)
    meaning = meanings()[metric]
    return f"{meaning} ({channel})" if channel else meaning


def _places(site: Site) -> dict[str, str]:
    """Return the doors and rooms of a site, the doors first."""
    doors = {
        f"portal:{portal.id}": _("Door: {name}").format(name=named(portal.name)) for portal in site.portals
    }
    rooms = {f"space:{space.id}": _("Room: {name}").format(name=named(space.name)) for space in site.spaces}
    return doors | rooms


def _shortened(message: str) -> str:
    return message if len(message) <= LONGEST_SHOWN else message[:LONGEST_SHOWN] + "…"
