"""Frame layouts: data files that say what the bytes of a LoRaWAN frame are called (layouts.md)."""

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
    """A layout is wrong; the text names the file and says why."""


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
        """Take the type apart. Raises ValueError."""
        parts = _TYPE.fullmatch(self.type)
        if parts is None:
            raise ValueError(f'{self.name}: "{self.type}" is no type')
        if self.each and not any(one.size and one.at is None for one in self.each):
            raise ValueError(f"{self.name}: an item of each must take bytes")
        self.kind, self.size = parts[1] or self.type, int(parts[2] or 0)


class Signature(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What together only frames of this layout have."""

    oui: list[str] = []
    port: list[int] = []
    starts: str = ""
    eui_at: int = -1


class Layout(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A layout: its frames by port, and what stands behind tags."""

    document: str
    frames: dict[str, Body] = {}
    items: dict[str, Body] = {}
    order: Order = "big"
    tag: int = 1
    wide: int = 256
    include: list[str] = []
    signature: list[Signature] = []
    patterns: list[tuple[re.Pattern[str], Body]] = []  # of the tags of items that are no single one

    def item(self, tag: str) -> Body | None:
        """Find what stands behind a tag; None if it is not known."""
        found = self.items.get(tag)
        if found is None:
            found = next((body for pattern, body in self.patterns if pattern.fullmatch(tag)), None)
            if found is not None:
                self.items[tag] = found
        return found


@cache
def names() -> tuple[str, ...]:
    """Return the names of all layouts that have frames (others are only included)."""
    found = sorted(file.name.removesuffix(".toml") for file in FOLDER.iterdir())
    return tuple(name for name in found if load(name).frames)


@cache
def load(name: str) -> Layout:
    """Read a layout's file, and the items that it includes: the first of a tag counts. Raises LayoutError."""
    try:
        data = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
        order = data.get("order", "big")
        items = {said: _body(body, order) for said, body in data.get("items", {}).items()}
        ports = {
            port: _body(body, order)
            for said, body in data.get("frames", {}).items()
            for port in said.split("|")
        }
        found = msgspec.convert(data | {"items": items, "frames": ports}, Layout)
        for other in map(load, found.include):
            for tag, body in other.items.items():
                found.items.setdefault(tag, body)
        tags = [tag for tag in found.items if not _TAG.fullmatch(tag)]
        found.patterns = [(re.compile(tag), found.items[tag]) for tag in tags]
    except (OSError, ValueError, re.error) as exc:
        raise LayoutError(f"layout {name}: {exc}") from exc
    return found


def _body(said: Any, order: str) -> Any:
    """Write a structure as the list of its fields, each with its name, number and order of bytes."""
    if not isinstance(said, dict):
        return said
    return [field for key, given in said.items() for field in _fields(key, given, order)]


def _fields(said: str, given: Any, order: str) -> Iterator[dict[str, Any]]:
    """Write a field as msgspec reads it, once for each number of a range in its name."""
    entry = {"type": given} if isinstance(given, str) else given
    order = entry.get("order", order)
    bits = entry.get("bits", [])
    for index, (name, number, one) in enumerate(numbered(said, entry)):
        shift = index * sum(bits[1::2])
        cases = one.get("cases", {}).items()
        yield {
            **{key: value for key, value in one.items() if key != "bits"},
            **{key: _body(one[key], order) for key in ("object", "append", "each") if key in one},
            "name": name,
            "number": number,
            "order": order,
            "words": {int(raw, 0): word for raw, word in one.get("words", {}).items()},
            "cases": {_raw(raw): _body(body, order) for raws, body in cases for raw in raws.split("|")},
            "spans": [(first + shift, count) for first, count in zip(bits[::2], bits[1::2], strict=True)],
            "joins": index > 0 and bool(bits),
        }


def _raw(text: str) -> int | str:
    return text if text == OTHERS else int(text, 0)
