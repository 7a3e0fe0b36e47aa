"""A LoRaWAN uplink extracted from the envelope of its network server, and formats that envelopes share."""

import binascii
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from msgspec import Struct

from besok.model.errors import Unreadable
from besok.model.readings import Identity
from besok.model.short_texts import cached_if_short
from collectors.adapters.jsontext import show

SOURCE: Final = "lorawan"
PAYLOAD_LIMIT: Final = 512  # bytes; the radio carries 242

ENCODINGS: Final[dict[str, tuple[Callable[[str], bytes], str]]] = {
    "base64": (partial(binascii.a2b_base64, strict_mode=True), "base64"),
    "hex": (bytes.fromhex, "hexadecimal digits"),
}


class Uplink(Struct, frozen=True, kw_only=True):
    """One frame of one device, whichever network carried it.

    `device` is the devEUI, 16 lower-case hex digits. `fields` is what the network server's own decoder made of the
    bytes (None if it has none), `normalized` the same in the network's own words. `names` gives the model that the
    network states, or "", and how people call the device; it is asked if the site file says no model.
    """

    device: str
    payload: bytes = b""
    fport: int = 0
    fields: Any = None
    normalized: Any = None
    time: datetime | None = None
    identity: Identity | None = None
    names: Callable[[], tuple[str, tuple[str, ...]]] = lambda: ("", ())


def deveui(value: object) -> str:
    """Return a devEUI as 16 lower-case hex digits; lost leading zeros are restored. Raises Unreadable.

    Understood are hex digits in any case, with `-`, `:` or blanks between them or `eui-` before, and base64.
    """
    digits = _deveui(value) if type(value) is str else ""
    if not digits:
        raise Unreadable(f"the devEUI is {show(value)}: it must have 16 hexadecimal digits")
    return digits


@cached_if_short(8192)
def _deveui(value: str) -> str:
    text = re.sub(r"[-:\s]", "", value.strip().lower().removeprefix("eui-").removeprefix("0x"))
    if re.fullmatch("[0-9a-f]+", text) and 12 < len(text) <= 16:
        return text.zfill(16)
    is_base64 = re.fullmatch("[A-Za-z0-9+/]{11}=", value) is not None
    return binascii.a2b_base64(value).hex() if is_base64 else ""


def from_text(value: Any, name: str, encoding: str) -> bytes:
    """Decode the bytes of a frame from "base64" or "hex"; empty if it is missing. Raises Unreadable."""
    if value is None or value == "":
        return b""
    decode, form = ENCODINGS[encoding]
    try:
        raw = decode(value.strip())
    except (AttributeError, ValueError) as exc:
        raise Unreadable(f"{name} is {show(value)}: it must be bytes in {form}") from exc
    if len(raw) > PAYLOAD_LIMIT:
        raise Unreadable(f"{name} has {len(raw)} bytes: the radio carries 242")
    return raw


def whole_number(value: object, otherwise: int = 0) -> int:
    """Return `value` if it is a whole number, also as text; else `otherwise`. Networks leave a zero out."""
    if type(value) is int:
        return value
    if type(value) is str and value.strip().isdecimal() and len(value) < 12:
        return int(value)
    return otherwise
