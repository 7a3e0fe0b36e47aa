"""Doors and sensors on the floor plans of a site: people counted today, and the state of the sensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from besok.model import calendar
from besok.model.floor_plan import plans, plans_of_portal, plans_of_sensor
from besok.model.site import Point, Portal, Sensor, Site
from besok.model.views.live import Freshness, older
from besok.model.views.series import FlowPoint
from besok.services.devices import get_devices
from besok.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDoor:
    """A door on its plans; `freshness` is that of the worst sensor that counts at it now, None for a door not counted.

    One whose next sensor is still to come, or whose last one ended today, is "live": nothing is wrong.
    """

    portal: Portal
    at: Point
    on: tuple[str, ...]  # the spaces whose plans they are
    entries: float | None  # since the business day began
    exits: float | None
    freshness: Freshness | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSensor:
    """A sensor on its plans."""

    sensor: Sensor
    at: Point
    on: tuple[str, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The content of a site's floor plans besides its spaces."""

    doors: Sequence[DrawnDoor] = ()
    sensors: Sequence[DrawnSensor] = ()


def get_drawn(db: Database, site: Site, now: datetime) -> Drawn:
    """Return the doors on the floor plans of a site, and the sensors that are in place now."""
    placed = [s for s in site.sensors if calendar.is_placed(s, site, now)]
    doors, sensors = [p for p in site.portals if p.at], [s for s in placed if s.at]
    if not doors and not sensors:
        return Drawn()
    of_space, fresh = plans(site), _reporting(db, site, now)
    begins, ends = calendar.day_bounds(calendar.business_day(now, site), site)
    query = {"site": site.id, "portal": None, "start": begins, "end": now, "step": ends - begins}
    passed = {point.portal: point for point in db.fetch("flows_fine", FlowPoint, **query)}
    counted: dict[str, Freshness] = dict.fromkeys({*passed, *(s.portal for s in site.sensors)}, "live")
    counted |= _worst(placed, site, fresh)
    return Drawn(
        doors=[
            _door(portal, plans_of_portal(portal, of_space), passed.get(portal.id), counted.get(portal.id))
            for portal in doors
        ],
        sensors=[_sensor(sensor, plans_of_sensor(sensor, site, of_space), site, fresh) for sensor in sensors],
    )


def _sensor(
    sensor: Sensor, on: Sequence[str], site: Site, fresh: dict[tuple[str, str], Freshness]
) -> DrawnSensor:
    assert sensor.at
    return DrawnSensor(
        sensor=sensor, at=sensor.at, on=tuple(on), freshness=fresh.get(_key(sensor, site), "none")
    )


def _reporting(db: Database, site: Site, now: datetime) -> dict[tuple[str, str], Freshness]:
    return {(one.source, one.device): one.freshness for one in get_devices(db, site.id, now=now)}


def _key(sensor: Sensor, site: Site) -> tuple[str, str]:
    return sensor.source, site.external_id(sensor)


def _worst(
    placed: Sequence[Sensor], site: Site, fresh: dict[tuple[str, str], Freshness]
) -> dict[str, Freshness]:
    """Return the freshness of the worst sensor of each door."""
    worst: dict[str, Freshness] = {}
    for sensor in placed:
        if sensor.portal:
            state = fresh.get(_key(sensor, site), "none")
            worst[sensor.portal] = older(worst.get(sensor.portal, "live"), state)
    return worst


def _door(
    portal: Portal, on: Sequence[str], point: FlowPoint | None, freshness: Freshness | None
) -> DrawnDoor:
    assert portal.at
    return DrawnDoor(
        portal=portal,
        at=portal.at,
        on=tuple(on),
        entries=point.people_in if point else None,
        exits=point.people_out if point else None,
        freshness=freshness,
    )
