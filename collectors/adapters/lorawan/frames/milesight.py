"""Milesight VS, WS and AM series: items of channel, type and value (little-endian), usually on port 85.

The type says what kind of value it is, but channel and type together mean different things on different models (05 00
is presence on a WS203, a leak on an EM300): each family has its table. Where the model is not known, only what all
families agree on that can read the frame is noted, and the rest is a problem that asks for the model.

Format: the user guides and https://github.com/Milesight-IoT/SensorDecoders (payload definitions).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, consumed, item, note, note_items, walk
from collectors.adapters.lorawan.uplink import Uplink
from collectors.adapters.sheet import Sheet
from core.errors import Unreadable
from core.readings import Reading

PORT: Final = 85
OUI: Final = "24e124"  # with this begins the devEUI of every Milesight device
ANSWERS: Final = (0xFE, 0xF8, 0xF9, 0xFF)  # channels of attributes and of answers to settings
CLOCK_SET: Final = 1_577_836_800  # 2020-01-01: what is before is a clock that was never set


class Channels(dict[Key, Item]):
    """A family's items. A channel of answers that is not among them takes the rest of the frame: settings echoed."""

    def get(self, key: Key, default: Item | None = None) -> Item | None:  # type: ignore[override]
        found = super().get(key)
        if found is None and isinstance(key, tuple) and key[0] in ANSWERS:
            return _ANSWER
        return found or default


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Models whose frames mean the same."""

    names: tuple[str, ...]
    items: Channels
    note: Callable[[Sheet, bytes, Channels], None]


_ANSWER: Final = item(len)


def _clock(sheet: Sheet, body: bytes, at: int = 0) -> datetime | None:
    """The time a device writes into a frame (seconds since 1970); None if its clock was never set."""
    seconds = int.from_bytes(body[at : at + 4], "little")
    return datetime.fromtimestamp(seconds, UTC) if seconds >= CLOCK_SET else None


def _counts(in_: str, out: str, part: str = "1", at: int = 0) -> tuple[Field, Field]:
    """In and out, two bytes each."""
    return (Field(metric=in_, at=at, width=2, part=part), Field(metric=out, at=at + 2, width=2, part=part))


def _temperature(at: int = 0) -> Field:
    return Field(metric="temperature_c", at=at, width=2, signed=True, scale=0.1, codes={-1: None})


def _humidity(at: int = 0) -> Field:
    return Field(metric="humidity_pct", at=at, scale=0.5, codes={0xFF: None})


def _occupied(at: int = 0) -> Field:
    return Field(metric="occupied", at=at)


def _people(first: int, count: int, at: int = 0) -> tuple[Field, ...]:
    """People in so many regions, a byte each."""
    return tuple(Field(metric="people", at=at + n, part=str(first + n)) for n in range(count))


def _dwell(sheet: Sheet, body: bytes) -> None:
    """Region, mean stay and longest stay in seconds; a region where nobody stayed has no mean."""
    region, mean, longest = body[0], int.from_bytes(body[1:3], "little"), int.from_bytes(body[3:5], "little")
    if longest:
        sheet.note("dwell_s", mean, part=region)


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
    (0x03, 0x67): item(2, _temperature()),
    (0x04, 0x68): item(1, _humidity()),
    (0x83, 0x67): item(3, _temperature()),
    (0x84, 0x68): item(2, _humidity()),
}


def _plain(sheet: Sheet, data: bytes, items: Channels) -> None:
    """Note all items; a time among them holds for the others."""
    for key in (0x0A, 0xEF), (0x0F, 0x85):
        if key in items:
            sheet.time = _stamp(sheet, data, items, key) or sheet.time
    note_items(sheet, data, items, 2, "little")


def _stamp(sheet: Sheet, data: bytes, items: Channels, key: Key) -> datetime | None:
    try:
        for found, _, body in walk(data, items, 2):
            if found == key:
                return _clock(sheet, body)
    except Unreadable:
        return None  # told when the items are noted
    return None


def _later(sheet: Sheet, body: bytes, fields: tuple[Field, ...], at: int) -> None:
    """Note a record of the device's memory, which begins with its time."""
    time = _clock(sheet, body)
    if time is None:
        sheet.problems.append("a record of the device's memory has no time: its clock was never set")
    else:
        note(sheet, body[at:], fields, "little", time=time)


# VS121: whole view ("all"), regions, one line, and a matrix of who went from which of four edges to which.
def _vs121_people(sheet: Sheet, body: bytes) -> None:
    sheet.note("people", body[0], part="all")
    flags = int.from_bytes(body[2:4], "big")
    for region in range(min(body[1], 16)):  # those beyond are not drawn
        sheet.note("occupied", flags >> region & 1, part=region + 1)


def _edges(from_: str) -> Item:
    return item(8, *(Field(metric="passages", at=2 * n, width=2, part=f"{from_}-{to}") for n, to in enumerate("abcd")))


