"""Limits on idle HTTP connections: their number, and the time they may be silent."""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTION_LIMIT: Final = (
    800  # below the 1024 open files that a process may usually have, its own files among them
)
SILENT_S: Final = 20  # until the headers of a request, or of the next one, must have come
BODY_S: Final = 30  # until the rest of a request must have come, and longer for what comes of it
LEAST_RATE: Final = 20_000  # bytes a second that a large one must come with
UNREAD_S: Final = 60  # that an answer may wait for its reader


class GuardedProtocol(H11Protocol):
    """Close connections that send no request in time, or do not read; of too many, the longest silent one.

    h11 itself refuses headers of more than 64 kB.
    """

    _timer: asyncio.TimerHandle | None = None
    _waits_for_body = False
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start waiting for a request, and make room for the connection."""
        super().connection_made(transport)
        self._wait(SILENT_S)
        if len(self.connections) > CONNECTION_LIMIT:
            silent = {
                c: c._timer.when() for c in self.connections if isinstance(c, GuardedProtocol) and c._timer
            }
            min(silent, key=silent.__getitem__)._drop()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of the request."""
        super().data_received(data)
        if self._waits_for_body and self._timer:
            self._arm(self._timer.when() + len(data) / LEAST_RATE)
        self._see()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand the connection over to the WebSocket protocol, which has its own time limits."""
        self._wait_no_more()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._wait(SILENT_S)
        super().on_response_complete()
        self._see()

    def pause_writing(self) -> None:
        """Start the time limit of a slow reader."""
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the time limit of the reader."""
        if self._unread:
            self._unread.cancel()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._wait_no_more()
        if self._unread:
            self._unread.cancel()
        super().connection_lost(exc)

    def _drop(self) -> None:
        """Close at once, and be silent no more: others may come before the loop tells that this one is lost."""
        self._wait_no_more()
        self.transport.abort()

    def _see(self) -> None:
        """Stop the timer if the request is complete; restart it for the body if only the headers are."""
        if not self.cycle or self.cycle.response_complete:
            return
        if not self.cycle.more_body:
            self._wait_no_more()
        elif not self._waits_for_body:
            self._wait(BODY_S)
            self._waits_for_body = True

    def _wait(self, seconds: float) -> None:
        self._waits_for_body = False
        self._arm(self.loop.time() + seconds)

    def _arm(self, when: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self.loop.call_at(when, self.transport.abort)

    def _wait_no_more(self) -> None:
        self._waits_for_body = False
        if self._timer:
            self._timer.cancel()
            self._timer = None
