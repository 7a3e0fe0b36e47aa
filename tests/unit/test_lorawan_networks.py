"""Network servers other than The Things Stack and ChirpStack, and SenML."""

# ruff: noqa: E501 - tables
import base64
import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.readings import Decoded, Message
from collectors import decoding

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
SENT = datetime(2026, 11, 25, 8, 15, 1, tzinfo=UTC)
DEVICE = "24e124000000abcd"
HEXED = "03d2be00000004d231010000"  # VS133: 190 in, 305 out
TOTALS = base64.b64encode(bytes.fromhex(HEXED)).decode()
COUNTED = {("flow:1", "in_total"): 190, ("flow:1", "out_total"): 305}
VS133 = DecodeContext(models={("lorawan", DEVICE): "Milesight VS133"})

Body = dict[str, Any]
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
NETWORKS = {
    "ttn2": TTN2, "aws": AWS, "thingpark": THINGPARK, "loriot": LORIOT, "helium": HELIUM, "everynet": EVERYNET,
    "kerlink": KERLINK, "netmore": NETMORE,
}  # fmt: skip


def decode(body: object, topic: str = "bridge/lora/17", known: DecodeContext = VS133) -> Decoded:
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


@pytest.mark.parametrize("network", NETWORKS)
def test_networks(network: str) -> None:
    decoded = decode(NETWORKS[network])
    assert values(decoded) == COUNTED
    assert {(r.source, r.device, r.time) for r in decoded.readings} == {("lorawan", DEVICE, SENT)}
    assert decoded.identity is not None
    assert decoded.identity.scope == f"lorawan/{DEVICE}"
    named = network not in ("ttn2", "loriot", "netmore")  # these do not tell the session
    assert decoded.identity.mark == ("fcnt:00189440:2" if named else "fcnt:0:2")
    assert decoded.identity.window_s == (30 * 86_400 if named else 3600)


@pytest.mark.parametrize("body", [THINGPARK, HELIUM], ids=["thingpark", "helium"])
def test_networks_that_say_the_model(body: Body) -> None:
    decoded = decode(body, known=DecodeContext())
    assert (values(decoded), decoded.model) == (COUNTED, "Milesight VS133")


def test_netmore_sends_a_list_of_one() -> None:
    assert values(decode([NETMORE], known=DecodeContext())) == COUNTED


def test_kerlink_may_send_base64() -> None:
    assert values(decode(changed(KERLINK, payload=TOTALS))) == COUNTED


@pytest.mark.parametrize(
    ("topic", "body"),
    [
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
    ],
)
def test_not_data(topic: str, body: object) -> None:
    decoded = decode(body, topic)
    assert (decoded.readings, decoded.problems) == ((), ())
    assert decoded.not_data


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (changed(LORIOT, data="xyz"), "data"),
        (changed(AWS, DevEui="door"), "devEUI"),
        (changed(THINGPARK, DevEUI="0102"), "devEUI"),
        (changed(TTN2, payload_raw="%"), "payload_raw"),
        (changed(KERLINK, payload=7), "payload"),
        ('{"hardware_serial": "24e124000000abcd", "port": 85, "port": 5}', "twice"),
    ],
)
def test_what_cannot_be_read(body: object, said: str) -> None:
    decoded = decode(body)
    assert not decoded.readings
    assert said in "; ".join(decoded.problems)


def test_the_networks_decoder_is_asked_if_the_bytes_say_nothing() -> None:
    body = {
        **TTN2,
        "hardware_serial": "01" * 8,
        "port": 1,
        "payload_fields": {"total_people_in": 7, "co2_ppm": 600},
    }
    assert values(decode(body)) == {("flow:1", "in_total"): 7, ("level:1", "co2_ppm"): 600}


def test_what_it_says_in_two_senses_is_asked_with_a_mapping_that_fits_the_network() -> None:
    body = changed(LORIOT, EUI="01" * 8, port=1)
    (problem,) = decode({**body, "decoded": {"in": 7, "out": 8}}).problems
    assert 'device = "$.EUI"' in problem
    assert 'time = "$.ts"' in problem
    assert '# values.in = "$.decoded.in"' in problem
    assert f'only = {{ "$.EUI" = "{"01" * 8}" }}' in problem  # all devices share the topic


PACK: list[Body] = [
    {"bn": "urn:dev:DVNUUID:door:", "bt": 1795594501, "n": "people", "v": 3},
    {"n": "occupied", "vb": True},
    {"n": "temperature", "u": "Cel", "vs": "21.5"},
    {"n": "batteryLevel", "u": "%EL", "v": 90, "t": -60},
    {"n": "accelerationX", "u": "m/s2", "v": 0.39},
]


def test_senml() -> None:
    decoded = decode(PACK)
    assert values(decoded) == {
        ("level:1", "temperature_c"): 21.5,
        ("level:1", "battery_pct"): 90,
    }  # what people and occupied mean to their sender, nobody has said
    assert {(r.source, r.device) for r in decoded.readings} == {("senml", "DVNUUID:door")}
    assert {r.time for r in decoded.readings if r.metric != "battery_pct"} == {SENT}
    assert {r.time.second for r in decoded.readings if r.metric == "battery_pct" and r.time} == {1}


def test_senml_with_base_value_and_times_relative_to_now() -> None:
    decoded = decode([{"bn": "urn:dev:DEVEUI:24E124000000ABCD:", "bv": 20, "u": "Cel", "v": 1.5, "t": -5}])
    (reading,) = decoded.readings
    assert (reading.source, reading.device, reading.value, reading.time) == ("lorawan", DEVICE, 21.5, None)


def test_senml_may_hold_a_frame() -> None:
    name = {"bn": f"urn:dev:DEVEUI:{DEVICE.upper()}:", "bt": 1795594501}
    decoded = decode([name, {"n": "payload", "vs": HEXED}, {"n": "port", "v": 85}])
    assert values(decoded) == COUNTED
    assert {(r.device, r.time) for r in decoded.readings} == {(DEVICE, SENT)}


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        ([{"bn": "urn:dev:x", "n": "accelerationX", "v": 0.39}], "accelerationX"),
        ([{"bn": "urn:dev:", "u": "Cel", "v": 3}], "device"),
        (
            [{"bn": "urn:dev:x", "bt": 10**400, "n": "people", "v": 3, "t": 5.5}],
            "time (bt, t) is too large a number",
        ),
        (
            [{"bn": "urn:dev:x", "bv": 10**400, "n": "people", "v": 3.5}],
            "value (bv, v) is too large a number",
        ),
        ([{"bn": "x", "bt": "now", "n": "people", "v": 3}], "bt, t"),
        ([{"bn": "x", "n": "in", "v": 3}], "write a mapping"),
    ],
)
def test_senml_that_cannot_be_read(pack: list[Body], said: str) -> None:
    decoded = decode(pack)
    assert not decoded.readings
    assert said in "; ".join(decoded.problems)
