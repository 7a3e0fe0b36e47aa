"""Answers as JSON, with numbers rounded to what they mean."""

from functools import cache
from math import isfinite
from typing import Any, Final

import msgspec
from starlette.responses import JSONResponse

from api.fields import units

DIGITS: Final = 6  # after the point: more would be noise
_BY_UNIT: Final = {  # where the unit tells that less is meant
    "people": 2,
    "visits": 2,
    "readings": 0,
    "minutes": 1,
    "hours": 2,
    "seconds": 1,
    "°C": 1,
    "mm": 1,
    "m²": 1,
}


@cache
def digits(name: str) -> int:
    """Return the digits after the point that a field of this name has: the most, where it has several units."""
    return max((_BY_UNIT.get(unit, DIGITS) for unit in units(name)), default=DIGITS)


def rounded(value: Any, name: str = "") -> Any:
    """Return plain data with its numbers rounded by the names of their fields; what is no number is None."""
    if isinstance(value, float):
        return round(value, digits(name)) + 0.0 if isfinite(value) else None  # and no minus before a zero
    if isinstance(value, dict):
        return {key: rounded(part, key) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part, name) for part in value]
    return value


def encode(value: Any) -> bytes:
    """Return the JSON of a value or of a dataclass."""
    return msgspec.json.encode(rounded(msgspec.to_builtins(value)))


class Rounded(JSONResponse):
    """An answer whose numbers are rounded."""

    def render(self, content: Any) -> bytes:
        """Return the JSON."""
        return msgspec.json.encode(rounded(content))
