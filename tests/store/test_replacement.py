"""A sensor is replaced: the walk through the door says whether the new one works, and both keep what they counted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import Result

from besok.model import sitefile
from besok.model.alerts import Alert
from besok.model.errors import BesokError, NotFound
from besok.model.readings import Reading
from besok.services.alert_handling import get_names
from besok.services.replacement import DoorCounts, door_counts, judge_walk, plan_replacement
from besok.store import sites
from besok.store.database import Database
from besok.store.write import Batch, Incoming, write
from besok.text.languages import speaking
from tests.databases import execute
from tests.sitetext import sensor
from tests.store.counted import HOUSE, NOON, build, put, reading

NOW = datetime(2026, 3, 2, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counted", "found"),
    [
        ((10, 6), "right"), ((6, 10), "swapped"), ((8, 8), "undirected"), ((9, 6), "fewer"), ((12, 6), "more"),
        ((0, 0), "nothing"),
    ],
)  # fmt: skip
def test_what_a_walk_tells(counted: tuple[float, float], found: str) -> None:
    assert judge_walk(DoorCounts(10, 6), DoorCounts(*counted)) == found


@pytest.fixture
def house(db: Database) -> Database:
    """A house in which a new sensor is heard beside the old one at the front door."""
    build(db)
    put(db, reading(0, 5, "in", period_s=60), reading(0, 3, "in", period_s=60, device="new"))
    return db


def test_alerts_name_a_sensor_that_was_replaced_by_its_place(house: Database) -> None:
    changed, _ = plan_replacement(house, "lib/front", "lib/new", swap=False, now=NOW)
    sites.apply(house, changed, now=NOW)
    alert = Alert(
        id=1, rule=1, kind="sensor_offline", site="lib", subject="lib/front", since=NOW, value=None, threshold=None,
        target="desk", quiet_from=None, quiet_to=None, timezone="UTC", raised=NOW, sent=None, acknowledged=None,
        acknowledged_by=None, resolved=NOW,
    )  # fmt: skip
    with speaking("en"):
        assert get_names(house, [alert]) == {1: "Library, Front (lib/front)"}


def test_it_takes_over_from_now_on(house: Database) -> None:
    changed, sections = plan_replacement(house, "lib/front", "lib/new", swap=True, now=NOW)
    assert [(s.device, s.since, s.until, s.swapped) for s in sections] == [
        ("front", None, NOW, False), ("new", NOW, None, True),
    ]  # fmt: skip
    assert sites.apply(house, changed, now=NOW)
    put(house, reading(70, 2, "in", period_s=60, device="new"), reading(70, 50, "in", period_s=60))
    counted = execute(
        house, "select sum(entries), sum(exits) from open_passages_15min where portal = 'front'"
    )[0]
    assert counted == (5, 2), "the old one until then, and the new one since, in for out"
    assert door_counts(house, "lib/new", NOW - timedelta(hours=2)) == DoorCounts(5, 0), (
        "what it sent before is not lost"
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lib/front", "lib/nobody", "nothing was ever heard of lib/nobody"),
        ("lib/new", "lib/spare", "lib/new observes nothing now"),
        ("lib/front", "lib/front", "lib/front cannot replace itself"),
        ("lib/front", "lib/back", "lib/back is placed at lib/back already"),
        ("lib/front", "lib/air", "lib/air sends co2_ppm on flow:1, which tells of no people at a door"),
    ],
)
def test_what_cannot_be_is_said(house: Database, old: str, new: str, said: str) -> None:
    put(house, reading(0, 5, "in", device="spare"), reading(0, 600, "co2_ppm", device="air"))
    with pytest.raises(BesokError, match=said):
        plan_replacement(house, old, new, swap=False, now=NOW)


def air(device: str, *metrics: str) -> list[Reading]:
    """What a device says of a room."""
    return [
        Reading(
            source="native", device=f"lib/{device}", channel="level:1", metric=metric, value=21, time=NOON
        )
        for metric in ("battery_v", *metrics)
    ]


def test_a_room_sensor_is_replaced_by_one_that_measures_what_it_did(house: Database) -> None:
    rooms = "".join(sensor(name, 'space = "hall"') for name in ("cam", "air"))
    sites.apply(house, sitefile.parse(HOUSE + rooms))
    put(house, *air("cam", "people", "co2_ppm"), *air("air", "temperature_c", "humidity_pct"))
    put(house, *air("cam2", "people"), *air("air2", "temperature_c"), *air("co2", "co2_ppm"))
    for name in ("cam", "air"):
        changed, _ = plan_replacement(house, f"lib/{name}", f"lib/{name}2", swap=False, now=NOW)
        assert changed != sites.export(house)
        with pytest.raises(BesokError, match=r"lib/co2 sends co2_ppm, battery_v on level:1, but lib/"):
            plan_replacement(house, f"lib/{name}", "lib/co2", swap=False, now=NOW)


def test_what_waits_in_quarantine_was_heard(house: Database) -> None:
    late = reading(-30 * 24 * 60, 3, "in", period_s=60, device="late")
    write(house, Batch(readings=[Incoming(reading=late, received=NOW)]))
    assert plan_replacement(house, "lib/front", "lib/late", swap=False, now=NOW)


def test_the_command_walks_asks_and_prints_what_to_write(
    house: Database, command: Callable[..., Result]
) -> None:
    asked = ["replace", "lib/front", "lib/new", "--in", "10", "--out", "6", "--yes"]
    said = command("device", *asked, answer="\n")
    assert said.exit_code == 0, said.output
    assert "lib/new counted 0 in and 0 out: it has not sent yet" in said.output
    assert said.output.count("[[sites.sensors]]") == 2 and "until = " in said.output
    again = command("device", *asked, answer="\n")
    assert isinstance(again.exception, NotFound) and "observes nothing now" in str(again.exception)
    alike = command("device", *asked[:3], "--in", "5", "--out", "5")
    assert alike.exit_code == 2
