"""Simulated devices of all makes at once: each door counts who really passed it, whatever format its counter speaks."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

from besok.model.readings import Flag
from besok.model.settings import Settings
from besok.model.site import Sensor, SiteFile
from besok.store import sites
from besok.store.database import Database
from sensors_sim import live
from sensors_sim.placing import applied
from sensors_sim.scenario import ORDINARY, Character
from sensors_sim.world import World
from tests.small_sites import library, portal, space

DAY = date(2026, 11, 10)
COUNTERS = ("native", "vs133", "milesight", "xovis", "axis", "fiware")
GAUGES = ("ers", "zigbee2mqtt")


def made(house: str) -> SiteFile:
    """A door for each make of counter, and a room for each make of presence sensor."""
    rooms = [space(f"room-{form}", "reading", capacity=40) for form in GAUGES]
    doors = [portal(f"door-{form}", "outside", "hall") for form in COUNTERS]
    arches = [portal(f"arch-{form}", "hall", f"room-{form}") for form in GAUGES]
    counters = [Sensor(device=f"count-{f}", portal=f"door-{f}", interval_s=300) for f in COUNTERS]
    gauges = [Sensor(device=f"see-{f}", space=f"room-{f}", model="presence", interval_s=300) for f in GAUGES]
    return library(
        house,
        hours="08:00-18:00",
        spaces=(space("hall", "foyer", capacity=200), *rooms),
        portals=(*doors, *arches),
        sensors=(*counters, *gauges),
        capacity=1500,
        sandbox=True,
    )


def test_every_make_counts_the_same_people(
    house: str,
    settings: Settings,
    db: Database,
    database_url: str,
    collect: Callable[..., AbstractContextManager[Any]],
    wait_for: Callable[..., object],
) -> None:
    perfect = Character(device="*", miss=0, double=0, swap=0)
    speakers = (Character(device=f"*-{form}", speaks=form) for form in (*COUNTERS, *GAUGES))
    scenario = replace(ORDINARY, characters=(perfect, *speakers))
    site_file = applied(made(house), scenario)
    sites.apply(db, site_file)
    world = World(made(house), scenario=scenario)
    start = datetime.fromtimestamp(world.bounds(DAY)[0] / 1000, UTC)
    end = start + timedelta(hours=8)
    own = [sensor.device for sensor in site_file.sites[0].sensors]
    filters = [f"besok/v1/{house}/#", *(f"{at.replace('{}', name)}/#" for at in TOPICS for name in own)]
    settings = settings.model_copy(update={"mqtt_topics": ",".join(filters)})
    with collect(settings):
        live.run(
            made(house),
            settings,
            stop=threading.Event(),
            start=start,
            end=end,
            every_s=300,
            scenario=scenario,
        )
        wait_for(lambda: _complete(database_url, end, len(own)))
    moves = world.day(DAY)
    until = (moves.time < end.timestamp() * 1000) & (moves.time >= start.timestamp() * 1000)
    with psycopg.connect(database_url) as conn:
        counted = conn.execute(
            "select slug, people_in, people_out from flow_day join portal using (portal_id)"
        ).fetchall()
        flags = conn.execute("select distinct flags & %s from reading", (int(Flag.SIMULATED),)).fetchall()
        states = conn.execute(
            "select avg(value) from reading join metric on code = metric where name = 'occupied'"
        ).fetchone()
    for door, *both in counted:
        through = until & (moves.edge == world.ground.portals.index(f"{house}/{door}"))
        assert both == [(through & moves.inward).sum(), (through & ~moves.inward).sum()], door
    assert {door for door, _, _ in counted} == {f"door-{form}" for form in COUNTERS}
    assert sum(people_in for _, people_in, _ in counted) > 200
    assert flags == [(int(Flag.SIMULATED),)]
    assert states
    assert 0 < states[0] < 1


TOPICS = (
    "v3/besok-simulator@ttn/devices/eui-{}",
    "application/+/device/{}",
    "xovis/{}",
    "axis/{}",
    "milesight/{}",
    "fiware/{}",
    "zigbee2mqtt/{}",
)


def _complete(url: str, end: datetime, devices: int) -> bool:
    with psycopg.connect(url) as conn:
        row = conn.execute("select count(*) from channel where last_time >= %s", (end,)).fetchone()
    return row == (devices,)
