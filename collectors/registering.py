"""Registering what messages come from: so many new devices an hour, over all collectors."""

from collections.abc import Callable, Iterable
from datetime import datetime

from besok.model.decode_context import Channel, Device
from besok.store.database import Database
from besok.store.identity import admit


class Registrar:
    """Registers new devices within the limit, and asks the database only about channels that it has not seen."""

    def __init__(self, db: Database, limit: int, clock: Callable[[], datetime]) -> None:
        """`limit` is of devices an hour."""
        self._db = db
        self._limit = limit
        self._clock = clock
        self._devices: set[Device] = (
            set()
        )  # that are registered, of those that tell whether they are connected

    def refused(self, channels: Iterable[Channel]) -> set[Channel]:
        """Register the devices of the channels; return what is not to be stored. Raises StoreUnavailable."""
        new = [channel for channel in channels if not self._is_known(channel)]
        if not new:
            return set()
        refused = admit(self._db, new, self._limit, self._clock())
        self._devices |= {channel[:2] for channel in new if not channel[2] and channel not in refused}
        return refused

    def _is_known(self, channel: Channel) -> bool:
        return channel in self._db.channels if channel[2] else channel[:2] in self._devices
