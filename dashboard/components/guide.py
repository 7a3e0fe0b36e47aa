"""The guide from an empty installation to live numbers: its steps, the progress of a site, and the next step."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from dash import dcc, html

from besok.model.pseudonyms import PSEUDONYM
from besok.model.site import Site
from besok.model.views.devices import UnplacedDevice
from besok.services import access
from besok.services.devices import get_rejected_alike, get_unplaced
from besok.services.site_editing import NEEDED, Step, next_step, steps
from besok.services.unknown_devices import get_unknown
from besok.services.unplaced_devices import Lookup, look_up
from besok.store import period_counts, sites
from besok.store.database import Database
from besok.text import site_words
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import (
    forms,
    notices,
    readings,
    rejected_messages,
    site_forms,
    unknown_devices,
    unplaced_devices,
)
from dashboard.components.elements import aria, data, items, present, quiet

PAGE: Final = "/admin/site"
HERE: Final = "site-made"
USUAL_ZONE: Final = "Europe/Stockholm"
SHOWN: Final = 20  # kinds of rejected messages


def words() -> dict[Step, str]:
    """Return the names of the steps."""
    return {
        "site": _("Place"),
        "spaces": _("Floors and rooms"),
        "doors": _("Doors"),
        "hours": _("Opening hours"),
        "sensors": _("Sensors"),
        "plan": _("Floor plan"),
        "past": _("Past counts"),
        "target": _("Target"),
    }


def address(site: str, step: Step) -> str:
    """Return the address of a step."""
    return f"{PAGE}/{site}/{step}"


def progress(db: Database, site: Site) -> dict[Step, bool]:
    """Return which steps are done."""
    return steps(site, imported=bool(period_counts.listing(db, site.id)))


def trail(site: str, done: Mapping[Step, bool], here: str) -> Any:
    """Return the steps in order, each with its state, as links once there is a site."""
    upcoming = next_step(dict(done)) if site else "site"
    entries = []
    for step, name in words().items():
        state = "done" if done.get(step) else "next" if step == upcoming else ""
        optional = _("optional") if step not in NEEDED and not state else ""
        note = {"done": _("done"), "next": _("next")}.get(state, optional)
        label = [html.Span(name, className="strong"), *([html.Span(note, className="quiet")] if note else [])]
        current = aria(current="step") if step == here else {}
        inner = dcc.Link(label, href=address(site, step)) if site else html.Span(label)
        entries.append(html.Li(inner, **data(state=state), **current))
    return html.Nav(html.Ol(entries, className="steps"), **aria(label=_("Steps")))


def banner(db: Database, site: str) -> Any:
    """Return a link to the next step, for an administrator of a site where nothing is counted yet; else None."""
    if not access.may("administer", site) or sites.counts(db, site):
        return None
    place = sites.load(db, site)
    done = progress(db, place)
    step = next_step(done)
    if step is None:
        return None
    text = _("{site} is being set up. Next: {step}.").format(site=named(place.name), step=words()[step])
    link = dcc.Link(_("Continue"), href=address(site, step), className="send")
    return html.Aside([html.P(text), link], className="guide", **aria(label=_("Setting up")))


def begin(db: Database, here: Address, now: datetime) -> Any:
    """Return the first step where there is no site; others than administrators are told whom to ask."""
    title = _("No place has been set up yet")
    if not access.may("administer"):
        text = _("Ask an administrator of Besök: anyone who signs in with that role is guided through it.")
        return notices.notice(title, text)
    about = _(
        "Within a quarter of an hour you will see live figures here. You describe the place, its doors and its "
        "opening hours, then say where the sensors are. You can stop at any time and continue later."
    )
    return html.Div(
        [
            html.H1(_("Welcome to Besök")),
            html.P(about),
            trail("", {}, "site"),
            html.H2(_("Which place is it?")),
            *new_site(db, here, now),
        ],
        className="page setup",
        **data(title=title),
    )


def new_site(db: Database, here: Address, now: datetime) -> list[Any]:
    """Return the form for a new place, and the sensors that send already; those that name one give it that name."""
    built = sites.load_all(db)
    unplaced, lookup = get_unplaced(db, now), look_up(db, here.get("sensor"), built)
    sandbox = {"false": _("real"), "true": _("simulated, to try it out before any is mounted")}
    fields = [
        *site_forms.names(HERE, {}, _("Name of the library or park")),
        forms.choice(HERE, "kind", _("What it is"), site_words.kinds(), "library"),
        site_forms.line(HERE, "timezone", _("Time zone"), USUAL_ZONE, needed=True),
        site_forms.country(HERE, "SE"),
        forms.choice(HERE, "sandbox", _("Its sensors are"), sandbox, "false"),
        *_named_by_sensors({site.id for site in built}, unplaced, lookup),
    ]
    sent = {"within": "values", "leads": f"{PAGE}/{{site}}/spaces"}
    form = forms.form(fields, HERE, _("Create"), "", "POST /api/v1/sites", **sent)
    return [form, *_sending(db, built, unplaced, lookup, now)]


def _named_by_sensors(ids: Collection[str], devices: Sequence[UnplacedDevice], lookup: Lookup) -> list[Any]:
    native = [lookup.shown(d.device).partition("/")[0] for d in devices if d.source == "native"]
    names = [name for name in dict.fromkeys(native) if name not in ids and not PSEUDONYM.fullmatch(name)]
    if not names:
        return []
    label = _("Sensors are sending already for a place that they call")
    return [
        forms.choice(HERE, "id", label, {name: name for name in names} | {"": _("another place")}, names[0])
    ]


def _sending(
    db: Database, built: Sequence[Site], unplaced: Sequence[UnplacedDevice], lookup: Lookup, now: datetime
) -> list[Any]:
    """Return what sends already: sensors that wait for a place, unknown devices, and what could not be read."""
    unknown, rejected = get_unknown(db), get_rejected_alike(db, SHOWN)
    if not unplaced and not unknown and not rejected:
        none = _("None yet. You can set up everything, and connect the sensors afterwards.")
        return [html.H2(_("Sensors that are sending")), quiet(none)]
    note = _("What they send is kept, and counts once you have said where they are.")
    lines = [
        html.P([html.Span(lookup.shown(d.device), className="strong"), " ", readings.ago(d.heard, now)])
        for d in unplaced
    ]
    sections: list[Any] = [html.H2(_("Sensors that are sending"))]
    if unplaced:
        sections += [quiet(note), *present(unplaced_devices.finder(unplaced, lookup)), items(lines)]
    if unknown:
        sections += [
            html.H2(_("Unknown devices")),
            _answer(built),
            unknown_devices.section(unknown, None, now),
        ]
    if rejected:
        zone = built[0].timezone if built else USUAL_ZONE
        sections += [html.H2(_("Rejected messages")), rejected_messages.section(rejected, zone)]
    return sections


def _answer(built: Sequence[Site]) -> Any:
    """Return where unknown devices are answered: in a step of a place, once there is one."""
    if not built:
        return html.P(_("Create the site first. In its step Sensors you can then say what they mean."))
    return html.P(dcc.Link(_("Say what they mean"), href=address(built[0].id, "sensors")))
