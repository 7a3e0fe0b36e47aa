"""Cancellation of database queries whose caller has disconnected."""

import asyncio
import contextlib
from concurrent.futures import ThreadPoolExecutor

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from besok.store.asker import Asker, asking

READING = ("GET", "HEAD")
_threads = ThreadPoolExecutor(
    2, "departure"
)  # of their own: the others may all wait for what is to be cancelled


class Departure:
    """Listens to whether the caller is still there, from the end of the request on.

    What is shared by many, a live stream, is asked in nobody's name.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].endswith("/stream"):
            return await self.app(scope, receive, send)
        asker = Asker(reads=scope["method"] in READING)
        async with contextlib.AsyncExitStack() as stack:
            caller = _Caller(receive, asker)
            stack.push_async_callback(caller.forget)
            if asker.reads and not _has_body(scope):
                await caller.begin()
            with asking(asker):
                return await self.app(scope, caller.receive, send)


class _Caller:
    """The receiving side of a request: passes messages on, then waits for the disconnection."""

    def __init__(self, receive: Receive, asker: Asker) -> None:
        self._receive, self._asker = receive, asker
        self._first: Message | None = None
        self._leaving: asyncio.Task[Message] | None = None

    async def begin(self) -> None:
        """Receive the end of a request without a body, which the application may never ask for."""
        self._first = await self.receive()

    async def receive(self) -> Message:
        """Return the next ASGI message of the caller."""
        if self._first is not None:
            message, self._first = self._first, None
            return message
        if self._leaving is not None:
            return await asyncio.shield(self._leaving)
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            self._leaving = asyncio.create_task(self._leave())
        return message

    async def _leave(self) -> Message:
        message = await self._receive()
        if self._asker.leave():
            await asyncio.get_running_loop().run_in_executor(_threads, self._asker.cancel)
        return message

    async def forget(self) -> None:
        """Stop listening."""
        if self._leaving is not None:
            self._leaving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._leaving


def _has_body(scope: Scope) -> bool:
    names = {name for name, _ in scope["headers"]}
    return b"content-length" in names or b"transfer-encoding" in names
