"""What `score` feeds the estimators is what the database would: the same counting rules, in Python and in SQL."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from besok.model.calendar import day_bounds
from besok.model.decode_context import decode_context_of
from besok.model.site import Sensor, SiteFile
from besok.store import occupancy
from besok.store.database import Database
from besok.store.sites import apply
from besok.store.write import write
from cli.simulation.observed import observe
from collectors.pipeline import decode
from sensors_sim import stream
from sensors_sim.placing import applied
from sensors_sim.scenario import ORDINARY, Character, Fault
from tests.small_sites import library, portal, space

FIRST = date(2026, 11, 17)
INTERVAL_S = 300  # fewer messages of nobody


def house() -> SiteFile:
    """A library beside a park, with counters over all doors, a swapped one among them, and sensors in the rooms."""
    ends = {"town": ("outside", "lib"), "garden": ("park/park", "lib")}
    ends |= {"stairs": ("lib", "floor"), "arch": ("floor", "room")}
    common: dict[str, Any] = {"hours": "10:00-15:00", "capacity": 60, "sandbox": True}
    lib = library(
        "lib",
        spaces=(
            space("floor", "reading", capacity=20),
            space("room", "reading", capacity=20, parent="floor"),
        ),
        portals=tuple(portal(id, *both) for id, both in ends.items()),
        sensors=(
            *(Sensor(device=id, portal=id, swapped=id == "garden", interval_s=INTERVAL_S) for id in ends),
            Sensor(device="cam", space="room", interval_s=INTERVAL_S),
            Sensor(device="pir", space="floor", model="presence", interval_s=INTERVAL_S),
        ),
        **common,
    )
    gate = portal("gate", "outside", "park")
    park = library(
        "park",
        portals=(gate,),
        sensors=(Sensor(device="park-gate", portal="gate", source="xovis"),),
        **common,
    )
    return SiteFile(sites=(*lib.sites, replace(park.sites[0], kind="park")))


def fault(device: str, kind: str, hour: int, **more: float) -> Fault:
    begins = datetime(2026, 11, 17, hour, tzinfo=ZoneInfo("Europe/Stockholm"))
    return Fault(device=device, kind=kind, begins=begins, **{"minutes": 90.0, **more})  # type: ignore[arg-type]


TROUBLE = replace(
    ORDINARY,
    id="trouble",
    characters=(
        Character(device="*/town", totals=True, wraps=128),
        Character(device="*/stairs", totals=True),
    ),
    faults=(
        fault("*/town", "silence", 11),
        fault("*/stairs", "reboot", 12, minutes=1.0),
        fault("*/stairs", "clock_skew", 14, seconds=-420.0),
        fault("*/town", "clock_skew", 15, seconds=400.0),
        fault("*/arch", "late", 11, seconds=1800.0),
        fault("*/garden", "duplicate", 10, share=0.5),
        fault("*/cam", "stuck", 12),
        fault("park-gate", "outage", 12),
    ),
)


def test_the_estimators_see_what_the_database_shows(db: Database) -> None:
    quiet = house()
    sites = applied(quiet, TROUBLE)
    apply(db, sites)
    start, end = day_bounds(FIRST, sites.sites[0])
    known = decode_context_of(sites.sites)
    for lot in stream.messages(quiet, start, end, 3, scenario=TROUBLE):
        write(db, decode(lot, known))
    for seen in observe(quiet, FIRST, 1, 3, TROUBLE):
        with db.transaction() as conn:
            plan = occupancy.layout(conn, occupancy.site_ids(conn)[seen.site.id])
            flows = occupancy.minute_flows(conn, plan, start, start, end)
            levels = occupancy.minute_levels(conn, plan, start, start, end)
        assert np.array_equal(plan.building.doors, seen.plan.building.doors)
        assert np.nansum(seen.flows.people_in) > 20
        for ours, stored in (
            (seen.flows.people_in, flows.people_in),
            (seen.flows.people_out, flows.people_out),
            (seen.levels.people, levels.people),
            (seen.levels.occupied, levels.occupied),
        ):
            assert np.array_equal(ours, stored, equal_nan=True)
