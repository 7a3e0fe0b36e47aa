"""Sensors that are heard and not placed: what they say, where they may hang, and the lines that place them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html

from besok.analytics.placement import Suggestion
from besok.model.views.devices import SHOWN_DEVICES, UnplacedChannel
from besok.services.unplaced_devices import UnassignedSensor, latest
from besok.text.languages import _, named
from dashboard.components import readings
from dashboard.components.elements import aria, chip, data, fold, items, present, quiet

DOCS = "docs/how-to/connect-a-sensor.md"


def section(strangers: Sequence[UnassignedSensor], places: Mapping[str, str], now: datetime) -> Any:
    """Return a card for each unassigned sensor; `places` are the names of portals and spaces by id."""
    if not strangers:
        return quiet(_("None: every sensor is assigned."))
    kept = _("Nothing of what they send is lost: once assigned, they count from their first reading on.")
    how = _("Put the lines into the site file and apply it:")
    rest = _("Only the {n} that were seen last are shown.").format(n=len(strangers))
    return html.Div(
        present(
            quiet(kept, " ", how, " ", html.Code("besok site apply " + _("FILE"))),
            items((_card(s, places, now) for s in strangers), className="strangers"),
            quiet(rest) if len(strangers) >= SHOWN_DEVICES else None,
        )
    )


def _card(stranger: UnassignedSensor, places: Mapping[str, str], now: datetime) -> Any:
    d, name = stranger.device, " · ".join(filter(None, (stranger.device.model, stranger.device.source)))
    seen = html.Span(_("Last seen {ago}").format(ago=readings.ago(d.heard, now)))
    where = [seen, *([html.Span([_("on"), " ", html.Code(d.topic)])] if d.topic else [])]
    channels = [_channel(c, s, places, now) for c, s in zip(d.channels, stranger.suggestions, strict=True)]
    return html.Article(
        [
            html.Header(present(html.H3(d.device), quiet(name))),
            html.P(where, className="where"),
            *channels,
            *_lines(d.device, [s for s in stranger.suggestions if s.reason != "not_people"]),
        ],
        className="stranger",
        **data(device=d.device),
    )


def _channel(channel: UnplacedChannel, s: Suggestion, places: Mapping[str, str], now: datetime) -> Any:
    last = latest(channel.readings)
    words = ", ".join(map(readings.said, last))
    age = readings.ago(max(r.time for r in last), now) if last else ""
    name, verdict = channel_name(channel.channel), f"{named(s.name)}. " if s.name else ""
    taken = _(
        "There is a sensor here already, and both would count. If this one replaces it, take that one out."
    )
    return html.Div(
        present(
            html.P([html.Span(name, className="strong"), f": {words} ", html.Span(age, className="quiet")]),
            html.P([_sureness(s), html.Span(verdict, className="strong"), why(s, places)], className="guess"),
            quiet(taken) if s.taken else None,
            quiet(_("Take out counted = false at this door.")) if s.uncounted else None,
        ),
        className="channel",
    )


def channel_name(key: str) -> str:
    """Return the name of a channel: `flow:2` is line 2, `level:all` region all."""
    kind, _colon, part = key.partition(":")
    return (_("Line {name}") if kind == "flow" else _("Region {name}")).format(name=part or key)


def _sureness(s: Suggestion) -> Any:
    words = {"strong": _("Probably"), "weak": _("Perhaps"), "none": _("No guess")}
    level = {"strong": "calm", "weak": "moderate", "none": "unknown"}[s.sure]
    return chip(words[s.sure], level=level)


def why(s: Suggestion, places: Mapping[str, str]) -> str:
    """Return the reason of a suggestion, as `Suggestion.why` in the reader's language."""
    door = bool(s.portal) or "portal =" in s.toml
    words = ", ".join(_("“{word}”").format(word=w) for w in s.words)
    others = ", ".join(dict.fromkeys(places.get(p, p) for p in s.others))
    match s.reason:
        case "words":
            return _("Sensor and place share: {words}.").format(words=words)
        case "same_device":
            return _("Another line of the same device counts here; the lines of a wide entrance add up.")
        case "only_one_left":
            return (
                _("It is the only door without a sensor.")
                if door
                else _("It is the only room without a sensor.")
            )
        case "several_fit":
            return _("Several places fit alike: {places}.").format(places=others)
        case "unknown_site":
            return _("It says that it belongs to “{site}”, and there is no such site.").format(site=s.site)
        case "not_people":
            return _("It tells only of its battery; it needs no place.")
    return (
        _("No door has a name like that of the sensor.")
        if door
        else _("No room has a name like that of the sensor.")
    )


def _lines(device: str, suggestions: Sequence[Suggestion]) -> list[Any]:
    """Return the sections of the site file, to be copied; closed where all of them have a place to fill in."""
    if not suggestions:
        return []
    lines = to_copy("\n".join(s.toml for s in suggestions).strip(), device)
    sites = {s.site for s in suggestions if s.site}
    among = _("Lines for the site file, among the sensors of {site}").format(site=", ".join(sites))
    where = among if len(sites) == 1 else _("Lines for the site file")
    guessed = any(s.sure != "none" for s in suggestions)
    return [fold(where, lines, open=guessed)]


def to_copy(text: str, name: str) -> Any:
    """Lines with a button that copies them; `name` tells a screen reader whose they are."""
    label = aria(label=_("Copy the lines for {name}").format(name=name))
    copy = html.Button(_("Copy"), type="button", className="copy", **data(copied=_("Copied")), **label)
    label = aria(label=_("Lines for {name}").format(name=name))
    return html.Div([html.Pre(text, tabIndex="0", role="region", **label), copy], className="toml")
