"""Reports of simulated devices at one moment, before they are encoded."""

from dataclasses import dataclass
from typing import Final, NamedTuple

MARK: Final = (
    "besok_simulated"  # true in every JSON object of a device whose format has no word for simulated data
)


class Flow(NamedTuple):
    """People who passed a line in the `period_s` seconds that end with the report, and since the counter began."""

    period_s: int
    entries: int
    exits: int
    line: str = "1"
    totals: tuple[int, int] | None = None  # in, out; None if the device sends no running totals


class Level(NamedTuple):
    """The state of a region."""

    value: int
    metric: str = "people"  # or "occupied" (0, 1), "co2_ppm"
    region: str = "1"


class Report(NamedTuple):
    """Report of one device. Times are in milliseconds since 1970."""

    site: str
    device: str
    kind: str  # "flow" or "level" where the format has topics apart for them, else ""
    time: int  # by the device's own clock
    received: int  # by the network: the time in formats of devices that have no clock
    seq: int  # of the messages of the device since it was started
    session: int  # another one each time it is started
    items: tuple[Flow | Level, ...]
    wraps: int = 0  # where its totals begin again at zero; 0 if never
    retain: bool = False  # the broker shall keep its message

    @property
    def flows(self) -> list[Flow]:
        """Its lines."""
        return [item for item in self.items if isinstance(item, Flow)]

    @property
    def levels(self) -> list[Level]:
        """Its regions."""
        return [item for item in self.items if isinstance(item, Level)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """People in each space just before a moment, and true visits of each site since the business day began."""

    people: dict[str, int]
    visits: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Reports at `time` (milliseconds since 1970), and on each quarter hour the truth.

    `resent` are the devices whose kept messages the broker sends again now.
    """

    time: int
    reports: tuple[Report, ...]
    truth: Truth | None = None
    resent: frozenset[tuple[str, str]] = frozenset()
