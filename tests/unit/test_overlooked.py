"""What stands beside a figure and is not overlooked: the device's own time, figures of people, words that deny them."""

# ruff: noqa: E501 - a table
import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from adapting import NOW, decode, given, mappings

from besok.model.decode_context import DecodeContext
from besok.model.readings import Message
from collectors import decoding

FRAME = "application/1/device/70b3d57ed0000001/event/up"


def uplink(fields: dict[str, Any], **info: str) -> dict[str, Any]:
    """A frame as ChirpStack sends it, with the fields that its decoder has made of the bytes."""
    return {
        "deduplicationId": "a",
        "time": NOW.isoformat(),
        "deviceInfo": {
            "deviceProfileName": "Generic",
            "deviceName": "node-1",
            "devEui": FRAME[21:37],
            **info,
        },
        "fCnt": 7,
        "fPort": 1,
        "data": "AQ==",
        "object": fields,
    }


@pytest.mark.parametrize(
    ("time", "end", "period"),
    [
        ("2026-11-24T20:00:00Z", datetime(2026, 11, 24, 20, tzinfo=UTC), 0),
        (1795551300, datetime(2026, 11, 24, 20, 15, tzinfo=UTC), 0),
        ("2026-11-24T20:00:00Z/2026-11-24T20:15:00Z", datetime(2026, 11, 24, 20, 15, tzinfo=UTC), 900),
        (12, NOW, 0),  # of a clock that nobody has set
    ],
)
def test_a_frame_has_the_time_of_its_device(time: Any, end: datetime, period: int) -> None:
    (reading,) = decode(FRAME, uplink({"people_in": 12, "time": time})).readings
    assert (reading.time, reading.period_s) == (end, period)


def test_two_times_that_differ_ask() -> None:
    message = {"people_in": 3, "timestamp": "2026-11-25T08:15:00.4Z", "event_time": 1795594500}
    assert "flow:1 in 3" in given(decode("door/1", message))
    assert "two times in it differ" in given(decode("door/1", message | {"event_time": 1795590900}))
    late = decode("door/1", {"people_in": 3, "sent_at": NOW.isoformat(), "measured_at": 1795590900})
    assert late.readings[0].time == datetime(2026, 11, 25, 7, 15, tzinfo=UTC)  # sent an hour later


SENML = [{"bn": "urn:dev:mac:0024befffe804ff1:", "n": "temperature", "u": "Cel", "v": 21}]


@pytest.mark.parametrize(
    ("topic", "payload", "reads", "asks"),
    [
        # A platform's or a model's, beside what it reads
        ("zigbee2mqtt/hall/radar", {"linkquality": 80, "presence": True, "people_count": 3}, "occupied", "people_count"),
        (FRAME, uplink({"temperatureSensor": {"1": 22}, "people_in": 5}), "temperature_c", "people_in"),
        ("kpn/1", [*SENML, {"n": "people_in", "u": "/", "v": 3}], "temperature_c", "people_in"),
        ("kpn/1", [*SENML, {"n": "occupancy", "vb": True}], "temperature_c", "occupancy"),
        # ... or in what it says is no data
        ("a", {"device_id": "d", "payload": {"sensor_type": "people_in", "value": 12}}, "", "people_in"),
        ("a", {"trackingId": "x", "sourceId": "g", "occupancy": 4}, "", "occupancy"),
        ("a", {"devId": "x", "productKey": "k", "status": [{"code": "people_in", "value": 4}]}, "", "people_in"),
        ("domoticz/out", {"idx": 2, "name": "People counter", "dtype": "RFXMeter", "svalue1": "12"}, "", "People counter"),
        ("a", {"eventType": "changeReport", "eventVersion": "1", "context": {"deviceType": "Hub", "deviceMac": "01", "peopleCount": 3}}, "", "peopleCount"),
        ("a", {"channelID": 1, "dateTime": NOW.isoformat(), "eventType": "PeopleCounting", "peopleCounting": {"enter": 15, "exit": 14}}, "", "enter and exit"),
        ("a", {"Source": {"MacAddress": "00:02:81:31:00:08"}, "Data": [{"RuleType": "FlowPath", "CountingInfo": [{"In": 1, "Out": 2}]}]}, "", "In and Out"),
        # ... or as the whole of it
        ("shellies/x/people_in", "3", "", "people_in"),
        ("frigate/door/people_in", "3", "", "people_in"),
        # ... or in the network's fields where the bytes are taken for settings
        (FRAME, uplink({"people_in": 5}, deviceProfileName="Netvox R315"), "", "people_in"),
    ],
)  # fmt: skip
def test_numbers_of_people_that_nothing_reads_ask(topic: str, payload: Any, reads: str, asks: str) -> None:
    decoded = decode(topic, payload)
    assert [reading.metric for reading in decoded.readings] == [*filter(None, [reads])]
    (problem,) = decoded.problems
    assert problem.startswith(f"nobody has said what {asks} ")


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (FRAME, uplink({"presenceSensor": {"1": 1}, "digital_in_6": 1})),
        ("a", {"devId": "x", "productKey": "k", "status": [{"code": "in_number", "value": 4}, {"code": "presence_state", "value": "none"}]}),
        ("a", {"trackingId": "x", "sourceId": "g", "temperature": 65535}),
        ("a", {"type": "TrafficFlowObserved", "id": "urn:ngsi-ld:TrafficFlowObserved:1", "occupancy": {"value": 1}}),
    ],
)  # fmt: skip
def test_other_numbers_of_known_devices_do_not(topic: str, payload: Any) -> None:
    assert not decode(topic, payload).problems


