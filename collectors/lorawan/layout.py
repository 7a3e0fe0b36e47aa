"""Frame layouts: data files that say what the bytes of a LoRaWAN frame are called.

`layouts/<name>.toml` holds one layout; its keys are those of `Layout`, `Entry` and `Signature` below:

    document = "https://..."           # where the format is described
    order = "little"                   # of bytes; default big
    include = ["milesight"]            # the items of another layout are known here too, own items first

    [frames]                           # by port: "85", "1|82", "*" is any other
    "85" = { _ = "items" }             # a structure: fields one behind the other
    "100" = "answers to settings"      # a text: known, and nothing to read

    [items]                            # what stands behind a tag: hexadecimal, or a regular expression for several
    0175 = { battery = "u1" }
    03d2 = { line_1_total_in = "u4" }
    0fe3 = { "region_{1..4}_count" = "u1" }              # once for each number
    ff0b = 1                           # so many bytes, passed over
    "fe.." = "answers to settings"     # the rest of the frame, passed over

The width of tags is `tag` (default 1); tags whose first byte is `wide` or more have one byte more.

**Names are those that the vendor's own decoder gives**, so that one model table serves both. A name that begins with
`_` is not given out; `{_name}` in a later name stands for its value (`region_{_region}_avg_dwell`), `{_tag}` for the
first byte of the tag.

A field is a type, or a table with `type` (default `u1`) and what else it needs:

- types: `u1`, `u2`, ... unsigned, `i1`, `i2`, ... signed, of so many bytes; `f4` IEEE 754; `h6` bytes as hexadecimal
  text; `t4` seconds since 1970 (left out if before 2020: a clock that was never set); `x3` bytes passed over, `rest`
  all that are left; `size` their number; `item` one tagged item, `items` all to the end
- `at`: where it is from the begin of the structure (negative: from the end of the frame); what follows is not moved
- `bits = [first, count]`: some of the bits, counted from the lowest; several pairs are joined, the highest first. In a
  field for several numbers (`{1..16}`) the next has the next bits
- `width`: the name of a field that holds the number of bytes; `decimals`: of one that says where the point is
- `scale`, `offset`: value * scale + offset (a number, or the name of a field)
- `none = [255]`: raw values that are no measurement, left out
- `words = { 0 = "vacant" }`: what raw values are called; one that is not listed is "unknown (7)"
- `cases = { 1 = {...}, "*" = {...} }`: the structure that follows for each raw value; a text: "known, nothing to read"
- `object = {...}`: an object below this name; `append = {...}`: the same as one more of a list (records of a memory)
- `each = {...}`: a list of such objects, to the end of the frame
- `optional = true`: the structure may end before this field
- `if = "name"`: left out if the value of that field is 0; `{}` stands for the number
- `up_to = "name"`: of a field for several numbers only those up to the value of that field, if the frame has it

What a frame says before it breaks off counts, item by item; a structure counts whole or not at all.

`[[signature]]` lists the ways in which a frame can be known to be of this layout though nobody says the model. All
conditions of one must hold: `oui` (how the devEUI begins), `port`, `starts` (a regular expression of hexadecimal
digits), `eui_at` (where the frame has the device's own EUI); and the layout must read the frame to its last byte. Write
one only if no other device can send such a frame.
"""

import re
import struct
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final, Literal

import msgspec

from besok.model.errors import Unreadable

FOLDER: Traversable = files("collectors.lorawan") / "layouts"
CLOCK_SET: Final = 1_577_836_800  # 2020-01-01: what is before is a clock that was never set
_RANGE: Final = re.compile(r"\{(\d+)\.\.(\d+)\}")
_TAG: Final = re.compile(r"([0-9a-f]{2}){1,3}")
_TYPE: Final = re.compile(r"([uixfht])(\d*)|item|items|size|rest")

Fields = dict[str, Any]
Structure = dict[str, "str | Entry"]
Body = (
    dict[str, "str | Entry"] | str | int
)  # a structure, a reason to pass over the rest, or bytes to pass over


class LayoutError(ValueError):
    """A layout is wrong; the text names the file and says why."""


