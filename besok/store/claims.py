"""A connection that claims sites: as long as it lives, no other worker works on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import psycopg

from besok.model.errors import StoreUnavailable
from besok.store.database import Connection, session, sql, translated

IDLE_S = 60  # between two statements of a transaction, in which days are estimated


class Claims:
    """Work and claim share one connection, so whoever loses the claim has lost the transaction too.

    A lost connection raises StoreUnavailable; the next transaction connects again, with nothing claimed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._conn: Connection | None = None
        self._held: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Lend the connection inside one transaction. Raises StoreUnavailable, SchemaMismatch or StoreRefused."""
        try:
            with translated():
                conn = self._connected()
                with conn.transaction():
                    yield conn
        except StoreUnavailable as exc:
            outdated = isinstance(exc.__cause__, psycopg.errors.FeatureNotSupported)  # what it has prepared
            if self._conn and (self._conn.broken or outdated):
                self.release()
            raise

    def claim(self, site_id: int) -> bool:
        """Tell whether the site is this connection's, if need be from now on."""
        if site_id not in self._held:
            with self.transaction() as conn:
                row = conn.execute(sql("claim"), {"site_id": site_id}).fetchone()
            if row and row[0]:
                self._held.add(site_id)
        return site_id in self._held

    def release(self) -> None:
        """Let go of all that is claimed, and of the connection."""
        self._held.clear()
        if self._conn:
            self._conn.close()
            self._conn = None

    def _connected(self) -> Connection:
        if self._conn is None or self._conn.closed:
            self.release()
            self._conn = psycopg.connect(
                self._url, autocommit=True, application_name="besok jobs", **session(IDLE_S)
            )
        return self._conn
