"""What is personal is never kept: by name, by shape, at any depth, in JSON, XML, text and bytes."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model.readings import Message
from collectors import pipeline
from collectors.privacy import stripped

JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20).decode()
PHONE = "da:a1:19:7b:00:4e"
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def kept(value: Any, topic: str = "t") -> str:
    """The payload as it is kept."""
    raw = (
        value
        if isinstance(value, bytes)
        else (value if isinstance(value, str) else json.dumps(value)).encode()
    )
    out = stripped(raw, topic).payload
    assert stripped(out, topic).payload == out, "a second time changes nothing"
    return out.decode()


SECRETS: list[tuple[Any, str]] = [
    ({"age": 34}, "34"),
    ({"data": [{"faces": [{"Age": "34"}]}]}, "34"),
    ({"estimatedAge": {"low": 31, "high": 37}}, "31"),
    ({"gender": "female"}, "female"),
    ({"attributes": {"Sex": "Man"}}, "Man"),
    ({"ålder": 34}, "34"),
    ({"firstName": "Anna"}, "Anna"),
    ({"user_name": "anna"}, "anna"),
    ({"person": {"name": "Anna Svensson"}}, "Anna"),
    ({"name": "Anna Svensson", "age": 34}, "Anna"),
    ({"persons": ["Anna Svensson"]}, "Anna"),
    ({"label": "person", "sub_label": ["Anna", 0.8]}, "Anna"),
    ({"visitor": "Anna Svensson"}, "Anna"),
    ({"e-mail": "x", "contact": "anna.svensson@example.se"}, "anna"),
    ({"phone": "+46 70 123 45 67"}, "123"),
    ({"phoneNumber": 46701234567}, "46701234567"),
    ({"note": "19850312-1234"}, "850312"),
    ({"faceId": "f-77"}, "f-77"),
    ({"FaceToken": "abc123"}, "abc123"),
    ({"track_id": 4711}, "4711"),
    ({"objects": [{"id": 4711, "type": "Human"}]}, "4711"),
    ({"tracked_objects": [{"trackID": 4711}]}, "4711"),
    ({"licensePlate": "ABC123"}, "ABC123"),
    ({"recognized_license_plate": "ABC123"}, "ABC123"),
    ({"plate": {"text": "ABC123"}}, "ABC123"),
    ({"access_token": "s3cr3t"}, "s3cr3t"),
    ({"mqtt_pass": "s3cr3t"}, "s3cr3t"),
    ({"config": {"appKey": "s3cr3t"}}, "s3cr3t"),
    ({"auth": "Bearer abcdefghijkl"}, "abcdefghijkl"),
    ({"url": "rtsp://admin:s3cr3t@10.0.0.4/stream"}, "s3cr3t"),
    ({"session": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.abc"}, "eyJ"),
    ({"image": JPEG}, JPEG[:40]),
    ({"whatever": JPEG}, JPEG[:40]),
    ({"whatever": "data:image/png;base64,iVBORw0KGgo="}, "iVBOR"),
    ({"snapshot": "http://camera/snap/1.jpg"}, "snap/"),
    ({"lines": "\r\n".join(JPEG[n : n + 76] for n in range(0, len(JPEG), 76))}, JPEG[:40]),
    ({"hex": "ab" * 400}, "abab"),
    ({"clientMac": PHONE}, PHONE),
    ({"clients": [{"mac": PHONE.upper().replace(":", "-")}]}, "DA-A1"),
    ({"probes": [PHONE.replace(":", "")]}, "daa1197b004e"),
    ({"seen": [f"{PHONE} at -70 dBm"]}, PHONE),
    ({"id": PHONE, "rssi": -70}, PHONE),
    ({"bssid": PHONE.replace(":", ""), "x": {"bssid": PHONE.replace(":", "")}, "rssi": 1}, "daa1197b004e"),
    ({"seen": {PHONE: {"rssi": -70}}}, PHONE),
    ({"cisco": ["daa1.197b.004e"]}, "daa1"),
    ({"inner": json.dumps({"deeper": json.dumps({"age": 34, "clientMac": PHONE})})}, PHONE),
    ('{"a": 1, "age": 34', "34"),
    ('{"a": 1, "clients": [{"mac": "da:a1:19:7b:00:4e", "rs', PHONE),
    ('{"a": 1, "image": "' + JPEG[:3000], JPEG[:40]),
    ("{'person': {'name': 'Anna Svensson'}}", "Anna"),
    ("{person: {name: Anna Svensson, age: 34}}", "Svensson"),
    ('{"person":{"name":"Anna \\u0053vensson"},"bad":}', "vensson"),
    ('{"clients": ["da\\u003aa1:19:7b:00:4e"]}', "19:7b"),
    ("[" * 5000 + '{"age": 34', "34"),
    ("<Event><Face><Age>34</Age></Face></Event>", "34"),
    ("<e:Event><e:faceAttr sex='female' age=\"34\"/></e:Event>", "34"),
    ("<Event><Person><Name>Anna</Name></Person></Event>", "Anna"),
    ("<Event><Persons><P><Name><![CDATA[Anna]]></Name><Gender>x</Gender></P></Persons></Event>", "Anna"),
    ("<Event><licensePlate>ABC123</licensePlate>", "ABC123"),
    ("<Event><age>34", "34"),
    (f"<Event><list><client>{PHONE}</client></list></Event>", PHONE),
    (f"<Event><pic>{JPEG}</pic></Event>", JPEG[:40]),
    ("age=34&count=2", "34"),
    ("door 3: age: 34, gender: male", "male"),
    ("x:age=34", "34"),
    ("name is nobody, password is s3cr3t", "s3cr3t"),
    (f"count=2;{PHONE};-70", PHONE),
    ("ping from anna.svensson@example.se", "anna"),
    (JPEG, JPEG[:40]),
    ("age=34 å".encode("latin-1"), "34"),
    ('{"firstName": "Åsa"}'.encode("utf-16"), "Åsa"),
]


@pytest.mark.parametrize(("value", "secret"), SECRETS, ids=range(len(SECRETS)))
def test_what_is_personal_is_taken_out_and_what_it_was_is_said(value: Any, secret: str) -> None:
    raw = (
        value
        if isinstance(value, bytes)
        else (value if isinstance(value, str) else json.dumps(value)).encode()
    )
    plain = stripped(raw, "t")
    text = plain.payload.decode("utf-16" if raw[:2] == b"\xff\xfe" else "latin-1")
    assert secret not in text
    assert "[stripped" in text
    assert stripped(plain.payload, "t").payload == plain.payload


KEPT: list[Any] = [
    {"serial_number": "00:6E:02:01:02:03", "in": 3},
    {"mac": "00:6E:02:01:02:03", "counters": [{"in": 1}]},
    {
        "sensor": {"mac_address": "00:6E:02:01:02:03", "name": "Entrance"},
        "lines": [{"name": "Line 1", "id": 3}],
    },
    {"device_info": {"device_mac": "24:E1:24:01:02:03", "device_sn": "6417C2", "device_name": "Door"}},
    {
        "deviceInfo": {"devEui": "24e124000000abcd", "deviceName": "Anna's door"},
        "data": "A2cBAQ==",
        "fCnt": 3,
    },
    {"rxInfo": [{"gatewayId": "24e124fffef54092", "rssi": -90}], "object": {"id": 7}},
    {
        "end_device_ids": {"device_id": "eui-24e124"},
        "uplink_message": {"session_key_id": "AXA5/0tHUGUu==", "f_cnt": 1},
    },
    [{"mac": "AA:BB:CC:DD:EE:01", "count": 1}, {"mac": "AA:BB:CC:DD:EE:02", "count": 2}],
    {
        "people": 4,
        "person": 3,
        "persons": 2,
        "visitors": 1,
        "face_number": 2,
        "person_no": 2,
        "plate_count": 1,
    },
    {"person": "on", "label": "person", "voltage": 3.1, "message": "hello", "page": 1, "usage": 2, "pass": 3},
    {
        "motion": True,
        "image": False,
        "phone": "home",
        "time": "2026-11-25T08:15:00+01:00",
        "x": "20-11-25-08-15-00",
    },
    {"imei": "867997031234567", "iccid": "8946203", "trackingId": "beacon-1", "userAgent": 7},
    '{"in": NaN, "in": 1.50, "big": 123456789012345678901234567890, }',
    "<EventNotificationAlert><macAddress>28:57:be:01:02:03</macAddress><channelName>Door</channelName></EventNotificationAlert>",
    "0175640367ff010467",
    "temp=21.5;door=open;12:30:45",
    "door1\n" * 200,
    "",
    "{}",
    '{"age": null, "name": ""}',
]


@pytest.mark.parametrize("value", KEPT, ids=range(len(KEPT)))
def test_what_names_the_sensor_or_counts_stays_as_it_was(value: Any) -> None:
    raw = (value if isinstance(value, str) else json.dumps(value)).encode()
    assert stripped(raw, "t").payload is raw


def test_an_address_that_the_topic_has_too_stays() -> None:
    seen = {"id": "A4:C1:38:01:02:03", "rssi": -60, "clients": [{"mac": PHONE}]}
    text = kept(seen, "home/OpenMQTTGateway/BTtoMQTT/A4C138010203")
    assert "A4:C1:38:01:02:03" in text
    assert PHONE not in text


def test_the_rest_stays_to_the_letter() -> None:
    before = '{ "in" : 1.50,\n "in":2, "age" : 34 , "x": [NaN, 1e3] '
    assert kept(before) == '{ "in" : 1.50,\n "in":2, "age" : "[stripped: age]" , "x": [NaN, 1e3] '


def test_how_much_was_taken_out_is_said() -> None:
    assert kept({"image": JPEG}) == f'{{"image": "[stripped: picture, {len(JPEG)} characters]"}}'


@pytest.mark.parametrize(
    ("payload", "whole"),
    [
        (bytes(range(256)), True),
        (bytes(range(256)) * 2, False),
        (b"\xff\xd8\xff\xe0 a small one", False),
        (b"x" * 1_000_001, False),
    ],
)
def test_bytes_are_kept_if_they_are_few_and_no_picture(payload: bytes, whole: bool) -> None:
    out = stripped(payload).payload
    assert (out == payload) is whole
    assert whole or out.startswith(f"[stripped: {len(payload)} bytes, blake2b ".encode())


def rejected(payload: str, topic: str = "besok/v1/stad/d/flow") -> tuple[str, str]:
    message = Message(topic=topic, payload=payload.encode(), received=NOW)
    (found,) = pipeline.decode([message]).rejections
    return found.message.payload.decode(), found.reason


def test_a_reason_quotes_nothing_personal() -> None:
    payload, reason = rejected(json.dumps({"time": "2026-11-25T08:15:00Z", "in": PHONE, "clients": [PHONE]}))
    assert PHONE not in payload + reason
    assert "it must be a number" in reason
    payload, reason = rejected('{"in": 1, "line": {"x": 1}, "firstName": "Åsa Svensson"}')
    assert "line is an object" in reason
    plain = stripped(b'{"firstName": "\xc3\x85sa Svensson", "age": 34}')
    assert plain.reason('firstName is "\\u00c5sa Svensson": no; age is 34: no') == (
        'firstName is "[stripped]": no; age is [stripped: age]: no'
    )


def test_a_message_that_is_kept_can_be_replayed_as_far_as_it_was_good() -> None:
    payload, _ = rejected('{"time": "2026-11-25T08:15:00Z", "in": 1, "out": -1, "age": 3}')
    again = pipeline.decode([Message(topic="besok/v1/stad/d/flow", payload=payload.encode(), received=NOW)])
    assert [(i.reading.metric, i.reading.value) for i in again.readings] == [("in", 1)]


@settings(max_examples=25)
@given(st.text(alphabet="{}[]:,\"\\'<>/= aAge1:-\n", max_size=60) | st.binary(max_size=60))
def test_nothing_makes_it_raise_and_twice_is_once(payload: str | bytes) -> None:
    raw = payload if isinstance(payload, bytes) else payload.encode()
    once = stripped(raw).payload
    assert stripped(once).payload == once


def test_hostile_payloads_take_no_time() -> None:
    for hostile in (
        "<a ",
        "<a>",
        '"',
        "a=",
        "age=",
        "[",
        '{"a":',
        "a@",
        "ab:",
        "data:a/b",
        "://a:",
        "a.a@",
        "A" * 511 + "!",
    ):
        stripped((hostile * 3_000).encode())
