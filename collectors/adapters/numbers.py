"""Numbers and states in the forms devices write them. None means not measured, and is never zero."""

import re
from math import isfinite

from collectors.adapters.jsontext import NotANumber, show
from core.errors import Unreadable

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_NOTHING = {"", "null", "none", "nan", "n/a", "na", "-", "unknown", "unavailable", "error", "undefined"}
_YES = {"true", "on", "yes", "1", "occupied", "detected", "motion", "present", "presence", "busy", "motion_detected"}
_NO = {"false", "off", "no", "0", "vacant", "unoccupied", "clear", "free", "not_present", "absent", "no_motion",
       "no_motion_detected", "not_occupied", "empty"}  # fmt: skip


def number(name: str, value: object) -> float | None:
    """`value` as a number, also from text (`"32.0"`); None if it says that nothing was measured. Raises Unreadable."""
    if value is None or isinstance(value, NotANumber):
        return None
    if type(value) is int or type(value) is float:
        try:
            found = float(value)
        except OverflowError as exc:
            raise Unreadable(f"{name} is a number of more than 300 digits") from exc
        if not isfinite(found):
            raise Unreadable(f"{name} is {found}: that is no measurement")
        return found
    if type(value) is str:
        text = value.strip()
        if text.lower() in _NOTHING:
            return None
        if _NUMBER.fullmatch(text):
            return number(name, float(text))
    raise Unreadable(f"{name} is {show(value)}: it must be a number")


def state(name: str, value: object) -> float | None:
    """`value` as 1 (yes, on, occupied) or 0 (no, off, vacant); None if it says that nobody knows. Raises Unreadable."""
    if value is True or value is False:
        return float(value)
    if value is None or isinstance(value, NotANumber):
        return None
    if (type(value) is int or type(value) is float) and value in (0, 1):
        return float(value)
    if type(value) is str:
        word = value.strip().lower().replace(" ", "_").replace("-", "_")
        if word in _YES:
            return 1.0
        if word in _NO:
            return 0.0
        if word in _NOTHING:
            return None
    raise Unreadable(f"{name} is {show(value)}: it must say whether somebody is there")
