"""From messages to the batch that the database stores: adapter, range check, clock check. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from besok.model.decode_context import NOTHING, DecodeContext, Device
from besok.model.errors import Unreadable
from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded, Flag, Identity, Message, Reading, Refusal, Status
from besok.store.message_dedup import Origin
from besok.store.write import Batch, DeviceDescription, Incoming, Rejection
from collectors import adapters
from collectors.lorawan.codecs import CODECS, Waiting
from collectors.privacy import NOTE, stripped

AHEAD = timedelta(minutes=10)  # a device's clock may be that much ahead of ours before the reading is flagged
BEHIND = timedelta(days=35)  # a reading may come that late: the longest a logger keeps a month's data
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
PAYLOAD_LIMIT = 4_000_000  # bytes; no sensor sends more
KEPT_S = 30 * 86_400.0  # a message that the broker keeps is rejected once in so many seconds
PROBLEMS_SHOWN = 5  # of one message; the rest are counted

Key = tuple[str, str, str, str, datetime]


class Refused(Unreadable):
    """A reading that cannot be true; `kind` is the class of the reason."""

    def __init__(self, text: str, kind: Refusal) -> None:
        super().__init__(text)
        self.kind = kind


def decode(messages: Sequence[Message], known: DecodeContext = NOTHING) -> Batch:
    """Decode messages, in the order they came. Nothing a message can hold makes this raise.

    A message with problems is rejected, redacted, with its reasons; its good readings count all the same.
    """
    readings: list[Incoming] = []
    statuses: list[tuple[Status, datetime]] = []
    rejections: list[Rejection] = []
    origins: list[Origin] = []
    heard: dict[Device, DeviceDescription] = {}
    for message, (decoded, kind) in zip(messages, _all_adapted(messages, known), strict=True):
        problems = [Refused(problem, kind) for problem in decoded.problems]
        checked = _checked(decoded.readings, message, problems, known)
        origin = _origin(message, decoded, bool(problems))
        if origin:
            origins.append(origin)
        told = DeviceDescription(message.topic, decoded.model)
        for reading in checked:
            readings.append(Incoming(reading, message.received, origin))
            heard[reading.source, reading.device] = told
        statuses += [(status, message.received) for status in decoded.statuses]
        if problems:
            rejections.append(rejection(message, _joined(problems), problems[0].kind, origin))
    return Batch(
        readings=readings,
        statuses=statuses,
        rejections=rejections,
        origins=origins,
        devices=heard,
        new_sessions=frozenset(m.client for m in messages if m.begins_session and m.client),
    )


def rejection(message: Message, reason: str, kind: Refusal, origin: Origin | None = None) -> Rejection:
    """Make a rejection without what is personal, in the payload and in the reason."""
    plain = stripped(message.payload, message.topic)
    if plain.payload is not message.payload:
        message = replace(message, payload=plain.payload)
    said = plain.reason(reason).encode("utf-8", "replace").decode()  # half a character in a name is no text
    return Rejection(message=message, reason=said, kind=kind, origin=origin)


def _origin(message: Message, decoded: Decoded, rejected: bool) -> Origin | None:
    """Tell what de-duplication needs to know of a message; None if writing it twice changes nothing anyway.

    That is so if every reading has a time, which then is its key, and nothing of the message is rejected.
    """
    identity = decoded.identity
    if message.retained and rejected:  # it comes again with every connection
        identity = Identity(scope=f"retained/{message.topic}", mark="", window_s=KEPT_S)
    lasting = message.client and (rejected or any(r.time is None for r in decoded.readings))
    packet_id = message.packet_id if lasting else 0
    if not packet_id and not identity:
        return None
    return Origin(
        received=message.received,
        digest=_digest(message, decoded),
        identity=identity,
        client=message.client,
        packet_id=packet_id,
        redelivered=message.duplicate,
    )


def _digest(message: Message, decoded: Decoded) -> bytes:
    """Hash what the device said, not the way it came, which gateways tell differently."""
    said: object = [(r.source, r.device, r.channel, r.metric, r.value, r.period_s) for r in decoded.readings]
    text = repr(said or (message.topic, message.payload))
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()


def _all_adapted(messages: Sequence[Message], known: DecodeContext) -> list[tuple[Decoded, Refusal]]:
    """Decode messages; the frames that need a codec go to it together, and are decoded when it has answered."""
    if not known.codecs:
        return [_adapted(message, known) for message in messages]
    with CODECS.gathering() as run:
        found = [_adapted(message, known) for message in messages]
        run()
        return [
            (decoded.resume(), Refusal.UNREADABLE) if isinstance(decoded, Waiting) else (decoded, kind)
            for decoded, kind in found
        ]


def _adapted(message: Message, known: DecodeContext) -> tuple[Decoded, Refusal]:
    """Decode a message, and tell the class of refusal that its problems are."""
    if len(message.payload) > PAYLOAD_LIMIT:
        size = f"{len(message.payload) / 1e6:.1f} MB"
        reason = f"the payload has {size}; no sensor sends more than {PAYLOAD_LIMIT / 1e6:.0f} MB"
        return Decoded(problems=(reason,)), Refusal.TOO_LARGE
    decoded = adapters.decode(message, known)
    return decoded, Refusal.UNKNOWN_FORMAT if decoded.adapter in adapters.STRANGERS else Refusal.UNREADABLE


def _checked(
    readings: Iterable[Reading], message: Message, problems: list[Refused], known: DecodeContext
) -> Collection[Reading]:
    """Return the readings that can be true, timed and flagged; add what cannot be true to `problems`."""
    found: dict[Key, Reading] = {}
    summed: dict[Key, None] = {}
    for reading in readings:
        try:
            _check_origin(reading, known)
            _check_value(reading)
            timed = _timed(reading, message)
        except Refused as exc:
            problems.append(exc)
            continue
        key = (timed.source, timed.device, timed.channel, timed.metric, timed.time or message.received)
        if same := found.get(key):
            timed = _merged(same, timed)
            summed[key] = None
        found[key] = timed
    for key in summed:  # each can be true and their sum not
        try:
            _check_value(found[key])
        except Refused as exc:
            problems.append(exc)
            del found[key]
    return found.values()


def _check_origin(reading: Reading, known: DecodeContext) -> None:
    """Raise Refused for a simulated reading that would count among people."""
    if reading.flags & Flag.SIMULATED and (reading.source, reading.device, reading.channel) in known.real:
        raise Refused(
            f"{_where(reading)}: it says that it is simulated, and its sensor observes a site that is no sandbox, where"
            " only people count; send it for a sandbox (`besok site apply --sandbox` makes one), or without that mark",
            Refusal.SIMULATED,
        )


def _check_value(reading: Reading) -> None:
    """Raise Refused for a value that cannot be true, or a device whose name redaction took out."""
    if NOTE in reading.device:  # in a replay; its neighbours would all be this one device
        reason = f"{_where(reading)}: the name of its device was taken out when it was kept: nobody knows whose it is"
        raise Refused(reason, Refusal.UNREADABLE)
    metric = METRICS.get(reading.metric)
    problem = metric.problem(reading.value) if metric else f"{reading.metric} is not a known measurement"
    if problem:
        raise Refused(f"{_where(reading)}: {problem}", Refusal.OUT_OF_RANGE)


def _timed(reading: Reading, message: Message) -> Reading:
    """Add a time and the flags it deserves. A clock that is off never costs a reading. Raises Refused."""
    time, received = reading.time, message.received
    if time is None:
        if message.retained and METRICS[reading.metric].kind is Kind.FLOW:
            raise Refused(
                f"{_where(reading)}: the broker kept this message (retained) and it has no time, so nobody knows when"
                " these people passed or whether they are counted already; send counts with a time, or not retained",
                Refusal.BAD_TIME,
            )
        return replace(reading, time=received, flags=reading.flags | Flag.NO_TIME)
    if not EARLIEST <= time < LATEST:
        reason = f"{_where(reading)}: its time is {time:%Y-%m-%d %H:%M}; set the clock of the device"
        raise Refused(reason, Refusal.BAD_TIME)
    if time - received > AHEAD:
        return replace(reading, flags=reading.flags | Flag.CLOCK_AHEAD)
    if received - time > BEHIND:
        return replace(reading, flags=reading.flags | Flag.CLOCK_BEHIND)
    return reading


def _merged(first: Reading, second: Reading) -> Reading:
    """Merge two readings of one message with the same key: people passing add up, a state is replaced."""
    if METRICS[second.metric].kind is not Kind.FLOW:
        return second
    return replace(second, value=first.value + second.value, period_s=max(first.period_s, second.period_s))


def _where(reading: Reading) -> str:
    time = reading.time
    return reading.channel if time is None else f"{reading.channel} at {time:%Y-%m-%d %H:%M:%S} UTC"


def _joined(problems: Sequence[Refused]) -> str:
    shown = [str(problem).rstrip(".") for problem in problems[:PROBLEMS_SHOWN]]
    if len(problems) > PROBLEMS_SHOWN:
        shown.append(f"and {len(problems) - PROBLEMS_SHOWN} more")
    return "; ".join(shown)
