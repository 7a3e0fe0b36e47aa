"""The sandbox in which a scenario is played live: a site's own places and doors, with simulated native sensors.

A recording is played in it as if its day were today: the business day of the sandbox begins as long ago as that of the
recording had begun, so that the day so far belongs to it.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from besok.model.access import SCENARIO_SANDBOX
from besok.model.calendar import EARLY, LATE, business_day, day_bounds, open_intervals, placement_span
from besok.model.open_now import as_hours, opened_around
from besok.model.scenarios import NewDoor, Recorded, ScenarioSpec, recorded_span
from besok.model.site import (
    OUTSIDE,
    Closure,
    OpeningException,
    OpeningHours,
    Portal,
    Sensor,
    Site,
    SiteFile,
    Space,
    Text,
    WeekHours,
)  # fmt: skip
from besok.model.views.live import SiteInfo
from besok.model.views.overview import SiteOverview

QUARTER: Final = timedelta(minutes=15)  # on which a business day begins
SHUT: Final = WeekHours(
    monday="closed", tuesday="closed", wednesday="closed", thursday="closed", friday="closed",
    saturday="closed", sunday="closed",
)  # fmt: skip
NOTE: Final = Text(
    sv="Scenario: öppet så att det finns något att se", en="Scenario: open so that there is something to see"
)


def sandbox_id(site: str) -> str:
    """Return the name of the sandbox of a site's scenarios."""
    return site + SCENARIO_SANDBOX


def is_sandbox(site: Site | SiteInfo | SiteOverview) -> bool:
    """Tell whether a site is the sandbox of another one's scenarios."""
    name = site.id if isinstance(site, Site) else site.site
    return site.sandbox and name.endswith(SCENARIO_SANDBOX)


def simulated_world(sites: Iterable[Site]) -> SiteFile:
    """Return the sandboxes among the sites, but for those of scenarios; what leads to a real site leads outside."""
    shown = [site for site in sites if site.sandbox and not is_sandbox(site)]
    within = {site.id for site in shown}

    def end(name: str) -> str:
        where, apart, _ = name.partition("/")
        return OUTSIDE if apart and where not in within else name

    def cut(site: Site) -> Site:
        portals = (replace(door, outer=end(door.outer), inner=end(door.inner)) for door in site.portals)
        return replace(site, portals=tuple(portals))

    return SiteFile(sites=tuple(map(cut, shown)))


def sandbox(site: Site, spec: ScenarioSpec, now: datetime) -> Site:
    """Return the sandbox of a site under a scenario, with the changes from today on.

    It is open around `now` unless the scenario closes it, so that there is something to see.
    """
    today, name = business_day(now, site), sandbox_id(site.id)
    then = recorded_span(spec, spec.recorded, site)[0] if spec.recorded else now
    hours = (OpeningException(first=today, last=today, hours=spec.hours),) if spec.hours else ()
    doors = [new_door(spec.door, site)] if spec.door else []
    copy = replace(
        site,
        id=name,
        name=Text(sv=f"{site.name.sv}: scenario", en=f"{site.name.en}: scenario"),
        opening=replace(site.opening, exceptions=(*site.opening.exceptions, *hours)),
        spaces=tuple(_space(space, spec, site, now) for space in site.spaces),
        portals=tuple(
            replace(portal, outer=_end(portal.outer, site), inner=_end(portal.inner, site))
            for portal in (*site.portals, *doors)
        ),
        sensors=(
            *(_native(sensor, site) for sensor in site.sensors if _there(sensor, site, then)),
            *(Sensor(device=f"count-{door.id}", portal=door.id) for door in doors),
        ),
        mappings=(),
        capacity=_capacity(site.id, site.capacity, spec),
        target=None,
        position=None,
        visits=(),
        sandbox=True,
    )
    if spec.recorded:
        return _as_today(copy, spec, spec.recorded, site, now)
    return copy if spec.hours == "closed" else opened_around(copy, now, NOTE)


