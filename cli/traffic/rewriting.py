"""Recorded payloads as simulated data on other days: marked, and with their times moved.

Which values are times nobody can know of every payload there is. Moved is what reads as a time (as adapters read times)
and belongs to the recording: texts and numbers in JSON, at any depth. Numbers since 1970 stay such numbers, every other
time becomes ISO 8601, which all adapters read. Who replays asks the adapters whether that was all (replay.py).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Message
from collectors.adapters import times
from collectors.adapters.native import PREFIX
from collectors.adapters.packet import MARK

NATIVE: Final = "simulated"  # the mark in Besök's own format; others have MARK
BEHIND, AHEAD = timedelta(days=35), timedelta(days=1)  # late batches, and clocks that are off
UNITS: Final[Mapping[int, int]] = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}  # digits -> parts of a second
SHORTEST: Final = 10  # characters of a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """By how much times move that lie between `first` and `last`; `zone` is that of times that name none."""

    by: timedelta
    first: datetime
    last: datetime
    zone: str = "UTC"


def native_site(topic: str) -> str:
    """Return the site of one of Besök's own topics, "" of any other topic."""
    return topic.removeprefix(PREFIX).partition("/")[0] if topic.startswith(PREFIX) else ""


def at_site(topic: str, site: str) -> str:
    """Return the same topic at another site."""
    return f"{PREFIX}{site}/{topic.removeprefix(PREFIX).partition('/')[2]}"


def simulated(message: Message, shift: Shift) -> bytes | None:
    """Return the payload with its times moved and the mark of simulated data; None if it has no place for the mark.

    Place for it has a JSON object; in Besök's own format a list of them too, and a status needs none.
    """
    native = message.topic.startswith(PREFIX)
    if native and message.topic.endswith("/status"):
        return message.payload
    try:
        value = json.loads(message.payload.decode("utf-8-sig"))
        items = value if native and isinstance(value, list) else [value]
        if not items or not all(isinstance(item, dict) for item in items):
            return None
        mark = {NATIVE if native else MARK: True}
        marked = [mark | moved(item, shift, message.received) | mark for item in items]
    except (ValueError, RecursionError):
        return None
    return _text(marked if isinstance(value, list) else marked[0]).encode()


def moved(value: Any, shift: Shift, received: datetime) -> Any:
    """Return a value of JSON with the times of the recording moved; a text may be JSON itself."""
    if isinstance(value, dict):
        return {name: moved(inner, shift, received) for name, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, shift, received) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return value
    if isinstance(value, str) and value[:1] in ("{", "["):
        return _moved_text(value, shift, received)
    if isinstance(value, str) and value.count("/") == 1 and "Date(" not in value:
        ends = value.split("/")
        becomes = [moved(end, shift, received) for end in ends]
        if becomes != ends:
            return "/".join(becomes)
    return _moved_time(value, shift, received)


def _moved_text(value: str, shift: Shift, received: datetime) -> str:
    try:
        inner = json.loads(value)
    except ValueError:
        return value
    becomes = moved(inner, shift, received)
    return value if becomes == inner else _text(becomes)


def _moved_time(value: float | str, shift: Shift, received: datetime) -> float | str:
    written = str(value)
    if not SHORTEST <= len(written) <= times.LONGEST or sum(map(str.isdecimal, written)) < 8:
        return value
    try:
        time = times.instant(value, shift.zone, near=received)
    except Unreadable:
        return value
    if not shift.by or time is None or not shift.first - BEHIND <= time <= shift.last + AHEAD:
        return value
    if not isinstance(value, str) and (unit := UNITS.get(len(str(int(value))))):
        return value + shift.by // timedelta(seconds=1) * unit
    return (time + shift.by).isoformat().replace("+00:00", "Z")


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
