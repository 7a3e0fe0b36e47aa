"""Flows between spaces: who went through the counted doors that lead from one space of a site to another."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from dash import dcc

from besok.model.site import Portal, Site
from besok.model.views.series import FlowPoint
from besok.text import formats
from besok.text.languages import _, named
from dashboard.components import history
from dashboard.components.chart import sheet
from dashboard.components.elements import quiet, titled
from dashboard.ranges import Range


def between(site: Site, space: str) -> list[Portal]:
    """Return the counted doors between two spaces of a site, of those of the site all, else those of the space."""
    names = {one.id for one in site.spaces}
    doors = [door for door in site.portals if door.counted and {door.outer, door.inner} <= names]
    return [door for door in doors if space in (site.id, door.outer, door.inner)]


def section(site: Site, space: str, flows: Sequence[FlowPoint], period: Range, now: datetime) -> Any:
    """Return the doors as a table: both ways, the net, and the step in which most went one way on balance."""
    title, doors = _("Between the spaces"), between(site, space)
    if not doors:
        return titled(title, quiet(_("No door between spaces is counted here.")))
    by_door = {door: list(own) for door, own in groupby(flows, key=attrgetter("portal"))}
    head = [
        _("Door"),
        _("From"),
        _("To"),
        _("Entries"),
        _("Exits"),
        _("Net"),
        _("Most on balance"),
        _("Data coverage"),
    ]
    rows = [_row(site, door, by_door.get(door.id, []), period, now) for door in doors]
    return titled(title, sheet(head, rows, title))


def _row(site: Site, door: Portal, flows: Sequence[FlowPoint], period: Range, now: datetime) -> list[Any]:
    names = {one.id: named(one.name) for one in site.spaces}
    known = [
        (p, p.people_in - p.people_out) for p in flows if p.people_in is not None and p.people_out is not None
    ]
    ways = [formats.UNKNOWN] * 4
    if known:
        there, back = (sum(getattr(p, way) for p, _n in known) for way in ("people_in", "people_out"))
        top, most = max(known, key=lambda one: abs(one[1]))
        at = f"{formats.signed(most)}, {history.when(top.start, period, site.timezone)}"
        ways = [formats.number(there), formats.number(back), formats.signed(there - back), at]
    steps = history.open_steps(flows, site, period, now)
    share = sum(p.coverage for p in steps) / len(steps) if steps else None
    link = dcc.Link(named(door.name), href=f"/doors/{site.id}/{door.id}")
    return [link, names[door.outer], names[door.inner], *ways, formats.percent(share)]
