"""What the database says when it cannot, and whether the same may be tried again."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from threading import Event, Thread
from urllib.parse import urlsplit

import psycopg
import pytest
from counted import buckets, people, put, reading

from besok.model.errors import SchemaMismatch, StoreRefused, StoreUnavailable
from besok.store.claims import Claims
from besok.store.database import Database, array
from besok.store.write import Written
from tests.databases import execute
from tests.patience import ANSWER_S, wait_for

TEMPORARY = {
    "53100": "disk full",
    "53200": "out of memory",
    "53300": "too many connections",
    "57014": "canceled by a timeout",
    "57P01": "shutting down",
    "57P02": "crashed",
    "57P03": "starting up",
    "57P05": "idle too long",
    "58030": "input and output",
    "25006": "only reads",
    "26000": "a pooler in between",
    "42501": "rights taken away",
    "25P03": "transaction idle too long",
    "25P04": "transaction too long",
    "40001": "serialization",
    "40003": "nobody knows whether it was done",
    "40P01": "deadlock",
    "55006": "in use",
    "55P03": "locked",
    "08006": "connection",
}
NOT_MIGRATED = {
    "3F000": "no such schema",
    "42703": "no such column",
    "42804": "another type",
    "42883": "no such function",
    "42P01": "no such table",
}
PERMANENT = {"22P02": "bad text", "22021": "bad encoding", "23505": "there already", "0A000": "not supported"}
pytestmark = pytest.mark.usefixtures("database_url")  # with connections that may end
RAISE = "do $$ begin raise exception 'because' using errcode = '{}'; end $$"


def test_each_state_says_whether_to_try_again(db: Database) -> None:
    for states, error in (
        (TEMPORARY, StoreUnavailable),
        (NOT_MIGRATED, SchemaMismatch),
        (PERMANENT, StoreRefused),
    ):
        for state in states:
            with pytest.raises(error) as told, db.transaction() as conn:
                conn.execute(RAISE.format(state))  # type: ignore[arg-type]
            assert "because" in told.value.in_full


def test_why_nobody_can_connect_is_told(database_url: str) -> None:
    missing = database_url.replace(urlsplit(database_url).path, "/not_there")
    with Database(missing, pool_size=1, wait_s=5) as db, pytest.raises(StoreUnavailable, match="not_there"):
        db.run("disk_try")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://127.0.0.1:{silent.getsockname()[1]}/besok"
        with Database(url, wait_s=0.5) as db, pytest.raises(StoreUnavailable, match="nothing answers"):
            db.run("disk_try")
    with Database(url, wait_s=1) as db, pytest.raises(StoreUnavailable, match="refused") as told:
        db.run("disk_try")
    assert str(told.value) == " ".join(str(told.value).split())


def test_what_was_prepared_before_a_migrating_is_prepared_again(db: Database, database_url: str) -> None:
    """A connection that goes on with a statement whose columns have changed would be refused for ever."""
    ask, often = "select * from made_anew", 8  # the driver prepares what it has sent five times
    with Database(database_url, pool_size=1) as one, Claims(database_url) as claims:
        for _ in range(often):
            with one.transaction() as conn, claims.transaction() as other:
                conn.execute(ask)
                other.execute(ask)
        execute(db, "alter table made_anew alter column version type bigint")
        for within in (one.transaction, claims.transaction):
            with pytest.raises(StoreUnavailable), within() as conn:
                conn.execute(ask)
            with within() as conn:
                assert conn.execute(ask).fetchone()


def test_a_backend_that_is_told_to_end(db: Database) -> None:
    with pytest.raises(StoreUnavailable), db.transaction() as conn:
        execute(db, "select pg_terminate_backend(%s)", (conn.info.backend_pid,))
        conn.execute("select 1")
    assert put(db, reading(0, 1, "in")).readings == 1


DIES_AT_COMMIT = """
create function die() returns trigger language plpgsql as
    'begin perform pg_terminate_backend(pg_backend_pid()); return null; end';
