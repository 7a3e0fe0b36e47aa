"""Frame layouts: data files that say what the bytes of a LoRaWAN frame are called (layouts.md)."""

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
