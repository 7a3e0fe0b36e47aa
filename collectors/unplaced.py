"""Names behind pseudonyms: those of senders that nobody had placed when their messages were kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from besok.model.decode_context import DecodeContext
from besok.model.pseudonyms import PSEUDONYM, hidden_by, reveal
from besok.model.readings import Message

Names = Mapping[str, str]  # pseudonym -> name


def named(message: Message, names: Names) -> Message:
    """Return a message that was kept with the names that are known by now."""
    text = message.payload.decode("utf-8", "surrogateescape")
    text = PSEUDONYM.sub(lambda found: json.dumps(names.get(found[0], found[0]))[1:-1], text)
    return replace(
        message, topic=reveal(message.topic, names), payload=text.encode("utf-8", "surrogateescape")
    )


def revealed(known: DecodeContext, topics: Iterable[str]) -> DecodeContext:
    """Return the context with names in place of pseudonyms, of mappings and devices, as far as topics have told them.

    Who answers for a message that was kept does so before its topic is known; it is when the next one comes.
    """
    found = known.revealed
    if not known.pseudonyms <= found.names.keys():
        told = hidden_by(known.key, topics)
        if new := {hidden: told[hidden] for hidden in known.pseudonyms & told.keys() - found.names.keys()}:
            found.names |= new
            found.context = _told(known, found.names)
    return found.context or known


def _told(known: DecodeContext, names: Names) -> DecodeContext:
    mappings = (replace(mapping, topic=reveal(mapping.topic, names)) for mapping in known.mappings)
    return replace(known, mappings=tuple(mappings))
