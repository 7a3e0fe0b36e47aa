"""The write transaction: idempotent, recomputed, in any order."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from besok.model.errors import StoreRefused, StoreUnavailable
from besok.model.readings import Message, Reading, Status
from besok.store import rejected
from besok.store.database import Database
from besok.store.notify import listen
from besok.store.write import Batch, Incoming, Rejection, Written, keep, write
from tests.databases import execute

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


PLACE_EVERYTHING = """
with s as (
    insert into site (slug, kind, name_sv, name_en, timezone, opening)
    values ('lib', 'library', 'B', 'L', 'Europe/Stockholm', '{}') returning site_id
), root as (
    insert into space (site_id, slug, name_sv, name_en, kind) select site_id, 'lib', 'B', 'L', 'site' from s
    returning site_id, space_id
), door as (
    insert into portal (site_id, slug, name_sv, name_en, inner_id) select site_id, 'd', 'D', 'D', space_id from root
    returning portal_id
)
insert into placement (channel_id, portal_id) select channel_id, portal_id from channel, door
"""


def reading(
    minutes: float, value: float, metric: str = "in", period_s: float = 60, device: str = "door"
) -> Reading:
    time = NOON + timedelta(minutes=minutes)
    return Reading(
        source="native",
        device=device,
        channel="flow:1",
        metric=metric,
        value=value,
        time=time,
        period_s=period_s,
    )


def batch(readings: Iterable[Reading]) -> Batch:
    return Batch(readings=[Incoming(reading=r, received=r.time or NOON) for r in readings])


def put(db: Database, *readings: Reading) -> Written:
    return write(db, batch(readings))


def buckets(db: Database, device: str = "door") -> dict[float, tuple[float, float, float, float]]:
    """Minutes after noon -> in, out, seconds covered, imputed."""
    rows = execute(
        db,
        "select bucket, people_in, people_out, covered_s, imputed from flow_bucket join channel using (channel_id)"
        " join device using (device_id) where external_id = %s order by bucket",
        (device,),
    )
    return {(r[0] - NOON).total_seconds() / 60: tuple(r[1:]) for r in rows}


def test_buckets_are_the_sum_of_their_readings(db: Database) -> None:
    put(db, reading(1, 3), reading(1, 1, "out"), reading(2, 2), reading(16, 5))
    assert buckets(db) == {0: (5, 1, 120, 0), 15: (5, 0, 60, 0)}


def test_the_same_reading_again_changes_nothing(db: Database) -> None:
    assert put(db, reading(1, 3)).readings == 1
    assert put(db, reading(1, 3)) == Written(unchanged=1)
    assert buckets(db) == {0: (3, 0, 60, 0)}


def test_another_value_is_a_correction(db: Database) -> None:
    put(db, reading(1, 3))
    put(db, reading(1, 7))
    assert buckets(db) == {0: (7, 0, 60, 0)}


def test_a_corrected_period_leaves_no_trace_of_the_old_one(db: Database) -> None:
    put(db, reading(60, 40, period_s=3600))
    assert set(buckets(db)) == {0, 15, 30, 45}
    put(db, reading(60, 40, period_s=900))
    assert buckets(db) == {45: (40, 0, 900, 0)}


def test_a_period_that_ends_on_the_quarter_belongs_to_the_one_before(db: Database) -> None:
    put(db, reading(15, 4))
    assert buckets(db) == {0: (4, 0, 60, 0)}


def test_a_single_event_belongs_to_the_quarter_it_happens_in(db: Database) -> None:
    put(db, reading(15, 1, period_s=0), reading(14.99, 1, period_s=0))
    assert buckets(db) == {0: (1, 0, 0, 0), 15: (1, 0, 0, 0)}


def test_long_periods_are_shared_out_in_whole_people(db: Database) -> None:
    put(db, reading(60, 10, period_s=3600))
    shares = buckets(db)
    assert sum(s[0] for s in shares.values()) == 10
    assert {s[0] for s in shares.values()} == {2, 3}
    assert all(s[2] == 900 for s in shares.values())


def test_late_data_reaches_its_old_bucket(db: Database) -> None:
    put(db, reading(600, 1))
    put(db, reading(3, 2))
    assert buckets(db) == {0: (2, 0, 60, 0), 585: (1, 0, 60, 0)}


def test_totals_are_differenced_in_event_time(db: Database) -> None:
    put(db, reading(0, 100, "in_total", 0), reading(10, 107, "in_total", 0))
    put(db, reading(5, 104, "in_total", 0))  # late, in between
    assert buckets(db) == {0: (7, 0, 600, 0)}


def test_a_falling_total_is_a_reset_counted_from_zero(db: Database) -> None:
    put(db, reading(0, 100, "in_total", 0), reading(5, 3, "in_total", 0))
    assert buckets(db) == {0: (3, 0, 300, 0)}


def test_a_jump_after_a_gap_is_spread_and_marked(db: Database) -> None:
    put(db, reading(0, 100, "in_total", 0), reading(60, 120, "in_total", 0))
    assert buckets(db) == dict.fromkeys((0, 15, 30, 45), (5, 0, 0, 5))


def test_a_total_filling_the_gap_takes_the_mark_away(db: Database) -> None:
    put(db, reading(0, 100, "in_total", 0), reading(30, 120, "in_total", 0))
    put(db, reading(15, 118, "in_total", 0))
    assert buckets(db) == {0: (18, 0, 900, 0), 15: (2, 0, 900, 0)}


def test_where_a_channel_sends_both_the_totals_count(db: Database) -> None:
    put(db, reading(0, 100, "in_total", 0), reading(10, 107, "in_total", 0), reading(10, 9, "in", 600))
    assert buckets(db) == {0: (7, 0, 600, 0)}


minutes = st.integers(0, 100)
example = count()  # the examples share a database, so each has doors of its own
events = st.lists(
    st.tuples(minutes, st.integers(0, 9), st.sampled_from(["in", "out"])), min_size=1, max_size=30
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=events, data=st.data())
def test_any_order_with_any_repeats_gives_the_same_buckets(
    db: Database, events: list[tuple[int, int, str]], data: st.DataObject
) -> None:
    name = f"door-{next(example)}"
    once = {(m, metric): reading(m, value, metric, device=name) for m, value, metric in events}
    put(db, *once.values())
    expected = buckets(db, name)
    shuffled = data.draw(st.permutations([*once.values(), *once.values()]))
    other = f"{name}-again"
    for r in shuffled:
        put(db, reading((r.time - NOON).total_seconds() / 60, r.value, r.metric, device=other))
    assert buckets(db, other) == expected


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
        write(db, batch([reading(1, 1, device="bad\0name")]))


def test_a_database_that_is_away_is_said_to_be_away() -> None:
    with Database("postgresql://127.0.0.1:1/nobody?connect_timeout=1") as db, pytest.raises(StoreUnavailable):
        db._pool.timeout = 0.5
        put(db, reading(1, 1))


def test_a_transaction_that_nobody_goes_on_with_is_ended_and_may_be_tried_again(
    db: Database, database_url: str, wait_for: Callable[..., object]
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
    assert put(db, reading(1, 1)).readings == 1


def test_the_last_thing_a_transaction_writes_does_not_let_it_stay_for_ever(
    db: Database, database_url: str, wait_for: Callable[..., object]
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
        readings=batch([reading(1, 1)]).readings,
        rejections=[Rejection(message=message, reason=None)],  # type: ignore[arg-type]
    )
    with pytest.raises(AttributeError):
        write(db, broken)
    put(db, reading(1, 1))
    assert buckets(db) == {0: (1, 0, 60, 0)}


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_two_writers_of_one_channel_do_not_lose_each_others_people(db: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda m: put(db, reading(m / 10, 1, period_s=0)), range(100)))
    assert buckets(db) == {0: (100, 0, 0, 0)}


def test_placed_channels_are_told_of(db: Database, database_url: str) -> None:
    put(db, reading(1, 1))
    execute(db, PLACE_EVERYTHING)
    stop = Event()
    news = listen(database_url, ["readings"], stop)
    assert next(news).channel == "reconnected"
    put(db, reading(2, 4), reading(2, 1, "out"))
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
