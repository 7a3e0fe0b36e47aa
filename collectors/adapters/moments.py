"""Times within a JSON object: which of its fields tell a time, and the beginning and length of a period."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from besok.model.errors import Unreadable
from collectors.adapters import wordlists
from collectors.adapters.jsontext import show
from collectors.adapters.vocabulary import compact

Clock = Callable[
    [str, Any, str], datetime | None
]  # name and value of a field, zone beside it -> the time it says

BEGINS, ENDS = frozenset(wordlists.BEGINS.split()), frozenset(wordlists.ENDS.split())
LENGTHS: Final = frozenset(wordlists.LENGTHS.split())
_TIMES: Final = wordlists.TIMES.split()
_TIME_RANK: Final = {name: rank for rank, name in enumerate(_TIMES)}
_CLOCK_ONLY: Final = re.compile(r"\d{1,2}:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d:?\d\d)?")
_DAY_ONLY: Final = re.compile(
    r"\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d|\d{8}|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}/\d{1,2}/\d{4}"
)


def own_time(fields: Mapping[str, Any], clock: Clock) -> datetime | None:
    """Return the time an object says of itself, from the most telling of its fields; None if it says none."""
    return told(fields, clock)[0]


def told(fields: Mapping[str, Any], clock: Clock) -> tuple[datetime | None, str]:
    """Return the same, with the field that says all of it; "" if day and hour are apart, or the hour is missing."""
    fields = {name: _unwrapped(name, value) for name, value in fields.items()}
    telling = [
        (rank, name)
        for name, value in fields.items()
        if type(name) is str and value is not None and type(value) not in (dict, list, bool)
        if (rank := _TIME_RANK.get(compact(name))) is not None
    ]
    zone = next((value for name, value in fields.items() if _is_zone(name, value)), "")
    day = next((value for name, value in fields.items() if _is_day(name, value)), None)
    for _, name in sorted(telling):
        value = fields[name]
        whole = type(value) is not str or _DAY_ONLY.fullmatch(value.strip()) is None
        if type(value) is str and _CLOCK_ONLY.fullmatch(value.strip()):
            if day is None:
                raise Unreadable(
                    f"{name} is {show(value)}: that is a time of day, without a day; send it as 2026-11-25T08:15:00Z"
                )
            value, whole = f"{day.strip()} {value.strip()}", False
        elif value is day:
            continue
        if (time := clock(name, value, zone)) is not None:
            return time, name if whole else ""
    return None, ""


def _unwrapped(name: object, value: Any) -> Any:
    """Return the time in an object that stands for one: {"$date": ...}, {"seconds": ..., "nanos": ...}."""
    if type(value) is dict and type(name) is str and compact(name) in _TIME_RANK:
        return value.get("$date", value.get("seconds", value.get("_seconds", value)))
    return value


def named(fields: Mapping[str, Any], names: frozenset[str]) -> str:
    """Return the first field with one of the names that holds a time or a number; "" if there is none."""
    return next(
        (
            name
            for name, value in fields.items()
            if type(value) in (int, float, str) and compact(name) in names
        ),
        "",
    )


def _is_zone(name: object, value: object) -> bool:
    """Tell whether a field names a time zone: `timezone: Europe/Berlin`."""
    return (
        type(name) is str
        and compact(name) in ("timezone", "tz", "timezonename")
        and type(value) is str
        and "/" in value
    )


def _is_day(name: object, value: object) -> bool:
    return (
        type(name) is str
        and type(value) is str
        and compact(name) in ("date", "day", "datestamp", "localdate")
        and _DAY_ONLY.fullmatch(value.strip()) is not None
    )


def is_time(name: str) -> bool:
    """Tell whether a field of this name tells a time."""
    return compact(name) in _TIME_RANK
