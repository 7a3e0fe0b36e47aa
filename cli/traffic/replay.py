"""Replay of recorded traffic: at any speed, on other days, as simulated data for sandbox sites.

A recording is of real people, so what is played goes through a narrow gate. A message is sent only if the adapters read
the same of it as of the recorded one, at the moved times and marked as simulated, and if none of it belongs to a device
that observes a real site. What does not pass is left out, and it is told how much and why.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import structs

from besok.model.decode_context import NOTHING, DecodeContext
from besok.model.errors import RecordingError
from besok.model.metrics import METRICS, Kind
from besok.model.plurals import many
from besok.model.readings import Decoded, Flag, Message
from besok.model.settings import Settings
from besok.model.site import Site
from cli.traffic.recording import YEARS, duration, read
from cli.traffic.rewriting import Shift, at_site, native_site, simulated
from collectors import decoding
from sensors_sim.live import Clock, Pace
from sensors_sim.publisher import Publisher
from sensors_sim.times import millis

TO_NOW: Final = "to-now"
MINUTE: Final = timedelta(minutes=1)
SETTLE_S: Final = 1.0

UNMARKED = "have no place for the mark of simulated data"
UNMOVED = "hold times that could not be moved, or say something else once they are"
REAL = "come from devices that observe a real site"
ELSEWHERE = "name a site that is not a sandbox (say where they shall go with --site)"
KEPT = "were kept by the broker from before and hold counts without a time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Summary of a recording: `sites` are those of Besök's own topics."""

    first: datetime
    last: datetime
    messages: int
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Possible destinations: the known sites, and the devices that observe real ones."""

    sandboxes: frozenset[str] = frozenset()
    real: frozenset[tuple[str, str]] = frozenset()  # source, external id
    known: DecodeContext = NOTHING


@dataclass(slots=True)
class Result:
    """Counts of messages sent, and left out by reason."""

    sent: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)  # reason -> a topic

    def leave(self, reason: str, topic: str) -> None:
        """Count one more that was left out."""
        self.left_out[reason] += 1
        self.examples.setdefault(reason, topic)

    def lines(self) -> list[str]:
        """Describe the outcome of the replay."""
        parts = [
            f"{n} left out: they {why}, such as {self.examples[why]}"
            for why, n in self.left_out.most_common()
        ]
        return [f"{many(self.sent, 'message')} sent", *parts]


def overview(file: Path) -> Overview:
    """Summarise a recording. Raises RecordingError if it is empty."""
    first = last = None
    messages, sites = 0, dict[str, None]()
    for line in read(file):
        messages += 1
        first = min(first or line.received, line.received)
        last = max(last or line.received, line.received)
        if site := native_site(line.topic):
            sites[site] = None
    if first is None or last is None:
        raise RecordingError(f"{file} holds no messages")
    return Overview(first=first, last=last, messages=messages, sites=tuple(sites))


def places(sites: Sequence[Site], known: DecodeContext) -> Places:
    """Return the possible destinations of an installation."""
    return Places(
        sandboxes=frozenset(site.id for site in sites if site.sandbox),
        real=frozenset(
            (s.source, site.external_id(s)) for site in sites if not site.sandbox for s in site.sensors
        ),
        known=known,
    )


def targets(requests: Sequence[str], recording: Overview, places: Places) -> Mapping[str, str]:
    """Map recorded sites to sandboxes: by "SANDBOX" (if one site was recorded) and "RECORDED=SANDBOX".

    A site that nobody asked about goes to itself, if it is a sandbox. Raises RecordingError.
    """
    to: dict[str, str] = {}
    for request in requests:
        recorded, equals, sandbox = request.rpartition("=")
        if not equals and len(recording.sites) > 1:
            names = ", ".join(recording.sites)
            raise RecordingError(
                f"the recording holds several sites ({names}): say which with --site NAME={request}"
            )
        if sandbox not in places.sandboxes:
            known = (
                f"sandboxes are: {', '.join(sorted(places.sandboxes))}"
                if places.sandboxes
                else "there is none yet"
            )
            raise RecordingError(
                f'"{sandbox}" is not a sandbox site, and recorded traffic may go nowhere else ({known};'
                " `besok site apply --sandbox FILE` makes one)"
            )
        if equals and recorded not in recording.sites:
            raise RecordingError(
                f'the recording holds no site "{recorded}", but {", ".join(recording.sites) or "none"}'
            )
        to.update({recorded: sandbox} if equals else dict.fromkeys(recording.sites, sandbox))
    return {site: site for site in recording.sites if site in places.sandboxes} | to


def by(text: str, recording: Overview, *, now: datetime, speed: float, zone: str) -> timedelta:
    """Parse the shift of times: "" for none, "to-now", a duration such as "7d" or "-90m", or the first day.

    "to-now" moves the end of the recording to the moment at which it will have been played, to the minute. A day keeps
    the time of the day in `zone`. Raises RecordingError.
    """
    if not text:
        return timedelta()
    if text == TO_NOW:
        span = recording.last - recording.first
        takes = min(span, span / speed) if speed else timedelta()
        return (now + takes - recording.last) // MINUTE * MINUTE
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _possible(duration(text), recording)
    clock = recording.first.astimezone(ZoneInfo(zone)).time()
    begin = datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
    return _possible((begin - recording.first) // timedelta(seconds=1) * timedelta(seconds=1), recording)


def _possible(by: timedelta, recording: Overview) -> timedelta:
    """Return the shift. Raises RecordingError if it moves times out of range."""
    try:
        years = {(time + by).year for time in (recording.first, recording.last)}
    except OverflowError:
        years = {0}
    if not YEARS[0] <= min(years) <= max(years) <= YEARS[1]:
        raise RecordingError(
            f"moved by {many(by.days, 'day')}, the recording would leave the years {YEARS[0]} to {YEARS[1]}"
        )
    return by


def planned(
    lines: Iterator[Message], shift: Shift, to: Mapping[str, str], places: Places, result: Result
) -> Iterator[Message]:
    """Yield the messages to send, in the order of the recording; `result` counts what is left out."""
    for line in lines:
        passed = _passed(line, shift, to, places)
        if isinstance(passed, str):
            result.leave(passed, line.topic)
        else:
            yield passed


def _passed(line: Message, shift: Shift, to: Mapping[str, str], places: Places) -> Message | str:
    """Return the message to send, or why it is not sent."""
    site = native_site(line.topic)
    if site and site not in to:
        return ELSEWHERE
    was = decoding.decode(line, places.known)
    if line.retained and any(
        r.time is None and METRICS[r.metric].kind is not Kind.LEVEL for r in was.readings
    ):
        return KEPT
    after = structs.replace(
        line, topic=at_site(line.topic, to[site]) if site else line.topic, received=line.received + shift.by
    )
    for zone in dict.fromkeys((shift.zone, "UTC")):  # some formats write UTC without saying so
        payload = simulated(line, replace(shift, zone=zone))
        if payload is None:
            return UNMARKED
        moved = structs.replace(after, payload=payload)
        becomes = decoding.decode(moved, places.known)
        if _content(becomes, timedelta()) == _content(was, shift.by):
            return _wrong(becomes, places) or moved
    return UNMOVED


def _wrong(becomes: Decoded, places: Places) -> str:
    """Return why the rewritten message may not be sent, "" if it may."""
    if not all(r.flags & Flag.SIMULATED for r in becomes.readings):
        return UNMARKED
    return REAL if any(device in places.real for device in _devices(becomes)) else ""


def _content(decoded: Decoded, later: timedelta) -> object:
    """Return what a message says, but for whose it is and where, with its times so much later."""
    readings = [
        (r.channel, r.metric, r.value, r.period_s, r.wraps, r.time and r.time + later)
        for r in decoded.readings
    ]
    return readings, [s.online for s in decoded.statuses], len(decoded.problems)


def _devices(decoded: Decoded) -> set[tuple[str, str]]:
    read = {(r.source, r.device) for r in decoded.readings}
    return read | {(s.source, s.device) for s in decoded.statuses}


def run(
    settings: Settings,
    file: Path,
    shift: Shift,
    to: Mapping[str, str],
    places: Places,
    *,
    stop: threading.Event,
    speed: float = 1.0,
    clock: Clock = lambda: datetime.now(UTC),
) -> Result:
    """Play the recording `speed` times faster than it was (0: as fast as the broker takes it), until `stop` is set.

    Nothing is sent before its (moved) time; nothing is retained by the broker.
    """
    result = Result()
    pace = Pace(shift.first + shift.by, speed, stop, clock)
    with Publisher(settings, repeat_s=0) as publisher:
        for message in planned(read(file), shift, to, places, result):
            if not pace.wait(millis(message.received)):
                break
            publisher.send(message.topic, message.payload, stop)
            result.sent += 1
        while not publisher.settle(SETTLE_S) and not stop.is_set():
            pass
    return result
