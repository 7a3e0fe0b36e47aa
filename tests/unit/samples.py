"""Own payloads for every adapter, and what each gives: judged in test_payloads, mutated by the fuzzing, golden.

Written by the project from the formats that vendors publish. A new adapter adds its own here.
"""

# ruff: noqa: E501 - a table
import base64
import json
from dataclasses import dataclass
from typing import Any

from besok.model.site import PayloadMapping


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A message that `adapter` reads; for a LoRaWAN device with its `model`.

    `gives` lists "channel metric value" with a comma between, `/60` after a value is its period in seconds,
    `@08:15:00` the time of a reading and `| 08:15:00` that of all (neither: the time of receipt). A message without
    readings has its outcome and the beginning of its reason there.
    """

    adapter: str
    topic: str
    payload: bytes
    gives: str
    model: str = ""


MAPPINGS = (
    PayloadMapping(
        name="acme",
        topic="acme/+/data",
        only={"$.type": "count|state", "@.kind": "*"},
        each="$.lines[*]",
        device="$.serial",
        channel="@.id",
        values={
            "in": "@.in",
            "out": "@.out",
            "in_total": "@.total",
            "occupied": "@.state",
            "temperature_c": "@.t",
        },
        units={"temperature_c": "fahrenheit", "period_s": "minutes"},
        yes=("in use",),
        time="$.to",
        start="$.from",
        wraps=65_536,
        model="Acme 3",
    ),
    PayloadMapping(
        name="bell",
        topic="bell/#",
        values={"people": "$.n", "occupied": "$..on"},
        device="topic:-1",
        seq="$.seq",
        period_s="$.s",
    ),
)


def said(adapter: str, topic: str, body: Any, gives: str, model: str = "") -> Sample:
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    payload = text.encode() if isinstance(text, str) else text
    return Sample(adapter=adapter, topic=topic, payload=payload, gives=gives, model=model)


EUI = "24E124000000ABCD"


def framed(vendor: str, model: str, port: int, frame: str, gives: str) -> Sample:
    """A LoRaWAN frame in the envelope of The Things Stack."""
    uplink = {
        "session_key_id": "AXA5",
        "f_cnt": 12,
        "f_port": port,
        "frm_payload": base64.b64encode(bytes.fromhex(frame)).decode(),
        "rx_metadata": [{"gateway_ids": {"gateway_id": "g"}, "time": "2026-11-25T08:14:59.787Z"}],
        "version_ids": {"brand_id": vendor.lower(), "model_id": model.lower()},
    }
    ids = {"device_id": "door", "dev_eui": EUI, "dev_addr": "00BCB929"}
    body = {"end_device_ids": ids, "received_at": "2026-11-25T08:15:01.014773143Z", "uplink_message": uplink}
    return Sample(
        adapter="tts",
        topic="v3/library@ttn/devices/door/up",
        payload=json.dumps(body).encode(),
        model=f"{vendor} {model}",
        gives=gives,
    )


_MAPPED = {
    "type": "count",
    "serial": "A-1",
    "from": "2026-11-25 09:00:00",
    "to": "2026-11-25 09:15:00",
    "lines": [
        {"id": "A", "kind": "door", "in": 3, "out": 1, "state": "in use", "t": 68},
        {"id": "B", "kind": "gate", "total": 4711, "out": "2", "state": None},
    ],
}
_SPELL = {"from": 1764057600000, "to": 1764057660000, "samples": 60, "samples_expected": 60}
_XOVIS = {
    "sensor_info": {"serial_number": "80:1F:12:AA:BB:CC", "type": "SINGLE_SENSOR"},
    "package_info": {"id": 2},
}
_LOGICS = [
    {"id": 7, "name": "Door", "info": "XLT_LINE_IN_OUT_COUNT", "geometries": [], "records": [
        {**_SPELL, "counts": [{"id": 1, "name": "fw", "value": 3}, {"id": 2, "name": "bw", "value": 1}]}]},
    {"id": 8, "name": "Zone", "info": "XLT_4X_ZONE_COUNT", "records": [
        {**_SPELL, "counts": [{"id": 3, "name": "balance", "value": 4}, {"id": 4, "name": "dwell_time", "value": 8.5, "unit": "s"}]}]},
]  # fmt: skip
_EVENTS = [
    {"category": "COUNT", "type": "COUNT_INCREMENT",
     "attributes": {"track_id": 5, "logic_id": 7, "counter_id": 1, "counter_name": "fw", "counter_value": 1471}},
    {"category": "SCENE", "type": "LINE_CROSS_FORWARD", "attributes": {"geometry_id": 2, "geometry_type": "LINE"}},
]  # fmt: skip
_ELEMENT = {
    "element-id": 3, "element-name": "Line 1", "data-type": "LINE",
    "measurement": [{"from": "2018-05-04T10:00:00+02:00", "to": "2018-05-04T10:01:00+02:00",
                     "value": [{"value": 4, "label": "fw"}, {"value": 1, "label": "bw"}]}],
}  # fmt: skip
_AXIS_SPELL = {"utcFrom": "2026-11-25T08:00:00Z", "utcTo": "2026-11-25T08:15:00Z"}
_AXIS_ITEMS = [{"direction": "in", "count": 3, "adults": 0}, {"direction": "out", "count": 1}]
_AXIS = {
    "apiName": "Axis Retail Data",
    "data": {**_AXIS_SPELL, "measurements": [{**_AXIS_SPELL, "kind": "people-counts", "items": _AXIS_ITEMS}]},
    "sensor": {
        "application": "AXIS 3D People Counter",
        "timeZone": "Europe/Stockholm",
        "serial": "b8a44fa11111",
    },
}
_AOA = {
    "topic": "axis:CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1",
    "timestamp": 1764058500123,
    "message": {
        "source": {},
        "key": {},
        "data": {"scenario": "occupancy", "total": "4", "human": "3", "totalHuman": "3"},
    },
}
_MILESIGHT = {
    "device_info": {"device_sn": "6000E16170000001", "device_mac": "24:E1:24:00:00:01", "firmware_version": "V_125.1.0.1"},
    "time_info": {"start_time": "2026-11-25T09:00:00+01:00", "end_time": "2026-11-25T09:01:00+01:00", "time_zone": "UTC+1:00"},
    "line_total_data": [{"line": 1, "total": {"in_counted": 12, "out_counted": 14, "capacity_counted": -2}}],
    "line_periodic_data": [{"line": 2, "total": {"in": 3, "out": 0}}],
    "line_trigger_data": [{"line": 1, "total": {"in": 1, "out": 0}}],
    "region_data": {"region_count_data": [{"region": 2, "total": {"current_total": 4}}],
                    "dwell_time_data": [{"region": 1, "avg_dwell_time": 8300}]},
}  # fmt: skip
_CHIRPSTACK = {
    "deduplicationId": "3ac7e3c4", "time": "2026-11-25T08:15:01.775023242+00:00", "devAddr": "00189440", "fCnt": 7, "fPort": 85,
    "deviceInfo": {"deviceProfileName": "Milesight VS133", "deviceName": "Door", "devEui": EUI.lower(), "tags": {"a": "b"}},
    "data": "A9K+AAAABNIxAQAA", "object": {"people_in": 3, "temperature": "21.5", "battery": None},
}  # fmt: skip
_GATEWAY = {
    "applicationID": "1", "devEUI": EUI.lower(), "deviceName": "VS121", "fCnt": 128, "fPort": 85, "data": "BMkDAwAC",
    "time": "2026-11-25T08:15:27.078763Z", "rxInfo": [{"mac": "24e124fffef54092", "time": "2026-11-25T08:15:27Z"}],
}  # fmt: skip

_HIKVISION = """<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"><ipAddress>192.0.2.64</ipAddress>
<macAddress>3c:1b:f8:00:00:01</macAddress><channelID>1</channelID><dateTime>2026-11-25T09:15:24+01:00</dateTime>
<eventType>PeopleCounting</eventType><peopleCounting><statisticalMethods>timeRange</statisticalMethods><TimeRange>
<startTime>2026-11-25T09:00:00+01:00</startTime><endTime>2026-11-25T09:15:00+01:00</endTime></TimeRange>
<enter>15</enter><exit>14</exit><pass>90</pass></peopleCounting></EventNotificationAlert>"""
_HIKVISION_JSON = {
    "macAddress": "3c:1b:f8:00:00:01", "channelID": 2, "dateTime": "2026-11-25T09:15:24", "eventType": "PeopleCounting",
    "peopleCounting": {"statisticalMethods": "realTime", "enter": 15, "exit": 14, "regionsID": 3},
}  # fmt: skip
_BRICKSTREAM = """<Metrics SiteId="665" DeviceId="SD-01"><Properties><MacAddress>00:b0:9d:00:00:01</MacAddress></Properties>
<ReportData Interval="1"><Report Date="2026-11-25"><Object Id="0" DeviceId="SD-01" ObjectType="0" Name="Door 01">
<Count StartTime="10:00:00" EndTime="10:01:00" UnixStartTime="0" Enters="3" Exits="1" Status="0"/></Object></Report>
</ReportData></Metrics>"""
_DAHUA = {"params": {"found": 1, "info": [
    {"Channel": 0, "AreaID": 1, "EnteredSubtotal": 12, "ExitedSubtotal": 9, "PassbyTotal": 4,
     "StartTime": "2026-11-25 08:00:00", "EndTime": "2026-11-25 08:59:59"}]}}  # fmt: skip
_DAHUA_SUMS = {
    "device_id": "cam-7",
    "EnteredSubtotal": {"Total": 900, "Today": 31},
    "ExitedSubtotal": {"Today": 4},
}
_DESK = {"state": "NOT_OCCUPIED", "updateTime": "2026-11-25T08:15:00.123456Z"}
_DISRUPTIVE = {
    "eventType": "deskOccupancy",
    "deskOccupancy": _DESK,
    "targetName": "projects/p1/devices/d1",
    "labels": {},
}


def _disruptive(kind: str, **value: Any) -> dict[str, Any]:
    inside = value | {"updateTime": "2026-11-25T08:15:00Z"}
    return {
        "eventType": kind,
        kind: inside,
        "eventId": "e1",
        "targetName": "projects/p1/devices/d1",
        "labels": {},
    }


_VERGESENSE = {
    "building_ref_id": "B1", "space_ref_id": "B1.2.7", "space_id": 42, "event_type": "space_report", "person_count": 3,
    "timestamp": "2026-11-25T08:15:00Z", "people": {"count": 3, "coordinates": [[1, 2]]}, "signs_of_life": None,
    "environment": {"temperature": {"value": 21.5, "units": "C"}, "humidity": {"value": 40, "units": "RH"}},
}  # fmt: skip
_KONTAKT = {
    "trackingId": "be1", "sourceId": "gw1", "timestamp": "2026-11-25T08:15:00Z", "beaconTimestamp": 1600000000,
    "movementCounter": 10, "timeSinceMovement": 65535, "temperature": 15.75, "batteryLevel": 90,
}  # fmt: skip
_LINE = {"line_id": 0, "side1_count": 1, "side2_count": 0, "side1_name": "street"}
_HUAWEI = {"task_id": "t", "stream_id": "door", "event_type": 131073, "timestamp": 1764058500,
           "data": {"interval": 2, "event_set": [_LINE]}}  # fmt: skip
_CROWD = {
    "id": "urn:ngsi-ld:CrowdFlowObserved:Square", "type": "CrowdFlowObserved", "dateObservedFrom": "2026-11-25T08:10:00Z",
    "dateObservedTo": "2026-11-25T08:15:00Z", "peopleCount": {"type": "Number", "value": 7}, "peopleCountTowards": 4,
    "peopleCountAway": 3,
}  # fmt: skip
_ENTITY = {"entity_id": "binary_sensor.hall", "state": "on", "attributes": {"device_class": "occupancy"}}
_RPC = {"src": "s", "method": "NotifyStatus", "params": {"ts": 1764058500, "temperature:0": {"tC": 22.1}, "humidity:0": {"rh": 40},
        "presencezone:200": {"num_objects": 2}, "devicepower:0": {"battery": {"V": 5.9}}}}  # fmt: skip
_BLE = {
    "servicedata": "4400020164059033002101",
    "servicedatauuid": "0xfcd2",
    "id": "60:EF:AB:AA:BB:CC",
    "packet": 3,
}

_TOTALS = bytes.fromhex("03d2be00000004d231010000")
_TTN2 = {
    "app_id": "library", "dev_id": "door", "hardware_serial": EUI, "port": 85, "counter": 2, "payload_fields": {"people": 3},
    "payload_raw": base64.b64encode(_TOTALS).decode(),
    "metadata": {"time": "2026-11-25T08:15:01Z", "gateways": [{"time": "2026-11-25T08:15:00Z"}]},
}  # fmt: skip
_AWS = {
    "WirelessDeviceId": "5b58245e", "PayloadData": base64.b64encode(_TOTALS).decode(), "WirelessMetadata": {"LoRaWAN": {
        "DevEui": EUI.lower(), "DevAddr": "00189440", "FCnt": 2, "FPort": 85, "Timestamp": "2026-11-25T08:15:01Z"}},
}  # fmt: skip
_THINGPARK = {
    "Time": "2026-11-25T09:15:01.000+01:00", "DevEUI": EUI, "DevAddr": "00189440", "FPort": "85", "FCntUp": "2",
    "payload_hex": _TOTALS.hex(), "DriverCfg": {"mod": {"pId": "milesight", "mId": "vs133", "ver": "1"}},
}  # fmt: skip

SAMPLES: tuple[Sample, ...] = (
    said("mapping", "acme/1/data", _MAPPED,
         "flow:A in 3/900, flow:A out 1/900, level:A occupied 1, level:A temperature_c 20, flow:B out 2/900, flow:B in_total 4711 | 08:15:00"),
    said("mapping", "bell/hall", {"n": 3, "seq": 7, "s": 60, "room": {"on": True}},
         "level:1 people 3, level:1 occupied 1"),
    said("mapping", "bell/hall", b"12",
         'rejected: the mapping "bell" finds nothing'),
    said("mapping (only)", "acme/1/data", {"type": "alive", "uptime": 5},
         "not_data: a message that the site file leaves out"),
    said("native", "besok/v1/house/door/flow", [{"time": "2026-11-25T08:15:00Z", "period_s": 60, "in": 3, "out": 1, "line": "2"}],
         "flow:2 in 3/60, flow:2 out 1/60 | 08:15:00"),
    said("native", "besok/v1/house/door/flow", {"in_total": 4711, "out_total": 4700, "seq": 5},
         "flow:1 in_total 4711, flow:1 out_total 4700"),
    said("native", "besok/v1/house/room/level", {"people": 7, "occupied": True, "region": "1", "co2_ppm": 640.5},
         "level:1 people 7, level:1 occupied 1, level:1 co2_ppm 640.5"),
    said("native", "besok/v1/house/room/status", {"online": False},
         "not_data: house/room says that it is offline"),
    said("xovis", "sensors/door", {"logics_data": {**_XOVIS, "logics": _LOGICS}},
         "flow:7 in 3/60, flow:7 out 1/60, level:8 people 4, level:8 dwell_s 8.5 | 08:01:00"),
    said("xovis", "sensors/door", {"live_data": {**_XOVIS, "frames": [{"framenumber": 1, "time": 1764058500120, "events": _EVENTS}]}},
         "flow:7 in_total 1471, flow:line2 in 1 | 08:15:00"),
    said("xovis", "sensors/door", {"sensor-info": {"serial-number": "80:1F:12:AA:BB:CC"}, "content": {"element": [_ELEMENT]}},
         "flow:3 in 4/60, flow:3 out 1/60 | 08:01:00"),
    said("axis", "axis/push", _AXIS,
         "flow:1 in 3/900, flow:1 out 1/900 | 08:15:00"),
    said("axis", "axis/B8A44FA11111/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1", _AOA,
         "flow:Device1Scenario1 in_total 3 | 08:15:00"),
    said("axis", "axis/sums", {"serial": "ACCC8E000001", "name": "Door", "timestamp": "20261125081500", "in": 30, "out": 12},
         "flow:1 in_total 30, flow:1 out_total 12 | 07:15:00"),
    said("milesight", "counters/1", _MILESIGHT,
         "flow:1 in_total 12, flow:1 out_total 14, flow:2 in 3/60, flow:2 out 0/60, flow:1/trigger in_total 1, flow:1/trigger out_total 0, level:2 people 4, level:1 dwell_s 8.3 | 08:01:00"),
    said("milesight-gateway", "/uplink", _GATEWAY,
         "level:all people 3, level:1 occupied 0, level:2 occupied 1, level:3 occupied 0 | 08:15:27"),
    said("chirpstack", f"application/1/device/{EUI.lower()}/event/up", _CHIRPSTACK,
         "flow:1 in_total 190, flow:1 out_total 305 | 08:15:01"),
    said("lorawan", f"application/1/device/{EUI.lower()}/event/status", {
        "time": _CHIRPSTACK["time"], "deviceInfo": _CHIRPSTACK["deviceInfo"], "batteryLevel": 88.3, "margin": 10},
         "level:1 battery_pct 88.3 | 08:15:01"),
    said("hikvision", "counters/door", _HIKVISION,
         "flow:1 in 15/900, flow:1 out 14/900 | 08:15:00"),
    said("hikvision", "counters/door", _HIKVISION_JSON,
         "flow:2/3 in_total 15, flow:2/3 out_total 14 | 08:15:24"),
    said("brickstream", "counters/door", _BRICKSTREAM,
         "flow:0 in 3/60, flow:0 out 1/60 | 09:01:00"),
    said("dahua", "counters/door", _DAHUA,
         "flow:1 in 12/3599, flow:1 out 9/3599 | 07:59:59"),
    said("dahua", "counters/door", _DAHUA_SUMS,
         "flow:1 in_total 900, flow:1 out_total 4"),
    said("dahua", "DahuaVTO/VideoMotion/Event", {"Action": "Start", "Data": {"LocaleTime": "2026-11-25 20:44:28", "UTC": 1764058500}},
         "level:1 occupied 1 | 08:15:00"),
    said("disruptive", "cloud/events", _DISRUPTIVE,
         "level:1 occupied 0 | 08:15:00"),
    said("disruptive", "cloud/events", {"event": {"eventType": "deskOccupancy", "data": {"deskOccupancy": _DESK}}, "labels": {}},
         "level:1 occupied 0 | 08:15:00"),
    said("vergesense", "cloud/reports", [_VERGESENSE, {**_VERGESENSE, "event_type": "space_availability", "state": "occupied"}],
         "level:1 people 3, level:1 temperature_c 21.5, level:1 humidity_pct 40, level:1 occupied 1 | 08:15:00"),
    said("airthings", "cloud/air", {"serialNumber": "29", "recorded": "2026-11-25T08:15", "occupants": 2, "occupantsLower": 0, "occupantsUpper": 4, "co2": 640},
         "level:1 people 2, level:1 co2_ppm 640 | 08:15:00"),
    said("kontakt", "cloud/beacons", _KONTAKT,
         "level:1 temperature_c 15.75, level:1 battery_pct 90 | 08:15:00"),
    said("huawei", "video/line", _HUAWEI,
         "flow:0 in 1/2, flow:0 out 0/2 | 08:15:00"),
    said("huawei", "video/crowd", {**_HUAWEI, "event_type": 1769472,
                                   "data": {"total_crowd_count": 14, "event_set": [{"crowd_count": 9}, {"crowd_count": 5}]}},
         "level:1 people 9, level:2 people 5, level:all people 14 | 08:15:00"),
    said("cloudstudio", "api/1", {"accessToken": "x", "endpointID": 1, "peopleCount": 30, "timestamp": "2026-11-25T08:15:03",
                                  "mqttMethod": "UpdatePeopleCounterStatus"},
         "level:1 people 30 | 08:15:03"),
    said("building-edge", "hall/occupancy_pir", {"value": 1, "status": 0},
         "level:1 occupied 1"),
    said("regent", "mda2/x/data/y", {"index": 2, "payload": {"value": 1, "sensor_type": "deskinuse"}, "unix_time_s": 10,
                                     "sequence": 1, "device_id": "d4:f9:99:00:00:01"},
         "level:2 occupied 1"),
    said("meraki", "/merakimv/Q2GV-AAAA-0001/0", {"ts": 1764058500359, "counts": {"person": 3, "vehicle": 1}},
         "level:all people 3 | 08:15:00"),
    said("zigbee2mqtt", "zigbee2mqtt/hall/desk", {"occupancy": True, "battery": 90, "voltage": 3000, "last_seen": 1764058500000,
                                                  "update": {"state": None}, "device": {"model": "x"}},
         "level:1 occupied 1, level:1 battery_pct 90, level:1 battery_v 3 | 08:15:00"),
    said("zigbee2mqtt", "zigbee2mqtt/hall/desk/availability", {"state": "online"},
         "not_data: hall/desk says that it is online"),
    said("tasmota", "tele/hall/SENSOR", {"Time": "2026-11-25T08:15:00", "SCD30": {"CarbonDioxide": 640, "Temperature": 21},
                                         "COUNTER": {"C1": 4}, "TempUnit": "C"},
         "level:1 co2_ppm 640, level:1 temperature_c 21 | 07:15:00"),
    said("tasmota", "stat/hall/PIR1", "ON",
         "level:1 occupied 1"),
    said("general", "room_presence/hall", {"id": "123testid", "name": "Test", "distance": 5.7}, "not_data: nothing about people"),
    said("bluetooth", "home/g/BTtoMQTT/60EFABAABBCC", {"id": "60:EF:AB:AA:BB:CC", "servicedatauuid": "0xfcd2", "servicedata": "40006414"},
         "rejected: the frame breaks off: it has 4 of at least 6 bytes"),
    said("theengs", "home/g/BTtoMQTT/60EFABAABBCC", _BLE,
         "level:1 battery_pct 100, level:1 light_lux 132, level:1 occupied 1"),
    said("theengs", "home/g/BTtoMQTT/60EFABAABBCC", {"id": "60:EF:AB:AA:BB:CC", "type": "THB", "tempc": 21, "hum": 40, "brand": "x"},
         "level:1 temperature_c 21, level:1 humidity_pct 40"),
    said("ruuvi", "ruuvi/AA:BB:CC:00:00:01/CB:B8:33:4C:88:4F", {
        "ts": "1764058500", "data": "0201061BFF9904" + "0512fc5394c37c0004fffc040cac364200cd" + "cbb8334c884f"},
         "level:1 temperature_c 24.3, level:1 humidity_pct 53.49, level:1 battery_v 2.977 | 08:15:00"),
    said("shelly", "s/events/rpc", _RPC,
         "level:1 temperature_c 22.1, level:1 humidity_pct 40, level:1 people 2, level:1 battery_v 5.9 | 08:15:00"),
    said("shelly", "shellies/m/status", {"motion": True, "active": True, "lux": 70, "tmp": {"value": 21, "units": "C"}},
         "level:1 occupied 1, level:1 light_lux 70, level:1 temperature_c 21"),
    said("frigate", "frigate/entrance/person", b"3",
         "level:1 people 3"),
    said("frigate", "frigate/entrance/motion", b"ON",
         "level:1 occupied 1"),
    said("homeassistant", "mirror/1", _ENTITY,
         "level:1 occupied 1"),
    said("homeassistant", "mirror/1", {"event_type": "state_changed", "event_data": {"new_state": _ENTITY}},
         "level:1 occupied 1"),
    said("esphome", "hall/sensor/co2/state", b"640",
         "level:1 co2_ppm 640"),
    said("homie", "homie/hall/co2/level", b"640",
         "not_data: nothing about people or the air of a room"),
    said("fiware", "city/crowd", {"type": "Notification", "data": [_CROWD]},
         "flow:1 in 4/300, flow:1 out 3/300 | 08:15:00"),
    said("fiware", "/json/key/door/attrs", {"t": 21, "TimeInstant": "2026-11-25T08:15:00Z"},
         "level:1 temperature_c 21 | 08:15:00"),
    said("sensorthings", "v1.1/Datastreams(7)/Observations", {
        "result": 640, "phenomenonTime": "2026-11-25T08:15:00Z",
        "Datastream": {"@iot.id": 8, "unitOfMeasurement": {"symbol": "ppm"}, "ObservedProperty": {"name": "CO2"}}},
         "level:1 co2_ppm 640 | 08:15:00"),
    said("general", "spBv1.0/l/DDATA/g/d", bytes.fromhex("08a097d2d0ab3312130a0670656f706c6518a097d2d0ab33200350071803"),
         'rejected: the payload is neither JSON nor CSV'),
    said("general", "attic/door", {"in_total": 12, "outTotal": 9, "temperature_c": 21.5, "battery_pct": 88, "rssi": -60},
         "level:1 temperature_c 21.5, level:1 battery_pct 88, flow:1 in_total 12, flow:1 out_total 9"),
    said("general", "attic/window", {"temperature": 21.5, "occupancy": False, "battery": 88, "rssi": -60},
         "rejected: nobody has said what occupancy is"),
    said("general", "attic/window", {"sensors": [{"name": "a", "people_count": 3}, {"name": "b", "people_count": None}]},
         "rejected: nobody has said what people_count is"),
    said("general", "attic/window", "ON",
         "rejected: nobody has said what window is"),
    said("general", "attic/people", b"17",
         "rejected: nobody has said what people is"),
    said("general", "attic/people_present", b"17", "level:1 people 17"),
    framed("Milesight", "VS133", 85, "03d2be00000004d231010000 05cc05000600 0fe302100709",
         "flow:1 in_total 190, flow:1 out_total 305, level:1 people 2, level:2 people 16, level:3 people 7, level:4 people 9 | 08:15:01"),
    framed("Milesight", "VS121", 85, "04c903030002 0dcc02000100 07d50001000000000003",
         "level:all people 3, level:1 occupied 0, level:2 occupied 1, level:3 occupied 0, flow:1 in_total 2, flow:1 out_total 1, level:1 people 0, level:2 people 1, level:3 people 0 | 08:15:01"),
    framed("Milesight", "AM319", 85, "0367ee0004687c05000106cb02077da803",
         "level:1 temperature_c 23.8, level:1 humidity_pct 62, level:1 occupied 1, level:1 co2_ppm 936 | 08:15:01"),
    framed("Milesight", "VS350", 85, "0175620367d00004cc0c00070005cc01000000",
         "level:1 battery_pct 98, level:1 temperature_c 20.8, flow:1 in_total 12, flow:1 out_total 7 | 08:15:01"),
    said("ttn2", "library/devices/door/up", _TTN2,
         "flow:1 in_total 190, flow:1 out_total 305 | 08:15:01", "Milesight VS133"),
    said("lorawan-networks", "aws/door", _AWS,
         "flow:1 in_total 190, flow:1 out_total 305 | 08:15:01", "Milesight VS133"),
    said("lorawan-networks", "thingpark/door", {"DevEUI_uplink": _THINGPARK},
         "flow:1 in_total 190, flow:1 out_total 305 | 08:15:01"),
    said("lorawan-networks", "loriot/door", {"cmd": "gw", "EUI": EUI, "ts": 1764058501000, "fcnt": 2, "port": 85, "data": _TOTALS.hex()},
         "flow:1 in_total 190, flow:1 out_total 305 | 08:15:01", "Milesight VS133"),
    said("senml", "kpn/door", [{"bn": f"urn:dev:DEVEUI:{EUI}:", "bt": 1764058501, "n": "people", "v": 3},
                               {"n": "battery", "u": "%", "vs": "32.0"}, {"n": "air", "u": "Cel", "v": 21, "t": -5}],
         "level:1 battery_pct 32 @08:15:01, level:1 temperature_c 21 @08:14:56"),
    framed("ELSYS", "ERS Eye", 5, "0100e2022904002705061102153c2d070e2a",
         "level:1 temperature_c 22.6, level:1 humidity_pct 41, level:1 light_lux 39, level:1 motions 6, level:1 occupied 1, level:1 sound_db 45, level:1 battery_v 3.626 | 08:15:01"),
    framed("IMBuildings", "People Counter", 1, "02060004a30b00f0d40e0001000300020020000d000a6a",
         "level:1 battery_v 2.56, flow:1 in_total 13, flow:1 out_total 10 | 08:15:01"),
    framed("Parametric", "PCR2", 14, "be010400010002000300041c200ce40139",
         "flow:1 in_total 3, flow:1 out_total 4, level:1 battery_v 7.2 | 08:15:01"),
    framed("Browan", "TBMS100", 102, "000b3416000a0000",
         "level:1 occupied 0, level:1 battery_v 3.6, level:1 temperature_c 20, level:1 motions_total 10 | 08:15:01"),
    framed("TEKTELIC", "PIR", 10, "0a00ff036700ec04683e00ff013c",
         "level:1 occupied 1, level:1 temperature_c 23.6, level:1 humidity_pct 31, level:1 battery_v 3.16 | 08:15:01"),
    framed("HKT", "people counter", 1, "686b74000707000700090000001000000011",
         "flow:1 in_total 16, flow:1 out_total 17 | 08:15:01"),
    framed("Yosensi", "YO People Counter", 1, "026b003d600011000008600011010" "00a6000130200000026600013030000004d",
         "flow:1 in_total 38, flow:1 out_total 77 | 08:14:00"),
    framed("PipIoT", "PeopleSense", 1, "008d00050000400401000401",
         "level:1 battery_v 7.05, flow:1 passages 70 | 08:15:01"),
    framed("Swisscom", "Multisense", 3, "01008064060945000000000000000000000000000004ffff",
         "level:1 battery_v 2.6, level:1 temperature_c 23.73, level:1 motions_total 65535 | 08:15:01"),
    framed("Netvox", "RB11E", 6, "010301a2fc1800b4000000",
         "level:1 battery_v 3.4, level:1 temperature_c -10, level:1 light_lux 180, level:1 occupied 0 | 08:15:01"),
    framed("Pressac", "RCS", 1, "06200000717a505a0190",
         "level:1 temperature_c 20.5, level:1 humidity_pct 40, level:1 sound_db 45, level:1 light_lux 400 | 08:15:01"),
    framed("Thermokon", "MCS LRW", 2, "1000e211291202588540 0e10c10600784103".replace(" ", ""),
         "level:1 temperature_c 22.6, level:1 humidity_pct 41, level:1 co2_ppm 600, level:1 battery_v 3.6, level:1 occupied 1, level:1 motions 1 | 08:15:01"),
    framed("Cayenne", "LPP", 1, "016700e20268500366010467fff605650190060001",
         "level:1 temperature_c 22.6, level:2 humidity_pct 40, level:3 occupied 1, level:4 temperature_c -1, level:5 light_lux 400 | 08:15:01"),
    framed("Terabee", "People Flow Counting L-XL", 1, "000000c8000001c800",
         "flow:1 in_total 200, flow:1 out_total 456 | 08:15:01"),
    framed("MClimate", "HT-PIR Lite", 2, "81065866d203",
         "level:1 occupied 1, level:1 temperature_c 20, level:1 humidity_pct 39.8438, level:1 battery_v 3.4118, level:1 motions 3 | 08:15:01"),
    framed("Decentlab", "DL-IAM", 1, "02123400310bb88258000000000011",
         "level:1 battery_v 3, level:1 co2_ppm 600, level:1 motions 17 | 08:15:01"),
    framed("Adeunis", "Motion", 1, "4e000102000332",
         "level:1 motions_total 258, level:1 motions 3 | 08:15:01"),
    framed("Sensative", "Strips Presence", 1, "010201640200e21201",
         "level:1 battery_pct 100, level:1 temperature_c 22.6, level:1 occupied 1 | 08:15:01"),
    framed("MOKO", "LW007-PIR", 5, "68a8359a101f8de55f0000",
         "level:1 occupied 0, level:1 temperature_c 26.7, level:1 humidity_pct 59.7 | 09:17:14"),
    framed("RestoTracker", "SCD18", 1, "211ec0014700000000",
         "level:1 battery_v 3.4, level:1 motions_total 0 | 08:15:01"),
    said("shelly", "s/events/rpc", {"src": "s", "id": 1, "result": {}}, "not_data: a button, or an answer"),
    said("sensorthings", "v1.1/Datastreams(7)/Observations", {"phenomenonTime": "2026-11-25T08:15:00Z"},
         "not_data: an Observation without a result"),
    said("sensorthings", "v1.1/Datastreams(7)/Observations", {"result": 640, "Datastream": {"@iot.id": 8, "name": "Hall: CO2"}},
         "rejected: result is 640, and only its Datastream knows"),
    said("kontakt", "cloud/beacons", {**_KONTAKT, "temperature": "warm"},
         "level:1 battery_pct 90 | 08:15:00"),
    said("lorawan-networks", "aws/door", {**_AWS, "WirelessMetadata": {"LoRaWAN": {"DevEui": EUI.lower(), "Fport": 85, "FCnt": 2}}},
         "flow:1 in_total 190, flow:1 out_total 305", "Milesight VS133"),
    said("general", "attic/window", {"people": 3, "time": "2026-11-25T08:15:00Z"}, "rejected: nobody has said what people is"),
    said("general", "attic/door", {"people_inside": 3, "time": "2026-11-25T08:15:00Z"}, "level:1 people 3 | 08:15:00"),
    framed("HKT", "people counter", 1, "000000000000", "rejected: HKT People Counter: a frame whose magic is 00"),
    framed("PipIoT", "PeopleSense", 1, "f08d", "rejected: PipIoT PeopleSense: a frame whose kind is 0f is not known here"),
    said("airthings", "cloud/air", {"serialNumber": "29", "recorded": "2026-11-25T08:15", "pm1": 3},
         "not_data: a sample without a value known here"),
    said("kontakt", "cloud/beacons", {**_KONTAKT, "movementCounter": 65535, "temperature": None, "batteryLevel": None},
         "not_data: telemetry without a value"),
    said("cloudstudio", "api/1", {"accessToken": "x", "endpointID": 1, "peopleCount": None, "mqttMethod": "UpdatePeopleCounterStatus"},
         "not_data: an update that counts nobody"),
    said("building-edge", "hall/occupancy_pir", {"value": 1, "status": 2}, "rejected: the sensor says that it is broken"),
    said("building-edge", "hall/occupancy_pir", {"value": 1, "status": None},
         "rejected: the sensor says that its value cannot be trusted"),
    said("building-edge", "hall/occupancy_pir", {"value": 1, "status": "x"},
         "rejected: the sensor says that its value cannot be trusted"),
    said("regent", "mda2/x/data/y", {"index": 2, "payload": {"value": 300, "sensor_type": "brightness"}, "unix_time_s": 10, "sequence": 1, "device_id": "d4:f9"},
         "not_data: a value that is not kept"),
    said("regent", "mda2/x/data/y", {"index": 2, "payload": {"value": 1, "sensor_type": "deskinuse"}, "unix_time_s": 1764058500, "sequence": 1, "device_id": "d4:f9"},
         "level:2 occupied 1 | 08:15:00"),
    said("meraki", "/merakimv/Q2GV-AAAA-0001/72081", {"ts": 1764058500359, "counts": {"person": 3, "vehicle": 1}},
         "level:72081 people 3 | 08:15:00"),
    said("meraki", "/merakimv/Q2GV-AAAA-0001/0", {"ts": 1764058500359, "counts": {"vehicle": 1}},
         "not_data: a message that counts nobody"),
    said("meraki", "/merakimv/Q2GV-AAAA-0001/raw_detections", {"ts": 1764058500359, "objects": [{"type": "person", "oid": 7, "x0": 0.1}]},
         "not_data: a message that counts nobody"),
    said("meraki", "/merakimv/Q2GV-AAAA-0001/light", {"lux": 5.6}, "level:1 light_lux 5.6"),
    said("frigate", "frigate-north/entrance/person", b"0", "level:1 people 0"),
    said("frigate", "frigate/available", b"online", "not_data: a picture"),
    said("frigate", "frigate/events", {"type": "new", "after": {"label": "person"}}, "not_data: a picture"),
    said("frigate", "frigate/entrance/person/snapshot", b"\xff\xd8\xff\xe0", "not_data: a picture"),
    said("frigate", "frigate/entrance/person/active", b"1", "not_data: a picture"),
    said("frigate", "frigate/entrance/all", b"4", "not_data: a picture"),
    said("frigate", "frigate/entrance/car", b"4", "not_data: a picture"),
    said("frigate", "frigate/entrance/motion/state", b"ON", "not_data: a picture"),
    said("frigate", "frigate/entrance/motion/set", b"ON", "not_data: a picture"),
    said("frigate", "frigate/entrance/detect/state", b"ON", "not_data: a picture"),
    said("frigate", "frigate/stats", {"cpu": 3}, "not_data: a picture"),
    said("frigate", "frigate/entrance/person", b"many", 'rejected: $ is "many"'),
    said("frigate", "frigate/entrance/person", b"-1", "rejected: level:1: people is -1"),
    said("frigate", "frigate/entrance/person", {"count": 3}, "rejected: $ is an object"),
    said("disruptive", "cloud/events", _disruptive("motion", state="NO_MOTION_DETECTED"), "level:1 occupied 0 | 08:15:00"),
    said("disruptive", "cloud/events", _disruptive("objectPresent", state="PRESENT"), "not_data: whether a thing is near the sensor"),
    said("disruptive", "cloud/events", _disruptive("objectPresentCount", total=4176), "level:1 motions_total 4176 | 08:15:00"),
    said("disruptive", "cloud/events", _disruptive("humidity", relativeHumidity=40.5, temperature=21),
         "level:1 temperature_c 21, level:1 humidity_pct 40.5 | 08:15:00"),
    said("disruptive", "cloud/events", _disruptive("networkStatus", signalStrength=99), "not_data: whether a thing is near the sensor"),
    said("frigate", "frigate/phone_booth/person", b"2", "level:1 people 2"),
    said("vergesense", "cloud/reports", {**_VERGESENSE, "person_count": None, "environment": None}, "level:1 people 3 | 08:15:00"),
    said("vergesense", "cloud/reports", {**_VERGESENSE, "person_count": None, "people": None, "signs_of_life": True, "environment": None},
         "not_data: a message in which nothing is measured"),
    said("vergesense", "cloud/reports", [_VERGESENSE | {"environment": None}, 5, _VERGESENSE | {"person_count": "many", "environment": None}],
         "level:1 people 3 | 08:15:00"),
    said("vergesense", "cloud/reports", [{**_VERGESENSE, "event_type": "motion_detected", "environment": None, "people": None, "person_count": None}],
         "level:1 motions 1 | 08:15:00"),
    said("tasmota", "stat/lamp/POWER", "ON", "not_data: the state of a relay or the device itself"),
    said("tasmota", "stat/lamp/RESULT", {"POWER": "ON"}, "not_data: the state of a relay or the device itself"),
    said("tasmota", "tele/lamp/STATE", {"Time": "2026-11-25T09:15:00", "POWER": "ON"},
         "not_data: the state of a relay or the device itself"),
    said("tasmota", "tele/lamp/INFO1", {"Module": "Generic"}, "not_data: the state of a relay or the device itself"),
    said("tasmota", "cmnd/lamp/POWER", "ON", "not_data: an order to a device"),
    said("tasmota", "tele/lamp/SENSOR", {"Time": "2026-11-25T09:15:00", "ENERGY": {"Power": 3}},
         "not_data: nothing about people or the air of a room"),
    said("general", "tasmota/discovery/D8BC386BB06F/config", {"ip": "192.0.2.7"}, "not_data: an order to a device"),
    said("homeassistant", "homeassistant/binary_sensor/hall/config", {"name": "Motion Sensor", "payload_on": 1},
         "not_data: a device introducing itself to Home Assistant"),
    said("tasmota", "tele/hall/SENSOR", "[1]", "rejected: the payload is a list"),
    said("tasmota", "tele/hall/SENSOR", '{"PIR1": "ON", "PIR1": "OFF"}', 'rejected: it says "PIR1" twice'),
    said("tasmota", "tele/hall/SENSOR", '{"SHT3X": {"Temperature": "hot"}}', 'rejected: SHT3X.Temperature is "hot"'),
    said("tasmota", "tele/hall/SENSOR", "{", "rejected: the payload breaks off"),
    said("shelly", "shellies/announce", {"id": "shelly1"}, "not_data: nothing about people or the air of a room"),
    said("shelly", "shellies/shelly1/relay/0", "on", "not_data: nothing about people or the air of a room"),
    said("shelly", "shellies/shelly1/input/0", "1", "not_data: nothing about people or the air of a room"),
    said("shelly", "shellies/shelly1/status", {"relays": []}, "not_data: nothing about people or the air of a room"),
    said("shelly", "s/events/rpc", {"src": "s", "method": "NotifyEvent", "params": {"events": []}}, "not_data: a button"),
    said("shelly", "s/status/switch:0", {"output": True}, "not_data: nothing about people or the air of a room"),
    said("homeassistant", "homeassistant/binary_sensor/hall/config", {"name": "x"},
         "not_data: a device introducing itself to Home Assistant"),
    said("homeassistant", "homeassistant/binary_sensor/hall/node/config", "", "not_data: a tombstone"),
    said("homeassistant", "homeassistant/status", "online", "not_data: an attribute of an entity"),
    said("homeassistant", "homeassistant/sensor/hall_co2/last_changed", '"2026-11-25T08:15:00Z"',
         "not_data: an attribute of an entity"),
    said("homeassistant", "homeassistant/sensor/hall_co2/state", "unavailable", "not_data: it says that nothing was measured"),
    said("homeassistant", "homeassistant/light/hall/state", "on", "not_data: nothing about people or the air of a room"),
    said("homeassistant", "homeassistant/binary_sensor/front_door/state", "on", "not_data: nothing about people or the air of a room"),
    said("homeassistant", "homeassistant/sensor/router_uptime/state", "47", "not_data: nothing about people or the air of a room"),
    said("homeassistant", "homeassistant/person/anna/state", "home", "not_data: where somebody is"),
    said("homeassistant", "x", {"entity_id": "device_tracker.anna", "state": "home", "attributes": {"latitude": 56.0}},
         "not_data: where somebody is"),
    said("homeassistant", "x", {"entity_id": "sensor.x", "state": "7", "attributes": {"device_class": "power"}},
         "not_data: nothing about people or the air of a room"),
    said("homeassistant", "tiles/hall", {"state": None, "device_class": "occupancy"}, "not_data: it says that nothing was measured"),
    said("esphome", "hall/light/lamp/state", "ON", "not_data: nothing about people or the air of a room"),
    said("esphome", "hall/sensor/wifi_signal/state", "-60", "not_data: nothing about people or the air of a room"),
    said("esphome", "hall/binary_sensor/front_door/state", "ON", "not_data: nothing about people or the air of a room"),
    said("esphome", "hall/sensor/co2/state", "nan", "not_data: a message in which nothing is measured"),
    said("esphome", "hall/sensor/battery_level/state", "good", "not_data: nothing about people or the air of a room"),
    said("homie", "homie/hall/$name", "Hall", "not_data: a device describing itself"),
    said("homie", "homie/hall/radar/presence/set", "true", "not_data: a device describing itself"),
    said("homie", "homie/hall/radar/$properties", "presence", "not_data: a device describing itself"),
    said("zigbee2mqtt", "zigbee2mqtt/bridge/state", {"state": "online"}, "not_data: what the bridge says of itself"),
    said("zigbee2mqtt", "zigbee2mqtt/bridge/devices", [], "not_data: what the bridge says of itself"),
    said("zigbee2mqtt", "zigbee2mqtt/bridge/logging", {"level": "info"}, "not_data: what the bridge says of itself"),
    said("zigbee2mqtt", "zigbee2mqtt/desk/set", {"occupancy": True}, "not_data: an order to a device"),
    said("zigbee2mqtt", "zigbee2mqtt/desk/get/occupancy", "", "not_data: a tombstone"),
    said("zigbee2mqtt", "zigbee2mqtt/desk", "", "not_data: a tombstone"),
    said("zigbee2mqtt", "zigbee2mqtt/desk", "null", "not_data: a tombstone"),
    said("zigbee2mqtt", "zigbee2mqtt/plug", {"state": "ON", "power": 3.1, "linkquality": 80},
         "not_data: nothing about people or the air of a room"),
    said("zigbee2mqtt", "zigbee2mqtt/door", {"contact": False, "linkquality": 80},
         "not_data: nothing about people or the air of a room"),
    said("zigbee2mqtt", "zigbee2mqtt/desk", "hello", "rejected: the payload is not JSON"),
    said("zigbee2mqtt", "zigbee2mqtt/desk", '{"occupancy": true', "rejected: the payload breaks off"),
    said("zigbee2mqtt", "zigbee2mqtt/desk", {"occupancy": "maybe"}, 'rejected: occupancy is "maybe"'),
)  # fmt: skip