def _as_today(sandbox: Site, spec: ScenarioSpec, recorded: Recorded, site: Site, now: datetime) -> Site:
    """Return the sandbox with the business day of a recording, and its opening hours, moved to today."""
    day, by = business_day(recorded_span(spec, recorded, site)[0], site), moved_by(spec, recorded, site, now)
    begins = (day_bounds(day, site)[0] + by).astimezone(ZoneInfo(site.timezone))
    moved = replace(sandbox, day_start=begins.time())
    hours = [(start + by, until + by) for start, until in open_intervals(day, site)]
    today = business_day(now, moved)
    opened = OpeningException(first=today, last=today, hours=as_hours(hours, today, moved) or "closed")
    return replace(moved, opening=OpeningHours(tables=(SHUT,), exceptions=(opened,)))


def moved_by(spec: ScenarioSpec, recorded: Recorded, site: Site, now: datetime) -> timedelta:
    """Return the shift in time of a recording played from `now` on: whole quarters of an hour."""
    return (now - recorded_span(spec, recorded, site)[0]) // QUARTER * QUARTER


def played_by(site: Site, then: datetime) -> dict[tuple[str, str, str], Sensor]:
    """Return the sandbox sensor for each channel placed during the recording: by source, external id and key."""
    return {
        (sensor.source, site.external_id(sensor), sensor.channel_key): _native(sensor, site)
        for sensor in site.sensors
        if _there(sensor, site, then)
    }


def sandbox_spec(spec: ScenarioSpec, site: Site, now: datetime) -> ScenarioSpec:
    """Return the part of a scenario that the simulator of its sandbox needs: people, an event, a faulty sensor."""
    event = spec.event and replace(spec.event, space=_own(spec.event.space, site))
    sensors = {sensor.device: _native(sensor, site).device for sensor in site.sensors}
    failing = spec.sensor and replace(spec.sensor, device=sensors[spec.sensor.device])
    first = business_day(now, site)
    return replace(
        spec, first=first, days=2, hours="", closed=(), door=None, capacity=None, event=event, sensor=failing
    )


def new_door(door: NewDoor, site: Site) -> Portal:
    """Return a scenario's new door as a portal of the site, under an unused id."""
    used = {portal.id for portal in site.portals}
    free = next(new for n in count(1) if (new := f"new-door-{n}") not in used)
    return Portal(id=free, name=Text(sv=door.name, en=door.name), outer=door.outer, inner=door.inner)


def _space(space: Space, spec: ScenarioSpec, site: Site, now: datetime) -> Space:
    closed = (Closure(first=business_day(now, site)),) if space.id in spec.closed else space.closed
    capacity = _capacity(space.id, space.capacity, spec)
    return replace(space, parent=_own(space.parent, site), capacity=capacity, closed=closed)


def _capacity(space: str, stated: int | None, spec: ScenarioSpec) -> int | None:
    return spec.capacity.people if spec.capacity and spec.capacity.space == space else stated


def _own(space: str, site: Site) -> str:
    """Return a space of the sandbox; the root space has the name of its site."""
    return sandbox_id(site.id) if space == site.id else space


def _end(end: str, site: Site) -> str:
    """Return the end of a door: the sandbox stands alone, and what leads to other sites leads outside."""
    return OUTSIDE if "/" in end else _own(end, site)


def _there(sensor: Sensor, site: Site, now: datetime) -> bool:
    begins, ends = placement_span(sensor, site)
    return (begins or EARLY) <= now < (ends or LATE)


def _native(sensor: Sensor, site: Site) -> Sensor:
    """Return a native sensor in place of one of any make: simulated data never goes out under a real device's name."""
    name = sensor.device if sensor.source == "native" else f"{sensor.source}-{sensor.device}"
    return Sensor(
        device=re.sub(r"[^A-Za-z0-9._:-]+", "-", name).strip("-"),
        portal=sensor.portal,
        space=_own(sensor.space, site),
        channel=sensor.channel,
        interval_s=sensor.interval_s,
        swapped=sensor.swapped,
        role=sensor.role,
    )
