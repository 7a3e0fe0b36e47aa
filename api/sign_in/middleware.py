"""Middleware that identifies the caller of each request."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.sign_in.gate import Gate
from besok.model.access import PUBLIC
from besok.services import access
from besok.services.sign_in import Opened

THREADS = 2  # as many as the gate has connections
FILES = ("/_dash-component-suites/", "/assets/", "/api/static/")  # the same for everybody
OPEN = ("/login", "/logout", "/api", "/count", "/free", "/live", "/_dash", "/assets")  # answer for themselves


class WhoAsks:
    """Set the caller of each request; pages that need a sign-in redirect to it."""

    def __init__(self, app: ASGIApp, gate: Gate, clock: Callable[[], datetime]) -> None:
        self.app, self.gate, self.clock = app, gate, clock
        self._threads = ThreadPoolExecutor(THREADS, "gate")  # of their own: pages may hold all others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if scope["type"] == "websocket" and scope["path"].startswith(
            "/_dash"
        ):  # Dash's own, which nobody uses
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        if scope["path"].startswith(FILES):
            with access.acting(PUBLIC):
                await self.app(scope, receive, send)
            return
        headers, client = Headers(scope=scope), (scope.get("client") or ("", 0))[0]
        version = scope.get("http_version", "1.1")
        finding = partial(self.gate.caller, headers, client, self.clock(), version)
        caller, renewed = await asyncio.get_running_loop().run_in_executor(self._threads, finding)
        if caller.principal:  # whose share of the limits it is
            scope.setdefault("state", {})["caller"] = caller.principal
        if caller.kind == "public" and _is_page(scope):
            if scope["path"] == "/":
                await RedirectResponse("/free", 303)(scope, receive, send)
                return
            here = scope["path"] + ("?" + scope["query_string"].decode("latin-1")).rstrip("?")
            await RedirectResponse(f"/login?next={quote(here)}", 303)(scope, receive, send)
            return
        with access.acting(caller):
            await self.app(scope, receive, self._renewing(send, headers, renewed) if renewed else send)

    def _renewing(self, send: Send, headers: Headers, renewed: Opened) -> Send:
        """Send the session's new token with the response."""
        address = self.gate.address(headers)
        seconds = int((renewed.expires - self.clock()).total_seconds())

        async def renew(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                set_cookie = address.set_cookie(address.cookie, renewed.token, seconds)
                MutableHeaders(scope=message).append("set-cookie", set_cookie)
            await send(message)

        return renew


def _is_page(scope: Scope) -> bool:
    return (
        scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not scope["path"].startswith(OPEN)
    )
