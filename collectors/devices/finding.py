"""Values at the paths of a format in a message, and checks of its conditions."""

from collections.abc import Sequence
from typing import Any

from besok.model.errors import Unreadable
from besok.model.json_path import NOWHERE, Path, Place
from collectors.adapters.numbers import number
from collectors.adapters.packet import Packet
from collectors.devices.format import ABSENT, ANY, Choice, Condition, text_of


def is_so(conditions: Sequence[Condition], packet: Packet) -> bool:
    """Tell whether all conditions hold for the whole message. Never raises."""
    try:
        return hold(conditions, packet.whole)
    except Unreadable:
        return False


def hold(conditions: Sequence[Condition], place: Place) -> bool:
    return not conditions or all(_is_met(condition, place) for condition in conditions)


def _is_met(condition: Condition, place: Place) -> bool:
    path = condition.path
    values = (path.value(place),) if path.is_single else (present.value for present in path.find(place))
    present = [value for value in values if value is not NOWHERE and value is not None]
    if not condition.is_not and (not present or ANY in condition.texts):
        return bool(present) or ABSENT in condition.texts
    texts = [text_of(value) for value in present]
    is_one = not condition.texts.isdisjoint(texts) or (
        bool(condition.patterns) and any(p.fullmatch(text) for p in condition.patterns for text in texts)
    )
    return is_one != condition.is_not


def one(path: Path, place: Place) -> Any:
    """Return the single value at a path, or NOWHERE. Raises Unreadable where there are several."""
    if path.is_single:
        return path.value(place)
    matches = path.find(place)
    if not matches:
        return NOWHERE
    if len(matches) > 1:
        raise Unreadable(f"{path.text} leads to {len(matches)} values; make items of them with each = ...")
    return matches[0].value


def first(choices: Sequence[Choice], place: Place) -> Any:
    """Return the value of the first choice that leads to one, or NOWHERE."""
    for choice in choices:
        if not choice.when or hold(choice.when, place):
            value = one(choice.path[0], place)
            if value is not NOWHERE and value is not None:
                return value
    return NOWHERE


def value_at(paths: Sequence[Path], place: Place) -> Any:
    """Return the first value at one of the paths that is neither null nor empty text; None if there is none."""
    for path in paths:
        value = one(path, place)
        if value is not NOWHERE and value is not None and value != "":
            return value
    return None


def number_at(name: str, path: Path, place: Place) -> float | None:
    """Return the number at a path; None if there is none. Raises Unreadable."""
    raw = one(path, place)
    return None if raw is NOWHERE else number(name, raw)