def test_an_answer_about_fields_of_a_known_model_is_believed() -> None:
    told = decode(FRAME, frame := uplink({"people_in": 5}, deviceProfileName="Netvox R315")).problems[0]
    known = DecodeContext(mappings=tuple(mappings(told.replace("# values.in =", "values.in ="))))
    message = Message(topic=FRAME, payload=json.dumps(frame).encode(), received=NOW)
    assert "flow:1 in 5" in given(decoding.decode(message, known))


def test_counts_of_objects_and_both_directions_are_rejected() -> None:
    event = {"topic": "tns1:RuleEngine/CountAggregation/Counter", "timestamp": 1795594500000, "message": {"data": {"ObjectCount": "12"}}}  # fmt: skip
    assert "counts objects" in given(decode("onvif/1", event))
    items = {"kind": "people-counts", "items": [{"direction": "both", "count": 3}]}
    push = {"apiName": "Axis Retail Data", "data": {"measurements": [items]}, "sensor": {"serial": "accc8e1"}}
    assert "neither in nor out" in given(decode("axis/1", push))


@pytest.mark.parametrize(
    "name",
    [
        "people_inside_%",
        "People present (%)",
        "!people_present",
        "people_present?",
        "total_in (€)",
        "-people_in",
    ],
)
def test_a_name_with_a_sign_is_no_statement(name: str) -> None:
    assert f"nobody has said what {name} is" in given(decode("hall/sensor/2", {name: 45}))
    assert f"nobody has said what {name} is" in given(decode(f"hall/sensor/2/{name}", "45"))


@pytest.mark.parametrize(
    ("field", "word", "sober"),
    [
        ("firmware", "BikeCounter 2.4", "v1.14.1-gcb84623"),
        ("gateway_id", "parking-gw-2", "eui-a84041ffff1"),
        ("msg_id", "evt-vehicle-00812", "AXA5/0tHUGUu"),
        ("fw_version", "group-counter 1.2", "2.1.0-rc1"),
        ("sequence", "replay-7", "17"),
    ],
)
def test_words_of_other_things_in_a_code_ask(field: str, word: str, sober: str) -> None:
    assert f"({field} may change what is counted)" in given(
        decode("counters/3", {"in_total": 8, field: word})
    )
    assert "flow:1 in_total 8" in given(decode("counters/3", {"in_total": 8, field: sober}))


@pytest.mark.parametrize("beside", [{"last_reset": "2026-11-25T00:00:00Z"}, {"utc_offset": 1}])
def test_what_changes_the_period_or_the_time_is_not_plain(beside: dict[str, Any]) -> None:
    message = {"people_in": 523, "timestamp": "2026-11-25 09:15:00", **beside}
    assert f"({min(beside)} may change what is counted)" in given(decode("counters/1", message))


