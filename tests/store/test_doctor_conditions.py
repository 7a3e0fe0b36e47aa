"""The doctor names what is dead: services, sensors, forecasts, clocks, backups; from the data alone."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from besok.model.settings import Settings
from besok.services.condition import get_troubles, is_too_old
from besok.services.health import BACKUP, not_receiving_since
from besok.store.database import Database
from besok.store.heartbeats import beat
from cli.stack import conditions
from cli.stack.conditions import PROBLEM
from tests.databases import execute
from tests.store.counted import build, put, reading

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def well(db: Database, now: datetime) -> Database:
    """A library in which everything works."""
    build(db)
    put(db, reading(0, 5, "in", period_s=60), reading(0, 5, "in", period_s=60, device="back"))
    execute(db, "update device set last_received = %s", (now,))
    execute(db, "update channel set last_time = %s", (now,))
    for name in ("jobs", "web", "besok-collector", BACKUP):
        beat(db, name, now, {"lag_s": 0.1, "present": now.timestamp(), "hearing": 0})
    return db


def texts(db: Database, now: datetime) -> str:
    return "\n".join(finding.text for finding in conditions.conditions(db, now))


def test_nothing_is_said_while_everything_works(well: Database, now: datetime) -> None:
    assert get_troubles(well, now) == []


# What happens, and what the doctor says of it two minutes later.
HAPPENS: dict[str, tuple[Callable[[Database, datetime], None], str]] = {
    "the jobs die": (
        lambda db, now: beat(db, "jobs", now - 2 * MINUTE, {}),
        "The service jobs was last heard 2 minutes ago",
    ),
    "the collector dies": (
        lambda db, now: beat(db, "besok-collector", now - 3 * MINUTE, {}),
        "The service besok-collector was last heard 3 minutes ago",
    ),
    "the disk fills": (
        lambda db, now: beat(db, "jobs", now, {"disk_free": 2e9, "disk_size": 50e9}),
        "The disk of the service jobs has 2.0 GB left of 50 GB",
    ),
    "the collector cannot keep up": (
        lambda db, now: beat(db, "besok-collector", now, {"lag_s": 250}),
        "The service besok-collector is 250 seconds behind",
    ),
    "the web dies": (
        lambda db, now: beat(db, "web", now - 2 * MINUTE, {}),
        "The service web was last heard 2 minutes ago",
    ),
    "one of two webs dies": (
        lambda db, now: beat(db, Settings(instance="b").heartbeat("web"), now - 2 * MINUTE, {}),
        "The service web-b was last heard 2 minutes ago",
    ),
    "the collector loses the broker": (
        lambda db, now: beat(db, "besok-collector", now, {"lost": (now - 2 * MINUTE).timestamp()}),
        "The collector lost the broker 2 minutes ago",
    ),
    "backups stop": (
        lambda db, now: beat(db, BACKUP, now - 9 * DAY, {}),
        "The last backup was made 9 days ago",
    ),
}


@pytest.mark.parametrize("what", HAPPENS)
def test_what_stops_is_named(well: Database, now: datetime, what: str) -> None:
    happen, said = HAPPENS[what]
    happen(well, now)
    found = list(conditions.conditions(well, now))
    assert [f.state for f in found] == [PROBLEM] and said in found[0].text and found[0].advice
    since, minutes = (
        not_receiving_since(well, now),
        {"the collector dies": 3, "the collector loses the broker": 2},
    )
    assert (since and round((now - since) / MINUTE)) == minutes.get(what)


def test_sensors_are_judged_by_their_own_interval(well: Database, now: datetime) -> None:
    execute(well, "update device set last_received = %s", (now - 20 * MINUTE,))
    execute(well, "update device set interval_s = 600 where external_id = 'lib/back'")
    (found,) = conditions.conditions(well, now)
    assert found.text == "1 sensor offline: lib/front (20 minutes ago)"


def test_what_never_worked_is_named_too(db: Database, now: datetime) -> None:
    build(db)
    said = texts(db, now)
    assert (
        "No jobs service has ever been heard" in said
        and "No web service" in said
        and "No collector service" in said
    )
    assert "2 sensors not judged yet: lib/back (never), lib/front (never)" in said
    assert "No backup has been made yet" in said


def test_clocks_apart_and_old_forecasts(well: Database, now: datetime) -> None:
    execute(
        well,
        "insert into forecast (site_id, origin, made, afterwards, measure, model, also)"
        " select site_id, %s, %s, false, 'gross', 'test', '{}' from site",
        ((now - 20 * DAY).date(), now - 20 * DAY),
    )
    assert "The newest forecast of lib was made 20 days ago" in texts(well, now)
    late = now - 10 * MINUTE
    # The database reads its own clock, so what the test took so far is added.
    assert re.search(r"of this machine and of the database are 6\d\d seconds apart", texts(well, late))


def test_a_disk_that_is_nearly_full(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    assert conditions.disk(tmp_path) is None
    monkeypatch.setattr(conditions, "LITTLE", 1.0)
    full = conditions.disk(tmp_path)
    assert full and full.state == PROBLEM and "GB left of" in full.text


def test_a_community_edition_that_cannot_restore_is_named_by_its_version() -> None:
    assert [is_too_old(one) for one in ("2.19.3", "2.20.0-dev", "2.20.1", "2.29.2", "3.0")] == [
        True, True, False, False, False,
    ]  # fmt: skip
