"""`besok simulate score --stored`: the figures in the database beside the truth of the world they were simulated in."""

from datetime import UTC, date, datetime, timedelta

import pytest

from besok.model.decode_context import decode_context_of
from besok.model.site import Sensor, SiteFile
from besok.store.database import Database
from besok.store.sites import apply
from besok.store.write import write
from cli.simulation import stored
from collectors.pipeline import decode
from jobs.inbox import Changes
from sensors_sim import backfill
from sensors_sim.scenario import ORDINARY
from tests.at_work import taking_turns
from tests.databases import execute
from tests.small_sites import library, portal, space

FIRST, DAYS = date(2026, 11, 17), 4
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def house() -> SiteFile:
    return library(
        "lib",
        spaces=(space("room", capacity=20),),
        portals=(portal("door", "outside", "lib"), portal("arch", "lib", "room")),
        sensors=(Sensor(device="door", portal="door"), Sensor(device="arch", portal="arch")),
        capacity=200,
        sandbox=True,
    )


@pytest.fixture
def estimated(db: Database, database_url: str) -> Database:
    """A database that jobs have worked off some simulated days in."""
    sites = house()
    apply(db, sites)
    known = decode_context_of(sites.sites)
    for lot in backfill.messages(sites, FIRST, FIRST + timedelta(days=DAYS - 1)):
        write(db, decode(lot, known))
    with taking_turns(db, database_url) as worker:
        worker.turn(Changes(everything=True), NOW)
        while worker.busy:
            worker.turn(Changes(), NOW)
    return db


def test_the_stored_figures_are_near_the_truth_and_a_wrong_one_is_told(estimated: Database) -> None:
    def site() -> stored.Row:
        found = stored.run(estimated, house(), DAYS, NOW, 1, ORDINARY)
        assert {row["space"] for row in found} == {"lib", "room"}
        return next(row for row in found if row["space"] == "lib")

    was = site()
    assert was["known"] > 0.9
    assert was["mean_people"] > 5
    assert was["rmse"] < 0.15 * was["mean_people"]
    assert was["coverage"] >= 0
    execute(
        estimated, "update occupancy_bucket set people = people + 40, lower = lower + 40, upper = upper + 40"
    )
    wrong = site()
    assert wrong["bias"] == pytest.approx(was["bias"] + 40, abs=0.01)
    assert wrong["coverage"] == 0
