"""A message as adapters read it: topic levels and body, which is parsed once and only on demand."""

from datetime import datetime
from typing import Any, Final

from besok.model.decode_context import NOTHING, DecodeContext, Device
from besok.model.errors import Unreadable
from besok.model.readings import Message
from collectors.adapters import csvtext, jsontext, times, xmltext
from collectors.limits import Budget

# A name no vendor uses: true at the top of a JSON object whose people are made up
MARK: Final = "besok_simulated"
_UNREAD: Final = object()


class Packet:
    """A message with its decoding context, read-only for adapters."""

    def __init__(self, message: Message, known: DecodeContext = NOTHING) -> None:
        self.message = message
        self.topic, self.payload = message.topic, message.payload
        self.levels = message.topic.removeprefix("/").split("/")  # without an empty first one
        self.known = known
        self.budget = Budget()
        self._body: Any = _UNREAD

    def holding(self, value: Any) -> "Packet":
        """Return the same message with the payload `value`, the output of a decoder."""
        packet = Packet(self.message, self.known)
        packet._body = value
        return packet

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

    def instant(self, value: Any, *, name: str = "time", zone: str = "") -> datetime | None:
        """Parse the time `value` says (times.instant), in `zone` or else that of the sites where it names none.

        Raises Unreadable."""
        return times.instant(value, zone or self.known.zone, name=name, near=self.message.received)

    def model(self, device: Device) -> str:
        """Return the model of a device; "" if it is not known."""
        return self.known.model(device)

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
