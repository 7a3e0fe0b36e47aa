"""The time and the period of an item of a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from besok.model.errors import Unreadable
from besok.model.json_path import BEGINNINGS, NOWHERE, Path, Place, compiled
from besok.model.sitefile.mapping_checks import PERIOD_LIMIT
from besok.model.units import converted
from collectors.adapters import times
from collectors.adapters.jsontext import show
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.devices.format import Format, one, text_of

AGE_LIMIT: Final = 10 * 366 * 86_400  # seconds


def when(form: Format, packet: Packet, place: Place) -> tuple[datetime | None, float]:
    """Return the time, which is the end of the period, and the period's length in seconds. Raises Unreadable."""
    if form.is_timeless:
        return packet.time, 0.0
    time = _time("time", form.time, form, packet, place) or packet.time
    if form.age_s and (age := _age(form.age_s[0], form, place)):
        time = (time or packet.message.received) - age
    is_asked = form.has_flows or not time
    start = _time("start", form.start, form, packet, place) if is_asked else None
    if form.start and not form.period_s:
        seconds = (time - start).total_seconds() if time and start else 0.0
        label = f"the period from {form.start[0].text} to {form.time[0].text if form.time else 'now'}"
    else:
        seconds, label = _period_s(form, place)
    if form.has_flows and not 0 <= seconds <= PERIOD_LIMIT:
        raise Unreadable(f"{label} has {seconds:g} s: a count sums up 0 to {PERIOD_LIMIT} (a day)")
    if time is None and start is not None:
        time = start + timedelta(seconds=seconds)
    seconds = seconds * share(form, place) if form.has_flows else 0.0
    if form.clock == "second" and time is not None and not time.microsecond and not seconds:
        time += timedelta(microseconds=_mark(form, packet))
    return time, seconds


def share(form: Format, place: Place) -> float:
    """Return the share of the period in which the device measured; 1 where it is not stated."""
    if not form.share:
        return 1.0
    taken, expected = (_number_at("samples", path, place) for path in form.share)
    return 1.0 if taken is None or not expected or expected < 0 else min(1.0, max(0.0, taken / expected))


def _period_s(form: Format, place: Place) -> tuple[float, str]:
    """Return the stated length of the period, in seconds, and its name for sentences."""
    if not isinstance(form.period_s, str):
        return float(form.period_s), "period_s"
    label = f"period_s ({form.period_s})"
    seconds = _number_at(label, compiled(form.period_s), place) or 0.0
    return converted(seconds, form.units.get("period_s", 1.0)), label


def _time(key: str, paths: Sequence[Path], form: Format, packet: Packet, place: Place) -> datetime | None:
    """Return the first time at the paths. Raises Unreadable."""
    for path in paths:
        value, name, written = one(path, place), f"{key} ({path.text})", form.time_format
        if value is NOWHERE:
            continue
        if isinstance(value, dict):  # linked data: a value with its type
            value = value.get("@value", value)
        if written and isinstance(value, str) and value.strip():
            try:
                value = datetime.strptime(value.strip(), written).isoformat()  # noqa: DTZ007 - the zone comes next
            except ValueError as exc:
                raise Unreadable(f"{name} is {show(value)}: not as time_format says: {written}") from exc
        if key == "start" and isinstance(value, str) and (pair := times.PAIR.fullmatch(value.strip())):
            value = pair[1]
        zone = _zone(form, packet, place)
        if time := times.instant(value, zone, name=name, near=packet.message.received):
            return time
    return None


def _zone(form: Format, packet: Packet, place: Place) -> str:
    zone = form.zone
    if zone[:1] in BEGINNINGS:
        stated = one(compiled(zone), place)
        zone = stated if isinstance(stated, str) else ""
    zone = zone or packet.known.zone
    if not form.summer or text_of(form.summer.value(place)) not in ("true", "1"):
        return zone
    return times.in_summer(zone)


def _age(path: Path, form: Format, place: Place) -> timedelta:
    name = f"age_s ({path.text})"
    seconds = converted(_number_at(name, path, place) or 0.0, form.units.get("age_s", 1.0))
    if not 0 <= seconds <= AGE_LIMIT:
        raise Unreadable(f"{name} is {seconds:g} s: it must be 0 to {AGE_LIMIT}")
    return timedelta(seconds=seconds)


def _mark(form: Format, packet: Packet) -> int:
    """Return a number below a million that distinguishes this message from others of the same second."""
    seq = form.seq.value(packet.whole)
    distinguishing = packet.payload if seq is None else text_of(seq).encode("utf-8", "replace")
    return int.from_bytes(blake2b(distinguishing, digest_size=4).digest()) % 1_000_000


def _number_at(name: str, path: Path, place: Place) -> float | None:
    """Return the number at a path; None if there is none. Raises Unreadable."""
    raw = one(path, place)
    return None if raw is NOWHERE else number(name, raw)
