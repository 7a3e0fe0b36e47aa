"""A few payloads of our own for every adapter, from which the fuzzing begins. A new adapter adds its own here."""

# ruff: noqa: E501 - a table
import base64
import json
from dataclasses import dataclass
from typing import Any

from besok.model.site import PayloadMapping


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A message that `adapter` reads; for a LoRaWAN device with its bare `frame`, its `vendor` and `model`."""

    adapter: str
    topic: str
    payload: bytes
    vendor: str = ""
    model: str = ""
    frame: bytes = b""


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


def said(adapter: str, topic: str, body: Any) -> Sample:
    payload = (
        body
        if isinstance(body, bytes)
        else body.encode()
        if isinstance(body, str)
        else json.dumps(body).encode()
    )
    return Sample(adapter=adapter, topic=topic, payload=payload)


EUI = "24E124000000ABCD"


def framed(vendor: str, model: str, port: int, frame: str) -> Sample:
    """A LoRaWAN frame in the envelope of The Things Stack."""
    bare = bytes.fromhex(frame)
    uplink = {
        "session_key_id": "AXA5",
        "f_cnt": 12,
        "f_port": port,
        "frm_payload": base64.b64encode(bare).decode(),
        "rx_metadata": [{"gateway_ids": {"gateway_id": "g"}, "time": "2026-11-25T08:14:59.787Z"}],
        "version_ids": {"brand_id": vendor.lower(), "model_id": model.lower()},
    }
    ids = {"device_id": "door", "dev_eui": EUI, "dev_addr": "00BCB929"}
    body = {"end_device_ids": ids, "received_at": "2026-11-25T08:15:01.014773143Z", "uplink_message": uplink}
    return Sample(
        adapter="tts",
        topic="v3/library@ttn/devices/door/up",
        payload=json.dumps(body).encode(),
        vendor=vendor,
        model=f"{vendor} {model}",
        frame=bare,
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
_RPC = {"src": "s", "method": "NotifyStatus", "params": {"ts": 1764058500, "temperature:0": {"tC": 22.1},
        "presencezone:200": {"num_objects": 2}, "devicepower:0": {"battery": {"V": 5.9}}}}  # fmt: skip
_BLE = {
    "servicedata": "4400020164059033002101",
    "servicedatauuid": "0xfcd2",
    "id": "60:EF:AB:AA:BB:CC",
    "packet": 3,
}
_SPARK = {
    "timestamp": 1764058500000,
    "seq": 3,
    "metrics": [{"name": "people", "value": 7, "dataType": "Int32"}],
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
    said("mapping", "acme/1/data", _MAPPED),
    said("mapping", "bell/hall", {"n": 3, "seq": 7, "s": 60, "room": {"on": True}}),
    said("mapping", "bell/hall", b"12"),
    said("mapping (only)", "acme/1/data", {"type": "alive", "uptime": 5}),
    said("native", "besok/v1/house/door/flow", [{"time": "2026-11-25T08:15:00Z", "period_s": 60, "in": 3, "out": 1, "line": "2"}]),
    said("native", "besok/v1/house/door/flow", {"in_total": 4711, "out_total": 4700, "seq": 5}),
    said("native", "besok/v1/house/room/level", {"people": 7, "occupied": True, "region": "1", "co2_ppm": 640.5}),
    said("native", "besok/v1/house/room/status", {"online": False}),
    said("xovis", "sensors/door", {"logics_data": {**_XOVIS, "logics": _LOGICS}}),
    said("xovis", "sensors/door", {"live_data": {**_XOVIS, "frames": [{"framenumber": 1, "time": 1764058500120, "events": _EVENTS}]}}),
    said("xovis", "sensors/door", {"sensor-info": {"serial-number": "80:1F:12:AA:BB:CC"}, "content": {"element": [_ELEMENT]}}),
    said("axis", "axis/push", _AXIS),
    said("axis", "axis/B8A44FA11111/event/tns:axis/CameraApplicationPlatform/ObjectAnalytics/Device1Scenario1", _AOA),
    said("axis", "axis/sums", {"serial": "ACCC8E000001", "name": "Door", "timestamp": "20261125081500", "in": 30, "out": 12}),
    said("milesight", "counters/1", _MILESIGHT),
    said("milesight-gateway", "/uplink", _GATEWAY),
    said("chirpstack", f"application/1/device/{EUI.lower()}/event/up", _CHIRPSTACK),
    said("chirpstack", f"application/1/device/{EUI.lower()}/event/status", {**_CHIRPSTACK, "batteryLevel": 88.3, "margin": 10}),
    said("hikvision", "counters/door", _HIKVISION),
    said("hikvision", "counters/door", _HIKVISION_JSON),
    said("brickstream", "counters/door", _BRICKSTREAM),
    said("dahua", "counters/door", _DAHUA),
    said("dahua", "counters/door", _DAHUA_SUMS),
    said("dahua", "DahuaVTO/VideoMotion/Event", {"Action": "Start", "Data": {"LocaleTime": "2026-11-25 20:44:28", "UTC": 1764058500}}),
    said("disruptive", "cloud/events", _DISRUPTIVE),
    said("disruptive", "cloud/events", {"event": {"eventType": "deskOccupancy", "data": {"deskOccupancy": _DESK}}, "labels": {}}),
    said("vergesense", "cloud/reports", [_VERGESENSE, {**_VERGESENSE, "event_type": "space_availability", "state": "occupied"}]),
    said("airthings", "cloud/air", {"serialNumber": "29", "recorded": "2026-11-25T08:15", "occupants": 2, "co2": 640}),
    said("kontakt", "cloud/beacons", _KONTAKT),
    said("huawei", "video/line", _HUAWEI),
    said("huawei", "video/crowd", {**_HUAWEI, "event_type": 1769472,
                                   "data": {"total_crowd_count": 14, "event_set": [{"crowd_count": 9}, {"crowd_count": 5}]}}),
    said("cloudstudio", "api/1", {"accessToken": "x", "endpointID": 1, "peopleCount": 30, "timestamp": "2026-11-25T08:15:03",
                                  "mqttMethod": "UpdatePeopleCounterStatus"}),
    said("building-edge", "hall/occupancy_pir", {"value": 1, "status": 0}),
    said("regent", "mda2/x/data/y", {"index": 2, "payload": {"value": 1, "sensor_type": "deskinuse"}, "unix_time_s": 10,
                                     "sequence": 1, "device_id": "d4:f9:99:00:00:01"}),
    said("meraki", "/merakimv/Q2GV-AAAA-0001/0", {"ts": 1764058500359, "counts": {"person": 3, "vehicle": 1}}),
    said("zigbee2mqtt", "zigbee2mqtt/hall/desk", {"occupancy": True, "battery": 90, "voltage": 3000, "last_seen": 1764058500000,
                                                  "update": {"state": None}, "device": {"model": "x"}}),
    said("zigbee2mqtt", "zigbee2mqtt/hall/desk/availability", {"state": "online"}),
    said("tasmota", "tele/hall/SENSOR", {"Time": "2026-11-25T08:15:00", "SCD30": {"CarbonDioxide": 640, "Temperature": 21},
                                         "COUNTER": {"C1": 4}, "TempUnit": "C"}),
    said("tasmota", "stat/hall/PIR1", "ON"),
    said("theengs", "home/g/BTtoMQTT/60EFABAABBCC", _BLE),
    said("theengs", "home/g/BTtoMQTT/60EFABAABBCC", {"id": "60:EF:AB:AA:BB:CC", "type": "THB", "tempc": 21, "hum": 40, "brand": "x"}),
    said("ruuvi", "ruuvi/AA:BB:CC:00:00:01/CB:B8:33:4C:88:4F", {
        "ts": "1764058500", "data": "0201061BFF9904" + "0512fc5394c37c0004fffc040cac364200cd" + "cbb8334c884f"}),
    said("shelly", "s/events/rpc", _RPC),
    said("shelly", "shellies/m/status", {"motion": True, "active": True, "lux": 70, "tmp": {"value": 21, "units": "C"}}),
    said("frigate", "frigate/entrance/person", b"3"),
    said("frigate", "frigate/entrance/motion", b"ON"),
    said("homeassistant", "mirror/1", _ENTITY),
    said("homeassistant", "mirror/1", {"event_type": "state_changed", "event_data": {"new_state": _ENTITY}}),
    said("esphome", "hall/sensor/co2/state", b"640"),
    said("homie", "homie/hall/co2/level", b"640"),
    said("fiware", "city/crowd", {"type": "Notification", "data": [_CROWD]}),
    said("fiware", "/json/key/door/attrs", {"people_count": 7, "TimeInstant": "2026-11-25T08:15:00Z"}),
    said("sensorthings", "v1.1/Datastreams(7)/Observations", {
        "result": 12, "phenomenonTime": "2026-11-25T08:15:00Z", "Datastream": {"@iot.id": 8, "name": "Hall: CO2"}}),
    said("sparkplug", "spBv1.0/l/DDATA/g/d", _SPARK),
    said("sparkplug", "spBv1.0/l/DDATA/g/d", bytes.fromhex("08c8a0f5e0ab3312140a0670656f706c6518c8a0f5e0ab332003500718 03".replace(" ", ""))),
    said("general", "attic/window", {"temperature": 21.5, "occupancy": False, "battery": 88, "rssi": -60}),
    said("general", "attic/window", {"sensors": [{"name": "a", "people_count": 3}, {"name": "b", "people_count": None}]}),
    said("general", "attic/window", "ON"),
    said("general", "attic/people", b"17"),
    framed("Milesight", "VS133", 85, "03d2be00000004d231010000 05cc05000600 0fe302100709"),
    framed("Milesight", "VS121", 85, "04c903030002 05cc02000100 07d50001000000000003"),
    framed("Milesight", "AM319", 85, "0367ee0004687c05000106cb02077da803"),
    framed("Milesight", "VS350", 85, "0175620367d00004cc0c00070005cc01000000"),
    said("ttn2", "library/devices/door/up", _TTN2),
    said("lorawan-networks", "aws/door", _AWS),
    said("lorawan-networks", "thingpark/door", {"DevEUI_uplink": _THINGPARK}),
    said("lorawan-networks", "loriot/door", {"cmd": "gw", "EUI": EUI, "ts": 1764058501000, "fcnt": 2, "port": 85, "data": _TOTALS.hex()}),
    said("senml", "kpn/door", [{"bn": f"urn:dev:DEVEUI:{EUI}:", "bt": 1764058501, "n": "people", "v": 3},
                               {"n": "battery", "u": "%", "vs": "32.0"}, {"n": "occupied", "vb": True, "t": -5}]),
    framed("ELSYS", "ERS Eye", 5, "0100e2022904002705061102153c2d070e2a"),
    framed("IMBuildings", "People Counter", 1, "02060004a30b00f0d40e0001000300020020000d000a6a"),
    framed("Parametric", "PCR2", 14, "be010400010002000300041c200ce40139"),
    framed("Browan", "TBMS100", 102, "000b3416000a0000"),
    framed("TEKTELIC", "PIR", 10, "0a00ff036700ec04683e00ff013c"),
    framed("HKT", "people counter", 1, "686b740007070007000900000010000000110303 5a".replace(" ", "")),
    framed("Yosensi", "YO People Counter", 1, "026b003d600011000008600011010" "00a6000130200000026600013030000004d"),
    framed("PipIoT", "PeopleSense", 1, "008d00050000400401000401"),
    framed("Swisscom", "Multisense", 3, "01008064060945000000000000000000000000000004ffff"),
    framed("Netvox", "RB11E", 6, "010301a2fc1800b4000000"),
    framed("Pressac", "RCS", 1, "06200000717a505a0190"),
    framed("Thermokon", "MCS LRW", 2, "1000e211291202588540 0e10c10600784103".replace(" ", "")),
    framed("Cayenne", "LPP", 1, "016700e20268500366010467fff605650190060001"),
    framed("Terabee", "People Flow Counting L-XL", 1, "000000c8000001c800"),
    framed("MClimate", "HT-PIR Lite", 2, "81065866d203"),
    framed("Decentlab", "DL-IAM", 1, "02123400310bb88258000000000011"),
    framed("Adeunis", "Motion", 1, "4e000102000332"),
    framed("Sensative", "Strips Presence", 1, "010201640200e21201"),
    framed("MOKO", "LW007-PIR", 5, "68a8359a101f8de55f0000"),
    framed("RestoTracker", "SCD18", 1, "211ec0014700000000"),
)  # fmt: skip
