"""From the bytes of a LoRaWAN frame to named fields, by a layout (layout_file.py says how one is written)."""

import re
import struct
from functools import cache
from typing import Any, Final

from besok.model.errors import Unreadable
from collectors.lorawan.layout_file import OTHERS, Body, Field, Layout, Signature, load, names

CLOCK_SET: Final = 1_577_836_800  # 2020-01-01: an earlier time is of a clock that was never set
NO_TIME: Final = "a record of the device's memory has no time: its clock was never set"

Fields = dict[str, Any]


class Incomplete(Unreadable):
    """A frame that could be read in part: it breaks off, or continues with unknown data. `fields` has what was read."""

    def __init__(self, reason: str, fields: Fields) -> None:
        super().__init__(reason)
        self.fields = fields


def decode(name: str, fport: int, data: bytes) -> tuple[Fields, str]:
    """Return the fields of a frame, none if it is known and has nothing to read; and the layout's reason for that.

    Raises Incomplete (an Unreadable that has what could be read) and Unreadable.
    """
    frame = _read(name, fport, data)
    return frame.fields, frame.passed_over


def recognise(device_eui: str, fport: int, data: bytes) -> str:
    """Return the only layout that fits a frame and its sender; "" if there is none, or several."""
    layouts = {
        name
        for name, signature in signatures()
        if _signed(signature, device_eui, fport, data) and _is_complete(name, fport, data)
    }
    return layouts.pop() if len(layouts) == 1 else ""


class _Frame:
    """A cursor over the bytes of a frame."""

    def __init__(self, layout: Layout, data: bytes) -> None:
        self.layout = layout
        self.data = data
        self.at = 0
        self.raw = 0  # of the last number, before words and scale
        self.scope: dict[str, Any] = {}  # all values by name, including those not in the output
        self.fields: Fields = {}
        self.problems: list[str] = []
        self.passed_over = ""  # why the layout passes over the rest of the frame

    def body(self, body: Body, out: Fields, begin: int) -> None:
        """Read a structure, whose `at` counts from `begin`, or pass over it."""
        if isinstance(body, list):
            self.structure(body, out, begin)
        else:
            self.passed_over = body if isinstance(body, str) else ""
            self.take(len(self.data) - self.at if isinstance(body, str) else body)

    def structure(self, fields: list[Field], out: Fields, begin: int) -> None:
        """Read fields in sequence; `begin` is where `at` counts from."""
        for field in fields:
            ahead = self.at
            if field.optional and ahead >= len(self.data):
                return
            if field.at is not None:
                self.at = begin + field.at if field.at >= 0 else len(self.data) + field.at
            elif field.joins:
                self.at -= field.size  # the next bits of the same bytes
            self.field(field, out, begin)
            if field.at is not None:
                self.at = ahead
            if field.cases:
                case = field.cases.get(self.raw, field.cases.get(OTHERS))
                if case is None:
                    label = field.name.strip("_").replace("_", " ") or "kind"
                    raise Unreadable(f"a frame whose {label} is {self.raw:02x} is not known here")
                self.body(case, out, begin)

    def field(self, one: Field, out: Fields, begin: int) -> None:
        if one.object:
            self.structure(one.object, out.setdefault(one.name, {}), begin)
        elif one.append:
            self.record(one.name, one.append, out)
        elif one.each or one.kind == "items":
            try:
                while self.at < len(self.data):
                    self.record(one.name, one.each, out) if one.each else self.item(out)
            except Unreadable as exc:  # what was read so far counts
                self.problems.append(str(exc))
                self.at = len(self.data)
        elif one.kind == "item":
            self.item(out)
        else:
            self.note(one, self.value(one), out)

    def record(self, name: str, fields: list[Field], out: Fields) -> None:
        """Read one more object of a list; one without a time, where it should have one, is a problem."""
        inner: Fields = {}
        known = len(self.problems)
        self.structure(fields, inner, self.at)
        if any(field.kind == "t" and field.name not in self.scope for field in fields):
            self.problems.append(NO_TIME)
        elif inner and len(self.problems) == known:
            out.setdefault(name, []).append(inner)

    def item(self, out: Fields) -> None:
        """Read the tag at the current position and the item after it: all of it, or nothing."""
        begin, data = self.at, self.data
        tag = self.take(self.layout.tag + int(begin < len(data) and data[begin] >= self.layout.wide))
        body = self.layout.item(tag.hex())
        if body is None:
            raise Unreadable(f"item {tag.hex()} at byte {begin + 1} of {len(data)} is not known here")
        self.scope["_tag"] = tag[0]
        inner: Fields = {}
        self.body(body, inner, self.at)
        for name, value in inner.items():
            if isinstance(value, list) and name in out:
                out[name] += value
            elif isinstance(value, dict) and name in out:
                out[name] |= value
            else:
                out[name] = value

    def take(self, width: int) -> bytes:
        """Return the next bytes. Raises Unreadable if there are fewer."""
        end = self.at + width
        if self.at < 0 or end > len(self.data):
            size = end if self.at >= 0 else len(self.data) - self.at
            raise Unreadable(f"the frame breaks off: it has {len(self.data)} of at least {size} bytes")
        taken_bytes = self.data[self.at : end]
        self.at = end
        return taken_bytes

    def value(self, one: Field) -> Any:
        """Return the value of a field; None if it is not a measurement."""
        left = len(self.data) - self.at
        if one.kind == "size":
            return self.number(one, left)
        width = self.scope.get(one.width, 0) if one.width else one.size
        data = self.take(left if one.kind == "rest" else width)
        if one.kind in ("x", "rest"):
            return None
        if one.kind == "h":
            return (data if one.order == "big" else data[::-1]).hex()
        if one.kind == "f":
            return round(struct.unpack(">f" if one.order == "big" else "<f", data)[0], 6)
        if one.spans:
            return self.number(one, _joined(int.from_bytes(data, one.order), one))
        number = self.number(one, int.from_bytes(data, one.order, signed=one.kind == "i"))
        if one.kind == "t" and number < CLOCK_SET:
            self.scope.pop(one.name, None)
            return None
        return number

    def number(self, one: Field, raw: int) -> Any:
        self.raw = raw
        if raw in one.none:
            return None
        if one.words:
            return one.words.get(raw, f"unknown ({raw})")
        scale = one.scale / 10 ** self.scope.get(one.decimals, 0) if one.decimals else one.scale
        offset = self.scope.get(one.offset, 0) if isinstance(one.offset, str) else one.offset
        if scale == 1 and not offset:
            return raw
        scaled = round(raw * scale + offset, 6)  # 0.1 has no exact form: 22.6 and not 22.600000000000001
        return int(scaled) if scaled.is_integer() else scaled

    def note(self, one: Field, value: Any, out: Fields) -> None:
        """Store a value under its name, if there is one."""
        if value is None or one.number > self.scope.get(one.up_to, one.number):
            return
        if one.if_ and not self.scope.get(one.if_):
            return
        name = one.name.format_map(self.scope) if "{" in one.name else one.name
        self.scope[name] = value
        if not name.startswith("_"):
            out[name] = value


