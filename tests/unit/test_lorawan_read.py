"""Frames: the network's fields come first, then a codec, then a layout; nothing is read as another model."""

# ruff: noqa: E501 - JavaScript
import base64
import gc
import json
import re
import tomllib
from typing import Any

import pytest
from adapting import NOW, said
from hypothesis import given
from hypothesis import strategies as st

from besok.model import mapping_draft
from besok.model.decode_context import Codec, DecodeContext
from besok.model.readings import Decoded, Message
from besok.model.site import PayloadMapping
from collectors import decoding, pipeline
from collectors.lorawan import codecs
from collectors.lorawan.codecs import CODECS
from collectors.lorawan.read import codec_of

DEVICE = "24e124000000abcd"
TOTALS = "03d2be00000004d231010000"  # VS133: 190 in, 305 out, by the layout
VS133 = Codec(
    vendor="Milesight",
    model="VS133",
    source="function decodeUplink(i) { return { data: { line_1_total_in: i.bytes.length, line_1_total_out: i.fPort } }; }",
)
ODD = Codec(
    vendor="Acme",
    model="Odd 7",
    source="""function Decode(port, bytes) {
      if (port == 2) return { fields: { state: "booted" } };
      if (port == 3) return {};
      if (port == 9) throw new Error("no such port");
      return { persons: bytes[0], charge: bytes[1] };
    }""",
)
MAPPING = PayloadMapping(
    name="odd",
    topic="application/+/device/+/event/up",
    values={"people": "$.codec.persons", "battery_pct": "$.codec.charge"},
)


def uplink(frame: str, port: int = 85, **more: Any) -> dict[str, Any]:
    data = base64.b64encode(bytes.fromhex(frame)).decode()
    return {
        "deviceInfo": {"devEui": DEVICE},
        "fCnt": 1,
        "devAddr": "00189440",
        "fPort": port,
        "data": data,
    } | more


def context(model: str = "", **more: Any) -> DecodeContext:
    models = {("lorawan", DEVICE): model} if model else {}
    return DecodeContext(models=models, codecs=(VS133, ODD), **more)


def message(body: dict[str, Any]) -> Message:
    payload = json.dumps(body).encode()
    return Message(topic=f"application/1/device/{DEVICE}/event/up", payload=payload, received=NOW)


def decode(body: dict[str, Any], known: DecodeContext) -> Decoded:
    return decoding.decode(message(body), known)


def test_the_networks_fields_come_first() -> None:
    body = uplink(TOTALS, object={"line_1_total_in": 1, "line_1_total_out": 2})
    assert said(decode(body, context("Milesight VS133"))) == {"flow:1 in_total": 1, "flow:1 out_total": 2}


@pytest.mark.parametrize(
    ("name", "model", "counts"),
    [
        ("Desk 3", "", True),
        ("Parking bay 3", "", False),
        ("Parking bay" + " on the left" * 40, "", False),
        ("VS340 parking bay 3", "", False),
        ("Parking bay 3", "Milesight VS340", True),  # somebody has said in the site file what it is
    ],
)
def test_a_device_that_senses_presence_is_believed_as_it_is_called(
    name: str, model: str, counts: bool
) -> None:
    body = uplink("", object={"occupancy": "occupied"})
    body["deviceInfo"] |= {"deviceProfileName": "Milesight VS340", "deviceName": name}
    decoded = decode(body, context(model))
    assert bool(decoded.readings) is counts
    assert counts or "parking" in decoded.problems[0]


def test_names_longer_than_anybody_reads_are_refused() -> None:
    body = uplink("", object={"occupancy": "occupied"})
    tags = {f"tag {n}": f"a word or two of the floor {n}" for n in range(40)}
    body["deviceInfo"] |= {"deviceProfileName": "Milesight VS340", "tags": {**tags, "place": "Parking bay 3"}}
    decoded = decode(body, context())
    assert not decoded.readings and "shorten them there" in decoded.problems[0]
    assert decode(body, context("Milesight VS340")).readings


