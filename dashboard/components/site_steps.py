"""The steps in which a place is described: the parts of each kind, with the forms that change them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from dash import dcc, html

from besok.model import calendar
from besok.model.site import DayHours, Site, Text
from besok.model.sitefile.edit import Lists, Part
from besok.model.sitefile.visit_checks import perimeter
from besok.model.tomlfile import Raw
from besok.services import access
from besok.services.devices import get_unplaced
from besok.services.progress import get_so_far
from besok.services.site_editing import Step
from besok.services.unknown_devices import get_unknown
from besok.services.unplaced_devices import Lookup, suggest_placements
from besok.store.calendars import imported
from besok.store.database import Database
from besok.text import formats, site_words
from besok.text.languages import _, named
from besok.text.opening_text import special, written
from dashboard.components import (
    calendars,
    import_form,
    no_target,
    site_forms,
    space_doors,
    unknown_devices,
    unplaced_devices,
    visit_forms,
)
from dashboard.components.elements import fold, items, present, quiet
from dashboard.components.site_forms import add, edit, entry, listed, place, remove


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the steps of a site are about: the site as it is, and its parts as a site file has them."""

    db: Database
    site: Site
    lists: Lists
    others: Sequence[Site]
    sought: Lookup
    opened: Collection[str]  # parts whose forms are shown
    now: datetime


def _site(c: Context) -> list[Any]:
    (raw,) = c.lists["site"]
    name = html.P(
        [_("In addresses and messages it is called"), " ", html.Code(c.site.id), "."], className="quiet"
    )
    file = html.P(html.A(_("All places as a site file"), href="/api/v1/site-file", download="sites.toml"))
    return present(
        edit(c.site.id, "site", raw, site_forms.site_fields(raw), named(c.site.name)),
        name,
        file if access.may("administer") else None,
    )


def _one(
    c: Context, part: Part, raw: Raw, fields: Callable[[], Sequence[Any]], name: str, *facts: str
) -> Any:
    """Return a part in its list, with the forms that change and remove it."""
    here = place(part, raw)
    if here not in c.opened:
        return entry(name, listed(facts), here)
    out = remove(c.site.id, part, raw, _("Remove"), name)
    return entry(name, listed(facts), here, edit(c.site.id, part, raw, fields(), name), out)


def _spaces(c: Context) -> list[Any]:
    names = {s.id: named(s.name) for s in c.site.spaces}

    def one(raw: Raw) -> Any:
        within, floor = names.get(raw.get("parent", ""), ""), raw.get("kind") == "storey"
        capacity = _("{n} people").format(n=raw["capacity"]) if "capacity" in raw else ""
        fields = partial(site_forms.space_fields, raw, c.site, floor=floor)
        return _one(c, "spaces", raw, fields, _called(raw), within, capacity, _dates(raw))

    about = _(
        "Only floors and rooms for which you want figures of their own. Without any, there are figures for the place "
        "as a whole."
    )
    floor, room = (site_forms.space_fields(None, c.site, floor=which) for which in (True, False))
    return present(
        html.P(about),
        _list(map(one, c.lists["spaces"])),
        html.H2(_("Add a floor")),
        add(c.site.id, "spaces", floor, _("Add the floor"), site_forms.FLOOR),
        html.H2(_("Add a room")),
        add(c.site.id, "spaces", room, _("Add the room")),
    )


def _doors(c: Context) -> list[Any]:
    names = space_doors.ends(c.db, c.site)

    def one(raw: Raw) -> Any:
        ends = " → ".join(names.get(str(raw[end]), str(raw[end])) for end in ("outer", "inner"))
        counted = "" if raw.get("counted", True) else _("not counted")
        fields = partial(site_forms.portal_fields, raw, c.site, c.others)
        return _one(c, "portals", raw, fields, _called(raw), ends, counted, _dates(raw))

    about = _(
        "Every door to the outdoors, and the passages between floors and rooms that you want figures for: also those "
        "without a sensor, such as emergency exits."
    )
    return present(
        html.P(about),
        _list(map(one, c.lists["portals"])),
        html.H2(_("Add a door")),
        add(c.site.id, "portals", site_forms.portal_fields(None, c.site, c.others), _("Add the door")),
    )


