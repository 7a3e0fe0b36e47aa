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
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

import msgspec

FOLDER: Traversable = files("collectors.lorawan") / "layouts"
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_TAG = re.compile(r"([0-9a-f]{2}){1,3}")
_TYPE = re.compile(r"([uixfht])(\d*)|item|items|size|rest")

Order = Literal["big", "little"]
Structure = dict[str, "str | Entry"]


class LayoutError(ValueError):
    """A layout is wrong; the text names the file and says why."""


class Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"if_": "if"}):
    """A field of a frame as a file writes it."""

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
    order: Order = "big"
    tag: int = 1
    wide: int = 256
    include: list[str] = []
    signature: list[Signature] = []


class Field(Entry, kw_only=True):
    """A field made ready to be read: one number of an entry, its type parsed, its structures compiled."""

    name: str
    kind: str
    size: int
    endian: Order
    number: int  # which of several; 0 for the only one
    joins: bool  # whether it is in the same bytes as the one before
    spans: list[tuple[int, int]]
    meanings: dict[int, Any]
    ways: dict[int | str, "Body"]
    below: list["Field"]


Body = list[Field] | str | int  # a structure, a reason to pass over the rest, or bytes to pass over


class Compiled(msgspec.Struct, kw_only=True):
    """A layout made ready to read frames."""

    tag: int
    wide: int
    ports: dict[str, Body]
    exact: dict[str, Body]
    patterns: list[tuple[re.Pattern[str], Body]]

    def item(self, tag: str) -> Body | None:
        """Find what stands behind a tag; None if it is not known."""
        found = self.exact.get(tag)
        if found is None:
            found = next((body for pattern, body in self.patterns if pattern.fullmatch(tag)), None)
            if found is not None:
                self.exact[tag] = found
        return found


@cache
def names() -> tuple[str, ...]:
    """Return the names of all layouts that have frames (others are only included)."""
    found = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
    return tuple(name for name in found if parsed(name).frames)


@cache
def parsed(name: str) -> Layout:
    """Read a layout's file. Raises LayoutError."""
    try:
        return msgspec.convert(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8")), Layout)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as exc:
        raise LayoutError(f"layout {name}: {exc}") from exc


@cache
def compiled(name: str) -> Compiled:
    """Make a layout ready. Raises LayoutError."""
    layout = parsed(name)
    found = Compiled(tag=layout.tag, wide=layout.wide, ports={}, exact={}, patterns=[])
    try:
        for said, frame in layout.frames.items():
            found.ports |= dict.fromkeys(said.split("|"), _body(frame, layout.order))
        for said, item, order in _items(name):
            if _TAG.fullmatch(said):
                found.exact.setdefault(said, _body(item, order))
            else:
                found.patterns.append((re.compile(said), _body(item, order)))
    except (ValueError, re.error) as exc:
        raise LayoutError(f"layout {name}: {exc}") from exc
    return found


def _items(name: str) -> Iterator[tuple[str, Structure | str | int, Order]]:
    """Return the items of a layout and then those that it includes: the first of a tag counts."""
    layout = parsed(name)
    yield from ((tag, body, layout.order) for tag, body in layout.items.items())
    for other in layout.include:
        yield from _items(other)


def _body(body: Structure | str | int, order: Order) -> Body:
    return body if isinstance(body, str | int) else list(_fields(body, order))


def _fields(structure: Structure, order: Order) -> Iterator[Field]:
    """Compile the fields of a structure, one for each number of a range in its name."""
    for said, given in structure.items():
        entry = Entry(type=given) if isinstance(given, str) else given
        found = _RANGE.search(said)
        first, last = (int(found[1]), int(found[2])) if found else (0, 0)
        for number in range(first, last + 1):
            yield _field(_RANGE.sub(str(number), said), entry, number, number - first, order)


def _field(name: str, entry: Entry, number: int, index: int, order: Order) -> Field:
    parts = _TYPE.fullmatch(entry.type)
    if parts is None:
        raise ValueError(f'{name}: "{entry.type}" is no type')
    order = entry.order or order
    below = list(_fields(entry.object or entry.append or entry.each, order))
    if entry.each and not any(one.size and one.at is None for one in below):
        raise ValueError(f"{name}: an item of each must take bytes")
    pairs = list(zip(entry.bits[::2], entry.bits[1::2], strict=True))
    shift = index * sum(count for _, count in pairs)
    given = {field: getattr(entry, field) for field in entry.__struct_fields__}
    return Field(
        **given | {"if_": entry.if_.replace("{}", str(number))},
        name=name,
        kind=parts[1] or entry.type,
        size=int(parts[2] or 0),
        endian=order,
        number=number,
        joins=index > 0 and bool(pairs),
        spans=[(first + shift, count) for first, count in pairs],
        meanings={int(raw, 0): word for raw, word in entry.words.items()},
        ways={
            raw if raw == "*" else int(raw, 0): _body(body, order)
            for said, body in entry.cases.items()
            for raw in said.split("|")
        },
        below=below,
    )
