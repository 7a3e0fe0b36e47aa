"""What tests of adapters share: a message in, what was heard out, in a form that is short to compare."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from besok.model.decode_context import NOTHING, Known
from besok.model.errors import Unreadable
from besok.model.readings import Decoded, Message
from collectors import adapters
from collectors.adapters.packet import Packet

RECEIVED = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)


def heard(payload: Any, topic: str = "counters/door", known: Known = NOTHING) -> Decoded:
    """What the registry makes of a payload (bytes, or anything JSON can say)."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return adapters.decode(Message(topic=topic, payload=data, received=RECEIVED), known)


def raises_only_unreadable(adapter: Any, payload: bytes, topic: str = "counters/door") -> None:
    """Whatever a payload holds, `reads` raises nothing and `decode` nothing but Unreadable."""
    packet = Packet(Message(topic=topic, payload=payload, received=RECEIVED), NOTHING)
    if adapter.reads(packet):
        with contextlib.suppress(Unreadable):
            adapter.decode(packet)


def told(decoded: Decoded) -> list[tuple[str, str, float]]:
    """Channel, metric and value of each reading."""
    return [(r.channel, r.metric, r.value) for r in decoded.readings]


def timed(decoded: Decoded) -> list[tuple[str, str, float, str, float]]:
    """Channel, metric, value, time and period of each reading."""
    return [
        (r.channel, r.metric, r.value, r.time.strftime("%Y-%m-%dT%H:%M:%SZ") if r.time else "", r.period_s)
        for r in decoded.readings
    ]


@dataclass(frozen=True)
class Sample:
    """A payload file of the shared folder."""

    topic: str
    payload: bytes


def sample(shared: Path, name: str) -> Sample:
    """The payload file `name`, as it would come."""
    case = json.loads((shared / "payloads" / f"{name}.json").read_text())
    payload = case["payload"]
    body = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
    return Sample(case["topic"] or "", body)


WEIRD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([[], {}, [None], {"value": 1}, "2020-13-45", -(10**400), "Infinity", 65535]),
)


@st.composite
def mutated(draw: Callable[..., Any], samples: list[Any]) -> bytes:
    """One of the payloads with a few values exchanged, taken out or turned into lists."""
    value = json.loads(json.dumps(draw(st.sampled_from(samples))))
    for _ in range(draw(st.integers(0, 4))):
        inside, key = _place(draw, value)
        if inside is None:
            break
        if draw(st.booleans()):
            inside[key] = json.loads(json.dumps(draw(WEIRD)))  # a copy: it may be changed in turn
        elif isinstance(inside, dict):
            del inside[key]
        else:
            inside[key] = [inside[key]]
    return json.dumps(value).encode()


def _place(draw: Callable[..., Any], value: Any) -> tuple[Any, Any]:
    inside, key = None, None
    while isinstance(value, dict | list) and value:
        inside = value
        key = draw(st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value))))
        value = inside[key]
        if draw(st.integers(0, 3)) == 0:
            break
    return inside, key
