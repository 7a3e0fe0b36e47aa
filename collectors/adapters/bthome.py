"""BTHome and Qingping service data of Bluetooth sensors, decoded by their published tables (bthome.toml).

Qingping: type, length and value after the address of the sensor.
"""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Final, NamedTuple

from besok.model.errors import Unreadable

Fields = dict[str, float | str]


class _Object(NamedTuple):
    size: int
    name: str = ""
    factor: float = 1.0
    signed: bool = False


_DATA: Final = tomllib.loads((files("collectors.adapters") / "bthome.toml").read_text("utf-8"))
_TEXT: Final = (0x53, 0x54)  # their length is in their first byte
_OBJECTS: Final = {
    int(code, 16): _Object(int(size)) for size, codes in _DATA["sizes"].items() for code in codes.split()
} | {int(code, 16): _Object(**said) for code, said in _DATA["objects"].items()}


def decode(uuid: str, data: bytes) -> Fields | None:
    """Return the fields in the service data of `uuid` (four hex digits), by the names of the format's documents.

    `kind` says which format it is, `address` (lower-case hex) is there if the data hold it. None for services that are
    not known here. Raises Unreadable with a sentence that says what is missing.
    """
    if uuid == "fcd2":
        return _v2(data)
    if uuid == "181c":
        return _v1(data)
    if uuid == "181e":
        return {"kind": "encrypted"}
    return _qingping(data) if uuid == "fdcd" else None


def _v2(data: bytes) -> Fields:
    if not data or data[0] >> 5 != 2:
        raise Unreadable("the service data of BTHome are not those of version 2")
    if data[0] & 1:
        return {"kind": "encrypted"}
    fields: Fields = {"kind": "BTHome"}
    rest = data[1:]
    while rest:
        code, size, start = _v2_object(rest)
        raw = rest[start : start + size]
        if len(raw) < size:
            raise Unreadable(f"the service data break off in object 0x{code:02x}")
        _note(fields, code, raw)
        rest = rest[start + size :]
    return fields


def _v2_object(rest: bytes) -> tuple[int, int, int]:
    """Code and size of the next object, and where its value begins."""
    code = rest[0]
    if code in _TEXT and len(rest) > 1:
        return code, rest[1], 2
    if code not in _OBJECTS:
        raise Unreadable(f"the service data hold the object 0x{code:02x}, which is not known here")
    return code, _OBJECTS[code].size, 1


def _v1(data: bytes) -> Fields:
    """Version 1: each object is its format and length, its code and its value."""
    fields: Fields = {"kind": "BTHome v1"}
    rest = data
    while rest:
        size = rest[0] & 0x1F
        if size < 1 or len(rest) < size + 1:
            raise Unreadable("the service data break off")
        if rest[0] >> 5 < 2:  # an unsigned or a signed integer
            _note(fields, rest[1], rest[2 : size + 1])
        rest = rest[size + 1 :]
    return fields


def _note(fields: Fields, code: int, raw: bytes) -> None:
    known = _OBJECTS.get(code, _Object(0))
    if known.name:
        value = int.from_bytes(raw, "little", signed=known.signed)
        fields.setdefault(known.name, round(value * known.factor, 3))


def _qingping(data: bytes) -> Fields:
    """Two bytes of frame and product, the address backwards, then type, length and value each."""
    if len(data) < 8:
        raise Unreadable("the service data break off")
    fields: Fields = {"kind": "Qingping", "address": data[7:1:-1].hex()}
    for code, raw in _tlv(data[8:]):
        value = int.from_bytes(raw, "little")
        if code == 0x0F and raw:
            fields["packet"] = raw[0]
        elif code == 0x01 and len(raw) == 4:
            fields["temperature"] = int.from_bytes(raw[:2], "little", signed=True) / 10
            fields["humidity"] = (value >> 16) / 10
        elif code == 0x02 and len(raw) == 1:
            fields["battery"] = value
        elif code == 0x08 and len(raw) == 4:
            fields |= {"motion": value & 1, "illuminance": value >> 8}
        elif code == 0x09 and len(raw) == 4:
            fields["illuminance"] = value
        elif code == 0x11 and len(raw) == 1:
            fields["motion"] = value & 1
        elif code == 0x13 and len(raw) == 2:
            fields["co2"] = value
    return fields


def _tlv(data: bytes) -> Iterator[tuple[int, bytes]]:
    while data:
        if len(data) < 2 or len(data) < 2 + data[1]:
            raise Unreadable("the service data break off")
        yield data[0], data[2 : 2 + data[1]]
        data = data[2 + data[1] :]
