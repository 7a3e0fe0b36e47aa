"""A message as it is read: topic levels and value, which is parsed once and only on demand."""

from datetime import datetime
from functools import cached_property
from typing import Any, Final

from besok.model.decode_context import NOTHING, DecodeContext
from besok.model.errors import Unreadable
from besok.model.json_path import Place
from besok.model.readings import Identity, Message
from collectors.adapters import csvtext, jsontext, xmltext
from collectors.limits import Budget

# A name no vendor uses: true at the top of a JSON object whose people are made up
MARK: Final = "besok_simulated"
_UNREAD: Final = object()


class Packet:
    """A message with its decoding context, read-only for adapters.

    Of a radio frame `device`, `time` and `identity` are known before it is read.
    """

    def __init__(self, message: Message, known: DecodeContext = NOTHING) -> None:
        self.message = message
        self.topic, self.payload = message.topic, message.payload
        self.levels = message.topic.removeprefix("/").split("/")  # without an empty first one
        self.known = known
        self.budget = Budget()
        self.device = ""
        self.time: datetime | None = None
        self.identity: Identity | None = None
        self.items: dict[tuple[str, ...], list[Place]] = {}  # by the path to them
        self._body: Any = _UNREAD

    def holding(
        self, value: Any, device: str = "", time: datetime | None = None, identity: Identity | None = None
    ) -> "Packet":
        """Return the same message with the value that a decoder made of it, and with what is known of the sender."""
        packet = Packet(self.message, self.known)
        packet.budget, packet._body = self.budget, value
        packet.device, packet.time = device or self.device, time or self.time
        packet.identity = identity or self.identity
        return packet

    @cached_property
    def whole(self) -> Place:
        """The place where paths begin."""
        value = self.value
        return Place(value, value, None, self.levels, self.topic, (), {})

    @property
    def json(self) -> Any:
        """The JSON value of the payload; of XML and CSV the equivalent object. Raises Unreadable with the reason."""
        value = self._parsed()
        if isinstance(value, Unreadable):
            raise Unreadable(str(value))
        return value

    @property
    def object(self) -> dict[str, Any]:
        """The payload if it is a JSON object, else an empty one. Never raises."""
        value = self._parsed()
        return value if type(value) is dict else {}

    @property
    def value(self) -> Any:
        """The value of the payload: JSON, the object equivalent to XML or CSV, or else its text. Never raises."""
        value = self._parsed()
        return self.text if isinstance(value, Unreadable) else value

    @property
    def text(self) -> str:
        """The payload as text without surrounding blanks; "" if it is not UTF-8."""
        try:
            return self.payload.decode("utf-8").removeprefix("\ufeff").strip()
        except UnicodeDecodeError:
            return ""

    def _parsed(self) -> Any:
        """Return the value, or the error; cached, since every adapter reads it."""
        if self._body is _UNREAD:
            self._body = self._parse()
        return self._body

    def _parse(self) -> Any:
        try:
            return (xmltext if xmltext.looks_so(self.payload) else jsontext).parse(self.payload)
        except Unreadable as exc:
            problem = exc
        try:
            return csvtext.parse(self.text) or problem
        except Unreadable as exc:
            return exc