create constraint trigger dies after insert on device deferrable initially deferred for each row execute function die();
"""


def test_a_backend_that_dies_while_it_commits(db: Database) -> None:
    execute(db, DIES_AT_COMMIT)
    with pytest.raises(StoreUnavailable):
        put(db, reading(0, 1, "in"))
    execute(db, "drop trigger dies on device")
    assert put(db, reading(0, 1, "in")).readings == 1


@contextmanager
def cut_after(words: bytes, url: str) -> Iterator[tuple[str, Event]]:
    """The database behind a wire that is cut, while `armed`, once the client has sent `words`: only those arrive."""
    to = urlsplit(url)
    armed, ended = Event(), Event()
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)

    def serve(near: socket.socket) -> None:
        far = socket.create_connection((to.hostname, to.port))
        Thread(target=pipe, args=(far, near, False), daemon=True).start()
        pipe(near, far, True)

    def pipe(source: socket.socket, target: socket.socket, watch: bool) -> None:
        try:
            while data := source.recv(65_536):
                if watch and armed.is_set() and words in data:
                    source.shutdown(socket.SHUT_RDWR)
                    target.sendall(data)
                    target.recv(1)  # until the server has answered or gone
                    return
                target.sendall(data)
        except OSError:
            pass
        finally:
            for end in (source, target):
                end.close()

    def accept() -> None:
        while not ended.is_set():
            try:
                near, _ = server.accept()
            except TimeoutError:
                continue
            Thread(target=serve, args=(near,), daemon=True).start()

    accepting = Thread(target=accept)
    accepting.start()
    try:
        port = server.getsockname()[1]
        yield url.replace(f":{to.port}/", f":{port}/") + "?sslmode=disable&gssencmode=disable", armed
    finally:
        ended.set()
        accepting.join()
        server.close()


def test_a_connection_that_is_cut_in_mid_commit_is_tried_again_and_counts_once(
    db: Database, database_url: str
) -> None:
    with cut_after(b"COMMIT", database_url) as (url, armed), Database(url, pool_size=1) as writer:
        put(writer, reading(0, 1, "in"))
        armed.set()
        with pytest.raises(StoreUnavailable):
            put(writer, reading(1, 2, "in"))
        armed.clear()
        wait_for(lambda: people(buckets(db)) == (3, 0))  # it had been committed
        assert put(writer, reading(1, 2, "in")) == Written(unchanged=1)
    assert people(buckets(db)) == (3, 0)


def test_a_server_that_only_reads_is_left_for_one_that_writes(db: Database, database_url: str) -> None:
    def written() -> bool:
        try:
            return put(standby, reading(0, 1, "in")).readings == 1
        except StoreUnavailable:  # the pool may have connected again before the server wrote again
            return False

    name = urlsplit(database_url).path.removeprefix("/")
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(f"alter database {name} set default_transaction_read_only = on")  # type: ignore[arg-type]
        with Database(database_url, pool_size=1) as standby:
            with pytest.raises(StoreUnavailable, match="read-only"):
                put(standby, reading(0, 1, "in"))
            conn.execute(f"alter database {name} reset default_transaction_read_only")  # type: ignore[arg-type]
            wait_for(written)


def test_too_many_connections(database_url: str) -> None:
    name = urlsplit(database_url).path.removeprefix("/")
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute(f"alter database {name} connection limit 1")  # type: ignore[arg-type]
        with Claims(database_url) as claims, pytest.raises(StoreUnavailable):
            claims.claim(1)
        with Database(database_url, wait_s=0.2) as db, pytest.raises(StoreUnavailable):
            put(db, reading(0, 1, "in"))


def test_a_lock_that_is_not_given(db: Database, database_url: str) -> None:
    put(db, reading(0, 1, "in"))
    with psycopg.connect(database_url) as other:
        other.execute("select from channel for update")
        with pytest.raises(StoreUnavailable), db.transaction() as conn:
            conn.execute("set local lock_timeout = '20ms'")
            conn.execute("update channel set key = key")


def test_a_deadlock(db: Database) -> None:
    put(db, reading(0, 1, "in"), reading(0, 1, "in", device="back"))
    both, failed = [Event(), Event()], list[Exception]()

    def lock(first: int) -> None:
        try:
            with db.transaction() as conn:
                conn.execute("update channel set key = key where channel_id = %s", (1 + first,))
                both[first].set()
                both[1 - first].wait(ANSWER_S)
                conn.execute("update channel set key = key where channel_id = %s", (2 - first,))
        except StoreUnavailable as exc:
            failed.append(exc)

    threads = [Thread(target=lock, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 1


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("float8", [0.1, -0.0, 1e300, 5e-324, 2.0**53, 40]),
        ("int8", [0, -1, 2**53]),
        (
            "timestamptz",
            [
                datetime(1970, 1, 1, 1, 2, 3, 4, UTC),
                datetime(2026, 10, 25, 2, tzinfo=timezone(timedelta(hours=1))),
            ],
        ),
        ("timestamptz", []),
        ("text", ["", "null", 'a "word"', "C:\\x", "{å, 𝄞}"]),
    ],
)
def test_a_column_comes_as_it_was_written(
    db: Database, kind: str, values: list[float | datetime | str]
) -> None:
    with db.transaction() as conn:
        found = conn.execute(f"select %s::text::{kind}[]", [array(values)]).fetchone()  # type: ignore[arg-type]
    assert found == (values,)
