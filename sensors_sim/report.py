"""What a simulated device has to say at one moment, before it is put into the words of its format."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

MARK: Final = (
    "besok_simulated"  # true in every JSON object of a simulated device whose format has no word for it
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Flow(NamedTuple):
    """People who passed a line in the `period_s` seconds that end with the report, and since the counter began."""

    period_s: int
    came: int
    went: int
    line: str = "1"
    totals: tuple[int, int] | None = None  # in, out; None if the device sends no running totals


class Level(NamedTuple):
    """The state of a region."""

    value: int
    metric: str = "people"  # or "occupied" (0, 1), "co2_ppm"
    region: str = "1"


class Report(NamedTuple):
    """What one device says at once. Times are in milliseconds since 1970."""

    site: str
    device: str
    kind: str  # "flow" or "level" where the format has topics apart for them, else ""
    time: int  # by the device's own clock
    heard: int  # when the network hears it: the time in formats of devices that have no clock
    seq: int  # of the messages of the device since it was started
    session: int  # another one each time it is started
    items: tuple[Flow | Level, ...]
    wraps: int = 0  # where its totals begin again at zero; 0 if never

    @property
    def flows(self) -> list[Flow]:
        """Its lines."""
        return [item for item in self.items if isinstance(item, Flow)]

    @property
    def levels(self) -> list[Level]:
        """Its regions."""
        return [item for item in self.items if isinstance(item, Level)]


def instant(ms: int) -> datetime:
    """The moment `ms` milliseconds after 1970, in UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


@lru_cache(maxsize=1024)  # devices speak at the same times
def utc(ms: int) -> str:
    """ISO 8601 in UTC, to the second: 2026-11-25T08:15:00Z."""
    return f"{instant(ms):%Y-%m-%dT%H:%M:%SZ}"


@lru_cache(maxsize=1024)
def utc_ms(ms: int) -> str:
    """ISO 8601 in UTC, to the millisecond: 2026-11-25T08:15:00.250Z."""
    return f"{instant(ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}Z"
