"""What network servers, and SenML, wrap around a frame: which device, when, which frame, and what is not data at all."""

# ruff: noqa: E501 - tables
import base64
import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from besok.model import mapping_draft
from besok.model.decode_context import DecodeContext
from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Message
from collectors import decoding
from collectors.lorawan.envelopes import deveui

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
SENT = datetime(2026, 11, 25, 8, 15, 1, tzinfo=UTC)
DEVICE = "24e124000000abcd"
HEXED = "03d2be00000004d231010000"  # VS133: 190 in, 305 out
TOTALS = base64.b64encode(bytes.fromhex(HEXED)).decode()
COUNTED = {("flow:1", "in_total"): 190, ("flow:1", "out_total"): 305}
VS133 = DecodeContext(models={("lorawan", DEVICE): "Milesight VS133"})
NOBODY = DecodeContext()
TTS_UP = "v3/library@ttn/devices/door/up"
CS_UP = f"application/1/device/{DEVICE}/event/up"
ANY = "bridge/lora/17"

Body = dict[str, Any]


def tts(**uplink: Any) -> Body:
    return {
        "end_device_ids": {"device_id": "door", "dev_eui": DEVICE.upper(), "dev_addr": "00BCB929"},
        "received_at": "2026-11-25T08:15:01.014773143Z",
        "uplink_message": {"session_key_id": "AXA5/0tHUGUu==", "f_port": 85, "frm_payload": TOTALS, **uplink},
    }


def chirpstack(**more: Any) -> Body:
    return {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "time": "2026-11-25T08:15:01.775023242+00:00",
        "deviceInfo": {
            "deviceProfileName": "Milesight VS133",
            "deviceName": "Door",
            "devEui": DEVICE,
            "tags": {},
        },
        "devAddr": "00189440",
        "fPort": 85,
        "data": TOTALS,
        **more,
    }


