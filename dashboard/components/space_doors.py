"""Entries and exits of a space by door, as counted by the doors' sensors."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import dcc

from besok.model import calendar
from besok.model.site import OUTSIDE, Portal, Site, spaces_around
from besok.model.views.live import SpaceInfo
from besok.model.views.series import FlowPoint
from besok.store import sites
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, named
from dashboard.address import Address
from dashboard.components import history
from dashboard.components.chart import sheet
from dashboard.components.elements import quiet, titled
from dashboard.ranges import Range


def section(
    points: Sequence[FlowPoint],
    names: Mapping[str, str],
    site: Site,
    spaces: Sequence[SpaceInfo],
    here: Address,
    period: Range,
    now: datetime,
) -> Any:
    """Return the counted doors of the space of an address with the people who passed each; None where nobody counted.

    `points` are of all doors of the site, over the steps of the period; `names` those of the doors' `ends`.
    """

    def row(door: Portal, inwards: bool) -> list[Any]:
        all_points = [p for p in points if p.portal == door.id]
        measured = [p for p in all_points if p.people_in is not None]
        entered, left = (sum(getattr(p, way) or 0 for p in measured) for way in ("people_in", "people_out"))
        shares = [p.coverage for p in history.open_steps(all_points, site, period, now)]
        end, imputed = door.outer if inwards else door.inner, sum(p.imputed for p in measured)
        return [
            dcc.Link(named(door.name), href=here.href(page="doors", space=door.id)),
            names.get(end, end),
            *(
                formats.number(n if measured else None)
                for n in ((entered, left) if inwards else (left, entered))
            ),
            formats.percent(sum(shares) / len(shares) if shares else None),
            formats.number(imputed),
        ]

    doors = counted(site, spaces, here.space)
    rows = [row(door, inwards) for door, inwards in doors]
    if not {door.id for door, _inwards in doors} & {p.portal for p in points if p.people_in is not None}:
        return None
    header = [_("Door"), _("From or to"), _("Entered here"), _("Left here"), _("Data coverage"), _("Imputed")]
    note = _("As counted at each door, not evened out: entered and left need not add up.")
    return titled(_("Through its doors"), sheet(header, rows, _("Through its doors")), quiet(note))


def counted(site: Site, spaces: Sequence[SpaceInfo], space: str) -> list[tuple[Portal, bool]]:
    """Return the counted doors of a space, each with whether its entries lead into the space."""
    parents = {one.space: one.parent for one in spaces}
    inside = {name for name in parents if space in (name, *spaces_around(name, parents))}
    doors = [(door, door.inner in inside) for door in site.portals if door.counted]
    return [(door, inwards) for door, inwards in doors if inwards != (door.outer in inside)]


def begun(site: Site, spaces: Sequence[SpaceInfo], space: str) -> dict[str, datetime]:
    """Return since when the doors of a space are counted that were not from the beginning, by name.

    `site` has its past sensors, too: a sensor that replaced another begins nothing.
    """
    since: dict[str, datetime | None] = {}
    for door, _inwards in counted(site, spaces, space):
        sensors = [s for s in site.sensors if s.portal == door.id and s.role == "primary"]
        begins = [calendar.placement_span(sensor, site)[0] for sensor in sensors]
        if begins:
            since[named(door.name)] = min((t for t in begins if t), default=None) if all(begins) else None
    dated = {name: t for name, t in since.items() if t}
    first = min(dated.values(), default=None) if len(dated) == len(since) else None
    return {name: t for name, t in dated.items() if t != first}


def news(since: Mapping[str, datetime], start: datetime, end: datetime, zone: str, now: datetime) -> Any:
    """Return a note on doors that have been counted since some time within a period, until now; None without such."""
    text = _(
        "New door: {door} has been counted since {time}. Before that, entries and exits there were not counted."
    )
    return quiet(
        " ".join(
            text.format(door=name, time=formats.lately(t, zone, now))
            for name, t in since.items()
            if start < t < min(end, now)
        )
    )


def ends(db: Database, site: Site) -> dict[str, str]:
    """Return the names of the ends of a site's doors, by their ids in the site file; some lie in other sites."""
    local = {OUTSIDE: _("outdoors"), site.id: named(site.name)} | {s.id: named(s.name) for s in site.spaces}
    ids = {end.partition("/")[0] for door in site.portals for end in (door.outer, door.inner) if "/" in end}
    others = [sites.load(db, name) for name in sorted(ids)]
    roots = {f"{o.id}/{o.id}": named(o.name) for o in others}
    return (
        local
        | roots
        | {f"{o.id}/{s.id}": f"{named(o.name)}: {named(s.name)}" for o in others for s in o.spaces}
    )
