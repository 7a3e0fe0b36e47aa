"""Simulated history: complete, without overlap, readable by the native adapter, and near the truth."""

import json
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from besok.model.readings import Flag, Message
from besok.model.site import Sensor, SiteFile
from collectors.decoding import decode
from sensors_sim import truth
from sensors_sim.backfill import messages
from sensors_sim.formats import native
from sensors_sim.reports import Flow, Level
from sensors_sim.world import World
from tests.small_sites import library, portal, space
from tests.worlds.simulated import EXAMPLE, all_of, readings, totals

SCHEMA = json.loads(Path("besok/model/native.schema.json").read_text(encoding="utf-8"))
START, END = datetime(2026, 11, 23, 9, 7, 31, tzinfo=UTC), datetime(2026, 11, 25, 8, 0, 12, tzinfo=UTC)
MONDAY = date(2026, 11, 23)
DOOR = Sensor(device="eye", portal="door")
BOTH = (DOOR, Sensor(device="eye", portal="arch", channel="flow:2"), Sensor(device="cam", space="room"))


def branch(*sensors: Sensor) -> SiteFile:
    """A library with a door and a reading room."""
    room, portals = (
        space("room", "reading", capacity=30),
        (("door", "outside", "branch"), ("arch", "branch", "room")),
    )
    return library(
        "branch", spaces=(room,), portals=tuple(portal(*p) for p in portals), sensors=sensors, capacity=80
    )


@pytest.fixture(scope="module")
def example() -> list[Message]:
    return all_of(messages(EXAMPLE, START, END))


def test_the_schema_accepts_every_message(example: list[Message]) -> None:
    for message in example[-40:]:
        kind = message.topic.rpartition("/")[2]
        validator = Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{kind}"})
        validator.validate(json.loads(message.payload))


def test_every_native_device_speaks_and_says_that_it_is_simulated(example: list[Message]) -> None:
    found = readings(example)
    expected = {s.external_id(x) for s in EXAMPLE.sites for x in s.sensors if x.source == "native"}
    assert {r.device for r in found} == expected
    assert all(r.flags == Flag.SIMULATED for r in found)
    assert {r.value for r in found if r.metric == "occupied"} == {0.0, 1.0}


def test_flows_cover_the_time_from_start_to_end_once(example: list[Message]) -> None:
    until: dict[tuple[str, str, str], datetime] = defaultdict(lambda: START)
    for r in readings(example):
        if r.metric in ("in", "out"):
            assert r.time is not None
            assert r.time - timedelta(seconds=r.period_s) == until[r.device, r.channel, r.metric]
            until[r.device, r.channel, r.metric] = r.time
    assert set(until.values()) == {END}


def test_a_message_is_about_one_business_day_and_is_received_when_it_is_over(example: list[Message]) -> None:
    world = World(EXAMPLE)
    for message in example:
        times = [r.time for r in decode(message).readings if r.time]
        assert message.received == max(times)
        assert len({world.business_day(t - timedelta(seconds=1)) for t in times}) == 1
    staff = [m for m in example if m.topic.endswith("count-staff-entrance/flow")]
    assert all(len(json.loads(m.payload)) < 50 for m in staff)  # a silent night is few items


@settings(max_examples=4, deadline=None)
@given(cuts=st.lists(st.integers(0, 3 * 86400), max_size=4), seed=st.integers(0, 99))
def test_history_made_in_pieces_counts_the_same_people(cuts: list[int], seed: int) -> None:
    start, end = datetime(2026, 11, 22, 3, tzinfo=UTC), datetime(2026, 11, 25, 3, tzinfo=UTC)
    marks = [start, *(start + timedelta(seconds=c) for c in sorted(cuts)), end]
    pieces = [m for a, b in pairwise(marks) for m in all_of(messages(branch(DOOR), a, b, seed))]
    assert totals(readings(pieces)) == totals(readings(all_of(messages(branch(DOOR), start, end, seed))))
    assert all_of(messages(branch(DOOR), start, start)) == []


def test_days_may_be_given_instead_of_moments() -> None:
    first, last = date(2026, 10, 24), date(2026, 10, 25)  # summer time ends
    found = readings(all_of(messages(branch(DOOR), first, last)))
    assert sum(r.period_s for r in found if r.metric == "in") == 49 * 3600
    assert found[-1].time == datetime.fromtimestamp(World(branch(DOOR)).bounds(last)[1] / 1000, UTC)


