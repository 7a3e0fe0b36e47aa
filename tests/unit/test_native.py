"""The native adapter: what it reads, what it refuses and in which words, and that schema and docs say the same."""

import json
import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded, Flag, Message, Reading, Status
from collectors import decoding
from collectors.adapters import native
from collectors.adapters.packet import Packet

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
TIME = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((files("besok.model") / "native.schema.json").read_text("utf-8"))


def decode(
    payload: object, kind: str = "flow", *, retained: bool = False, device: str = "stad/dörr-1"
) -> Decoded:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decoding.decode(
        Message(topic=f"besok/v1/{device}/{kind}", payload=raw, received=NOW, retained=retained)
    )


def values(decoded: Decoded) -> dict[tuple[str, str], float]:
    return {(r.channel, r.metric): r.value for r in decoded.readings}


def problem(payload: object, kind: str = "flow", **more: Any) -> str:
    decoded = decode(payload, kind, **more)
    assert not decoded.readings
    assert not decoded.statuses
    (text,) = decoded.problems
    return text


def valid(payload: object, kind: str) -> bool:
    schema = {**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{kind}"}]}
    return jsonschema_rs.Draft202012Validator(schema).is_valid(payload)


def test_a_flow_message_is_two_readings_over_its_period() -> None:
    decoded = decode(
        {"time": "2026-11-25T08:15:00Z", "period_s": 60, "in": 3, "out": 1, "line": "1", "seq": 4711}
    )
    assert decoded.readings[0] == Reading(
        source="native", device="stad/dörr-1", channel="flow:1", metric="in", value=3, time=TIME, period_s=60
    )
    assert values(decoded) == {("flow:1", "in"): 3, ("flow:1", "out"): 1}
    assert not decoded.problems


def test_a_counter_may_say_where_its_totals_begin_again() -> None:
    decoded = decode({"in_total": 3, "out": 1, "wraps": 65536})
    assert {(r.metric, r.wraps) for r in decoded.readings} == {("in_total", 65536), ("out", 0)}
    assert {r.wraps for r in decode({"in_total": 3, "wraps": None}).readings} == {0}
    for wrong in (-1, 2.5, "65536", True, 2**54):
        assert "for a counter of 16 bits" in problem({"in_total": 3, "wraps": wrong})
        assert not valid({"in_total": 3, "wraps": wrong}, "flow")


def test_totals_count_where_a_message_holds_both() -> None:
    decoded = decode({"in": 3, "in_total": 100, "out": 2, "out_total": None, "period_s": 60})
    assert values(decoded) == {("flow:1", "in_total"): 100, ("flow:1", "out"): 2}
    assert {r.metric: r.period_s for r in decoded.readings} == {"in_total": 0, "out": 60}


def test_a_list_carries_several() -> None:
    decoded = decode([{"in": 1, "line": 1}, {"in": 2, "line": "norr"}, {"out": 0, "line": None}])
    assert values(decoded) == {("flow:1", "in"): 1, ("flow:norr", "in"): 2, ("flow:1", "out"): 0}


def test_levels() -> None:
    decoded = decode(
        {"people": 7.5, "occupied": True, "co2_ppm": 640, "region": 2, "colour": "blue"}, "level"
    )
    assert values(decoded) == {
        ("level:2", "people"): 7.5,
        ("level:2", "occupied"): 1,
        ("level:2", "co2_ppm"): 640,
    }
    assert values(decode({"occupied": False}, "level")) == {("level:1", "occupied"): 0}


@pytest.mark.parametrize(
    ("payload", "online"),
    [
        (b"online", True),
        (b"offline", False),
        (b" Online\n", True),
        (b'"offline"', False),
        (b'{"online": true}', True),
    ],
)
def test_status(payload: bytes, online: bool) -> None:
    decoded = decode(payload, "status", retained=True)
    assert decoded == Decoded(
        statuses=(Status(source="native", device="stad/dörr-1", online=online),), adapter="native"
    )


@pytest.mark.parametrize("payload", [b"perhaps", {"online": 1}, {}, [], b"true", b"\xff\xfe"])
def test_no_status(payload: object) -> None:
    assert problem(payload, "status")


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-11-25T08:15:00Z", TIME),
        ("2026-11-25T09:15:00+01:00", TIME),
        ("2026-11-25 08:15:00.250+00:00", TIME + timedelta(milliseconds=250)),
        (TIME.timestamp(), TIME),
        (TIME.timestamp() * 1000, TIME),
        (int(TIME.timestamp() * 1000) + 7, TIME + timedelta(milliseconds=7)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (None, None),
    ],
)
def test_times(written: object, time: datetime | None) -> None:
    (reading,) = decode({"time": written, "in": 1}).readings
    assert reading.time == time
    assert time is None or reading.time.tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2026-11-25T08:15:00", "without a time zone: add Z for UTC"),
        ("2026-11-25", "a day, without a time of day"),
        ("yesterday", "not a time such as 2026-11-25T08:15:00Z"),
        ("2026-02-30T00:00:00Z", "the calendar has no such time"),
        ("0001-01-01T00:00:00+05:00", "the calendar has no such time"),
        ("", "must be text such as"),
        (True, "must be text such as"),
        ({"s": 1}, "must be text such as"),
        (1e300, "no clock shows"),
        (-(10**40), "no clock shows"),
    ],
)
def test_times_that_are_none(written: object, words: str) -> None:
    assert words in problem({"time": written, "in": 1})


