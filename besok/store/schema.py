"""Version of the database: the migrations it has had, and what every migration replaces.

What is replaced (`besok/store/always/*.sql`, the catalogue of metrics) has a version too: the number of lines in
`besok/store/always/versions.txt`, of which each is the digest of what it then was. So a program knows which
of the two is the older one.
"""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import LiteralString

from besok.model import messages
from besok.model.errors import SchemaMismatch
from besok.model.metrics import METRICS
from besok.store.database import Connection, Database, sql

FRESH_S = 5  # a database that was of our version is asked again after so long


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
    """Return what this program replaces with every migration."""
    catalogue = [f"{m.code} {m.name} {m.unit}" for m in METRICS.values()]
    parts = [digest for _, _, digest in scripts("always")] + sorted(catalogue)
    versions = files("besok.store").joinpath("always", "versions.txt").read_text("utf-8").split()
    return Replaced(len(versions), hashlib.sha256("\n".join(parts).encode()).hexdigest())


def mismatch(conn: Connection) -> messages.Translatable | None:
    """Describe how the version of the database differs; None if it is this program's."""
    had, made = _had(conn), _replaced(conn)
    if had.keys() - migrations().keys() or made.version > replaced().version:
        return messages.DATABASE_NEWER
    return messages.DATABASE_OLDER if had != migrations() or made != replaced() else None


def is_replaced(conn: Connection) -> bool:
    """Tell whether views, functions and metrics of the database are this program's."""
    return _replaced(conn) == replaced()


def refuse_newer(conn: Connection) -> None:
    """Raise SchemaMismatch if a newer program has migrated the database."""
    if mismatch(conn) is messages.DATABASE_NEWER:
        raise SchemaMismatch(messages.DATABASE_NEWER)


def check(db: Database) -> None:
    """Raise SchemaMismatch if the database is not of this program's version, StoreUnavailable."""
    with db.transaction() as conn:
        said = mismatch(conn)
    if said:
        raise SchemaMismatch(said)


class Watch:
    """Checks as often as it is worth while."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._good = float("-inf")  # on the clock, when it last was

    def check(self, *, now: bool = False) -> None:
        """As `check`; what was good lately is not asked again, except `now`."""
        if now or time.monotonic() > self._good + FRESH_S:
            check(self._db)
            self._good = time.monotonic()


def has_migrated(conn: Connection) -> bool:
    """Tell whether the database has had any migration."""
    return bool(_had(conn))


def _had(conn: Connection) -> dict[str, str]:
    return dict(conn.execute(sql("migrations_had")).fetchall()) if _is_there(conn, "migration") else {}


def _replaced(conn: Connection) -> Replaced:
    row = conn.execute(sql("made_anew")).fetchone() if _is_there(conn, "made_anew") else None
    return Replaced(*row) if row else NOTHING_YET


def _is_there(conn: Connection, table: str) -> bool:
    row = conn.execute("select to_regclass(%s) is not null", (table,)).fetchone()
    return bool(row and row[0])
