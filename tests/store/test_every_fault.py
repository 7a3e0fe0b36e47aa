"""A week in which sensors do everything they should not, from their messages to the figures, and the truth."""

from datetime import UTC, date, datetime, timedelta

import pytest

from besok.model.decode_context import decode_context_of
from besok.model.site import Sensor, SiteFile
from besok.services.visits import get_visits
from besok.store import sites
from besok.store.database import Database
from besok.store.write import write
from collectors.pipeline import decode
from sensors_sim import stream
from sensors_sim.scenariofile import load
from sensors_sim.truth import entries
from sensors_sim.world import World
from tests.small_sites import library, portal, space

EVERY_S = 120  # few messages, so that a week takes seconds


ERRORS = (0.08, 0.05, 0.04, 0.05, 0.04, 0.08, 0.15)  # of the visits of each day, by what befalls it


def with_faults() -> SiteFile:
    """An entrance that sends totals, a back door that sends what passed, stairs, and two gauges."""
    ends = {"entrance": ("outside", "hall"), "back": ("outside", "hall"), "stairs": ("hall", "up")}
    devices = {"entrance": "count-entrance", "back": "count-back-door", "stairs": "count-stairs"}
    return library(
        "lib",
        spaces=(space("hall", "foyer", capacity=200), space("up", "reading", capacity=60)),
        portals=tuple(portal(id, *both) for id, both in ends.items()),
        sensors=(
            *(Sensor(device=device, portal=id) for id, device in devices.items()),
            Sensor(device="presence-up", space="up", model="presence"),
        ),
        capacity=400,
        sandbox=True,
    )


def test_a_week_of_every_fault_ends_within_a_known_error_of_each_day(db: Database) -> None:
    site_file, scenario = with_faults(), load("every-fault", first=date(2026, 11, 9))
    sites.apply(db, site_file)
    world = World(site_file, 1, scenario)
    assert scenario.first
    days = [scenario.first + timedelta(days=n) for n in range(7)]
    start, end = (
        datetime.fromtimestamp(world.bounds(d)[i] / 1000, UTC) for d, i in ((days[0], 0), (days[-1], 1))
    )
    known = decode_context_of(site_file.sites)
    for lot in stream.messages(site_file, start, end, 1, every_s=EVERY_S, scenario=scenario):
        write(db, decode(lot, known))
    told = get_visits(db, "lib", days[0], days[-1], today=days[-1] + timedelta(days=1))
    real = [len(entries(world.ground, 0, world.day(day))) for day in days]
    for day, error, figure, visits in zip(days, ERRORS, told, real, strict=True):
        assert visits > 300
        assert figure.gross == pytest.approx(visits, rel=error), day
    assert sum(figure.gross or 0 for figure in told) == pytest.approx(sum(real), rel=0.06)