def test_the_same_seed_gives_the_same_bytes_on_any_machine() -> None:
    first, last = date(2026, 3, 28), date(2026, 3, 30)
    one, other = (all_of(messages(branch(*BOTH), first, last, seed)) for seed in (7, 8))
    digest = sha256(b"\n".join(m.topic.encode() + b" " + m.payload for m in one)).hexdigest()
    assert digest == "889a3335d49c946d8382aa037c78a354ed2ad18b319f0666c35c4abd945f089d", (
        "if the world was changed on purpose, write the new digest here"
    )
    assert [m.payload for m in one] != [m.payload for m in other]


def test_sensors_are_near_the_truth_and_not_exact(example: list[Message]) -> None:
    world, found = World(EXAMPLE), readings(all_of(messages(EXAMPLE, date(2026, 11, 17), date(2026, 11, 18))))
    moves = world.days(date(2026, 11, 17), date(2026, 11, 18))
    door = world.ground.portals.index("stadsbiblioteket/town-entrance")
    came = int((moves.inward & (moves.edge == door)).sum())
    counted = totals(found)["stadsbiblioteket/count-town-entrance", "in"]
    assert counted == pytest.approx(came, rel=0.05) and counted != came
    shown = {r.time: r.value for r in readings(example) if r.device == "stadsbiblioteket/camera-reading-room"}
    ten = datetime(2026, 11, 24, 10, tzinfo=UTC)
    people = truth.people(EXAMPLE, ten, ten + timedelta(hours=4))
    real = people.people[:, people.spaces.index("stadsbiblioteket/reading-room")]
    assert np.abs(np.array([shown[t] for t in people.times]) - real).max() <= 6
    assert real.max() > 15


def test_a_swapped_sensor_calls_in_out() -> None:
    swapped = Sensor(device="eye", portal="door", swapped=True)
    right, wrong = (totals(readings(all_of(messages(branch(s), MONDAY, MONDAY)))) for s in (DOOR, swapped))
    assert [right["branch/eye", way] for way in ("in", "out")] == [
        wrong["branch/eye", way] for way in ("out", "in")
    ]


def test_lines_of_one_device_share_its_message_and_unknown_formats_are_left_out() -> None:
    foreign = Sensor(device="abc", portal="door", source="ttn")
    found = all_of(messages(branch(*BOTH, foreign), MONDAY, MONDAY))
    assert sorted(m.topic for m in found) == ["besok/v1/branch/cam/level", "besok/v1/branch/eye/flow"]
    assert {r.channel for r in readings(found)} == {"flow:1", "flow:2", "level:1"}


def test_only_wanted_devices_report_what_they_would_among_all(example: list[Message]) -> None:
    some = all_of(messages(EXAMPLE, START, END, selected=lambda site, device: device.startswith("count-t")))
    assert {m.topic.split("/")[3] for m in some} == {"count-town-entrance", "count-terrace-steps"}
    assert {(m.topic, m.payload) for m in some} < {(m.topic, m.payload) for m in example}


NAMES = st.characters(
    min_codepoint=32, codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Cf", "Cn", "Co", "Zl", "Zp"]
)


@settings(max_examples=40)
@given(
    line=st.text(NAMES, min_size=1, max_size=60),
    people=st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)),
    period=st.integers(0, 86_400),
)
def test_what_is_encoded_is_what_is_decoded(line: str, people: tuple[int, int], period: int) -> None:
    time = "2026-11-25T08:15:00Z"
    sent = {"flow": Flow(period, *people, line), "level": Level(people[0], "people", line)}
    found = []
    for kind, item in sent.items():
        topic, payload = native.message("branch", "eye", kind, [native.item(time, item, seq=4711)])
        found += readings([Message(topic=topic, payload=payload, received=END)])
    assert [(r.metric, r.value, r.period_s, r.channel) for r in found] == [
        ("in", people[0], period, f"flow:{line}"),
        ("out", people[1], period, f"flow:{line}"),
        ("people", people[0], 0, f"level:{line}"),
    ]
