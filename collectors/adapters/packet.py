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


class Packet:
    """A message with its decoding context; of a radio frame `device`, `time` and `identity` are known too."""

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
        self._problem: Unreadable | None = None  # why it is none of JSON, XML and CSV

    def holding(
        self, value: Any, device: str = "", time: datetime | None = None, identity: Identity | None = None
    ) -> "Packet":
        """Return the same message with the value that a decoder made of it, and with what is known of the sender."""
        packet = Packet.__new__(Packet)
        packet.__dict__ |= self.__dict__ | {"items": {}, "value": value, "_problem": None}
        packet.__dict__.pop("whole", None)
        packet.device, packet.time = device or self.device, time or self.time
        packet.identity = identity or self.identity
        return packet

    @cached_property
    def whole(self) -> Place:
        """The place where paths begin."""
        return Place(self.value, self.value, None, self.levels, self.topic, (), {})

    @property
    def json(self) -> Any:
        """The JSON value of the payload; of XML and CSV the equivalent object. Raises Unreadable with the reason."""
        value = self.value
        if self._problem is not None:
            raise Unreadable(str(self._problem))
        return value

    @property
    def object(self) -> dict[str, Any]:
        """The payload if it is a JSON object, else an empty one. Never raises."""
        value = self.value
        return value if type(value) is dict else {}

    @cached_property
    def value(self) -> Any:
        """The value of the payload: JSON, the object equivalent to XML or CSV, or else its text. Never raises."""
        try:
            return (xmltext if xmltext.looks_so(self.payload) else jsontext).parse(self.payload)
        except Unreadable as exc:
            self._problem = exc
        try:
            if rows := csvtext.parse(self.text):
                self._problem = None
                return rows
        except Unreadable as exc:
            self._problem = exc
        return self.text

    @property
    def text(self) -> str:
        """The payload as text without surrounding blanks; "" if it is not UTF-8."""
        try:
            return self.payload.decode("utf-8").removeprefix("\ufeff").strip()
        except UnicodeDecodeError:
            return ""
