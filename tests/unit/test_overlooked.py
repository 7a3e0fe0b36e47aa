"""What stands beside a figure and is not overlooked: the device's own time, figures of people, words that deny them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from adapting import NOW, decode, given

FRAME = "application/1/device/70b3d57ed0000001/event/up"


def uplink(fields: dict[str, Any], **info: str) -> dict[str, Any]:
    """A frame as ChirpStack sends it, with the fields that its decoder has made of the bytes."""
    return {
        "deduplicationId": "a",
        "time": NOW.isoformat(),
        "deviceInfo": {
            "deviceProfileName": "Generic",
            "deviceName": "node-1",
            "devEui": FRAME[21:37],
            **info,
        },
        "fCnt": 7,
        "fPort": 1,
        "data": "AQ==",
        "object": fields,
    }


@pytest.mark.parametrize(
    ("time", "end", "period"),
    [
        ("2026-11-24T20:00:00Z", datetime(2026, 11, 24, 20, tzinfo=UTC), 0),
        (1795551300, datetime(2026, 11, 24, 20, 15, tzinfo=UTC), 0),
        ("2026-11-24T20:00:00Z/2026-11-24T20:15:00Z", datetime(2026, 11, 24, 20, 15, tzinfo=UTC), 900),
        (12, NOW, 0),  # of a clock that nobody has set
    ],
)
def test_a_frame_has_the_time_of_its_device(time: Any, end: datetime, period: int) -> None:
    (reading,) = decode(FRAME, uplink({"people_in": 12, "time": time})).readings
    assert (reading.time, reading.period_s) == (end, period)


def test_two_times_that_differ_ask() -> None:
    message = {"people_in": 3, "timestamp": "2026-11-25T08:15:00.4Z", "event_time": 1795594500}
    assert "flow:1 in 3" in given(decode("door/1", message))
    assert "two times in it differ" in given(decode("door/1", message | {"event_time": 1795590900}))
    late = decode("door/1", {"people_in": 3, "sent_at": NOW.isoformat(), "measured_at": 1795590900})
    assert late.readings[0].time == datetime(2026, 11, 25, 7, 15, tzinfo=UTC)  # sent an hour later
