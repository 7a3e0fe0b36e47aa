"""What counters at doors say, for tests."""

from datetime import datetime

from besok.model.readings import Reading
from besok.store.write import Incoming


def passed(
    device: str,
    time: datetime,
    people_in: float | None = None,
    people_out: float | None = None,
    *,
    period_s: float = 60,
    channel: str = "flow:1",
    received: datetime | None = None,
) -> list[Incoming]:
    """What a counter tells of a period that ends at `time`, when it is received unless it is said when."""
    told = {"in": people_in, "out": people_out}
    return [
        Incoming(
            reading=Reading(
                source="native", device=device, channel=channel, metric=way, value=people, time=time, period_s=period_s
            ),
            received=received or time,
        )
        for way, people in told.items()
        if people is not None
    ]  # fmt: skip
