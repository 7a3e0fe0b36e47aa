"""The meaning of topics: control and not people, or in the last words the meaning of the value."""

import re
from typing import Final, NamedTuple

from collectors.adapters.vocabulary import Means, Verdict, judge, words

_COMMANDS: Final = {
    "set",
    "get",
    "config",
    "command",
    "commands",
    "cmd",
    "cmnd",
    "logging",
    "log",
    "discovery",
}
_ID: Final = re.compile(r"[0-9a-fA-F:._-]{6,}")  # a level that is the number of a device, not a word
_LAST: Final = {"state", "value", "status"}  # levels that say nothing of their own


class Meaning(NamedTuple):
    """Device and part of a value, and the words that name it: none if the topic does not say what it is."""

    device: str
    part: str
    said: tuple[str, ...]


def control(levels: list[str]) -> str:
    """Return what a topic is about if not about people, in half a sentence; "" if it may be about them."""
    if levels[0] == "$SYS":
        return "what the broker says of itself"
    if levels[0] == "cmnd" or levels[-1].lower() in _COMMANDS:
        return "an order to a device, or its settings"
    if levels[0] == "homeassistant" and levels[-1] == "config":
        return "a device introducing itself to Home Assistant"
    if "shadow" in levels and levels[-1] in ("delta", "rejected"):
        return "what a device is asked to become"
    if len(levels) > 1 and levels[1] == "bridge":
        return "what a bridge says of itself"
    return ""


def meaning(levels: list[str]) -> Meaning:
    """Return what a topic says of a single value it carries: `library/hall/north_people_count`.

    The last level is taken as a name, if need be without its first words, which are then the part ("north").
    """
    path = _path(levels)
    part, said = named(path[-1])
    if said:
        return Meaning("/".join(path[:-1]) or path[0], part, said)
    if len(path) > 2 and isinstance(judge(both := words("_".join(path[-2:]))), Means):  # door/total/in
        return Meaning("/".join(path[:-2]), "", both)
    return Meaning("/".join(levels), "", ())


def named(name: str) -> tuple[str, tuple[str, ...]]:
    """Part and words of a name such as `north_people_count`; no words if it does not end in what is known."""
    said = words(name)
    for first in range(len(said)):
        if isinstance(judge(said[first:]), Means):
            return "_".join(said[:first]), said[first:]
    return "", ()


def verdict(levels: list[str]) -> Verdict:
    """Return what the last level of a topic means as the name of a value."""
    return judge(words(_path(levels)[-1]))


def context(levels: list[str]) -> tuple[str, ...]:
    """Return the words of the last level, which may complete a name: `count` on `hall/people` is a people_count."""
    return () if _ID.fullmatch(levels[-1]) else words(levels[-1])


def _path(levels: list[str]) -> list[str]:
    return levels[:-1] if len(levels) > 1 and levels[-1].lower() in _LAST else levels
