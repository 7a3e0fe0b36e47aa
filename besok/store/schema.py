"""Version of the database: the migrations applied to it, and the objects that every migration replaces.

The replaced objects (`besok/store/always/*.sql`, the catalogue of metrics) have a version too: the number of lines in
`besok/store/always/versions.txt`, each the digest of one version. So a program knows which of the
two is older.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import LiteralString

from besok.model import messages
from besok.model.errors import SchemaMismatch, StoreRefused
from besok.model.metrics import METRICS
from besok.store.database import Connection, Database, sql

FRESH_S = 5  # a database of this version is checked again after so long


@dataclass(frozen=True, slots=True)
class Replaced:
    """Views, functions and metrics as a migration replaced them."""

    version: int
    digest: str


NOTHING_YET = Replaced(0, "")


def scripts(folder: str) -> Iterator[tuple[str, LiteralString, str]]:
    """Name, text and digest of each script of the folder, in order."""
    for entry in sorted(files("besok.store").joinpath(folder).iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".sql"):
            text = entry.read_text("utf-8")
            yield entry.name[:-4], text, hashlib.sha256(text.encode()).hexdigest()


@cache  # what the program was when it started, whatever is installed over it meanwhile
def migrations() -> dict[str, str]:
    """Return the digest of each migration of this program."""
    return {name: digest for name, _, digest in scripts("migrations")}


@cache
def replaced() -> Replaced:
    """Return version and digest of what this program replaces with every migration."""
    catalogue = [f"{m.code} {m.name} {m.unit}" for m in METRICS.values()]
    parts = [digest for _, _, digest in scripts("always")] + sorted(catalogue)
    versions = files("besok.store").joinpath("always", "versions.txt").read_text("utf-8").split()
    return Replaced(len(versions), hashlib.sha256("\n".join(parts).encode()).hexdigest())


def mismatch(conn: Connection) -> messages.Translatable | None:
    """Describe how the version of the database differs; None if it is this program's."""
    applied, current = _applied(conn), _replaced(conn)
    if applied.keys() - migrations().keys() or current.version > replaced().version:
        return messages.DATABASE_NEWER
    return messages.DATABASE_OLDER if applied != migrations() or current != replaced() else None


def is_replaced(conn: Connection) -> bool:
    """Tell whether views, functions and metrics of the database are this program's."""
    return _replaced(conn) == replaced()


def refuse_encoding(conn: Connection) -> None:
    """Raise StoreRefused if the database cannot hold every letter."""
    encoding = conn.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreRefused(
            f"the database has the encoding {encoding}: make another with UTF8"
            " (createdb --template template0 --encoding UTF8 --locale C.UTF-8)"
        )


def refuse_newer(conn: Connection) -> None:
    """Raise SchemaMismatch if a newer program has migrated the database."""
    if mismatch(conn) is messages.DATABASE_NEWER:
        raise SchemaMismatch(messages.DATABASE_NEWER)


def check(db: Database) -> None:
    """Raise SchemaMismatch if the database is not of this program's version, StoreUnavailable."""
    with db.transaction() as conn:
        message = mismatch(conn)
    if message:
        raise SchemaMismatch(message)


class Watch:
    """Repeated checks of the version, at most every FRESH_S seconds while it is right."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._checked = float("-inf")  # on the monotonic clock: the last check without error

    def check(self, *, now: bool = False) -> None:
        """Check as `check` does, but not again within FRESH_S after a success, except `now`."""
        if now or time.monotonic() > self._checked + FRESH_S:
            check(self._db)
            self._checked = time.monotonic()


def has_migrated(conn: Connection) -> bool:
    """Tell whether the database has had any migration."""
    return bool(_applied(conn))


def _applied(conn: Connection) -> dict[str, str]:
    return dict(conn.execute(sql("migrations_had")).fetchall()) if _exists(conn, "migration") else {}


def _replaced(conn: Connection) -> Replaced:
    row = conn.execute(sql("made_anew")).fetchone() if _exists(conn, "made_anew") else None
    return Replaced(*row) if row else NOTHING_YET


def _exists(conn: Connection, table: str) -> bool:
    row = conn.execute("select to_regclass(%s) is not null", (table,)).fetchone()
    return bool(row and row[0])