def test_a_counter_is_not_doubted_for_its_name_and_a_freezer_is_no_room() -> None:
    body = uplink("", object={"line_1_total_in": 4})
    body["deviceInfo"] |= {"deviceProfileName": "Milesight VS133", "deviceName": "Parking exit"}
    assert said(decode(body, context())) == {"flow:1 in_total": 4}
    body = uplink("", object={"temperature": -18, "humidity": 60, "battery": 90})
    for profile, name in (("Milesight AM102", "Freezer 3"), ("Milesight AM102", "AM102-freezer")):
        body["deviceInfo"] |= {"deviceProfileName": profile, "deviceName": name}
        assert said(decode(body, context())) == {"level:1 battery_pct": 90}
    body["deviceInfo"] |= {"deviceProfileName": "Milesight WT201 Smart Thermostat", "deviceName": "Hall"}
    assert "level:1 temperature_c" in said(decode(body, context()))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("Cykelbana Nord", False),
        ("Cattle gate", False),
        ("bike lane 2", False),
        ("Visitors and bikes", False),
        ("Bike shop entrance", True),  # a place
        ("Huvudentrén", True),
    ],
)
def test_a_counter_whose_name_says_bicycles_asks_until_it_is_known(name: str, counts: bool) -> None:
    body = uplink("", object={"line_1_total_in": 4})
    body["deviceInfo"] |= {"deviceProfileName": "Milesight VS133", "deviceName": name}
    decoded = decode(body, context())
    assert bool(decoded.readings) is counts
    assert counts or "if it counts people" in decoded.problems[0]
    assert "flow:1 in_total" in said(decode(body, context("Milesight VS133")))


def test_then_a_codec() -> None:
    decoded = decode(uplink(TOTALS), context("Milesight VS133"))
    assert said(decoded) == {"flow:1 in_total": 12, "flow:1 out_total": 85}
    assert (decoded.adapter, decoded.model) == ("chirpstack", "Milesight VS133")
    assert decoded.identity is not None and decoded.readings[0].device == DEVICE


def test_then_a_layout() -> None:
    known = DecodeContext(models={("lorawan", DEVICE): "Milesight VS133"})
    assert said(decode(uplink(TOTALS), known)) == {"flow:1 in_total": 190, "flow:1 out_total": 305}


def test_what_a_network_decodes_in_words_of_its_own_does_not_hide_the_bytes() -> None:
    decoded = decode(uplink(TOTALS, object={"besucher": 7}), context("Milesight VS133"))
    assert said(decoded) == {"flow:1 in_total": 12, "flow:1 out_total": 85}


def test_nor_do_its_words_for_people_when_the_rest_is_known() -> None:
    known = DecodeContext(models={("lorawan", DEVICE): "Milesight VS350"})
    frame = "01756204cc07000500"  # battery 98 %, 7 in, 5 out
    found = decode(uplink(frame, object={"battery": 97, "visitors": {"in": 7, "out": 5}}), known)
    assert said(found) == {"level:1 battery_pct": 98, "flow:1 in_total": 7, "flow:1 out_total": 5}
    found = decode(uplink("017562", object={"battery": 97}), known)
    assert said(found) == {"level:1 battery_pct": 97}


def test_a_codec_that_fails_leaves_it_to_the_layout() -> None:
    broken = Codec(vendor="Milesight", model="VS133", source="function Decode() { throw new Error('no'); }")
    known = DecodeContext(models={("lorawan", DEVICE): "Milesight VS133"}, codecs=(broken,))
    assert said(decode(uplink(TOTALS), known)) == {"flow:1 in_total": 190, "flow:1 out_total": 305}


