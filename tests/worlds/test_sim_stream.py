"""The stream of live messages: the same people as history, in order, silent for no longer than the interval."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from besok.model.readings import Message, Reading
from besok.model.sitefile import parse
from collectors.adapters import decode
from sensors_sim import backfill, stream, truth
from sensors_sim.sensors import install
from sensors_sim.world import World, instant

EXAMPLE = parse(Path("sites/helsingborg.toml").read_text(encoding="utf-8"))
START, END = datetime(2026, 11, 24, 14, 0, tzinfo=UTC), datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def readings(lots: list[list[Message]]) -> list[Reading]:
    decoded = [decode(message) for lot in lots for message in lot]
    assert not [p for d in decoded for p in d.problems]
    return [r for d in decoded for r in d.readings]


def flows(found: list[Reading]) -> list[Reading]:
    return [r for r in found if r.metric in ("in", "out")]


def totals(found: list[Reading]) -> Counter[tuple[str, str]]:
    total: Counter[tuple[str, str]] = Counter()
    for r in flows(found):
        total[r.device, r.metric] += int(r.value)
    return total


@pytest.fixture(scope="module")
def live() -> list[Reading]:
    return readings(list(stream.messages(EXAMPLE, START, END)))


def test_history_and_stream_count_the_same_people(live: list[Reading]) -> None:
    assert totals(live) == totals(readings(list(backfill.messages(EXAMPLE, START, END))))


def test_messages_come_in_order_of_time(live: list[Reading]) -> None:
    times = [r.time for r in live if r.time]
    assert times == sorted(times)


def test_flows_cover_the_time_once_in_periods_of_a_minute_at_most(live: list[Reading]) -> None:
    until: dict[tuple[str, str], datetime] = defaultdict(lambda: START)
    for r in flows(live):
        assert r.time is not None
        assert r.time - timedelta(seconds=r.period_s) == until[r.device, r.metric]
        assert 0 < r.period_s <= 60
        until[r.device, r.metric] = r.time
    assert set(until.values()) == {END}


def test_who_passes_is_told_within_the_tick(live: list[Reading]) -> None:
    busy = [r for r in flows(live) if r.value]
    assert len(busy) > 300
    assert all(r.time and r.time.second % 10 == 0 for r in busy)


def test_who_starts_again_sends_the_same_readings_again(live: list[Reading]) -> None:
    again = START + timedelta(minutes=20)
    later = [r for r in live if r.time and r.time > again]
    assert readings(list(stream.messages(EXAMPLE, again, END))) == later


def test_two_days_go_on_without_a_gap_when_the_clocks_change() -> None:
    start, end = datetime(2026, 10, 25, 2, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, 30, tzinfo=UTC)
    found = flows(readings(list(stream.messages(EXAMPLE, start, end))))
    covered = sum(
        r.period_s for r in found if r.device == "stadsparken/count-north-gate" and r.metric == "in"
    )
    assert covered == 3600


def test_messages_of_a_device_are_numbered() -> None:
    lots = list(stream.messages(EXAMPLE, START, START + timedelta(minutes=30)))
    topic = "besok/v1/stadsbiblioteket/count-town-entrance/flow"
    numbers = [
        int(m.payload.split(b'"seq":')[1].split(b",")[0]) for lot in lots for m in lot if m.topic == topic
    ]
    assert numbers == list(range(len(numbers)))


def test_each_quarter_hour_tells_the_truth() -> None:
    world = World(EXAMPLE)
    told = [t for t in stream.ticks(world, install(world.ground, 1), START, END) if t.truth]
    expected = truth.people(EXAMPLE, START, END)
    assert [instant(t.time) for t in told] == list(expected.times[1:])
    for tick, row in zip(told, expected.people[1:], strict=True):
        assert tick.truth
        assert list(tick.truth.people.values()) == row.tolist()


def test_the_truth_counts_visits() -> None:
    world, day = World(EXAMPLE), date(2026, 11, 24)
    last = [
        t
        for t in stream.ticks(world, install(world.ground, 1), START, instant(world.bounds(day)[1]))
        if t.truth
    ][-1]
    assert last.truth
    assert last.truth.visits["stadsbiblioteket"] == len(truth.entries(world.ground, 0, world.day(day)))