@pytest.mark.parametrize("name", ["PC01", "Sal R711", "MS10", "VS133"])
def test_a_name_without_its_maker_is_no_model_where_the_fields_are_of_people(name: str) -> None:
    assert "flow:1 in 5" in given(decode(FRAME, uplink({"people_in": 5}, deviceName=name)))


def test_a_name_without_its_maker_is_the_model_where_its_frame_is_read() -> None:
    frame = uplink({"people_in": 5}, deviceName="VS133 door") | {"fPort": 85}
    frame["data"] = base64.b64encode(bytes.fromhex("03d21000000004d30b000000")).decode()
    assert "in_total 16" in given(decode(FRAME, frame))


def logic(kind: str | None, name: str = "Line 1") -> dict[str, Any]:
    record = {"from": 1795594440000, "to": 1795594500000, "counts": [{"name": "fw", "value": 4}]}
    one = {"id": 3, "name": name, "records": [record]} | ({"info": kind} if kind else {})
    return {"logics_data": {"sensor_info": {"serial_number": "80:1F:12:D3:27:CA"}, "logics": [one]}}


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        *((f"XLT_{kind}", "in 4/60") for kind in ("LINE_LATE_COUNT", "ZONE_IN_OUT_COUNT", "4X_LINE_IN_OUT_COUNT")),
        (None, "in 4/60"),
        ("XLT_GROUP_LINE_LATE_COUNT", "not data"),
        *((f"XLT_{kind}", "rejected: a logic is of the kind") for kind in ("CUSTOM", "LINE_OBJECT_COUNT", "LINE_TRUCK_COUNT")),
    ],
)  # fmt: skip
def test_a_logic_counts_people_by_its_kind(kind: str | None, becomes: str) -> None:
    assert becomes in given(decode("xovis/1", logic(kind)))


def test_a_group_logic_counts_no_people() -> None:
    assert "says that no people are counted there" in given(decode("xovis/1", logic(None, "Group logic")))


def test_a_scenario_that_names_no_class_asks() -> None:
    event = {
        "topic": "axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1",
        "timestamp": 1795594500000,
    }
    asking = given(decode("axis/1", event | {"message": {"data": {"active": "1"}}}))
    assert "does not say that it watches for people alone" in asking


def test_a_time_of_linked_data_may_have_its_type() -> None:
    def stated(value: Any) -> dict[str, Any]:
        return {"type": "Property", "value": value}

    entity = {
        "id": "urn:ngsi-ld:CrowdFlowObserved:1",
        "type": "CrowdFlowObserved",
        "peopleCountTowards": stated(6),
    }
    times = {
        f"dateObserved{end}": stated({"@type": "DateTime", "@value": f"2026-11-25T08:{minute}:00Z"})
        for end, minute in (("From", 10), ("To", 15))
    }
    assert "flow:1 in 6/300 | 11-25 08:15:00" in given(decode("context", entity | times))


def test_chirpstack_v3_by_http() -> None:
    frame = {
        "applicationID": "1",
        "devEUI": "cLPVftAAAAE=",
        "deviceName": "n",
        "fCnt": 7,
        "fPort": 1,
        "data": "AQ==",
    }
    assert "flow:1 in 3" in given(decode("hooks/1", frame | {"objectJSON": '{"people_in": 3}'}))


@pytest.mark.parametrize(
    "message",
    [
        {
            "id": "urn:x:1",
            "type": "IndoorEnvironmentObserved",
            "temperature": {"value": 70, "unitCode": "FAH"},
        },
        {"event_type": "space_report", "building_ref_id": "B", "space_id": 1}
        | {"environment": {"temperature": {"value": 70, "units": "F"}}},
    ],
)
def test_a_temperature_in_fahrenheit_is_converted(message: dict[str, Any]) -> None:
    (reading,) = decode("a/1", message).readings
    assert (reading.channel, round(reading.value, 1)) == ("level:1", 21.1)


