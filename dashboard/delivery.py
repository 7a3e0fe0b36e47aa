"""How bundles leave the server: compressed once and kept.

Dash answers each request for a bundle by reading it from its package again, on the event loop and uncompressed; here
every file is asked for once, compressed in a thread and served from memory after that.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUNDLES = ("/_dash-component-suites/", "/assets/")
PACKED_TYPES = ("javascript", "text/css", "image/svg", "json")
QUALITY = 9  # of 11: the last two cost ten times the time for 5 % of the bytes
IMMUTABLE = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A file ready to be sent."""

    headers: list[tuple[bytes, bytes]]
    body: bytes


class PackingMiddleware:
    """Sends the files of Dash and of our assets compressed with brotli, compressing each only once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.kept: dict[str, Packed] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _wants_packed(scope):
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if path not in self.kept:
            status, packed = await self._pack(scope, receive)
            if status != 200:
                await _send(send, status, packed)
                return
            self.kept[path] = packed
        await _send(send, 200, self.kept[path])

    async def _pack(self, scope: Scope, receive: Receive) -> tuple[int, Packed]:
        """Ask the inner application for the whole file and compress it."""
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        plain = {
            **scope,
            "headers": [h for h in scope["headers"] if h[0] not in (b"if-none-match", b"if-modified-since")],
        }
        await self.app(plain, receive, collect)
        body, headers = b"".join(parts), MutableHeaders(raw=list(start["headers"]))
        if start["status"] == 200 and any(kind in headers.get("content-type", "") for kind in PACKED_TYPES):
            body = await asyncio.to_thread(brotli.compress, body, quality=QUALITY)
            headers["content-encoding"] = "br"
        headers["content-length"] = str(len(body))
        headers["cache-control"] = IMMUTABLE if _versioned(scope) else "no-cache"
        headers["vary"] = "Accept-Encoding"
        headers["x-content-type-options"] = "nosniff"
        return start["status"], Packed(headers=headers.raw, body=body)


def _wants_packed(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(BUNDLES):
        return False
    return "br" in Headers(scope=scope).get("accept-encoding", "")


def _versioned(scope: Scope) -> bool:
    """Whether the address changes when the file does: Dash's fingerprints, `?m=` of assets, vendored versions."""
    return b"m=" in scope["query_string"] or "/vendor/" in scope["path"] or ".v" in scope["path"]


async def _send(send: Send, status: int, packed: Packed) -> None:
    await send({"type": "http.response.start", "status": status, "headers": packed.headers})
    await send({"type": "http.response.body", "body": packed.body})


def allowing(policy: str, script_hashes: Iterable[str]) -> str:
    """A content security policy that lets inline scripts with these hashes run too: Dash starts itself with one."""
    return policy.replace("script-src 'self'", " ".join(["script-src 'self'", *script_hashes]), 1)
