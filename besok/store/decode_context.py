"""Decode context: what adapters need to know, from site files, the operator and devices themselves."""

from dataclasses import replace

from besok.model.decode_context import DecodeContext, decode_context_of, native_topics
from besok.model.topics import binding
from besok.store import codecs, device_mappings, identity, receive_tokens
from besok.store.database import Database
from besok.store.sites import load_all


def names(db: Database, known: DecodeContext) -> set[str]:
    """Return the names that have been given by now: of devices, of the topics they spoke on, and in site files."""
    heard = {name for row in db.rows("device_names") for name in row if name}
    filters_bound = {f for filters in known.topics.values() for f in filters}
    return heard | filters_bound | {mapping.topic for mapping in known.mappings}


def load(db: Database) -> DecodeContext:
    """Load the zone, the models of devices (the site file goes before what they say themselves), codecs, bindings and
    mappings: those of site files, then those that people have made for a device.

    It changes when a site file is applied, a device is mapped or a codec is added, which is told on the channel
    `sites`, when a device is bound to topics (channel `bindings`), named after its pseudonym (`names`) or given a token
    (`receive_tokens`), and when one first says what it is. Raises StoreUnavailable.
    """
    known = decode_context_of(load_all(db))
    heard = {(source, device): model for source, device, model in db.rows("known_models")}
    made = (found.mapping for found in device_mappings.listing(db))
    known = replace(
        known,
        models=heard | dict(known.models),
        mappings=(*known.mappings, *(replace(m, zone=m.zone or known.zone) for m in made)),
        placed=frozenset((source, device, key) for source, device, key in db.rows("placed_channels")),
        codecs=codecs.usable(db),
        senders=frozenset(name for token in receive_tokens.load_all(db) for name in token.devices),
        key=identity.key(db),
    )
    return with_bindings(db, known)


def with_bindings(db: Database, known: DecodeContext) -> DecodeContext:
    """Return the context with what each placed device is bound to by now. Raises StoreUnavailable."""
    topics = {}
    for source, device, stated, heard_on in db.rows("bindings"):
        learnt = (f for topic in heard_on for f in binding(topic, device))
        topics[source, device] = tuple(stated) or tuple(dict.fromkeys(learnt))
    return replace(known, topics=topics | {d: native_topics(d[1]) for d in topics if d[0] == "native"})
