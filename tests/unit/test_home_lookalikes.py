"""Home automation and radio bridges: payloads that look like people and are none, and those only a free name hints at."""

# ruff: noqa: E501 - a table
from typing import Any

import pytest
from adapting import decode

PEOPLE = {"people", "occupied", "in", "out", "in_total", "out_total", "passages", "passages_total", "motions", "motions_total"}  # fmt: skip


def shelly(**params: Any) -> dict[str, Any]:
    return {"src": "shelly1-aa", "method": "NotifyStatus", "params": {"ts": 1795594500, **params}}


def entity(entity_id: str, state: Any, **attributes: Any) -> dict[str, Any]:
    return {"entity_id": entity_id, "state": state, "attributes": attributes}


def sparkplug(name: str, value: Any) -> dict[str, Any]:
    return {"timestamp": 1795594500000, "seq": 1, "metrics": [{"name": name, "value": value}]}


def heard(**fields: Any) -> dict[str, Any]:
    return {"id": "60:EF:AB:AA:BB:CC", "rssi": -70, **fields}


NOTHING: tuple[tuple[str, Any], ...] = (
    # Zigbee2MQTT: modes, timers, tags, things and orders
    ("zigbee2mqtt/thermostat", {"occupancy_mode": "occupied", "linkquality": 80}),
    ("zigbee2mqtt/thermostat", {"thermostat_occupancy": "occupied", "occupied_heating_setpoint": 21}),
    ("zigbee2mqtt/thermostat", {"occupied_cooling_setpoint": 25, "unoccupied_heating_setpoint": 16}),
    ("zigbee2mqtt/hall", {"motion_state": "moving", "presence_state": "presence"}),
    ("zigbee2mqtt/hall", {"presence_event": "enter", "action": "region_1_enter"}),
    ("zigbee2mqtt/hall", {"no_occupancy_since": 120}),
    ("zigbee2mqtt/shelf", {"vibration": True, "strength": 7, "device": {"model": "DJT11LM"}}),
    ("zigbee2mqtt/pipe", {"occupancy": True, "battery_low": False, "device": {"model": "AV2010/33"}}),
    ("zigbee2mqtt/keys", {"presence": True, "device": {"model": "STS-PRS-251"}}),
    ("zigbee2mqtt/door", {"contact": False, "linkquality": 90}),
    ("zigbee2mqtt/lock", {"state": "UNLOCK", "lock_state": "unlocked", "users": {"1": {"status": "enabled"}}}),
    ("zigbee2mqtt/parking/spot_12", {"occupancy": True}),
    ("zigbee2mqtt/car_park_3", {"presence": True}),
    ("zigbee2mqtt/toilet", {"occupancy_status": True, "lid_switch": "OPEN"}),
    ("zigbee2mqtt/valve", {"cyclic_timed_irrigation": {"current_count": 5, "total_number": 10}}),
    ("zigbee2mqtt/button", {"action": "single", "count": 12}),
    ("zigbee2mqtt/hall", {"people_count": 7, "linkquality": 80}),
    ("zigbee2mqtt/hall", {"desk_1": "free", "desk_2": "occupied"}),
    ("zigbee2mqtt/hall/set", {"occupancy": True}),
    ("zigbee2mqtt/hall/radar/set", {"presence": True}),
    ("zigbee2mqtt/bridge/event", {"type": "device_interview", "data": {"occupancy": True}}),
    ("zigbee2mqtt/bridge/devices", [{"definition": {"exposes": [{"name": "occupancy", "value_on": True}]}}]),
    # Tasmota: relays, badges, chips, scripts
    ("stat/hall/POWER1", "ON"),
    ("stat/hall/RESULT", {"POWER1": "ON"}),
    ("tele/hall/SENSOR", {"Time": "2026-11-25T09:15:00", "Switch1": "ON"}),
    ("tele/door/SENSOR", {"Time": "2026-11-25T09:15:00", "COUNTER": {"C1": 431}}),
    ("tele/door/SENSOR", {"Time": "2026-11-25T09:15:00", "Counter1": 431}),
    ("tele/door/SENSOR", {"Time": "2026-11-25T09:15:00", "RDM6300": {"UID": "04A3C21B"}}),
    ("tele/door/SENSOR", {"Time": "2026-11-25T09:15:00", "PN532": {"UID": "04A3C21B", "DATA": "Anna"}}),
    ("tele/hall/SENSOR", {"Time": "2026-11-25T09:15:00", "BLEDevices": {"total": 7}}),
    ("tele/hall/SENSOR", {"Time": "2026-11-25T09:15:00", "IBEACON": {"UID": "3A2990", "RSSI": -60, "STATE": "ON"}}),
    ("tele/lamp/SENSOR", {"Time": "2026-11-25T09:15:00", "ANALOG": {"Temperature": 51.3}}),
    ("tele/hall/SENSOR", {"Time": "2026-11-25T09:15:00", "PeopleCounter": {"In": 4, "Out": 3}}),
    ("tele/zb/SENSOR", {"ZbReceived": {"0x03E7": {"Device": "0x03E7", "Contact": 0, "LinkQuality": 60}}}),
    ("tele/zb/SENSOR", {"ZbReceived": {"0x03E7": {"Device": "0x03E7", "OccupancyTimeout": 90}}}),
    ("tele/parking_lot/SENSOR", {"Time": "2026-11-25T09:15:00", "PIR1": "ON"}),
    ("stat/bicycle_shed/PIR1", "ON"),
    ("cmnd/hall/PIR1", "ON"),
    ("tele/hall/STATE", {"Time": "2026-11-25T09:15:00", "UptimeSec": 5, "LoadAvg": 19, "MqttCount": 3}),
    # Shelly: inputs, relays, virtual components, doors
    ("s/events/rpc", shelly(**{"input:0": {"id": 0, "state": True}})),
    ("s/events/rpc", shelly(**{"bthomesensor:201": {"id": 201, "value": True}})),
    ("s/events/rpc", shelly(**{"input:2": {"counts": {"total": 155}}})),
    ("s/events/rpc", {"src": "s", "method": "NotifyEvent", "params": {"events": [
        {"component": "presence", "event": "live_track", "data": {"tracks": [{"id": 1, "x": 2}]}}]}}),
    ("s/events/rpc", {"src": "s", "method": "NotifyEvent", "params": {"events": [
        {"component": "script:1", "event": "shelly-blu", "data": {"address": "bc:02:6e:c3:aa:bb", "window": 1}}]}}),
    ("s/status/input:0", {"id": 0, "state": True}),
    ("s/events/rpc", shelly(**{"temperature:0": {"id": 0, "tC": 46.1}, "em:0": {"total_act_power": 421.0}})),
    ("s/events/rpc", shelly(**{"temperature:101": {"id": 101, "tC": 61.5}})),  # a probe
    ("main/status/temperature:0", {"id": 0, "tC": 46.1, "tF": 115.0}),
    ("shellyplus1-aa/status/temperature:100", {"id": 100, "tC": 61.5, "tF": 142.7}),
    ("s/status/cover:0", {"id": 0, "state": "open", "current_pos": 100}),
    ("shellies/shellydw2-1/sensor/state", "open"),
    ("shellies/shellymotion-1/status", {"motion": False, "active": False}),
    ("shellies/shelly1-1/input/0", "1"),
    # Theengs, OpenMQTTGateway: phones, scales, blinds, trackers
    ("home/g/BTtoMQTT/60EFABAABBCC", heard(name="Anna's phone", distance=1.2)),
    ("home/g/BTtoMQTT/60EFABAABBCC", heard(model_id="SBBT-002C", type="CTMO", motion=True, open=40)),
    ("home/g/BTtoMQTT/60EFABAABBCC", heard(model_id="TPMS", type="TIRE", pres=2.4)),
    ("home/g/BTtoMQTT/60EFABAABBCC", heard(model_id="SBDW-002C", type="CTMO", open=True)),
    ("home/g/BTtoMQTT/60EFABAABBCC", heard(servicedata="400907", servicedatauuid="0xfcd2")),
    ("home/g/BTtoMQTT/60EFABAABBCC", heard(servicedata="402201", servicedatauuid="0xfcd2")),
    ("home/g/RTL_433toMQTT", {"model": "Interlogix-Security", "subtype": "contact", "switch1": "OPEN"}),
    ("home/home_presence/gateway", heard(txpower=12, distance=0.49)),
    ("espresense/devices/phone:anna/hall", {"id": "phone:anna", "distance": 1.2}),
    # ESPHome and Homie: free names, modes, persons' things
    ("hall/binary_sensor/desk_occupied/state", "ON"),
    ("hall/binary_sensor/anna_phone_presence/state", "ON"),
    ("hall/sensor/people_counter/state", "3"),
    ("hall/sensor/parking_occupancy/state", "7"),
    ("hall/sensor/moving_distance/state", "140"),
    ("hall/select/occupancy_mode/state", "occupied"),
    ("parking/binary_sensor/occupancy/state", "ON"),
    ("homie/car/seat/occupied", "true"),
    ("homie/hall/counter/count", "7"),
    ("homie/hall/thermostat/mode", "occupied"),
    # Home Assistant: persons, phones, zones, schedules, other classes, free names
    ("homeassistant/binary_sensor/hall_motion/state", "on"),
    ("homeassistant/sensor/people_count/state", "7"),
    ("homeassistant/counter/visitors/state", "7"),
    ("homeassistant/input_boolean/occupied/state", "on"),
    ("homeassistant/zone/library/state", "3"),
    ("homeassistant/binary_sensor/hall/config", {"device_class": "occupancy", "state_topic": "x", "payload_on": "on"}),
    ("ha/1", entity("person.anna", "home", latitude=56.0)),
    ("ha/1", entity("binary_sensor.anna", "on", device_class="presence")),
    ("ha/1", entity("binary_sensor.suitcase", "on", device_class="moving")),
    ("ha/1", entity("binary_sensor.parking_spot_3", "on", device_class="occupancy")),
    ("ha/1", entity("binary_sensor.annas_iphone_motion", "on", device_class="motion")),
    ("ha/1", entity("climate.hall", "heat", preset_mode="occupied", occupancy="occupied")),
    ("ha/1", entity("number.occupancy_timeout", "60", device_class="duration")),
    ("ha/1", entity("sensor.hall", "4", unit_of_measurement="people")),
    ("ha/1", entity("sensor.nuc_processor_temperature", "61", device_class="temperature", unit_of_measurement="°C")),
    ("ha/1", {"event_type": "automation_triggered", "event_data": {"name": "occupied"}}),
    ("spBv1.0/l/DDATA/g/d", sparkplug("people", 7)),
    # Other bridges
    ("hue/events", [{"type": "update", "data": [{"type": "geofence_client", "is_at_home": True}]}]),
    ("hue/events", [{"type": "update", "data": [{"type": "motion", "id": "1",
                                                 "motion": {"motion": True, "motion_valid": False}}]}]),
    ("deconz/sensors/7", {"type": "CLIPPresence", "state": {"presence": True}, "uniqueid": "1"}),
    ("deconz/sensors/7", {"type": "Geofence", "state": {"presence": True}, "name": "Anna"}),
    ("deconz/sensors/7", {"type": "ZHAOpenClose", "state": {"open": True}}),
    ("zwave/car/notification/endpoint_0/Home_Security/Motion_sensor_status", {"time": 1795594500000, "value": 8}),
    ("zwave/hall/notification/endpoint_0/Access_Control/Door_state", {"time": 1795594500000, "value": 22}),
    ("domoticz/out", {"dtype": "Light/Switch", "switchType": "On/Off", "idx": 7, "name": "Hall", "nvalue": 1}),
    ("domoticz/out", {"dtype": "Light/Switch", "switchType": "Door Contact", "idx": 7, "nvalue": 1}),
    ("matter/events", {"event": "attribute_updated", "data": [5, "1/1030/1", 3]}),
    ("tuya/pulsar", {"devId": "bf1", "productKey": "p", "status": [{"code": "switch_1", "value": True, "t": 1795594500000}]}),
    ("spBv1.0/plant/DDATA/edge/press", sparkplug("passages_total", 7)),
    # things in the languages of the place, also without accents
    ("zigbee2mqtt/torktumlaren", {"occupancy": True, "linkquality": 80}),
    ("ha/x", entity("binary_sensor.m1", "on", device_class="motion", friendly_name="Litière du chat")),
    # what a field next to it says it is
    ("zigbee2mqtt/entrance/cam", {"occupancy": True, "object_type": "car", "linkquality": 80}),
    ("zigbee2mqtt/entrance/cam", {"presence": True, "tags": ["bicycle"], "linkquality": 80}),
    # names within, and what a thermostat, a lock and a tag call occupancy
    ("zigbee2mqtt/valve", {"system_mode": "heat", "occupancy": True, "linkquality": 80}),
    ("zigbee2mqtt/kim-tag", {"presence": True, "battery": 50, "linkquality": 80}),
    ("dirigera", {"type": "deviceStateChanged", "data": {"id": "1", "deviceType": "motionSensor", "attributes": {"isDetected": True, "customName": "Garage car"}}}),
    ("ha/x", {"event_type": "state_changed", "event_data": {"new_state": entity("binary_sensor.m1", "on", device_class="motion", friendly_name="Horse stable")}}),
    ("owntracks/anna/phone", {"_type": "transition", "event": "enter", "desc": "library", "tid": "an"}),
)  # fmt: skip


