"""The last resort: JSON and plain values of devices that no adapter knows."""

import cProfile
import json
from datetime import UTC, datetime

import pytest
from adapting import mappings

from besok.model.decode_context import DecodeContext
from besok.model.readings import Decoded, Message
from collectors import adapters

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
TIME = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)


def decode(topic: str, payload: object) -> Decoded:
    raw = payload.encode() if isinstance(payload, str) else payload
    raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    return adapters.decode(Message(topic=topic, payload=raw, received=NOW))


def only(topic: str, payload: object) -> tuple[str, str, str, str, float]:
    """Everything but the time of the only reading."""
    decoded = decode(topic, payload)
    assert not decoded.problems
    assert decoded.adapter == "general"
    (r,) = decoded.readings
    return r.source, r.device, r.channel, r.metric, r.value


def refused(topic: str, payload: object) -> str:
    decoded = decode(topic, payload)
    assert not decoded.readings
    assert not decoded.not_data
    (told,) = decoded.problems
    return told


@pytest.mark.parametrize(
    ("topic", "payload", "device", "channel", "metric", "value"),
    [
        ("library/hall/people_count", "7", "library/hall", "level:1", "people", 7),
        ("library/hall/north_people_count", "7", "library/hall", "level:north", "people", 7),
        ("library/hall/occupancy", "ON", "library/hall", "level:1", "occupied", 1),
        ("library/hall/occupancy/state", "off", "library/hall", "level:1", "occupied", 0),
        ("/library/hall/motion", "true", "library/hall", "level:1", "occupied", 1),
        ("library/hall/presence", '"detected"', "library/hall", "level:1", "occupied", 1),
        ("library/hall/co2", "640 ppm", "library/hall", "level:1", "co2_ppm", 640),
        ("library/hall/total_in", "4711", "library/hall", "flow:1", "in_total", 4711),
        ("hall_pir", {"value": 0, "status": 0}, "hall_pir", "level:hall", "occupied", 0),
        ("library/hall/motion", {"value": True}, "library/hall", "level:1", "occupied", 1),
        ("library/hall/motion", {"value": True, "device_id": "pir-7"}, "pir-7", "level:1", "occupied", 1),
        ("library/hall/people", {"state": 4}, "library/hall", "level:1", "people", 4),
        ("person", {"count": 3}, "person", "level:1", "people", 3),
        ("acme/x", "<people>4</people>", "acme/x", "level:1", "people", 4),
        (
            "acme/x",
            "<report><sn>A12345</sn><people unit='persons'>4</people></report>",
            "A12345",
            "level:1",
            "people",
            4,
        ),
        ("library/door/total/in", "4711", "library/door", "flow:1", "in_total", 4711),
    ],
)
def test_topics_that_say_what_their_value_is(
    topic: str, payload: object, device: str, channel: str, metric: str, value: float
) -> None:
    assert only(topic, payload) == ("mqtt", device, channel, metric, value)


@pytest.mark.parametrize(
    ("fields", "device"),
    [
        ({"deviceId": "abc-1234", "id": 7}, "abc-1234"),
        ({"device": {"id": "abc-1234", "name": "North"}}, "abc-1234"),
        ({"data": {"sn": "A12345"}}, "A12345"),
        ({"serial_number": 4711001}, "4711001"),
        ({"sensor_id": 3}, "acme/x/3"),
        ({"id": 3, "name": "north door"}, "acme/x/north door"),
        ({"specversion": "1.0", "id": "evt-00001", "type": "count", "source": "/door/1"}, "/door/1"),
        ({"id": "x"}, "acme/x"),
        ({"id": "n1"}, "acme/x/n1"),
        ({"device_id": "", "id": None}, "acme/x"),
        ({}, "acme/x"),
    ],
)
def test_how_devices_name_themselves(fields: dict[str, object], device: str) -> None:
    assert only("acme/x", {**fields, "people_count": 4}) == ("mqtt", device, "level:1", "people", 4)


