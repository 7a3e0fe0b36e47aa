"""The places of values in the bytes of a frame, and the walk over frames that are made of tagged items."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from besok.model.errors import Unreadable
from collectors.adapters.sheet import Sheet

Order = Literal["little", "big"]
NOTHING: Final[Mapping[int, float | None]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value: `width` bytes at `at`, of them the bits of `mask` after a shift, times `scale` plus `offset`.

    `codes` gives certain raw values a meaning of their own, None for "no measurement". A running total begins again at
    zero where its bytes (or bits) are full.
    """

    metric: str
    at: int = 0
    width: int = 1
    signed: bool = False
    scale: float = 1.0
    offset: float = 0.0
    shift: int = 0
    mask: int = 0  # 0: all bits
    part: str = "1"
    codes: Mapping[int, float | None] = field(default_factory=lambda: NOTHING)
    order: Order | Literal[""] = ""  # "": that of the frame

    def value(self, data: bytes, order: Order) -> float | None:
        """Return the value in `data`, which is long enough."""
        raw = int.from_bytes(data[self.at : self.at + self.width], self.order or order, signed=self.signed)
        raw >>= self.shift
        if self.mask:
            raw &= self.mask
        if raw in self.codes:
            return self.codes[raw]
        # Rounded, since 0.1 has no exact form: 22.6 and not 22.600000000000001.
        return raw if self.scale == 1.0 and not self.offset else round(raw * self.scale + self.offset, 6)

    @property
    def wraps(self) -> int:
        """Find where a total of this width begins again at zero."""
        return self.mask + 1 if self.mask else 1 << (8 * self.width - self.shift)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One tagged item: its size in bytes (or how to find it out), and what of it is noted."""

    size: int | Callable[[bytes], int]
    fields: tuple[Field, ...] = ()
    read: Callable[[Sheet, bytes], None] | None = None


def item(
    size: int | Callable[[bytes], int], *fields: Field, read: Callable[[Sheet, bytes], None] | None = None
) -> Item:
    """Return an Item in few words."""
    return Item(size=size, fields=fields, read=read)


SKIP: Final[Mapping[int, Item]] = {size: Item(size=size) for size in range(17)}  # known, and nothing for us


def note(
    sheet: Sheet,
    data: bytes,
    fields: tuple[Field, ...],
    order: Order = "little",
    *,
    time: datetime | None = None,
    part: str = "",
) -> None:
    """Note `fields` of `data`; a field beyond its end is not there. `part` replaces that of the fields."""
    for one in fields:
        if one.at + one.width <= len(data):
            sheet.note(one.metric, one.value(data, order), part=part or one.part, time=time, wraps=one.wraps)


def fixed(sheet: Sheet, data: bytes, size: int, fields: tuple[Field, ...], order: Order = "little") -> None:
    """Note the fields of a frame of (at least) `size` bytes. Raises Unreadable if it is shorter."""
    if len(data) < size:
        raise Unreadable(f"the frame breaks off: it has {len(data)} of {size} bytes")
    note(sheet, data, fields, order)


Key = int | tuple[int, int]


Tag = int | Callable[[int], int]  # bytes of a tag: 1 or 2, or which of the two the first byte says


def walk(
    data: bytes, items: Mapping[Key, Item], tag: Tag, start: int = 0
) -> Iterator[tuple[Key, Item, bytes]]:
    """Return the items of a frame one by one, each behind its tag.

    Raises Unreadable where an item is unknown or breaks off; the items before have been given out by then.
    """
    at = start
    while at < len(data):
        wide = tag if isinstance(tag, int) else tag(data[at])
        name = data[at : at + wide].hex()
        if at + wide > len(data):
            raise Unreadable(f"the frame breaks off in the middle of an item ({name})")
        key: Key = data[at] if wide == 1 else (data[at], data[at + 1])
        found = items.get(key)
        if found is None:
            raise Unreadable(f"item {name} at byte {at + 1} of {len(data)} is not known here")
        at += wide
        size = found.size if isinstance(found.size, int) else found.size(data[at:])
        if at + size > len(data):
            raise Unreadable(f"the frame breaks off: item {name} has {len(data) - at} of {size} bytes")
        yield key, found, data[at : at + size]
        at += size


def note_items(
    sheet: Sheet, data: bytes, items: Mapping[Key, Item], tag: Tag, order: Order, start: int = 0
) -> int:
    """Note all items of a frame and say how many there were; what cannot be read is a problem, the rest counts."""
    count = 0
    try:
        for _, found, body in walk(data, items, tag, start):
            count += 1
            note(sheet, body, found.fields, order)
            if found.read is not None:
                found.read(sheet, body)
    except Unreadable as exc:
        sheet.problems.append(str(exc))
    return count


def consumed(data: bytes, items: Mapping[Key, Item], tag: Tag, start: int = 0) -> list[Key]:
    """Return the tags of a frame that is made of known items to its last byte; none if it is not."""
    try:
        return [key for key, _, _ in walk(data, items, tag, start)]
    except Unreadable:
        return []
