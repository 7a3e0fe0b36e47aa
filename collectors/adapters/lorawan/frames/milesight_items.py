"""The items of Milesight frames: channel, type and value, most of them shared by all devices.

Format: the user guides and https://github.com/Milesight-IoT/SensorDecoders (payload definitions).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, item, note, note_items, walk
from collectors.adapters.sheet import Sheet

ANSWERS: Final = (0xFE, 0xF8, 0xF9, 0xFF)  # channels of attributes and of answers to settings
CLOCK_SET: Final = 1_577_836_800  # 2020-01-01: what is before is a clock that was never set


class Channels(dict[Key, Item]):
    """A family's items. A channel of answers that is not among them takes the rest of the frame: settings echoed."""

    def get(self, key: Key, default: Item | None = None) -> Item | None:  # type: ignore[override]
        found = super().get(key)
        if found is None and isinstance(key, tuple) and key[0] in ANSWERS:
            return _ANSWER
        return found or default


_ANSWER: Final = item(len)


def clock(body: bytes) -> datetime | None:
    """Return the time a device writes into a frame (seconds since 1970); None if its clock was never set."""
    seconds = int.from_bytes(body[:4], "little")
    return datetime.fromtimestamp(seconds, UTC) if seconds >= CLOCK_SET else None


def counts(in_: str, out: str, part: str = "1", at: int = 0) -> tuple[Field, Field]:
    """In and out, two bytes each."""
    return (Field(metric=in_, at=at, width=2, part=part), Field(metric=out, at=at + 2, width=2, part=part))


def temperature(at: int = 0) -> Field:
    """Tenths of a degree, signed."""
    return Field(metric="temperature_c", at=at, width=2, signed=True, scale=0.1, codes={-1: None})


def humidity(at: int = 0) -> Field:
    """Halves of a per cent."""
    return Field(metric="humidity_pct", at=at, scale=0.5, codes={0xFF: None})


def occupied(at: int = 0) -> Field:
    """Tell whether anybody is there: 1 or 0."""
    return Field(metric="occupied", at=at)


def people(first: int, count: int, at: int = 0) -> tuple[Field, ...]:
    """People in so many regions, a byte each."""
    return tuple(Field(metric="people", at=at + n, part=str(first + n)) for n in range(count))


def _serial_size(rest: bytes) -> int:
    """6 bytes, on newer firmware 8; no serial number has a byte ff, and with it the next attribute begins."""
    return 8 if len(rest) >= 8 and rest[6] != 0xFF and (len(rest) == 8 or rest[8] == 0xFF) else 6


COMMON: Final[Mapping[Key, Item]] = {
    (0xFF, 0x01): SKIP[1],
    (0xFF, 0x08): item(_serial_size),
    (0xFF, 0x09): SKIP[2],
    (0xFF, 0x0A): SKIP[2],
    (0xFF, 0x0B): SKIP[1],
    (0xFF, 0x0F): SKIP[1],
    (0xFF, 0x16): SKIP[8],
    (0xFF, 0x1F): SKIP[4],
    (0xFF, 0xCC): SKIP[1],
    (0xFF, 0xFE): SKIP[1],
    (0xFF, 0xFF): SKIP[2],
    (0x01, 0x75): item(1, Field(metric="battery_pct")),
}
CLIMATE: Final[Mapping[Key, Item]] = {
    (0x03, 0x67): item(2, temperature()),
    (0x04, 0x68): item(1, humidity()),
    (0x83, 0x67): item(3, temperature()),
    (0x84, 0x68): item(2, humidity()),
}


def note_plain(sheet: Sheet, data: bytes, items: Channels) -> None:
    """Note all items; a time among them holds for the others."""
    for key in (0x0A, 0xEF), (0x0F, 0x85):
        if key in items:
            sheet.time = _stamp(sheet, data, items, key) or sheet.time
    note_items(sheet, data, items, 2, "little")


def _stamp(sheet: Sheet, data: bytes, items: Channels, key: Key) -> datetime | None:
    try:
        for found, _, body in walk(data, items, 2):
            if found == key:
                return clock(body)
    except Unreadable:
        return None  # told when the items are noted
    return None


def note_later(sheet: Sheet, body: bytes, fields: tuple[Field, ...], at: int) -> None:
    """Note a record of the device's memory, which begins with its time."""
    time = clock(body)
    if time is None:
        sheet.problems.append("a record of the device's memory has no time: its clock was never set")
    else:
        note(sheet, body[at:], fields, "little", time=time)


def found_in(data: bytes, items: Channels) -> list[tuple[Key, Item, bytes]]:
    found = []
    try:
        for one in walk(data, items, 2):
            found.append(one)  # noqa: PERF402 - what was read before a frame breaks off is kept
    except Unreadable:
        pass  # told when the items are noted
    return found
