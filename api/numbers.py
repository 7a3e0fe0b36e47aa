"""Answers as JSON, with numbers rounded to what they mean: by their unit, a hundredth of a person, say."""

from dataclasses import fields, is_dataclass
from functools import cache
from math import isfinite
from typing import Any, Final

import msgspec
from starlette.responses import JSONResponse

from api.fields import meaning, units

DIGITS: Final = 6  # after the point, of shares and factors: more would be noise
_BY_UNIT: Final = {
    "people": 2,
    "visits": 2,
    "minutes": 1,
    "hours": 2,
    "seconds": 1,
    "°C": 1,
    "mm": 1,
    "m²": 1,
}
_MIXED: Final = (4, 2, 10.0)  # of a bound, whose unit is that of its figure: from 10 on it is no share


@cache
def _digits(name: str, schema: str) -> int | None:
    """Return the digits after the point of a field; None where fields of that name have several units."""
    known = meaning(schema, name) if schema else None
    found = {_BY_UNIT.get(unit, DIGITS) for unit in ({known.unit} if known else units(name) - {""})} or {
        DIGITS
    }
    return found.pop() if len(found) == 1 else None


def round_number(value: float, name: str, schema: str = "") -> float | None:
    """Return a number as its field means it; None for what is no number."""
    if not isfinite(value):
        return None
    digits = _digits(name, schema)
    small, large, limit = _MIXED
    return round(value, digits if digits is not None else large if abs(value) >= limit else small) + 0.0


def rounded(value: Any, name: str = "", schema: str = "") -> Any:
    """Return what can be told in JSON with its numbers rounded by their fields; dataclasses become plain."""
    if isinstance(value, float):
        return round_number(value, name, schema)
    if is_dataclass(value):
        kind = type(value).__name__
        return {f.name: rounded(getattr(value, f.name), f.name, kind) for f in fields(value)}
    if isinstance(value, dict):
        return {key: rounded(part, key) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part, name, schema) for part in value]
    return value


def encode(value: Any) -> bytes:
    """Return the JSON of a value or of a dataclass."""
    return msgspec.json.encode(rounded(value))


class Rounded(JSONResponse):
    """An answer whose numbers are rounded."""

    def render(self, content: Any) -> bytes:
        """Return the JSON."""
        return encode(content)
