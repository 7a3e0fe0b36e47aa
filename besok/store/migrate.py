"""Brings a database to the schema of this program.

`besok/store/migrations/NNNN_name.sql` run once, in order, each in a transaction of its own, and are frozen by
their hash once released. `besok/store/always/*.sql` (views, functions) run every time, and their version is
noted. All of it happens under one lock, so that several services may migrate at once. A database that a newer
program has migrated is left as it is.
"""

import logging
from collections.abc import Collection
from typing import LiteralString

import psycopg

from besok.model.errors import SchemaMismatch
from besok.model.metrics import METRICS
from besok.store import schema
from besok.store.database import Connection, sql, translated

log = logging.getLogger(__name__)
LOCK = 0x0BE50C  # any number, the same for every migrating process


def migrate(url: str, *, only: Collection[str] | None = None) -> list[str]:
    """Migrate the database at `url`; return the names of what ran. Raises SchemaMismatch, StoreUnavailable.

    `only`: as far as an older program has, for its backup; views and functions then come with the next migration.
    """
    with translated(migrating=True), psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        conn.execute("set client_min_messages = warning")
        conn.execute("select pg_advisory_lock(%s)", (LOCK,))
        schema.refuse_newer(conn)
        conn.execute(sql("migration_table"))
        if only is not None and (unknown := set(only) - schema.migrations().keys()):
            raise SchemaMismatch(f"this is of a newer program, which knows {min(unknown)}: install that one")
        wanted = [script for script in schema.scripts("migrations") if only is None or script[0] in only]
        ran = [name for name, text, digest in wanted if _once(conn, name, text, digest)]
        if only is None:
            _always(conn)
    return ran


def _once(conn: Connection, name: str, text: LiteralString, digest: str) -> bool:
    """Run the migration if this database has not had it."""
    known = conn.execute(sql("migration_get"), {"name": name}).fetchone()
    if known:
        if known[0] != digest:
            raise SchemaMismatch(
                f"migration {name} is not the one this database ran: install the program it came with"
            )
        return False
    with conn.transaction():
        conn.execute(text)
        conn.execute(sql("migration_add"), {"name": name, "digest": digest})
    log.info("migrated %s", name)
    return True


def _always(conn: Connection) -> None:
    """Replace views, functions and the catalogue of metrics."""
    made = schema.replaced()
    with conn.transaction():
        for _, text, _ in schema.scripts("always"):
            conn.execute(text)
        conn.cursor().executemany(
            sql("metric_upsert"), [{"code": m.code, "name": m.name, "unit": m.unit} for m in METRICS.values()]
        )
        conn.execute(sql("made_anew_put"), {"version": made.version, "digest": made.digest})
