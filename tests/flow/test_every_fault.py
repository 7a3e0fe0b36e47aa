"""A week in which sensors do everything they should not, from the broker to the figures, beside the truth."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import psycopg
import pytest

from besok.model.settings import Settings
from besok.model.site import Sensor, SiteFile
from besok.store import sites
from besok.store.database import Database
from sensors_sim import live
from sensors_sim.scenariofile import load
from sensors_sim.truth import entries
from sensors_sim.world import World
from tests.at_work import on, serving
from tests.patience import wait_for
from tests.small_sites import library, portal, space

EVERY_S = 120  # few messages, so that a week takes seconds


def with_faults(house: str) -> SiteFile:
    """An entrance that sends totals, a back door that sends what passed, stairs, and two gauges."""
    ends = {"entrance": ("outside", "hall"), "back": ("outside", "hall"), "stairs": ("hall", "up")}
    devices = {"entrance": "count-entrance", "back": "count-back-door", "stairs": "count-stairs"}
    return library(
        house,
        spaces=(space("hall", "foyer", capacity=200), space("up", "reading", capacity=60)),
        portals=tuple(portal(id, *both) for id, both in ends.items()),
        sensors=(
            *(Sensor(device=device, portal=id) for id, device in devices.items()),
            Sensor(device="presence-up", space="up", model="presence"),
        ),
        capacity=400,
        sandbox=True,
    )


def test_a_week_of_every_fault_ends_within_the_error_that_the_scenario_states(
    house: str,
    settings: Settings,
    db: Database,
    database_url: str,
    collect: Callable[..., AbstractContextManager[Any]],
) -> None:
    site_file, scenario = with_faults(house), load("every-fault", first=date(2026, 11, 9))
    sites.apply(db, site_file)
    world = World(site_file, 1, scenario)
    assert scenario.first
    assert scenario.last
    days = [scenario.first + timedelta(days=n) for n in range(7)]
    start, end = (
        datetime.fromtimestamp(world.bounds(d)[i] / 1000, UTC) for d, i in ((days[0], 0), (days[-1], 1))
    )
    with collect(settings):
        stop = threading.Event()
        live.run(site_file, settings, stop=stop, start=start, end=end, every_s=EVERY_S, scenario=scenario)
        wait_for(lambda: _latest(database_url) == end, progress=lambda: _latest(database_url))
    with (
        serving(on(database_url)) as address,
        httpx2.Client(base_url=address, timeout=300) as ask,
    ):
        told = ask.get(f"/api/v1/sites/{house}/visits?from={days[0]}&to={days[-1]}&step=day").json()
    for day, error, figure in zip(days, scenario.errors, told, strict=True):
        visits = len(entries(world.ground, 0, world.day(day)))
        assert visits > 300
        assert figure["gross"] == pytest.approx(visits, rel=error), day
    assert sum(f["gross"] for f in told) == pytest.approx(
        sum(len(entries(world.ground, 0, world.day(day))) for day in days), rel=0.06
    )


def _latest(url: str) -> datetime | None:
    with psycopg.connect(url) as conn:
        row = conn.execute("select max(last_time) from channel").fetchone()
    return row[0] if row else None
