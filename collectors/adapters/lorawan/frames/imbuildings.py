"""IMBuildings people counters (infrared, Verticount), office occupancy counters and comfort sensors.

A frame begins with type, variant and the device's own id (8 bytes), or has none of these and is known by its port. A
and B are the two directions through the beam. The 16-bit totals survive lost frames and are what counts.
Format: https://github.com/IMBUILDINGS/PayloadParser.
"""

from typing import Final

from besok.model.errors import Unreadable
from collectors.adapters.lorawan.frames.codec import Codec
from collectors.adapters.lorawan.layout import Field, note
from collectors.adapters.sheet import Sheet
from collectors.lorawan.uplink import Uplink

HEADER: Final = 10  # bytes
_BATTERY: Final = Field(metric="battery_v", at=1, width=2, scale=0.01)


def _at(offset: int, *metrics: str) -> tuple[Field, ...]:
    return tuple(Field(metric=metric, at=offset + 2 * n, width=2) for n, metric in enumerate(metrics))


# (type, variant): size without header, fields from there
FRAMES: Final[dict[tuple[int, int], tuple[int, tuple[Field, ...]]]] = {
    (1, 3): (
        10,
        (
            _BATTERY,
            Field(metric="temperature_c", at=3, width=2, signed=True, scale=0.01),
            Field(metric="humidity_pct", at=5, width=2, scale=0.01),
            Field(metric="co2_ppm", at=7, width=2),
            Field(metric="occupied", at=9),
        ),
    ),
    (2, 5): (9, (_BATTERY, *_at(3, "in", "out"))),
    (2, 6): (13, (_BATTERY, *_at(3, "in", "out"), *_at(8, "in_total", "out_total"))),
    (2, 7): (5, _at(1, "in_total", "out_total")),
    (2, 8): (4, (_BATTERY,)),
}
BY_PORT: Final = {13: (1, 3), 26: (2, 6), 27: (2, 7), 28: (2, 8)}
NOT_DATA: Final = {3: "somebody pressed a button", 0xF1: "an answer to a setting"}


def claims(uplink: Uplink) -> bool:
    """Accept frames of a known kind and size that carry the device's own id."""
    data = uplink.payload
    return _headed(data) is not None and data[2:10].hex() == uplink.device


def read(uplink: Uplink, sheet: Sheet, _name: str) -> str:
    """Note counts, totals and battery."""
    data = uplink.payload
    kind = _headed(data)
    if kind is not None:
        data = data[HEADER:]
    elif (by_port := BY_PORT.get(uplink.fport)) is not None and len(data) == FRAMES[by_port][0]:
        kind = by_port
    elif data[0] in NOT_DATA:
        return NOT_DATA[data[0]]
    else:
        raise Unreadable(
            f"a frame of type {data[0]} and {len(data)} bytes on port {uplink.fport} is not known here"
        )
    note(sheet, data, FRAMES[kind][1], "big")
    return ""


def _headed(data: bytes) -> tuple[int, int] | None:
    kind = (data[0], data[1]) if len(data) > HEADER else (0, 0)
    return kind if kind in FRAMES and len(data) == HEADER + FRAMES[kind][0] else None


CODEC: Final = Codec(
    vendor="IMBuildings", names=("imbuildings", "imbuilding", "verticount"), read=read, claims=claims
)
