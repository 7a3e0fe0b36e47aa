"""The form of a planner's question: days, visitors, and other changes; parts in use are unfolded."""

from collections.abc import Mapping
from typing import Any, Final

from dash import html

from besok.model.scenarios import (
    MOST_DAYS,
    MOST_FACTOR,
    MOST_PEOPLE,
    MOST_PLAYED_H,
    Recorded,
    ScenarioSpec,
)
from besok.model.site import OUTSIDE, Site
from besok.text import scenario_text
from besok.text.languages import _, named, plural
from besok.text.opening_text import written
from dashboard.components import forms
from dashboard.components.elements import data, quiet

HERE: Final = "scenario"  # prefix of the ids of its fields
LONGEST: Final = 100  # characters of a name, as in the API


def form(site: Site, spec: ScenarioSpec) -> Any:
    """Return the form, filled in with a question to start from."""
    title = _input("title", _("Name of the question"), spec.title, maxLength=LONGEST)
    fields = [title, *(_recorded(spec, spec.recorded) if spec.recorded else _rows(site, spec))]
    verb = _("Keep") if spec.recorded else _("Ask")
    address = f"POST /api/v1/sites/{site.id}/scenarios"
    here = f"/scenarios/{site.id}"
    leads = {"leads": f"{here}?run={{number}}", "back": f"{here}?ask={{number}}"}
    return forms.form(fields, HERE, verb, "", address, lists="closed", draft="", **leads)


def _recorded(spec: ScenarioSpec, recorded: Recorded) -> list[Any]:
    lengths = {f"{60 * n}": plural("{n} hour", "{n} hours", n).format(n=n) for n in (1, 2, 4, MOST_PLAYED_H)}
    kept = f"{recorded.minutes}"
    return [
        _row(
            forms.day(HERE, "first", _("Day"), spec.first, required=True),
            _input("recorded:start", _("Begins at"), f"{recorded.start:%H:%M}", type="time"),
            forms.choice(HERE, "recorded:minutes", _("How long"), lengths, kept if kept in lengths else "60"),
        )
    ]


def _rows(site: Site, spec: ScenarioSpec) -> list[Any]:
    spaces = {site.id: named(site.name), **{space.id: named(space.name) for space in site.spaces}}
    return [
        _row(
            forms.day(HERE, "first", _("First day"), spec.first, required=True),
            _input("days", _("Number of days"), spec.days, type="number", min=1, max=MOST_DAYS, step=1),
            _input(
                "visitors",
                _("Visitors, times the usual"),
                spec.visitors,
                type="number",
                min=0,
                max=MOST_FACTOR,
                step="any",
            ),
        ),
        html.H2(_("What else is different?")),
        quiet(_("Open what you want to change. What stays closed does not count.")),
        *_parts(site, spec, spaces),
    ]


def _parts(site: Site, spec: ScenarioSpec, spaces: Mapping[str, str]) -> list[Any]:
    return [
        _part(_("A space is closed"), bool(spec.closed), *_closed(spec, spaces, site.id)),
        _part(
            _("Other opening hours"),
            bool(spec.hours),
            _input("hours", _("Hours, such as 10–15, or “closed”"), written(spec.hours), maxLength=60),
        ),
        _part(_("An event"), spec.event is not None, *_event(spec, spaces)),
        _part(_("A new door"), spec.door is not None, *_door(spec, spaces)),
        _part(_("Another capacity"), spec.capacity is not None, *_capacity(spec, spaces)),
        _part(_("A sensor fails"), spec.sensor is not None, *_sensor(spec, site)),
    ]


def _closed(spec: ScenarioSpec, spaces: Mapping[str, str], site: str) -> list[Any]:
    return [
        forms.pick(f"{HERE}-{space}", "closed", space, name, chosen=space in spec.closed)
        for space, name in spaces.items()
        if space != site
    ]


def _event(spec: ScenarioSpec, spaces: Mapping[str, str]) -> list[Any]:
    event = spec.event
    return [
        _input("event:title", _("What it is called"), event.title if event else "", maxLength=LONGEST),
        forms.choice(HERE, "event:space", _("In which space"), spaces, event.space if event else next(iter(spaces))),
        _row(
            _input("event:start", _("Begins at"), f"{event.start:%H:%M}" if event else "13:00", type="time"),
            _input("event:minutes", _("Minutes"), event.minutes if event else 60, type="number", min=5, max=1440),
            _input("event:people", _("People who come to it"), event.people if event else None, type="number",
                   min=1, max=MOST_PEOPLE),
        ),
    ]  # fmt: skip


def _door(spec: ScenarioSpec, spaces: Mapping[str, str]) -> list[Any]:
    door = spec.door
    outside = {OUTSIDE: _("outdoors"), **spaces}
    shares = {
        "0.1": _("one in ten"),
        "0.2": _("one in five"),
        "0.33": _("one in three"),
        "0.5": _("half of them"),
    }
    share = f"{door.share:g}" if door else "0.2"
    return [
        _input("door:name", _("What it is called"), door.name if door else "", maxLength=LONGEST),
        forms.choice(HERE, "door:outer", _("From"), outside, door.outer if door else OUTSIDE),
        forms.choice(HERE, "door:inner", _("Into"), spaces, door.inner if door else next(iter(spaces))),
        forms.choice(HERE, "door:share", _("Visitors who take it, where it leads outside"), shares,
                     share if share in shares else "0.2"),
    ]  # fmt: skip


def _capacity(spec: ScenarioSpec, spaces: Mapping[str, str]) -> list[Any]:
    known = spec.capacity
    first = known.space if known else next(iter(spaces))
    people = known.people if known else None
    return [
        forms.choice(HERE, "capacity:space", _("Which space"), spaces, first),
        _input("capacity:people", _("For how many people it is made"), people, type="number", min=1, max=MOST_PEOPLE),
    ]  # fmt: skip


def _sensor(spec: ScenarioSpec, site: Site) -> list[Any]:
    doors = {portal.id: named(portal.name) for portal in site.portals}
    devices = {s.device: f"{doors.get(s.portal, s.portal)} ({s.device})" for s in site.sensors if s.portal}
    if not devices:
        return [quiet(_("No door of this site has a sensor."))]
    known = spec.sensor
    troubles = {str(kind): name for kind, name in scenario_text.troubles().items()}
    return [
        forms.choice(HERE, "sensor:device", _("Which sensor"), devices, known.device if known else next(iter(devices))),
        forms.choice(HERE, "sensor:trouble", _("What is wrong with it"), troubles, known.trouble if known else "off"),
    ]  # fmt: skip


def _input(name: str, label: str, value: Any, **more: Any) -> Any:
    return forms.entry(HERE, name, label, value, required=True, **more)


def _row(*fields: Any) -> Any:
    return html.Div(list(fields), className="fields")


def _part(summary: str, counts: bool, *fields: Any) -> Any:
    """Return a part that is sent where it is unfolded; `forms.js` enables its fields then."""
    inner = html.Fieldset([html.Legend(summary, className="unseen"), *fields], disabled=not counts)
    return html.Details([html.Summary(summary), inner], open=counts, **data(part=""))
