"""The write transaction: idempotent, recomputed, kept whole or not at all. Orders are in test_counting.py."""

from threading import Event

import psycopg
import pytest
from counted import NOON, Bucket, buckets, build, put, reading

from besok.model.errors import StoreRefused, StoreUnavailable
from besok.model.readings import Message, Reading, Status
from besok.store import rejected
from besok.store.database import Database
from besok.store.notify import listen
from besok.store.write import Batch, Incoming, Rejection, Written, keep, write
from tests.databases import execute
from tests.patience import wait_for


def told(minute: float, value: float, metric: str = "in", period_s: float = 60) -> Reading:
    """What passed at the front door in a period that ends at a minute after noon."""
    return reading(minute, value, metric, period_s=period_s)


# What is written one after another, and what the quarters come to by that.
RULES: dict[str, tuple[list[list[Reading]], dict[float, Bucket]]] = {
    "a quarter is the sum of its readings": (
        [[told(1, 3), told(1, 1, "out"), told(2, 2), told(16, 5)]],
        {0: (5, 1, 120, 0), 15: (5, 0, 60, 0)},
    ),
    "a corrected period leaves no trace of the old one": (
        [[told(60, 40, period_s=3600)], [told(60, 40, period_s=900)]],
        {45: (40, 0, 900, 0)},
    ),
    "a period that ends on the quarter belongs to the one before": ([[told(15, 4)]], {0: (4, 0, 60, 0)}),
    "a single event belongs to the quarter it happens in": (
        [[told(15, 1, period_s=0), told(14.99, 1, period_s=0)]],
        {0: (1, 0, 0, 0), 15: (1, 0, 0, 0)},
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_quarters_follow_the_rule(db: Database, rule: str) -> None:
    writes, expected = RULES[rule]
    for readings in writes:
        put(db, *readings)
    assert buckets(db) == expected


def test_the_same_reading_again_changes_nothing(db: Database) -> None:
    assert put(db, told(1, 3)).readings == 1
    assert put(db, told(1, 3)) == Written(unchanged=1)
    assert buckets(db) == {0: (3, 0, 60, 0)}


def test_long_periods_are_shared_out_in_whole_people(db: Database) -> None:
    put(db, told(60, 10, period_s=3600))
    shares = buckets(db)
    assert sum(s[0] for s in shares.values()) == 10
    assert {s[0] for s in shares.values()} == {2, 3}
    assert all(s[2] == 900 for s in shares.values())


def test_statuses_and_rejections_are_kept(db: Database) -> None:
    status = Status(source="native", device="door", online=False)
    message = Message(topic="x/\0y", payload=b"\x00\xff", received=NOON)
    unread = Batch(statuses=[(status, NOON)], rejections=[Rejection(message=message, reason="not \0 JSON")])
    assert write(db, unread).rejected == 1
    write(db, unread)  # as after an answer that never came; it is there once
    ((number, kept),) = rejected.fetch(db)
    assert kept.payload == b"\x00\xff"
    assert rejected.resolve(db, [number], NOON) == 1
    assert rejected.fetch(db) == []


def test_a_value_the_database_will_not_have_is_refused_for_good(db: Database) -> None:
    with pytest.raises(StoreRefused):
        put(db, reading(1, 1, device="bad\0name"))


def test_a_database_that_is_away_is_said_to_be_away() -> None:
    with Database("postgresql://127.0.0.1:1/nobody?connect_timeout=1") as db, pytest.raises(StoreUnavailable):
        db._pool.timeout = 0.5
        put(db, told(1, 1))


def test_a_transaction_that_nobody_goes_on_with_is_ended_and_may_be_tried_again(
    db: Database, database_url: str
) -> None:
    with (
        pytest.raises(StoreUnavailable),
        db.transaction() as conn,
        psycopg.connect(database_url, autocommit=True) as other,
    ):
        assert conn.execute("show idle_in_transaction_session_timeout").fetchone() == ("10s",)
        conn.execute("set local idle_in_transaction_session_timeout = '1ms'")
        mine = "select from pg_stat_activity where pid = %s"
        wait_for(lambda: other.execute(mine, (conn.info.backend_pid,)).fetchone() is None)
        conn.execute("select 1")
    assert put(db, told(1, 1)).readings == 1


def test_the_last_thing_a_transaction_writes_does_not_let_it_stay_for_ever(
    db: Database, database_url: str
) -> None:
    message = Message(topic="t", payload=b"?", received=NOON)
    with (
        pytest.raises(StoreUnavailable),
        db.transaction() as conn,
        psycopg.connect(database_url, autocommit=True) as other,
    ):
        pid = conn.info.backend_pid
        conn.execute("set local idle_in_transaction_session_timeout = '100ms'")
        keep(conn, [Rejection(message=message, reason="nobody knows what ? is")] * 2)
        wait_for(
            lambda: other.execute("select from pg_stat_activity where pid = %s", (pid,)).fetchone() is None
        )
        conn.execute("select 1")


def test_a_write_that_was_rolled_back_registers_nothing(db: Database) -> None:
    message = Message(topic="t", payload=b"", received=NOON)
    broken = Batch(
        readings=[Incoming(reading=told(1, 1), received=NOON)],
        rejections=[Rejection(message=message, reason=None)],  # type: ignore[arg-type]
    )
    with pytest.raises(AttributeError):
        write(db, broken)
    put(db, told(1, 1))
    assert buckets(db) == {0: (1, 0, 60, 0)}


def test_placed_channels_are_told_of(db: Database, database_url: str) -> None:
    build(db)
    put(db, told(1, 1))
    stop = Event()
    news = listen(database_url, ["readings"], stop)
    assert next(news).channel == "reconnected"
    put(db, told(2, 4), told(2, 1, "out"))
    assert '"site": "lib"' in next(news).payload
    stop.set()
    day = execute(db, "select day, gross, net from visit_day")
    assert [(str(d), g, n) for d, g, n in day] == [("2026-03-02", 5, 5)]
    assert execute(db, "select count(*) from dirty_day")[0] == (1,)


def test_a_database_that_is_away_is_told_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, waits = Event(), iter(range(3))
    monkeypatch.setattr(stop, "wait", lambda _: next(waits, None) is None and stop.set())
    with caplog.at_level("WARNING"):
        assert list(listen("postgresql://127.0.0.1:1/none", ["readings"], stop)) == []
    assert [record.getMessage()[:16] for record in caplog.records] == ["Waiting for news"]
