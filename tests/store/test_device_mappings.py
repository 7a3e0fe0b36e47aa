"""What a person says of an unknown device: kept, applied to the kept messages, placed, and ended."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from counted import HOUSE, NOON
from typer.testing import Result

from besok.model import sitefile
from besok.model.errors import BesokError, NotFound, StoreRefused
from besok.model.pseudonyms import pseudonym
from besok.model.readings import Message
from besok.model.site import PayloadMapping, Sensor
from besok.services import unknown_devices
from besok.services.unknown_devices import Observed
from besok.store import decode_context, device_mappings, identity, sites
from besok.store.database import Database
from besok.store.write import write
from collectors import pipeline
from collectors.identity import Registrar
from collectors.replay import replay_mapped
from tests.databases import execute
from tests.small_sites import library

TOPIC = "counters/hall"
LATER = NOON + timedelta(days=1)


def came(db: Database, topic: str, *payloads: bytes) -> None:
    messages = [
        Message(topic=topic, payload=payload, received=NOON + timedelta(hours=n))
        for n, payload in enumerate(payloads)
    ]
    write(db, pipeline.decode(messages, decode_context.load(db)))


def readings(db: Database) -> list[tuple[str, str, str, float]]:
    return execute(
        db,
        "select source, external_id, key, value from reading join channel using (channel_id)"
        " join device using (device_id) order by time, key",
    )


def people_in(db: Database) -> float:
    ((number,),) = execute(db, "select coalesce(sum(people_in), 0) from flow_day join site using (site_id)")
    return float(number)


def answer(
    db: Database, place: Observed | None = None, value: tuple[str, str] = ("in", "$.in"), topic: str = TOPIC
) -> int:
    """Say what a device means, and where it is; what was kept of it is read by that."""
    number = unknown_devices.answer(db, topic, [value], author="Kim", now=LATER, observed=place)
    replay_mapped(db, LATER)
    return number


FRONT = Observed(site="lib", portal="front")


def test_a_device_asks_with_nothing_chosen(house: Database) -> None:
    came(house, TOPIC, b'{"in": 3, "out": 2, "seq": 4}', b'{"in": 5, "out": 1, "seq": 5}')
    (found,) = unknown_devices.get_unknown(house)
    assert (found.topic, found.count) == (TOPIC, 2)
    assert found.messages[0] == '{"in": 5, "out": 1, "seq": 5}'
    assert [(f.path, [c.key for c in f.choices]) for f in found.fields] == [
        ("$.in", ["in", "in_total"]),
        ("$.out", ["out", "out_total"]),
    ]


def test_one_answer_reads_the_kept_messages_and_those_to_come(house: Database) -> None:
    came(house, TOPIC, b'{"in": 3, "out": 2}', b'{"in": 5, "out": 1}')
    unknown_devices.answer(house, TOPIC, [("in", "$.in"), ("out", "$.out")], author="Kim", now=LATER)
    replay_mapped(house, LATER)
    assert readings(house) == [("counters", TOPIC, "flow:1", v) for v in (3, 2, 5, 1)]
    assert unknown_devices.get_unknown(house) == []
    came(house, TOPIC, b'{"in": 7, "out": 1}')
    assert len(readings(house)) == 4  # the first hour again: a correction
    (made,) = device_mappings.listing(house)
    assert (made.author, made.made, made.replayed) == ("Kim", LATER, LATER)


def test_an_answer_places_the_channel_from_a_day_on_and_a_site_file_leaves_it(house: Database) -> None:
    came(house, TOPIC, b'{"in": 3}', b'{"in": 5}')
    answer(house, replace(FRONT, since=date(2026, 3, 2)))
    assert people_in(house) == 8
    placed = Sensor(source="counters", device=TOPIC, portal="front", first=date(2026, 3, 2))
    assert placed in sites.load(house, "lib").sensors
    assert sites.apply(house, sitefile.parse(HOUSE)) == []  # it is not a difference
    assert placed in sites.load(house, "lib").sensors
    moved = HOUSE + sitefile.sensor_lines(Sensor(source="counters", device=TOPIC, portal="back"))
    assert sites.apply(house, sitefile.parse(moved), now=LATER) != []  # the file goes before
    assert people_in(house) == 8
    sites.apply(house, sitefile.parse(HOUSE), now=LATER)


def test_a_site_does_not_take_back_what_another_site_has_placed_since(house: Database) -> None:
    came(house, TOPIC, b'{"in": 3}')
    answer(house, FRONT)
    moved = Sensor(source="counters", device=TOPIC, portal="door")
    sites.apply(house, library("annex", sensors=(moved,)), now=LATER)
    sites.apply(house, sitefile.parse(HOUSE), now=LATER)
    assert [s for s in sites.load(house, "lib").sensors if s.device == TOPIC] == []
    assert replace(moved, since=LATER) in sites.load(house, "annex").sensors


def test_what_came_before_the_day_does_not_count(house: Database) -> None:
    came(house, TOPIC, b'{"in": 3}')
    answer(house, replace(FRONT, since=date(2026, 3, 3)))
    assert len(readings(house)) == 1
    assert people_in(house) == 0


def test_a_mapping_ends_with_its_place(house: Database) -> None:
    came(house, TOPIC, b'{"in": 3}')
    number = answer(house, FRONT)
    device_mappings.end(house, number, LATER)
    assert device_mappings.listing(house) == []
    assert all(sensor.source != "counters" for sensor in sites.load(house, "lib").sensors)
    assert people_in(house) == 3  # it stays
    came(house, TOPIC, b'{"in": 4}')
    assert unknown_devices.get_unknown(house)[0].topic == TOPIC
    with pytest.raises(NotFound):
        device_mappings.end(house, number, LATER)


def test_the_device_is_looked_for_in_the_kept_messages(house: Database) -> None:
    came(house, TOPIC, b'{"serial": "A-17", "in": 3}', b'{"serial": "A-17", "in": 4}')
    back = Observed(site="lib", portal="back")
    answer(house, replace(back, swapped=True), ("in_total", "$.in"))
    sensor = sites.load(house, "lib").sensors[-1]
    assert (sensor.device, sensor.portal, sensor.swapped) == ("A-17", "back", True)
    came(house, "counters/all", b'{"serial": "A-18", "in": 3}', b'{"serial": "A-19", "in": 4}')
    with pytest.raises(BesokError, match="several devices or lines"):
        answer(house, back, topic="counters/all")


def test_of_several_on_one_topic_an_answer_is_for_the_one_that_asked(house: Database) -> None:
    eui = "01" * 8
    frame = {"cmd": "rx", "ts": 1772452800000, "fcnt": 1, "port": 1, "data": ""}
    uplink = frame | {"EUI": eui, "decoded": {"in": 3}}
    other = uplink | {"EUI": "02" * 8, "decoded": {"in": 40}}
    came(house, "loriot", *(json.dumps(message).encode() for message in (other, uplink)))
    answer(house, FRONT, ("in", "$.codec.in"), "loriot")
    assert [(device, value) for _, device, _, value in readings(house)] == [(eui, 3)]
    assert people_in(house) == 3
    assert unknown_devices.get_unknown(house)[0].count == 1  # the other one still asks


@pytest.mark.parametrize(
    ("values", "observed", "says"),
    [
        ([], None, "at least one field"),
        ([("people", "$.seq")], None, "cannot be chosen"),
        ([("in", "$.in"), ("in", "$.out")], None, "cannot be chosen"),
        ([("in", "$.in")], Observed(site="lib", space="hall"), "present"),
        ([("people", "$.people")], Observed(site="lib", portal="front"), "passed"),
        ([("in", "$.in")], Observed(site="lib", portal="vault"), "no door or room"),
        ([("in", "$.in")], Observed(site="elsewhere", portal="front"), "no site"),
    ],
)
def test_what_cannot_be_is_refused(
    house: Database, values: list[tuple[str, str]], observed: Observed | None, says: str
) -> None:
    came(house, TOPIC, b'{"in": 3, "out": 1, "seq": 7, "people": 4}')
    with pytest.raises(BesokError, match=says):
        unknown_devices.answer(house, TOPIC, values, author="Kim", now=LATER, observed=observed)
    assert device_mappings.listing(house) == []


def test_a_channel_observes_one_place(house: Database) -> None:
    mapping = PayloadMapping(name="counters", topic=TOPIC, values={"in": "$.in"})
    unknown_devices.keep(house, mapping, author="K", now=LATER, observed=FRONT)
    with pytest.raises(StoreRefused, match="observes another place"):
        unknown_devices.keep(house, mapping, author="K", now=LATER, observed=replace(FRONT, portal="back"))


def hidden(db: Database, topic: str) -> str:
    key = identity.key(db)
    return "/".join(pseudonym(key, level) for level in topic.split("/"))


def test_a_topic_that_is_kept_as_a_pseudonym_is_answered_for_as_any_other(house: Database) -> None:
    topic = hidden(house, "skogen/granen")
    came(house, "skogen/granen", b'{"in": 3}')
    (found,) = unknown_devices.get_unknown(house)
    assert found.topic == topic and [f.path for f in found.fields] == ["$.in"]
    number = answer(house, FRONT, topic=topic)
    assert people_in(house) == 3
    known = decode_context.load(house)
    later = Message(topic="skogen/granen", payload=b'{"in": 4}', received=NOON + timedelta(hours=1))
    registrar = Registrar(house, 9, lambda: LATER)
    write(house, pipeline.decode([later], known, registrar.refused))
    assert [(device, value) for _, device, _, value in readings(house)] == [
        (topic, 3),
        (topic, 4),
    ]
    assert people_in(house) == 7
    device_mappings.end(house, number, LATER)
    assert all(sensor.device != topic for sensor in sites.load(house, "lib").sensors)


def test_a_person_may_write_the_topic_as_it_is(house: Database) -> None:
    came(house, "skogen/granen", b'{"in": 3}')
    mapping = PayloadMapping(name="skog", topic="skogen/granen", values={"in": "$.in"})
    unknown_devices.keep(house, mapping, author="K", now=LATER, observed=FRONT)
    assert len(device_mappings.rejected_messages(house, "+/granen")) == 1
    assert device_mappings.rejected_messages(house, "skogen/tallen") == []
    replay_mapped(house, LATER)
    assert [(device, value) for _, device, _, value in readings(house)] == [("skogen/granen", 3)]


def test_a_topic_nobody_asks_about(house: Database) -> None:
    with pytest.raises(NotFound):
        answer(house, topic="x/y")


def test_the_commands_say_what_a_device_means_and_take_it_back(
    house: Database, command: Callable[..., Result], tmp_path: Path
) -> None:
    def besok(*arguments: str) -> str:
        done = command("device", *arguments)
        assert done.exit_code == 0, done.output
        return done.output

    came(
        house,
        "acme/1",
        b'{"serial": "A-1701", "a": 4700, "t": 68}',
        b'{"serial": "A-1701", "a": 4711, "t": 68}',
    )
    file = tmp_path / "acme.toml"
    file.write_text(
        'name = "acme"\ndevice = "$.serial"\nvalues = { in_total = "$.a", temperature_c = "$.t" }\n'
        'units = { temperature_c = "fahrenheit" }\n'
    )
    place = ("--portal", "front", "--since", "2026-03-02", "--author", "Kim")
    unasked = command("device", "map", "acme/1", "--mapping", str(file), *place)
    assert "A sensor counts there already, and both would" in str(unasked.exception)
    told = besok("map", "acme/1", "--mapping", str(file), *place, "--yes")
    assert told == "Mapping 1 is kept: 2 read and stored now, 0 still rejected\n"
    assert people_in(house) == 11
    assert readings(house)[-1] == ("acme", "A-1701", "level:1", 20)
    listed = besok("mappings")
    for word in ("acme/1", "in_total = $.a, temperature_c = $.t", "lib/front", "2026-03-02 03:00Z", "Kim"):
        assert word in listed
    assert besok("unmap", "1") == "Mapping 1 has ended.\n"
    assert besok("mappings") == "None.\n"
    told = besok("map", "acme/2", "--value", "in_total=$.a")
    assert told.endswith(
        "No kept message came on acme/2; if that is not its topic, end it: besok device unmap 2\n"
    )
    again = ("map", "acme/2", "--value", "in_total=$.a", "--portal", "front")
    besok(*again, "--yes")
    assert "Mapping 4 is kept" in besok(*again)  # the same sensor is no second one
