"""Clients waiting for answers of the database; when a client has left, its statement is cancelled."""

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import psycopg

from besok.model.errors import Abandoned

CANCEL_S = 2.0  # that a server may take to hear of a cancellation


class Asker:
    """A client that may leave before the answer; then what only `reads` is cancelled, and what writes is finished."""

    def __init__(self, *, reads: bool) -> None:
        self.reads = reads
        self._lock = threading.Lock()
        self._running: set[psycopg.Connection[Any]] = set()
        self._left = False

    @contextlib.contextmanager
    def waiting(self, conn: psycopg.Connection[Any]) -> Iterator[None]:
        """Wait for `conn` inside the block. Raises Abandoned if the asker has left or leaves meanwhile.

        A connection with a cancelled statement is closed: the cancellation could meet the next one's.
        """
        with self._lock:
            if self._left and self.reads:
                raise Abandoned
            self._running.add(conn)
        try:
            yield
        except psycopg.Error as exc:
            if self._left and self.reads:
                conn.close()
                raise Abandoned from exc
            raise
        finally:
            with self._lock:
                self._running.discard(conn)

    def leave(self) -> bool:
        """Prevent further statements. True if one is running that `cancel` should end."""
        with self._lock:
            self._left = True
            return self.reads and bool(self._running)

    def cancel(self) -> None:
        """Cancel the running statements. Waits for the server: not on an event loop."""
        with self._lock:
            for conn in self._running:
                with contextlib.suppress(psycopg.Error):
                    conn.cancel_safe(timeout=CANCEL_S)


_asker: ContextVar[Asker | None] = ContextVar("besok_asker", default=None)


@contextlib.contextmanager
def asking(asker: Asker | None) -> Iterator[None]:
    """Query on behalf of `asker` inside the block, also in threads started with this context."""
    token = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(token)


def only_reads() -> None:
    """Declare that the current work writes nothing, so that it may be cancelled."""
    if asker := _asker.get():
        asker.reads = True


@contextlib.contextmanager
def waited_for(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """Wait for a reading statement on `conn` on behalf of the current asker, if any."""
    asker = _asker.get()
    with asker.waiting(conn) if asker else contextlib.nullcontext():
        yield