VS121: Final = Channels(
    {
        **COMMON,
        (0x04, 0xC9): item(4, read=_vs121_people),
        # Called "people in/out" and cleared as "cumulative count" while firmware knew no other count of the line.
        (0x05, 0xCC): item(4, *_counts("in_total", "out_total")),
        (0x06, 0xCD): SKIP[1],  # the most people at once in the period: no state
        (0x07, 0xD5): item(8, *_people(1, 8)),
        (0x08, 0xD5): item(8, *_people(9, 8)),
        (0x09, 0xDA): _edges("a"),
        (0x0A, 0xDA): _edges("b"),
        (0x0B, 0xDA): _edges("c"),
        (0x0C, 0xDA): _edges("d"),
        (0x0D, 0xCC): item(4, *_counts("in_total", "out_total")),
        (0x0E, 0xE4): item(5, read=_dwell),
        (0x0F, 0x85): SKIP[4],
        (0x10, 0xF7): SKIP[4],  # the line's count in the same period as 05 cc
    }
)
_VS121_BOTH: Final = Channels({**VS121, (0x05, 0xCC): item(4, *_counts("in", "out"))})


def _vs121(sheet: Sheet, data: bytes, items: Channels) -> None:
    """Where a frame holds a total of its own (0d cc), 05 cc is the count of the period. Regions not drawn are none."""
    keys = consumed(data, items, 2)
    _plain(sheet, data, _VS121_BOTH if (0x0D, 0xCC) in keys else items)
    drawn = next((body[1] for key, _, body in _quietly(data, items) if key == (0x04, 0xC9)), 16)
    sheet.readings[:] = [r for r in sheet.readings if not _beyond(r, drawn)]


def _quietly(data: bytes, items: Channels) -> list[tuple[Key, Item, bytes]]:
    found = []
    try:
        for one in walk(data, items, 2):
            found.append(one)  # noqa: PERF402 - what was read before a frame breaks off is kept
    except Unreadable:
        pass  # told when the items are noted
    return found


def _beyond(reading: Reading, drawn: int) -> bool:
    region = reading.channel.removeprefix("level:")
    return reading.metric == "people" and drawn > 0 and region.isdecimal() and int(region) > drawn


# VS132, VS133, VS135: up to four lines with totals of 32 bits, up to four regions; staff apart, from channel 11 on.
def _tof_lines() -> dict[Key, Item]:
    items: dict[Key, Item] = {}
    for n in range(4):
        line = str(n + 1)
        items[0x03 + 3 * n, 0xD2] = item(4, Field(metric="in_total", width=4, part=line))
        items[0x04 + 3 * n, 0xD2] = item(4, Field(metric="out_total", width=4, part=line))
        items[0x05 + 3 * n, 0xCC] = item(4, *_counts("in", "out", line))
        items[0x11 + 3 * n, 0xD2] = items[0x12 + 3 * n, 0xD2] = items[0x13 + 3 * n, 0xCC] = SKIP[4]
    return items


def _tof_memory_size(rest: bytes) -> int:
    return 8 if rest[4:5] and rest[4] in (0x10, 0x20, 0x1E, 0x2E) else 9


def _tof_memory(sheet: Sheet, body: bytes) -> None:
    """A record of the memory: time, the channel of the live item, its value."""
    channel = body[4]
    found = next((one for key, one in VS13X.items() if isinstance(key, tuple) and key[0] == channel), None)
    if found is not None and channel not in (0x10, 0x20):  # mean and longest stay come apart there
        _later(sheet, body, found.fields, 5)


VS13X: Final = Channels(
    {
        **COMMON,
        **_tof_lines(),
        (0x0F, 0xE3): item(4, *_people(1, 4)),
        (0x10, 0xE4): item(5, read=_dwell),
        (0x1D, 0xE3): SKIP[4],
        (0x1E, 0xE4): SKIP[5],
        (0x20, 0xCE): item(_tof_memory_size, read=_tof_memory),
        (0x50, 0xFC): SKIP[3],
    }
)


# VS350, VS351 (thermopile), VS360 (break beam): one passage, totals of 16 bits. Alarms repeat the counts.
def _passage_memory_size(rest: bytes) -> int:
    return 13 if rest[4:5] == b"\x01" else 9


def _passage_memory(sheet: Sheet, body: bytes) -> None:
    totals = len(body) == 13
    _later(sheet, body, _counts("in_total", "out_total") if totals else _counts("in", "out"), 9 if totals else 5)


VS35X: Final = Channels(
    {
        **COMMON,
        (0x02, 0x75): item(1, Field(metric="battery_pct", part="node")),
        (0x03, 0x67): item(2, _temperature()),
        (0x03, 0xF4): SKIP[2],
        (0x04, 0xCC): item(4, *_counts("in_total", "out_total")),
        (0x05, 0xCC): item(4, *_counts("in", "out")),
        (0x0A, 0xEF): SKIP[4],
        (0x20, 0xCE): item(_passage_memory_size, read=_passage_memory),
        (0x81, 0xEE): SKIP[1],
        (0x83, 0x67): item(3, _temperature()),
        (0x84, 0xCC): item(5, *_counts("in_total", "out_total")),
        (0x85, 0xCC): SKIP[5],
        (0xFF, 0xAC): SKIP[4],
        (0xFF, 0xAD): SKIP[1],
    }
)


