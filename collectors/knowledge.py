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
        self._stale, self._rebound = Event(), Event()
        self._stale.set()

    def current(self) -> DecodeContext:
        """Return the current context. Raises StoreUnavailable or SchemaMismatch: messages then wait."""
        if self._stale.is_set():
            self._load(self._stale, decode_context.load)
            log.info("Loaded what is known of the sensors", extra={"action": "known_loaded"})
        elif self._rebound.is_set():
            self._load(self._rebound, lambda db: decode_context.with_bindings(db, self.latest))
        return self.latest

    def _load(self, stale: Event, load: Callable[[Database], DecodeContext]) -> None:
        stale.clear()  # before loading: changes during it are loaded the next time
        try:
            self.latest = load(self._db)
        except Exception as exc:  # of a row that cannot be read, too
            stale.set()
            if isinstance(exc, SchemaMismatch):
                raise
            raise StoreUnavailable(f"what is known of the sensors cannot be loaded: {exc}") from exc
        gc.collect()  # the context before refers to itself, and garbage is seldom looked for (collector.py)

    def learn(self, batch: Batch) -> None:
        """Mark as stale if a device in a stored batch first reported its model, or was bound to its topics."""
        if any(new.model and device not in self.latest.models for device, new in batch.devices.items()):
            self._stale.set()
        if batch.binds:
            self._rebound.set()

    def follow(self, url: str, stop: Event, then: Callable[[], None] = lambda: None) -> None:
        """Until stopped, listen for site files that are applied, and for devices that are mapped, bound or named.

        `then` is called, unless they are only bound.
        """
        for notice in listen(url, ["sites", "names", "bindings", receive_tokens.CHANNEL], stop):
            if notice.channel == "bindings":
                self._rebound.set()
            else:
                self._stale.set()
                then()
