"""What the tests of adapters share: one message in, what became of it out."""

import json
import tomllib
from datetime import UTC, datetime
from typing import Any

from besok.model import mapping_draft
from besok.model.decode_context import DecodeContext, Device
from besok.model.readings import Decoded, Message
from besok.model.site import PayloadMapping
from collectors import decoding
from collectors.adapters.packet import Packet
from collectors.lorawan.read import Uplink, read

NOW = datetime(2026, 11, 25, 8, 15, 2, tzinfo=UTC)
TIME = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
EPOCH = 1795594500  # TIME in seconds since 1970


def decode(
    topic: str,
    payload: Any,
    *,
    retained: bool = False,
    models: dict[Device, str] | None = None,
    zone: str = "Europe/Stockholm",
) -> Decoded:
    """What the adapters make of `payload` (text, bytes, or anything else as JSON) on `topic`."""
    raw = payload.encode() if isinstance(payload, str) else payload
    raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    message = Message(topic=topic, payload=raw, received=NOW, retained=retained)
    return decoding.decode(message, DecodeContext(zone=zone, models=models or {}))


def decode_frame(
    frame: str, fport: int, model: str, device: str = "0" * 16, time: datetime | None = None
) -> Decoded:
    """Decode the bare bytes of a LoRaWAN frame, in hex, of a device whose model is known."""
    known = DecodeContext(models={("lorawan", device): model})
    packet = Packet(Message(topic="", payload=b"", received=NOW), known)
    return read(Uplink(device=device, payload=bytes.fromhex(frame), fport=fport, time=time), packet)


def said(decoded: Decoded) -> dict[str, float]:
    """Channel and metric of each reading with its value; there may be no problems."""
    assert not decoded.problems
    return {f"{r.channel} {r.metric}": r.value for r in decoded.readings}


def given(decoded: Decoded) -> str:
    """What became of a message in one line: the devices, then readings as samples write them, states, or the reason."""
    names = " and ".join(sorted({f"{x.source} {x.device}" for x in (*decoded.readings, *decoded.statuses)}))
    if not names:
        return f"rejected: {decoded.problems[0]}" if decoded.problems else f"not data: {decoded.not_data}"
    texts = ["online" if status.online else "offline" for status in decoded.statuses]
    times = {f"{r.time:%m-%d %H:%M:%S}" if r.time else "" for r in decoded.readings}
    for r in decoded.readings:
        period = f"/{r.period_s:g}" if r.period_s else ""
        time = f" @{r.time:%H:%M:%S}" if r.time and len(times) > 1 else ""
        texts.append(f"{r.channel} {r.metric} {r.value:.10g}{period}{time}")
    shared = f" | {times.pop()}" if len(times) == 1 and "" not in times else ""
    problem = f"; rejected: {decoded.problems[0]}" if decoded.problems else ""
    return f"{names}: {', '.join(texts)}{shared}{problem}"


def device(decoded: Decoded) -> tuple[str, str]:
    """Source and device of all readings and statuses."""
    (one,) = {(r.source, r.device) for r in (*decoded.readings, *decoded.statuses)}
    return one


def mappings(told: str) -> list[PayloadMapping]:
    """The mappings in a reason, as a site file would read them."""
    text = "[[sites]]\n" + told[told.index("[[sites.mappings]]") :]
    return [PayloadMapping(**found) for found in tomllib.loads(text)["sites"][0]["mappings"]]


def choices(told: str) -> dict[str, str]:
    """The choices in a question, metric and path."""
    draft = mapping_draft.read(told)
    assert draft is not None
    return {choice.key: choice.path for choice in draft.choices}
