"""Conversion of a planner's question into a scenario of the simulator."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from besok.model.scenario_sandbox import new_door, sandbox_spec
from besok.model.scenarios import FaultySensor, NewDoor, PlannedEvent, ScenarioSpec
from besok.model.site import OUTSIDE, Site, SiteFile, Text
from sensors_sim.scenario import Capacity, Closing, Event, Fault, Hours, NewPortal, Rates, Scenario

DRIFTS_DAYS, DRIFTS_TO = 10, 0.6  # a dirty lens: over so many days it comes to miss this share of the people
FAILED: Final = timedelta(hours=1)  # before it is played: pages show at once that a sensor fails
DAY_MIN: Final = 24 * 60
ABOUT: Final = Text(sv="En planerares fråga.", en="A planner's question.")


def connected(sites: SiteFile, site: str) -> SiteFile:
    """Return the sites that doors connect to one, itself included: people move from one to the other."""
    joined = {site}
    while True:
        near = {
            place
            for one in sites.sites
            for portal in one.portals
            if joined
            & (ends := {one.id, *(e.split("/")[0] for e in (portal.outer, portal.inner) if "/" in e)})
            for place in ends
        }
        if near <= joined:
            return SiteFile(sites=tuple(one for one in sites.sites if one.id in joined))
        joined |= near


def scenario_of(spec: ScenarioSpec, site: Site) -> Scenario:
    """Return the scenario of a question about a site; the seed and the replications are chosen elsewhere."""
    title = Text(sv=spec.title, en=spec.title)
    parts: dict[str, Any] = {"rates": (Rates(site=site.id, arrivals=spec.visitors),)}
    if spec.hours:
        parts["opening"] = (Hours(site=site.id, hours=spec.hours),)
    if spec.closed:
        parts["closings"] = (Closing(site=site.id, spaces=spec.closed),)
    if spec.capacity:
        parts["capacities"] = (
            Capacity(site=site.id, space=spec.capacity.space, capacity=spec.capacity.people),
        )
    if spec.event:
        parts["events"] = (_event(spec, spec.event, site),)
    if spec.door:
        portal = _portal(spec.door, site)
        parts["portals"] = (portal,)
        if spec.door.outer == OUTSIDE:
            parts["rates"] += (Rates(site=site.id, entrances={portal.id: spec.door.share}),)
    if spec.sensor:
        begins = datetime.combine(spec.first, time(12))
        parts["faults"] = tuple(_faults(spec.sensor, site, begins))
    return Scenario(id="asked", title=title, about=ABOUT, first=spec.first, last=spec.last, **parts)


def played_in(sandbox: Site, spec: ScenarioSpec, site: Site, now: datetime) -> Scenario:
    """Return the scenario to simulate where a question about a site is played live in its sandbox.

    A sensor has failed for an hour at `now`; one that drifts has come to its worst by then.
    """
    left = sandbox_spec(spec, site, now)
    scenario = scenario_of(left, sandbox)
    if spec.door and spec.door.outer == OUTSIDE:
        door = Rates(site=sandbox.id, entrances={new_door(spec.door, site).id: spec.door.share})
        scenario = replace(scenario, rates=(*scenario.rates, door))
    if left.sensor:
        began = timedelta(days=DRIFTS_DAYS) if left.sensor.trouble == "drifting" else FAILED
        scenario = replace(scenario, faults=tuple(_faults(left.sensor, sandbox, now - began)))
    return scenario


def _event(spec: ScenarioSpec, event: PlannedEvent, site: Site) -> Event:
    return Event(
        site=site.id,
        space=event.space,
        title=Text(sv=event.title, en=event.title),
        start=event.start,
        minutes=event.minutes,
        people=event.people,
        first=spec.first,
    )


def _portal(door: NewDoor, site: Site) -> NewPortal:
    portal = new_door(door, site)
    return NewPortal(
        site=site.id, **{f.name: getattr(portal, f.name) for f in fields(portal)} | {"counted": False}
    )


def _faults(sensor: FaultySensor, site: Site, begins: datetime) -> Iterator[Fault]:
    device = f"{site.id}/{sensor.device}"
    if sensor.trouble != "drifting":
        kind = {"off": "silence", "swapped": "swapped"}[sensor.trouble]
        yield Fault(device=device, kind=kind, begins=begins)  # type: ignore[arg-type]
        return
    for n in range(DRIFTS_DAYS):
        last = n == DRIFTS_DAYS - 1
        yield Fault(device=device, kind="blind", begins=begins + timedelta(days=n),
                    minutes=None if last else DAY_MIN, share=DRIFTS_TO * (n + 1) / DRIFTS_DAYS)  # fmt: skip