def is_nothing(decoded: Decoded) -> bool:
    return not (decoded.readings or decoded.statuses or decoded.problems)


def test_null_is_no_reading_and_no_problem() -> None:
    assert decode({"in": None, "out": 2}).readings[0].metric == "out"
    assert is_nothing(decode({"in": None, "out": None}))
    assert is_nothing(decode({"in_total": None}))
    assert is_nothing(decode({"people": None}, "level"))


def test_an_empty_payload_deletes_a_retained_message_and_is_a_fault_elsewhere() -> None:
    assert is_nothing(decode(b"", "flow", retained=True))
    assert is_nothing(decode(b"", "status"))
    assert problem(b"") == problem(b" \n") == "the payload is empty"


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\xff\xfe\x00garbage", "the payload is not text in UTF-8 (byte 1 of 10)"),
        (b"hello", "the payload is not JSON (expecting value at character 1)"),
        (b'{"in": 3, "ou', "the payload breaks off: it is JSON only up to character 13"),
        (b'{"in": 3,', "the payload breaks off"),
        (b'{"in": ', "the payload breaks off"),
        (b'{"in": 3} {"in": 4}', "the payload is not JSON (extra data at character 11)"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"in": ' + b"9" * 5000 + b"}", "a number too long to read"),
        (b"\x00" * 1_000_000, "the payload is not JSON"),
        (b"x" * 1_000_000, "the payload is not JSON"),
        ([], "the payload is an empty list"),
        ({}, "it holds none of in, out, in_total, out_total, passages, passages_total"),
        ({"people": 3}, "it holds none of in, out"),
        (17, "17 is not an object with named values"),
        ("in", '"in" is not an object'),
        (None, "null is not an object"),
        ([[{"in": 1}]], "a list is not an object"),
        ({"in": "3"}, 'in is "3": it must be a number'),
        ({"in": True}, "in is true: it must be a number"),
        ({"in": [3]}, "in is a list: it must be a number"),
        ({"in": {}}, "in is an object: it must be a number"),
        ({"in": "\x00" * 100}, "in is"),
        ({"in": 10**400}, "in is a number of more than 300 digits"),
        (b'{"in": NaN}', "in is NaN: it must be a number"),
        (b'{"in": -Infinity}', "in is -Infinity: it must be a number"),
        (b'{"in": 3, "in": 5}', 'it says "in" twice'),
        ({"in": 1, "period_s": -60}, "period_s is -60: it must be a number of seconds from 0 to 86400"),
        ({"in": 1, "period_s": 1e9}, "period_s is 1000000000.0"),
        ({"in": 1, "period_s": True}, "period_s is true"),
        (b'{"in": 1, "period_s": NaN}', "period_s is NaN"),
        ({"in": 1, "line": "a\x00b"}, "printable characters"),
        (b'{"in": 1, "line": "\\ud800"}', "printable characters"),
        ({"in": 1, "line": ""}, "line is"),
        ({"in": 1, "line": "x" * 61}, "at most 60"),
        ({"in": 1, "line": 10**70}, "at most 60"),
        ({"in": 1, "line": 1.5}, "line is 1.5"),
        ({"in": 1, "simulated": "no"}, 'simulated is "no": it must be true or false'),
    ],
)
def test_what_cannot_be_a_flow(payload: object, words: str) -> None:
    text = problem(payload)
    assert words in text
    assert text.isprintable()
    assert len(text) < 200


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"occupied": "yes"}, 'occupied is "yes": it must be true or false'),
        ({"occupied": 2}, "occupied is 2: it must be true or false"),
        ({"in": 3}, "it holds none of people, occupied"),
        ({"people": "few"}, 'people is "few"'),
        ({"people": 1, "region": []}, "region is a list"),
    ],
)
def test_what_cannot_be_a_level(payload: object, words: str) -> None:
    assert words in problem(payload, "level")


def test_the_good_items_count_and_the_bad_ones_are_named() -> None:
    decoded = decode(b'[{"in": 1}, {"in": NaN, "out": 4}, 7, {"out": [2]}, {"time": "soon", "in": 9}]')
    assert values(decoded) == {("flow:1", "in"): 1, ("flow:1", "out"): 4}
    assert [p.split(":")[0] for p in decoded.problems] == [f"item {n} of 5" for n in (2, 3, 4, 5)]


