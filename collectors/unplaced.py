"""Names behind pseudonyms: those of senders that nobody had placed when their messages were kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from besok.model.decode_context import DecodeContext
from besok.model.pseudonyms import PSEUDONYM, by_level, pseudonym
from besok.model.readings import Message

Names = Mapping[str, str]  # pseudonym -> name


def names_of(known: DecodeContext, names: Iterable[str]) -> dict[str, str]:
    """Return names, and their levels, by what would stand for them."""
    parts = {part for name in names for part in (name, *name.split("/")) if part}
    return {pseudonym(known.key, part): part for part in parts if not PSEUDONYM.search(part)}


def named(message: Message, names: Names) -> Message:
    """Return a message that was kept with the names that are known by now."""
    topic = by_level(message.topic, lambda level: names.get(level, level))
    text = message.payload.decode("utf-8", "surrogateescape")
    text = PSEUDONYM.sub(lambda found: json.dumps(names.get(found[0], found[0]))[1:-1], text)
    return replace(message, topic=topic, payload=text.encode("utf-8", "surrogateescape"))


def revealed(known: DecodeContext, topics: Iterable[str]) -> DecodeContext:
    """Return the context with names in place of pseudonyms, of mappings and devices, as far as topics have told them.

    Who answers for a message that was kept does so before its topic is known; it is when the next one comes.
    """
    found = known.revealed
    if not known.pseudonyms <= found.names.keys():
        told = names_of(known, topics)
        if new := {hidden: told[hidden] for hidden in known.pseudonyms & told.keys() - found.names.keys()}:
            found.names |= new
            found.context = _told(known, found.names)
    return found.context or known


def _told(known: DecodeContext, names: Names) -> DecodeContext:
    def tell(topic: str) -> str:
        return by_level(topic, lambda level: names.get(level, level))

    return replace(
        known, mappings=tuple(replace(mapping, topic=tell(mapping.topic)) for mapping in known.mappings)
    )