def counts_nothing(topic: str, payload: Any) -> bool:
    decoded = decode(topic, payload)
    return not decoded.readings and bool(decoded.problems or decoded.not_data)


def test_nothing_counts() -> None:
    assert [row for row in NOTHING if not counts_nothing(*row)] == []


@pytest.mark.parametrize(
    ("name", "asks"),
    [
        (name, True)
        for name in ("Board room", "Return desk", "Garden room", "Källaren", "Hall dew point", "Forecast")
    ]
    + [(name, False) for name in ("Freezer 2", "CPU", "Carport", "Outdoor north")],
)
def test_air_is_left_out_in_silence_only_where_no_room_is_meant(name: str, asks: bool) -> None:
    decoded = decode(f"zigbee2mqtt/{name}", {"temperature": 21, "humidity": 40})
    assert not decoded.readings
    assert bool(decoded.problems) is asks
    assert bool(decoded.not_data) is not asks
    assert not asks or "if it measures the air of a room" in decoded.problems[0]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("zigbee2mqtt/thermostat", {"occupancy_mode": "occupied", "temperature": 21, "battery": 90}),
        ("tele/hall/SENSOR", {"Time": "2026-11-25T09:15:00", "SCD30": {"CarbonDioxide": 640}, "PeopleCounter": {"In": 4}}),
        ("s/events/rpc", shelly(**{"temperature:0": {"tC": 21}, "bthomesensor:201": {"value": 1}})),
        ("home/g/BTtoMQTT/60EFABAABBCC", heard(model_id="SBBT-002C", type="CTMO", motion=True, batt=40)),
    ],
)  # fmt: skip
def test_the_air_may_be_read_beside_it(topic: str, payload: Any) -> None:
    assert not PEOPLE & {reading.metric for reading in decode(topic, payload).readings}


