"""Collecting: what is published over MQTT is in the database, or under rejected with a reason, and nowhere lost."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from besok.model.readings import Message
from besok.model.settings import Settings
from besok.model.site import PayloadMapping
from besok.services.devices import get_devices, get_rejected
from besok.store import decode_context, sites
from besok.store.database import Database
from collectors.privacy import redacted
from collectors.replay import replay
from tests.patience import wait_for
from tests.small_sites import library, portal

Fixture = Callable[..., Any]
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)


def minute(n: int, **values: Any) -> dict[str, Any]:
    """A flow item for the n-th minute of the test's time."""
    return {"time": (START + timedelta(minutes=n)).isoformat(), "period_s": 60, **values}


def test_what_is_published_is_stored(
    settings: Settings, house: str, collect: Fixture, publish: Fixture, readings: Fixture, db: Database
) -> None:
    with collect(settings):
        publish(
            [
                ("door/flow", minute(1, **{"in": 3, "out": 1})),
                ("door/flow", [minute(2, **{"in": 2}), minute(3, out=5)]),
            ]
        )
        publish(
            [("room/level", {"time": START.isoformat(), "people": 7, "occupied": True, "battery_pct": 93})]
        )
        publish([("room/status", b"online"), ("door/status", b"offline")], retain=True)
        wait_for(lambda: len(readings()) == 7)
        wait_for(
            lambda: (
                {d.device: d.online for d in get_devices(db, now=datetime.now(UTC))}.get(f"{house}/door")
                is False
            )
        )
    found = [(metric, value) for _, _, metric, value, _ in readings()]
    assert found[:3] == [("battery_pct", 93), ("occupied", 1), ("people", 7)]
    assert found[3:] == [("in", 3), ("out", 1), ("in", 2), ("out", 5)]
    known = {d.device: d for d in get_devices(db, now=datetime.now(UTC))}
    assert known[f"{house}/room"].online is True
    assert known[f"{house}/room"].placements == ()  # nobody placed it, and still it is kept
    assert not get_rejected(db)


GARBAGE = {
    "garbage": b"\xff\xfe\x00\x12garbage",
    "truncated": b'{"time": "2026-11-25T08:15:00Z", "in": 3, "ou',
    "text": b'{"in": "three"}',
    "list": b'{"in": [1]}',
    "bare": b"17",
    "huge": b'{"in": 1e308}',
    "negative": b'{"in": -1}',
    "nan": b'{"in": NaN}',
    "twice": b'{"in": 1, "in": 2}',
    "digits": b'{"in": ' + b"9" * 5000 + b"}",
    "deep": b"[" * 100_000,
    "large": b"x " * 500_000,
    "empty": b"",
    "nul": b'{"in": 1, "line": "a\\u0000b"}',
    "half": b'{"in": 1, "line": "\\ud800"}',
    "naive": b'{"time": "2026-11-25T08:15:00", "in": 1}',
    "epoch": b'{"time": 0, "in": 1}',
}
REASONS = {
    "garbage": "not text in UTF-8",
    "truncated": "the payload breaks off",
    "text": 'in is "[text]": it must be a number',
    "list": "in is a list: it must be a number",
    "bare": "17 is not an object with named values",
    "huge": "in is 1e+308: people going in must be 0 to 100000 people",
    "negative": "in is -1: people going in must be 0 to 100000 people",
    "nan": "in is NaN: it must be a number",
    "twice": 'it says "in" twice',
    "digits": "a number too long to read",
    "deep": "nested more than 50 deep",
    "large": "the payload is not JSON",
    "empty": "the payload is empty",
    "nul": "line is",
    "half": "line is",
    "naive": "without a time zone",
    "epoch": "its time is 1970-01-01 00:00; set the clock of the device",
}