CHIRPSTACK_3: Body = {
    "applicationID": "1", "deviceName": "door", "devEUI": base64.b64encode(bytes.fromhex(DEVICE)).decode(),
    "rxInfo": [{"time": "2026-11-25T08:15:01Z"}], "fCnt": 7, "fPort": 85, "data": TOTALS, "objectJSON": "{}",
}  # fmt: skip
GATEWAY: Body = {
    "applicationID": "1", "devEUI": DEVICE, "deviceName": "VS133-4G", "fCnt": 4, "fPort": 85, "data": TOTALS,
    "time": "2026-11-25T08:15:01Z",
}  # fmt: skip
TTN2: Body = {
    "app_id": "library", "dev_id": "door", "hardware_serial": DEVICE.upper(), "port": 85, "counter": 2, "payload_raw": TOTALS,
    "metadata": {"time": "2026-11-25T08:15:01Z", "gateways": [{"time": "2026-11-25T08:15:00Z"}]},
}  # fmt: skip
AWS: Body = {
    "WirelessDeviceId": "5b58245e-146c-4c30-9703-0ca942e3ff35", "PayloadData": TOTALS,
    "WirelessMetadata": {"LoRaWAN": {"DevEui": DEVICE, "DevAddr": "00189440", "FCnt": 2, "FPort": 85,
                                     "Timestamp": "2026-11-25T08:15:01Z"}},
}  # fmt: skip
THINGPARK: Body = {"DevEUI_uplink": {
    "Time": "2026-11-25T09:15:01.000+01:00", "DevEUI": DEVICE.upper(), "DevAddr": "00189440", "FPort": "85", "FCntUp": "2",
    "payload_hex": HEXED, "DriverCfg": {"mod": {"pId": "milesight", "mId": "vs133", "ver": "1"}},
}}  # fmt: skip
LORIOT: Body = {"cmd": "gw", "EUI": DEVICE.upper(), "ts": 1795594501000, "fcnt": 2, "port": 85, "data": HEXED}
HELIUM: Body = {
    "dev_eui": DEVICE.upper(), "devaddr": "00189440", "fcnt": 2, "port": 85, "name": "VS133 door", "payload": TOTALS,
    "reported_at": 1795594501000, "type": "uplink",
}  # fmt: skip
EVERYNET: Body = {
    "meta": {"device": DEVICE, "device_addr": "00189440", "time": 1795594501.0},
    "params": {"payload": TOTALS, "port": 85, "counter_up": 2, "rx_time": 1795594501.0, "duplicate": False},
    "type": "uplink",
}
KERLINK: Body = {
    "endDevice": {"devEui": DEVICE.upper(), "devAddr": "00189440"}, "fPort": 85, "fCntUp": 2, "encrypted": False,
    "payload": HEXED, "recvTime": 1795594501000,
}  # fmt: skip
NETMORE: Body = {
    "devEui": DEVICE, "sensorType": "vs133", "messageType": "payload", "timestamp": "2026-11-25T08:15:01Z",
    "payload": HEXED, "fCntUp": 2, "fPort": "85",
}  # fmt: skip
LONG, SHORT = 30 * 86_400, 3600  # seconds; short where the network does not tell the session
NETWORKS: dict[str, tuple[str, Body, str, int]] = {
    "tts": (TTS_UP, tts(f_cnt=12), "fcnt:AXA5/0tHUGUu==:12", LONG),
    "tts without a counter": (TTS_UP, tts(), "fcnt:AXA5/0tHUGUu==:0", LONG),
    "tts elsewhere": (ANY, tts(), "fcnt:AXA5/0tHUGUu==:0", LONG),
    "tts forwarded": (ANY, {"name": "as.up.data.forward", "data": tts()}, "fcnt:AXA5/0tHUGUu==:0", LONG),
    "chirpstack": (CS_UP, chirpstack(fCnt=1291), "fcnt:00189440:1291", LONG),
    "chirpstack elsewhere": (ANY, chirpstack(fCnt=1291), "fcnt:00189440:1291", LONG),
    "chirpstack without address": (CS_UP, chirpstack(devAddr=None), "uplink:3ac7e3c4-4401-4b8d-9386-a5c902f9202d", LONG),
    "chirpstack 3": ("application/1/node/x/rx", CHIRPSTACK_3, "fcnt:0:7", SHORT),
    "gateway": ("/mqtttest", GATEWAY, "fcnt:0:4", SHORT),
    "ttn2": (ANY, TTN2, "fcnt:0:2", SHORT),
    "aws": (ANY, AWS, "fcnt:00189440:2", LONG),
    "thingpark": (ANY, THINGPARK, "fcnt:00189440:2", LONG),
    "loriot": (ANY, LORIOT, "fcnt:0:2", SHORT),
    "helium": (ANY, HELIUM, "fcnt:00189440:2", LONG),
    "everynet": (ANY, EVERYNET, "fcnt:00189440:2", LONG),
    "kerlink": (ANY, KERLINK, "fcnt:00189440:2", LONG),
    "kerlink in base64": (ANY, {**KERLINK, "payload": TOTALS}, "fcnt:00189440:2", LONG),
    "netmore": (ANY, NETMORE, "fcnt:0:2", SHORT),
}  # fmt: skip


def decode(topic: str, body: object, known: DecodeContext = VS133) -> Decoded:
    payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return decoding.decode(Message(topic=topic, payload=payload, received=NOW), known)


def values(decoded: Decoded) -> dict[tuple[str, str], float]:
    return {(r.channel, r.metric): r.value for r in decoded.readings}


def changed(body: Body, **values: object) -> Body:
    """A copy of `body` with other values, in whichever of its objects these are."""
    copied: Body = copy.deepcopy(body)
    todo = [copied]
    while todo:
        here = todo.pop()
        todo += [inner for name, inner in here.items() if isinstance(inner, dict) and name not in values]
        here.update({name: copy.deepcopy(value) for name, value in values.items() if name in here})
    return copied


