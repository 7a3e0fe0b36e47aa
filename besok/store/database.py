"""Connections to the database, named SQL, and driver errors as errors of this program."""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from functools import cache
from importlib.resources import files
from operator import methodcaller
from typing import Any, LiteralString, Self, TypeVar

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from besok.model import messages
from besok.model.errors import SchemaMismatch, StoreRefused, StoreSlow, StoreUnavailable
from besok.store.asker import waited_for

log = logging.getLogger(__name__)
set_json_loads(msgspec.json.decode)
Row = TypeVar("Row")
Connection = psycopg.Connection[Any]

CONNECT_TIMEOUT_S = 5
POOL_WAIT_S = 10

IDLE_S = 10  # that a transaction may wait for us between two statements

# SQLSTATE classes and codes after which the same statement may succeed: connection, transaction rolled back (deadlock,
# serialization), resources (disk full, memory, connections), operator intervention, system error; a server that only
# reads (a standby, or a primary that became one), transactions silent or long for too long, something in use, a lock;
# rights that somebody has taken away, and may give back; statements that a pooler between us has mixed up.
_TEMPORARY_CLASSES = ("08", "26", "40", "53", "57", "58")
_TEMPORARY_CODES = ("25006", "25P03", "25P04", "42501", "42P05", "55006", "55P03")

CANCELED = "57014"  # by the statement timeout or an administrator; by this program only where no client waits any more

# No such table, column, function, schema; not of that type: what we ask for does not fit what is there.
_UNFIT_CLASSES = ("3F", "42")