def test_fields_without_a_table_ask_for_a_mapping() -> None:
    (problem,) = decode(uplink("0550"), context("Acme Odd 7")).problems
    assert "nobody has said what persons is" in problem
    draft = mapping_draft.read(problem)
    assert draft is not None and (draft.device, draft.only) == (f"'{DEVICE}'", {})  # the topic names it
    assert {choice.path for choice in draft.choices} == {"$.codec.persons"}
    chosen = mapping_draft.chosen(draft, {"people": "$.codec.persons"})
    assert said(decode(uplink("0550"), context("Acme Odd 7", mappings=(chosen,)))) == {"level:1 people": 5}
    decoded = decode(uplink("0550"), context("Acme Odd 7", mappings=(MAPPING,)))
    assert said(decoded) == {"level:1 people": 5, "level:1 battery_pct": 80}
    assert {r.device for r in decoded.readings} == {DEVICE}
    assert not decode(uplink("00", 2), context("Acme Odd 7", mappings=(MAPPING,))).readings


@pytest.mark.parametrize("topic", ["application/1/device/24e124000000abcd/event/up", "gateway/12"])
@pytest.mark.parametrize("fields", [{"event": "enter"}, {"crossing": "exit", "battery_pct": 90}])
def test_the_mapping_of_an_event_of_a_frame_is_read_as_it_is_offered(
    fields: dict[str, Any], topic: str
) -> None:
    def decoded(fields: dict[str, Any], known: DecodeContext) -> Decoded:
        payload = json.dumps(uplink("0550", object=fields)).encode()
        return decoding.decode(Message(topic=topic, payload=payload, received=NOW), known)

    (problem,) = decoded(fields, DecodeContext()).problems
    head, _, _ = problem[problem.index(mapping_draft.HEAD) :].partition("\n# values.")
    (line,) = re.findall(r"^# (values\.in = .*)  # .*; with (only\..*)$", problem, re.MULTILINE)
    (row,) = tomllib.loads("\n".join([head, *line]))["sites"]["mappings"]
    known = DecodeContext(mappings=(PayloadMapping(**row),))
    assert said(decoded(fields, known)) == {"flow:1 in": 1}
    name = next(iter(fields))
    assert "flow:1 in" not in said(decoded({**fields, name: "other"}, known))


def test_fields_that_the_network_decodes_of_an_unknown_device_are_asked_about() -> None:
    body = uplink("0550", object={"counts": {"people": 4}, "temperature_c": 21.5})
    decoded = decode(body, DecodeContext())
    assert not decoded.readings
    draft = mapping_draft.read(decoded.problems[0])
    assert draft is not None
    assert "$.codec.counts.people" in {choice.path for choice in draft.choices}
    chosen = mapping_draft.chosen(draft, {"people": "$.codec.counts.people"})
    answered = decode(body, DecodeContext(mappings=(chosen,)))
    assert said(answered) == {"level:1 people": 4, "level:1 temperature_c": 21.5}
    assert {reading.device for reading in answered.readings} == {DEVICE}
    people = {"total_people_in": 7, "total_people_out": 5}
    assert said(decode(uplink("0550", object=people), DecodeContext())) == {
        "flow:1 in_total": 7,
        "flow:1 out_total": 5,
    }
    assert not decode(uplink("0550", object={"total_in": 7, "total_out": 5}), DecodeContext()).readings


def test_a_frame_without_fields_is_not_data_and_one_that_fails_says_why() -> None:
    assert decode(uplink("00", 3), context("Acme Odd 7")).not_data == "a frame that measures nothing"
    (problem,) = decode(uplink("00", 9), context("Acme Odd 7")).problems
    assert problem.startswith("Acme Odd 7: its codec fails (Error: no such port)")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Milesight VS133", VS133),
        ("milesight-iot vs133-868m", VS133),
        ("VS135", VS133),  # a twin: one table is for both
        ("acme odd-7", ODD),
        ("Acme", None),
        ("Milesight VS121", None),
        ("Milesight", None),
        ("Building Edge VS133", None),
        ("", None),
    ],
)
def test_which_codec_is_for_a_model(text: str, found: Codec | None) -> None:
    assert codec_of(text, (VS133, ODD)) is found