def _joined(raw: int, one: Field) -> int:
    """Extract the bits of a field from its bytes, and join them."""
    value = total = 0
    for first, count in one.spans:
        value = value << count | (raw >> first & (1 << count) - 1)
        total += count
    return value - (1 << total) if one.kind == "i" and value >> (total - 1) else value


def _read(name: str, fport: int, data: bytes) -> "_Frame":
    """Read a frame. Raises Unreadable."""
    layout = load(name)
    body = layout.frames.get(str(fport), layout.frames.get(OTHERS))
    if body is None:
        raise Unreadable(f"frames on port {fport} are not known here, only on {', '.join(layout.frames)}")
    frame = _Frame(layout, data)
    frame.body(body, frame.fields, 0)
    if frame.problems:
        raise Incomplete("; ".join(dict.fromkeys(frame.problems)), frame.fields)
    return frame


def _is_complete(name: str, fport: int, data: bytes) -> bool:
    try:
        frame = _read(name, fport, data)
        return frame.at == len(data)
    except Unreadable:
        return False


def _signed(signature: Signature, device_eui: str, fport: int, data: bytes) -> bool:
    at = signature.eui_at
    return (
        (not signature.oui or device_eui.startswith(tuple(signature.oui)))
        and (not signature.port or fport in signature.port)
        and re.match(signature.starts, data.hex()) is not None
        and (at < 0 or data[at : at + 8].hex() == device_eui)
    )


@cache
def signatures() -> tuple[tuple[str, Signature], ...]:
    return tuple((name, signature) for name in names() for signature in load(name).signature)
