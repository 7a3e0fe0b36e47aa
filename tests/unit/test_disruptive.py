"""Disruptive Technologies: the value lies under a key that the event type names."""

from typing import Any

from hearing import heard, timed, told


def event(kind: str, **value: Any) -> dict[str, Any]:
    told = value | {"updateTime": "2024-05-09T10:46:46.123456Z"}
    return {
        "eventType": kind,
        kind: told,
        "eventId": "e1",
        "targetName": "projects/p1/devices/d1",
        "labels": {},
    }


def enveloped(kind: str, **value: Any) -> dict[str, Any]:
    inside = event(kind, **value)
    return {
        "event": {"eventType": kind, "targetName": inside["targetName"], "data": {kind: inside[kind]}},
        "labels": {},
    }


def test_a_desk_and_movement_at_the_time_of_the_change() -> None:
    for form in (event, enveloped):
        decoded = heard(form("deskOccupancy", state="NOT_OCCUPIED"))
        assert timed(decoded) == [("level:1", "occupied", 0, "2024-05-09T10:46:46Z", 0)]
        assert decoded.readings[0].device == "d1"
    assert told(heard(event("motion", state="NO_MOTION_DETECTED"))) == [("level:1", "occupied", 0)]


def test_a_thing_that_is_near_is_no_person_and_its_counter_counts_movements() -> None:
    assert heard(event("objectPresent", state="PRESENT")).not_data
    assert told(heard(event("objectPresentCount", total=4176))) == [("level:1", "motions_total", 4176)]


def test_climate_and_battery_and_what_is_neither() -> None:
    climate = told(heard(event("humidity", relativeHumidity=40.5, temperature=21)))
    assert climate == [("level:1", "humidity_pct", 40.5), ("level:1", "temperature_c", 21)]
    assert heard(event("networkStatus", signalStrength=99)).not_data
