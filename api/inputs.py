"""What no request may hold, whatever answers it: control characters in its address or its body."""

from collections.abc import Iterable
from urllib.parse import unquote_plus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from besok.model import messages
from besok.model.controls import has_controls, spells_controls

BINARY = (b"multipart/form-data", b"application/octet-stream")


class Inputs:
    """Refuses control characters: 404 in the path, where nothing can have such a name, else 422."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        in_path = has_controls(scope["path"])
        if in_path or has_controls(unquote_plus(scope["query_string"].decode("latin-1"))):
            said = messages.CONTROL_CHARACTERS
            return await problem(scope, 404 if in_path else 422, said)(scope, receive, send)
        text = not _type(scope["headers"]).startswith(BINARY)
        return await self.app(scope, _checked(receive) if text else receive, send)


def _type(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return next((value.lower() for name, value in headers if name == b"content-type"), b"")


def _checked(receive: Receive) -> Receive:
    """Return `receive` that raises HTTPException at the end of a body in which something spells a control character."""
    parts: list[bytes] = []

    async def check() -> Message:
        message = await receive()
        if message["type"] == "http.request" and message.get("body"):
            parts.append(message["body"])
        if message["type"] == "http.request" and not message.get("more_body") and parts:
            body = b"".join(parts)
            parts.clear()
            if spells_controls(body):
                raise HTTPException(422, messages.CONTROL_CHARACTERS)  # type: ignore[arg-type]
        return message

    return check