# VS321: people in view ("all"), ten regions each with a bit for "drawn" and one for "occupied".
def _vs321_regions(sheet: Sheet, body: bytes, time: datetime | None = None) -> None:
    drawn, flags = int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little")
    for region in range(10):
        if drawn >> region & 1:
            sheet.note("occupied", flags >> region & 1, part=region + 1, time=time)


def _vs321_memory(sheet: Sheet, body: bytes) -> None:
    if len(body) == 7:
        _later(sheet, body, (Field(metric="people", width=2, part="all"),), 5)
    elif (time := _clock(sheet, body)) is not None:
        _vs321_regions(sheet, body[5:], time)


VS321: Final = Channels(
    {
        **COMMON,
        **CLIMATE,
        (0x05, 0xFD): item(2, Field(metric="people", width=2, part="all")),
        (0x06, 0xFE): item(4, read=_vs321_regions),
        (0x07, 0xFF): SKIP[1],
        (0x08, 0xF4): SKIP[2],
        (0x0A, 0xEF): SKIP[4],
        (0x20, 0xCE): item(lambda rest: 9 if rest[4:5] == b"\x01" else 7, read=_vs321_memory),
    }
)


def _vs321(sheet: Sheet, data: bytes, items: Channels) -> None:
    """A sensor that says it cannot see (too dark) does not say that nobody is there."""
    _plain(sheet, data, items)
    if any(key == (0x08, 0xF4) and body[1] == 1 for key, _, body in _quietly(data, items)):
        sheet.readings[:] = [r for r in sheet.readings if r.metric not in ("people", "occupied")]


WS203: Final = Channels(
    {
        **COMMON,
        **CLIMATE,
        (0x05, 0x00): item(1, _occupied()),
        (0x20, 0xCE): item(
            9, read=lambda sheet, body: _later(sheet, body, (_occupied(), _temperature(1), _humidity(3)), 5)
        ),
    }
)
SWITCH: Final = Channels({**COMMON, (0x03, 0x00): item(1, _occupied()), (0x04, 0x00): SKIP[1]})
VS330: Final = Channels({**COMMON, (0x02, 0x82): SKIP[2], (0x03, 0x8E): item(1, _occupied()), (0x04, 0x8E): SKIP[1]})
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
        _occupied(4),
        Field(metric="co2_ppm", at=6, width=2),
    )
    return Channels(
        {
            **AIR,
            (0x05, 0x00): item(1, _occupied()),
            (0x06, 0xCB): SKIP[1],  # a level from 0 to 5, not lux
            (0x0A, 0x7D): SKIP[2],
            (0x0B, 0x7D): SKIP[2],
            (0x0C, 0x7D): SKIP[2],
            (0x0D, 0x7D): SKIP[2],
            (0x0E, 0x01): SKIP[1],
            (0x20, 0xCE): item(memory, read=lambda sheet, body: _later(sheet, body, record, 4)),
        }
    )


# Not people's sensors, but of the same make and with the same channels for other things: they keep the unknown honest.
EM300: Final = Channels({**COMMON, **CLIMATE, (0x05, 0x00): SKIP[1], (0x06, 0x00): SKIP[1]})
EM500: Final = Channels(
    {**COMMON, **CLIMATE, (0x05, 0x7D): item(2, Field(metric="co2_ppm", width=2)), (0x06, 0x73): SKIP[2]}
)
DOOR: Final = Channels({**COMMON, (0x03, 0x00): SKIP[1], (0x04, 0x00): SKIP[1]})

FAMILIES: Final = (
    Family(names=("vs121",), items=VS121, note=_vs121),
    Family(names=("vs132", "vs133", "vs135"), items=VS13X, note=_plain),
    Family(names=("vs350", "vs351", "vs360"), items=VS35X, note=_plain),
    Family(names=("vs321",), items=VS321, note=_vs321),
    Family(names=("vs330",), items=VS330, note=_plain),
    Family(names=("vs340", "vs341", "vs370", "ws202"), items=SWITCH, note=_plain),
    Family(names=("ws203",), items=WS203, note=_plain),
    Family(names=("am100", "am102", "am103", "am104", "am107"), items=AM100, note=_plain),
    Family(names=("am307",), items=_am300(16), note=_plain),
    Family(names=("am308",), items=_am300(20), note=_plain),
    Family(names=("am319",), items=_am300(22), note=_plain),
    Family(names=("em300", "em310", "em320"), items=EM300, note=_plain),
    Family(names=("em500",), items=EM500, note=_plain),
    Family(names=("ws301", "ws303"), items=DOOR, note=_plain),
)
BY_NAME: Final = {name: family for family in FAMILIES for name in family.names}


def claims(uplink: Uplink) -> bool:
    """A frame of items that one of the families knows, from a Milesight device or on Milesight's port."""
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
        raise Unreadable("the frame is of none of the models known here; set up a decoder in the network server")
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
    return "an alarm or event, or counts that it repeats" if _measures(keys) else "what a device says of itself"


CODEC: Final = Codec(vendor="Milesight", names=("milesight", *BY_NAME), read=read, claims=claims)
