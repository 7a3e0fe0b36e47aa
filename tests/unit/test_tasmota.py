"""Tasmota: local times, rules of motion sensors, pulse counters that count anything."""

from datetime import UTC, datetime

import pytest
from adapting import TIME, choices, decode, device, said

from besok.model import mapping_draft


@pytest.mark.parametrize(
    ("topic", "payload", "found"),
    [
        ("stat/hall/PIR1", "ON", {"level:1 occupied": 1}),
        ("stat/hall/PIR2", "OFF", {"level:2 occupied": 0}),
        ("stat/hall/MOTION", "1", {"level:1 occupied": 1}),
        ("hall/stat/MOTION", "0", {"level:1 occupied": 0}),
        ("tele/hall/SENSOR", {"Time": "2026-11-25T09:15:00", "PIR1": "ON"}, {"level:1 occupied": 1}),
    ],
)
def test_motion(topic: str, payload: object, found: dict[str, float]) -> None:
    decoded = decode(topic, payload)
    assert device(decoded) == ("tasmota", "hall")
    assert said(decoded) == found


def test_climate_in_local_time() -> None:
    fields = {
        "Time": "2026-11-25T09:15:00",
        "SCD30": {"CarbonDioxide": 640, "Temperature": 70.0, "Humidity": 41.5},
        "AM2301": {"Temperature": 68.0},
        "BH1750": {"Illuminance": 120},
        "Switch1": "ON",
        "TempUnit": "F",
    }
    decoded = decode("tele/floor1/hall/SENSOR", fields)
    assert device(decoded) == ("tasmota", "floor1/hall")
    assert {r.time for r in decoded.readings} == {TIME}
    assert said(decoded) == {
        "level:1 co2_ppm": 640,
        "level:1 temperature_c": 21.111111111,
        "level:1 humidity_pct": 41.5,
        "level:AM2301 temperature_c": 20,
        "level:1 light_lux": 120,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"Counter1": 4},
        {"COUNTER": {"C1": 4}},
        {"Counter1": 4, "Counter2": 7},
        {"COUNTER": {"C1": 4, "C2": 7}},
    ],
)
def test_a_pulse_counter_counts_anything_and_is_asked_about(fields: dict[str, object]) -> None:
    decoded = decode("tele/door/SENSOR", {"Time": "2017-11-03T18:44:15", **fields})
    assert not decoded.readings
    for told in decoded.problems:
        assert "could count people or anything else" in told
        draft = mapping_draft.read(told)
        assert draft is not None
        assert (draft.device, draft.time) == ("topic:2..-2", "$.Time")
        assert list(choices(told)) == ["passages_total"]


def test_a_switch_that_acts_may_be_a_motion_sensor() -> None:
    (told,) = decode("tele/hall/SENSOR", {"Time": "2017-11-03T18:44:15", "Switch1": "ON"}).problems
    assert choices(told) == {"occupied": "$.Switch1"}
    (told,) = decode("stat/hall/RESULT", {"Switch1": {"Action": "ON"}}).problems
    assert choices(told) == {"occupied": "$.Switch1.Action"}


def test_what_a_script_says_of_people_is_asked_about_and_the_warmth_of_the_chip_is_none() -> None:
    fields = {"Time": "2026-11-25T09:15:00", "ESP32": {"Temperature": 44}}
    assert decode("tele/hall/SENSOR", fields).not_data
    assert decode("tele/hall/SENSOR", {**fields, "PeopleCounter": {"In": 4, "Out": 3}}).problems


def test_coming_and_going() -> None:
    assert [s.online for s in decode("tele/hall/LWT", "Online", retained=True).statuses] == [True]
    assert [s.online for s in decode("tele/hall/LWT", "Offline", retained=True).statuses] == [False]
    assert decode("tele/hall/LWT", "maybe").problems


def test_a_time_shown_twice_is_that_of_its_receipt() -> None:
    (reading,) = decode("tele/hall/SENSOR", {"Time": "2026-10-25T02:30:00", "PIR1": "ON"}).readings
    assert reading.time == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
