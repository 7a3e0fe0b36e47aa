"""The stream of live messages: the same people as history, in order, silent for no longer than the interval."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from besok.model.readings import Message, Reading
from sensors_sim import backfill, stream, truth
from sensors_sim.sensors import install
from sensors_sim.times import instant
from sensors_sim.world import World
from tests.worlds.simulated import EXAMPLE, all_of, readings, totals

START, END = datetime(2026, 11, 24, 14, 0, tzinfo=UTC), datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def live() -> list[Reading]:
    return readings(all_of(stream.messages(EXAMPLE, START, END)))


def test_history_and_stream_count_the_same_people(live: list[Reading]) -> None:
    assert totals(live) == totals(readings(all_of(backfill.messages(EXAMPLE, START, END))))


def test_flows_cover_the_time_once_in_order_and_soon_after_people_pass(live: list[Reading]) -> None:
    times = [r.time for r in live if r.time]
    assert times == sorted(times)
    until: dict[tuple[str, str], datetime] = defaultdict(lambda: START)
    for r in (r for r in live if r.metric in ("in", "out")):
        assert r.time is not None and r.time - timedelta(seconds=r.period_s) == until[r.device, r.metric]
        assert 0 < r.period_s <= 60 and r.time.second % 10 == 0
        until[r.device, r.metric] = r.time
    assert set(until.values()) == {END}


def test_who_starts_again_sends_the_same_readings_again(live: list[Reading]) -> None:
    again = START + timedelta(minutes=20)
    later = [r for r in live if r.time and r.time > again]
    assert readings(all_of(stream.messages(EXAMPLE, again, END))) == later


def test_what_was_before_comes_by_the_quarter_and_counts_the_same_people(live: list[Reading]) -> None:
    live_from = START + timedelta(minutes=40)
    world = World(EXAMPLE)
    ticks = list(stream.ticks(world, install(world.ground, 1), START, END, live_from=live_from))
    found = readings(
        [Message(topic=t, payload=p, received=instant(tick.time)) for tick in ticks for t, p in tick.messages]
    )
    assert totals(found) == totals(live)
    times = {r.time - START for r in found if r.time and r.time < live_from}
    assert times == {timedelta(minutes=15), timedelta(minutes=30)}
    assert [r for r in found if r.time and r.time > live_from + timedelta(minutes=1)] == [
        r for r in live if r.time and r.time > live_from + timedelta(minutes=1)
    ]


def test_two_days_go_on_without_a_gap_when_the_clocks_change() -> None:
    start, end = datetime(2026, 10, 25, 2, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, 30, tzinfo=UTC)
    found = readings(all_of(stream.messages(EXAMPLE, start, end)))
    gate = [r for r in found if r.device == "stadsparken/count-north-gate" and r.metric == "in"]
    assert sum(r.period_s for r in gate) == 3600


def test_messages_of_a_device_are_numbered() -> None:
    topic = "besok/v1/stadsbiblioteket/count-town-entrance/flow"
    found = all_of(stream.messages(EXAMPLE, START, START + timedelta(minutes=30)))
    numbers = [int(m.payload.split(b'"seq":')[1].split(b",")[0]) for m in found if m.topic == topic]
    assert numbers == list(range(len(numbers)))


def test_each_quarter_hour_tells_the_truth() -> None:
    world, day = World(EXAMPLE), date(2026, 11, 24)
    end = instant(world.bounds(day)[1])
    ticks = [t for t in stream.ticks(world, install(world.ground, 1), START, end) if t.truth]
    expected = truth.people(EXAMPLE, START, end)
    assert [instant(t.time) for t in ticks] == list(expected.times[1:])
    people = [list(t.truth.people.values()) for t in ticks if t.truth]
    assert people == expected.people[1:].tolist()
    assert ticks[-1].truth
    assert ticks[-1].truth.visits["stadsbiblioteket"] == len(truth.entries(world.ground, 0, world.day(day)))
