"""Lengths of time as people write them: 90s, 10m, 2h, 7d."""

import re
from datetime import timedelta
from typing import Final

from besok.model.errors import SettingsError

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d|w)")
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}  # seconds


def duration(text: str) -> timedelta:
    """Return the length that `text` says, such as 90s, 1h30m, 7d or -52w. Raises SettingsError."""
    sign, plain = (-1, text[1:]) if text[:1] in "-\N{MINUS SIGN}" and text else (1, text.removeprefix("+"))
    parts = _PART.findall(plain)
    if not parts or _PART.sub("", plain).strip():
        raise SettingsError(f'"{text}" is no length of time: write it as 90s, 10m, 2h, 7d or 1h30m')
    try:
        return sign * timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError as exc:
        raise SettingsError(f'"{text}" is longer than any calendar') from exc
