"""Decode context: what adapters need to know, from site files, the operator and devices themselves."""

from dataclasses import replace

from besok.model.decode_context import DecodeContext, decode_context_of
from besok.store import codecs, device_mappings
from besok.store.database import Database
from besok.store.sites import load_all


def load(db: Database) -> DecodeContext:
    """Load the zone, the models of devices (the site file goes before what they say themselves), codecs and mappings:
    those of site files, then those that people have made for a device.

    It changes when a site file is applied, a device is mapped or a codec is added, which is told on the channel
    `sites`, and when a device first says what it is. Raises StoreUnavailable.
    """
    known = decode_context_of(load_all(db))
    heard = {(source, device): model for source, device, model in db.rows("known_models")}
    made = (found.mapping for found in device_mappings.listing(db))
    return replace(
        known,
        models=heard | dict(known.models),
        mappings=(*known.mappings, *(replace(m, zone=m.zone or known.zone) for m in made)),
        codecs=codecs.usable(db),
    )
