"""Brings a database to the schema of this program.

`store/migrations/NNNN_name.sql` run once, in order, each in a transaction of its own, and are frozen by their hash once
released. `store/always/*.sql` (views, functions) run every time. All of it happens under one lock, so that
several services may migrate at once.
"""

import hashlib
import logging
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, LiteralString

import psycopg

from core.errors import SchemaMismatch
from core.metrics import METRICS
from store.database import sql, translated

log = logging.getLogger(__name__)
LOCK = 0x0BE50C  # any number, the same for every migrating process


def _scripts(folder: str) -> Iterator[tuple[str, LiteralString, str]]:
    """Name, text and hash of each script of the folder, in order."""
    for entry in sorted(files("store").joinpath(folder).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".sql"):
            text = entry.read_text("utf-8")
            yield entry.name[:-4], text, hashlib.sha256(text.encode()).hexdigest()


def migrate(url: str) -> list[str]:
    """Migrates the database at `url`; the names of the migrations that ran. Raises SchemaMismatch, StoreUnavailable."""
    with translated(), psycopg.connect(url, autocommit=True, connect_timeout=5) as conn:
        conn.execute("set client_min_messages = warning")
        conn.execute("select pg_advisory_lock(%s)", (LOCK,))
        conn.execute(sql("migration_table"))
        ran = [name for name, text, digest in _scripts("migrations") if _once(conn, name, text, digest)]
        with conn.transaction():
            for _, text, _ in _scripts("always"):
                conn.execute(text)
            conn.cursor().executemany(
                sql("metric_upsert"), [{"code": m.code, "name": m.name, "unit": m.unit} for m in METRICS.values()]
            )
        _unknown(conn)
    return ran


def _once(conn: psycopg.Connection[Any], name: str, text: LiteralString, digest: str) -> bool:
    """Runs the migration if this database has not had it."""
    known = conn.execute(sql("migration_get"), {"name": name}).fetchone()
    if known:
        if known[0] != digest:
            raise SchemaMismatch(f"migration {name} is not the one this database ran: install the program it came with")
        return False
    with conn.transaction():
        conn.execute(text)
        conn.execute(sql("migration_add"), {"name": name, "digest": digest})
    log.info("migrated %s", name)
    return True


def _unknown(conn: psycopg.Connection[Any]) -> None:
    ours = [name for name, _, _ in _scripts("migrations")]
    newer = conn.execute(sql("migration_unknown"), {"ours": ours}).fetchall()
    if newer:
        raise SchemaMismatch(f"the database is newer than this program (it ran {newer[0][0]}): install a newer Besök")


def pending(conn: psycopg.Connection[Any]) -> list[str]:
    """The migrations of this program that the database has not had."""
    names = [name for name, _, _ in _scripts("migrations")]
    if not conn.execute("select to_regclass('migration') is not null").fetchone()[0]:  # type: ignore[index]
        return names
    return [name for name in names if not conn.execute(sql("migration_get"), {"name": name}).fetchone()]
