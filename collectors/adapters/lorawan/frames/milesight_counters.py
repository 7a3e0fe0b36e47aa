"""Milesight's people counters: VS121 (camera), VS13x (time of flight), VS35x (thermopile, break beam), VS321 (desks).

Format: the user guides and https://github.com/Milesight-IoT/SensorDecoders (payload definitions).
"""

from datetime import datetime
from typing import Final

from besok.model.readings import Reading
from collectors.adapters.lorawan.frames.milesight_items import (
    CLIMATE,
    COMMON,
    Channels,
    clock,
    counts,
    found_in,
    note_later,
    note_plain,
    people,
    temperature,
)
from collectors.adapters.lorawan.layout import SKIP, Field, Item, Key, consumed, item
from collectors.adapters.sheet import Sheet


def _dwell(sheet: Sheet, body: bytes) -> None:
    """Region, mean stay and longest stay in seconds; a region where nobody stayed has no mean."""
    region, mean, longest = body[0], int.from_bytes(body[1:3], "little"), int.from_bytes(body[3:5], "little")
    if longest:
        sheet.note("dwell_s", mean, part=region)


# VS121: whole view ("all"), regions, one line, and a matrix of who went from which of four edges to which.
def _vs121_people(sheet: Sheet, body: bytes) -> None:
    sheet.note("people", body[0], part="all")
    flags = int.from_bytes(body[2:4], "big")
    for region in range(min(body[1], 16)):  # those beyond are not drawn
        sheet.note("occupied", flags >> region & 1, part=region + 1)


def _edges(from_: str) -> Item:
    return item(
        8, *(Field(metric="passages", at=2 * n, width=2, part=f"{from_}-{to}") for n, to in enumerate("abcd"))
    )


VS121: Final = Channels(
    {
        **COMMON,
        (0x04, 0xC9): item(4, read=_vs121_people),
        # Called "people in/out" and cleared as "cumulative count" while firmware knew no other count of the line.
        (0x05, 0xCC): item(4, *counts("in_total", "out_total")),
        (0x06, 0xCD): SKIP[1],  # the most people at once in the period: no state
        (0x07, 0xD5): item(8, *people(1, 8)),
        (0x08, 0xD5): item(8, *people(9, 8)),
        (0x09, 0xDA): _edges("a"),
        (0x0A, 0xDA): _edges("b"),
        (0x0B, 0xDA): _edges("c"),
        (0x0C, 0xDA): _edges("d"),
        (0x0D, 0xCC): item(4, *counts("in_total", "out_total")),
        (0x0E, 0xE4): item(5, read=_dwell),
        (0x0F, 0x85): SKIP[4],
        (0x10, 0xF7): SKIP[4],  # the line's count in the same period as 05 cc
    }
)
_VS121_BOTH: Final = Channels({**VS121, (0x05, 0xCC): item(4, *counts("in", "out"))})


def note_vs121(sheet: Sheet, data: bytes, items: Channels) -> None:
    """Read 05 cc as the count of the period where a frame holds a total (0d cc). Regions not drawn are none."""
    keys = consumed(data, items, 2)
    note_plain(sheet, data, _VS121_BOTH if (0x0D, 0xCC) in keys else items)
    drawn = next((body[1] for key, _, body in found_in(data, items) if key == (0x04, 0xC9)), 16)
    sheet.readings[:] = [r for r in sheet.readings if not _beyond(r, drawn)]


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
        items[0x05 + 3 * n, 0xCC] = item(4, *counts("in", "out", line))
        items[0x11 + 3 * n, 0xD2] = items[0x12 + 3 * n, 0xD2] = items[0x13 + 3 * n, 0xCC] = SKIP[4]
    return items


def _tof_memory_size(rest: bytes) -> int:
    return 8 if rest[4:5] and rest[4] in (0x10, 0x20, 0x1E, 0x2E) else 9


def _tof_memory(sheet: Sheet, body: bytes) -> None:
    """Read a record of the memory: time, the channel of the live item, its value."""
    channel = body[4]
    found = next((one for key, one in VS13X.items() if isinstance(key, tuple) and key[0] == channel), None)
    if found is not None and channel not in (0x10, 0x20):  # mean and longest stay come apart there
        note_later(sheet, body, found.fields, 5)


VS13X: Final = Channels(
    {
        **COMMON,
        **_tof_lines(),
        (0x0F, 0xE3): item(4, *people(1, 4)),
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
    note_later(
        sheet, body, counts("in_total", "out_total") if totals else counts("in", "out"), 9 if totals else 5
    )


VS35X: Final = Channels(
    {
        **COMMON,
        (0x02, 0x75): item(1, Field(metric="battery_pct", part="node")),
        (0x03, 0x67): item(2, temperature()),
        (0x03, 0xF4): SKIP[2],
        (0x04, 0xCC): item(4, *counts("in_total", "out_total")),
        (0x05, 0xCC): item(4, *counts("in", "out")),
        (0x0A, 0xEF): SKIP[4],
        (0x20, 0xCE): item(_passage_memory_size, read=_passage_memory),
        (0x81, 0xEE): SKIP[1],
        (0x83, 0x67): item(3, temperature()),
        (0x84, 0xCC): item(5, *counts("in_total", "out_total")),
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
        note_later(sheet, body, (Field(metric="people", width=2, part="all"),), 5)
    elif (time := clock(body)) is not None:
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


def note_vs321(sheet: Sheet, data: bytes, items: Channels) -> None:
    """Note nothing of a sensor that says it cannot see (too dark): that does not say that nobody is there."""
    note_plain(sheet, data, items)
    if any(key == (0x08, 0xF4) and body[1] == 1 for key, _, body in found_in(data, items)):
        sheet.readings[:] = [r for r in sheet.readings if r.metric not in ("people", "occupied")]
