"""Databases of tests: how they are named by type, and how they end."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import psycopg
from psycopg import sql

from besok.store.database import Database, OneConnection, translated

PATIENCE_S = 60
FreshUrl = Callable[..., AbstractContextManager[str]]  # a database for the length of a block; its address


def drop(conn: psycopg.Connection[Any], name: str) -> None:
    """Remove a database with whoever is connected to it.

    A worker of the server itself (autovacuum, TimescaleDB) may not be ended by us: it is waited for.
    """
    statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    patience = time.monotonic() + PATIENCE_S
    while True:
        try:
            conn.execute(statement)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            if time.monotonic() > patience:
                raise
            time.sleep(0.2)
        else:
            return


class Undone(OneConnection):
    """A database inside one transaction: each of ours is a part of it, and leaves behind what it would."""

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        with translated(), self._conn.transaction():
            yield self._conn

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        with self._connection() as conn:
            yield conn
            conn.execute("discard temp")  # they are gone on commit


@contextmanager
def undone(conn: psycopg.Connection[Any]) -> Iterator[Undone]:
    """Lend a database as it is; whatever is done in it is undone. As it was made, the numbers it gives begin with 1."""
    with conn.transaction(force_rollback=True) as begun:
        if not begun.savepoint_name:
            conn.execute(
                "select setval(format('%I.%I', schemaname, sequencename), start_value, false)"
                " from pg_sequences where schemaname = 'public'"
            )
        yield Undone(conn)


def waiting(db: Database) -> int:
    """Return how many connections to this database wait for a lock."""
    waits = "select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return len(execute(db, waits))


def execute(db: Database, statement: str, params: Sequence[object] | Mapping[str, object] = ()) -> list[Any]:
    """Execute a statement of the test's own in a transaction of its own, and return the rows it gives."""
    with db.transaction() as conn:
        found = conn.execute(statement, params or None)
        return found.fetchall() if found.description else []
