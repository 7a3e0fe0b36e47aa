"""From messages to the batch that the database stores: adapter, range check, clock check. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise

from msgspec.structs import replace

from besok.model.decode_context import NOTHING, Channel, DecodeContext, Device
from besok.model.metrics import METRICS, Kind
from besok.model.readings import Decoded, Flag, Identity, Message, Reading, Refusal, Status
from besok.store.message_dedup import Origin
from besok.store.write import Batch, DeviceDescription, Incoming, Rejection
from collectors import decoding, limits
from collectors.identity import Refused, Speakers
from collectors.lorawan.codecs import CODECS
from collectors.privacy import redact
from collectors.stored_names import StoredNames, revealed

AHEAD = timedelta(minutes=10)  # a device's clock may be this far ahead of ours before the reading is flagged
BEHIND = timedelta(days=35)  # a reading may be this late: loggers keep a month's data
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
RETAINED_S = 30 * 86_400.0  # seconds in which a retained message is rejected only once
PROBLEMS_SHOWN = 5  # of one message; the rest are counted
PROBLEMS_LIMIT = 1_000
SO_MANY = "what follows is not looked at; fix the sender, and replay the message"
TOO_MANY = (
    "too many new devices or lines came within an hour, and no site file names this one: replay the message later, name"
    " its device in the site file, or raise BESOK_NEW_DEVICES_PER_HOUR if all of them are real"
)

# Of problems, by the adapter of the message: that of strangers, or none
KINDS = {decoding.STRANGERS: Refusal.UNKNOWN_FORMAT, "": Refusal.TOO_LARGE}

Key = tuple[str, str, str, str, datetime]
Admit = Callable[[Iterable[Channel]], Collection[Channel]]  # returns the channels that are refused


@dataclass(slots=True)
class _Part:
    """The result of one message."""

    message: Message
    decoded: Decoded
    readings: Collection[Reading]
    statuses: Collection[Status]
    problems: list[Refused]

    def channels(self) -> list[Channel]:
        lines = [(r.source, r.device, r.channel) for r in self.readings]
        return lines + [(s.source, s.device, "") for s in self.statuses] if self.statuses else lines


def decode(
    messages: Sequence[Message],
    known: DecodeContext = NOTHING,
    admit: Admit | None = None,
    *,
    redacted: bool = True,
) -> Batch:
    """Decode messages, in the order they came. Nothing a message can hold makes this raise; `admit` may.

    A message with problems is rejected, `redacted`, with its reasons; its good readings count all the same.
    """
    speakers = Speakers(known)
    context = revealed(known, (message.topic for message in messages))
    decodings = CODECS.settled(_begun(message, context) for message in messages)
    parts = [_read(*pair, known, speakers) for pair in zip(messages, decodings, strict=True)]
    if admit and (refused := admit(dict.fromkeys(channel for part in parts for channel in part.channels()))):
        for part in parts:
            _leave_out(part, refused)
    readings: list[Incoming] = []
    rejections: list[Rejection] = []
    origins: list[Origin] = []
    devices: dict[Device, DeviceDescription] = {}
    for part in parts:
        message, problems = part.message, part.problems
        origin = _origin(part, speakers.names)
        if origin:
            origins.append(origin)
        description = DeviceDescription(speakers.names.topic(message.topic), part.decoded.model)
        for reading in part.readings:
            readings.append(Incoming(reading, message.received, origin))
            devices[reading.source, reading.device] = description
        if problems:
            was = Rejection(message=message, reason=_joined(problems), kind=problems[0].kind, origin=origin)
            rejections.append(redact(was, known) if redacted else was)
    return Batch(
        readings=readings,
        statuses=[(status, part.message.received) for part in parts for status in part.statuses],
        rejections=rejections,
        origins=origins,
        devices=devices,
        topics=speakers.learnt,
        binds=frozenset(speakers.bound),
        new_sessions=frozenset(m.client for m in messages if m.begins_session and m.client),
    )


def _begun(message: Message, known: DecodeContext) -> Decoded:
    """Decode a message as far as it goes without a codec, unless it is too large."""
    reason = limits.problem(message.payload, message.topic)
    return Decoded(problems=(reason,)) if reason else decoding.begin(message, known)


def _read(message: Message, decoded: Decoded, known: DecodeContext, speakers: Speakers) -> _Part:
    """Check a decoded message."""
    names = speakers.names
    kind = KINDS.get(decoded.adapter, Refusal.UNREADABLE)
    problems = [Refused(problem, kind) for problem in decoded.problems] if decoded.problems else []
    senders = {(r.source, r.device) for r in decoded.readings}
    if decoded.statuses:
        senders |= {(s.source, s.device) for s in decoded.statuses}
    devices = {names.device(device): device[1] for device in senders}
    decoded = names.decoded(decoded)
    readings, statuses = decoded.readings, decoded.statuses
    unbound: dict[Device, str] = {}
    refused: set[Device] = set()
    for device, name in devices.items():
        try:
            if not speakers.is_bound(device, message.topic):
                unbound[device] = name
        except Refused as exc:
            problems.append(exc.with_traceback(None))  # which would refer to it
            refused.add(device)
    if refused:
        readings = tuple(r for r in readings if (r.source, r.device) not in refused)
        statuses = tuple(s for s in statuses if (s.source, s.device) not in refused)
        if not (readings or statuses):  # an impostor's message does not count as the device's
            decoded = Decoded(adapter=decoded.adapter)
    checked = _checked(readings, message, problems, known)
    if unbound and checked:
        speakers.learn(unbound, message.topic)
    return _Part(message, decoded, checked, statuses, problems)


def _leave_out(part: _Part, refused: Collection[Channel]) -> None:
    if not any(channel in refused for channel in part.channels()):
        return
    part.readings = [r for r in part.readings if (r.source, r.device, r.channel) not in refused]
    part.statuses = [s for s in part.statuses if (s.source, s.device, "") not in refused]
    part.decoded = replace(part.decoded, readings=tuple(part.readings))  # so that a replay is not a duplicate
    part.problems.append(Refused(TOO_MANY, Refusal.TOO_MANY_DEVICES))


def _origin(part: _Part, names: StoredNames) -> Origin | None:
    """Return what de-duplication needs of a message; None if writing it twice changes nothing anyway.

    That is so if every reading has a time, which then is its key, and nothing of the message is rejected. Of a message
    that is rejected as a whole only hashes are told.
    """
    message, decoded, rejected = part.message, part.decoded, bool(part.problems)
    identity = decoded.identity
    if message.retained and rejected:  # it is sent again at every connection
        identity = Identity(scope=f"retained/{names.secret(message.topic)}", mark="", window_s=RETAINED_S)
    elif identity and rejected and not part.readings:
        identity = replace(identity, scope=names.secret(identity.scope), mark=names.secret(identity.mark))
    elif not identity and (ahead := [r for r in part.readings if r.flags & Flag.CLOCK_AHEAD and r.time]):
        # It counts at its receipt, so only its own time tells it from one that is sent again.
        last = ahead[-1]
        identity = Identity(scope=f"{last.source}/{last.device}", mark=f"at:{last.time}", window_s=RETAINED_S)
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
    """Hash the readings, not the envelope, which differs between gateways."""
    facts: object = [(r.source, r.device, r.channel, r.metric, r.value, r.period_s) for r in decoded.readings]
    text = repr(facts or (message.topic, message.payload))
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()


def _checked(
    readings: Iterable[Reading], message: Message, problems: list[Refused], known: DecodeContext
) -> Collection[Reading]:
    """Return the plausible readings, timed and flagged; add a problem for each other one."""
    by_key: dict[Key, Reading] = {}
    summed: dict[Key, None] = {}
    for reading in readings:
        if len(problems) > PROBLEMS_LIMIT:
            problems.append(Refused(SO_MANY, Refusal.OUT_OF_RANGE))
            break
        try:
            _check(reading, known)
            timed = _timed(reading, message)
        except Refused as exc:
            problems.append(exc.with_traceback(None))  # which would refer to it
            continue
        key = (timed.source, timed.device, timed.channel, timed.metric, timed.time or message.received)
        if earlier := by_key.get(key):
            if earlier.period_s and timed.period_s and earlier.period_s != timed.period_s:
                timed, longer = sorted((earlier, timed), key=lambda one: one.period_s)
                problems.append(_of_shorter(longer))
            else:
                summed[key] = None
                if METRICS[timed.metric].kind is Kind.FLOW:  # people passing add up, a state is replaced
                    period_s = max(earlier.period_s, timed.period_s)
                    timed = replace(timed, value=earlier.value + timed.value, period_s=period_s)
        by_key[key] = timed
    for key in summed:  # each may be plausible and their sum not
        try:
            _check(by_key[key], known)
        except Refused as exc:
            problems.append(exc.with_traceback(None))  # which would refer to it
            del by_key[key]
    if len(by_key) > 2:
        problems += [_of_shorter(by_key.pop(key)) for key in _sums_of_others(by_key)]
    return by_key.values()


def _sums_of_others(readings: dict[Key, Reading]) -> list[Key]:
    """Return the counts of periods that hold a shorter one of the same metric: days beside their hours."""
    spans = [
        (key[:4], key[4] - timedelta(seconds=reading.period_s), -reading.period_s, key)
        for key, reading in readings.items()
        if reading.period_s
    ]
    return [a[3] for a, b in pairwise(sorted(spans)) if a[0] == b[0] and b[3][4] <= a[3][4]]


def _of_shorter(reading: Reading) -> Refused:
    return Refused(
        f"{_where(reading)}: the message has {reading.metric} of {reading.period_s:g} s and of a shorter time in it;"
        " only the shorter counts: let the device send one of them",
        Refusal.OUT_OF_RANGE,
    )


def _check(reading: Reading, known: DecodeContext) -> None:
    """Raise Refused for a simulated reading that would count among people, and for a value out of range."""
    is_simulated = reading.flags is not Flag.NONE and reading.flags & Flag.SIMULATED
    if is_simulated and (reading.source, reading.device, reading.channel) in known.real:
        raise Refused(
            f"{_where(reading)}: it says that it is simulated, and its sensor observes a site that is not a sandbox,"
            " where only people count; send it for a sandbox (`besok site apply --sandbox` makes one), or without the"
            " mark",
            Refusal.SIMULATED,
        )
    metric = METRICS.get(reading.metric)
    problem = metric.problem(reading.value) if metric else f"{reading.metric} is not a known measurement"
    if problem:
        raise Refused(f"{_where(reading)}: {problem}", Refusal.OUT_OF_RANGE)


def _timed(reading: Reading, message: Message) -> Reading:
    """Add a time and flags. A reading is never lost to a wrong clock. Raises Refused."""
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


def _where(reading: Reading) -> str:
    time = reading.time
    return reading.channel if time is None else f"{reading.channel} at {time:%Y-%m-%d %H:%M:%S} UTC"


def _joined(problems: Sequence[Refused]) -> str:
    shown = [str(problem).rstrip(".") for problem in problems[:PROBLEMS_SHOWN]]
    if len(problems) > PROBLEMS_SHOWN:
        shown.append(f"and {len(problems) - PROBLEMS_SHOWN} more")
    return "; ".join(shown)
