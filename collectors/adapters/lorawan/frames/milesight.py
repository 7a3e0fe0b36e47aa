"""Milesight VS, WS and AM series: items of channel, type and value (little-endian), usually on port 85.

The type says what kind of value it is, but channel and type together mean different things on different models (05 00
is presence on a WS203, a leak on an EM300): each family has its table. Where the model is not known, only what all
families agree on that can read the frame is noted, and the rest is a problem that asks for the model.

Format: the user guides and https://github.com/Milesight-IoT/SensorDecoders (payload definitions).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.frames.milesight_counters import (
    VS13X,
    VS35X,
    VS121,
    VS321,
    note_vs121,
    note_vs321,
)
from collectors.adapters.lorawan.frames.milesight_items import (
    ANSWERS,
    CLIMATE,
    COMMON,
    Channels,
    humidity,
    note_later,
    note_plain,
    occupied,
    temperature,
)
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, consumed, item
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

PORT: Final = 85
OUI: Final = "24e124"  # with this begins the devEUI of every Milesight device


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Models whose frames mean the same."""

    names: tuple[str, ...]
    items: Channels
    note: Callable[[Sheet, bytes, Channels], None]


WS203: Final = Channels(
    {
        **COMMON,
        **CLIMATE,
        (0x05, 0x00): item(1, occupied()),
        (0x20, 0xCE): item(
            9, read=lambda sheet, body: note_later(sheet, body, (occupied(), temperature(1), humidity(3)), 5)
        ),
    }
)
SWITCH: Final = Channels({**COMMON, (0x03, 0x00): item(1, occupied()), (0x04, 0x00): SKIP[1]})
VS330: Final = Channels(
    {**COMMON, (0x02, 0x82): SKIP[2], (0x03, 0x8E): item(1, occupied()), (0x04, 0x8E): SKIP[1]}
)
AIR: Final[Mapping[Key, Item]] = {
    **COMMON,
    **CLIMATE,
    (0x07, 0x7D): item(2, Field(metric="co2_ppm", width=2, codes={0xFFFF: None, 0xFFFE: None})),
    (0x08, 0x7D): SKIP[2],
    (0x08, 0xE6): SKIP[2],
    (0x09, 0x73): SKIP[2],
}
AM100: Final = Channels(
    {
        **AIR,
        (0x05, 0x6A): item(2, Field(metric="motions", width=2)),
        (0x06, 0x65): item(6, Field(metric="light_lux", width=2)),
    }
)


def _am300(memory: int) -> Channels:
    """AM307 and its kin; the records of the memory differ in size. PIR: 1 moves, 0 is still."""
    record = (
        Field(metric="temperature_c", width=2, signed=True, scale=0.1),
        Field(metric="humidity_pct", at=2, width=2, scale=0.5),
        occupied(4),
        Field(metric="co2_ppm", at=6, width=2),
    )
    return Channels(
        {
            **AIR,
            (0x05, 0x00): item(1, occupied()),
            (0x06, 0xCB): SKIP[1],  # a level from 0 to 5, not lux
            (0x0A, 0x7D): SKIP[2],
            (0x0B, 0x7D): SKIP[2],
            (0x0C, 0x7D): SKIP[2],
            (0x0D, 0x7D): SKIP[2],
            (0x0E, 0x01): SKIP[1],
            (0x20, 0xCE): item(memory, read=lambda sheet, body: note_later(sheet, body, record, 4)),
        }
    )


# Not people's sensors, but of the same make and with the same channels for other things: they keep the unknown honest.
EM300: Final = Channels({**COMMON, **CLIMATE, (0x05, 0x00): SKIP[1], (0x06, 0x00): SKIP[1]})
EM500: Final = Channels(
    {**COMMON, **CLIMATE, (0x05, 0x7D): item(2, Field(metric="co2_ppm", width=2)), (0x06, 0x73): SKIP[2]}
)
DOOR: Final = Channels({**COMMON, (0x03, 0x00): SKIP[1], (0x04, 0x00): SKIP[1]})

FAMILIES: Final = (
    Family(names=("vs121",), items=VS121, note=note_vs121),
    Family(names=("vs132", "vs133", "vs135"), items=VS13X, note=note_plain),
    Family(names=("vs350", "vs351", "vs360"), items=VS35X, note=note_plain),
    Family(names=("vs321",), items=VS321, note=note_vs321),
    Family(names=("vs330",), items=VS330, note=note_plain),
    Family(names=("vs340", "vs341", "vs370", "ws202"), items=SWITCH, note=note_plain),
    Family(names=("ws203",), items=WS203, note=note_plain),
    Family(names=("am100", "am102", "am103", "am104", "am107"), items=AM100, note=note_plain),
    Family(names=("am307",), items=_am300(16), note=note_plain),
    Family(names=("am308",), items=_am300(20), note=note_plain),
    Family(names=("am319",), items=_am300(22), note=note_plain),
    Family(names=("em300", "em310", "em320"), items=EM300, note=note_plain),
    Family(names=("em500",), items=EM500, note=note_plain),
    Family(names=("ws301", "ws303"), items=DOOR, note=note_plain),
)
BY_NAME: Final = {name: family for family in FAMILIES for name in family.names}


def claims(uplink: Uplink) -> bool:
    """Accept frames of items that one of the families knows, from a Milesight device or on Milesight's port."""
    if uplink.device.startswith(OUI):
        return True
    return uplink.fport == PORT and any(_measures(consumed(uplink.payload, f.items, 2)) for f in FAMILIES)


def read(uplink: Uplink, sheet: Sheet, name: str) -> str:
    """Note what a frame says by the table of its family, or what all families agree on that can read it."""
    family = BY_NAME.get(name)
    if family is not None:
        family.note(sheet, uplink.payload, family.items)
        return _not_data(uplink.payload, family)
    able = [family for family in FAMILIES if consumed(uplink.payload, family.items, 2)]
    if not able:
        raise Unreadable(
            "the frame is of none of the models known here; set up a decoder in the network server"
        )
    _agreed(uplink, sheet, able)
    return _not_data(uplink.payload, able[0])


def _agreed(uplink: Uplink, sheet: Sheet, able: list[Family]) -> None:
    """Note what all of `able` make of the frame; what only some do is a problem."""
    sheets = [uplink.sheet() for _ in able]
    for family, own in zip(able, sheets, strict=True):
        family.note(own, uplink.payload, family.items)
    sheet.readings += [r for r in sheets[0].readings if all(r in own.readings for own in sheets)]
    disputed = sorted({r.metric for own in sheets for r in own.readings if r not in sheet.readings})
    if disputed:
        sheet.problems.append(
            f"which model it is decides what {', '.join(disputed)} means in this frame: say it in the site file"
            ' (model = "Milesight ...")'
        )


def _measures(keys: list[Key]) -> bool:
    return any(isinstance(key, tuple) and key[0] not in ANSWERS for key in keys)


def _not_data(data: bytes, family: Family) -> str:
    keys = consumed(data, family.items, 2)
    return (
        "an alarm or event, or counts that it repeats" if _measures(keys) else "what a device says of itself"
    )


CODEC: Final = Codec(vendor="Milesight", names=("milesight", *BY_NAME), read=read, claims=claims)
