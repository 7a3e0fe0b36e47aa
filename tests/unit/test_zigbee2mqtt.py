"""Zigbee2MQTT: cached states, names with slashes, what the bridge says of itself."""

import pytest
from adapting import EPOCH, TIME, decode, device, said


def test_a_motion_sensor_with_its_battery_and_light() -> None:
    fields = {"battery": 100, "voltage": 3055, "illuminance": 7, "illuminance_lux": 7, "linkquality": 26}
    decoded = decode("zigbee2mqtt/floor 1/reading room", {**fields, "occupancy": True})
    assert device(decoded) == ("zigbee2mqtt", "floor 1/reading room")
    assert said(decoded) == {
        "level:1 occupied": 1,
        "level:1 battery_pct": 100,
        "level:1 battery_v": 3.055,
        "level:1 light_lux": 7,
    }


@pytest.mark.parametrize(
    "last_seen",
    ["2026-11-25T08:15:00.000Z", "2026-11-25T09:15:00+01:00", EPOCH * 1000, "2026-11-25T09:15:00"],
)
def test_the_time_of_the_bridge_in_its_forms(last_seen: object) -> None:
    (reading,) = decode(
        "zigbee2mqtt/desk", {"presence": False, "last_seen": last_seen, "fading_time": 30}
    ).readings
    assert (reading.value, reading.time) == (0, TIME)


def test_null_is_neither_yes_nor_no() -> None:
    decoded = decode("zigbee2mqtt/desk", {"presence": None, "presence_state": None, "target_distance": 5.9})
    assert (decoded.readings, decoded.problems) == ((), ())
    assert decoded.not_data


def test_either_word_for_presence_will_do() -> None:
    assert said(decode("zigbee2mqtt/desk", {"presence": True, "occupancy": False})) == {"level:1 occupied": 1}
    assert said(decode("zigbee2mqtt/desk", {"presence": None, "occupancy": False})) == {"level:1 occupied": 0}


def test_areas_of_a_radar_beside_all_of_it() -> None:
    fields = {"occupancy": True, "mmwave_area1_occupancy": False, "mmwave_area2_occupancy": True}
    assert said(decode("zigbee2mqtt/desk", fields)) == {
        "level:1 occupied": 1,
        "level:area1 occupied": 0,
        "level:area2 occupied": 1,
    }


def test_settings_and_words_of_the_radar_are_no_measurements() -> None:
    fields = {
        "occupancy": True,
        "motion_state": "large",
        "presence_sensitivity": 5,
        "update": {"state": None},
    }
    assert said(decode("zigbee2mqtt/desk", {**fields, "state": "OFF", "detection_interval": 2})) == {
        "level:1 occupied": 1
    }


def test_one_attribute_on_a_topic_of_its_own() -> None:
    decoded = decode("zigbee2mqtt/hall/desk/occupancy", "true")
    assert device(decoded) == ("zigbee2mqtt", "hall/desk")
    assert said(decoded) == {"level:1 occupied": 1}
    assert decode("zigbee2mqtt/hall/desk/linkquality", "80").not_data


def test_coming_and_going() -> None:
    for payload, online in (({"state": "online"}, True), ("offline", False)):
        (status,) = decode("zigbee2mqtt/hall/desk/availability", payload, retained=True).statuses
        assert (status.device, status.online) == ("hall/desk", online)
    assert decode("zigbee2mqtt/hall/desk/availability", "perhaps").problems


def test_a_second_bridge_has_devices_of_its_own() -> None:
    assert device(decode("zb/desk", {"occupancy": True, "linkquality": 80})) == ("zigbee2mqtt", "zb/desk")
