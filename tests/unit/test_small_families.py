"""Airthings, Kontakt.io, Huawei VIAS, Cloud Studio, Building Edge and Regent."""

from typing import Any

import pytest
from hearing import heard, timed, told

from besok.model.decode_context import DecodeContext

STOCKHOLM = DecodeContext(zone="Europe/Stockholm")
OCCUPANTS = {
    "serialNumber": "29",
    "recorded": "2024-07-06T07:15",
    "occupants": 2,
    "occupantsUpper": 4,
    "co2": None,
}
BEACON = {"trackingId": "be1", "sourceId": "gw1", "timestamp": "2024-06-26T13:37:00Z", "beaconTimestamp": 1600000000,
          "movementCounter": 10, "timeSinceMovement": 65535, "temperature": 15.75}  # fmt: skip
LINES: dict[str, Any] = {
    "task_id": "t",
    "stream_id": "door",
    "event_type": 131073,
    "timestamp": 1720291468,
    "data": {
        "interval": 2,
        "event_set": [{"line_id": 0, "side1_count": 1, "side2_count": 0, "side1_name": "street"}],
    },
}
AREAS = {"total_crowd_count": 14, "event_set": [{"crowd_count": 9}, {"crowd_count": 5}]}
CROWD = LINES | {"event_type": 1769472, "data": AREAS}
ENDPOINT = {"accessToken": "secret", "endpointID": 1, "peopleCount": 30, "timestamp": "2024-02-23T14:55:03",
            "mqttMethod": "UpdatePeopleCounterStatus"}  # fmt: skip
LAMP = {"index": 2, "payload": {"value": 1, "sensor_type": "deskinuse"}, "unix_time_s": 10, "sequence": 1,
        "device_id": "d4:f9:99:00:00:01"}  # fmt: skip


def test_airthings_estimates_people_in_utc() -> None:
    assert timed(heard(OCCUPANTS, known=STOCKHOLM)) == [("level:1", "people", 2, "2024-07-06T07:15:00Z", 0)]
    assert heard({"serialNumber": "29", "recorded": "2024-07-06T07:15:00", "pm1": 3}).not_data


def test_kontakt_has_a_word_for_never_and_a_clock_of_the_cloud() -> None:
    assert timed(heard(BEACON)) == [
        ("level:1", "motions_total", 10, "2024-06-26T13:37:00Z", 0),
        ("level:1", "temperature_c", 15.75, "2024-06-26T13:37:00Z", 0),
    ]
    assert told(heard(BEACON | {"movementCounter": 65535, "temperature": None})) == []


def test_huawei_counts_an_interval_over_a_line_and_people_in_areas() -> None:
    assert timed(heard(LINES)) == [
        ("flow:0", "in", 1, "2024-07-06T18:44:28Z", 2),
        ("flow:0", "out", 0, "2024-07-06T18:44:28Z", 2),
    ]
    assert told(heard(CROWD)) == [
        ("level:all", "people", 14),
        ("level:1", "people", 9),
        ("level:2", "people", 5),
    ]


def test_cloudstudio_tells_people_in_utc_and_keeps_its_secret() -> None:
    decoded = heard(ENDPOINT, known=STOCKHOLM)
    assert timed(decoded) == [("level:1", "people", 30, "2024-02-23T14:55:03Z", 0)] and "secret" not in repr(
        decoded
    )
    assert heard(ENDPOINT | {"peopleCount": None}).not_data


@pytest.mark.parametrize("status", [2, 1, None, "x"])
def test_a_broken_sensor_measures_nothing(status: Any) -> None:
    decoded = heard({"value": 1, "status": status}, "hall/occupancy_pir")
    assert not decoded.readings and "status" in decoded.problems[0]


def test_building_edge_is_known_by_its_topic() -> None:
    assert told(heard({"value": 1, "status": 0}, "hall/occupancy_pir")) == [("level:1", "occupied", 1)]
    assert not building_edge_reads({"value": 1, "status": 0}, "valve/7")


def building_edge_reads(payload: Any, topic: str) -> bool:
    return heard(payload, topic).adapter == "building-edge"


def test_a_lamp_without_a_clock_and_its_number() -> None:
    decoded = heard(LAMP)
    assert timed(decoded) == [("level:2", "occupied", 1, "", 0)]
    assert decoded.identity is not None and decoded.identity.mark == "seq:1"
    assert timed(heard(LAMP | {"unix_time_s": 1720291468}))[0][3] == "2024-07-06T18:44:28Z"
    assert heard(LAMP | {"payload": {"value": 300, "sensor_type": "brightness"}}).not_data
