"""Numbers and states in the forms devices write them. None means not measured, and is never zero."""

import re
from collections.abc import Collection, Mapping
from math import isfinite

from besok.model.errors import Unreadable
from collectors.adapters.jsontext import NotANumber, show

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_MEASURED = re.compile(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*([^\d\s.,+-][^\d\s]{0,11})")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,\s']\d{3})*[.,\s']\d{3}")
_LONGEST = 40  # characters of a number that measures something
_NOTHING = {"", "null", "none", "nan", "n/a", "na", "-", "--", "unknown", "unavailable", "error", "undefined", "nil",
            "inf", "infinity", "+inf", "-inf", "+infinity", "-infinity", "invalid", "not_available"}  # fmt: skip
_YES = {"true", "on", "yes", "1", "occupied", "detected", "motion", "present", "presence", "busy", "motion_detected",
        "trigger", "triggered", "active", "in_use", "used", "person_detected", "moving", "ja",
        "oui", "si", "sí", "belegt", "upptagen", "besetzt"}  # fmt: skip
_NO = {"false", "off", "no", "0", "vacant", "unoccupied", "clear", "free", "not_present", "absent", "no_motion",
       "no_motion_detected", "not_occupied", "empty", "idle", "normal", "inactive", "not_in_use", "unused", "nobody",
       "no_presence", "not_detected", "undetected", "no_one", "not_triggered", "nej",
       "nein", "non", "frei", "ledig", "ledigt"}  # fmt: skip


def number(
    name: str, value: object, *, nothing: Collection[float] = (), units: Mapping[str, float] | None = None
) -> float | None:
    """`value` as a number, also from text (`"32.0"`, `"32,5"`); None if it says that nothing was measured.

    `nothing` are the numbers by which the device says that it has none (65535, 255, -999). `units` are those that may
    stand behind the number (`"3.4V"`), in lower case, with the factor to what is wanted; any other is refused, and so
    are hexadecimal numbers and thousands that are set apart. Raises Unreadable.
    """
    if value is None or isinstance(value, NotANumber):
        return None
    if type(value) is int or type(value) is float:
        found = _finite(name, value)
        return None if found in nothing else found
    if type(value) is str:
        return _from_text(name, value.strip(), nothing, units or {})
    raise Unreadable(f"{name} is {show(value)}: it must be a number")


def measured(name: str, value: object, *, nothing: Collection[float] = ()) -> tuple[float | None, str]:
    """`value` as a number with the unit that stands behind it, in lower case ("" if none does). Raises Unreadable."""
    found = _MEASURED.fullmatch(value.strip()) if type(value) is str else None
    if found:
        return number(name, _plain(found[1]), nothing=nothing), found[2].lower()
    return number(name, value, nothing=nothing), ""


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
        if word in _NOTHING or not word.strip("_"):
            return None
    raise Unreadable(f"{name} is {show(value)}: it must say whether somebody is there")


def _finite(name: str, value: float) -> float:
    try:
        found = float(value)
    except OverflowError as exc:
        raise Unreadable(f"{name} is a number of more than 300 digits") from exc
    if not isfinite(found):
        raise Unreadable(f"{name} is {found}: that is no measurement")
    return found


def _from_text(name: str, text: str, nothing: Collection[float], units: Mapping[str, float]) -> float | None:
    if text.lower() in _NOTHING:
        return None
    if len(text) > _LONGEST:
        raise Unreadable(f"{name} is {show(text)}: it must be a number")
    if "," in text and _THOUSANDS.fullmatch(text):
        raise Unreadable(
            f"{name} is {show(text)}: nobody can tell whether the comma sets thousands or decimals apart"
        )
    if _NUMBER.fullmatch(text):
        return number(name, _plain(text), nothing=nothing)
    if _MEASURED.fullmatch(text):
        bare, unit = measured(name, text, nothing=nothing)
        if unit not in units:
            raise Unreadable(f"{name} is {show(text)}: the unit {show(unit)} does not fit")
        return None if bare is None else bare * units[unit]
    raise Unreadable(f"{name} is {show(text)}: it must be a number")


def _plain(text: str) -> float:
    return float(text.replace(",", "."))
