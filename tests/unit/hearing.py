"""What tests of adapters share: a message in, what was heard out, in a form that is short to compare."""

import json
from datetime import UTC, datetime
from typing import Any

from besok.model.decode_context import NOTHING, DecodeContext
from besok.model.readings import Decoded, Message
from collectors import decoding

RECEIVED = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)


def heard(payload: Any, topic: str = "counters/door", known: DecodeContext = NOTHING) -> Decoded:
    """What the registry makes of a payload (bytes, or anything JSON can say)."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decoding.decode(Message(topic=topic, payload=data, received=RECEIVED), known)


def told(decoded: Decoded) -> list[tuple[str, str, float]]:
    """Channel, metric and value of each reading."""
    return [(r.channel, r.metric, r.value) for r in decoded.readings]


def timed(decoded: Decoded) -> list[tuple[str, str, float, str, float]]:
    """Channel, metric, value, time and period of each reading."""
    return [
        (r.channel, r.metric, r.value, r.time.strftime("%Y-%m-%dT%H:%M:%SZ") if r.time else "", r.period_s)
        for r in decoded.readings
    ]