class Incomplete(Unreadable):
    """A frame could be read in part: it breaks off, or goes on with what is not known. `fields` is what was read."""

    def __init__(self, said: str, fields: Fields) -> None:
        super().__init__(said)
        self.fields = fields


class Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"if_": "if"}):
    """A field of a frame."""

    type: str = "u1"
    at: int | None = None
    order: Literal["big", "little", ""] = ""
    bits: list[int] = []
    width: str = ""
    decimals: str = ""
    scale: float = 1
    offset: float | str = 0
    none: list[int] = []
    words: dict[str, str | int | float | bool] = {}
    cases: dict[str, dict[str, "str | Entry"] | str | int] = {}
    object: dict[str, "str | Entry"] = {}
    append: dict[str, "str | Entry"] = {}
    each: dict[str, "str | Entry"] = {}
    optional: bool = False
    if_: str = ""
    up_to: str = ""


class Signature(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What together only frames of this layout have."""

    oui: list[str] = []
    port: list[int] = []
    starts: str = ""
    eui_at: int = -1


class Layout(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A layout as its file writes it."""

    document: str
    frames: dict[str, dict[str, str | Entry] | str] = {}
    items: dict[str, dict[str, str | Entry] | str | int] = {}
    order: Literal["big", "little"] = "big"
    tag: int = 1
    wide: int = 256
    include: list[str] = []
    signature: list[Signature] = []


@dataclass(slots=True, kw_only=True)
class _Field:
    """A field made ready to be read: one number of an entry, its type parsed, its structures compiled."""

    name: str
    entry: Entry
    kind: str
    width: int
    order: Literal["big", "little"]
    number: int  # which of several; 0 for the only one
    condition: str
    joins: bool  # whether it is in the same bytes as the one before
    bits: list[tuple[int, int]]
    words: dict[int, Any]
    cases: dict[str, "_Body"]
    below: "list[_Field]"


_Body = list[_Field] | str | int


@dataclass(slots=True, kw_only=True)
class _Compiled:
    """A layout made ready to read frames."""

    tag: int
    wide: int
    ports: dict[str, _Body]
    exact: dict[str, _Body]
    patterns: list[tuple[re.Pattern[str], _Body]]

    def item(self, tag: str) -> _Body | None:
        """Find what stands behind a tag; None if it is not known."""
        found = self.exact.get(tag)
        if found is None:
            found = next((body for pattern, body in self.patterns if pattern.fullmatch(tag)), None)
            if found is not None:
                self.exact[tag] = found
        return found


def decode(name: str, fport: int, data: bytes) -> Fields:
    """Return the fields of a frame; none if it is known and has nothing to read.

    Raises Incomplete (an Unreadable that has what could be read) and Unreadable.
    """
    return _read(name, fport, data)[0]


def recognise(device_eui: str, fport: int, data: bytes) -> str:
    """Return the layout that a frame can only be of, by its form and its sender; "" if there is none, or doubt."""
    found = {
        name
        for name, signature in signatures()
        if _signed(signature, device_eui, fport, data) and _is_whole(name, fport, data)
    }
    return found.pop() if len(found) == 1 else ""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all layouts that have frames (others are only included)."""
    found = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
    return tuple(name for name in found if parsed(name).frames)


class _Frame:
    """A walk over the bytes of a frame."""

    def __init__(self, layout: _Compiled, data: bytes) -> None:
        self.layout = layout
        self.data = data
        self.at = 0
        self.raw = 0  # of the last number, before words and scale
        self.scope: dict[str, Any] = {}  # all values by name, those that are not given out among them
        self.problems: list[str] = []

    def body(self, body: _Body, out: Fields) -> None:
        """Read a structure, or pass over it."""
        if isinstance(body, list):
            self.structure(body, out, self.at)
        else:
            self.take(len(self.data) - self.at if isinstance(body, str) else body)

    def structure(self, fields: list[_Field], out: Fields, begin: int) -> None:
        """Read fields one behind the other; `begin` is where `at` counts from."""
        for one in fields:
            ahead, entry = self.at, one.entry
            if entry.optional and ahead >= len(self.data):
                return
            if entry.at is not None:
                self.at = begin + entry.at if entry.at >= 0 else len(self.data) + entry.at
            elif one.joins:
                self.at -= one.width  # the next bits of the same bytes
            self.field(one, out, begin)
            if entry.at is not None:
                self.at = ahead
            if one.cases:
                found = one.cases.get(str(self.raw), one.cases.get("*"))
                if found is None:
                    said = one.name.strip("_").replace("_", " ") or "kind"
                    raise Unreadable(f"a frame whose {said} is {self.raw:02x} is not known here")
                if isinstance(found, list):
                    self.structure(found, out, begin)
                else:
                    self.body(found, out)

    def field(self, one: _Field, out: Fields, begin: int) -> None:
        """Read the field at the place reached."""
        entry = one.entry
        if entry.object:
            self.structure(one.below, out.setdefault(one.name, {}), begin)
        elif entry.append:
            self.record(one, out)
        elif entry.each or one.kind == "items":
            try:
                while self.at < len(self.data):
                    self.record(one, out) if entry.each else self.item(out)
            except Unreadable as exc:  # what was read before counts
                self.problems.append(str(exc))
                self.at = len(self.data)
        elif one.kind == "item":
            self.item(out)
        else:
            self.give(one, self.value(one), out)

    def record(self, one: _Field, out: Fields) -> None:
        """Read one more object of a list; one without a time, where it should have one, is a problem."""
        inner: Fields = {}
        known = len(self.problems)
        self.structure(one.below, inner, self.at)
        if any(field.kind == "t" and field.name not in self.scope for field in one.below):
            self.problems.append("a record of the device's memory has no time: its clock was never set")
        elif inner and len(self.problems) == known:
            out.setdefault(one.name, []).append(inner)

    def item(self, out: Fields) -> None:
        """Read the tag at the place reached, and what stands behind it: whole, or not at all."""
        begin, data = self.at, self.data
        tag = self.take(self.layout.tag + int(begin < len(data) and data[begin] >= self.layout.wide))
        body = self.layout.item(tag.hex())
        if body is None:
            raise Unreadable(f"item {tag.hex()} at byte {begin + 1} of {len(data)} is not known here")
        self.scope["_tag"] = tag[0]
        inner: Fields = {}
        self.body(body, inner)
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
        found = self.data[self.at : end]
        self.at = end
        return found

    def value(self, one: _Field) -> Any:
        """Return the value of a field; None if it is no measurement."""
        left = len(self.data) - self.at
        if one.kind == "size":
            return self.number(one, left)
        width = self.scope.get(one.entry.width, 0) if one.entry.width else one.width
        data = self.take(left if one.kind == "rest" else width)
        if one.kind in ("x", "rest"):
            return None
        if one.kind == "h":
            return data.hex()
        if one.kind == "f":
            return round(struct.unpack(">f" if one.order == "big" else "<f", data)[0], 6)
        if one.bits:
            return self.number(one, _joined(int.from_bytes(data, one.order), one))
        number = self.number(one, int.from_bytes(data, one.order, signed=one.kind == "i"))
        if one.kind == "t" and number < CLOCK_SET:
            self.scope.pop(one.name, None)
            return None
        return number

    def number(self, one: _Field, raw: int) -> Any:
        """Return what a raw number says."""
        entry, self.raw = one.entry, raw
        if raw in entry.none:
            return None
        if one.words:
            return one.words.get(raw, f"unknown ({raw})")
        scale = entry.scale / 10 ** self.scope.get(entry.decimals, 0) if entry.decimals else entry.scale
        offset = entry.offset if not isinstance(entry.offset, str) else self.scope.get(entry.offset, 0)
        if scale == 1 and not offset:
            return raw
        found = round(raw * scale + offset, 6)  # 0.1 has no exact form: 22.6 and not 22.600000000000001
        return int(found) if found.is_integer() else found

    def give(self, one: _Field, value: Any, out: Fields) -> None:
        """Note a value under its name, if it is one."""
        if value is None or one.number > self.scope.get(one.entry.up_to, one.number):
            return
        if one.condition and not self.scope.get(one.condition):
            return
        name = one.name.format_map(self.scope) if "{" in one.name else one.name
        self.scope[name] = value
        if not name.startswith("_"):
            out[name] = value


def _joined(raw: int, one: _Field) -> int:
    """Take the bits of a field out of its bytes, and join them."""
    value = total = 0
    for first, count in one.bits:
        value = value << count | (raw >> first & (1 << count) - 1)
        total += count
    return value - (1 << total) if one.kind == "i" and value >> (total - 1) else value


def _read(name: str, fport: int, data: bytes) -> tuple[Fields, bool]:
    """Return the fields of a frame and whether it was read to its last byte. Raises Unreadable."""
    layout = compiled(name)
    body = layout.ports.get(str(fport), layout.ports.get("*"))
    if body is None:
        raise Unreadable(f"frames on port {fport} are not known here, only on {', '.join(layout.ports)}")
    frame = _Frame(layout, data)
    fields: Fields = {}
    frame.body(body, fields)
    if frame.problems:
        raise Incomplete("; ".join(dict.fromkeys(frame.problems)), fields)
    return fields, frame.at == len(data)


def _is_whole(name: str, fport: int, data: bytes) -> bool:
    try:
        return _read(name, fport, data)[1]
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
    """Return the signatures of all layouts."""
    return tuple((name, signature) for name in names() for signature in parsed(name).signature)


@cache
def parsed(name: str) -> Layout:
    """Read a layout's file. Raises LayoutError."""
    try:
        return msgspec.convert(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")), Layout)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as exc:
        raise LayoutError(f"layout {name}: {exc}") from exc


@cache
def compiled(name: str) -> _Compiled:
    """Make a layout ready. Raises LayoutError."""
    layout = parsed(name)
    try:
        ports = {
            port: _body(body, layout.order)
            for said, body in layout.frames.items()
            for port in said.split("|")
        }
        exact: dict[str, _Body] = {}
        patterns = []
        for said, body, order in _all_items(name):
            if _TAG.fullmatch(said):
                exact.setdefault(said, _body(body, order))
            else:
                patterns.append((re.compile(said), _body(body, order)))
    except (ValueError, re.error) as exc:
        raise LayoutError(f"layout {name}: {exc}") from exc
    return _Compiled(tag=layout.tag, wide=layout.wide, ports=ports, exact=exact, patterns=patterns)


def _all_items(name: str) -> Iterator[tuple[str, Body, Literal["big", "little"]]]:
    """Return the items of a layout and then those that it includes: the first of a tag counts."""
    layout = parsed(name)
    yield from ((tag, body, layout.order) for tag, body in layout.items.items())
    for other in layout.include:
        yield from _all_items(other)


def _body(body: Body, order: Literal["big", "little"]) -> _Body:
    return body if isinstance(body, str | int) else list(_fields(body, order))


def _fields(structure: Structure, order: Literal["big", "little"]) -> Iterator[_Field]:
    """Compile the fields of a structure, one for each number of a range in its name."""
    for said, given in structure.items():
        entry = Entry(type=given) if isinstance(given, str) else given
        found = _RANGE.search(said)
        first, last = (int(found[1]), int(found[2])) if found else (0, 0)
        for number in range(first, last + 1):
            yield _field(_RANGE.sub(str(number), said), entry, number, number - first, order)


def _field(name: str, entry: Entry, number: int, index: int, order: Literal["big", "little"]) -> _Field:
    parts = _TYPE.fullmatch(entry.type)
    if parts is None:
        raise ValueError(f'{name}: "{entry.type}" is no type')
    own = entry.order or order
    pairs = [(entry.bits[n], entry.bits[n + 1]) for n in range(0, len(entry.bits), 2)]
    shift = index * sum(count for _, count in pairs)
    return _Field(
        name=name,
        entry=entry,
        kind=parts[1] or entry.type,
        width=int(parts[2] or 0),
        order=own,
        number=number,
        condition=entry.if_.replace("{}", str(number)),
        joins=index > 0 and bool(pairs),
        bits=[(first + shift, count) for first, count in pairs],
        words={int(raw, 0): word for raw, word in entry.words.items()},
        cases={
            raw if raw == "*" else str(int(raw, 0)): _body(body, own)
            for said, body in entry.cases.items()
            for raw in said.split("|")
        },
        below=list(_fields(entry.object or entry.append or entry.each, own)),
    )
