"""Decode context: settings that adapters need, from site files, the operator and devices themselves."""

from dataclasses import replace

from besok.model.decode_context import DecodeContext, Device, decode_context_of, native_topics
from besok.model.topics import binding
from besok.store import codecs, device_mappings, identity, receive_tokens
from besok.store.database import Database
from besok.store.sites import load_all


def names(db: Database, context: DecodeContext) -> set[str]:
    """Return the names in use: of devices, of the topics they sent on, and in site files."""
    device_names = {name for row in db.rows("device_names") for name in row if name}
    filters_bound = {f for filters in context.topics.values() for f in filters}
    return device_names | filters_bound | {mapping.topic for mapping in context.mappings}


def load(db: Database) -> DecodeContext:
    """Load the zone, the models of devices (the site file takes precedence over what they send), codecs, bindings and
    mappings: those of site files, then those that people made for a device.

    It changes when a site file is applied, a device is mapped or a codec is added, which is notified on the channel
    `sites`, when a device is bound to topics (channel `bindings`), named after its pseudonym (`names`) or given a token
    (`receive_tokens`), and when one first sends its model. Raises StoreUnavailable.
    """
    context = decode_context_of(load_all(db))
    sent_models = {(source, device): model for source, device, model in db.rows("known_models")}
    device_maps = (row.mapping for row in device_mappings.listing(db))
    context = replace(
        context,
        models=sent_models | dict(context.models),
        mappings=(*context.mappings, *(replace(m, zone=m.zone or context.zone) for m in device_maps)),
        placed=frozenset((source, device, key) for source, device, key in db.rows("placed_channels")),
        codecs=codecs.usable(db),
        senders=frozenset(name for token in receive_tokens.load_all(db) for name in token.devices),
        key=identity.key(db),
    )
    topics: dict[Device, tuple[str, ...]] = {}
    for source, device, stated, topics_seen in db.rows("bindings"):
        learnt = (f for topic in topics_seen for f in binding(topic, device))
        topics[source, device] = tuple(stated) or tuple(dict.fromkeys(learnt))
    return replace(context, topics=topics | {d: native_topics(d[1]) for d in topics if d[0] == "native"})