def test_a_codec_is_for_no_model_that_is_set_apart() -> None:
    codec = Codec(vendor="Dragino", model="LHT65N", source="")
    assert codec_of("Dragino LHT65N", (codec,)) is codec_of("lht65n-e3", (codec,)) is codec
    assert codec_of("Dragino LHT65N-VIB", (codec,)) is None


def test_a_decoder_with_other_names_for_people_leaves_them_to_the_next() -> None:
    body = uplink("01756204cc0c000700", object={"battery": 90, "people": 5})
    known = DecodeContext(models={("lorawan", DEVICE): "Milesight VS350"})
    assert said(decode(body, known)) == {
        "flow:1 in_total": 12,
        "flow:1 out_total": 7,
        "level:1 battery_pct": 98,
    }
    heartbeat = uplink("017562", object={"battery": 90})
    assert said(decode(heartbeat, known)) == {"level:1 battery_pct": 90}


def test_a_model_that_the_site_file_names_is_never_read_as_another() -> None:
    body = uplink("0550")
    body["deviceInfo"] |= {"deviceProfileName": "Milesight VS133", "deviceName": "door"}
    assert decode(body, context()).readings
    (problem,) = decode(body, context("Acme VS999")).problems
    assert "say its model in the site file" in problem


NAMES = st.sampled_from(
    ["line_1_total_in", "region_1_count", "history", "timestamp", "people", "__proto__", "é", ""]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, ANYTHING, max_size=4), st.sampled_from(["Milesight VS133", "Acme Odd 7"]))
def test_whatever_a_codec_returns_breaks_nobody(fields: dict[str, Any], model: str) -> None:
    text = json.dumps(fields).encode()[:500]
    source = "function Decode(p, b) { return JSON.parse(String.fromCharCode.apply(null, b)); }"
    codecs = tuple(
        Codec(vendor=v, model=m, source=source) for v, m in (("Milesight", "VS133"), ("Acme", "Odd 7"))
    )
    known = DecodeContext(models={("lorawan", DEVICE): model}, codecs=codecs, mappings=(MAPPING,))
    decoded = decode(uplink(text.hex()), known)
    assert not any("please report this" in problem for problem in decoded.problems)
    assert decoded.readings or decoded.problems or decoded.not_data


def test_frames_of_a_batch_go_to_their_codec_together(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    exchange = CODECS._exchange

    def counting(codec: Codec, frames: list[Any]) -> list[bytes]:
        sizes.append(len(frames))
        return exchange(codec, frames)

    monkeypatch.setattr(CODECS, "_exchange", counting)
    monkeypatch.setattr(codecs, "PORTION", 8)
    messages = [message(uplink(f"03d2be0000{n:02x}", fCnt=n)) for n in range(20)]
    batch = pipeline.decode([*messages, message(uplink("0550", 9))], context("Milesight VS133"))
    assert [i.reading.value for i in batch.readings if i.reading.metric == "in_total"] == [6] * 20 + [2]
    assert sizes == [8, 8, 5]
    alone = [pipeline.decode([m], context("Milesight VS133")).readings for m in messages]
    assert [i.reading for i in batch.readings[:40]] == [i.reading for found in alone for i in found]


def test_normalized_payload_of_the_things_stack() -> None:
    body = {
        "end_device_ids": {"device_id": "room", "dev_eui": DEVICE},
        "uplink_message": {
            "decoded_payload": {"x": 1},
            "normalized_payload": [{"air": {"temperature": 21.5}}],
        },
    }
    assert said(decode(body, DecodeContext())) == {"level:1 temperature_c": 21.5}


def test_a_frame_that_has_been_read_does_not_wait_for_the_garbage_collector() -> None:
    bodies = [uplink(TOTALS), uplink("0550"), uplink("0550", object={"people": 4})]
    known = context("Milesight VS133")
    for body in bodies:
        decode(body, known)
    gc.collect()
    gc.disable()
    try:
        for body in bodies * 20:
            decode(body, known)
        left = gc.collect()
    finally:
        gc.enable()
    assert left < 60  # a frame in a cycle has 27 objects
