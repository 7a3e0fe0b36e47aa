"""Whoever waits for an answer of the database; when nobody does any more, the statement is cancelled."""

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import psycopg

from besok.model.errors import Abandoned

CANCEL_S = 2.0  # that a server may take to hear of a cancellation


class Asker:
    """One who asks, and may leave. What only `reads` is then cancelled; what writes is finished."""

    def __init__(self, *, reads: bool) -> None:
        self.reads = reads
        self._lock = threading.Lock()
        self._running: set[psycopg.Connection[Any]] = set()
        self._gone = False

    @contextlib.contextmanager
    def waiting(self, conn: psycopg.Connection[Any]) -> Iterator[None]:
        """Wait for `conn` inside the block. Raises Abandoned if the asker has left or leaves meanwhile.

        A connection with a cancelled statement is closed: the cancellation could meet the next one's.
        """
        with self._lock:
            if self._gone and self.reads:
                raise Abandoned
            self._running.add(conn)
        try:
            yield
        except psycopg.Error as exc:
            if self._gone and self.reads:
                conn.close()
                raise Abandoned from exc
            raise
        finally:
            with self._lock:
                self._running.discard(conn)

    def leave(self) -> bool:
        """Let nothing more begin. True if something runs that `cancel` should end."""
        with self._lock:
            self._gone = True
            return self.reads and bool(self._running)

    def cancel(self) -> None:
        """Cancel what runs. It waits for the server: not on an event loop."""
        with self._lock:
            for conn in self._running:
                with contextlib.suppress(psycopg.Error):
                    conn.cancel_safe(timeout=CANCEL_S)


_asker: ContextVar[Asker | None] = ContextVar("besok_asker", default=None)


@contextlib.contextmanager
def asking(asker: Asker | None) -> Iterator[None]:
    """Let everything inside the block, threads it starts with this context included, ask for `asker`."""
    token = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(token)


def only_reads() -> None:
    """Say that what runs now writes nothing, so that it may be cancelled."""
    if asker := _asker.get():
        asker.reads = True


@contextlib.contextmanager
def waited_for(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """Wait for a reading statement on `conn` in the name of the present asker, if there is one."""
    asker = _asker.get()
    with asker.waiting(conn) if asker else contextlib.nullcontext():
        yield
