"""Validation of Dash callback requests: malformed ones are bad requests, which Dash would make server errors."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem
from besok.model import messages

PATH = "/_dash-update-component"
LIMIT = 100_000  # bytes; an address is far shorter
KINDS = {"pathname": str, "search": str, "n_clicks": int}  # of the properties that callbacks are asked with


class _Property(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, rename={"kind": "property"}):
    id: str
    kind: str
    value: str | int | None = None

    @property
    def name(self) -> tuple[str, str]:
        return self.id, self.kind

    @property
    def is_of_its_kind(self) -> bool:
        return self.value is None or type(self.value) is KINDS.get(self.kind)


class _Question(msgspec.Struct, rename={"changed": "changedPropIds"}):
    """The part of a Dash request that is validated."""

    output: str
    outputs: list[_Property]
    inputs: list[_Property]
    changed: list[str] = []
    state: list[_Property] = []


class Questions:
    """Pass on requests of registered callbacks, and answer 400 to all others."""

    def __init__(self, app: ASGIApp, callbacks: Mapping[str, Any]) -> None:
        """`callbacks` are Dash's, by their outputs."""
        self.app = app
        self._asked = {
            output: tuple((one["id"], one["property"]) for one in spec["inputs"])
            for output, spec in callbacks.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self.app(scope, receive, send)
        elif (body := self._read(await _whole(receive))) is None:
            await problem(scope, 400, messages.NO_QUESTION)(scope, receive, send)
        else:
            await self._ask(body, scope, receive, send)

    async def _ask(self, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(k, v) for k, v in scope["headers"] if k not in (b"content-type", b"content-length")]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

        waiting = [body]

        async def receive_question() -> Message:
            return {"type": "http.request", "body": waiting.pop()} if waiting else await receive()

        async def send_json(message: Message) -> None:
            # Dash names no type, and nothing is compressed without one.
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("content-type", "application/json")
            await send(message)

        scope["headers"] = headers
        await self.app(scope, receive_question, send_json)

    def _read(self, body: bytes) -> bytes | None:
        """Return the question without what two readers of JSON could read differently; None if it is none."""
        try:
            question = msgspec.json.decode(body, type=_Question)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None
        outputs = question.output.strip(".").split("...")
        fits = (
            [".".join(one.name) for one in question.outputs] == outputs
            and tuple(one.name for one in question.inputs) == self._asked.get(question.output)
            and all(one.is_of_its_kind for one in question.inputs)
            and not question.state
        )
        return msgspec.json.encode(question) if fits else None


async def _whole(receive: Receive) -> bytes:
    """Return the body; nothing of one that is too long."""
    parts, more = bytearray(), True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        parts += message.get("body", b"")
        if len(parts) > LIMIT:
            return b""
    return bytes(parts)
