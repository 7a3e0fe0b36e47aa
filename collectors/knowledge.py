"""The context of decoding, reloaded when a site file is applied, or a device tells its model or is bound."""

import logging
from threading import Event

from besok.model.decode_context import NOTHING, DecodeContext
from besok.model.errors import SchemaMismatch, StoreError, StoreUnavailable
from besok.store import decode_context
from besok.store.database import Database
from besok.store.notify import listen
from besok.store.write import Batch

log = logging.getLogger(__name__)


class Knowledge:
    """Loads when it is asked and what it has is stale: one thread asks, another hears the news."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known = NOTHING
        self._stale = Event()
        self._stale.set()

    @property
    def latest(self) -> DecodeContext:
        """What was known last, without asking the database."""
        return self._known

    def current(self) -> DecodeContext:
        """Return what is known now. Raises StoreUnavailable or SchemaMismatch: messages then wait."""
        if self._stale.is_set():
            self._stale.clear()  # before loading: what is applied meanwhile is loaded the next time
            try:
                self._known = decode_context.load(self._db)
            except SchemaMismatch:
                self._stale.set()
                raise
            except StoreError as exc:
                self._stale.set()
                raise StoreUnavailable(f"what is known of the sensors cannot be loaded: {exc}") from exc
            log.info("Loaded what is known of the sensors", extra={"action": "known_loaded"})
        return self._known

    def learn(self, batch: Batch) -> None:
        """Reload if a device in a stored batch told its model for the first time, or was bound to its topics."""
        models = self._known.models
        if batch.binds or any(told.model and device not in models for device, told in batch.devices.items()):
            self._stale.set()

    def follow(self, url: str, stop: Event) -> None:
        """Until stopped, listen for site files that are applied, and for devices that are bound to topics."""
        for _ in listen(url, ["sites", "bindings"], stop):
            self._stale.set()
