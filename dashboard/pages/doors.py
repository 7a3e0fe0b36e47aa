"""*Door*: who passed a door over a period, and the sensors that count there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dash import dcc, html

from besok.model import calendar
from besok.model.errors import NotFound
from besok.model.site import Portal, Site
from besok.model.views.live import SiteInfo
from besok.model.views.series import FlowPoint
from besok.services.devices import get_devices, get_silent_lines
from besok.services.places import get_spaces
from besok.services.series import get_flows
from besok.store import sites
from besok.store.database import Database
from besok.text import formats
from besok.text.languages import _, named
from dashboard import ranges
from dashboard.address import Address
from dashboard.components import controls, history, live_parts, notices, sensor_table, space_doors
from dashboard.components.chart import Cell, chart
from dashboard.components.elements import csv_format, data, items, titled
from dashboard.figures import passages
from dashboard.figures.occupancy import local
from dashboard.ranges import Range


def page(db: Database, site: SiteInfo, address: Address, now: datetime) -> Any:
    """Return a door: entries and exits over the period of the address, and its sensors. Raises NotFound."""
    place = sites.load(db, site.site)
    door = next((one for one in place.portals if one.counted and address.space in ("", one.id)), None)
    if door is None:
        raise NotFound(address.space or address.page)
    today = calendar.business_day(now, place)
    period = ranges.of(address, today)
    before = ranges.compared(address, period)
    here = Address(page="doors", site=site.site, space=door.id, query=address.query)
    spaces = get_spaces(db, site.site)
    return html.Div(
        [
            *notices.simulated(site.sandbox),
            controls.head(site, door.name, [_between(db, door, place)], *controls.ways(place, spaces, here)),
            controls.bar(here, period, before),
            _history(db, place, door, period, before, now, controls.of_day(here, period, place)),
            titled(_("Sensors"), _sensors(db, place, door, now)),
        ],
        className="page",
        **data(title=named(door.name)),
        **controls.renewed(period, today),
    )


def _between(db: Database, door: Portal, place: Site) -> str:
    """Return from where to where one goes in."""
    names = space_doors.ends(db, place)
    end_names = (names.get(end, end) for end in (door.outer, door.inner))
    return _("in: {outer} → {inner}").format(**dict(zip(("outer", "inner"), end_names, strict=True)))


def _history(
    db: Database, place: Site, door: Portal, period: Range, before: Range | None, now: datetime, day: str
) -> Any:
    def passed(days: Range) -> list[FlowPoint]:
        (start, _end), (_start, end) = (calendar.day_bounds(day, place) for day in (days.first, days.last))
        flows = get_flows(db, place, start, max(start, min(end, now)), period.step, door.id)
        return [
            p
            if p.people_in or p.people_out or not history.is_closed(p.start, place, period)
            else replace(p, people_in=None, people_out=None)
            for p in flows
        ]

    points, past = passed(period), passed(before) if before else []
    if not any(p.people_in is not None for p in points):
        return history.nothing_measured(place, period, now)
    query = f"portal={door.id}&from={period.first}&to={period.last}&step={period.step}&format={csv_format()}"
    steps = {
        "15min": _("people in a quarter of an hour"),
        "hour": _("people in an hour"),
        "day": _("people a day"),
    }
    return chart(
        passages.figure(
            _over(points, period, now),
            past,
            shift=period.first - before.first if before else timedelta(),
            zone=place.timezone,
            earlier=_("entries, {when}").format(when=history.period_text(before or period)),
            axis=steps[period.step],
            unmeasured=history.unmeasured(points, place, period, now),
        ),
        label=_("Entries and exits, {door}, {period}").format(
            door=named(door.name), period=history.period_text(period)
        ),
        finding=finding(points, past, period, before, place, now),
        head=[_("Time"), _("Entries"), _("Exits"), _("Data coverage"), _("Imputed")],
        rows=[_row(p, period, place) for p in points if p.people_in is not None],
        csv=f"/api/v1/sites/{place.id}/flows?{query}",
        name="passages",
        day=day,
    )


def finding(
    points: Sequence[FlowPoint],
    past: Sequence[FlowPoint],
    period: Range,
    before: Range | None,
    site: Site,
    now: datetime,
) -> str:
    """Return how many passed, how that compares, and how much of it was seen."""
    entries, exits, imputed = (
        sum(getattr(p, name) or 0 for p in points) for name in ("people_in", "people_out", "imputed")
    )
    text = _("{entries} entries, {exits} exits.").format(
        entries=formats.number(entries), exits=formats.number(exits)
    )
    if before:
        zone = site.timezone
        then = {local(p.start, zone) + (period.first - before.first): p.people_in for p in past}
        pairs = [
            (p.people_in, earlier)
            for p in _over(points, period, now)
            if p.people_in is not None and (earlier := then.get(local(p.start, zone))) is not None
        ]
        text += history.changed(pairs, period, before)
    text += history.measured([p.coverage for p in history.open_steps(points, site, period, now)])
    if imputed >= 1:
        text += " " + _("{n} of them are imputed.").format(n=formats.number(imputed))
    return text


def _over(points: Sequence[FlowPoint], period: Range, now: datetime) -> list[FlowPoint]:
    """Return the steps that are over: the one under way would look like a fall."""
    return [p for p in points if p.start + history.length(period) <= now]


def _row(p: FlowPoint, period: Range, site: Site) -> list[Cell]:
    numbers = [formats.number(p.people_in), formats.number(p.people_out), formats.percent(p.coverage)]
    return [history.dated(p.start, period, site), *numbers, formats.number(p.imputed) if p.imputed else ""]


def _sensors(db: Database, place: Site, door: Portal, now: datetime) -> Any:
    """Return the sensors that count at the door, each with whether it sends, and from which places nothing comes."""
    silent = get_silent_lines(db, place.id, now)
    devices = [
        device
        for device in get_devices(db, place.id, now=now)
        if any((at.site, at.portal) == (place.id, door.id) for at in device.placements)
    ]
    address, zone = f"/sensors/{place.id}", place.timezone
    return items(
        [
            dcc.Link(device.device.removeprefix(f"{place.id}/"), href=address),
            f" · {live_parts.device_state(device, zone)}",
            *(f" · {said}" for said in sensor_table.silent_places(device, silent, zone, now)),
        ]
        for device in devices
    )
