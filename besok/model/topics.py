"""MQTT topic filters: validity, matching, and the filters that bind a device."""

import re
from functools import lru_cache

from besok.model.errors import SettingsError
from besok.model.pseudonyms import PSEUDONYM, canonical, pseudonym

_ALTERNATIVES = (("tele", "stat"), ("NBIRTH", "NDATA", "DBIRTH", "DDATA"))  # Tasmota, Sparkplug: one sender
_EVENTS = frozenset(
    ["up", "uplink", "ul", "rx", "join", "event"]
)  # as last level, next to others of the device
_BEFORE_NAMES = frozenset(["device", "devices"])  # the level after one of these names the device
_LONG_NAME = (
    6  # characters of a device's name that a level may hold besides something else, as in eui-24e124...
)
_WILDCARD = re.compile("[+#]")


def problem(topic_filter: str) -> str | None:
    """Describe the problem of a topic filter, with the remedy; None if it is valid."""
    if not topic_filter:
        return "it is empty; write the topic of the messages, such as counters/+/state"
    if topic_filter.startswith("$share/"):
        return "$share belongs to the collector's subscription; leave out $share and the group after it"
    if "\0" in topic_filter or len(topic_filter.encode("utf-8", "replace")) > 65_535:
        return "no broker takes such a topic"
    levels = topic_filter.split("/")
    for number, level in enumerate(levels, 1):
        if "#" in level and (level != "#" or number != len(levels)):
            return "# takes all that follows, so it stands alone in the last level, as in counters/#"
        if "+" in level and level != "+":
            return "+ takes one whole level, so it stands alone between two /, as in counters/+/state"
    return None


def topic_filters(text: str) -> list[str]:
    """Split a comma-separated list of topic filters. Raises SettingsError."""
    filters = [t.strip() for t in text.split(",") if t.strip()]
    if not filters:
        raise SettingsError("BESOK_MQTT_TOPICS is empty: name at least one topic filter, such as #")
    for topic in filters:
        _, _, shared = topic.removeprefix("$share/").partition("/")
        if wrong := problem(shared if topic.startswith("$share/") else topic):
            raise SettingsError(f"BESOK_MQTT_TOPICS: {topic} is not a topic filter: {wrong}")
    return filters


@lru_cache(maxsize=10_000)
def matches(filters: tuple[str, ...], topic: str, key: bytes = b"") -> bool:
    """Tell whether one of the filters matches the topic (MQTT 5, section 4.7).

    Levels of filters may be pseudonyms, under the key of the installation, of those of the topic.
    """
    levels = topic.split("/")
    return any(_match(_named(topic_filter.split("/"), levels, key), levels) for topic_filter in filters)


def _named(pattern: list[str], levels: list[str], key: bytes) -> list[str]:
    """Return the levels of a filter with pseudonyms replaced by the levels of a topic that they stand for."""
    padded = [*levels, *pattern[len(levels) :]]
    return [
        level if PSEUDONYM.fullmatch(want) and want == pseudonym(key, level) else want
        for want, level in zip(pattern, padded, strict=False)
    ]


def matches_stored(topic_filter: str, topic: str, key: bytes) -> bool:
    """Tell whether a filter matches a stored topic, in which unplaced names are pseudonyms."""
    stored = topic.split("/")
    levels = [
        want if pseudonym(key, want) == level else level
        for want, level in zip(topic_filter.split("/"), stored, strict=False)
    ]
    return _match(topic_filter.split("/"), levels + stored[len(levels) :])


def _match(pattern: list[str], levels: list[str]) -> bool:
    if pattern[-1] == "#":
        pattern, levels = pattern[:-1], levels[: len(pattern) - 1]
    return len(pattern) == len(levels) and all(
        w in ("+", level) for w, level in zip(pattern, levels, strict=True)
    )


@lru_cache(maxsize=10_000)
def binding(topic: str, device: str) -> tuple[str, ...]:
    """Return the filters that a device is bound to that was heard on a topic; of a filter itself, that filter.

    Bound is all down to the level that names the device, and what lies below is free: other events, lines, properties
    of the same device. Where no level names it, only the last level is, if it says what happened. Levels by which one
    sender marks kinds of messages count as one. `application/7/device/24e1/event/up` of the device 24e1 becomes
    `application/7/device/24e1/#`, and `gateway/12/uplink` becomes `gateway/12/+`.
    """
    if _WILDCARD.search(topic):
        return (topic,)
    levels = topic.split("/")
    if topic == device:
        return (topic,)
    name_level = _naming_level(levels, device)
    if name_level is not None:
        levels = [*levels[: name_level + 1], "#"]
    elif levels[-1] in _EVENTS and any(levels[:-1]):
        levels[-1] = "+"
    for words in _ALTERNATIVES:
        at = next((n for n, level in enumerate(levels) if level in words), None)
        if at is not None:
            return tuple("/".join([*levels[:at], word, *levels[at + 1 :]]) for word in words)
    return ("/".join(levels),)


def _naming_level(levels: list[str], device: str) -> int | None:
    """Return the number of the last level that names the device, None if there is none. A name may take several."""
    name = canonical(device)
    parts = device.count("/") + 1
    for n in range(len(levels) - 1, -1, -1):
        if canonical("/".join(levels[max(n + 1 - parts, 0) : n + 1])) == name:
            return n
        if len(name) >= _LONG_NAME and name in canonical(levels[n]):
            return n
    return next((n for n in range(1, len(levels)) if levels[n - 1] in _BEFORE_NAMES), None)
