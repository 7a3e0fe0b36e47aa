"""Recorded payloads on other days: the times in them are moved, each in the form in which it is written.

Which values are times nobody can know of every payload there is. Moved is what reads as a time (as adapters read times)
and belongs to the recording: texts and numbers in JSON, at any depth. Everything else says what it said. Who replays
asks the adapters whether that was all (replay.py).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from besok.model.errors import Unreadable
from besok.model.readings import Message
from cli.traffic import jsontree
from cli.traffic.jsontree import Number, Pairs
from collectors.adapters import times

BEHIND, AHEAD = (
    timedelta(days=35),
    timedelta(days=1),
)  # late batches, and clocks that are off, belong to a recording
NESTED: Final = 4  # JSON within the strings of JSON
SECOND: Final = timedelta(seconds=1)

_NUMBER = re.compile(r"\d{10}(?:\.\d{1,9})?|\d{13}(?:\.\d{1,6})?|\d{16}|\d{19}")
_UNITS: Final = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}  # digits since 1970 -> parts of a second
_DIGITS = re.compile(r"20\d\d\d\d\d\d\d\d\d\d(?:\d\d(?:\d{3}|\d{6})?)?")
_DOTNET = re.compile(r"(\\?/?Date\()(\d{13})((?:[+-]\d{4})?\)\\?/?)")
_PAIR = re.compile(r"([^/]+)(/)([^/]+)")
_ISO = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.]?)(?P<m>\d\d)(?P=s)(?P<d>\d\d)(?P<between>[Tt\s_,-]+)(?P<H>\d\d)(?P<c>[:.]?)(?P<M>\d\d)"
    r"(?:(?P=c)(?P<S>\d\d))?(?P<f>[.,:]\d+)?(?P<zone>\s*[^\d\s.,:/].*)?"
)
_WRITTEN = re.compile(
    r"(?P<text>.*?\d\d:\d\d(?::\d\d)?(?:\s[AP]M)?)(?P<f>[.,]\d+)?(?P<zone>\s*[A-Za-z+-].*)?"
)
_DATES: Final = (
    *("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%m/%d/%Y", "%m-%d-%Y"),
    *(
        f"{day}{date}"
        for day in ("", "%a, ", "%a ")
        for date in ("%d %b %Y", "%b %d, %Y", "%d-%b-%Y", "%b %d %Y")
    ),
    *("%d/%b/%Y", "%d %B %Y", "%B %d, %Y"),
)
_FORMATS: Final = tuple(
    f"{date}{between}{clock}"
    for date in _DATES
    for between in (" ", "T", ", ")
    for clock in ("%H:%M:%S", "%H:%M", "%I:%M:%S %p")
)
_CTIME: Final = "%a %b %d %H:%M:%S %Y"
_WIDEST: Final = timedelta(hours=15)  # offset of a zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """By how much times move that lie between `first` and `last`; `zone` is that of times that name none."""

    by: timedelta
    first: datetime
    last: datetime
    zone: str = "UTC"

    def holds(self, time: datetime) -> bool:
        """Tell whether a time belongs to the recording."""
        return self.first - BEHIND <= time <= self.last + AHEAD


def shifted(message: Message, shift: Shift) -> bytes:
    """Return the payload of the message with its times moved; what is no JSON stays as it is."""
    if not shift.by:
        return message.payload
    try:
        value = jsontree.read(message.payload.decode())
    except (ValueError, RecursionError):
        return message.payload
    return jsontree.write(_Mover(shift, message.received).tree(value)).encode()


class _Mover:
    """Moves the times of one payload, that was `received` then."""

    def __init__(self, shift: Shift, received: datetime) -> None:
        self._shift, self._received = shift, received

    def tree(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, Pairs):
            return Pairs((name, self.tree(inner, depth)) for name, inner in value)
        if isinstance(value, list):
            return [self.tree(inner, depth) for inner in value]
        if isinstance(value, Number):
            return Number(self.value(str(value)))
        return self._text(value, depth) if isinstance(value, str) else value

    def _text(self, said: str, depth: int) -> str:
        """Move a text, which may be JSON itself."""
        if said[:1] in ("{", "[") and depth < NESTED:
            try:
                inner = jsontree.read(said)
            except (ValueError, RecursionError):
                return said
            moved = self.tree(inner, depth + 1)
            return said if moved == inner else jsontree.write(moved)
        return self.value(said)

    def value(self, said: str) -> str:
        """`said` moved, if it is a time of the recording."""
        if not 10 <= len(said) <= times.LONGEST or sum(map(str.isdecimal, said)) < 8:
            return said
        parts = _DOTNET.fullmatch(said) or _PAIR.fullmatch(said)
        if parts and (new := "".join(map(self.value, parts.groups()))) != said:
            return new
        time = self._time(said)
        if time is None or not self._shift.holds(time):
            return said
        found = (move(said, time) for move in (self._number, self._digits, self._iso, self._written))
        return next((new for new in found if new), said)

    def _time(self, said: str) -> datetime | None:
        try:
            return times.instant(said, self._shift.zone, near=self._received)
        except Unreadable:
            return None

    def _number(self, said: str, time: datetime) -> str:
        """1795594500, 1795594500.250, 1795594500250: since 1970."""
        if not _NUMBER.fullmatch(said):
            return ""
        whole, _, fraction = said.partition(".")
        return f"{Decimal(said) + self._shift.by // SECOND * _UNITS[len(whole)]:.{len(fraction)}f}"

    def _digits(self, said: str, time: datetime) -> str:
        """20261125081500: a calendar and a clock."""
        local = f"{self._local(time, None, ''):%Y%m%d%H%M%S%f}"
        return local[: len(said)] if _DIGITS.fullmatch(said) else ""

    def _iso(self, said: str, time: datetime) -> str:
        """2026-11-25T08:15:00.250+01:00 and what is like it."""
        found = _ISO.fullmatch(said)
        if not found:
            return ""
        date, clock = (found[part] for part in "sc")
        form = f"%Y{date}%m{date}%d{found['between']}%H{clock}%M" + (f"{clock}%S" if found["S"] else "")
        return self._in_form(form, said[: found.end("S" if found["S"] else "M")], time, found)

    def _written(self, said: str, time: datetime) -> str:
        """25 Nov 2026 08:15:00 GMT, 25.11.2026 08:15 and their like: whichever form gives back what was said."""
        found = _WRITTEN.fullmatch(said)
        if not found:
            return f"{self._local(time, None, ''):{_CTIME}}" if _naive(said, _CTIME) else ""
        return next(
            (new for form in _FORMATS if (new := self._in_form(form, found["text"], time, found))), ""
        )

    def _in_form(self, form: str, text: str, time: datetime, found: re.Match[str]) -> str:
        """`text` moved, which is the time in this form, with fraction and zone as they were; "" if it is not."""
        naive, zone = _naive(text, form), found["zone"] or ""
        if naive is None or abs(naive - time.replace(tzinfo=None)) > _WIDEST:
            return ""
        return f"{self._local(time, naive, zone):{form}}{found['f'] or ''}{zone}"

    def _local(self, time: datetime, naive: datetime | None, zone: str) -> datetime:
        """Return what the device's clock shows at the moved time: by the offset it names, else in our zone."""
        moved = time + self._shift.by
        if naive is not None and zone.strip():
            return moved.replace(tzinfo=None) + (naive - time.replace(tzinfo=None, microsecond=0))
        return moved.astimezone(times.zone_of(self._shift.zone)).replace(tzinfo=None)


def _naive(text: str, form: str) -> datetime | None:
    """Return what `text` says in this form; None if another way of writing is its form."""
    try:
        time = datetime.strptime(text, form)  # noqa: DTZ007 - its zone is known by the caller
    except ValueError:
        return None
    return time if f"{time:{form}}" == text else None
