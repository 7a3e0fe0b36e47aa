"""FIWARE entities and measures, and the Observations of SensorThings."""

import pytest
from adapting import TIME, decode, device, said

CROWD = {"id": "urn:ngsi-ld:CrowdFlowObserved:Square", "type": "CrowdFlowObserved"}
WINDOW = {"dateObservedFrom": "2026-11-25T08:10:00Z", "dateObservedTo": "2026-11-25T08:15:00Z"}


def test_a_crowd_in_its_window() -> None:
    counts = {"peopleCount": 100, "peopleCountTowards": 60, "peopleCountAway": 40}
    decoded = decode("notify", {**CROWD, **WINDOW, **counts})
    assert device(decoded) == ("fiware", CROWD["id"])
    assert [(r.channel, r.metric, r.value, r.period_s, r.time) for r in decoded.readings] == [
        ("flow:1", "in", 60, 300, TIME),
        ("flow:1", "out", 40, 300, TIME),
    ]


@pytest.mark.parametrize(
    ("direction", "metric"),
    [({"direction": "inbound"}, "in"), ({"direction": "outbound"}, "out"), ({}, "passages")],
)
def test_a_crowd_of_one_direction_or_none(direction: dict[str, str], metric: str) -> None:
    fields = {
        **CROWD,
        **direction,
        "peopleCount": 7,
        "dateObserved": "2026-11-25T09:10:00/2026-11-25T09:15:00",
    }
    (reading,) = decode("notify", fields).readings
    assert (reading.metric, reading.value, reading.period_s, reading.time) == (metric, 7, 300, TIME)


def test_linked_data_in_a_notification() -> None:
    room = {
        "id": "urn:ngsi-ld:Room:hall",
        "type": "IndoorEnvironmentObserved",
        "peopleCount": {"type": "Property", "value": 7, "observedAt": "2026-11-25T08:15:00Z"},
        "temperature": {"type": "Property", "value": 21, "unitCode": "CEL"},
        "relativeHumidity": {"type": "Property", "value": 0.41},
    }
    decoded = decode(
        "notify", {"type": "Notification", "data": [room, {**CROWD, **WINDOW, "peopleCount": 3}]}
    )
    assert {(r.device[-4:], r.metric, r.value, r.time) for r in decoded.readings} == {
        ("hall", "people", 7, TIME),
        ("hall", "temperature_c", 21, TIME),
        ("hall", "humidity_pct", 41, TIME),
        ("uare", "passages", 3, TIME),
    }


def test_the_short_names_of_the_manuals() -> None:
    both = {"level:1 humidity_pct": 70, "level:1 temperature_c": 15}
    assert said(decode("/json/SECRET/door-1/attrs", {"h": 70, "t": 15})) == both
    assert device(decode("/json/SECRET/door-1/attrs", {"h": 70})) == ("fiware", "door-1")
    assert said(decode("/json/SECRET/door-1/attrs/h", b"70")) == {"level:1 humidity_pct": 70}


@pytest.mark.parametrize(
    "payload",
    [
        '{"id": "urn:ngsi-ld:X:1", "type": "CrowdFlowObserved", "peopleCount": 1, "peopleCount": 2}',
        {**CROWD, "peopleCount": "many"},
        {**CROWD, "peopleCount": 3, "dateObservedFrom": "2026-11-25T09:00:00Z",
         "dateObservedTo": "2026-11-25T08:00:00Z"},
        {**CROWD, "peopleCount": 3, "id": "urn:ngsi-ld:" + "x" * 200},
    ],
)  # fmt: skip
def test_what_is_refused(payload: object) -> None:
    decoded = decode("notify", payload)
    assert decoded.problems
    assert not decoded.readings


def test_entities_about_other_things_count_nobody() -> None:
    traffic = {
        "id": "urn:ngsi-ld:TrafficFlowObserved:1",
        "type": "TrafficFlowObserved",
        "occupancy": {"value": 1},
    }
    assert decode("ngsi", traffic).not_data


def test_an_observation_is_asked_about_unless_it_says_what_it_is() -> None:
    topic, fields = (
        "v1.1/Datastreams(7)/Observations",
        {"result": 12, "phenomenonTime": "2026-11-25T08:15:00Z"},
    )
    (told,) = decode(topic, fields).problems
    assert "only its Datastream knows" in told
    kind = {"unitOfMeasurement": {"symbol": "ppm"}, "ObservedProperty": {"name": "CO2"}}
    expanded = {**fields, "Datastream": {"@iot.id": 8, **kind}}
    assert device(decode(topic, expanded)) == ("sensorthings", "Datastreams(7)")
    assert device(decode("v1.1/Observations", expanded)) == ("sensorthings", "Datastreams(8)")
    assert said(decode("v1.1/Observations", expanded)) == {"level:1 co2_ppm": 12}


def test_other_entities_are_no_observations() -> None:
    assert decode("v1.1/Things(1)", {"name": "Hall"}).not_data
