"""Event times in the forms devices write them."""

from datetime import UTC, datetime

from collectors.adapters.jsontext import show
from core.errors import Unreadable

MILLISECONDS_FROM = 1e11  # epoch numbers from here on are milliseconds (since 1973), below it seconds (until 5138)


def event_time(value: object) -> datetime | None:
    """The time `value` says, in UTC; None if it is None. Raises Unreadable.

    Understood are ISO 8601 with an offset or Z, and seconds or milliseconds since 1970. A time without an offset is
    refused: it could mean any of two dozen hours.
    """
    if value is None:
        return None
    if type(value) is str:
        return _iso(value)
    if type(value) is int or type(value) is float:
        return _epoch(value)
    raise Unreadable(f"time is {show(value)}: it must be text such as 2026-11-25T08:15:00Z, or seconds since 1970")


def _iso(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.strip())
        zone = time.tzinfo
        if zone is UTC:
            return time
        if zone is not None:
            return time.astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise Unreadable(f"time is {show(text)}: that is not a time such as 2026-11-25T08:15:00Z") from exc
    raise Unreadable(f"time is {show(text)}, without a time zone: add Z for UTC, or an offset such as +01:00")


def _epoch(number: float) -> datetime:
    try:
        return datetime.fromtimestamp(number / 1000 if abs(number) >= MILLISECONDS_FROM else number, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise Unreadable(f"time is {show(number)}: no clock shows that many seconds since 1970") from exc