def session(idle_s: int = IDLE_S, statement_s: float = 0, *, one_core: bool = False) -> dict[str, Any]:
    """Return connection parameters by which either side detects a host or network that vanished.

    The client detects it within half a minute and reconnects. The server releases the locks of a transaction idle for
    `idle_s` seconds: else a client that reconnects would wait for its own locks. It ends a statement after
    `statement_s` seconds (0: the limit of its role), and gives it `one_core` where others must not wait for it.
    """
    probes = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    settings = {
        "timezone": "UTC",
        "jit": "off",  # compiling a statement over many chunks takes longer than running it
        "idle_in_transaction_session_timeout": f"{idle_s}s",
        "client_connection_check_interval": "5s",
        "tcp_user_timeout": "30s",
        **(
            {"statement_timeout": f"{statement_s * 1000:.0f}"} if statement_s else {}
        ),  # else that of the role
        **({"max_parallel_workers_per_gather": "0"} if one_core else {}),
        **{f"tcp_{name}": number for name, number in probes.items()},
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return {"connect_timeout": CONNECT_TIMEOUT_S, "tcp_user_timeout": 30_000, "options": options, **probes}


@cache
def statements() -> dict[str, LiteralString]:
    """Return the named statements of besok/store/sql/*.sql. Raises ValueError for a duplicate name."""
    statements_by_name: dict[str, LiteralString] = {}
    for file in sorted(files("besok.store").joinpath("sql").iterdir(), key=lambda file: file.name):
        _, *parts = file.read_text("utf-8").split("-- name: ")
        for part in parts:
            name, _, text = part.partition("\n")
            if name in statements_by_name:
                raise ValueError(f"{file.name}: {name} is there twice")
            statements_by_name[name] = text.strip()
    return statements_by_name


def sql(name: str) -> LiteralString:
    """Return the statement that follows `-- name: <name>` in besok/store/sql/."""
    return statements()[name]


@contextmanager
def translated(*, migrating: bool = False) -> Iterator[None]:
    """Translate errors of the driver into StoreUnavailable (retry), SchemaMismatch (retry once the database was
    migrated; never raised while `migrating`) or StoreRefused (do not retry).
    """
    try:
        yield
    except (PoolTimeout, PoolClosed) as exc:
        raise StoreUnavailable(f"the database cannot be reached: {_one_line(exc)}") from exc
    except psycopg.Error as exc:
        state = exc.sqlstate
        lost = state is None and isinstance(exc, psycopg.OperationalError | psycopg.InterfaceError)
        if state == CANCELED:
            raise StoreSlow(messages.TOOK_TOO_LONG) from exc
        passing = state and (state.startswith(_TEMPORARY_CLASSES) or state in _TEMPORARY_CODES)
        if lost or passing or _is_outdated_plan(exc):
            raise StoreUnavailable(f"the database cannot answer now: {_one_line(exc)}") from exc
        if state and state.startswith(_UNFIT_CLASSES) and not migrating:
            raise SchemaMismatch(messages.DATABASE_UNFIT) from exc
        raise StoreRefused(f"the database refused: {exc}") from exc


def _one_line(exc: Exception) -> str:
    return " ".join(str(exc).split())


def _is_outdated_plan(exc: psycopg.Error) -> bool:
    """Tell whether a migration replaced what a prepared statement reads; in any language of the server."""
    return exc.sqlstate == "0A000" and exc.diag.source_function == "RevalidateCachedQuery"


_plain = methodcaller("item")  # of a NumPy number


def array(values: Iterable[int | float | datetime | str]) -> str:
    """Format a PostgreSQL array, several times faster than the driver for thousands of values.

    Texts must have no control characters, which JSON writes in another way.
    """
    return "{" + msgspec.json.encode(list(values), enc_hook=_plain).decode()[1:-1] + "}"


def fetch(conn: Connection, query: str, row: type[Row], **params: object) -> list[Row]:
    """Return the rows of the named query, each as a `row`; JSON objects become the types of their fields."""
    with conn.cursor(row_factory=dict_row) as cur:
        rows = cur.execute(sql(query), params).fetchall()
    return msgspec.convert(rows, list[row])  # type: ignore[valid-type]


def fetch_one(conn: Connection, query: str, row: type[Row], **params: object) -> Row | None:
    """Return the first row of the named query, None if there is none."""
    return next(iter(fetch(conn, query, row, **params)), None)


def values_of(row: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as parameters of a query, which uses those it names."""
    return {field.name: getattr(row, field.name) for field in fields(row)}


class _Pool(ConnectionPool):
    """A pool that says why it has no connection."""

    _failure = ""  # of the last attempt, unless a connection was lent since

    def _connect(self, timeout: float | None = None) -> Connection:
        self._failure = self._failure or "nothing answers"
        try:
            return super()._connect(timeout)
        except Exception as exc:
            self._failure = str(exc)
            raise

    def getconn(self, timeout: float | None = None) -> Connection:
        try:
            lent = super().getconn(timeout)
        except PoolTimeout as exc:
            raise PoolTimeout(self._failure or str(exc)) from exc
        self._failure = ""
        return lent


class Database:
    """A pool of connections to one TimescaleDB. An unreachable database fails the call, not the start."""

    def __init__(
        self,
        url: str,
        pool_size: int = 8,
        wait_s: float = POOL_WAIT_S,
        *,
        statement_s: float = 0,
        one_core: bool = False,
    ) -> None:
        """Prepare a pool; a call waits `wait_s` for a free or a new connection before it raises StoreUnavailable.

        A statement that takes more than `statement_s` seconds (0: no limit) raises StoreSlow.
        """
        self._pool = _Pool(
            url,
            min_size=1,
            max_size=pool_size,
            timeout=wait_s,
            open=False,
            check=ConnectionPool.check_connection,
            kwargs={
                **session(statement_s=statement_s, one_core=one_core),
                "application_name": "besok",
                "autocommit": True,
            },
            reconnect_timeout=0,
        )
        self.channels: dict[tuple[str, str, str], tuple[int, int]] = {}  # known channels; ids never change

    def __enter__(self) -> Self:
        self._pool.open()
        return self

    def __exit__(self, *exc: object) -> None:
        self._pool.close()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """Lend a connection that commits each statement.

        A connection to a server that only reads is given up, since that server may never write again and another one
        of the hosts may; and one that has prepared what is not so any more.
        """
        with translated(), self._pool.connection() as conn:
            try:
                yield conn
            except (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.FeatureNotSupported):
                conn.close()
                raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend a connection inside one transaction: committed at the end, rolled back if anything is raised."""
        with self._connection() as conn, conn.transaction():
            yield conn

    def is_full(self) -> bool:
        """Tell whether the disk of the database is full. Raises StoreError where it cannot be asked."""
        try:
            with self.transaction() as conn:
                conn.execute(sql("disk_try"))
        except StoreUnavailable as exc:
            if isinstance(exc.__cause__, psycopg.errors.DiskFull):
                return True
            raise
        return False

    def pool_stats(self) -> dict[str, int]:
        """Return the figures of the pool, by the names that psycopg gives them."""
        return self._pool.get_stats()

    @contextmanager
    def rehearsal(self) -> Iterator["Database"]:
        """Lend a database in which whatever is done can be seen, and is undone at the end."""
        with self.transaction() as conn:
            conn.execute(sql("rehearsal_idle"))
            yield OneConnection(conn)
            raise psycopg.Rollback

    def fetch(self, query: str, row: type[Row], **params: object) -> list[Row]:
        """Return the rows of the named query in a transaction of their own, as the function of this name does."""
        with self._connection() as conn, waited_for(conn):
            return fetch(conn, query, row, **params)

    def columns(self, query: str, **params: object) -> dict[str, Sequence[Any]]:
        """Return the rows of the named query as columns, by name: of many rows a third of the time."""
        with self._connection() as conn, waited_for(conn):
            cur = conn.execute(sql(query), params)
            names = [column.name for column in cur.description or ()]
            rows = cur.fetchall()
        return dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))

    def rows(self, query: str, **params: object) -> list[tuple[Any, ...]]:
        """Return the rows of the named query as tuples."""
        with self._connection() as conn, waited_for(conn):
            return conn.execute(sql(query), params).fetchall()

    def fetch_one(self, query: str, row: type[Row], **params: object) -> Row | None:
        """Return the first row of the named query, None if there is none."""
        return next(iter(self.fetch(query, row, **params)), None)

    def run(self, statement: str, params: Mapping[str, object] | None = None) -> int:
        """Execute the named statement and return the number of rows it touched."""
        with self._connection() as conn:
            return conn.execute(sql(statement), params).rowcount


class OneConnection(Database):
    """Database on one connection, in its open transaction if any; refuses calls once `ended` is set."""

    def __init__(self, conn: Connection, ended: threading.Event | None = None) -> None:
        self._conn, self._ended = conn, ended
        self.channels = {}

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if self._ended and self._ended.is_set():
            raise StoreSlow(messages.TOOK_TOO_LONG)
        with translated():
            yield self._conn
