"""Language of an answer: asked for in the address, kept in a cookie, preferred by the browser, or
the setting's."""

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from besok.text.languages import LANG, known, preferred

COOKIE = "besok_lang"
COOKIE_S = 365 * 24 * 3600
UNKEPT = (
    "/free",
    "/api/",
)  # without a cookie: the links of the public part carry the language, a file is of one


class LanguageMiddleware:
    """Sets the language for everything that answers the request, and keeps it when it was asked for."""

    def __init__(self, app: ASGIApp, default: str) -> None:
        self.app = app
        self.default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        wish = known(asked.query_params.get("lang", ""))
        kept = known(asked.cookies.get(COOKIE, ""))
        choice = wish or kept or preferred(asked.headers.get("accept-language", "")) or self.default
        keeps = None if scope.get("path", "").startswith(UNKEPT) else wish
        token = LANG.set(choice)
        try:
            await self.app(scope, receive, _keeping(send, keeps) if keeps else send)
        finally:
            LANG.reset(token)


def _keeping(send: Send, code: str) -> Any:
    async def set_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            cookie = f"{COOKIE}={code}; Path=/; Max-Age={COOKIE_S}; SameSite=Lax"
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return set_cookie