def _hours(c: Context) -> list[Any]:
    tables = c.lists["hours"]
    new = site_forms.hours_fields(tables[-1], new=True, dated=True)
    return present(
        *(_table(c, raw) for raw in tables),
        html.H2(_("Other hours from a day on")),
        quiet(_("Before that day the hours stay as they are.")),
        fold(_("New opening hours"), add(c.site.id, "hours", new, _("Add the hours"))),
        html.H2(_("Special days")),
        _list(_special(c, raw) for raw in c.lists["exceptions"]),
        fold(
            _("Add special days"),
            add(c.site.id, "exceptions", site_forms.exception_fields(None), _("Add the days")),
        ),
        *(_closures(c) if c.site.spaces else []),
        *calendars.section([one for one in imported(c.db, c.site.id) if one.kind != "weather"], c.site),
    )


def _table(c: Context, raw: Raw) -> Any:
    since = formats.day(raw["first"]) if "first" in raw else ""
    name = _("Opening hours from {day}").format(day=since) if since else _("Opening hours")
    fields = partial(site_forms.hours_fields, raw, new=False, dated=bool(since))
    if len(c.lists["hours"]) == 1:
        return edit(c.site.id, "hours", raw, fields(), name)
    return _one(c, "hours", raw, fields, name, _("Monday {hours}").format(hours=written(raw["monday"])))


def _special(c: Context, raw: Raw) -> Any:
    hours = raw["hours"]
    text = special(hours if isinstance(hours, str) else DayHours(**hours))
    fields = partial(site_forms.exception_fields, raw)
    return _one(c, "exceptions", raw, fields, _span(raw), text, _called(raw, "note"))


def _closures(c: Context) -> list[Any]:
    def one(raw: Raw) -> Any:
        fields = partial(site_forms.closure_fields, raw, c.site)
        return _one(c, "closures", raw, fields, _names(c)[raw["space"]], _span(raw), _called(raw, "note"))

    form = add(c.site.id, "closures", site_forms.closure_fields(None, c.site), _("Close the room"))
    closed = _list(map(one, c.lists["closures"]))
    return [html.H2(_("Closed rooms")), closed, fold(_("Close a room"), form)]


def _sensors(c: Context) -> list[Any]:
    names = _names(c) | {p.id: named(p.name) for p in c.site.portals}

    def one(raw: Raw) -> Any:
        at, device = raw.get("portal") or raw.get("space", ""), raw["device"]
        return _one(
            c,
            "sensors",
            raw,
            partial(site_forms.sensor_fields, raw, c.site),
            f"{names.get(at, at)} ({device})",
            _dates(raw),
        )

    unplaced = suggest_placements(get_unplaced(c.db, c.now), [c.site], c.sought.shown)
    unknown = get_unknown(c.db)
    moved = _(
        "A change without a first day holds from now on. If a sensor was moved, write its last day; then it can be "
        "given its new place."
    )
    return present(
        html.H2(_("Unassigned sensors")),
        unplaced_devices.section(unplaced, c.site, names, c.sought, c.now),
        *(
            [html.H2(_("Unknown devices")), unknown_devices.section(unknown, c.site, c.now)]
            if unknown
            else []
        ),
        *([html.H2(_("Sensors with a place")), quiet(moved)] if c.lists["sensors"] else []),
        _list(map(one, c.lists["sensors"])),
    )


def _past(c: Context) -> list[Any]:
    imported = html.P(dcc.Link(_("Imported files"), href=f"/past/{c.site.id}"))
    return [import_form.about(), import_form.form(c.site), imported]


def _target(c: Context) -> list[Any]:
    return [*_goal(c), *_visits(c)]


