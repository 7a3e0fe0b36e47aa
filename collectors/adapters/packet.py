"""A message as adapters look at it: topic levels and parsed body, which is worked out once and only if asked for."""

from datetime import datetime
from typing import Any, Final

from besok.model.decode_context import NOTHING, DecodeContext, Device
from besok.model.errors import Unreadable
from besok.model.readings import Message
from collectors.adapters import csvtext, jsontext, times, xmltext
from collectors.limits import Budget

_UNREAD: Final = object()


class Packet:
    """A message together with what is known. Adapters ask it; nothing it is asked changes it."""

    def __init__(self, message: Message, known: DecodeContext = NOTHING) -> None:
        self.message = message
        self.topic, self.payload = message.topic, message.payload
        self.levels = message.topic.removeprefix("/").split("/")  # without an empty first one
        self.known = known
        self.budget = Budget()
        self._body: Any = _UNREAD

    def holding(self, value: Any) -> "Packet":
        """Return the message as it were if its payload was `value`: what a decoder made of its bytes."""
        found = Packet(self.message, self.known)
        found._body = value
        return found

    @property
    def json(self) -> Any:
        """The JSON value of the payload; of XML and CSV the object it amounts to. Raises Unreadable with the reason."""
        value = self._parsed()
        if isinstance(value, Unreadable):
            raise Unreadable(str(value))
        return value

    @property
    def object(self) -> dict[str, Any]:
        """The payload if it is a JSON object, else an empty one: for questions about its fields. Never raises."""
        value = self._parsed()
        return value if type(value) is dict else {}

    @property
    def value(self) -> Any:
        """What the payload holds: JSON, the object that XML or CSV amounts to, or else its text. Never raises."""
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
        """Return what is known of the model of a device; "" if nothing is."""
        return self.known.model(device)

    def _parsed(self) -> Any:
        """Return the value, or why there is none: every adapter asks."""
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