def test_simulated_readings_say_so() -> None:
    assert [r.flags for r in decode({"in": 1, "simulated": True}).readings] == [Flag.SIMULATED]
    assert [r.flags for r in decode({"people": 1, "simulated": False}, "level").readings] == [Flag.NONE]


def test_a_byte_order_mark_is_no_fault() -> None:
    assert values(decode(b'\xef\xbb\xbf{"in": 1}')) == {("flow:1", "in"): 1}


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("besok/v1/stad/flow", "the topic is not besok/v1/SITE/DEVICE/"),
        ("besok/v1/stad/d/x/flow", "the topic is not"),
        ("besok/v1/stad//flow", "the topic is not"),
        ("besok/v1//d/flow", "the topic is not"),
        ("besok/v1/stad/d/weight", "followed by flow, level or status"),
        ("besok/v1/stad/d/flow/", "the topic is not"),
        ("besok/v1/", "the topic is not"),
        (f"besok/v1/stad/{'d' * 300}/flow", "have 305 characters; 200 is the most"),
        ("besok/v1/stad/d\x00/flow", "cannot be printed"),
        ("besok/v1/stad/\ud800/flow", "cannot be printed"),
        ("besok/v1/stad/\u202eevil/flow", "cannot be printed"),
    ],
)
def test_topics_that_name_no_device(topic: str, words: str) -> None:
    decoded = decoding.decode(Message(topic=topic, payload=b'{"in": 1}', received=NOW))
    assert not decoded.readings
    assert words in decoded.problems[0]


def test_the_registry_knows_whose_topic_it_is() -> None:
    assert native.decode(Packet(Message(topic="besok/v1/stad/d/flow", payload=b"{}", received=NOW)))
    assert (
        native.decode(Packet(Message(topic="v3/app@ttn/devices/x/up", payload=b"{}", received=NOW))) is None
    )


def test_the_schema_holds_the_catalogue_and_its_ranges() -> None:
    assert jsonschema_rs.meta.is_valid(SCHEMA)
    for kinds, name in (({Kind.FLOW, Kind.TOTAL}, "flow_item"), ({Kind.LEVEL}, "level_item")):
        fields = SCHEMA["$defs"][name]["properties"]
        wanted = {m.name: m for m in METRICS.values() if m.kind in kinds}
        assert {r["required"][0] for r in SCHEMA["$defs"][name]["anyOf"]} == set(wanted)
        for metric in wanted.values():
            if metric.name != "occupied":
                assert (fields[metric.name]["minimum"], fields[metric.name]["maximum"]) == (
                    metric.low,
                    metric.high,
                )


TIMES = st.none() | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
LINES = st.none() | st.integers(0, 99) | st.text("abcåäö-_ 123", min_size=1, max_size=20)
COUNTS = st.none() | st.integers(0, 100_000)
FLOW = st.fixed_dictionaries(
    {},
    optional={
        "time": TIMES,
        "period_s": st.none() | st.floats(0, 86_400),
        "in": COUNTS,
        "out": COUNTS,
        "in_total": st.none() | st.integers(0, 10**12),
        "out_total": st.none() | st.integers(0, 10**12),
        "line": LINES,
        "simulated": st.booleans(),
        "colour": st.text(),
    },
)
LEVEL = st.fixed_dictionaries(
    {},
    optional={
        "time": TIMES,
        "people": st.none() | st.floats(0, 32_000),
        "occupied": st.none() | st.booleans(),
        "battery_pct": st.floats(0, 100),
        "region": LINES,
    },
)


def taken(payload: object, kind: str) -> bool:
    """Whether nothing of a message is refused: the catalogue, which the pipeline asks, says that people are whole."""
    decoded = decode(payload, kind)
    people = [r.value for r in decoded.readings if METRICS[r.metric].unit == "people"]
    return not decoded.problems and not any(value % 1 for value in people)


@given(st.one_of(FLOW, st.lists(FLOW, max_size=3)))
def test_the_adapter_reads_exactly_the_flows_of_the_schema(payload: object) -> None:
    assert valid(payload, "flow") == taken(payload, "flow")


@given(st.one_of(LEVEL, st.lists(LEVEL, max_size=3)))
def test_the_adapter_reads_exactly_the_levels_of_the_schema(payload: object) -> None:
    assert valid(payload, "level") == taken(payload, "level")


@pytest.mark.parametrize(
    "block", re.findall(r"```json\n(.*?)```", (ROOT / "docs/reference/native-messages.md").read_text(), re.S)
)
def test_the_examples_of_the_documentation(block: str) -> None:
    kind = "status" if "online" in block else "flow" if '"in' in block else "level"
    assert valid(json.loads(block), kind)
    decoded = decode(block.encode(), kind)
    assert decoded.readings or decoded.statuses
    assert not decoded.problems


def test_the_documentation_names_every_field() -> None:
    text = (ROOT / "docs/reference/native-messages.md").read_text()
    for item in ("flow_item", "level_item"):
        assert [f for f in SCHEMA["$defs"][item]["properties"] if f"`{f}`" not in text] == []
