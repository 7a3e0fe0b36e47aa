"""Between the broker and the database: messages wait here while the batch before them is committed."""

import threading
from collections import deque
from dataclasses import dataclass

from core.readings import Message

UNPROTECTED_LIMIT = 20_000  # messages of quality of service 0 that may wait; the broker bounds the others
BYTES_LIMIT = 64_000_000  # payload that may wait before the broker is made to
BATCH_BYTES = 16_000_000  # payload committed at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message and what it takes to acknowledge it: its id (0: nothing to acknowledge), valid in one connection."""

    message: Message
    mid: int
    connection: int


class Inbox:
    """A queue for one thread that receives and one that commits."""

    def __init__(self) -> None:
        self._waiting: deque[Delivery] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, delivery: Delivery) -> bool:
        """Take one in. False if it was not: the inbox is closed, or full and nobody waits for an acknowledgement.

        Blocks while the payload that waits is too much for our memory; that holds back the broker.
        """
        with self._changed:
            if not delivery.mid and len(self._waiting) >= UNPROTECTED_LIMIT:
                return False
            self._changed.wait_for(lambda: self._closed or self._bytes < BYTES_LIMIT)
            if self._closed:
                return False
            self._waiting.append(delivery)
            self._bytes += len(delivery.message.payload)
            self._changed.notify_all()
            return True

    def take(self, limit: int) -> list[Delivery]:
        """All that waits, but at most `limit` messages; blocks until there is one. Empty when closed and emptied."""
        taken: list[Delivery] = []
        size = 0
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            while self._waiting and len(taken) < limit and size < BATCH_BYTES:
                taken.append(self._waiting.popleft())
                size += len(taken[-1].message.payload)
            self._bytes -= size
            self._changed.notify_all()
        return taken

    def close(self) -> None:
        """Take no more in; what waits can still be taken out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
