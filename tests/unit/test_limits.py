"""Hostile messages cost next to nothing: limits come before parsing, and the time of a message is bounded."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import count

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.errors import Unreadable
from besok.model.readings import Message, Refusal
from besok.model.site import PayloadMapping
from collectors import decoding, limits, pipeline
from collectors.adapters import jsontext, packet, xmltext

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
KEYS = b"{" + b",".join(b'"k%06d":%d' % (n, n) for n in range(232_000)) + b"}"
LARGE = [
    (b" " * 4_000_001, "4.0 MB; no sensor sends more than 4 MB"),
    (KEYS, "more than 100,000 values"),
    (b'{"a":' * 100_001, "more than 100,000 values"),
    (b"<a>" * 100_001, "more than 100,000 values"),
    (b"<a " + b"b='1' " * 100_001 + b"/>", "more than 100,000 values"),
    (b"[" * 51 + b"]" * 51, "nested more than 50 deep"),
    (b'{"a":' * 60 + b"1" + b"}" * 60, "nested more than 50 deep"),
]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of all that is parsed."""
    sizes: list[int] = []

    def counting(parse: Callable[[bytes], object]) -> Callable[[bytes], object]:
        def parse_and_count(payload: bytes) -> object:
            sizes.append(len(payload))
            return parse(payload)

        return parse_and_count

    for module in (jsontext, xmltext):
        monkeypatch.setattr(module, "parse", counting(module.parse))
    return sizes


@pytest.mark.parametrize(("payload", "words"), LARGE, ids=range(len(LARGE)))
def test_what_is_too_large_is_refused_unparsed(payload: bytes, words: str, parsed: list[int]) -> None:
    (rejection,) = pipeline.decode([Message(topic="counters/3", payload=payload, received=NOW)]).rejections
    assert words in rejection.reason and rejection.kind is Refusal.TOO_LARGE
    assert parsed == [] and len(rejection.message.payload) < 30


def test_a_topic_has_an_end() -> None:
    (rejection,) = pipeline.decode([Message(topic="people/" * 9_000, payload=b"1", received=NOW)]).rejections
    assert "the topic has 63000 characters" in rejection.reason


@pytest.mark.parametrize(
    "payload",
    [
        b'{"in": 1}',
        b"[" * 50 + b"]" * 50,
        json.dumps({"text": "[" * 60 + '\\"' + "{" * 60}).encode(),
        json.dumps([{"in": 1}] * 60).encode(),
        json.dumps([{"in": 1, "out": 2}] * 25_000).encode(),
        b"\xff" * 200_000,
    ],
)
def test_what_sensors_send_is_not(payload: bytes) -> None:
    assert limits.problem(payload) is None


def test_to_look_for_depth_takes_no_longer_however_texts_are_broken() -> None:
    for hostile in (b'"' + b'\\"' * 1_900_000, b'"' * 3_999_000, b"\\" * 3_999_000, b'"' + b"x" * 3_999_000):
        assert limits.problem(b"[]" * 60 + hostile) is None


def test_to_refuse_a_large_message_takes_no_longer_than_to_parse_it() -> None:
    def took(work: Callable[[], object]) -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    assert len(KEYS) > 3_800_000
    message = Message(topic="counters/3", payload=KEYS, received=NOW)
    refusing = min(took(lambda: pipeline.decode([message])) for _ in range(3))
    assert refusing < 3 * min(took(lambda: json.loads(KEYS)) for _ in range(3))