@pytest.mark.parametrize(
    "message",
    [
        {"serialNumber": "PK-001", "recorded": "2026-11-25T08:15:00Z", "occupants": 12},
        {"device_id": "bay-12", "payload": {"sensor_type": "presence", "value": 1}},
        {"mqttMethod": "UpdateX", "endpointID": 2, "peopleCount": 3},
        {"space_id": "spc_1", "count": 300, "metric": "entrances"},
    ],
)
def test_two_names_that_anybody_may_use_are_no_model(message: dict[str, Any]) -> None:
    decoded = decode("acme/1", message)
    assert decoded.problems and not decoded.readings


def irisys(**register: Any) -> dict[str, Any]:
    register = {"Name": "Register 4", "RegisterId": 4, "RegisterType": "Line", "Value": 4} | register
    log = {"Counts": [register], "Timestamp": "2026-11-25T08:15:00Z"}
    return {"CountLogs": [log], "FriendlyDeviceSerial": "V4D-1"}


def vivotek(**rule: Any) -> dict[str, Any]:
    counted = {"In": 1, "Out": 2, "StartTime": "2026-11-25T08:00:00Z", "EndTime": "2026-11-25T08:15:00Z"}
    source = {"UtcTime": "2026-11-25T08:15:00Z", "MacAddress": "00:02:81:31:00:08"}
    counting = {"RuleType": "Counting", "CountingInfo": [{"RuleName": "C1"} | counted | rule]}
    return {"Source": source, "Data": [counting]}


def hikvision(**more: str) -> dict[str, Any]:
    counted = {"statisticalMethods": "realTime", "enter": 15, "exit": 14}
    about = {"macAddress": "3c:1b:f8:00:00:01", "channelID": 1, "dateTime": "2026-11-25T09:15:24+01:00"}
    return about | {"eventType": "PeopleCounting", "peopleCounting": counted} | more


@pytest.mark.parametrize(
    ("of_people", "of_others"),
    [
        (irisys(Tags=["direction=IN"]), irisys(Tags=["direction=IN", "staff"])),
        (irisys(Tags=["direction=IN", "object=person"]), irisys(Tags=["direction=IN", "object=trolley"])),
        (vivotek(Object="Human"), vivotek(Object="Vehicle")),
        (hikvision(targetType="human"), hikvision(targetType="vehicle")),
    ],
)
def test_what_is_counted_may_stand_beside_it(of_people: dict[str, Any], of_others: dict[str, Any]) -> None:
    assert decode("c/1", of_people).readings
    assert "no people are meant" in given(decode("c/1", of_others))


@pytest.mark.parametrize(
    "name", ["people_in_15min", "visitors_15min", "count_60min", "people_per_min", "passages_10_min"]
)
def test_a_count_of_minutes_is_no_minimum(name: str) -> None:
    assert f"nobody has said what {name} is" in given(decode("door/1", {name: 12}))


@pytest.mark.parametrize(
    "message",
    [
        {"type": "people_count", "data": 15},
        {"topic": "people_in", "payload": "3"},
        {"metric": "visitors", "current": 3},
        {"counter_up": 3, "counter_down": 2},
        {"north": 3, "south": 2},
    ],
)
def test_a_number_whose_name_says_nothing_asks(message: dict[str, Any]) -> None:
    assert "nobody knows what" in given(decode("library/hall", message))


def test_a_status_and_the_number_of_a_line_are_nothing_to_ask_about() -> None:
    assert "not data" in given(decode("node/1", {"status": 1, "line": 2, "battery": 80, "rssi": -60}))


def test_a_topic_of_devices_does_not_say_what_a_number_is() -> None:
    assert "nobody knows what CO2 is" in given(decode("/devices/wb-msw-v3_1/controls/CO2", "600"))
    assert "not data" in given(decode("router/1", {"devices_inside": 30}))


