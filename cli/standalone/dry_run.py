"""Decode a payload without storing it: the result if the broker sent it now, and the reason."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal

from besok.model.decode_context import NOTHING, Codec, DecodeContext, Device
from besok.model.errors import BesokError, Unreadable
from besok.model.metrics import METRICS
from besok.model.readings import Decoded, Flag, Message, Reading, Status
from cli.terminal.tables import table
from collectors import decoding, pipeline
from collectors.adapters.jsontext import show
from collectors.adapters.times import instant
from collectors.devices import registry

Encoding = Literal["json", "hex", "text"]
Outcome = Literal["readings", "not_data", "rejected"]

TOPIC: Final = "trial/unknown"  # topic of a payload given without one; no adapter uses it
FRAME_TOPIC: Final = "v3/trial@besok/devices/unknown/up"
FRAME_ADAPTER: Final = "lorawan"  # the adapter of network servers' envelopes
DEV_EUI: Final = "0000000000000000"  # of a LoRaWAN frame given without its device
_SEPARATORS = re.compile(r"0x|[\s,:;_-]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A payload to decode, as given by the user; empty fields are taken from the file, or invented."""

    content: bytes
    received: datetime
    topic: str = ""
    fport: int | None = None
    encoding: Encoding | None = None
    model: str = ""
    codec: Codec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """The result. `problems` holds the reasons of rejected messages, one sentence a message."""

    outcome: Outcome
    adapter: str
    model: str
    readings: tuple[Reading, ...]
    statuses: tuple[Status, ...]
    problems: tuple[str, ...]
    reason: str


class OneModel(Mapping[Device, str]):
    """A mapping that gives every device the same model."""

    def __init__(self, model: str) -> None:
        self.model = model

    def __getitem__(self, device: Device) -> str:
        return self.model

    def __iter__(self) -> Iterator[Device]:
        return iter(())

    def __len__(self) -> int:
        return 0


def moment(text: str) -> datetime | None:
    """Parse the time in `text` (UTC where it names no zone), None if it is empty. Raises BesokError."""
    try:
        return instant(text, "UTC", name="--received")
    except Unreadable as exc:
        raise BesokError(f"{exc}") from exc


def run(request: Request, known: DecodeContext = NOTHING) -> DryRun:
    """Decode a payload without storing it. Raises BesokError if the file has none."""
    messages, model = messages_of(request)
    if not messages:
        raise BesokError("There is no payload in the file: its sequence is empty.")
    if request.codec is not None:
        if not model:
            raise BesokError('A codec is for one model: say which with --model "Vendor Model"')
        known = replace(known, codecs=(replace(request.codec, model=model),))
    if not model:
        return judge(messages, known)
    with_model = judge(messages, replace(known, models=OneModel(model)))
    if request.model or messages[0].topic == FRAME_TOPIC:
        return with_model
    # The model named by a file may be the network's, not the device's: the message itself is more reliable.
    without = judge(messages, known)
    return min(without, with_model, key=lambda result: len(result.problems))


def messages_of(request: Request) -> tuple[list[Message], str]:
    """Return the messages to be tried, as the broker would bring them, and the model of the sender."""
    request, payloads = _unpacked(request)
    return list(_messages(request, payloads)), request.model


def judge(messages: Sequence[Message], known: DecodeContext = NOTHING) -> DryRun:
    """Decode `messages`, with the checks that every message from the broker goes through."""
    batch = pipeline.decode(messages, known, redacted=False)  # nothing is stored
    decoded = [decoding.decode(message, known) for message in messages]
    readings = tuple(incoming.reading for incoming in batch.readings)
    statuses = tuple(status for status, _ in batch.statuses)
    problems = tuple(rejection.reason for rejection in batch.rejections)
    outcome: Outcome = "readings" if readings else "rejected" if problems else "not_data"
    return DryRun(
        outcome=outcome,
        adapter=FRAME_ADAPTER if messages[0].topic == FRAME_TOPIC else _first(d.adapter for d in decoded),
        model=_first(d.model for d in decoded),
        readings=readings,
        statuses=statuses,
        problems=problems,
        reason="; ".join(dict.fromkeys(problems)) or ("" if readings else _why(decoded, statuses)),
    )


def support(model: str) -> Literal["none", "table", "layout"]:
    """Tell whether a table says what the fields of a model mean, and whether a layout decodes its frames too."""
    entry = registry.by_model(model)
    if entry is None:
        return "none"
    return "layout" if entry.layout else "table"


def as_json(result: DryRun) -> str:
    """Write the result as one JSON object on one line."""
    return json.dumps(
        {
            "outcome": result.outcome,
            "adapter": result.adapter or None,
            "model": result.model or None,
            "readings": [_plain(reading) for reading in result.readings],
            "statuses": [asdict(status) for status in result.statuses],
            "problems": result.problems,
            "reason": result.reason or None,
        },
        ensure_ascii=False,
    )


def as_text(result: DryRun) -> str:
    """Write the result for a person."""
    return "\n".join(_lines(result))


def _unpacked(request: Request) -> tuple[Request, list[Any]]:
    """Complete the request from the file, which is a bare payload, or an object that describes one."""
    described = _description(request.content)
    if described is None:
        return request, [request.content]
    encoding = str(described["payload_encoding"])
    payload = described["payload"]
    several = encoding == "sequence" and isinstance(payload, list)
    hexed = encoding == "hex" and (
        "hex" in payload if isinstance(payload, dict) else isinstance(payload, str)
    )
    port = next(
        (part["fPort"] for part in (payload, described) if isinstance(part, dict) and "fPort" in part), None
    )
    bare = hexed and (port is not None or described.get("transport") == "lorawan")
    make = " ".join(str(described[key]) for key in ("vendor", "model") if described.get(key))
    unpacked = replace(
        request,
        topic=request.topic or ("" if bare else str(described.get("topic") or TOPIC)),
        encoding=request.encoding or ("hex" if hexed else "text" if encoding == "text" else "json"),
        fport=port if request.fport is None and hexed and type(port) is int else request.fport,
        model=request.model or make,
    )
    if several:
        return unpacked, list(payload)
    return unpacked, [payload["hex"] if hexed and isinstance(payload, dict) else payload]


