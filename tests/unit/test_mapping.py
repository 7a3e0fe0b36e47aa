"""Mappings: what the site file says of unknown devices, how it is checked, and what becomes of their messages."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonpath import JSONPathEnvironment

from besok.model import topics
from besok.model.decode_context import DecodeContext, decode_context_of
from besok.model.json_path import Found, PathError, Place, compiled
from besok.model.metrics import METRICS
from besok.model.readings import Flag, Message
from besok.model.site import PayloadMapping
from besok.model.units import UNITS, converted
from cli.standalone import dry_run
from collectors import decoding
from tests.unit.mapped import PAGE, examples, mapping

NOW = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)


def tried(
    payload: object, *mappings: PayloadMapping, topic: str = "counters/door", zone: str = "UTC"
) -> dry_run.DryRun:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    message = Message(topic=topic, payload=body, received=NOW)
    return dry_run.judge([message], DecodeContext(zone=zone, mappings=mappings))


def read(payload: object, *mappings: PayloadMapping, **where: str) -> dict[tuple[str, str, str], float]:
    """(device, channel, metric) -> value; nothing may be wrong."""
    found = tried(payload, *mappings, **where)
    assert (found.outcome, found.reason) == ("readings", "")
    return {(r.device, r.channel, r.metric): r.value for r in found.readings}


def reason(payload: object, *mappings: PayloadMapping, **where: str) -> str:
    found = tried(payload, *mappings, **where)
    assert found.outcome == "rejected"
    return found.reason


# The page's examples


def example(payload: object, topic: str) -> dry_run.DryRun:
    message = Message(topic=topic, payload=json.dumps(payload).encode(), received=NOW)
    return dry_run.judge([message], decode_context_of([examples()]))


def test_page_totals_of_one_door() -> None:
    payload = {"serial": "C-17", "uptime": 5120, "data": {"entered": 48210, "left": 48155}}
    found = example(payload, "counters/main-door").readings
    assert [(r.source, r.device, r.channel, r.metric, r.value, r.wraps) for r in found] == [
        ("acme", "C-17", "flow:1", "in_total", 48210, 65536),
        ("acme", "C-17", "flow:1", "out_total", 48155, 65536),
    ]


def test_page_lines_in_a_list_with_local_time() -> None:
    lines = [{"id": "A", "in": 12, "out": 9}, {"id": "B", "in": 3, "out": 4}]
    payload = {"mac": "AA17", "from": "2026-11-25 09:00:00", "to": "2026-11-25 09:15:00", "lines": lines}
    found = example(payload, "gates/1/report").readings
    assert [(r.channel, r.metric, r.value) for r in found] == [
        ("flow:A", "in", 12), ("flow:A", "out", 9), ("flow:B", "in", 3), ("flow:B", "out", 4)
    ]  # fmt: skip
    assert {(r.device, r.time, r.period_s) for r in found} == {
        ("AA17", datetime(2026, 11, 25, 8, 15, tzinfo=UTC), 900)
    }


def test_page_words_units_and_a_number() -> None:
    payload = {"n": 4711, "room": {"state": "in-use", "t": 68, "batt": 0.87}}
    topic = "building/2/meeting-room-3/state"
    found = example(payload, topic).readings
    assert {r.device for r in found} == {"meeting-room-3"}
    assert {r.metric: r.value for r in found} == {"occupied": 1, "temperature_c": 20, "battery_pct": 87}
    free = example({"room": {"state": "Released", "t": None}}, topic).readings
    assert [(r.metric, r.value) for r in free] == [("occupied", 0)]


def test_page_several_devices_and_what_is_no_measurement() -> None:
    found = example({"type": "count", "beams": {"north": {"n": 7}, "south": {"n": 2}}}, "park/beams").readings
    assert [(r.device, r.metric, r.value, r.period_s) for r in found] == [
        ("north", "passages", 7, 60), ("south", "passages", 2, 60)
    ]  # fmt: skip
    assert example({"type": "alive"}, "park/beams").outcome == "not_data"


def test_page_events() -> None:
    for word, metric in (("enter", "in"), ("in", "in"), ("out", "out")):
        (found,) = example({"direction": word, "at": 1764058500}, "turnstile/7").readings
        assert (found.source, found.device, found.metric, found.value) == ("turnstile", "7", metric, 1)
    assert example({"direction": "fault"}, "turnstile/7").outcome == "not_data"


def test_the_page_names_every_key_and_unit() -> None:
    assert [name for name in PayloadMapping.__dataclass_fields__ if f"`{name}`" not in PAGE] == []
    assert [name for name in UNITS if f'`"{name}"`' not in PAGE] == []


# What is read


def test_nothing_but_the_topic_names_the_device() -> None:
    assert read({"n": 3}, mapping()) == {("counters/door", "level:1", "people"): 3}
    assert read({"n": 3}, mapping(device="topic:-1")) == {("door", "level:1", "people"): 3}
    assert read({"n": 3}, mapping(topic="/c/+", device="topic:2"), topic="/c/x") == {
        ("x", "level:1", "people"): 3
    }


def test_lines_named_one_by_one() -> None:
    lines = mapping(values={"in_total:1": "$.a", "in_total:2": "$.b"}, device="'gate'")
    assert read({"a": 3, "b": "4"}, lines) == {
        ("gate", "flow:1", "in_total"): 3,
        ("gate", "flow:2", "in_total"): 4,
    }


def test_a_list_of_numbers_counts_its_items_from_one() -> None:
    found = read(
        {"r": [3, 0, None]}, mapping(each="$.r[*]", channel="key", device="'d'", values={"people": "@"})
    )
    assert found == {("d", "level:1", "people"): 3, ("d", "level:2", "people"): 0}


def test_a_bare_word_and_a_bare_number_are_the_message() -> None:
    assert read(b"ON\n", mapping(values={"occupied": "$"}, device="'d'")) == {("d", "level:1", "occupied"): 1}
    assert read(b"12", mapping(device="'d'", values={"people": "$"})) == {("d", "level:1", "people"): 12}
    assert "not JSON" in reason(b"{12", mapping(values={"people": "$"}))


def test_null_is_no_measurement_and_never_zero() -> None:
    both = mapping(values={"people": "$.n", "co2_ppm": "$.c"}, device="'d'")
    assert read({"n": None, "c": 400}, both) == {("d", "level:1", "co2_ppm"): 400}
    assert read({"c": 400}, both) == {("d", "level:1", "co2_ppm"): 400}
    for nothing in ({"n": None, "c": None}, {"n": "unknown", "c": ""}):
        found = tried(nothing, both)
        assert found.outcome == "not_data" and "nothing is measured" in found.reason


def test_a_payload_that_has_changed_is_noticed() -> None:
    said = reason({"count": 3, "meta": {"id": 1}}, mapping(values={"in": "$.in", "out": "$.out"}))
    assert "$.in, $.out lead nowhere" in said and "$.count, $.meta.id" in said and "only" in said


def test_what_cannot_be_read_is_told_and_the_rest_counts() -> None:
    found = tried({"n": "many", "c": 400}, mapping(values={"people": "$.n", "co2_ppm": "$.c"}))
    assert [r.metric for r in found.readings] == ["co2_ppm"]
    assert found.reason == 'people ($.n) is "many": it must be a number'
    assert "whole numbers" in reason({"n": 2.5}, mapping(values={"in": "$.n"}))
    assert "whole numbers" in reason({"n": 0.37}, mapping(values={"people": "$.n"}))
    share = tried({"n": 37.5}, mapping(values={"people": "$.n"}, units={"people": 0.5}))
    assert [r.value for r in share.readings] == [19]
    assert "2 values" in reason({"a": [1, 2]}, mapping(values={"people": "$.a[*]"}))
    assert "yes = [...]" in reason({"n": "purple"}, mapping(values={"occupied": "$.n"}))


def test_a_name_twice_in_an_object_is_ambiguous() -> None:
    assert 'says "n" twice' in reason(b'{"n": 1, "n": 2}', mapping())
    assert 'says "x" twice' in reason(b'{"n": 1, "x": 2, "x": 3}', mapping(device="'d'"))


def test_a_device_without_a_name() -> None:
    assert "leads nowhere, so the device is not known" in reason({"n": 1}, mapping(device="$.id"))
    assert "it must be a name" in reason({"n": 1, "id": {"x": 1}}, mapping(device="$.id"))
    assert read({"n": 1, "id": 17}, mapping(device="$.id")) == {("17", "level:1", "people"): 1}


def test_a_total_beside_its_count_is_not_counted_twice() -> None:
    both = mapping(values={"in": "$.n", "in_total": "$.t", "out": "$.o"}, period_s=60, device="'d'")
    assert set(read({"n": 1, "t": 10, "o": 2}, both)) == {("d", "flow:1", "in_total"), ("d", "flow:1", "out")}
    assert set(read({"n": 1, "t": None}, both)) == {("d", "flow:1", "in")}


def test_periods_by_length_and_by_beginning() -> None:
    by_length = mapping(values={"in": "$.n"}, period_s="$.min", units={"period_s": "minutes"})
    assert tried({"n": 1, "min": 15}, by_length).readings[0].period_s == 900
    assert "period_s ($.min) has" in reason({"n": 1, "min": 15000}, by_length)
    by_start = mapping(values={"in": "$.n"}, time="$.to", start="$.from")
    assert "from $.from to $.to has -5 s" in reason({"n": 1, "from": 1764058500, "to": 1764058495}, by_start)


def test_times() -> None:
    local = mapping(time="$.t", zone="Europe/Stockholm")
    assert tried({"n": 1, "t": "2026-11-25 09:15:00"}, local).readings[0].time == datetime(
        2026, 11, 25, 8, 15, tzinfo=UTC
    )
    assert "time ($.t) is" in reason({"n": 1, "t": "teatime"}, local)
    assert tried({"n": 1}, local).readings[0].flags & Flag.NO_TIME
    own = mapping(time="$.t", zone="Europe/Stockholm", time_format="%d/%m/%Y %H:%M")
    assert tried({"n": 1, "t": "25/11/2026 09:15"}, own).readings[0].time == datetime(
        2026, 11, 25, 8, 15, tzinfo=UTC
    )
    assert "as time_format says" in reason({"n": 1, "t": "2026-11-25"}, own)
    assert tried({"n": 1, "t": None}, own).readings[0].flags & Flag.NO_TIME


def test_items_are_chosen_and_blamed_one_by_one() -> None:
    items = mapping(
        each="$.lines[*]", channel="@.id", values={"in": "@.n"}, only={"@.kind": "door"}, device="'d'"
    )
    lines = [
        {"id": 1, "kind": "door", "n": 1},
        {"id": 2, "kind": "fault"},
        {"id": 3, "kind": "door", "n": "x"},
    ]
    found = tried({"lines": lines}, items)
    assert [r.channel for r in found.readings] == ["flow:1"]
    assert found.reason.startswith("item 2 of 2: in (@.n)")
    assert tried({"lines": []}, items).outcome == "not_data"
    assert tried({"lines": lines[1:2]}, items).outcome == "not_data"
    assert "finds nothing" in reason({"rows": []}, items)


def test_only_with_stars_numbers_and_truth() -> None:
    asked = mapping(only={"$.type": "1|2", "$.ok": "true", "$.n": "*", "topic:1": "counters"})
    assert read({"n": 3, "type": 2.0, "ok": True}, asked)
    for other in (
        {"n": 3, "type": 3, "ok": True},
        {"n": None, "type": 1, "ok": True},
        {"n": 3, "type": 1, "ok": False},
    ):
        assert tried(other, asked).outcome == "not_data"
    assert "breaks off" in reason(b'{"n": 3', asked)
    assert tried(b"", asked).outcome == tried(b"", mapping()).outcome == "not_data"


def test_what_only_leaves_out_may_be_read_by_who_knows_it() -> None:
    everything = mapping(topic="#", only={"$.vendor": "acme"})
    found = tried({"in": 3}, everything, topic="besok/v1/house/door/flow")
    assert (found.adapter, found.outcome) == ("native", "readings")
    assert (
        tried({"n": 3, "vendor": "acme"}, everything, topic="besok/v1/house/door/flow").adapter == "mapping"
    )


def test_of_two_mappings_that_say_the_same_the_first_counts() -> None:
    first = mapping(values={"in": "$.a"}, time="$.t", device="'d'", source="s")
    second = mapping(name="b", values={"in": "$.b", "out": "$.c"}, time="$.t", device="'d'", source="s")
    found = read({"a": 1, "b": 2, "c": 3, "t": 1764058500}, first, second)
    assert found == {("d", "flow:1", "in"): 1, ("d", "flow:1", "out"): 3}


def test_the_devices_own_number_tells_a_repeat_where_there_is_no_time() -> None:

    numbered = mapping(seq="$.seq", time="$.t", device="'d'")
    for payload, mark in (
        ({"n": 1, "seq": 7}, "seq:7"),
        ({"n": 1}, None),
        ({"n": 1, "seq": 7, "t": 1764058500}, None),
    ):
        message = Message(topic="counters/1", payload=json.dumps(payload).encode(), received=NOW)
        identity = decoding.decode(message, DecodeContext(mappings=(numbered,))).identity
        assert (identity and (identity.scope, identity.mark)) == (mark and ("acme/d", mark))


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abn") | st.text(max_size=3), inner)
    ),
    max_leaves=10,
)


@settings(max_examples=50)
@given(
    json_values,
    st.sampled_from(["$", "$.a", "@.n", "$..n", "$.a[*]", "$[?@.a == 1].b", "key", "topic:1", "'1'"]),
)
def test_no_message_makes_a_mapping_fail(value: object, path: str) -> None:
    odd = mapping(
        values={"in": path, "occupied": "$.n"}, each="$.a[*]", device=path, channel="key", time=path, seq=path
    )
    found = tried(value, odd)
    assert found.outcome in ("readings", "not_data", "rejected")
    assert "failed" not in found.reason
    assert all(METRICS[r.metric].problem(r.value) is None for r in found.readings)


# Parts


@pytest.mark.parametrize("good", ["a/b", "a/+", "a/#", "#", "+/x", "$SYS/#", "+", "/+", "+/b/#", "a/+/"])
def test_topic_filters(good: str) -> None:
    assert topics.problem(good) is None


@pytest.mark.parametrize("bad", ["", "a/#/b", "a#", "a/b+", "$share/g/a", "a\0"])
def test_bad_topic_filters(bad: str) -> None:
    assert topics.problem(bad)


@pytest.mark.parametrize(
    "text",
    ["$.a[*]", "$.a[*].b", "$.o.*", "$.a[?@.n == 'x']", "$.a[?@.n == 'x'].b", "$.o[?@.n == 'x'].b", "$.none[*].b",
     "$['o', 'a', 't']", "$.o['i', 'x'].b", "$['o', 'o'].x.b", "$.a[0].b",
     "$.none[?@.n].b", "$['a']", "$.t[*]", "$.t[?@.n == 'x']"],
)  # fmt: skip
def test_paths_that_need_no_library_lead_where_it_leads(text: str) -> None:
    message = {
        "a": [{"n": "x", "b": 1}, {"n": "y", "b": 2}, {"n": "x"}, 3],
        "o": {"i": {"n": "x", "b": 4}},
        "t": "x",
    }
    found = compiled(text).find(Place(message=message, item=message, key=None, levels=[]))
    assert [(one.value, one.key) for one in found] == [
        (match.obj, match.parts[-1]) for match in JSONPathEnvironment(strict=True).finditer(text, message)
    ]


def test_a_query_of_the_message_is_asked_once_for_all_its_items() -> None:
    asked: dict[str, list[Found]] = {}
    message = {"a": [{"n": 1}, {"n": 2}]}
    places = [Place(message, item, n, [], query_results=asked) for n, item in enumerate(message["a"])]
    first, second = (compiled("$.a[?@.n > 1].n").find(place) for place in places)
    assert first is second
    assert [one.value for one in first] == [2]


@settings(max_examples=100)
@given(st.text(max_size=12) | st.from_regex(r"[$@][.\[\]'\"a?@*=0-9 ]{0,12}"))
def test_a_path_is_good_or_gets_a_sentence(text: str) -> None:
    try:
        compiled(text).find(Place(message={"a": [1]}, item={"a": [1]}, key=None, levels=["a"]))
    except PathError as exc:
        assert "is not a path" in str(exc)


def test_a_path_leads_on_through_a_message_of_any_depth_that_is_read() -> None:
    deep: Any = 1
    for _ in range(49):
        deep = {"n": deep}
    assert "leads nowhere" in reason(deep, mapping(values={"people": "$..x"}))


def test_units() -> None:
    assert converted(68, "fahrenheit") == 20
    assert converted(293.15, "kelvin") == 20
    assert converted(215, 0.1) == 21.5
    assert converted(0.87, "ratio") == 87
    assert all(unit.to in {metric.unit for metric in METRICS.values()} for unit in UNITS.values())
