"""Unknown devices: few names count, what may be about people is asked about, the rest is not data."""

import cProfile
import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lookalikes import ALIKE, ASK, NOTHING, REFUSED, Alike

from besok.model import mapping_draft
from besok.model.decode_context import NOTHING as NOTHING_KNOWN
from besok.model.errors import Unreadable
from besok.model.metrics import METRICS
from besok.model.readings import Decoded, Message
from besok.model.sitefile import mapping_checks
from collectors.adapters.packet import Packet
from collectors.devices import field_names, unknown

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)


def read(topic: str, payload: Any) -> Decoded:
    raw = payload.encode() if isinstance(payload, str) else payload
    raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    try:
        return unknown.decode(Packet(Message(topic=topic, payload=raw, received=NOW)))
    except Unreadable as exc:
        return Decoded(problems=(str(exc),))


def outcome(decoded: Decoded) -> str:
    if any(METRICS[r.metric].problem(r.value) for r in decoded.readings):
        return REFUSED
    if decoded.readings:
        return ", ".join(f"{r.channel} {r.metric} {r.value:.10g}" for r in decoded.readings)
    if decoded.problems:
        return ASK if mapping_draft.HEAD in " ".join(decoded.problems) else REFUSED
    assert decoded.not_data
    return NOTHING


def paths(decoded: Decoded) -> set[str]:
    """The paths that a mapping offers; not one of them is chosen."""
    (reason,) = decoded.problems
    text = reason[reason.index(mapping_draft.HEAD) :]
    chosen = tomllib.loads(text)["sites"]["mappings"][0]
    assert "values" not in chosen
    return {
        line.partition(" = ")[2].partition("  # ")[0].strip('"')
        for line in text.split("\n")
        if "values." in line
    }


def becomes(alike: Alike) -> tuple[str, frozenset[str] | None]:
    decoded = read(alike.topic, alike.payload)
    return outcome(decoded), frozenset(paths(decoded)) if alike.offers else None


def test_look_alikes() -> None:
    assert [alike for alike in ALIKE if becomes(alike) != (alike.must, alike.offers)] == []


def test_an_interval_is_the_period() -> None:
    (reading,) = read(
        "visitors/door", {"people_in": 9, "time": "2026-11-25T08:00:00Z/2026-11-25T08:15:00Z"}
    ).readings
    assert (reading.time, reading.period_s) == (datetime(2026, 11, 25, 8, 15, tzinfo=UTC), 900)
    assert read(
        "visitors/door", {"people_in": 9, "time": "2026-11-25T08:00:00Z/2026-11-25T07:00:00Z"}
    ).problems


def test_the_table_of_qualified_names_is_short_and_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "adapters.md").read_text("utf-8")
    section = page.partition("## Unknown devices")[2].partition("Climate and batteries")[0]
    rows = re.findall(r"\| (.*) \| `(\w+)` \|", section)
    documented = {
        field_names.compact(name): metric for names, metric in rows for name in re.findall(r"\w+", names)
    }
    assert documented == field_names.QUALIFIED
    assert len(documented) <= 30


@pytest.mark.parametrize(
    ("fields", "device"),
    [
        ({"deviceId": "ab-1234"}, "ab-1234"),
        ({"sensor": "north-17"}, "north-17"),
        ({"data": {"sn": "A12345"}}, "A12345"),
        ({"serial_number": 4711001}, "4711001"),
        ({"sensor_id": 3}, "counters/1/3"),
        ({"device_id": ""}, "counters/1"),
        ({}, "counters/1"),
    ],
)
def test_how_devices_name_themselves(fields: dict[str, Any], device: str) -> None:
    (reading,) = read("counters/1", {**fields, "in_total": 4}).readings
    assert (reading.source, reading.device, reading.channel) == ("mqtt", device, "flow:1")


@pytest.mark.parametrize("time", ["ts", "timestamp", "measuredAt"])
def test_the_time_is_that_of_the_device(time: str) -> None:
    (reading,) = read("counters/1", {time: "2026-11-25T08:15:00Z", "in_total": 4}).readings
    assert reading.time == datetime(2026, 11, 25, 8, 15, tzinfo=UTC)


def test_a_draft_is_read_as_it_was_written() -> None:
    payload = {"sn": "A12345", "start": 1795593600, "end": 1795594500, "in": 3, "out": 1}
    draft = mapping_draft.read(read("counters/1", payload).problems[0])
    assert draft is not None
    assert (draft.topic, draft.device, draft.time, draft.start) == ("counters/1", "$.sn", "$.end", "$.start")
    assert [(choice.key, choice.path) for choice in draft.choices] == [
        ("in", "$.in"),
        ("in_total", "$.in"),
        ("out", "$.out"),
        ("out_total", "$.out"),
    ]
    assert mapping_draft.read(mapping_draft.written(draft)) == draft


