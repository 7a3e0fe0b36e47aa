"""A LoRaWAN uplink taken out of the envelope of its network server, and the small forms all envelopes share."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Identity
from collectors.adapters.jsontext import TWICE, show
from collectors.adapters.times import instant

SOURCE: Final = "lorawan"
REPEAT_S: Final = 30 * 86_400.0  # seconds within which a frame counter of one session names one frame
# Seconds, where a network does not tell the session: a device that restarts begins at zero
NUMBER_S: Final = 3600.0
PAYLOAD_LIMIT: Final = 512  # bytes; the radio carries 242

_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """JSONPaths within the message: of the decoder's fields, the device and the time. "" is where none reaches."""

    fields: str = ""
    device: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """One frame of one device, whichever network carried it.

    `device` is the devEUI, 16 lower-case hex digits. `fields` is what the network server's own decoder made of the
    bytes (None if it has none), `normalized` the same in the network's own words. `models` are texts that may name its
    model, of which the first that names one counts: what the network says of it, or else how people call the device.
    """

    device: str
    payload: bytes = b""
    fport: int = 0
    fields: Any = None
    normalized: Any = None
    time: datetime | None = None
    identity: Identity | None = None
    models: tuple[str, ...] = ()
    at: Callable[[], At] = At  # only questions ask it


def deveui(value: object) -> str:
    """Return a devEUI as 16 lower-case hex digits; leading zeros that a sender has lost come back. Raises Unreadable.

    Understood are hex digits in any case, with `-`, `:` or blanks between them or `eui-` before, and base64.
    """
    if type(value) is str:
        text = re.sub(r"[-:\s]", "", value.strip().lower().removeprefix("eui-").removeprefix("0x"))
        if _HEX.fullmatch(text) and 12 < len(text) <= 16:
            return text.zfill(16)
        if len(value) == 12 and value.endswith("="):
            raw = _base64(value)
            if raw is not None and len(raw) == 8:
                return raw.hex()
    raise Unreadable(f"the devEUI is {show(value)}: it must have 16 hexadecimal digits")


def identity_of(device: str, session: object, counter: object, *, zero_left_out: bool) -> Identity | None:
    """Identify a frame by its number within the session (named by a key id or the device's address), if it has one.

    A network that leaves a zero out is believed only where it tells the session.
    """
    number = whole(counter, -1)
    if type(session) is str and session and (number >= 0 or zero_left_out):
        # A key id is base64, in which upper and lower case differ; an address is hex, in which they do not.
        name = session.lower() if _HEX.fullmatch(session.lower()) else session
        return Identity(scope=f"{SOURCE}/{device}", mark=f"fcnt:{name}:{max(number, 0)}", window_s=REPEAT_S)
    if number < 0:
        return None
    return Identity(scope=f"{SOURCE}/{device}", mark=f"fcnt:0:{number}", window_s=NUMBER_S)


def from_base64(value: object, name: str) -> bytes:
    """Return the bytes `value` holds in base64; none if it is missing. Raises Unreadable."""
    if value is None or value == "":
        return b""
    raw = _base64(value) if type(value) is str else None
    if raw is None:
        raise Unreadable(f"{name} is {show(value)}: it must be bytes in base64")
    return _limited(raw, name)


def from_hex(value: object, name: str) -> bytes:
    """Return the bytes `value` holds in hex; none if it is missing. Raises Unreadable."""
    if value is None or value == "":
        return b""
    try:
        raw = bytes.fromhex(value.strip()) if type(value) is str else None
    except ValueError:
        raw = None
    if raw is None:
        raise Unreadable(f"{name} is {show(value)}: it must be bytes in hexadecimal digits")
    return _limited(raw, name)


def whole(value: object, otherwise: int = 0) -> int:
    """`value` if it is a whole number, also as text; else `otherwise`. Networks leave a zero out."""
    if type(value) is int:
        return value
    if type(value) is str and value.strip().isdecimal() and len(value) < 12:
        return int(value)
    return otherwise


def first_time(values: Iterable[object]) -> datetime | None:
    """Return the first of `values` that is a time; a time that cannot be read is passed over for the next best one."""
    for value in values:
        try:
            time = instant(value)
        except Unreadable:
            continue
        if time is not None:
            return time
    return None


Path = tuple[str, ...]  # names from the top of nested JSON; "*" is every item of a list or an object
MANY: Final = "*"


def paths(*texts: str) -> tuple[Path, ...]:
    """Return paths that are written with dots between the names."""
    return tuple(tuple(text.split(".")) for text in texts)


def value_at(body: Any, path: Path) -> Any:
    """Return what stands at a path without "*"; None if nothing does."""
    for name in path:
        body = body.get(name) if type(body) is dict else None
    return body


def values_at(body: Any, path: Path) -> Iterator[Any]:
    """Yield what stands at a path, but null."""
    if MANY not in path:
        found = value_at(body, path)
        if found is not None:
            yield found
        return
    at = path.index(MANY)
    around = value_at(body, path[:at])
    for inner in around.values() if type(around) is dict else around if type(around) is list else ():
        yield from values_at(inner, path[at + 1 :])


def first_at(body: object, paths: Iterable[Path]) -> Any:
    """Return the first thing that stands at one of `paths` and is not empty text; None if there is none."""
    for path in paths:
        for value in values_at(body, path) if MANY in path else (value_at(body, path),):
            if value is not None and value != "":
                return value
    return None


def words(*values: object) -> str:
    """Return the texts among `values` in one line, for a hint."""
    return " ".join(value for value in values if type(value) is str and value)


def fields(value: object) -> Any:
    """Return a network's decoded object as it is worth looking at: None if it is empty or missing."""
    return value if value or value == 0 else None


def unambiguous(body: dict[Any, Any]) -> dict[Any, Any]:
    """`body`, refused if it carries a name twice. Raises Unreadable."""
    if TWICE in body:
        raise Unreadable(f"it says {show(body[TWICE])} twice, so nobody knows which one is meant")
    return body


def _base64(value: str) -> bytes | None:
    try:
        return base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


def _limited(raw: bytes, name: str) -> bytes:
    if len(raw) > PAYLOAD_LIMIT:
        raise Unreadable(f"{name} has {len(raw)} bytes: the radio carries 242")
    return raw