def _description(content: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and {"payload", "payload_encoding"} <= value.keys() else None


def _messages(request: Request, payloads: Sequence[Any]) -> Iterator[Message]:
    for payload in payloads:
        received = request.received
        if isinstance(payload, dict) and payload.keys() == {"at", "payload"}:
            payload, received = payload["payload"], _at(payload["at"], received)
        yield _message(request, payload, received)


def _at(value: object, otherwise: datetime) -> datetime:
    try:
        return instant(value) or otherwise
    except Unreadable:
        return otherwise


def _message(request: Request, payload: Any, received: datetime) -> Message:
    text = payload if isinstance(payload, bytes | str) else json.dumps(payload)
    body = text.encode() if isinstance(text, str) else text
    framed = request.encoding is None and request.fport is not None and _is_hex(body)
    if request.encoding == "hex" or framed:
        body = hexadecimal(body)
        if request.fport is not None or not request.topic:
            return Message(topic=FRAME_TOPIC, payload=_in_envelope(body, request), received=received)
    elif isinstance(payload, bytes):
        body = payload.removesuffix(b"\n").removesuffix(b"\r")  # an editor's, not the device's
    return Message(topic=request.topic or TOPIC, payload=body, received=received)


def hexadecimal(text: bytes) -> bytes:
    """Return the bytes of hexadecimal digits. Raises BesokError."""
    try:
        return binascii.unhexlify(_SEPARATORS.sub("", text.decode("ascii")))
    except ValueError as exc:
        raise BesokError(
            f"The payload {show(text.decode('utf-8', 'replace').strip())} is not hexadecimal: write two characters"
            " 0-9 or a-f for each byte"
        ) from exc


def _is_hex(text: bytes) -> bool:
    """Tell whether a payload with a port is written as hexadecimal, without an explicit encoding."""
    return re.fullmatch(rb"(?:0x)?[0-9a-fA-F]{2}(?:[\s,:;_-]*[0-9a-fA-F]{2})*", text.strip()) is not None


def _in_envelope(frame: bytes, request: Request) -> bytes:
    """Wrap a LoRaWAN frame as a network server would, so that it is read as all others are."""
    uplink: dict[str, Any] = {"frm_payload": base64.b64encode(frame).decode()}
    if request.fport is not None:
        uplink["f_port"] = request.fport
    device = {"device_id": "unknown", "dev_eui": DEV_EUI}
    return json.dumps({"end_device_ids": device, "uplink_message": uplink}).encode()


def _first(names: Any) -> str:
    return next((name for name in names if name), "")


def _why(decoded: Sequence[Decoded], statuses: Sequence[Status]) -> str:
    """Return why there is no reading although nothing is wrong."""
    reason = _first(d.not_data for d in decoded)
    if reason or not statuses:
        return reason or "it holds nothing that is measured here"
    return "; ".join(f"{s.device} says that it is {'online' if s.online else 'offline'}" for s in statuses)


def _plain(reading: Reading) -> dict[str, Any]:
    has_time = reading.time is not None and not reading.flags & Flag.NO_TIME
    return {
        "source": reading.source,
        "device": reading.device,
        "channel": reading.channel,
        "metric": reading.metric,
        "kind": METRICS[reading.metric].kind.value,
        "value": reading.value,
        "time": _iso(reading.time) if has_time and reading.time else None,
        "period_s": reading.period_s,
        "wraps": reading.wraps or None,
        "flags": [flag.name.lower() for flag in Flag if flag & reading.flags and flag.name],
    }


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _lines(run: DryRun) -> Iterator[str]:
    yield f"adapter: {run.adapter or 'none'}" + (f" ({run.model})" if run.model else "")
    if run.readings:
        heads = ("source", "device", "channel", "measures", "value", "time", "notes")
        yield from table(heads, map(_row, run.readings), range(len(heads)))
    if run.statuses:
        yield from (f"{s.source} {s.device} is {'online' if s.online else 'offline'}" for s in run.statuses)
    elif run.outcome == "not_data":
        yield f"Not data, dropped without complaint: {run.reason}."
    if run.outcome == "rejected":
        yield "Rejected, nothing of it is counted:"
    elif run.problems:
        yield "A part cannot be read. The readings above count; the message goes to the rejected ones too:"
    yield from (f"  {problem}" for problem in run.problems)


def _row(reading: Reading) -> tuple[str, ...]:
    metric = METRICS[reading.metric]
    value = f"{reading.value:.10g}" + ("" if metric.unit == "0/1" else f" {metric.unit}".rstrip())
    time = _plain(reading)["time"] or "of receipt"
    key = (reading.source, reading.device, reading.channel, reading.metric)
    return (*key, value, time, ", ".join(_notes(reading)))


def _notes(reading: Reading) -> Iterator[str]:
    if reading.period_s:
        yield f"in {reading.period_s:g} s"
    if reading.wraps:
        yield f"begins again at {reading.wraps}"
    if reading.flags & Flag.CLOCK_AHEAD:
        yield "the device's clock is ahead"
    if reading.flags & Flag.CLOCK_BEHIND:
        yield "long past: a late batch, or the device's clock is behind"
    if reading.flags & Flag.SIMULATED:
        yield "simulated"
