"""HTTP connections that cost little while they say nothing: their number and their silence have limits."""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

CONNECTION_LIMIT: Final = 400  # well below the 1024 open files that a process may usually have
SILENT_S: Final = 20  # until the headers of a request, or of the next one, must have come


class GuardedProtocol(H11Protocol):
    """Closes connections that send no request in time; where there are too many, the one that is silent longest.

    h11 itself refuses headers of more than 64 kB.
    """

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, and make room for it."""
        super().connection_made(transport)
        self._await_request()
        if len(self.connections) > CONNECTION_LIMIT:
            silent = {
                c: c._timer.when() for c in self.connections if isinstance(c, GuardedProtocol) and c._timer
            }
            min(silent, key=silent.__getitem__)._drop()

    def data_received(self, data: bytes) -> None:
        """Wait no more once the headers are there."""
        super().data_received(data)
        self._see()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._await_request()
        super().on_response_complete()
        self._see()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _drop(self) -> None:
        """Close at once, and be silent no more: others may come before the loop tells that this one is lost."""
        self._wait_no_more()
        self.transport.abort()

    def _see(self) -> None:
        """Stop the clock if a request has come."""
        if self.cycle and not self.cycle.response_complete:
            self._wait_no_more()

    def _await_request(self) -> None:
        self._wait_no_more()
        self._timer = self.loop.call_later(SILENT_S, self.transport.abort)

    def _wait_no_more(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
