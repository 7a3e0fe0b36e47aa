"""Migration of a database to the schema of this program.

`besok/store/migrations/NNNN_name.sql` run once, in order, each in a transaction of its own, and are frozen by
their hash once released; those named `NNNN_name_concurrently.sql` (indexes) statement by statement in none.
`besok/store/always/*.sql` (views, functions) run when they differ from last time, and their version is noted;
rights every time, as roles may be new. All of it runs under one lock, so that several services may migrate at
once. A database that a newer program has migrated is left as it is. An extension of which the server has a newer
version is updated before all else.

Pages are answered meanwhile: waiting for a lock on a table blocks all later readers, so each attempt waits for a
moment only.
"""

import logging
import re
import time
from collections.abc import Callable, Collection
from typing import LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict

from besok.model.errors import SchemaMismatch, StoreUnavailable
from besok.model.metrics import METRICS
from besok.store import schema
from besok.store.database import Connection, sql, translated

log = logging.getLogger(__name__)
LOCK = 0x0BE50C  # any number, the same for every migrating process
LOCK_WAIT_S = 0.3  # for a table that is being read: pages wait behind this for so long
PAUSE_S = 1.0  # between two attempts, in which they are answered
PATIENCE_S = 3600.0  # with long reads
BUSY = "for an hour somebody has read or written what has to change: end that, and run `besok migrate` again"
CONCURRENTLY = "_concurrently"
RIGHTS = "views_rights"


def migrate(url: str, *, only: Collection[str] | None = None) -> list[str]:
    """Migrate the database at `url`; return the names of what ran.

    Raises SchemaMismatch, StoreRefused, StoreUnavailable.

    `only`: the migrations of an older program, for its backup; views and functions follow with the next migration.
    """
    with translated(migrating=True):
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
            schema.refuse_newer(conn)
        update_extension(url, "timescaledb")
    with translated(migrating=True), psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        schema.refuse_encoding(conn)
        conn.execute("set client_min_messages = warning")
        while not conn.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()[0]:  # type: ignore[index]
            time.sleep(
                PAUSE_S
            )  # no statement waits, or an index that is built concurrently would wait for it
        schema.refuse_newer(conn)
        conn.execute(sql("migration_table"))
        if only is not None and (unknown := set(only) - schema.migrations().keys()):
            raise SchemaMismatch(f"this is of a newer program, which knows {min(unknown)}: install that one")
        selected = [script for script in schema.scripts("migrations") if only is None or script[0] in only]
        ran = [name for name, text, digest in selected if _once(conn, name, text, digest)]
        if only is None:
            _always(conn, migrated=bool(ran))
    return ran


def update_extension(url: str, name: str) -> None:
    """Update an extension to a newer version of the server, where our role may; else say what to do.

    The statement has to be the first of its session. Sessions that have begun before go on with the old library.
    """
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        there = conn.execute(sql("extension_versions"), {"name": name}).fetchone()
    if there is None or _parts(there[0]) >= _parts(there[1]):
        return
    given = str(conninfo_to_dict(url).get("options") or "")
    options = f"{given} -c lock_timeout={LOCK_WAIT_S * 1000:.0f}ms".strip()
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5, options=options) as conn:
            conn.execute(psycopg.sql.SQL("alter extension {} update").format(psycopg.sql.Identifier(name)))
        log.info("updated %s from %s to %s", name, *there)
    except psycopg.Error as exc:
        text = "%s stays at %s though the server has %s (%s): its owner can run `alter extension %s update`"
        log.warning(text, name, *there, str(exc).strip(), name)


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def _once(conn: Connection, name: str, text: LiteralString, digest: str) -> bool:
    """Run the migration unless it was applied to this database."""
    applied = conn.execute(sql("migration_get"), {"name": name}).fetchone()
    if applied:
        if applied[0] != digest:
            raise SchemaMismatch(
                f"migration {name} is not the one this database ran: install the program it came with"
            )
        return False

    def note() -> None:
        conn.execute(sql("migration_add"), {"name": name, "digest": digest})

    def run() -> None:
        conn.execute(text)
        note()

    if name.endswith(CONCURRENTLY):
        for statement in text.split(";\n"):
            conn.execute(statement)
        note()
    else:
        _between_readers(conn, run)
    log.info("migrated %s", name)
    return True


def _always(conn: Connection, *, migrated: bool) -> None:
    """Replace views, functions and metrics if they or their tables have changed, and grant roles their rights."""
    same = not migrated and schema.is_replaced(conn)

    def run() -> None:
        for name, text, _ in schema.scripts("always"):
            if name == RIGHTS or not same:
                conn.execute(text)
        if not same:
            conn.cursor().executemany(
                sql("metric_upsert"),
                [{"code": m.code, "name": m.name, "unit": m.unit} for m in METRICS.values()],
            )
            version = schema.replaced()
            conn.execute(sql("made_anew_put"), {"version": version.version, "digest": version.digest})

    _between_readers(conn, run)


def _between_readers(conn: Connection, run: Callable[[], None]) -> None:
    """Run it in one transaction, retried until no long read blocks it."""
    deadline, warned = time.monotonic() + PATIENCE_S, False
    while True:
        try:
            with conn.transaction():
                conn.execute(sql("lock_wait"), {"wait": f"{LOCK_WAIT_S * 1000:.0f}ms"})
                run()
        except psycopg.errors.LockNotAvailable as exc:
            if time.monotonic() > deadline:
                raise StoreUnavailable(BUSY) from exc
            if not warned:
                log.warning("Somebody reads or writes what has to change: trying again until that has ended")
            warned = True
            time.sleep(PAUSE_S)
        else:
            return
