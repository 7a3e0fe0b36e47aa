"""FIWARE entities and measures, and the Observations of SensorThings."""

import pytest
from adapting import TIME, decode, device, mappings, said

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
        "notify", {"type": "Notification", "data": [room, {**CROWD, **WINDOW, "peopleCount": 3}, 4]}
    )
    assert [(r.device[-4:], r.metric, r.value, r.time) for r in decoded.readings] == [
        ("hall", "people", 7, TIME),
        ("hall", "temperature_c", 21, TIME),
        ("hall", "humidity_pct", 41, TIME),
        ("uare", "passages", 3, TIME),
    ]
    assert decoded.problems == ("4 is no entity with a type and an id",)


def test_measures_of_an_agent_without_its_key() -> None:
    decoded = decode("/json/SECRET/door-1/attrs", {"people_count": 7, "TimeInstant": "2026-11-25T08:15:00Z"})
    assert device(decoded) == ("fiware", "door-1")
    assert [(r.metric, r.value, r.time) for r in decoded.readings] == [("people", 7, TIME)]
    assert said(decode("/json/SECRET/door-1/attrs/occupied", "true")) == {"level:1 occupied": 1}
    assert said(decode("/ul/SECRET/door-1/attrs", "2026-11-25T08:15:00Z|co2|640|people_count|7")) == {
        "level:1 co2_ppm": 640,
        "level:1 people": 7,
    }


def test_the_short_names_of_the_manuals() -> None:
    assert said(decode("/json/SECRET/door-1/attrs", {"h": 70, "t": 15})) == {
        "level:1 humidity_pct": 70,
        "level:1 temperature_c": 15,
    }
    assert said(decode("/json/SECRET/door-1/attrs/h", b"70")) == {"level:1 humidity_pct": 70}


def test_measures_of_nobody_knows_what_are_asked_about_without_the_key() -> None:
    (told,) = decode("/json/SECRET/door-1/attrs", {"q": 70, "k": 15}).problems
    assert "nobody knows what q and k are" in told
    assert "SECRET" not in told
    (mapping,) = mappings(told)
    assert (mapping.topic, mapping.device) == ("/json/+/door-1/attrs", "topic:3")


@pytest.mark.parametrize(
    "payload",
    [
        '{"id": "urn:ngsi-ld:X:1", "type": "CrowdFlowObserved", "type": "x"}',
        {**CROWD, "peopleCount": "many"},
        {**CROWD, "peopleCount": 3, "dateObservedFrom": "2026-11-25T09:00:00Z",
         "dateObservedTo": "2026-11-25T08:00:00Z"},
        {"id": "urn:ngsi-ld:Pit:1", "type": "Pit", "depth": 3},
        {**CROWD, "id": "urn:ngsi-ld:" + "x" * 200},
    ],
)  # fmt: skip
def test_what_is_refused(payload: object) -> None:
    decoded = decode("notify", payload)
    assert decoded.problems
    assert not decoded.readings


def test_an_observation_is_asked_about_unless_something_says_what_it_is() -> None:
    topic, fields = (
        "v1.1/Datastreams(7)/Observations",
        {"result": 12, "phenomenonTime": "2026-11-25T08:15:00Z"},
    )
    (told,) = decode(topic, fields).problems
    assert "only its Datastream knows" in told
    assert mappings(told)[0].time == "$.phenomenonTime"
    decoded = decode(topic, fields, models={("sensorthings", "Datastreams(7)"): "people_count"})
    assert device(decoded) == ("sensorthings", "Datastreams(7)")
    assert [(r.metric, r.value, r.time) for r in decoded.readings] == [("people", 12, TIME)]
    stream = {"Datastream": {"@iot.id": 8, "name": "Hall: CO2"}}
    assert device(decode("v1.1/Observations", {**fields, **stream})) == ("sensorthings", "Datastreams(8)")
    assert said(decode("v1.1/Observations", {**fields, **stream})) == {"level:1 co2_ppm": 12}


def test_entities_about_other_things_count_nobody_and_mappings_reach_into_attributes() -> None:
    traffic = {
        "id": "urn:ngsi-ld:TrafficFlowObserved:1",
        "type": "TrafficFlowObserved",
        "occupancy": {"value": 1},
    }
    assert decode("ngsi", traffic).not_data
    room = {"id": "urn:ngsi-ld:Room:1", "type": "Room", "count": {"type": "Number", "value": 4}}
    (proposed,) = mappings(decode("ngsi", room).problems[0])
    assert proposed.values == {"people": "$.count.value"}


def test_a_version_in_a_topic_is_not_yet_a_service_of_sensorthings() -> None:
    ubidots = {"people": {"value": 3, "timestamp": 1795594500000}}
    assert "nobody has said what people is" in decode("/v1.6/devices/door1", ubidots).problems[0]


def test_other_entities_are_no_observations() -> None:
    assert decode("v1.1/Things(1)", {"name": "Hall"}).not_data
    assert "nothing says of which Datastream" in decode("v1.1/Observations", {"result": 1}).problems[0]
