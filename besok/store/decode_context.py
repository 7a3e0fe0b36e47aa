"""Decode context: what adapters need to know, from site files and from devices themselves."""

from dataclasses import replace

from besok.model.decode_context import DecodeContext, decode_context_of
from besok.model.topics import binding
from besok.store.database import Database
from besok.store.sites import load_all


def names(db: Database, known: DecodeContext) -> set[str]:
    """Return the names that have been given by now: of devices, of the topics they spoke on, and in site files."""
    heard = {name for row in db.rows("device_names") for name in row if name}
    told = {f for filters in known.topics.values() for f in filters}
    return heard | told | {mapping.topic for mapping in known.mappings}


def load(db: Database) -> DecodeContext:
    """Load the zone, the models of devices (the site file goes before what they say themselves), the mappings, and what
    devices are bound to.

    It changes when a site file is applied, which is told on the channel `sites`, when a device is bound to topics
    (channel `bindings`), and when one first says what it is. Raises StoreUnavailable.
    """
    known = decode_context_of(load_all(db))
    models = {(source, device): model for source, device, model in db.rows("known_models")}
    learnt = {
        (source, device): tuple(dict.fromkeys(f for topic in heard_on for f in binding(topic, device)))
        for source, device, heard_on in db.rows("bindings")
    }
    topics = {device: filters or learnt.get(device, ()) for device, filters in known.topics.items()}
    ((key,),) = db.rows("installation_key")
    return replace(known, models=models | dict(known.models), topics=topics, key=bytes(key))