@pytest.mark.parametrize(
    ("model", "name", "fields", "becomes"),
    [
        ("milesight-iot vs340", "parking-bay-3", {"occupancy": "occupied"}, 'says "parking"'),
        ("milesight-iot vs340", "desk-3", {"occupancy": "occupied"}, "occupied 1"),
        ("milesight-iot em300-th", "freezer-3", {"temperature": -18}, "not data"),
        ("acme x9", "bike-gate", {"people_in": 3}, "bike may change what is counted"),
        ("acme x9", "eui-70b3d57ed0000001", {"people_in": 3}, "flow:1 in 3"),
        ("acme x9", "vs133-door", {"line_1_total_in": 3}, "nobody has said what line_1_total_in is"),
    ],
)
def test_a_device_is_what_it_is_called_also_where_the_network_states_its_model(
    model: str, name: str, fields: dict[str, Any], becomes: str
) -> None:
    brand, _, product = model.partition(" ")
    frame = {"f_port": 1, "frm_payload": "/w==", "decoded_payload": fields}
    stated = {"brand_id": brand, "model_id": product}
    ids = {"device_id": name, "dev_eui": FRAME[21:37].upper()}
    body = {"end_device_ids": ids, "uplink_message": frame | {"version_ids": stated}}
    assert becomes in given(decode(f"v3/library@ttn/devices/{name}/up", body))
    mod = {"pId": brand, "mId": product}
    uplink = {"DevEUI": FRAME[21:37], "FPort": "1", "payload_hex": "ff", "payload": fields}
    actility = {"CustomerData": {"name": name}, "DriverCfg": {"mod": mod}}
    assert becomes in given(decode("thingpark/1", {"DevEUI_uplink": uplink | actility}))


@pytest.mark.parametrize("text", ["12 persons", "3/10", "3 of 10", "12pax"])
def test_people_within_a_text_are_not_dropped(text: str) -> None:
    assert "people_count holds values within a text" in given(decode("hall/1", {"people_count": text}))
    assert "not data" in given(decode("hall/1", {"last_motion": "2 min ago", "person_id": "12ab"}))


@pytest.mark.parametrize(
    ("entity", "unit", "asks"),
    [
        ("binary_sensor.entrance_all_occupancy", "", "cars and cats too"),
        ("binary_sensor.porch_package_occupancy", "", 'says "package"'),
        ("binary_sensor.gate_hikvision_tamper_detection", "", "happens to a camera"),
        ("binary_sensor.room_booked_occupancy", "", 'says "booked"'),
        ("binary_sensor.dummy_occupancy", "", 'says "dummy"'),
        ("sensor.entrance_person_count", "objects", "only its name says that it counts people"),
    ],
)
def test_entities_of_frigate_that_may_see_others_ask(entity: str, unit: str, asks: str) -> None:
    said = {"unit_of_measurement": unit} if unit else {"device_class": "occupancy"}
    for message in (said, {"attributes": said}):
        state = {"entity_id": entity, "state": "3" if unit else "on"}
        assert asks in given(decode("ha/1", state | message))
        event = {"event_type": "state_changed", "event_data": {"new_state": state | {"attributes": said}}}
        assert asks in given(decode("ha/1", event))
    assert "occupied 1" in given(
        decode(
            "ha/1",
            {"entity_id": "binary_sensor.entrance_person_occupancy", "state": "on"}
            | {"attributes": {"device_class": "occupancy"}},
        )
    )


@pytest.mark.parametrize(
    "name",
    [
        "entrance_bus_occupancy",
        "entrance_train_occupancy",
        "entrance_face_occupancy",
        "porch_bbq_grill_occupancy",
        "entrance_license_plate_occupancy",
        "yard_kangaroo_occupancy",
        "door_dhl_occupancy",
        "tesla_user_present",
        "my_sedan_user_present",
        "3d_printer",
        "zoom_call",
        "baby_crying",
        "rain",
        "webcam_in_use",
    ],
)
def test_an_occupancy_of_other_things_asks(name: str) -> None:
    for kind in ("occupancy", "motion"):
        entity = {"entity_id": f"binary_sensor.{name}", "state": "on", "attributes": {"device_class": kind}}
        assert "rejected" in given(decode("ha/1", entity))


@pytest.mark.parametrize(
    "profile", ["PlacePod", "Nwave NPS 405", "Bosch TPS110", "Fleximodo", "Parkplatzsensor"]
)
def test_presence_of_a_parking_sensor_asks(profile: str) -> None:
    frame = uplink({"presenceSensor": {"1": 1}}, deviceProfileName=profile)
    assert "not a person" in given(decode(FRAME, frame))
    frame = uplink({"presenceSensor": {"1": 1}}, applicationName="smart-parking")
    assert "not a person" in given(decode(FRAME, frame))


