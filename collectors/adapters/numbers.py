"""Numbers and states in the forms devices write them. None means not measured, and is never zero."""

import re
from math import isfinite

from besok.model.errors import Unreadable
from collectors.adapters.jsontext import show

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_MEASURED = re.compile(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*([^\d\s.,+-][^\d\s]{0,11})")
_THOUSANDS = re.compile(r"[+-]?0*[1-9]\d{0,2}([.,\s']\d{3})*[.,\s']\d{3}")
_LONGEST = 40  # characters of a measured number
_NOTHING = {"", "null", "none", "nan", "n/a", "na", "-", "--", "unknown", "unavailable", "error", "undefined", "nil",
            "inf", "infinity", "+inf", "-inf", "+infinity", "-infinity", "invalid", "not_available"}  # fmt: skip
_YES = {"true", "on", "yes", "1", "occupied", "detected", "motion", "present", "presence", "busy", "motion_detected",
        "trigger", "triggered", "active", "in_use", "used", "person_detected", "moving", "ja",
        "oui", "si", "sí", "belegt", "upptagen", "besetzt"}  # fmt: skip
_NO = {"false", "off", "no", "0", "vacant", "unoccupied", "clear", "free", "not_present", "absent", "no_motion",
       "no_motion_detected", "not_occupied", "empty", "idle", "normal", "inactive", "not_in_use", "unused", "nobody",
       "no_presence", "not_detected", "undetected", "no_one", "not_triggered", "nej",
       "nein", "non", "frei", "ledig", "ledigt"}  # fmt: skip


def number(name: str, value: object, is_whole: bool = False) -> float | None:
    """`value` as a number, also from text (`"32.0"`, `"32,5"`); None if nothing was measured.

    A unit behind the number is refused, and so are hexadecimal numbers and thousands that are set apart: of what comes
    whole, people, also by a dot. Raises Unreadable.
    """
    if type(value) is int or type(value) is float:
        return _finite(name, value)
    if value is None:
        return None
    if type(value) is str:
        return _from_text(name, value.strip(), is_whole)
    raise Unreadable(f"{name} is {show(value)}: it must be a number")


def state(name: str, value: object) -> float | None:
    """`value` as 1 (yes, on, occupied) or 0 (no, off, vacant); None if it is unknown. Raises Unreadable."""
    if value is None:
        return None
    if isinstance(value, int | float) and value in (0, 1):
        return float(value)
    if type(value) is str:
        word = value.strip().lower().replace(" ", "_").replace("-", "_")
        if word in _YES or word in _NO:
            return float(word in _YES)
        if word in _NOTHING or not word.strip("_"):
            return None
    raise Unreadable(f"{name} is {show(value)}: it must say whether somebody is there")


def _finite(name: str, value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError as exc:
        raise Unreadable(f"{name} is a number of more than 300 digits") from exc
    return number if isfinite(number) else None


def _from_text(name: str, text: str, is_whole: bool) -> float | None:
    if text.lower() in _NOTHING:
        return None
    if len(text) > _LONGEST:
        raise Unreadable(f"{name} is {show(text)}: it must be a number")
    if ("," in text or (is_whole and "." in text)) and _THOUSANDS.fullmatch(text):
        raise Unreadable(
            f"{name} is {show(text)}: nobody can tell whether that sets thousands or decimals apart"
        )
    if _NUMBER.fullmatch(text):
        return _finite(name, float(text.replace(",", ".")))
    if measured := _MEASURED.fullmatch(text):
        raise Unreadable(f"{name} is {show(text)}: the unit {show(measured[2].lower())} does not fit")
    raise Unreadable(f"{name} is {show(text)}: it must be a number")