@pytest.mark.parametrize("field", ["number", "index", "port", "address", "nr", "slave_id"])
def test_what_may_number_anything_is_a_channel_of_items_only(field: str) -> None:
    alone = mapping_draft.read(read("counters/1", {field: 7, "in": 3}).problems[0])
    items = mapping_draft.read(
        read("counters/1", {"counts": [{field: 7, "in": 3}, {field: 8, "in": 3}]}).problems[0]
    )
    assert alone is not None
    assert items is not None
    assert (alone.channel, items.channel) == ("", f"@.{field}")


@pytest.mark.parametrize("field", ["line", "zone", "location"])
def test_a_line_or_place_is_the_channel_of_the_draft(field: str) -> None:
    draft = mapping_draft.read(read("counters/1", {field: "north", "in": 3, "people": {"in": 4}}).problems[0])
    assert draft is not None
    assert draft.channel == f"$.{field}"
    for choice in draft.choices:
        mapping = mapping_draft.chosen(draft, {choice.key: choice.path})
        assert [*mapping_checks.check((), mapping)] == []


def test_work_grows_with_the_number_of_fields_and_not_with_its_square() -> None:
    def calls(fields: int) -> int:
        profile = cProfile.Profile()
        profile.runcall(read, "counters/1", {f"unit{n}x": n for n in range(fields)})
        return sum(entry.callcount for entry in profile.getstats())

    calls(300)  # names are remembered
    assert calls(2400) < 12 * calls(300)  # eight times, and names that are new; the square would be 64


def test_no_value_stands_in_a_reason() -> None:
    assert "Anna" not in read("door", {"visitor": "Anna", "people": 1}).problems[0]
    assert "Anna" not in read("door", "Anna Svensson").problems[0]


def test_no_mapping_is_offered_that_no_path_can_lead_to() -> None:
    asked = read("counters/hall", {"visitors": 3, "points": [{"name": "people\n", "value": 3}]})
    assert paths(asked) == {"$.visitors"}


def other_numbers(value: Any, number: int) -> Any:
    """The same message with another number in place of each."""
    if isinstance(value, dict):
        return {name: other_numbers(inner, number) for name, inner in value.items()}
    if isinstance(value, list):
        return [other_numbers(inner, number) for inner in value]
    return number if type(value) is int else value


@pytest.mark.parametrize("number", [0, 1, 2, 100, 40_000])
def test_no_meaning_depends_on_a_number(number: int) -> None:
    for alike in ALIKE:
        if isinstance(alike.payload, dict | list) and alike.must not in (NOTHING, REFUSED):
            was = read(alike.topic, alike.payload)
            now = read(alike.topic, other_numbers(alike.payload, number))
            assert (outcome(now) == ASK) == (outcome(was) == ASK), alike
            assert {r.metric for r in now.readings} == {r.metric for r in was.readings}, alike


def test_a_device_that_a_person_has_placed_may_speak_on_a_topic_of_any_name() -> None:
    message = Message(topic="quux/1", payload=b'{"in_total": 3}', received=NOW)
    placed = replace(NOTHING_KNOWN, topics={("mqtt", "quux/1"): ("quux/1",)})
    (reading,) = unknown.decode(Packet(message, placed)).readings
    assert (reading.device, reading.metric, reading.value) == ("quux/1", "in_total", 3)


@pytest.mark.parametrize("air", [{"temperature_c": 4.1, "door_open": False}, {"temperature": 21.4}])
def test_air_in_doubt_is_asked_about_also_where_a_battery_is_read(air: dict[str, object]) -> None:
    decoded = read("sensors/7", {"battery_pct": 90} | air)
    assert outcome(decoded) == "level:1 battery_pct 90"
    assert min(air) in decoded.problems[0]


def test_what_says_that_nothing_was_measured_holds_for_a_placed_device_too() -> None:
    placed = replace(NOTHING_KNOWN, topics={("mqtt", "quux/1"): ("quux/1",)})

    def given(**fields: object) -> Decoded:
        payload = json.dumps({"temperature_c": 21, **fields}).encode()
        try:
            return unknown.decode(Packet(Message(topic="quux/1", payload=payload, received=NOW), placed))
        except Unreadable as exc:
            return Decoded(problems=(str(exc),))

    assert given(foo=3).readings
    assert "valid may mean that nothing was measured" in given(valid=False).problems[0]


def test_the_page_is_told_before_the_mapping() -> None:
    (reason,) = read("counters/x/y", b'{"people_count": 3}').problems
    assert ": answer on the page Sensors under Unknown devices, or write a mapping in the site file" in reason


def test_what_needs_more_than_a_choice_is_not_offered_on_the_page() -> None:
    (reason,) = read("counters/hall-door", b"hello").problems
    last = reason.split("\n")[-1]
    assert (
        last
        == '# values.occupied = "$"  # whether somebody is present; with yes = [...] and no = [...], its words'
    )
    assert tomllib.loads(last.removeprefix("# ")) == {"values": {"occupied": "$"}}
    assert "page Sensors" not in reason
    assert mapping_draft.read(reason) is None