def _goal(c: Context) -> list[Any]:
    known = c.lists["target"]
    today = calendar.business_day(c.now, c.site)
    about = html.P(_("The period to compare with, how many times as many visits, and the deadline."))
    if known:
        (raw,) = known
        out = remove(c.site.id, "target", raw, _("Remove the target"), "")
        return [about, edit(c.site.id, "target", raw, site_forms.target_fields(raw, {}), _("Target")), out]
    usual = no_target.proposed(today, get_so_far(c.db, c.site.id, today).first)
    return [about, add(c.site.id, "target", site_forms.target_fields(None, usual), _("Set the target"))]


def _visits(c: Context) -> list[Any]:
    """Return what counts as a visit, by the day from which it holds, and what is deducted."""
    leading = perimeter(c.site, [c.site, *c.others])
    owners = {f"{one.id}/": f"{named(one.name)}: " for one in c.others}
    doors = {
        door: owners.get(door.partition("/")[0] + "/" if "/" in door else "", "") + named(portal.name)
        for door, portal in leading.items()
    }
    since = {
        str(raw["first"]): _("from {day}").format(day=formats.day(raw["first"]))
        for raw in sorted(c.lists["visits"], key=lambda raw: raw["first"], reverse=True)
    }

    def definition(raw: Raw) -> Any:
        counting = ", ".join(doors.get(door, door) for door in raw.get("portals", ())) or _("all doors")
        fields = partial(visit_forms.definition_fields, raw, doors)
        return _one(c, "visits", raw, fields, since[str(raw["first"])], counting, _called(raw, "note"))

    def deduction(raw: Raw) -> Any:
        amount = (
            _("{n} a day").format(n=formats.decimal(raw["per_day"]))
            if "per_day" in raw
            else _("{n} %").format(n=formats.decimal(round(100 * raw["share"], 4)))
        )
        fields = partial(visit_forms.deduction_fields, raw, since, doors)
        of = site_words.deducted()[raw["kind"]]
        return _one(c, "deductions", raw, fields, of, amount, since[raw["of"]], _called(raw, "note"))

    about = _(
        "Without a definition everybody counts who goes in by any door, and nothing is deducted. A change of method "
        "is a new definition from that day on: earlier figures stay, and comparisons know about the break."
    )
    new = add(c.site.id, "visits", visit_forms.definition_fields(None, doors), _("Add the definition"))
    less = visit_forms.deduction_fields(None, since, doors) if since else []
    return present(
        html.H2(_("What counts as a visit")),
        quiet(about),
        _list(map(definition, c.lists["visits"])),
        fold(_("Add a definition"), new),
        html.H2(_("Deductions")) if since else None,
        _list(map(deduction, c.lists["deductions"])),
        fold(_("Add a deduction"), add(c.site.id, "deductions", less, _("Add the deduction")))
        if since
        else None,
    )


def _list(entries: Iterable[Any]) -> Any:
    parts = list(entries)
    return items(parts, className="entries") if parts else None


def _names(c: Context) -> dict[str, str]:
    return {c.site.id: named(c.site.name)} | {s.id: named(s.name) for s in c.site.spaces}


def _called(raw: Raw, key: str = "name") -> str:
    text = raw.get(key, "")
    return text if isinstance(text, str) else named(Text(**text))


def _span(raw: Raw) -> str:
    first, last = raw["first"], raw.get("last")
    if last is None:
        return _("from {day}").format(day=formats.day(first))
    return formats.days(first, last)


def _dates(raw: Raw) -> str:
    """Return the first and last day of a part, where it has them."""
    first, last = raw.get("first"), raw.get("last")
    since = _("from {day}").format(day=formats.day(first)) if first else ""
    until = _("until {day}").format(day=formats.day(last)) if last else ""
    return " ".join(filter(None, (since, until)))


STEPS: Final[Mapping[Step, Callable[[Context], list[Any]]]] = {
    "site": _site,
    "spaces": _spaces,
    "doors": _doors,
    "hours": _hours,
    "sensors": _sensors,
    "past": _past,
    "target": _target,
}
