"""Views of devices, messages and services."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from besok.model.readings import Refusal
from besok.model.site import Text
from besok.model.views.live import Freshness

COUNTED_TO = 1000  # readings of an unplaced channel; to count more of them would only take time
SHOWN_DEVICES = 100  # unplaced devices that are listed: those heard last


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementInfo:
    """Placement of a channel of a device; `begins` is None for one that has begun."""

    channel: str
    site: str
    portal: str | None
    space: str | None
    swapped: bool
    role: str
    begins: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """A device, heard or expected. `clock_offset_s` is its clock minus ours at the last reading; `placements` is empty
    for a device that was heard but not placed. `heard` is the time of the last reading, `received` when one last
    came: one that comes hours late tells nothing of now, and the device is late.
    """

    source: str
    device: str
    model: str
    online: bool | None
    heard: datetime | None
    received: datetime | None
    freshness: Freshness
    interval_s: int
    clock_offset_s: float | None
    clock_problem: str | None
    placements: tuple[PlacementInfo, ...]
    channels: tuple[str, ...]

    @property
    def awaited(self) -> datetime | None:
        """When the first of its placements begins, if none has begun."""
        begins = [placement.begins for placement in self.placements]
        return min((t for t in begins if t), default=None) if all(begins) else None

    @property
    def is_offline(self) -> bool:
        """Tell whether a device that observes something now sends nothing, or never did."""
        return bool(self.placements) and not self.awaited and self.freshness in ("stale", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardLine:
    """A place in use at which a device counts, last `heard` then; something is awaited every `interval_s` seconds."""

    source: str
    device: str
    name: Text
    heard: datetime
    interval_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceToday:
    """Entries by a device at the doors of a site today, and its battery; None where it has sent nothing of it."""

    device: str
    entries: float | None = None
    battery_pct: float | None = None
    battery_v: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastReading:
    """Last value of one metric of a channel; `time` is its event time."""

    metric: str
    value: float
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedChannel:
    """A channel that observes no place, with its last few readings of each metric, newest first.

    `count` is how many it has sent; COUNTED_TO stands for that or more.
    """

    channel: str
    readings: tuple[LastReading, ...]
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedDevice:
    """A device that was heard and has a channel that observes no place; `channels` holds those.

    `topic` is the one it was heard on last, None if nobody noted it. What it sends is kept, and counts once placed:
    `first_heard` is the time of its first reading.
    """

    source: str
    device: str
    model: str
    topic: str | None
    first_heard: datetime
    heard: datetime
    channels: tuple[UnplacedChannel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided:
    """The time from `first` up to `last` in which what a device sent does not count, by the word of `author`.

    Of all of it, or of its readings `above` a value, so that the others still count.
    `readings` and the `people` in them (of those that are not totals) are what had come when it was `made`. Once undone
    they count again.
    """

    id: int
    source: str
    device: str
    first: datetime
    last: datetime
    above: float | None
    reason: str
    author: str
    made: datetime
    readings: int
    people: float
    undone: datetime | None
    undone_by: str | None
    undone_why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedMessage:
    """A message nobody could read, with the reason and its class.

    `payload` is its first 2,000 bytes, as text where they are UTF-8, else as hex; `size` is the size of the whole,
    which is kept.
    """

    id: int
    received: datetime
    topic: str
    reason: str
    kind: Refusal
    payload: str
    encoding: Literal["text", "hex"]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedAlike(RejectedMessage):
    """The last of `count` messages of one topic that were rejected for one class of reasons.

    `asks`: a person can answer what they mean, as of an unknown device.
    """

    count: int
    asks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth:
    """A service and when it last said that it works; `detail` holds its own figures."""

    name: str
    heard: datetime
    ok: bool
    detail: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Health of the whole: `ok` if the schema is current (else `schema_problem` tells in a sentence what is the
    matter) and every service was heard lately."""

    ok: bool
    time: datetime
    schema_current: bool
    schema_problem: str | None
    edition: str  # of TimescaleDB
    last_received: datetime | None
    rejected: int | None
    unplaced_devices: int
    days_waiting: int  # past days whose occupancy is still to be estimated
    services: tuple[ServiceHealth, ...]
