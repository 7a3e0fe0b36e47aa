"""JSON responses with numbers rounded to the precision of their unit."""

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
_MIXED: Final = (4, 2, 10.0)  # of a bound, whose unit is that of its figure: from 10 on it is not a share


@cache
def _digits(name: str, schema: str) -> int | None:
    """Return the decimals of a field; None where fields of that name have several units."""
    known = meaning(schema, name) if schema else None
    digits = {_BY_UNIT.get(unit, DIGITS) for unit in ({known.unit} if known else units(name) - {""})} or {
        DIGITS
    }
    return digits.pop() if len(digits) == 1 else None


def round_number(value: float, name: str, schema: str = "") -> float | None:
    """Round a number by its field; None for NaN and infinity."""
    if not isfinite(value):
        return None
    digits = _digits(name, schema)
    small, large, limit = _MIXED
    return round(value, digits if digits is not None else large if abs(value) >= limit else small) + 0.0


def rounded(value: Any, name: str = "", schema: str = "") -> Any:
    """Convert a value to plain JSON types, with dataclasses as objects and numbers rounded by their fields."""
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
    """Encode a value or a dataclass as JSON."""
    return msgspec.json.encode(rounded(value))


class Rounded(JSONResponse):
    """A JSON response with rounded numbers."""

    def render(self, content: Any) -> bytes:
        """Return the JSON."""
        return encode(content)
