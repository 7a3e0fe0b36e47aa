"""Redaction by allowlist: what is not on it is nowhere in what is kept, and what a mapping needs is."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.model import mapping_draft
from besok.model.decode_context import Codec, DecodeContext
from besok.model.pseudonyms import pseudonym
from besok.model.readings import Message, Refusal
from besok.model.site import PayloadMapping
from besok.store.write import Rejection
from collectors import pipeline
from collectors.adapters import xmltext
from collectors.devices import field_names
from collectors.privacy import redact, redacted
from tests.unit.samples import MAPPINGS

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
KNOWN = DecodeContext(key=b"a key of thirty-two bytes, or so")
PHONE = "da:a1:19:7b:00:4e"
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20).decode()
PERSONAL_NUMBER = "19850312-1234"


def raw(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()


def kept(value: Any, topic: str = "t", known: DecodeContext = KNOWN, reason: str = "") -> Rejection:
    """What is kept of a message."""
    message = Message(topic=topic, payload=raw(value), received=NOW)
    once = redact(Rejection(message=message, reason=reason), known)
    assert redacted(once.message, known) == once.message, "a second time changes nothing"
    return once


def text(value: Any, topic: str = "t") -> str:
    return kept(value, topic).message.payload.decode("latin-1")


HOSTILE: list[tuple[Any, str]] = [
    ({"gender": "female"}, "female"),
    ({"firstName": "Anna"}, "Anna"),
    ({"note": "Anna Svensson was here"}, "Svensson"),
    ({"state": "Anna"}, "Anna"),
    ({"model": "Anna"}, "Anna"),
    ({"time": "Anna"}, "Anna"),
    ({"timezone": "Israel"}, "Israel"),
    ({"serial": "Anna Svensson"}, "Anna"),
    ({"serial": "anna1"}, "anna1"),
    ({"serial_number": PERSONAL_NUMBER.replace("-", "x")}, "850312x"),
    ({"devEUI": "anna.svensson@example.se"}, "anna"),
    ({"device": {"mac": PHONE}}, PHONE),
    ({"mac": "24:E1:24:01:02:03", "rssi": -70}, "24:E1:24"),
    ({"clients": [{"mac": "24:E1:24:01:02:03"}]}, "24:E1:24"),
    ({"contact": "anna.svensson@example.se"}, "anna"),
    ({"phone": "+46 70 123 45 67"}, "123"),
    ({"phone": "070-123 45 67"}, "123"),
    ({"phone": "0701234567"}, "0701234567"),
    ({"phoneNumber": 46701234567}, "46701234567"),
    ({"phoneNumber": 46701234567.0}, "46701234567"),
    ({"note": PERSONAL_NUMBER}, "850312"),
    ({"id": 8503121234}, "8503121234"),
    ({"id": "850312-1234"}, "850312"),
    ({"id": "850312 1234"}, "850312"),
    ({"born": "1985-03-12"}, "1985"),
    ({"born": "1985-03-12T00:00:00Z"}, "1985"),
    ({"born": "19850312"}, "19850312"),
    ({"born": "12 Mar 1985"}, "1985"),
    ({"time": "2026-11-25 12:00 ANNA"}, "ANNA"),
    ({"model": "anna85"}, "anna85"),
    ({"model": "Ali7"}, "Ali7"),
    ({"frm_payload": "Anna/Berg+Anna12"}, "Anna"),
    ({"licensePlate": "ABC123"}, "ABC123"),
    ({"licensePlate": "ABC 123"}, "ABC"),
    ({"access_token": "s3cr3t"}, "s3cr3t"),
    ({"auth": "Bearer abcdefghijkl"}, "abcdefghijkl"),
    ({"url": "rtsp://admin:s3cr3t@10.0.0.4/stream"}, "s3cr3t"),
    ({"session": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.abc"}, "eyJ"),
    ({"image": JPEG}, JPEG[:40]),
    ({"data": JPEG, "fPort": 2}, JPEG[:40]),
    ({"frm_payload": base64.b64encode(b"Anna Svensson").decode()}, "QW5uYS"),
    ({"frm_payload": "Svensson"}, "Svensson"),  # base64 of six bytes, if it were that
    ({"data": "AnnaBerg", "fPort": 2}, "Anna"),
    ({"payload": "anna1985", "port": 2}, "anna"),
    ({"payload_hex": b"Anna Svensson".hex()}, "416e6e61"),
    ({"payload_hex": "Anna".encode("utf-16").hex()}, "41006e00"),
    ({"seen": [f"{PHONE} at -70 dBm"]}, PHONE),
    ({"seen": {PHONE: {"rssi": -70}}}, PHONE),
    ({"seen": {"daa1197b004e": 1}}, "daa1197b004e"),
    ({"Anna Svensson": 1}, "Anna"),
    ({"anna.svensson": 1}, "anna"),
    ({"Anna count": 1}, "Anna"),
    ({"people 070 123 45 67": 1}, "070"),
    ({"AnnaSvensson": 1}, "Anna"),
    ({"persons": {"anna_svensson": {"in": 1}}}, "anna"),
    ("<r><anna.svensson>3</anna.svensson></r>", "anna"),
    ({"phone": 701234567}, "701234567"),
    ({"anna.svensson@example.se": 1}, "anna"),
    ({PERSONAL_NUMBER: 1}, "850312"),
    ({"p198503121234": 1}, "850312"),
    ({"ABC123": 1}, "ABC123"),
    ({"Аnna": 1}, "nna"),  # its first letter is Cyrillic
    ({"state": "о​n"}, "о"),
    ({"state": "ＯＮ"}, "Ｏ"),
    ({"a": "Ａｎｎａ"}, "Ａ"),
    ({"a": "\u202eannA"}, "annA"),
    ({"n": "٠٧٠١٢٣"}, "٠"),
    ({"inner": json.dumps({"deeper": json.dumps({"name": "Anna", "mac": PHONE})})}, "Anna"),
    ({"inner": "[" * 200 + '"Anna"'}, "Anna"),
    ('{"a": 1, "name": "Anna', "Anna"),
    ("{'name': 'Anna'}", "Anna"),
    ('{"name": "\\u0041nna"}', "nna"),
    ("[" * 5000 + '{"name": "Anna"', "Anna"),
    ("<Event><Person><Name>Anna</Name></Person></Event>", "Anna"),
    ("<Event><Face sex='female'/></Event>", "female"),
    ("<Event><a>1</a>Anna</Event>", "Anna"),
    ("<Event><!-- Anna --><a>1</a></Event>", "Anna"),
    ("<?note Anna?><Event><a>1</a></Event>", "Anna"),
    ("<Event xmlns:anna='http://example.se/anna'><anna:a>1</anna:a></Event>", "anna"),
    ("<Event><![CDATA[Anna]]></Event>", "Anna"),
    ("<Event><name>Anna", "Anna"),
    ("<!DOCTYPE Anna [<!ENTITY a 'Anna'>]><Event>&a;</Event>", "Anna"),
    ("name=Anna&count=2", "Anna"),
    ("Anna;2;3\nBo;4;5", "Anna"),
    (f"count=2;{PHONE};-70", PHONE),
    (JPEG, JPEG[:40]),
    (b"\x00\x01Anna Svensson\x02\xff", "Anna"),
    ("name=Åsa".encode("latin-1"), "name"),
    ('{"firstName": "Åsa"}'.encode("utf-16"), "f\0i"),
    ({"image": "x" * 1_100_000}, "xxx"),
]


@pytest.mark.parametrize(("value", "secret"), HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_not_on_the_list_is_dropped_and_its_kind_is_said(value: Any, secret: str) -> None:
    found = text(value)
    assert secret not in found
    assert "[" in found or "id-" in found or found == '{"Event": {"a": "1"}}'


KEPT: list[Any] = [
    {"People Count": 3, "Total in 2": 5},
    {"serial_number": "00:6E:02:01:02:03", "in": 3},
    {"mac": "00:6E:02:01:02:03", "counters": [{"in": 1}]},
    {"device_info": {"device_mac": "24:E1:24:01:02:03", "device_sn": "6417C20000000001"}, "event": "Report"},
    {"deviceInfo": {"devEui": "24e124000000abcd", "deviceName": "Door 3"}, "data": "A2cBAQ==", "fPort": 85},
    {
        "DevEUI_uplink": {
            "DevEUI": "24E124000000ABCD",
            "FPort": "85",
            "payload_hex": "03d2be00000004d231010000",
        }
    },
    {
        "people": 4,
        "temp": 21.5,
        "co2": "412 ppm",
        "humidity": "45 %",
        "t": "21,5 °C",
        "x": -1.5e-7,
        "ok": None,
    },
    {
        "occupied": True,
        "state": "NOT_OCCUPIED",
        "desk_1": "free",
        "motion": "on",
        "type": "LINE_CROSS_FORWARD",
    },
    {
        "time": "2026-11-25T08:15:00+01:00",
        "t": 1764058500,
        "ms": 1764058500123,
        "at": "08:15",
        "zone": "UTC+1",
    },
    {
        "time": "20261125T081500Z",
        "from": "2026-11-25 09:00:00",
        "tz": "Europe/Stockholm",
        "clock": "2000-01-01T00:00:00",
    },
    {"brand_id": "milesight", "model_id": "vs133", "name": "Line 0"},
    [{"in": 1}, {"in": 2, "besökare": 4}],
    '{"in": 2, "in": 3}',
    '{"in": NaN, "in": 1.50,\n "x" :[ 1e3 ] }',
    b"\x01\x75\x64\x03\x67\xff\x01\x04\x67",
    "ON",
    "21.5",
    "",
    "{}",
    '{"name": ""}',
]


@pytest.mark.parametrize("value", KEPT, ids=range(len(KEPT)))
def test_what_names_the_sensor_or_counts_stays_as_it_was(value: Any) -> None:
    assert kept(value).message.payload == raw(value)


def test_what_xml_counts_stays() -> None:
    before = "<Event><macAddress>28:57:be:01:02:03</macAddress><n in='3'>2026-11-25T08:15:00Z</n></Event>"
    assert json.loads(text(before)) == xmltext.parse(before.encode())


def test_an_unknown_identifier_becomes_the_same_pseudonym_wherever_it_stands() -> None:
    hidden = pseudonym(KNOWN.key, PHONE)
    found = kept({"tag": PHONE.upper().replace(":", "-"), "n": 3}, f"beacons/{PHONE}/state")
    assert json.loads(found.message.payload) == {"tag": hidden, "n": 3}
    assert found.message.topic == f"beacons/{hidden}/state"
    assert pseudonym(b"another key", PHONE) != hidden


def test_a_topic_keeps_the_words_of_formats_and_what_the_payload_names() -> None:
    message = {"devEUI": "24e124000000abcd", "n": 3}
    assert kept(message, "application/7/device/24e124000000abcd/event/up").message.topic == (
        "application/7/device/24e124000000abcd/event/up"
    )
    for topic in (
        "location/Anna Svensson/x",
        "owntracks/anna/iphone",
        f"x/{PERSONAL_NUMBER}",
        "a/anna@example.se",
    ):
        found = kept({"n": 3}, topic).message.topic
        assert found.split("/")[1].startswith("id-")
        assert not any(part in found for part in ("anna", "Anna", "iphone", "850312"))


def test_what_a_person_has_named_stays() -> None:
    mapping = PayloadMapping(
        name="m", topic="skogen/+/state", values={"in": "$.n"}, only={"$.kind": "gran|tall"}
    )
    known = DecodeContext(
        key=KNOWN.key, mappings=(mapping,), topics={("m", "stubbe 7"): ("skogen/stubbe/#",)}
    )
    found = kept({"name": "stubbe 7", "kind": "tall", "who": "Anna"}, "skogen/stubbe/state", known).message
    assert found.topic == "skogen/stubbe/state"
    assert json.loads(found.payload) == {"name": "stubbe 7", "kind": "tall", "who": "[text]"}


@pytest.mark.parametrize(
    ("model", "heard"),
    [
        ("SNZB-06P", True),
        ("Motion 2.0", True),
        ("RTCGQ11LM", True),
        ("Anna Berg", False),
        ("Anna85", False),
        ("ANNA85", False),
        ("door-anna-3", False),
    ],
)
def test_a_model_that_no_list_has_is_noted_if_it_can_be_one(model: str, heard: bool) -> None:
    payload = raw({"occupancy": True, "device": {"model": model}})
    batch = pipeline.decode([Message(topic="zigbee2mqtt/hall", payload=payload, received=NOW)], KNOWN)
    assert [told.model for told in batch.devices.values()] == [model if heard else ""]


def test_a_reason_quotes_nothing_that_is_dropped() -> None:
    told = {"note": "Anna Svensson", "born": "1985-03-12", "mac": PHONE, "person": "åsa", "tel": 46701234567}
    reason = (
        'in is "Anna Sven…": it must be a number; annasvensson; "\\u00e5sa"; da-a1-19-7b; 46701234567 of'
        " owntracks/anna/iphone; its time is 1985-03-12 00:00; people is -3"
    )
    found = kept(told, "owntracks/anna/iphone", reason=reason).reason
    for secret in ("Anna", "anna", "Sven", "u00e5sa", "7b", "4670", "1985", "iphone"):
        assert secret not in found
    hidden = pseudonym(KNOWN.key, "anna")  # as in the topic
    assert found.startswith(f'in is "{hidden} [text]…": it must be a number') and found.endswith(
        "people is -3"
    )


@pytest.mark.parametrize(
    "name",
    [
        "Anna\u00a0Berg",
        "\u200bAnna",
        "Anna🙂",
        "🙂",
        "张",
        "अनीता",
        "مُحَمَّد",
        "Anna\x7f",
        "4Åsa",
        "😀\u200d🚀 Anna",
    ],
)
@pytest.mark.parametrize("written", ["ascii", "utf-8", "large"])
def test_a_reason_quotes_no_name_of_any_script_nor_of_a_payload_that_is_dropped_whole(
    name: str, written: str
) -> None:
    said = {
        "type": "count",
        "serial": name,
        "to": name,
        name: {"in": 1},
        "x": "x" * 1_100_000 * (written == "large"),
    }
    told = []
    for lines in ([{"id": name, "in": name, "state": name}], [{"id": "1", "in": 3, "out": f"3{name}"}]):
        payload = json.dumps({**said, "lines": lines}, ensure_ascii=written == "ascii").encode()
        for topic in ("acme/1/data", "counters/3", f"counters/{name}", f"people{name}/3"):
            message = Message(topic=topic, payload=payload, received=NOW)
            told += pipeline.decode([message], replace(KNOWN, mappings=MAPPINGS)).rejections
    secrets = {*re.findall(r"[^\W\d_]{2,}", name), name, json.dumps(name)[1:-1]}
    assert [
        one for one in told if any(secret in f"{one.message.topic} {one.reason}" for secret in secrets)
    ] == []
    assert len(told) > 2


def test_the_topic_of_a_mapping_that_a_reason_suggests_is_the_one_that_is_kept() -> None:
    found = kept({"n": 3}, "skogen/3", reason='write a mapping with topic = "skogen/3"')
    assert f'topic = "{found.message.topic}"' in found.reason
    assert found.message.topic == f"{pseudonym(KNOWN.key, 'skogen')}/3"


def decoded(payload: Any, topic: str = "besok/v1/stad/d/flow") -> tuple[str, str, str]:
    message = Message(topic=topic, payload=raw(payload), received=NOW)
    (found,) = pipeline.decode([message], KNOWN).rejections
    return found.message.payload.decode(), found.message.topic, found.reason


def test_messages_of_the_pipeline_are_redacted_with_their_reasons() -> None:
    for payload in ({"time": "2026-11-25T08:15:00Z", "in": PHONE}, {"in": "Anna", "line": "Anna"}):
        assert PHONE not in "".join(decoded(payload)) and "Anna" not in "".join(decoded(payload))
    assert "it must be a number" in decoded({"in": "Anna"})[2]


def test_fields_with_blanks_in_their_names_can_be_answered() -> None:
    message = Message(topic="t", payload=b'{"People Count": 3}', received=NOW)
    (rejection,) = pipeline.decode([message], KNOWN).rejections
    draft = mapping_draft.read(rejection.reason)
    assert draft is not None and draft.choices[0].path == '$["People Count"]'
    assert rejection.message.payload == message.payload


def test_a_message_that_is_kept_can_be_replayed_as_far_as_it_was_good() -> None:
    payload, _, _ = decoded({"time": "2026-11-25T08:15:00Z", "in": 1, "out": -1, "who": "Anna"})
    again = pipeline.decode([Message(topic="besok/v1/stad/d/flow", payload=payload.encode(), received=NOW)])
    assert [(i.reading.metric, i.reading.value) for i in again.readings] == [("in", 1)]


@pytest.mark.parametrize("payload", ['{"a": %s}', "[%s]", "%s", '{"people": {"n": -%s}}'])
def test_a_number_of_hundreds_of_digits_is_dropped(payload: str) -> None:
    assert b"99999999" not in kept(payload % ("9" * 620)).message.payload


def test_what_is_too_large_is_not_even_parsed() -> None:
    message = Message(topic="t", payload=b'{"Anna":1,' * 400_000, received=NOW)
    (found,) = pipeline.decode([message]).rejections
    assert (found.kind, found.message.payload) == (Refusal.TOO_LARGE, b"[4000000 bytes]")


letters = st.text(alphabet="ghjklmnpqrstvwxzåäöéжGHJKÅÄ", min_size=5, max_size=9).filter(
    lambda word: word.casefold() not in field_names.KNOWN  # on no list: `https` is
)
secrets = st.builds(
    str.format,
    st.sampled_from(
        [
            "{0}",
            "{0} {0}",
            "{0}@x.se",
            "{0}7",
            "{0}-{0}",
            "7{0}",
            "\u200b{0}",
            "{0}\xa0{0}",
            "🙂{0}",
            "{0}\u0301",
        ]
    ),
    letters,
)
PLACES: list[Callable[[str], Any]] = [
    lambda word: {"n": 3, "name": word},
    lambda word: {"serial": word, "in": 1},
    lambda word: {"model": word, "unit": word, "mac": word, "in": word},
    lambda word: {"device": {"devEUI": f"24e124-{word}"}},
    lambda word: {f"{word} {word}": 1, "in": word, "line": word},
    lambda word: [word, {"list": [[word]]}],
    lambda word: {"text": json.dumps({"x": [word]})},
    lambda word: {"data": base64.b64encode(word.encode()).decode(), "fPort": 3},
    lambda word: {"payload_hex": word.encode().hex(), "port": 3},
    lambda word: {"time": f"2026-11-25 {word}", "unit": f"3 {word}", "state": f"on {word}"},
    lambda word: {"time": f"2026-11-25 12:00:00 {word}", "in": f"{word} 3", "people": word},
    lambda word: json.dumps({"in": word, "serial": word, f"{word} {word}": word}, ensure_ascii=False),
    lambda word: f"<a b='{word}'><c>{word}</c>{word}</a>",
    lambda word: f"{word};3;4",
    lambda word: f'{{"in": "{word}',
    lambda word: word.encode("utf-16"),
    lambda word: b"\x00\x01" + word.encode() + b"\xff",
]
TOPICS = ("counters/{}/state", "besok/v1/stad/{}/flow", "besok/v1/stad/d/{}", "{}", "counters/3/state")


@settings(max_examples=400, deadline=None)
@given(secrets, letters, st.sampled_from(PLACES), st.sampled_from(TOPICS))
def test_no_word_that_is_on_no_list_survives_anywhere(
    word: str, other: str, place: Callable[[str], Any], topic: str
) -> None:
    message = Message(topic=topic.format(other), payload=raw(place(word)), received=NOW)
    secret = {word, other, *re.findall(r"[^\W\d_]{3,}", word)} - {"x.se"}
    secret |= {json.dumps(one)[1:-1] for one in secret}
    secret |= {base64.b64encode(word.encode()).decode(), word.encode().hex()}
    for found in pipeline.decode([message], KNOWN).rejections:
        everything = (
            f"{found.message.topic} {found.message.payload.decode('latin-1')} {found.reason}".casefold()
        )
        everything += found.message.payload.decode("utf-8", "replace").casefold()
        assert [one for one in secret if one.casefold() in everything] == []


@settings(max_examples=50)
@given(
    st.text(alphabet="{}[]:,\"\\'<>/= aAge1:-\n", max_size=60) | st.binary(max_size=60), st.text(max_size=9)
)
def test_nothing_makes_it_raise_and_twice_is_once(payload: str | bytes, topic: str) -> None:
    kept(raw(payload), topic)


def test_hostile_payloads_take_no_time() -> None:
    for hostile in (
        "<a ",
        "<a>",
        '"',
        "a=",
        "[",
        '{"a":',
        "a@",
        "1 ",
        "-1",
        "id-",
        "AA:",
        "2026-",
        "A" * 511 + "!",
    ):
        for quoted in (hostile * 3_000, json.dumps({"a": hostile * 3_000}), json.dumps({hostile * 300: 1})):
            kept(quoted, reason=hostile * 100)


def test_late_days_are_times_and_old_ones_are_not() -> None:
    for days, is_kept in ((0, True), (399, True), (401, False), (-3, False)):
        day = f"{NOW - timedelta(days=days):%Y-%m-%d}"
        assert (day in text({"day": day})) is is_kept


def test_the_make_of_an_added_codec_is_kept_where_a_model_stands() -> None:
    known = DecodeContext(codecs=(Codec(vendor="Oddco", model="Door Eye", source=""),))
    value = {"version_ids": {"brand_id": "oddco", "model_id": "door-eye"}, "note": "oddco"}
    assert json.loads(kept(value, known=known).message.payload) == value | {"note": "[text]"}
    assert "oddco" not in text(value)


@pytest.mark.parametrize("value", ["{\ud800", "[\udfff]", "<\ud800>"])
def test_half_a_character_in_a_text_like_json_is_dropped_with_it(value: str) -> None:
    assert text({"a": value}) == '{"a": "[text]"}'


def test_nothing_is_kept_of_what_cannot_be_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.kept_forms.is_number", lambda _: 1 / 0)
    messages = [Message(topic="anna/door", payload=b'{"note": "Anna"}', received=NOW) for _ in range(2)]
    for rejection in pipeline.decode(messages, KNOWN).rejections:
        assert "please report" in rejection.reason and "ZeroDivisionError" in rejection.reason
        assert "nna" not in f"{rejection.message} {rejection.reason}".lower()
