"""The context of decoding, reloaded when a site file is applied, or a device reports its model or is bound."""

import gc
import logging
from collections.abc import Callable
from threading import Event

from besok.model.decode_context import NOTHING, DecodeContext
from besok.model.errors import SchemaMismatch, StoreUnavailable
from besok.store import decode_context, receive_tokens
from besok.store.database import Database
from besok.store.notify import listen
from besok.store.write import Batch

log = logging.getLogger(__name__)


class Knowledge:
    """Caches the context, and reloads it on use once stale: one thread uses it, another gets notifications."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.latest = NOTHING  # the last context
        self._stale = Event()
        self._stale.set()

    def current(self) -> DecodeContext:
        """Return the current context. Raises StoreUnavailable or SchemaMismatch: messages then wait."""
        if self._stale.is_set():
            self._stale.clear()  # before loading: changes during it are loaded the next time
            try:
                self.latest = decode_context.load(self._db)
            except Exception as exc:  # of a row that cannot be read, too
                self._stale.set()
                if isinstance(exc, SchemaMismatch):
                    raise
                raise StoreUnavailable(f"what is known of the sensors cannot be loaded: {exc}") from exc
            gc.collect()  # the context before refers to itself, and garbage is seldom looked for (collector.py)
            log.info("Loaded what is known of the sensors", extra={"action": "known_loaded"})
        return self.latest

    def learn(self, batch: Batch) -> None:
        """Mark as stale if a device in a stored batch first reported its model, or was bound to its topics."""
        is_new = any(new.model and device not in self.latest.models for device, new in batch.devices.items())
        if is_new or batch.binds:
            self._stale.set()

    def follow(self, url: str, stop: Event, then: Callable[[], None] = lambda: None) -> None:
        """Until stopped, call `then` after site files are applied, and devices are mapped, bound or named."""
        for _ in listen(url, ["sites", "names", "bindings", receive_tokens.CHANNEL], stop):
            self._stale.set()
            then()
