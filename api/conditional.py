"""HEAD requests and conditional GET: `ETag` and 304."""

import asyncio
import contextlib
from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KEPT_IN_304 = ("cache-control", "content-language", "etag", "vary", "link")


class Head:
    """Answer HEAD as GET without a body; endless streams are ended at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        ended = asyncio.Event()

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended.is_set():
                ended.set()
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        work = asyncio.ensure_future(self.app({**scope, "method": "GET"}, receive, send_head))
        waiting = asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            if not work.done():
                work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work


class Unchanged:
    """Add an `ETag` to complete API responses, and answer 304 to a matching `If-None-Match`.

    The tag is weak: the same answer may be compressed in several ways.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/api/"):
            return await self.app(scope, receive, send)
        tags = Headers(scope=scope).get("if-none-match", "")
        messages: list[Message] = []

        async def send_tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                messages.append(message)
                return
            if messages:
                start = messages.pop()
                if not message.get("more_body") and _may_be_kept(start):
                    start, message = _tagged(start, message, tags)
                await send(start)
            await send(message)

        return await self.app(scope, receive, send_tagged)


def _may_be_kept(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and "no-store" not in headers.get("cache-control", "")
        and "etag" not in headers
    )


def _tagged(start: Message, body: Message, tags: str) -> tuple[Message, Message]:
    """Return the response with its tag, or 304 where that is among the requested `tags`."""
    tag = f'W/"{blake2b(body.get("body", b""), digest_size=12).hexdigest()}"'
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["ETag"] = tag
    headers.setdefault("Cache-Control", "no-cache")  # it may be kept, and is asked for again
    if tag.removeprefix("W/") not in tags and tags.strip() != "*":
        return {**start, "headers": headers.raw}, body
    remaining = [(name, value) for name, value in headers.raw if name.decode() in KEPT_IN_304]
    return {**start, "status": 304, "headers": remaining}, {**body, "body": b""}
