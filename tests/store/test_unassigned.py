"""Devices that are heard and not placed: what they said last, quickly, however long they have been talking."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counted import HOUSE, reading
from msgspec import structs

from besok.model import sitefile
from besok.model.readings import Reading
from besok.model.sitefile import parse
from besok.model.views.devices import COUNTED_TO, UnplacedDevice
from besok.services.devices import get_unplaced
from besok.services.health import get_health
from besok.store import sites
from besok.store.database import Database, sql
from besok.store.write import Batch, DeviceDescription, Incoming, write
from tests.databases import execute
from tests.readings import passed
from tests.sitetext import sensor

EXAMPLE = (Path(__file__).parents[2] / "sites" / "helsingborg.toml").read_text()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def put(db: Database, device: str, minute: int, topic: str = "t", model: str = "", **values: float) -> None:
    """Readings of a device, `minute` minutes after noon."""
    time = NOON + timedelta(minutes=minute)
    readings = [
        Reading(
            source="s",
            device=device,
            channel="flow:1" if "in" in m else "level:1",
            metric=m,
            value=v,
            time=time,
        )
        for m, v in values.items()
    ]
    heard = {("s", device): DeviceDescription(topic=topic, model=model)}
    write(db, Batch(readings=[Incoming(reading=r, received=time) for r in readings], devices=heard))


def unplaced(db: Database) -> list[UnplacedDevice]:
    return get_unplaced(db, NOON + timedelta(minutes=10))


def test_a_device_that_is_heard_is_listed_with_its_last_readings(db: Database) -> None:
    for minute in range(8):
        put(db, "new", minute, topic=f"t/{minute}", model="VS133", in_total=100 + minute, battery_pct=90)
    put(db, "new", 8, topic="t/8", people=3)
    (device,) = unplaced(db)
    assert (device.source, device.device, device.model, device.topic) == ("s", "new", "VS133", "t/8")
    assert (device.first_heard, device.heard) == (NOON, NOON + timedelta(minutes=8))
    flow, level = device.channels
    assert (flow.channel, flow.count) == ("flow:1", 8)
    assert [(r.metric, r.value) for r in flow.readings] == [("in_total", 107 - n) for n in range(5)]
    assert [(r.metric, r.value) for r in level.readings[:2]] == [("people", 3), ("battery_pct", 90)]


def test_the_device_heard_last_comes_first_and_the_placed_ones_not_at_all(db: Database) -> None:
    for minute, device in enumerate(("a", "b", "c")):
        put(db, device, minute, people=1)
    sites.apply(db, parse(EXAMPLE))
    execute(
        db,
        "insert into placement (channel_id, space_id) select channel_id, min(space_id) from space, channel"
        " join device using (device_id) where external_id = 'b' group by channel_id",
    )
    assert [d.device for d in unplaced(db)] == ["c", "a"]
    assert get_health(db, NOON).unplaced_devices == 2


def test_of_a_device_with_two_lines_the_one_without_a_place_is_listed(db: Database) -> None:
    put(db, "two", 0, in_total=1, people=2)
    sites.apply(db, parse(EXAMPLE))
    execute(
        db,
        "insert into placement (channel_id, portal_id) select channel_id, (select min(portal_id) from portal)"
        " from channel join device using (device_id) where external_id = 'two' and key = 'flow:1'",
    )
    assert [c.channel for d in unplaced(db) for c in d.channels] == ["level:1"]


def test_a_device_that_was_taken_out_of_the_site_file_and_goes_on_sending_is_listed(db: Database) -> None:
    file = parse(EXAMPLE)
    sites.apply(db, file)
    assert unplaced(db) == []  # expected, but not heard
    write(db, Batch(readings=passed("stadsbiblioteket/count-park-entrance", NOON, 1)))
    assert unplaced(db) == []
    text = EXAMPLE.replace('device = "count-park-entrance"', 'device = "another"')
    sites.apply(db, parse(text), now=NOON)
    assert unplaced(db) == [], "it was taken down"
    later = NOON + timedelta(days=2)
    write(db, Batch(readings=passed("stadsbiblioteket/count-park-entrance", later, 1)))
    (device,) = get_unplaced(db, later)
    assert (device.device, device.topic) == ("stadsbiblioteket/count-park-entrance", None)


@pytest.fixture
def crowded(db: Database) -> Database:
    """A database in which ten devices have been talking for two years."""
    for n in range(10):
        put(db, f"d{n}", 0, people=1)
    execute(
        db,
        "insert into reading (channel_id, metric, time, value, received) select channel_id, 10, t, 1, t"
        " from channel,"
        " generate_series(%(noon)s - interval '2 years', %(noon)s - interval '1 hour', interval '6 hours') as t",
        {"noon": NOON},
    )
    execute(db, "analyze")
    return db


def test_a_long_history_costs_some_look_ups(crowded: Database) -> None:
    device = unplaced(crowded)[0]
    assert device.channels[0].count == COUNTED_TO
    assert device.first_heard < NOON - timedelta(days=700)
    plan = execute(
        crowded,
        "explain (analyze, format text) " + sql("unplaced"),
        {"since": NOON - timedelta(days=90), "limit": 1, "most": 1, "number": 5},
    )
    lines = [line for (line,) in plan if "_chunk r_" not in line]  # counts, which are limited
    assert not [line for line in lines if "Seq Scan on _hyper" in line]
    scans = [line for line in lines if "_hyper" in line and "never executed" not in line]
    assert len(scans) < 80, "it must not read every chunk for each metric and reading"


def test_nothing_is_unplaced_where_nothing_is_heard(db: Database) -> None:
    assert unplaced(db) == []


def test_a_device_that_is_gone_is_shown_no_more(db: Database) -> None:
    put(db, "old", 0, people=1)
    assert len(get_unplaced(db, NOON + timedelta(days=89))) == 1
    assert get_unplaced(db, NOON + timedelta(days=91)) == []


def test_a_sensor_that_was_replaced_or_taken_down_is_unassigned_no_more(db: Database) -> None:
    house = HOUSE.replace("swapped = true", "")
    first = sitefile.parse(house)
    sites.apply(db, first, now=NOON)
    heard = [reading(0, 1, "in", device=d) for d in ("front", "back", "new")]
    write(db, Batch(readings=[Incoming(reading=r, received=NOON) for r in heard]))
    assert [d.device for d in unplaced(db)] == ["lib/new"]
    replaced = house.replace('device = "front"', 'device = "new"').replace(sensor("back"), "")
    replaced = replaced.replace('id = "back"', 'id = "back"\ncounted = false')
    sites.apply(db, sitefile.parse(replaced), now=NOON + timedelta(minutes=1))
    assert unplaced(db) == [], "one was replaced, the other taken down"
    later = NOON + timedelta(days=3)
    still = [structs.replace(r, time=later) for r in heard]
    write(db, Batch(readings=[Incoming(reading=r, received=later) for r in still]))
    assert [d.device for d in get_unplaced(db, later)] == ["lib/back"], "it sends, and its door has no other"
    assert get_health(db, later).unplaced_devices == 1
