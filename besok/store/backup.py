"""Contents of the database, table by table, for backup, restore and export.

Rows travel in PostgreSQL's text form, not as a dump of the server: a restore needs no superuser, and neither the
edition nor the version of TimescaleDB that the backup was made with. A digest is the sum of a hash of every row, so
that it does not depend on their order, which a restore changes.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql as compose

from besok.store import schema
from besok.store.database import Connection, fetch, session, sql, translated

CHUNK = 1 << 20  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table and its columns, without those that are computed."""

    name: str
    columns: list[str]

    def of(self, text: LiteralString, **parts: compose.Composable) -> compose.Composed:
        """Fill name and columns into a statement, and the other parts that it names."""
        columns = compose.SQL(", ").join(map(compose.Identifier, self.columns))
        return compose.SQL(text).format(table=compose.Identifier(self.name), columns=columns, **parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """How many rows a table has, and their digest."""

    rows: int
    digest: str


class Snapshot:
    """A connection that sees the database as it was at one moment."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def migrations(self) -> list[str]:
        """Return the migrations applied to the database, in order."""
        return [name for (name, *_) in self._conn.execute("select name from migration order by name")]

    def tables(self) -> list[Table]:
        """Return all tables of this program, referenced tables first."""
        return tables(self._conn)

    def content(self, table: Table) -> Content:
        """Return rows and digest of a table."""
        return content(self._conn, table)

    def open_views(self) -> list[Table]:
        """Return the views whose names and columns stay as they are documented."""
        return fetch(self._conn, "open_views", Table)

    def rows(self, table: Table) -> int:
        """Return how many rows a table or view has."""
        row = self._conn.execute(table.of("select count(*) from {table}")).fetchone()
        assert row
        return int(row[0])

    def copy(
        self, table: Table, form: LiteralString = "format text"
    ) -> Iterator[bytes | bytearray | memoryview]:
        """Yield the rows of a table in a form of COPY."""
        text: LiteralString = "copy (select {columns} from {table}) to stdout ({form})"
        with self._conn.cursor() as cur, cur.copy(table.of(text, form=compose.SQL(form))) as rows:
            yield from rows


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """Open a consistent read-only snapshot of the database. Raises StoreUnavailable."""
    with translated(), psycopg.connect(url, **session(idle_s=0)) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        conn.execute("lock table reading in access share mode")  # no part of it is dropped meanwhile
        yield Snapshot(conn)


def tables(conn: Connection) -> list[Table]:
    """Return all tables of this program, referenced tables first."""
    return fetch(conn, "backup_tables", Table)


def content(conn: Connection, table: Table) -> Content:
    """Return rows and digest of a table."""
    question = (
        "select count(*), coalesce(sum(hashtextextended(row({columns})::text, 0)), 0)::text from {table}"
    )
    row = conn.execute(table.of(question)).fetchone()
    assert row
    return Content(rows=row[0], digest=row[1])


def is_empty(url: str) -> bool:
    """Tell whether a database has no tables of this program yet. Raises StoreRefused."""
    with translated(), psycopg.connect(url, **session()) as conn:
        schema.refuse_encoding(conn)
        return not tables(conn) and not schema.has_migrated(conn)


def fill(url: str, sources: Iterable[tuple[Table, Callable[[int], bytes]]]) -> dict[str, Content]:
    """Write tables (each with a reader of so many bytes of its rows) into a migrated database.

    All or nothing, in one transaction. Return the content of each table afterwards.
    """
    with translated(), psycopg.connect(url, **session(idle_s=0)) as conn:
        existing = tables(conn)
        triggers = {name for (name,) in conn.execute(sql("backup_triggers"))}
        watched = [table for table in existing if table.name in triggers]
        for table in watched:
            conn.execute(table.of("alter table {table} disable trigger user"))
        everything = compose.SQL(", ").join(compose.Identifier(table.name) for table in existing)
        conn.execute(compose.SQL("truncate {}").format(everything))
        contents = {}
        for table, read in sources:
            with conn.cursor() as cur, cur.copy(table.of("copy {table} ({columns}) from stdin")) as rows:
                while block := read(CHUNK):
                    rows.write(block)
            contents[table.name] = content(conn, table)
        for table in watched:
            conn.execute(table.of("alter table {table} enable trigger user"))
        for name, column, sequence in conn.execute(sql("backup_sequences")).fetchall():
            highest = compose.SQL(
                "select setval(%s, max({column})) from {table} having max({column}) is not null"
            )
            statement = highest.format(table=compose.Identifier(name), column=compose.Identifier(column))
            conn.execute(statement, (sequence,))
    with translated(), psycopg.connect(url, autocommit=True, **session(idle_s=0)) as conn:
        conn.execute("analyze")
    return contents