def test_a_battery_silences_no_question() -> None:
    tag = {"presence": True, "battery": 90, "linkquality": 80}
    decoded = decode("zigbee2mqtt/anna", tag)
    assert [r.metric for r in decoded.readings] == ["battery_pct"]
    assert "a tag which somebody carries" in decoded.problems[0]


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("phone_booth_2", "occupied 1"),
        ("Phone room", "occupied 1"),
        ("Laptop desk 4", "occupied 1"),
        ("Annas phone", "not data"),
        ("phone in booth 2", "not data"),
    ],
)
def test_a_phone_booth_is_a_place(name: str, becomes: str) -> None:
    assert becomes in given(decode(f"zigbee2mqtt/{name}", {"linkquality": 90, "occupancy": True}))


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        ({"predictions": [{"label": "person", "confidence": 0.9}]}, 'a list stands under "predictions"'),
        ([{"class": "Person", "bbox": [1, 2, 3, 4]}, {"class": "car"}], 'a list stands under "entrance/1"'),
        ({"trafficIn": 12, "trafficOut": 13}, "nobody has said what trafficIn and trafficOut are"),
        ({"traffic": 12}, "nobody knows what traffic is"),
        ({"detections": 3}, "nobody knows what detections is"),
    ],
)
def test_persons_in_a_list_and_the_traffic_of_a_shop_are_not_dropped(message: Any, asks: str) -> None:
    assert asks in given(decode("entrance/1", message))


def test_a_list_of_cars_is_about_cars() -> None:
    assert "not data" in given(decode("entrance/1", {"objects": [{"class": "car", "confidence": 0.9}]}))


Z2M = {"temperature": 4, "humidity": 60, "linkquality": 80}
ROOM = {"temperatureSensor": {"1": 4}}
THINGS = "v3/a@ttn/devices/a1/up"


def normalized(*measured: dict[str, Any]) -> dict[str, Any]:
    ids = {"device_id": "a1", "dev_eui": FRAME[21:37].upper()}
    uplink = {"f_port": 1, "frm_payload": "/w==", "normalized_payload": list(measured)}
    return {"end_device_ids": ids, "uplink_message": uplink}


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        *(("zigbee2mqtt/" + name, Z2M) for name in ["Gefriertruhe", "frigo", "dishwasher", "Kühltruhe", "sauna", "växthus", "balcony"]),
        *(("zigbee2mqtt/" + name, Z2M) for name in ["lodówka", "jääkaappi", "vriezer", "nevera", "kasvihuone", "parveke", "冷蔵庫", "温室"]),
        *(("sensors/" + name, {"temperature_c": 4}) for name in ["Gefriertruhe", "greenhouse", "lavatrice", "冰箱"]),
        *((topic, air | beside)
          for topic, air in (("sensors/hall", {"temperature_c": 4}), ("zigbee2mqtt/hall", Z2M))
          for beside in ({"tags": ["freezer"]}, {"labels": {"place": "frigo"}}, {"description": "air in the Gefriertruhe"})),
        (FRAME, uplink(ROOM, applicationName="freezers")),
        (FRAME, uplink({"temperature_c": 4}, applicationName="freezers")),
        (FRAME, uplink(ROOM) | {"tags": {"place": "freezer"}}),
        ("freezers/1/up", uplink(ROOM)),
        *((topic, air | beside)
          for topic, air in (("sensors/hall", {"temperature_c": 4}), ("zigbee2mqtt/hall", Z2M))
          for beside in ({"soil_moisture": 30}, {"ph": 6.5}, {"wind_speed": 3}, {"defrost": False}, {"compressor": "on"},
                         {"water_leak": False}, {"power": 230, "current": 1.2}, {"current_phase_a": 0.4})),
        (FRAME, uplink(ROOM | {"soil_moisture": 3})),
        (FRAME, uplink({"temperature_c": 20, "ph": 6})),
        (THINGS, normalized({"air": {"temperature": 20}, "wind": {"speed": 3}})),
        (THINGS, normalized({"air": {"temperature": 20}}, {"soil": {"moisture": 3}})),
        ("kpn/1", [*SENML, {"n": "soil_moisture", "u": "%", "v": 3}]),
    ],
)  # fmt: skip
def test_air_of_what_is_no_room_is_not_read(topic: str, message: Any) -> None:
    assert [r.metric for r in decode(topic, message).readings if not r.metric.startswith("battery")] == []


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        *((f"zigbee2mqtt/{name}", Z2M) for name in ("Läsesal", "Kylie", "Salle de réunion", "Studio 3", "Parkview")),
        *(("zigbee2mqtt/hall", Z2M | beside) for beside in (
            {"power_source": "battery"}, {"power_outage_count": 3}, {"voltage": 3000}, {"contact": False}, {"pressure": 1013})),
        (THINGS, normalized({"air": {"temperature": 20}, "battery": 3.1})),
        (FRAME, uplink(ROOM, applicationName="library")),
    ],
)  # fmt: skip
def test_air_of_a_room_is_read(topic: str, message: Any) -> None:
    assert "temperature_c" in given(decode(topic, message))


