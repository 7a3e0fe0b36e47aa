"""Names of devices, lines and topics as they are stored: a name that nobody in Besök has given may be a person's.

Stored as they are: names that a person has written (site file, mapping, token), known words, and numbers of devices.
All others become pseudonyms (`besok.model.pseudonyms`) until a person gives them; then messages that were kept are read
with the names.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace as with_changes
from functools import lru_cache
from hashlib import blake2b
from operator import is_not

from msgspec.structs import replace

from besok.model.decode_context import Channel, DecodeContext, Device
from besok.model.pseudonyms import PSEUDONYM, by_level, canonical, hidden_by, pseudonym, reveal
from besok.model.readings import Decoded, Identity, Message, Reading
from besok.model.short_texts import cached_if_short
from collectors import kept_forms

_SHORT = re.compile(r"[A-Za-z]?[0-9]{0,4}")  # one letter is not a person's name
_NUMBERS = re.compile(r"[0-9.,-]+")
_RANDOM = re.compile(r"[0-9a-f][26ae][0-9a-f]{10}")  # a phone's random address, not assigned by a maker


def is_known(level: str, known: DecodeContext) -> bool:
    """Tell whether a level of a topic or a part of a name was written by a person in Besök, or is a listed word."""
    return (
        canonical(level) in known.names
        or kept_forms.is_words(level, known.places)
        or _SHORT.fullmatch(level) is not None
        or PSEUDONYM.fullmatch(level) is not None
    )


class StoredNames:
    """Maps names to stored names, by the context; results are cached."""

    def __init__(self, known: DecodeContext) -> None:
        self._known = known
        self.channel: Callable[[Channel], Channel] = lru_cache(10_000)(self._find)
        self.topic: Callable[[str], str] = cached_if_short(10_000)(self._find_topic)
        self._part: Callable[[str], str] = cached_if_short(10_000)(self._find_part)

    def decoded(self, decoded: Decoded) -> Decoded:
        """Return a decoded message under stored names."""
        if not self._known.key:
            return decoded  # of a simulation or a trial: no real names are stored
        readings = [self._reading(reading) for reading in decoded.readings]
        hidden = any(map(is_not, readings, decoded.readings))
        identity = decoded.identity and self._identity(decoded.identity, hidden)
        if not hidden and not decoded.statuses and identity is decoded.identity:
            return decoded
        statuses = (with_changes(s, device=self.device((s.source, s.device))[1]) for s in decoded.statuses)
        return replace(decoded, readings=tuple(readings), statuses=tuple(statuses), identity=identity)

    def device(self, device: Device) -> Device:
        """Return the stored name of a device."""
        return self.channel((*device, ""))[:2] if self._known.key else device

    def _reading(self, reading: Reading) -> Reading:
        had = (reading.source, reading.device, reading.channel)
        _, device, channel = stored = self.channel(had)
        return reading if stored == had else replace(reading, device=device, channel=channel)

    def _find(self, channel: Channel) -> Channel:
        source, device, line = self._known.known_as(*channel)
        kind, colon, name = line.partition(":")
        if (source, device) not in self._known.topics:
            device = by_level(device, self._part)
        return source, device, f"{kind}{colon}{by_level(name, self._part)}"

    def _find_topic(self, topic: str) -> str:
        """Return the stored name of a topic, or of a filter of topics."""
        if not self._known.key:
            return topic
        return by_level(topic, lambda level: level if level in ("+", "#") else self._part(level))

    def _find_part(self, part: str) -> str:
        if is_known(part, self._known):
            return part
        # The number of a device that its maker has assigned stays too
        is_number = kept_forms.is_identifier(part, "serial") and not _RANDOM.fullmatch(canonical(part))
        return part if is_number else pseudonym(self._known.key, part)

    def _identity(self, identity: Identity, hidden: bool) -> Identity:
        """Return the identity of a message; parts that are hidden, or may be a name, become hashes."""
        _, *numbers = identity.mark.split(":")
        if not hidden and all(_NUMBERS.fullmatch(n) or self._part(n) == n for n in numbers if n):
            return identity
        return replace(identity, scope=self.secret(identity.scope), mark=self.secret(identity.mark))

    def secret(self, text: str) -> str:
        """Return the keyed hash of a text that must be recognised and never read."""
        return blake2b(text.encode("utf-8", "replace"), key=self._known.key[:64], digest_size=8).hexdigest()


def named(message: Message, names: Mapping[str, str]) -> Message:
    """Return a stored message with the names, by pseudonym, that are known by now."""
    text = message.payload.decode("utf-8", "surrogateescape")
    text = PSEUDONYM.sub(lambda match: json.dumps(names.get(match[0], match[0]))[1:-1], text)
    return replace(
        message, topic=reveal(message.topic, names), payload=text.encode("utf-8", "surrogateescape")
    )


def revealed(known: DecodeContext, topics: Iterable[str]) -> DecodeContext:
    """Return the context with names in place of pseudonyms, of mappings and devices, as far as topics revealed them.

    Who answers for a message that was kept does so before its topic is known; it is when the next one comes.
    """
    cache = known.revealed
    if not known.pseudonyms <= cache.names.keys():
        names = hidden_by(known.key, topics)
        if new := {hidden: names[hidden] for hidden in known.pseudonyms & names.keys() - cache.names.keys()}:
            cache.names |= new
            mappings = (with_changes(m, topic=reveal(m.topic, cache.names)) for m in known.mappings)
            cache.context = with_changes(known, mappings=tuple(mappings))
    return cache.context or known
