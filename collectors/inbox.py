"""Between the broker and the database: messages wait here while the batch before them is committed."""

import threading
from collections import deque
from collections.abc import Sequence

from besok.model.readings import Message

UNPROTECTED_LIMIT = 20_000  # messages of quality of service 0 that may wait; the broker bounds the others
BYTES_LIMIT = 64_000_000  # waiting payload beyond which the broker is held back
BATCH_BYTES = 16_000_000  # payload committed at once


class Inbox:
    """A queue for one thread that receives and one that commits."""

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, messages: Sequence[Message]) -> int:
        """Add messages; return how many were dropped: QoS 0 messages beyond UNPROTECTED_LIMIT.

        Blocks while the payload that waits exceeds BYTES_LIMIT, which holds back the broker. A closed inbox takes
        nothing in: what is to be acknowledged stays with the broker.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._bytes < BYTES_LIMIT)
            if self._closed:
                return sum(not m.packet_id for m in messages)
            accepted = 0
            for message in messages:
                if message.packet_id or len(self._waiting) < UNPROTECTED_LIMIT:
                    self._waiting.append(message)
                    self._bytes += len(message.payload)
                    accepted += 1
            self._changed.notify_all()
        return len(messages) - accepted

    def take(self, limit: int) -> list[Message]:
        """Return the waiting messages, at most `limit`; block until there is one. Empty once closed and emptied."""
        batch: list[Message] = []
        size = 0
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._waiting)
            while self._waiting and len(batch) < limit and size < BATCH_BYTES:
                batch.append(self._waiting.popleft())
                size += len(batch[-1].payload)
            self._bytes -= size
            self._changed.notify_all()
        return batch

    def close(self) -> None:
        """Accept no more messages; those waiting can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