PACKED = base64.b64encode(b'{"people": 3}').decode()


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (
            {"message": {"data": PACKED, "messageId": "20704"}, "subscription": "projects/a/subscriptions/b"},
            "message.data",
        ),
        ([{"id": "1", "eventType": "telemetry", "data": {"body": PACKED}}], "data.body"),
        (
            {"specversion": "1.0", "type": "reading", "source": "/hall", "id": "A1", "data_base64": PACKED},
            "data_base64",
        ),
        (
            {"type": "dataMessage", "value": {"payload": "0005000a03f1"}, "metadata": {"connector": "lora"}},
            "value.payload",
        ),
    ],
    ids=["Pub/Sub", "Event Grid", "CloudEvents", "Live Objects"],
)
def test_a_message_packed_into_another_asks(message: Any, field: str) -> None:
    (problem,) = decode("cloud/hall", message).problems
    assert problem.startswith(f"{field} holds values within a text") and problem.endswith(
        "let its sender unpack it"
    )


@pytest.mark.parametrize(
    "text", ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "ok", "0a0b", "calibration-done"]
)
def test_a_token_or_a_word_is_no_packed_message(text: str) -> None:
    assert decode("cloud/hall", {"message": text, "uptime": 12}).not_data


@pytest.mark.parametrize(
    "said",
    [
        {"applicationName": "bike-counters"},
        {"applicationName": "parking"},
        {"applicationName": "simulation"},
        {"deviceName": "Simulator"},
        {"deviceName": "Forecast door"},
    ],
    ids=str,
)
def test_an_unknown_frame_asks_if_its_names_speak_of_others_or_of_no_reality(said: dict[str, str]) -> None:
    assert "in 3" in given(decode(FRAME, uplink({"people_in": 3}, applicationName="library")))
    refused = decode(FRAME, uplink({"people_in": 3}, **said))
    assert not refused.readings
    assert "may change what is counted" in given(refused)


def test_an_entity_that_tells_where_a_phone_is_is_no_data() -> None:
    attributes = {"device_class": "occupancy", "source_type": "gps"}
    state = {"entity_id": "binary_sensor.office_occupancy", "state": "on", "attributes": attributes}
    assert decode("ha/1", state).not_data == "where somebody is; nothing of it is kept"


@pytest.mark.parametrize("name", ["catflap", "petdoor", "Litterbox", "Dogbed", "Birdfeeder"])
def test_presence_at_what_animals_use_asks(name: str) -> None:
    assert not decode(f"zigbee2mqtt/{name}", {"occupancy": True, "linkquality": 80}).readings


@pytest.mark.parametrize(("topic", "word"), [("garden-room/air", "garden"), ("office/board-room", "board")])
def test_air_under_a_name_that_a_room_may_have_asks_whose_it_is(topic: str, word: str) -> None:
    said = given(decode(topic, {"temperature_c": 21.5, "co2_ppm": 500}))
    assert f'says "{word}": if it measures the air of a room' in said


@pytest.mark.parametrize("name", ["median", "dew", "maximum", "average"])
def test_a_number_named_by_what_was_done_to_it_alone_asks(name: str) -> None:
    assert f"nobody knows what {name} is" in given(decode("c/1", {name: 3}))
