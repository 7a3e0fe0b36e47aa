"""Home Assistant, ESPHome and Homie: values whose topic or whose attributes say what they are."""

from typing import Any

import pytest
from adapting import EPOCH, TIME, choices, decode, device, said


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/binary_sensor/hall_motion/state",
        "homeassistant/sensor/people_count/state",
        "homeassistant/counter/visitors/state",
        "hall/binary_sensor/desk_motion/state",
        "hall/sensor/people_counter/state",
        "homie/hall/radar/presence",
    ],
)
def test_what_only_a_name_says_is_asked_about(topic: str) -> None:
    (told,) = decode(topic, "1").problems
    assert "nobody has said what" in told
    assert set(choices(told).values()) == {"$"}


def test_a_class_that_tells_who_is_at_home_is_asked_about() -> None:
    fields = {"entity_id": "binary_sensor.x", "state": "on", "attributes": {"device_class": "presence"}}
    assert "at home" in decode("anything", fields).problems[0]
    fields = {"entity_id": "sensor.x", "state": "4", "attributes": {"unit_of_measurement": "people"}}
    assert "people who passed" in decode("anything", fields).problems[0]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"entity_id": "binary_sensor.x", "state": "on", "attributes": {"device_class": "motion"}}, ("occupied", 1)),
        ({"entity_id": "binary_sensor.x", "state": "off", "attributes": {"device_class": "occupancy"}},
         ("occupied", 0)),
        ({"entity_id": "sensor.x", "state": "70", "attributes": {"device_class": "temperature",
                                                                 "unit_of_measurement": "°F"}},
         ("temperature_c", 21.111111111)),
    ],
)  # fmt: skip
def test_states_as_json(fields: dict[str, Any], found: tuple[str, float]) -> None:
    decoded = decode("anything", {**fields, "last_changed": "2026-11-25T08:00:00Z", "last_updated": EPOCH})
    assert device(decoded) == ("homeassistant", fields["entity_id"])
    assert [(r.metric, r.value, r.time) for r in decoded.readings] == [(*found, TIME)]


def test_a_state_within_an_event() -> None:
    new = {"entity_id": "binary_sensor.hall", "state": "on", "attributes": {"device_class": "occupancy"}}
    decoded = decode(
        "events", {"event_type": "state_changed", "event_data": {"new_state": new, "old_state": None}}
    )
    assert said(decoded) == {"level:1 occupied": 1}
    assert decode("events", {"event_type": "call_service", "event_data": {"domain": "light"}}).not_data


def test_a_mirror_says_whether_its_entity_is_there() -> None:
    fields = {"state": "on", "available": False, "device_class": "occupancy", "last_changed": EPOCH}
    decoded = decode("tiles/hall", fields)
    assert not decoded.readings
    assert [(s.device, s.online) for s in decoded.statuses] == [("tiles/hall", False)]


@pytest.mark.parametrize(
    ("topic", "payload", "source", "name", "found"),
    [
        ("hall/binary_sensor/presence/state", "ON", "esphome", "hall", {"level:1 occupied": 1}),
        ("floor1/hall/sensor/co2/state", "640", "esphome", "floor1/hall", {"level:1 co2_ppm": 640}),
        ("homie/hall/air/humidity", "41", "homie", "hall", {"level:air humidity_pct": 41}),
        ("homie/5/hall/air/co2", "640", "homie", "hall", {"level:air co2_ppm": 640}),
    ],
)
def test_one_value_on_each_topic(
    topic: str, payload: str, source: str, name: str, found: dict[str, float]
) -> None:
    decoded = decode(topic, payload)
    assert device(decoded) == (source, name)
    assert said(decoded) == found


def test_homie_devices_come_and_go() -> None:
    assert [s.online for s in decode("homie/hall/$state", "ready", retained=True).statuses] == [True]
    assert [s.online for s in decode("homie/5/hall/$state", "lost", retained=True).statuses] == [False]
    assert decode("homie/hall/$state", "maybe").problems


def test_the_event_stream_is_read_and_phones_are_nobodys_business() -> None:
    state = {
        "entity_id": "binary_sensor.hall_motion",
        "state": "on",
        "attributes": {"device_class": "motion"},
    }
    event = {"event_type": "state_changed", "event_data": {"new_state": state}}
    assert said(decode("homeassistant", event)) == {"level:1 occupied": 1}
    assert decode("homeassistant", {"event_type": "state_changed", "event_data": 1}).not_data
    assert decode("homeassistant/sensor/anna_iphone_battery_level/state", "78").not_data
