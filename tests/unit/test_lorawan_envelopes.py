"""What the network servers wrap around a frame: which device, when, which frame, and what is no data at all."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Message
from collectors import decoding
from collectors.lorawan.uplink import deveui

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
TOTALS = base64.b64encode(bytes.fromhex("03d2be00000004d231010000")).decode()  # VS133: 190 in, 305 out
DEVICE = "24e124000000abcd"
VS133 = DecodeContext(models={("lorawan", DEVICE): "Milesight VS133"})
TTS_UP = "v3/library@ttn/devices/door/up"
CS_UP = f"application/1/device/{DEVICE}/event/up"


def decode(topic: str, body: object, known: DecodeContext = VS133) -> Decoded:
    payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return decoding.decode(Message(topic=topic, payload=payload, received=NOW), known)


def values(decoded: Decoded) -> dict[tuple[str, str], float]:
    return {(r.channel, r.metric): r.value for r in decoded.readings}


def tts(**uplink: Any) -> dict[str, Any]:
    return {
        "end_device_ids": {"device_id": "door", "dev_eui": DEVICE.upper(), "dev_addr": "00BCB929"},
        "received_at": "2026-11-25T08:15:01.014773143Z",
        "uplink_message": {"session_key_id": "AXA5/0tHUGUu==", "f_port": 85, "frm_payload": TOTALS, **uplink},
    }


def chirpstack(**more: Any) -> dict[str, Any]:
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


COUNTED = {("flow:1", "in_total"): 190, ("flow:1", "out_total"): 305}


def test_the_things_stack() -> None:
    decoded = decode(TTS_UP, tts(f_cnt=12))
    assert values(decoded) == COUNTED
    reading = decoded.readings[0]
    assert (reading.source, reading.device, reading.wraps) == ("lorawan", DEVICE, 2**32)
    assert reading.time == datetime(2026, 11, 25, 8, 15, 1, 14773, tzinfo=UTC)
    assert decoded.identity is not None
    assert decoded.identity.scope == f"lorawan/{DEVICE}"
    assert decoded.identity.mark == "fcnt:AXA5/0tHUGUu==:12"
    assert decoded.identity.window_s == 30 * 86_400
    assert (decoded.adapter, decoded.model) == ("tts", "Milesight VS133")


def test_a_missing_frame_counter_is_zero() -> None:
    identity = decode(TTS_UP, tts()).identity
    assert identity is not None
    assert identity.mark.endswith(":0")


def test_the_model_may_come_from_the_network() -> None:
    named = tts(version_ids={"brand_id": "milesight-iot", "model_id": "vs350"}, frm_payload="BcwBAAAA")
    assert values(decode(TTS_UP, named, DecodeContext())) == {("flow:1", "in"): 1, ("flow:1", "out"): 0}
    assert values(decode(CS_UP, chirpstack(), DecodeContext())) == COUNTED


def test_other_topics_are_known_by_their_shape() -> None:
    assert values(decode("bridge/lora/17", tts())) == COUNTED
    assert values(decode("bridge/lora/17", {"name": "as.up.data.forward", "data": tts()})) == COUNTED
    assert values(decode("bridge/lora/17", chirpstack())) == COUNTED


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
    ],
)
def test_not_data(topic: str, body: object) -> None:
    decoded = decode(topic, body)
    assert not decoded.readings
    assert not decoded.problems
    assert decoded.not_data


def test_chirpstack() -> None:
    decoded = decode(CS_UP, chirpstack(fCnt=1291))
    assert values(decoded) == COUNTED
    assert decoded.readings[0].time == datetime(2026, 11, 25, 8, 15, 1, 775023, tzinfo=UTC)
    assert decoded.identity is not None
    assert decoded.identity.mark == "fcnt:00189440:1291"
    assert decoded.adapter == "chirpstack"


def test_chirpstack_without_address_names_the_frame_itself() -> None:
    identity = decode(CS_UP, chirpstack(devAddr=None)).identity
    assert identity is not None
    assert identity.mark == "uplink:3ac7e3c4-4401-4b8d-9386-a5c902f9202d"


def test_chirpstack_3() -> None:
    body = {
        "applicationID": "1",
        "deviceName": "door",
        "devEUI": base64.b64encode(bytes.fromhex(DEVICE)).decode(),
        "rxInfo": [{"time": "2026-11-25T08:15:00Z"}],
        "fCnt": 7,
        "fPort": 85,
        "data": TOTALS,
        "objectJSON": '{"line_1_total_in": 190}',
    }
    decoded = decode(CS_UP, body)
    assert values(decoded) == {("flow:1", "in_total"): 190}  # the network's decoder comes before the bytes
    assert decoded.readings[0].device == DEVICE
    assert decoded.readings[0].time == datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
    assert values(decode("application/1/node/x/rx", {**body, "objectJSON": "{}"})) == COUNTED


def test_chirpstacks_status_may_tell_the_battery() -> None:
    topic = f"application/1/device/{DEVICE}/event/status"
    body = {
        "deviceInfo": {"devEui": DEVICE},
        "margin": 10,
        "batteryLevel": 88.3,
        "time": "2026-11-25T08:15:00Z",
    }
    assert values(decode(topic, body)) == {("level:1", "battery_pct"): 88.3}
    assert decode(topic, {**body, "externalPowerSource": True}).not_data


def test_a_gateway_with_its_own_network_server() -> None:
    body = {
        "applicationID": "1",
        "devEUI": DEVICE,
        "deviceName": "VS133-4G",
        "fCnt": 4,
        "fPort": 85,
        "data": TOTALS,
    }
    decoded = decode("/mqtttest", {**body, "time": "2026-11-25T08:15:00Z"}, DecodeContext())
    assert values(decoded) == COUNTED
    assert (decoded.adapter, decoded.model) == ("milesight-gateway", "Milesight VS133")
    assert decoded.identity is not None
    assert decoded.identity.window_s == 3600
    beside = {
        "devEUI": DEVICE,
        "gatewayTime": "2026-11-25T09:15:00+01:00",
        "line_1_total_in": 190,
        "battery": None,
    }
    (problem,) = decode("/mqtttest", {"applicationID": 1, **beside}, DecodeContext()).problems
    assert problem.startswith("nobody has said what line_1_total_in is: say the model")
    beside["total_in"] = beside.pop("line_1_total_in")
    assert values(decode("/mqtttest", {"applicationID": 1, **beside}, DecodeContext())) == {
        ("flow:1", "in_total"): 190
    }
    assert decode("/mqtttest", {"applicationID": 1, "devEUI": DEVICE}).not_data


def test_what_the_networks_decoder_says_stands_in() -> None:
    body = tts(
        frm_payload="qg==", f_port=1, decoded_payload={"temperature_c": 1.0, "light_lux": 0.64, "x": 3}
    )
    assert values(decode(TTS_UP, body, DecodeContext())) == {
        ("level:1", "temperature_c"): 1,
        ("level:1", "light_lux"): 0.64,
    }
    body["uplink_message"]["decoded_payload"] = {"foo": 1}
    body["end_device_ids"]["dev_eui"] = "01" * 8
    (problem,) = decode(TTS_UP, body, DecodeContext()).problems
    assert "foo" in problem
    body["end_device_ids"]["dev_eui"] = DEVICE  # of Milesight, but no model that is known here
    body["uplink_message"]["decoded_payload"] = {"count_1": 5}
    (problem,) = decode(TTS_UP, body, DecodeContext()).problems
    assert '# values.people = "$.uplink_message.decoded_payload.count_1"' in problem


def test_bytes_of_nobody_knows_what_are_a_problem_that_says_what_to_do() -> None:
    (problem,) = decode(
        CS_UP, chirpstack(data="CgD/", fPort=10, deviceInfo={"devEui": "01" * 8}), DecodeContext()
    ).problems
    assert "0a00ff" in problem
    assert "say its model in the site file" in problem


@pytest.mark.parametrize(
    ("topic", "body", "said"),
    [
        (TTS_UP, {"end_device_ids": {}}, "devEUI"),
        (TTS_UP, tts(frm_payload="%%%"), "base64"),
        (TTS_UP, {**tts(), "end_device_ids": {"dev_eui": "door"}}, "devEUI"),
        (TTS_UP, "{", "breaks off"),
        (CS_UP, '{"applicationID": "1", "devEUI": "24e124000000abcd", "data": "", "data": "qg=="}', "twice"),
        (CS_UP, chirpstack(data=base64.b64encode(bytes(600)).decode()), "600 bytes"),
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