def test_time_that_a_message_may_take_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    budget = limits.Budget(clock=lambda: next(ticks) * limits.TIME_LIMIT_S / 10)
    for _ in range(10):
        budget.check()
    with pytest.raises(Unreadable, match=f"more than {limits.TIME_LIMIT_S} s, and none of it is stored"):
        budget.check()
    monkeypatch.setattr(packet, "Budget", lambda: limits.Budget(clock=lambda: next(ticks)))
    count_of = {"Date": "2026-12-02", "StartTime": "18:00:00", "Enters": 1, "Exits": 1, "Status": "0"}
    nested = {**count_of, "Count": 1, "k": {**count_of, "Count": 1, "kids": [count_of] * 3}}
    report = {"Interval": "15", "Report": nested}
    brickstream = {"Metrics": {"Properties": {"MacAddress": "00:1a:2b:3c:4d:5e"}, "ReportData": report}}
    deep = decoding.decode(Message(topic="x", payload=json.dumps(brickstream).encode(), received=NOW))
    assert deep.readings == () and "several messages" in deep.problems[0], "before items are looked for again"
    rows = PayloadMapping(name="rows", topic="rows", each="$[*]", values={"in": "@.n"})
    rejected = decoding.decode(
        Message(topic="rows", payload=json.dumps([{"n": 1}] * 200).encode(), received=NOW),
        DecodeContext(mappings=(rows,)),
    )
    assert rejected.readings == () and "several messages" in rejected.problems[0]


MANY = range(1_000)
FIWARE = {"type": "CrowdFlowObserved", "peopleCountTowards": {"value": 3}}
UPLINK = {"deviceInfo": {"devEui": "70b3d57ed0000001"}, "data": "AQ==", "fPort": 1}
Z2M = {"linkquality": 9, "temperature": 20, "humidity": 40}
SENML = {"bn": "urn:dev:x", "n": "temperature", "u": "Cel", "v": 20}


@pytest.mark.parametrize(
    ("topic", "message"),
    [
        ("c/1", UPLINK | {"object": {"temperatureSensor": {f"{n}": 20 for n in MANY}}}),
        (
            "c/1",
            UPLINK | {"object": {"temperatureSensor": {"1": 20}}, "tags": {f"a{n}": f"t{n}" for n in MANY}},
        ),
        ("f/1", [FIWARE | {"id": f"urn:ngsi-ld:CrowdFlowObserved:{n}"} for n in MANY]),
        ("zigbee2mqtt/x", Z2M | {f"a{n}": {"name": f"b{n}"} for n in MANY}),
        ("zigbee2mqtt/x", Z2M | {f"a{n}": n for n in MANY}),
        ("sensors/x", {"temperature_c": 20, "tags": [f"b{n}" for n in MANY]}),
        ("sensors/x", {f"a{n}": n for n in MANY}),
        ("senml/x", [SENML] + [{"n": f"a{n}", "u": "Cel", "v": 1} for n in MANY]),
    ],
)
def test_every_loop_looks_at_the_time(topic: str, message: object, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()  # each look at the clock is a thousandth of the time
    clock = partial(limits.Budget, clock=lambda: next(ticks) * limits.TIME_LIMIT_S / 900)
    monkeypatch.setattr(packet, "Budget", clock)
    decoded = decoding.decode(Message(topic=topic, payload=json.dumps(message).encode(), received=NOW))
    assert decoded.readings == () and "several messages" in decoded.problems[0]


def test_implausible_values_without_end_are_not_all_told() -> None:
    flow = json.dumps([{"in": 1e12, "line": str(n)} for n in range(1_500)]).encode()
    message = Message(topic="besok/v1/s/d/flow", payload=flow, received=NOW)
    (rejection,) = pipeline.decode([message]).rejections
    assert "and 997 more" in rejection.reason


def test_what_takes_too_long_to_redact_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    monkeypatch.setattr(limits, "Budget", partial(limits.Budget, clock=lambda: next(ticks)))
    (rejection,) = pipeline.decode(
        [Message(topic="t", payload=b'{"people": [1, 2]}', received=NOW)]
    ).rejections
    assert rejection.message.payload == b"[18 bytes]"


def test_a_count_has_few_names() -> None:
    record = {
        "from": "2026-12-02T18:00:00Z",
        "to": "2026-12-02T18:01:00Z",
        "counts": [{"name": "fw", "value": 3}],
    }
    lines = [{"name": f"line {n}"} for n in range(60)]
    logic = {"id": 1, "name": "L", "info": "XLT_LINE_IN_OUT_COUNT", "geometries": lines, "records": [record]}
    xovis = {"logics_data": {"sensor_info": {"serial_number": "1"}, "logics": [logic]}}
    decoded = decoding.decode(Message(topic="x", payload=json.dumps(xovis).encode(), received=NOW))
    assert decoded.readings == () and "61 names are of one count" in decoded.problems[0]