@pytest.mark.parametrize(("topic", "body", "mark", "window_s"), NETWORKS.values(), ids=NETWORKS)
def test_networks(topic: str, body: Body, mark: str, window_s: int) -> None:
    decoded = decode(topic, body)
    assert values(decoded) == COUNTED
    told = {(r.source, r.device, r.wraps, r.time and r.time.replace(microsecond=0)) for r in decoded.readings}
    assert told == {("lorawan", DEVICE, 2**32, SENT)}
    assert decoded.identity is not None
    assert decoded.identity.scope == f"lorawan/{DEVICE}"
    assert (decoded.identity.mark, decoded.identity.window_s) == (mark, window_s)


@pytest.mark.parametrize(("topic", "body"), [row[:2] for row in NETWORKS.values()], ids=NETWORKS)
def test_several_uplinks_in_one_message_are_told(topic: str, body: Body) -> None:
    for several in ([body, body], [{"messageType": "join", "devEui": DEVICE, "fCntUp": 1}, body, body]):
        decoded = decode(topic, several)
        assert not decoded.readings
        assert "several uplinks in one message" in decoded.problems[0]


@pytest.mark.parametrize(
    ("topic", "body", "adapter"),
    [
        (ANY, THINGPARK, "lorawan-networks"),
        (ANY, HELIUM, "lorawan-networks"),
        (ANY, [NETMORE], "lorawan-networks"),  # a list of one
        (CS_UP, chirpstack(), "chirpstack"),
        ("/mqtttest", GATEWAY, "milesight-gateway"),
        (TTS_UP, tts(version_ids={"brand_id": "milesight-iot", "model_id": "vs133"}), "tts"),
    ],
)
def test_the_model_may_come_from_the_network(topic: str, body: object, adapter: str) -> None:
    decoded = decode(topic, body, NOBODY)
    assert (values(decoded), decoded.model, decoded.adapter) == (COUNTED, "Milesight VS133", adapter)


def test_the_gateways_time_stands_in() -> None:
    body = tts(rx_metadata=[{"gateway_ids": {}}, {"time": "2026-11-25T08:14:59.787Z"}])
    del body["received_at"]
    assert decode(TTS_UP, body).readings[0].time == datetime(2026, 11, 25, 8, 14, 59, 787000, tzinfo=UTC)
    body["uplink_message"]["rx_metadata"] = []
    assert decode(TTS_UP, body).readings[0].time is None


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("v3/a@t/devices/d/join", {"end_device_ids": {}, "join_accept": {"session_key_id": "x"}}),
        (
            "v3/a@t/devices/d/down/ack",
            {"end_device_ids": {}, "downlink_ack": {"f_port": 85, "frm_payload": TOTALS}},
        ),
        ("v3/a@t/devices/d/down/push", {"downlinks": [{"f_port": 85, "frm_payload": TOTALS}]}),
        ("v3/a@t/devices/d/down/replace", "no JSON"),
        ("v3/a@t/devices/d/service/data", {"end_device_ids": {}, "service_data": {"data": {}}}),
        ("v3/a@t/devices/d/up/normalized", {"end_device_ids": {}, "uplink_normalized": {}}),
        (TTS_UP, {**tts(), "simulated": True}),
        (f"application/1/device/{DEVICE}/event/join", chirpstack()),
        (f"application/1/device/{DEVICE}/event/txack", chirpstack()),
        (f"application/1/device/{DEVICE}/event/error", {"type": "UPLINK_FCNT_RETRANSMISSION"}),
        (f"application/1/device/{DEVICE}/command/down", {"data": TOTALS, "fPort": 85, "devEui": DEVICE}),
        ("hook", {"deviceInfo": {"devEui": DEVICE}, "devAddr": "00189440"}),
        (CS_UP, chirpstack(data="", fPort=0)),
        (TTS_UP, tts(frm_payload=None, f_port=None)),
        (f"application/1/device/{DEVICE}/event/status", {"deviceInfo": {"devEui": DEVICE}, "margin": 10}),
        ("library/devices/door/up/line_1_total_in", 190),
        ("library/devices/door/up/gps/lat", 52.37),
        ("library/devices/door/events/activations", {"app_eui": "0102030405060708"}),
        ("hook", {"DevEUI_downlink_Sent": {"Time": "2026-11-25T09:15:01+01:00", "DevEUI": DEVICE.upper()}}),
        ("hook", {"DevEUI_location": {"DevEUI": DEVICE, "DevLAT": "52.37"}}),
        ("hook", changed(LORIOT, cmd="txd")),
        ("hook", changed(HELIUM, type="join")),
        ("hook", changed(EVERYNET, duplicate=True)),
        ("hook", changed(KERLINK, encrypted=True)),
        ("hook", changed(AWS, PayloadData="")),
        ("/mqtttest", {"applicationID": 1, "devEUI": DEVICE}),
        (
            f"application/1/device/{DEVICE}/event/status",
            chirpstack(batteryLevel=88.3, externalPowerSource=True),
        ),
    ],
)
def test_not_data(topic: str, body: object) -> None:
    decoded = decode(topic, body)
    assert not decoded.readings
    assert not decoded.problems
    assert decoded.not_data


