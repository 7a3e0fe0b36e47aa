"""The little of Protocol Buffers that Sparkplug needs: fields of a message by their numbers."""

import struct
from collections.abc import Iterator
from typing import Final

from besok.model.errors import Unreadable

LONGEST: Final = 10  # bytes of a number


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field: whole numbers as they are, others as bytes. Raises Unreadable."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == 2:
            size, at = _varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise Unreadable("the payload is no Sparkplug message: a field of a kind that is out of use")
        if number == 0 or at + size > len(data):
            raise Unreadable("the payload is no Sparkplug message, or it breaks off")
        yield number, data[at : at + size]
        at += size


def signed(value: int, bits: int) -> int:
    """Return a whole number of two's complement in `bits` bits."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def floating(raw: bytes) -> float:
    """Return a number of four or eight bytes."""
    found: float = struct.unpack("<f" if len(raw) == 4 else "<d", raw)[0]
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for number, byte in enumerate(data[at : at + LONGEST]):
        value |= (byte & 0x7F) << (7 * number)
        if byte < 0x80:
            return value, at + number + 1
    raise Unreadable("the payload is no Sparkplug message, or it breaks off")
