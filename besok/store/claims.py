"""A connection that claims sites and duties: as long as it lives, no other worker works on them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

import psycopg

from besok.model.errors import StoreUnavailable
from besok.store.asker import CANCEL_S
from besok.store.database import Connection, Database, OneConnection, session, sql, translated

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
        with self._lent() as conn, conn.transaction():
            yield conn

    @contextmanager
    def duty(self, name: str, limit_s: float) -> Iterator[Database | None]:
        """Lend the connection for a duty that no other worker does meanwhile; None where one does.

        After `limit_s` seconds what runs on it is cancelled, and nothing more begins: StoreSlow.
        """
        with self._lent() as conn:
            row = conn.execute(sql("duty_claim"), {"duty": name}).fetchone()
            if not (row and row[0]):
                yield None
                return
            ended = threading.Event()
            timer = threading.Timer(limit_s, _end, (conn, ended))
            timer.daemon = True
            timer.start()
            try:
                yield OneConnection(conn, ended)
            finally:
                timer.cancel()
                timer.join()
                _let_go(conn, name)

    def claim(self, site_id: int) -> bool:
        """Tell whether the site is this connection's, if need be from now on."""
        if site_id not in self._held:
            with self.transaction() as conn:
                row = conn.execute(sql("claim"), {"site_id": site_id}).fetchone()
            if row and row[0]:
                self._held.add(site_id)
        return site_id in self._held

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        try:
            with translated():
                yield self._connected()
        except StoreUnavailable as exc:
            outdated = isinstance(exc.__cause__, psycopg.errors.FeatureNotSupported)  # what it has prepared
            if self._conn and (self._conn.broken or outdated):
                self.release()
            raise

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


def _end(conn: Connection, ended: threading.Event) -> None:
    ended.set()
    with suppress(psycopg.Error):
        conn.cancel_safe(timeout=CANCEL_S)


def _let_go(conn: Connection, duty: str) -> None:
    """Let others have a duty; a cancellation that comes late must not prevent it."""
    try:
        conn.execute(sql("duty_release"), {"duty": duty})
    except psycopg.errors.QueryCanceled:
        conn.execute(sql("duty_release"), {"duty": duty})
