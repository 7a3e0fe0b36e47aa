"""Frame layouts: data files that name the bytes of a LoRaWAN frame (layouts.md)."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

import msgspec

from collectors.devices.format import numbered

OTHERS = "*"  # any port or raw value that is not named
FOLDER: Traversable = files("collectors.lorawan") / "layouts"
_TAG = re.compile(r"([0-9a-f]{2}){1,3}")
_TYPE = re.compile(r"([uixfht])(\d*)|item|items|size|rest")

Order = Literal["big", "little"]
Body = list["Field"] | str | int  # a structure, a reason to pass over the rest, or bytes to pass over


class LayoutError(ValueError):
    """A layout is wrong; the text names the file and the reason."""


class Field(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"if_": "if"}):
    """A field of a frame as a file writes it, one for each number of a range in its name."""

    name: str
    number: int  # which of several; 0 for the only one
    order: Order
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


class Signature(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Properties that together only frames of this layout have."""

    oui: list[str] = []
    port: list[int] = []
    starts: str = ""
    eui_at: int = -1


class Layout(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A layout: its frames by port, and its items by tag."""

    document: str
    frames: dict[str, Body] = {}
    items: dict[str, Body] = {}
    order: Order = "big"
    tag: int = 1
    wide: int = 256
    include: list[str] = []
    signature: list[Signature] = []
    patterns: list[tuple[re.Pattern[str], Body]] = []  # for tags of items that are patterns

    def item(self, tag: str) -> Body | None:
        """Find the item of a tag; None if it is not known."""
        structure = self.items.get(tag)
        if structure is None:
            structure = next((body for pattern, body in self.patterns if pattern.fullmatch(tag)), None)
            if structure is not None:
                self.items[tag] = structure
        return structure


@cache
def names() -> tuple[str, ...]:
    """Return the names of all layouts that have frames (others are only included)."""
    stems = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
    return tuple(name for name in stems if load(name).frames)


@cache
def load(name: str) -> Layout:
    """Read a layout's file, and the items that it includes: the first item of a tag counts. Raises LayoutError."""
    try:
        data = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
        order = data.get("order", "big")
        items = {key: _body(body, order) for key, body in data.get("items", {}).items()}
        ports = {
            port: _body(body, order)
            for key, body in data.get("frames", {}).items()
            for port in key.split("|")
        }
        layout = msgspec.convert(data | {"items": items, "frames": ports}, Layout)
        for included in map(load, layout.include):
            for tag, body in included.items.items():
                layout.items.setdefault(tag, body)
        tags = [tag for tag in layout.items if not _TAG.fullmatch(tag)]
        layout.patterns = [(re.compile(tag), layout.items[tag]) for tag in tags]
    except (OSError, ValueError, re.error) as exc:
        raise LayoutError(f"layout {name}: {exc}") from exc
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
    bits = entry.get("bits", [])
    for index, (name, number, row) in enumerate(numbered(name_range, entry)):
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