def test_the_networks_decoder_comes_before_the_bytes() -> None:
    body = {**CHIRPSTACK_3, "objectJSON": '{"line_1_total_in": 191}'}
    assert values(decode(CS_UP, body)) == {("flow:1", "in_total"): 191}


def test_a_network_without_a_decoder_leaves_the_bytes() -> None:
    assert decode(CS_UP, {**CHIRPSTACK_3, "objectJSON": ""}) == decode(CS_UP, CHIRPSTACK_3)


def test_chirpstacks_status_may_tell_the_battery() -> None:
    topic = f"application/1/device/{DEVICE}/event/status"
    assert values(decode(topic, chirpstack(batteryLevel=88.3))) == {("level:1", "battery_pct"): 88.3}


def test_a_gateway_may_say_the_fields_beside_the_device() -> None:
    beside = {
        "applicationID": 1,
        "devEUI": DEVICE,
        "gatewayTime": "2026-11-25T09:15:00+01:00",
        "battery": None,
    }
    (problem,) = decode("/mqtttest", {**beside, "line_1_total_in": 190}, NOBODY).problems
    assert problem.startswith("nobody has said what line_1_total_in is: say the model")
    assert values(decode("/mqtttest", {**beside, "people_in_total": 190}, NOBODY)) == {
        ("flow:1", "in_total"): 190
    }


def test_what_the_networks_decoder_says_stands_in() -> None:
    body = tts(
        frm_payload="qg==", f_port=1, decoded_payload={"temperature_c": 1.0, "light_lux": 0.64, "vdd": 3}
    )
    assert values(decode(TTS_UP, body, NOBODY)) == {
        ("level:1", "temperature_c"): 1,
        ("level:1", "light_lux"): 0.64,
    }
    body["uplink_message"]["decoded_payload"] = {"foo": 1}
    body["end_device_ids"]["dev_eui"] = "01" * 8
    (problem,) = decode(TTS_UP, body, NOBODY).problems
    assert "foo" in problem
    body["end_device_ids"]["dev_eui"] = DEVICE  # of Milesight, but no model that is known here
    body["uplink_message"]["decoded_payload"] = {"count_1": 5}
    (problem,) = decode(TTS_UP, body, NOBODY).problems
    assert '# values.people = "$.codec.count_1"' in problem


def test_bytes_of_nobody_knows_what_are_a_problem_that_says_what_to_do() -> None:
    (problem,) = decode(
        CS_UP, chirpstack(data="CgD/", fPort=10, deviceInfo={"devEui": "01" * 8}), NOBODY
    ).problems
    assert "0a00ff" in problem
    assert "say its model in the site file" in problem