def test_an_eui_is_one_device_whatever_the_way() -> None:
    assert only("acme/x", {"devEUI": "24-E1-24-FF-FE-F1-23-45", "people_count": 4})[:2] == (
        "lorawan",
        "24e124fffef12345",
    )


def test_a_number_in_the_topic_is_the_device() -> None:
    assert only("acme/3", {"id": 3, "people_count": 4})[1] == "acme/3"


@pytest.mark.parametrize("id_", [3, "17", "0b652419-836c-4b00-87bd-bb16cf48f2ec"])
def test_an_id_that_may_be_that_of_the_message_is_refused(id_: object) -> None:
    assert "may be the device or the number of the message" in refused(
        "acme/x", {"id": id_, "people_count": 4}
    )


def test_a_list_may_hold_several_devices() -> None:
    decoded = decode(
        "acme/x", [{"sn": "A12345", "people": 4}, {"sn": "B12345", "people": 2, "ts": 1795594500}, 7]
    )
    assert [(r.device, r.value, r.time) for r in decoded.readings] == [
        ("A12345", 4, None),
        ("B12345", 2, TIME),
    ]
    assert decoded.problems == ("7 in the list is no object with named values",)


def test_a_message_with_an_id_of_its_own_is_known_again() -> None:
    identity = decode("acme/x", {"messageId": "b7e1-000017", "people": 4}).identity
    assert identity is not None
    assert (identity.scope, identity.mark) == ("mqtt/acme/x", "message:b7e1-000017")
    assert decode("acme/x", {"messageId": 17, "people": 4}).identity is None


@pytest.mark.parametrize(
    ("topic", "payload", "words"),
    [
        (
            "acme/x",
            {"in": 3, "out": 1},
            "in and out could mean people since the last message or a running total",
        ),
        (
            "acme/x",
            {"foo": 3, "bar": 2},
            "nobody knows what foo and bar are: write a mapping in the site file",
        ),
        ("acme/x", {"wifi_devices": 44}, "nobody knows what wifi_devices is"),
        ("acme/x", {"avg_people": 3.5}, "nobody knows what avg_people is"),
        ("acme/x", {"occupancy": 40, "occupancy_unit": "%"}, "occupancy is a share of a capacity"),
        ("acme/x", {"value": True}, "nobody knows what value is"),
        ("acme/x", {"data": "AQIDBA==", "port": 1}, "nobody knows what data is"),
        ("acme/x", {"event": "people_entered", "device_id": "gate-0007"}, "nobody knows what event is"),
        ("acme/x", {"event": "crossing", "direction": "IN"}, "nobody knows what event and direction are"),
        ("acme/x", {"id": "desk-4", "status": "FREE"}, "status could mean whether somebody is there"),
        ("acme/x", "23", "nothing says what 23 measures: write a mapping"),
        ("acme/x", "hello", 'nothing says what "hello" measures'),
        ("acme/x/count", "23", "people present\n# values = { passages"),
        ("acme/x", [1, 2], "a list of bare values"),
        ("acme/x", '{"people": ', "the payload breaks off"),
        ("acme/x", b"\x00\xff\x17", "neither JSON nor a number or a word (3 bytes)"),
        ("acme/x", "<a/>" * 50, "broken XML"),
        ("acme/x", "<r><in>4</in></r>", "in could mean people since the last message"),
        ("acme/x", "people,device=1 in=3i,out=4i", "a line of several values"),
        ("acme/x", "2026-11-25;12;13", "a line of several values"),
        ("acme/x", {"male": {"total_in": 3}, "female": {"total_in": 4}}, "nobody knows what male.total_in"),
        ("acme/cars", {"total_in": 3}, 'the topic says "cars"'),
        ("acme/x", {"people": 0, "quality": "bad"}, "the device itself does not trust its figures"),
        ("acme/x", {"people": 0, "valid": False}, "the device itself does not trust its figures"),
        ("acme/x", "word " * 20, "neither JSON nor a number or a word"),
        ("hall_pir", {"value": 1, "status": 2}, "status is 2: the device itself does not trust its pir"),
        ("x" * 201, {"people": 3}, "cannot name a device"),
        ("acme/x", {"device_id": "a\x00bcdefg", "people": 3}, "cannot name a device"),
        ("acme/x", {"people": 3, "timestamp": "2026-02-30T00:00:00Z"}, "timestamp is"),
    ],
)
def test_what_is_refused_says_what_to_do(topic: str, payload: object, words: str) -> None:
    assert words in refused(topic, payload)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("acme/x", b""),
        ("acme/x", "null"),
        ("acme/x/set", {"occupancy": True}),
        ("acme/x/config", {"people_count": 3}),
        ("cmnd/x/POWER", "ON"),
        ("$SYS/broker/clients/total", "5"),
        ("homeassistant/binary_sensor/x/config", {"name": "x"}),
        ("acme/x/status", "online"),
        ("acme/x", {"rssi": -70, "uptime": 4, "firmware": "1.2"}),
        ("acme/x", {"people_count": None}),
        ("library/hall/occupancy", "unavailable"),
    ],
)
def test_what_is_not_data(topic: str, payload: object) -> None:
    decoded = decode(topic, payload)
    assert decoded.not_data
    assert not decoded.readings
    assert not decoded.problems


