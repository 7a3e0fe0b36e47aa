"""Claims on sites and duties through one connection: while it is open, no other worker works on them."""

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
    """Connection shared by claim and work, so that losing the claim also loses the transaction.

    A lost connection raises StoreUnavailable; the next transaction connects again, with nothing claimed.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._conn: Connection | None = None
        self._claimed: set[int] = set()

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
        """Lend the connection for a duty claimed by no other worker; None if one has claimed it.

        After `limit_s` seconds the running statement is cancelled and further ones are refused: StoreSlow.
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
                _release_duty(conn, name)

    def claim(self, site_id: int) -> bool:
        """Claim a site unless already claimed here; tell whether it is this connection's."""
        if site_id not in self._claimed:
            with self.transaction() as conn:
                row = conn.execute(sql("claim"), {"site_id": site_id}).fetchone()
            if row and row[0]:
                self._claimed.add(site_id)
        return site_id in self._claimed

    def give_up(self, site_id: int) -> None:
        """Leave a site to other workers."""
        self._claimed.discard(site_id)
        with self.transaction() as conn:
            conn.execute(sql("claim_give_up"), {"site_id": site_id})

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        try:
            with translated():
                yield self._connected()
        except StoreUnavailable as exc:
            outdated = isinstance(exc.__cause__, psycopg.errors.FeatureNotSupported)  # a prepared statement
            if self._conn and (self._conn.broken or outdated):
                self.release()
            raise

    def release(self) -> None:
        """Release all claims and close the connection."""
        self._claimed.clear()
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


def _release_duty(conn: Connection, duty: str) -> None:
    """Release a duty, also when a late cancellation arrives."""
    try:
        conn.execute(sql("duty_release"), {"duty": duty})
    except psycopg.errors.QueryCanceled:
        conn.execute(sql("duty_release"), {"duty": duty})