@pytest.mark.parametrize(
    ("topic", "body", "said"),
    [
        (TTS_UP, {"end_device_ids": {}, "uplink_message": {"f_port": 1}}, "devEUI"),
        (TTS_UP, tts(frm_payload="%%%"), "base64"),
        (TTS_UP, {**tts(), "end_device_ids": {"dev_eui": "door"}}, "devEUI"),
        (TTS_UP, "{", "breaks off"),
        (CS_UP, '{"applicationID": "1", "devEUI": "24e124000000abcd", "data": "", "data": "qg=="}', "twice"),
        (CS_UP, chirpstack(data=base64.b64encode(bytes(600)).decode()), "600 bytes"),
        (ANY, changed(LORIOT, data="xyz"), "data"),
        (ANY, changed(AWS, DevEui="door"), "devEUI"),
        (ANY, changed(THINGPARK, DevEUI="0102"), "devEUI"),
        (ANY, changed(TTN2, payload_raw="%"), "payload_raw"),
        (ANY, changed(KERLINK, payload=7), "payload"),
        (ANY, '{"hardware_serial": "24e124000000abcd", "port": 85, "port": 5}', "twice"),
    ],
)
def test_what_cannot_be_read(topic: str, body: object, said: str) -> None:
    decoded = decode(topic, body)
    assert not decoded.readings
    assert said in "; ".join(decoded.problems)


@pytest.mark.parametrize(
    "said",
    [
        "58a0cb000202c99",
        "058A0CB000202C99",
        "05-8a-0c-b0-00-20-2c-99",
        "eui-058a0cb000202c99",
        "BYoMsAAgLJk=",
    ],
)
def test_deveui(said: str) -> None:
    assert deveui(said) == "058a0cb000202c99"


@pytest.mark.parametrize("said", ["", "0102", "x" * 16, 17, None, "0" * 17, "AAAA"])
def test_not_a_deveui(said: object) -> None:
    with pytest.raises(Unreadable):
        deveui(said)


def test_the_networks_decoder_is_asked_if_the_bytes_say_nothing() -> None:
    body = {
        **TTN2,
        "hardware_serial": "01" * 8,
        "port": 1,
        "payload_fields": {"total_people_in": 7, "co2_ppm": 600},
    }
    assert values(decode(ANY, body)) == {("flow:1", "in_total"): 7, ("level:1", "co2_ppm"): 600}


def test_what_it_says_in_two_senses_is_asked_with_a_mapping_that_fits_the_network() -> None:
    body = changed(LORIOT, EUI="01" * 8, port=1)
    (problem,) = decode(ANY, {**body, "decoded": {"in": 7, "out": 8}}).problems
    assert '# values.in = "$.codec.in"' in problem
    assert f'only."$.codec_device" = "{"01" * 8}"' in problem  # all devices share the topic
    draft = mapping_draft.read(problem)
    assert draft is not None
    known = DecodeContext(mappings=(mapping_draft.chosen(draft, {"in": "$.codec.in"}),))
    assert values(decode(ANY, {**body, "decoded": {"in": 7, "out": 8}}, known)) == {("flow:1", "in"): 7}
    other = {**body, "EUI": "02" * 8, "decoded": {"in": 7, "out": 8}}
    assert decode(ANY, other, known).problems


PACK: list[Body] = [
    {"bn": "urn:dev:DVNUUID:door:", "bt": 1795594501, "n": "people", "v": 3},
    {"n": "occupied", "vb": True},
    {"n": "temperature", "u": "Cel", "vs": "21.5"},
    {"n": "batteryLevel", "u": "%EL", "v": 90, "t": -60},
    {"n": "accelerationX", "u": "m/s2", "v": 0.39},
]