def test_a_value_nobody_knows_is_told_beside_a_battery() -> None:
    decoded = decode("acme/x", {"value": 3, "battery": 90})
    assert [r.metric for r in decoded.readings] == ["battery_pct"]
    assert decoded.problems[0].startswith("nobody knows what value is")


@pytest.mark.parametrize(
    ("topic", "fields", "found"),
    [
        ("acme/door", {"device_id": "north-1", "ts": 1795594500, "in": 3, "out": 1, "battery": 90},
         [("north-1", "flow:1", "in", 3), ("north-1", "flow:1", "out", 1), ("north-1", "level:1", "battery_pct", 90)]),
        ("acme/door", {"lines": [{"id": "A", "in": 3}, {"id": "B", "in": 4}]},
         [("acme/door", "flow:A", "in", 3), ("acme/door", "flow:B", "in", 4)]),
        ("acme/door", {"line_1_in": 3, "line_2_in": 4},
         [("acme/door", "flow:1", "in", 3), ("acme/door", "flow:2", "in", 4)]),
        ("acme/door", {"data": {"visitors today": 3}}, [("acme/door", "level:1", "people", 3)]),
        ("acme/door", {"sn": "A12345", "foo": 3}, [("A12345", "level:1", "people", 3)]),
        ("acme/door", "<r><in>4</in></r>", [("acme/door", "flow:1", "in", 4)]),
        ("acme/door/count", 23, [("acme/door/count", "level:1", "people", 23)]),
        ("acme/door", {"door": "east", "in": 3}, [("acme/door", "flow:east", "in", 3)]),
        ("acme/door", {"metrics": [{"name": "in", "value": 33}, {"name": "out", "value": 30}]},
         [("acme/door", "flow:1", "in", 33), ("acme/door", "flow:1", "out", 30)]),
        ("acme/door", [{"serial": "A12345", "in": 3}, {"serial": "B12345", "in": 5}],
         [("A12345", "flow:1", "in", 3), ("B12345", "flow:1", "in", 5)]),
        ("acme/door", {"zones": [{"in": 3}, {"in": 5}]},
         [("acme/door", "flow:1", "in", 3), ("acme/door", "flow:2", "in", 5)]),
        ("acme/door", {"Line": [{"LineIndex": 4, "In": 12, "InSum": 0}]}, [("acme/door", "flow:4", "in", 12)]),
        ("acme/door", {"detections": [{"label": "car", "count": 3}, {"label": "person", "count": 5}]},
         [("acme/door", "level:person", "people", 5)]),
        ("acme/door", {"id": "trg_123", "space_id": "cafe", "count": 5}, [("acme/door", "level:cafe", "people", 5)]),
        ("acme/door", {"people": [4, 5]},
         [("acme/door", "level:1", "people", 4), ("acme/door", "level:2", "people", 5)]),
        ("acme/door", {"Battery": 255, "idx": 12, "hwid": "2", "nvalue": 0, "svalue1": "33"},
         [("12", "level:1", "people", 33)]),
        ("acme/door", {"occupancy": 40, "unit": "%"}, [("acme/door", "level:1", "people", 20)]),
    ],
)  # fmt: skip
def test_the_mapping_that_is_proposed_reads_the_message(
    topic: str, fields: object, found: list[tuple[str, str, str, float]]
) -> None:
    proposed = tuple(mappings(refused_or_told(topic, fields)))
    raw = fields if isinstance(fields, str) else json.dumps(fields)
    decoded = adapters.decode(
        Message(topic=topic, payload=raw.encode(), received=NOW), DecodeContext(mappings=proposed)
    )
    assert not decoded.problems
    assert [(r.device, r.channel, r.metric, r.value) for r in decoded.readings] == found


