"""Axis: the people counters' push and sums, and the events of cameras, whose values are all text."""

from typing import Any

import pytest
from hearing import heard, timed, told

from besok.model.decode_context import DecodeContext

TOPIC = "axis/B8A44FA11111/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1"


def push(*counts: tuple[str, int], kind: str = "people-counts") -> dict[str, Any]:
    items = [{"direction": direction, "count": count, "adults": 0} for direction, count in counts]
    spell = {"utcFrom": "2024-12-01T08:00:00Z", "utcTo": "2024-12-01T08:15:00Z"}
    local = {"localFrom": "2024-12-01T09:00:00", "localTo": "2024-12-01T09:15:00"}
    return {
        "apiName": "Axis Retail Data",
        "apiVersion": "0.4",
        "data": spell | local | {"measurements": [{"kind": kind, "items": items} | spell | local]},
        "sensor": {
            "application": "AXIS 3D People Counter",
            "timeZone": "Europe/Stockholm",
            "serial": "B8:A4:4F:A1:11:11",
        },
    }


def event(part: str = "Device1Scenario1", /, **data: str) -> dict[str, Any]:
    topic = f"axis:CameraApplicationPlatform/ObjectAnalytics/{part}"
    return {"topic": topic, "timestamp": 1733040000123, "message": {"source": {}, "key": {}, "data": data}}


def test_a_push_is_the_people_of_its_period_and_adults_are_among_them() -> None:
    decoded = heard(push(("in", 3), ("out", 1)))
    assert timed(decoded) == [
        ("flow:1", "in", 3, "2024-12-01T08:15:00Z", 900),
        ("flow:1", "out", 1, "2024-12-01T08:15:00Z", 900),
    ]
    assert {r.device for r in decoded.readings} == {"b8a44fa11111"}


def test_local_times_stand_in_with_the_zone_of_the_counter() -> None:
    given = push(("in", 3))
    for spell in (given["data"], given["data"]["measurements"][0]):
        del spell["utcFrom"], spell["utcTo"]
    assert timed(heard(given))[0][3:] == ("2024-12-01T08:15:00Z", 900)


def test_a_push_without_measurements_is_a_test_and_another_kind_is_told() -> None:
    given = push(("in", 3))
    assert "fish" in heard(push(("in", 3), kind="fish")).problems[0]
    given["data"]["measurements"] = []
    assert heard(given).not_data and not heard(given).problems


def test_an_event_may_say_its_serial_number_too() -> None:
    event = {"topic": "axis:CameraApplicationPlatform/VMD/Camera1Profile1", "timestamp": 1733040000123}
    event |= {"serial": "B8A44F000001", "message": {"source": {}, "key": {}, "data": {"active": "1"}}}
    assert told(heard(event)) == [("level:Camera1Profile1", "occupied", 1)]


def test_the_sums_of_today_are_totals_in_local_time() -> None:
    given = {
        "serial": "00408CAC512B",
        "name": "Exit south",
        "timestamp": "20241201093000",
        "in": 12,
        "out": 318,
    }
    assert timed(heard(given, known=DecodeContext(zone="Europe/Stockholm"))) == [
        ("flow:1", "in_total", 12, "2024-12-01T08:30:00Z", 0),
        ("flow:1", "out_total", 318, "2024-12-01T08:30:00Z", 0),
    ]
    given = {"serial": "00:40:8c:18:82:27", "timestamp": "2024-12-01T09:30:00+01:00"}
    given |= {"occupancy": 15, "total_in": 100, "total_out": 85}
    assert told(heard(given)) == [
        ("flow:1", "in_total", 100),
        ("flow:1", "out_total", 85),
        ("level:1", "people", 15),
    ]


def test_a_line_counts_on_and_an_area_tells_who_is_in_it() -> None:
    line = heard(event(reason="human", total="9", totalHuman="7", totalCar="2", scenario="door"), TOPIC)
    assert timed(line) == [("flow:Device1Scenario1", "in_total", 7, "2024-12-01T08:00:00Z", 0)]
    assert line.readings[0].device == "b8a44fa11111"
    assert told(heard(event(total="3", human="2", scenario="hall"))) == [
        ("level:Device1Scenario1", "people", 2)
    ]
    assert told(heard(event(reason="human", total="9"))) == [("flow:Device1Scenario1", "in_total", 9)]


def test_vehicles_are_not_people_and_a_bare_total_is_of_nobody_knows_what() -> None:
    assert heard(event(reason="car", total="9", totalCar="9")).not_data
    assert "total" in heard(event(total="9", scenario="hall")).problems[0]


@pytest.mark.parametrize(("said", "means"), [("0", 0), ("1", 1), ("true", 1), ("false", 0)])
def test_a_state_written_as_text(said: str, means: int) -> None:
    assert told(heard(event("Device1Scenario3", active=said))) == [
        ("level:Device1Scenario3", "occupied", means)
    ]
    motion = event(state=said) | {"topic": "onvif:Device/axis:Sensor/PIR"}
    assert told(heard(motion)) == [("level:PIR", "occupied", means)]


def test_events_of_any_scenario_and_of_other_parts_of_the_camera_count_nothing() -> None:
    assert heard(event("Device1ScenarioANY", active="1")).not_data
    assert heard(event() | {"topic": "onvif:Device/axis:IO/Port"}).not_data
