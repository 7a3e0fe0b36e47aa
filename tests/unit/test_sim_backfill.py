"""Simulated history: complete, without overlap, readable by the native adapter, and near the truth."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from besok.model.readings import Flag, Message, Reading
from besok.model.site import OpeningHours, Portal, Sensor, Site, SiteFile, Space, Text
from besok.model.sitefile import parse
from collectors.adapters import decode
from sensors_sim import native, truth
from sensors_sim.backfill import messages
from sensors_sim.report import Flow, Level
from sensors_sim.world import World

EXAMPLE = parse(Path("sites/helsingborg.toml").read_text(encoding="utf-8"))
SCHEMA = json.loads(Path("besok/model/native.schema.json").read_text(encoding="utf-8"))
START, END = datetime(2026, 11, 23, 9, 7, 31, tzinfo=UTC), datetime(2026, 11, 25, 8, 0, 12, tzinfo=UTC)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def name(text: str) -> Text:
    return Text(sv=text, en=text)


def branch(*sensors: Sensor) -> SiteFile:
    """A library with a door and a reading room."""
    site = Site(
        id="branch",
        kind="library",
        name=name("Branch"),
        timezone="Europe/Stockholm",
        opening=OpeningHours(**dict.fromkeys(DAYS, "10:00-18:00")),
        spaces=(Space(id="room", name=name("room"), kind="reading", capacity=30),),
        portals=(
            Portal(id="door", name=name("door"), outer="outside", inner="branch"),
            Portal(id="arch", name=name("arch"), outer="branch", inner="room"),
        ),
        sensors=sensors,
        capacity=80,
    )
    return SiteFile(sites=(site,))


DOOR = Sensor(device="eye", portal="door")
BOTH = (DOOR, Sensor(device="eye", portal="arch", channel="flow:2"), Sensor(device="cam", space="room"))


def all_of(lots: Iterable[list[Message]]) -> list[Message]:
    return [message for lot in lots for message in lot]


def readings(found: Iterable[Message]) -> list[Reading]:
    decoded = [decode(m) for m in found]
    assert not [p for d in decoded for p in d.problems]
    return [r for d in decoded for r in d.readings]


@pytest.fixture(scope="module")
def example() -> list[Message]:
    return all_of(messages(EXAMPLE, START, END))


def test_the_schema_accepts_every_message(example: list[Message]) -> None:
    validators = {
        kind: Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{kind}"})
        for kind in ("flow", "level")
    }
    for message in example[-40:]:
        validators[message.topic.rpartition("/")[2]].validate(json.loads(message.payload))


def test_every_native_device_speaks_and_says_that_it_is_simulated(example: list[Message]) -> None:
    found = readings(example)
    expected = {s.external_id(x) for s in EXAMPLE.sites for x in s.sensors if x.source == "native"}
    assert {r.device for r in found} == expected
    assert all(r.flags == Flag.SIMULATED for r in found)


def test_flows_cover_the_time_from_start_to_end_once(example: list[Message]) -> None:
    until: dict[tuple[str, str, str], datetime] = defaultdict(lambda: START)
    for r in readings(example):
        if r.metric in ("in", "out"):
            assert r.time is not None
            assert r.time - timedelta(seconds=r.period_s) == until[r.device, r.channel, r.metric]
            until[r.device, r.channel, r.metric] = r.time
    assert set(until.values()) == {END}


def test_a_message_tells_of_one_business_day_and_is_received_when_it_is_over(example: list[Message]) -> None:
    world = World(EXAMPLE)
    for message in example:
        times = [r.time for r in decode(message).readings if r.time]
        assert message.received == max(times)
        assert len({world.business_day(t - timedelta(seconds=1)) for t in times}) == 1


def totals(found: Iterable[Reading]) -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for r in found:
        if r.metric in ("in", "out"):
            total[r.device, r.metric] += int(r.value)
    return total


@settings(max_examples=4, deadline=None)
@given(cuts=st.lists(st.integers(0, 3 * 86400), max_size=4), seed=st.integers(0, 99))
def test_history_made_in_pieces_counts_the_same_people(cuts: list[int], seed: int) -> None:
    start, end = datetime(2026, 11, 22, 3, tzinfo=UTC), datetime(2026, 11, 25, 3, tzinfo=UTC)
    marks = [start, *(start + timedelta(seconds=c) for c in sorted(cuts)), end]
    pieces = [m for a, b in pairwise(marks) for m in all_of(messages(branch(DOOR), a, b, seed))]
    assert totals(readings(pieces)) == totals(readings(all_of(messages(branch(DOOR), start, end, seed))))


def test_days_may_be_given_instead_of_moments() -> None:
    world = World(branch(DOOR))
    first, last = date(2026, 10, 24), date(2026, 10, 25)  # summer time ends
    found = readings(all_of(messages(branch(DOOR), first, last)))
    assert sum(r.period_s for r in found if r.metric == "in") == 49 * 3600
    assert found[-1].time == datetime.fromtimestamp(world.bounds(last)[1] / 1000, UTC)


def test_nothing_is_said_about_no_time() -> None:
    assert all_of(messages(branch(DOOR), START, START)) == []


def test_the_same_seed_gives_the_same_bytes_on_any_machine() -> None:
    found = all_of(messages(branch(*BOTH), date(2026, 3, 28), date(2026, 3, 30), seed=7))
    digest = sha256(b"\n".join(m.topic.encode() + b" " + m.payload for m in found)).hexdigest()
    assert digest == "889a3335d49c946d8382aa037c78a354ed2ad18b319f0666c35c4abd945f089d", (
        "if the world was changed on purpose, write the new digest here"
    )


def test_another_seed_gives_other_bytes() -> None:
    one, other = (all_of(messages(branch(*BOTH), START, END, seed)) for seed in (1, 2))
    assert [m.payload for m in one] != [m.payload for m in other]


def test_counters_are_near_the_truth_and_not_exact(example: list[Message]) -> None:
    seen = totals(readings(all_of(messages(EXAMPLE, date(2026, 11, 17), date(2026, 11, 18)))))
    world = World(EXAMPLE)
    moves = world.days(date(2026, 11, 17), date(2026, 11, 18))
    door = world.ground.portals.index("stadsbiblioteket/town-entrance")
    came = int((moves.inward & (moves.edge == door)).sum())
    counted = seen["stadsbiblioteket/count-town-entrance", "in"]
    assert counted == pytest.approx(came, rel=0.05)
    assert counted != came


def test_a_swapped_sensor_calls_in_out() -> None:
    start, end = date(2026, 11, 23), date(2026, 11, 23)
    right = totals(readings(all_of(messages(branch(DOOR), start, end))))
    wrong = totals(
        readings(all_of(messages(branch(Sensor(device="eye", portal="door", swapped=True)), start, end)))
    )
    assert (right["branch/eye", "in"], right["branch/eye", "out"]) == (
        wrong["branch/eye", "out"],
        wrong["branch/eye", "in"],
    )


def test_lines_of_one_device_share_its_message() -> None:
    found = all_of(messages(branch(*BOTH), date(2026, 11, 23), date(2026, 11, 23)))
    assert sorted(m.topic for m in found) == ["besok/v1/branch/cam/level", "besok/v1/branch/eye/flow"]
    assert {r.channel for r in readings(found)} == {"flow:1", "flow:2", "level:1"}


def test_a_sensor_that_speaks_another_format_is_left_out() -> None:
    foreign = Sensor(device="abc", portal="door", source="ttn")
    assert all_of(messages(branch(foreign), date(2026, 11, 23), date(2026, 11, 23))) == []


def test_only_the_wanted_devices_speak_and_say_what_they_would_have_said_among_all(
    example: list[Message],
) -> None:
    some = all_of(messages(EXAMPLE, START, END, wanted=lambda site, device: device.startswith("count-t")))
    assert {m.topic.split("/")[3] for m in some} == {"count-town-entrance", "count-terrace-steps"}
    assert {(m.topic, m.payload) for m in some} < {(m.topic, m.payload) for m in example}


def test_a_camera_shows_about_who_is_there(example: list[Message]) -> None:
    shown = {r.time: r.value for r in readings(example) if r.device == "stadsbiblioteket/camera-reading-room"}
    found = truth.people(
        EXAMPLE, datetime(2026, 11, 24, 10, tzinfo=UTC), datetime(2026, 11, 24, 14, tzinfo=UTC)
    )
    real = found.people[:, found.spaces.index("stadsbiblioteket/reading-room")]
    off = np.array([shown[t] for t in found.times]) - real
    assert np.abs(off).max() <= 6
    assert real.max() > 15


def test_presence_says_whether_anybody_is_there(example: list[Message]) -> None:
    values = {r.value for r in readings(example) if r.metric == "occupied"}
    assert values == {0.0, 1.0}


def test_a_silent_night_is_few_items(example: list[Message]) -> None:
    night = [m for m in example if m.topic.endswith("count-staff-entrance/flow")]
    assert all(len(json.loads(m.payload)) < 50 for m in night)


@settings(max_examples=40)
@given(
    line=st.text(
        st.characters(
            min_codepoint=32,
            codec="utf-8",
            exclude_categories=["Cc", "Cs", "Zs", "Cf", "Cn", "Co", "Zl", "Zp"],
        ),
        min_size=1,
        max_size=60,
    ),
    came=st.integers(0, 100_000),
    went=st.integers(0, 100_000),
    period=st.integers(0, 86_400),
    people=st.integers(0, 100_000),
)
def test_what_is_encoded_is_what_is_decoded(
    line: str, came: int, went: int, period: int, people: int
) -> None:
    time = "2026-11-25T08:15:00Z"
    items = [native.flow(time, Flow(period, came, went, line), 4711)]
    topic, payload = native.encode("branch", "eye", "flow", items)
    found = readings([Message(topic=topic, payload=payload, received=END)])
    assert [(r.metric, r.value, r.period_s, r.channel) for r in found] == [
        ("in", came, period, f"flow:{line}"),
        ("out", went, period, f"flow:{line}"),
    ]
    topic, payload = native.encode(
        "branch", "eye", "level", [native.level(time, Level(people, "people", line))]
    )
    (level,) = readings([Message(topic=topic, payload=payload, received=END)])
    assert (level.metric, level.value, level.channel) == ("people", people, f"level:{line}")