def test_bad_input_is_kept_with_a_reason_and_never_stops_the_good(
    settings: Settings, house: str, collect: Fixture, publish: Fixture, readings: Fixture, db: Database
) -> None:
    good = [("door/flow", minute(n, **{"in": 1})) for n in range(len(GARBAGE))]
    bad = [(f"{name}/flow", payload) for name, payload in GARBAGE.items()]
    with collect(settings):
        publish([m for pair in zip(bad, good, strict=True) for m in pair])
        publish([("door/weight", {"in": 1}), ("a/b/c/d", b"x"), (f"{'x' * 300}/flow", {"in": 1}), ("middle/flow",
                 {**minute(0), "in": -4, "out": 4})])  # fmt: skip
        wait_for(lambda: len(get_rejected(db)) == len(GARBAGE) + 4)
        wait_for(lambda: len(readings()) == len(good) + 1)
    assert {(d, v) for d, _, _, v, _ in readings()} == {(f"{house}/door", 1), (f"{house}/middle", 4)}
    known = decode_context.load(db)
    kept = {r.topic: r.reason for r in get_rejected(db)}

    def reason(path: str) -> str:
        """The reason of what came on a topic of the house, which is kept without names that nobody has given."""
        message = Message(topic=f"besok/v1/{house}/{path}", payload=b"", received=datetime.now(UTC))
        return kept[redacted(message, known).topic]

    for name in GARBAGE:
        assert REASONS[name] in reason(f"{name}/flow")
    assert "people going in must be 0 to 100000" in reason("middle/flow")
    assert "the topic is not" in reason("a/b/c/d")


def test_retained_messages_and_tombstones(
    settings: Settings,
    broker: tuple[str, int],
    collect: Fixture,
    publish: Fixture,
    readings: Fixture,
    db: Database,
) -> None:
    publish([("upper/flow", minute(1, **{"in": 1})), ("unupper/flow", {"in": 1})], retain=True)
    with collect(settings):  # its first subscription brings what the broker has retained
        wait_for(lambda: readings() and get_rejected(db))
        publish([("upper/flow", b""), ("unupper/flow", b"")], retain=True)
        publish([("last/flow", minute(2, **{"in": 1}))])
        wait_for(lambda: len(readings()) == 2)
    ((device, _, _, value, _), _) = readings()
    assert device.endswith("upper")
    assert value == 1
    reasons = [r.reason for r in get_rejected(db)]
    assert sum("the broker kept this message (retained)" in r for r in reasons) == 1


def test_what_comes_while_the_collector_is_away_waits_at_the_broker(
    settings: Settings, collect: Fixture, publish: Fixture, readings: Fixture
) -> None:
    with collect(settings):
        publish([("door/flow", minute(1, **{"in": 1}))])
        wait_for(readings)
    publish([("door/flow", minute(n, **{"in": 1})) for n in range(2, 1500)])
    with collect(settings):
        wait_for(lambda: len(readings()) == 1499)


def test_a_message_the_database_refuses_is_put_aside_with_its_reason(
    settings: Settings, house: str, collect: Fixture, publish: Fixture, readings: Fixture,
    db: Database, database_url: str,
) -> None:  # fmt: skip
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("alter table reading add constraint no_13 check (value <> 13)")
        conn.execute("alter table rejected add constraint ascii_topics check (topic not like '%ö%')")
    mapping = PayloadMapping(
        name="d", topic="dörr", values={"in": "$.in"}
    )  # which makes it a name that is kept
    sites.apply(
        db, library(house, portals=(portal("door", "outside", house, counted=False),), mappings=(mapping,))
    )
    with collect(settings):
        publish([("dörr/flow" if n == 13 else "door/flow", minute(n, **{"in": n})) for n in range(50)])
        wait_for(lambda: len(readings()) == 49)
        wait_for(lambda: get_rejected(db))
    (kept,) = get_rejected(db)
    assert "no_13" in kept.reason
    assert kept.topic.endswith("/d\\xf6rr/flow")
    assert json.loads(kept.payload)["in"] == 13


def test_rejected_messages_are_read_again_once_they_can_be(
    settings: Settings, collect: Fixture, publish: Fixture, readings: Fixture, db: Database, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("alter table reading add constraint no_13 check (value <> 13)")
        with collect(settings):
            publish(
                [("door/flow", minute(n, **{"in": n})) for n in range(12, 15)] + [("door/flow", b"never")]
            )
            wait_for(lambda: len(get_rejected(db)) == 2)
        assert replay(db, now=datetime.now(UTC)) == (0, 2)
        conn.execute("alter table reading drop constraint no_13")
    assert replay(db, now=datetime.now(UTC)) == (1, 1)
    assert [v for *_, v, _ in readings()] == [12, 13, 14]
    (still,) = get_rejected(db)
    assert still.payload == "[text]"
    assert replay(db, [still.id], now=datetime.now(UTC)) == (0, 1)
