"""Rejection of control characters in the path, the query or the body of any request."""

from urllib.parse import unquote_plus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from besok.model import messages
from besok.model.controls import has_controls, spells_controls

BINARY = ("multipart/form-data", "application/octet-stream")


class Inputs:
    """Reject control characters: 404 in the path, where nothing can have such a name, else 422."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        in_path = has_controls(scope["path"])
        if in_path or has_controls(unquote_plus(scope["query_string"].decode("latin-1"))):
            message = messages.CONTROL_CHARACTERS
            return await problem(scope, 404 if in_path else 422, message)(scope, receive, send)
        if Headers(scope=scope).get("content-type", "").lower().startswith(BINARY):
            return await self.app(scope, receive, send)
        return await _Checked(receive, send).run(self.app, scope)


class _Refused(Exception):
    """The body contains control characters."""


class _Checked:
    """A request whose body is checked before its end is passed on; a refusal is sent here."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._parts: list[bytes] = []
        self._refused = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Process the request."""
        try:
            await app(scope, self.receive, self.send)
        except Exception:
            if not self._refused:
                raise
        if self._refused:
            await problem(scope, 422, messages.CONTROL_CHARACTERS)(scope, self._receive, self._send)

    async def receive(self) -> Message:
        """Return the next part of the body."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body"):
                self._refused = spells_controls(b"".join(self._parts))
                self._parts.clear()
        if self._refused:
            raise _Refused
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if not self._refused:
            await self._send(message)
