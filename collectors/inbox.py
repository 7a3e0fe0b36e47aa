"""Between the broker and the database: messages wait here while the batch before them is committed."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from besok.model.readings import Message

UNPROTECTED_LIMIT = 20_000  # messages of quality of service 0 that may wait; the broker bounds the others
BYTES_LIMIT = 64_000_000  # payload that may wait before the broker is made to
BATCH_BYTES = 16_000_000  # payload committed at once


class Delivery(NamedTuple):
    """A message and the connection it came on: only there its packet id means it, and may be acknowledged.

    `session` is the broker's memory of us that the connection belongs to; both are counted since our start.
    """

    message: Message
    connection: int
    session: int = 0


class Inbox:
    """A queue for one thread that receives and one that commits."""

    def __init__(self) -> None:
        self._waiting: deque[Delivery] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, deliveries: Sequence[Delivery]) -> int:
        """Take them in; how many were dropped, because the inbox is full and nobody waits for an acknowledgement.

        Blocks while the payload that waits is too much for our memory; that holds back the broker. A closed inbox
        takes nothing in: what is to be acknowledged stays with the broker.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._bytes < BYTES_LIMIT)
            if self._closed:
                return sum(not d.message.packet_id for d in deliveries)
            taken = 0
            for d in deliveries:
                if d.message.packet_id or len(self._waiting) < UNPROTECTED_LIMIT:
                    self._waiting.append(d)
                    self._bytes += len(d.message.payload)
                    taken += 1
            self._changed.notify_all()
        return len(deliveries) - taken

    @property
    def closed(self) -> bool:
        """Whether nothing more is taken in."""
        return self._closed

    def take(self, limit: int, patience_s: float | None = None) -> list[Delivery]:
        """All that waits, but at most `limit` messages; blocks until there is one.

        Empty when closed and emptied, or when nothing came for `patience_s` seconds.
        """
        taken: list[Delivery] = []
        size = 0
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting, patience_s)
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
