"""What a broker sends that was killed and goes on from what it last wrote: messages that this process has had already.

Mosquitto writes its queues every few seconds. Killed, it sends again what then waited, as new: under the number it
had, but without the mark of a redelivery. The bytes of such a message may as well be another one's, which got the
number that the dead broker had given out last. What tells is the order: what comes again comes in the order in which
it came, without a gap. So from the first message of a connection on, each is followed as long as it is the next of
those that came before; and what stands before one that is itself was before it then, too (collectors/pipeline.py).

Pure. Keeps numbers only.
"""

from collections import deque

MOST = 100_000  # messages: several times what comes while a broker does not write


class Echoes:
    """Follows what comes on the connections of one session whose packet ids outlast them."""

    def __init__(self) -> None:
        self._heard: deque[int] = deque(maxlen=MOST)  # all that came, in order
        self._before: list[int] = []  # those of the connections before this one, while it is followed
        self._next = -1  # the place among them of what must come next; below 0: not begun

    def connected(self, *, kept: bool) -> None:
        """A new connection. Of a new session nothing came before."""
        if not kept:
            self._heard.clear()
        self._before, self._next = list(self._heard), -1

    def heard(self, packet_id: int, topic: bytes, payload: bytes) -> bool:
        """Whether this message, which comes now, comes in the place where the very same came before."""
        key = hash((packet_id, topic, payload))
        self._heard.append(key)
        if not self._before:
            return False
        if self._next < 0:
            self._next = _last(self._before, key)
        if self._next < len(self._before) and self._before[self._next] == key:
            self._next += 1
            return True
        self._before = []
        return False


def _last(keys: list[int], key: int) -> int:
    """The last place of `key`; after all of them if it is not there."""
    try:
        return len(keys) - 1 - keys[::-1].index(key)
    except ValueError:
        return len(keys)