@pytest.mark.parametrize(
    ("topic", "message", "words"),
    [
        (
            "zigbee2mqtt/hall",
            {"temperature": 54, "state": "ON", "brightness": 2},
            "something that is switched",
        ),
        (
            "zigbee2mqtt/hall",
            {"temperature": 54, "state_l1": "ON", "linkquality": 80},
            "something that is switched",
        ),
        ("zigbee2mqtt/hall", {"temperature": 12, "lock_state": "locked", "battery": 80}, "with other tasks"),
        ("zigbee2mqtt/hall", {"temperature": 31, "action": "single", "battery": 80}, "with other tasks"),
        ("zigbee2mqtt/hall", {"temperature": 21, "linkquality": 90}, ""),
        ("zigbee2mqtt/hall", {"temperature": 21, "humidity": 40, "linkquality": 90}, ""),
        (
            "zigbee2mqtt/hall",
            {"temperature": 21, "humidity": 40, "battery": 90, "device_temperature": 25},
            "",
        ),
        ("zigbee2mqtt/hall", {"temperature": 21, "humidity": 40, "state_l1": "OFF", "co2": 610}, ""),
        (
            "zigbee2mqtt/hall",
            {"temperature": 21, "humidity": 40, "battery": 90, "action": "single_center"},
            "",
        ),
        ("zigbee2mqtt/hall", {"temperature": 21, "battery": 80, "state": "OFF", "occupancy": False}, ""),
        ("lobby/sensor/zone_2_target_count/state", "1", "three targets at most"),
        ("lobby/sensor/scd41_co2/state", "700", "only its name says"),
        ("lobby/sensor/hall_temperature/state", "21", "only its name says"),
        ("ha/states", entity("sensor.entrance_uptime", "1000"), "NOTHING"),
        ("ha/states", entity("sensor.guest_wifi_clients", "12"), "NOTHING"),
        ("lobby/sensor/absolute_humidity/state", "8.1", "NOTHING"),
        ("homie/hall/sensor/temperature", "21.4", "its unit"),
        ("ha/states", entity("sensor.besucher", "31"), "only its name says that it counts people"),
        ("ha/states", entity("sensor.hall", "31", unit_of_measurement="Personen"), "people who passed"),
    ],
)
def test_the_air_and_the_counts_of_which_a_name_tells_nothing_are_asked_about(
    topic: str, message: Any, words: str
) -> None:
    decoded = decode(topic, message)
    assert not {r.metric for r in decoded.readings} & (
        {"temperature_c", "co2_ppm", "people"} if words else set()
    )
    if words == "NOTHING":
        assert decoded.not_data
    else:
        assert (words in decoded.problems[0]) if words else (decoded.readings and not decoded.problems)
    assert all(reading.channel == "level:1" for reading in decoded.readings)


def test_a_probe_on_a_cable_is_not_the_air_of_a_room() -> None:
    message = heard(type="THB", model_id="IBS-TH1", tempc=-18.2, hum=0, batt=89)
    assert {
        r.metric for r in decode("home/gw/BTtoMQTT/60EFABAABBCC", message | {"extprobe": True}).readings
    } == {"battery_pct"}
    inside = decode("home/gw/BTtoMQTT/60EFABAABBCC", message | {"extprobe": False, "tempc": 21}).readings
    assert {r.metric for r in inside} == {"temperature_c", "humidity_pct", "battery_pct"}