def test_senml() -> None:
    decoded = decode(ANY, PACK)
    assert values(decoded) == {
        ("level:1", "temperature_c"): 21.5,
        ("level:1", "battery_pct"): 90,
    }  # what people and occupied mean to their sender, nobody has said
    assert {(r.source, r.device) for r in decoded.readings} == {("senml", "DVNUUID:door")}
    assert {r.time for r in decoded.readings if r.metric != "battery_pct"} == {SENT}
    assert {r.time.second for r in decoded.readings if r.metric == "battery_pct" and r.time} == {1}


def test_senml_with_base_value_and_times_relative_to_now() -> None:
    decoded = decode(
        ANY, [{"bn": "urn:dev:DEVEUI:24E124000000ABCD:", "bv": 20, "u": "Cel", "v": 1.5, "t": -5}]
    )
    (reading,) = decoded.readings
    assert (reading.source, reading.device, reading.value, reading.time) == ("lorawan", DEVICE, 21.5, None)


@pytest.mark.parametrize(
    ("name", "unit", "why"),
    [
        ("freezer", "Cel", "not that of a room"),
        ("boiler/water", "Cel", "which no sensor of a room has"),
        ("soil", "%RH", "which no sensor of a room has"),
    ],
)
def test_senml_of_a_freezer_or_of_water_is_no_climate_of_a_room(name: str, unit: str, why: str) -> None:
    decoded = decode(ANY, [{"bn": "urn:dev:ow:10e2073a:", "n": name, "u": unit, "v": 8}])
    assert not decoded.readings
    assert why in decoded.not_data


@pytest.mark.parametrize("name", ["garden room", "pool"])
def test_senml_of_what_may_be_a_room_asks(name: str) -> None:
    decoded = decode(ANY, [{"bn": "urn:dev:ow:10e2073a:", "n": name, "u": "Cel", "v": 21}])
    assert not decoded.readings
    assert "if it measures the air of a room" in decoded.problems[0]


def test_what_thingpark_says_of_a_device_is_read() -> None:
    counted = {"Time": "2026-11-25T08:15:00Z", "DevEUI": DEVICE, "FPort": 1, "payload": {"people_in": 3}}
    plain = {"DevEUI_uplink": counted | {"payload_hex": "01"}}
    assert values(decode(ANY, plain, NOBODY)) == {("flow:1", "in"): 3}
    for told in ({"DriverCfg": {"app": {"pId": "parking"}}}, {"CustomerData": {"tags": ["bicycles"]}}):
        decoded = decode(ANY, {"DevEUI_uplink": counted | {"payload_hex": "01"} | told}, NOBODY)
        assert not decoded.readings
        assert "may change what is counted" in decoded.problems[0]


def test_senml_may_hold_a_frame() -> None:
    name = {"bn": f"urn:dev:DEVEUI:{DEVICE.upper()}:", "bt": 1795594501}
    decoded = decode(ANY, [name, {"n": "payload", "vs": HEXED}, {"n": "port", "v": 85}])
    assert values(decoded) == COUNTED
    assert {(r.device, r.time) for r in decoded.readings} == {(DEVICE, SENT)}


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        ([{"bn": "urn:dev:x", "n": "accelerationX", "v": 0.39}], "accelerationX"),
        ([{"bn": "urn:dev:", "u": "Cel", "v": 3}], "device"),
        (
            [{"bn": "urn:dev:x", "bt": 10**400, "n": "people", "v": 3, "t": 5.5}],
            "bt is a number of more than 300 digits",
        ),
        (
            [{"bn": "urn:dev:x", "bv": 10**400, "n": "people", "v": 3.5}],
            "bv is a number of more than 300 digits",
        ),
        ([{"bn": "x", "bt": "now", "n": "people", "v": 3}], "bt is"),
        ([{"bn": "x", "n": "in", "v": 3}], "write a mapping"),
    ],
)
def test_senml_that_cannot_be_read(pack: list[Body], said: str) -> None:
    decoded = decode(ANY, pack)
    assert not decoded.readings
    assert said in "; ".join(decoded.problems)
