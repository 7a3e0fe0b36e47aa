"""Unassigned sensors: their readings, suggested placements, and the form that places them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from besok.analytics.placement import Suggestion
from besok.model.pseudonyms import PSEUDONYM
from besok.model.site import Site
from besok.model.views.devices import SHOWN_DEVICES, UnplacedChannel, UnplacedDevice
from besok.services import access
from besok.services.unplaced_devices import Lookup, UnassignedSensor, interval_of, latest
from besok.text.languages import _, named
from dashboard.components import forms, readings, site_forms
from dashboard.components.elements import chip, data, fold, items, present, quiet
from dashboard.components.site_forms import LONGEST


def section(
    strangers: Sequence[UnassignedSensor],
    site: Site,
    places: Mapping[str, str],
    lookup: Lookup,
    now: datetime,
) -> Any:
    """Return a card for each unassigned sensor; `places` are the names of portals and spaces by id."""
    if not strangers:
        return quiet(_("None: every sensor that can be read has a place."))
    note = _("Nothing they send is lost: once assigned, they count from their first reading on.")
    ordered = sorted(strangers, key=lambda s: lookup.shown(s.device.device) == s.device.device)
    rest = _("Only the {n} that were seen last are shown.").format(n=len(strangers))
    return html.Div(
        present(
            quiet(note),
            finder([s.device for s in strangers], lookup, site),
            items((_card(s, site, places, lookup, now) for s in ordered), className="strangers"),
            quiet(rest) if len(strangers) >= SHOWN_DEVICES else None,
        )
    )


def finder(devices: Sequence[UnplacedDevice], lookup: Lookup, site: Site | None = None) -> Any:
    """Return the form that finds a sensor by its name, or says that it is assigned at `site`; None where no name is
    hidden.
    """
    names = " ".join(name for d in devices for name in (d.device, *(c.channel for c in d.channels)))
    shown = lookup.shown(names)
    if not lookup.name and not PSEUDONYM.search(shown):
        return None
    why = _(
        "A name that Besök does not know may be a person's, and is shown as id-… Write the name of a sensor, as it "
        "stands on it or in its settings, to find it. The name is not kept."
    )
    field = dcc.Input(id="sensor", name="sensor", value=lookup.name, maxLength=LONGEST, autoComplete="off")
    none = _("No unassigned sensor sends under this name. It has to be written as the sensor has it.")
    written = {lookup.name, *lookup.name.split("/")}
    if site and any(lookup.shown(sensor.device) in written for sensor in site.sensors):
        none = _("The sensor of this name is assigned.")
    is_found = any(part in shown for part in lookup.name.split("/"))
    return html.Form(
        present(
            quiet(why),
            forms.field(_("Name of the sensor"), field),
            html.Button(_("Find"), type="submit", className="send"),
            None if is_found else html.P(none, role="status"),
        ),
        className="writing",
        method="get",
    )


def _card(
    stranger: UnassignedSensor, site: Site, places: Mapping[str, str], lookup: Lookup, now: datetime
) -> Any:
    d = stranger.device
    name = " · ".join(part for part in (d.model, d.source) if part and part != "native")
    last_seen = html.Span(_("Last seen {ago}").format(ago=readings.ago(d.heard, now)))
    where = [last_seen, *([html.Span([_("on"), " ", html.Code(lookup.shown(d.topic))])] if d.topic else [])]
    channels = [
        _channel(c, s, d, site, places, lookup, now)
        for c, s in zip(d.channels, stranger.suggestions, strict=True)
    ]
    return html.Article(
        [
            html.Header(present(html.H3(lookup.shown(d.device)), quiet(name))),
            html.P(where, className="where"),
            *channels,
        ],
        className="stranger",
        **data(device=d.device),
    )


def _channel(
    channel: UnplacedChannel,
    s: Suggestion,
    device: UnplacedDevice,
    site: Site,
    places: Mapping[str, str],
    lookup: Lookup,
    now: datetime,
) -> Any:
    last = latest(channel.readings)
    words = ", ".join(map(readings.text_of, last))
    age = readings.ago(max(r.time for r in last), now) if last else ""
    name, verdict = channel_name(lookup.shown(channel.channel)), f"{named(s.name)}. " if s.name else ""
    conflict = _(
        "There is a sensor here already, and both would count. If this one replaces it, take that one out."
    )
    uncounted = _("This door was said not to be counted; with a sensor it is.")
    return html.Div(
        present(
            html.P([html.Span(name, className="strong"), f": {words} ", html.Span(age, className="quiet")]),
            html.P(
                [_sureness(s), html.Span(verdict, className="strong"), why(s, places, site.id)],
                className="guess",
            ),
            quiet(conflict) if s.taken else None,
            quiet(uncounted) if s.uncounted else None,
            _form(channel, s, device, site, lookup)
            if access.may("administer", site.id) and s.reason != "not_people"
            else None,
        ),
        className="channel",
    )


def _form(channel: UnplacedChannel, s: Suggestion, device: UnplacedDevice, site: Site, looked: Lookup) -> Any:
    """Return the form that gives a channel its place; None where its device names another site as its own."""
    belongs, _slash, name = (
        device.device.partition("/") if device.source == "native" else ("", "", device.device)
    )
    if belongs and looked.shown(belongs) != site.id:
        return None
    raw = {
        "device": name,
        "source": device.source,
        "model": device.model or "",
        "channel": channel.channel,
        "interval_s": interval_of(channel),
    }
    chosen = (s.portal or s.space) if s.site == site.id else ""
    fields = site_forms.sensor_fields(raw, site, new=True, chosen=chosen)
    verb = _("Say where it is")
    form = site_forms.assign(site.id, raw, fields, _("Assign"), f"{device.device} {channel.channel}")
    return fold(verb, form, open=s.sure == "strong")


def channel_name(key: str) -> str:
    """Return the name of a channel: `flow:2` is line 2, `level:all` region all."""
    kind, _colon, part = key.partition(":")
    return (_("Line {name}") if kind == "flow" else _("Region {name}")).format(name=part or key)


def _sureness(s: Suggestion) -> Any:
    words = {"strong": _("Probably"), "weak": _("Perhaps"), "none": _("No guess")}
    level = {"strong": "calm", "weak": "moderate", "none": "unknown"}[s.sure]
    return chip(words[s.sure], level=level)


def why(s: Suggestion, places: Mapping[str, str], here: str) -> str:
    """Return the reason of a suggestion, as `Suggestion.why` in the reader's language; `here` is the site shown."""
    door = s.channel.startswith("flow")
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
            return _("Several places fit equally well: {places}.").format(places=others)
        case "unknown_site":
            unseen = _(
                "It sends for a place that does not exist, whose name is not shown. Write “{here}” instead in the "
                "sensor's settings, or find the sensor by its name above to see that of the place."
            )
            known = _(
                "It sends for a place called “{site}”, which does not exist. Write “{here}” instead in the "
                "sensor's settings, or set up a place with that name for its sensors."
            )
            return (unseen if PSEUDONYM.fullmatch(s.site) else known).format(site=s.site, here=here)
        case "not_people":
            return _("It reports only its battery; it needs no place.")
    return _("No door has a name like the sensor’s.") if door else _("No room has a name like the sensor’s.")
