"""From the bytes of a LoRaWAN frame to named fields, by a layout: a data file that names the bytes (layouts.md)."""

import re
import struct
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal

import msgspec

from besok.model.errors import Unreadable
from collectors.devices.format import numbered
from collectors.devices.table import TableError

OTHERS: Final = "*"  # any port or raw value that is not named
FOLDER: Traversable = files("collectors.lorawan") / "layouts"
CLOCK_SET: Final = 1_577_836_800  # 2020-01-01: an earlier time is of a clock that was never set
NO_TIME: Final = "a record of the device's memory has no time: its clock was never set"
_TYPE = re.compile(r"([uixfht])(\d*)|item|items|size|rest")

Fields = dict[str, Any]
Body = list["Field"] | str | int  # a structure, a reason to pass over the rest, or bytes to pass over


class Field(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"if_": "if"}):
    """A field of a frame as a file writes it, one for each number of a range in its name."""

    name: str
    number: int  # which of several; 0 for the only one
    order: Literal["big", "little"]
    type: str = "u1"
    at: int | None = None
    width: str = ""
    decimals: str = ""
    scale: float = 1
    offset: float | str = 0
    none: list[int] = []
    words: dict[int, str | int | float | bool] = {}
    cases: dict[int | str, Body] = {}
    object: list["Field"] = []
    append: list["Field"] = []
    each: list["Field"] = []
    optional: bool = False
    if_: str = ""
    up_to: str = ""
    spans: list[tuple[int, int]] = []  # first and number of the bits that are joined
    joins: bool = False  # whether it is in the same bytes as the one before
    kind: str = ""
    size: int = 0

    def __post_init__(self) -> None:
        parts = _TYPE.fullmatch(self.type)
        if parts is None:
            raise ValueError(f'{self.name}: "{self.type}" is not a type')
        if self.each and not any(one.size and one.at is None for one in self.each):
            raise ValueError(f"{self.name}: an item of each must take bytes")
        self.kind, self.size = parts[1] or self.type, int(parts[2] or 0)

    def whole(self, data: bytes) -> int:
        """Return the whole number in its bytes, or in some bits of them, joined."""
        if not self.spans:
            return int.from_bytes(data, self.order, signed=self.kind == "i")
        number = int.from_bytes(data, self.order)
        value = total = 0
        for first, count in self.spans:
            value = value << count | (number >> first & (1 << count) - 1)
            total += count
        return value - (1 << total) if self.kind == "i" and value >> (total - 1) else value


class Layout(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A layout: its frames by port, its items by tag or pattern of tags, and what only its frames look like."""

    document: str
    frames: dict[str, Body] = {}
    items: dict[str, Body] = {}
    order: Literal["big", "little"] = "big"
    tag: int = 1
    wide: int = 256
    include: list[str] = []
    signature: list[str] = []

    def item(self, tag: str) -> Body | None:
        """Find the item of a tag; None if it is not known."""
        body = self.items.get(tag)
        if body is None:
            body = next((body for pattern, body in self.items.items() if re.fullmatch(pattern, tag)), None)
            if body is not None:
                self.items[tag] = body
        return body


@cache
def names() -> tuple[str, ...]:
    """Return the names of all layouts that have frames (others are only included)."""
    stems = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
    return tuple(name for name in stems if load(name).frames)


@cache
def load(name: str) -> Layout:
    """Read a layout's file, and the items that it includes: the first item of a tag counts. Raises TableError."""
    try:
        data = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
        order = data.get("order", "big")
        data["items"] = {tag: _body(body, order) for tag, body in data.get("items", {}).items()}
        data["frames"] = {
            port: _body(body, order)
            for ports, body in data.get("frames", {}).items()
            for port in ports.split("|")
        }
        layout = msgspec.convert(data, Layout)
        for included in map(load, layout.include):
            for tag, body in included.items.items():
                layout.items.setdefault(tag, body)
        for pattern in (*layout.items, *layout.signature):
            re.compile(pattern)
    except (OSError, ValueError, re.error) as exc:
        raise TableError(f"layout {name}: {exc}") from exc
    return layout


def _body(structure: Any, order: str) -> Any:
    """Convert a structure to the list of its fields, each with its name, number and byte order."""
    if not isinstance(structure, dict):
        return structure
    return [field for key, given in structure.items() for field in _fields(key, given, order)]


def _fields(name_range: str, given: Any, order: str) -> Iterator[dict[str, Any]]:
    """Convert a field for msgspec, once for each number of a range in its name."""
    entry = {"type": given} if isinstance(given, str) else given
    order = entry.get("order", order)
    for index, (name, number, row) in enumerate(numbered(name_range, entry)):
        bits = row.get("bits", [])
        shift = index * sum(bits[1::2])
        cases = row.get("cases", {}).items()
        yield {
            **{key: value for key, value in row.items() if key != "bits"},
            **{key: _body(row[key], order) for key in ("object", "append", "each") if key in row},
            "name": name,
            "number": number,
            "order": order,
            "words": {int(raw, 0): word for raw, word in row.get("words", {}).items()},
            "cases": {_raw(raw): _body(body, order) for raws, body in cases for raw in raws.split("|")},
            "spans": [(first + shift, count) for first, count in zip(bits[::2], bits[1::2], strict=True)],
            "joins": index > 0 and bool(bits),
        }


def _raw(text: str) -> int | str:
    return text if text == OTHERS else int(text, 0)


def read(name: str, fport: int, data: bytes) -> "Frame":
    """Read a frame, as far as it is known. Raises Unreadable for one of which nothing is."""
    layout = load(name)
    body = layout.frames.get(str(fport), layout.frames.get(OTHERS))
    if body is None:
        raise Unreadable(f"frames on port {fport} are not known here, only on {', '.join(layout.frames)}")
    frame = Frame(layout, data)
    frame.body(body, frame.fields, 0)
    return frame


def recognise(device_eui: str, fport: int, data: bytes) -> str:
    """Return the only layout that fits a frame and its sender; "" if there is none, or several."""
    text, layouts = f"{device_eui} {fport} {data.hex()}", set()
    for name in {name for name, signed in signatures() if signed.match(text)}:
        with suppress(Unreadable):
            frame = read(name, fport, data)
            if frame.at == len(data) and not frame.problems:
                layouts.add(name)
    return layouts.pop() if len(layouts) == 1 else ""


@cache
def signatures() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(signature)) for name in names() for signature in load(name).signature)


class Frame:
    """The bytes of a frame, read up to `at`, and its `fields`: none if it is known and has nothing to read.

    It has `problems` if it could be read in part: it breaks off, or continues with unknown data.
    """

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
        number = self.number(one, one.whole(data))
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