@pytest.mark.parametrize(
    ("fields", "time", "start"),
    [
        (
            {"start": "2026-11-25T08:00:00Z", "end": "2026-11-25T08:15:00Z", "people_in": 3},
            "$.end",
            "$.start",
        ),
        ({"records": [{"from": 1795593600, "to": 1795594500, "in": 3}]}, "@.to", "@.from"),
        ({"data": {"timestamp": 1795594500, "in": 3}}, "$.data.timestamp", ""),
        ({"in": 3, "date": "2026-11-25", "time": "08:15:00"}, "", ""),
        ({"in": 3, "date": "2026-11-25"}, "", ""),
    ],
)
def test_a_mapping_is_proposed_with_the_whole_time_or_none(fields: object, time: str, start: str) -> None:
    (proposed,) = mappings(refused_or_told("acme/door", fields))
    assert (proposed.time, proposed.start) == (time, start)


def test_a_list_of_named_values_brings_a_mapping_for_each_name() -> None:
    told = decode("acme/door", [{"variable": "in", "value": 3}, {"variable": "out", "value": 5}]).problems
    assert [(m.name, m.source, dict(m.values)) for problem in told for m in mappings(problem)] == [
        ("acme-in", "acme", {"in": "@.value"}),
        ("acme-out", "acme", {"out": "@.value"}),
    ]


def test_what_names_a_measurement_names_no_device() -> None:
    assert only("acme/x", {"name": "co2", "value": 640})[1:] == ("acme/x", "level:1", "co2_ppm", 640)


def test_json_within_a_text_is_read_and_no_mapping_promised_for_it() -> None:
    device = only("queue", {"statusCode": 200, "body": '{"device": "door-7", "people": 3}'})[1]
    assert device == "door-7"
    assert refused("queue", {"m2m:cin": {"con": '{"in": 3}'}}).endswith("let its sender unpack it")


def test_nothing_personal_names_a_device_or_stands_in_a_reason() -> None:
    assert only("door", {"name": "Anna Svensson", "badge": "7", "people": 1})[1] == "door"
    assert decode(
        "owntracks/anna/phone", {"_type": "location", "tid": "AS", "batt": 78, "tst": 1795594500}
    ).not_data
    assert "Anna" not in refused("door", "Anna Svensson")


def refused_or_told(topic: str, fields: object) -> str:
    """The reason why something of the message was not read."""
    (told,) = decode(topic, fields).problems
    return told


def test_work_grows_with_the_number_of_fields_and_not_with_its_square() -> None:
    def calls(fields: int) -> int:
        profile = cProfile.Profile()
        profile.runcall(decode, "acme/x", {f"unit{n}x": n for n in range(fields)})
        return sum(entry.callcount for entry in profile.getstats())

    calls(1000)  # names are remembered
    assert calls(16_000) < 20 * calls(
        2000
    )  # eight times, and fewer names are remembered; the square would be 64
