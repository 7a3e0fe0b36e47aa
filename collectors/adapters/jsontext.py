"""Strict parsing of JSON payloads: each kind of broken JSON is reported in a sentence."""

import json
import re
from collections import Counter
from typing import Any, Final

import msgspec

from besok.model.errors import Unreadable

CONTROL: Final = re.compile(r"[\x00-\x1f]")
_INNER: Final[dict[type, str]] = {dict: "an object", list: "a list"}
_decode, _encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode


def parse(payload: bytes) -> Any:
    """Parse the JSON value in `payload`; raises Unreadable with a sentence that says what is broken and where.

    An object that carries a name twice is refused, since nobody knows which one is meant, and so is a name with control
    characters. `NaN` and `Infinity`, which JSON does not know, are floats.
    """
    try:
        value = _decode(payload)
        # Written again, a text has as many quotes as before, unless an object carried a name twice and lost one.
        if b"\\" not in payload and payload.count(b'"') == _encode(value).count(b'"'):
            return value
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        pass  # anything unusual takes the slow, careful path
    return _carefully(payload)


def _carefully(payload: bytes) -> Any:
    try:
        text = payload.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as exc:
        raise Unreadable(
            f"the payload is not text in UTF-8 (byte {exc.start + 1} of {len(payload)})"
        ) from exc
    if not text.strip():
        raise Unreadable("the payload is empty")
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as exc:
        if exc.pos >= len(text.rstrip()) or exc.msg.startswith("Unterminated"):
            raise Unreadable(f"the payload breaks off: it is JSON only up to character {len(text)}") from exc
        raise Unreadable(f"the payload is not JSON ({exc.msg.lower()} at character {exc.pos + 1})") from exc
    except RecursionError as exc:
        raise Unreadable("the payload is JSON nested too deeply to be a measurement") from exc
    except ValueError as exc:  # a number of thousands of digits
        raise Unreadable("the payload holds a number too long to read") from exc


def show(value: object, limit: int = 40) -> str:
    """Return a value of JSON for use in a sentence: short, printable, as JSON."""
    text = _INNER.get(type(value)) or json.dumps(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise Unreadable(f"it says {show(twice)} twice in one object, so nobody knows which one is meant")
    if strange := next(filter(CONTROL.search, members), None):
        raise Unreadable(f"the payload has a name with control characters, {show(strange)}, as no field has")
    return members
