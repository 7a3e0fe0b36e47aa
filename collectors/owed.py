"""What the broker still owes us again: messages that came on a lost connection and were not acknowledged there.

A broker that keeps to the standard sends such a message again under the number it had, and the ledger knows it by
that, even after we were killed. RabbitMQ begins to number anew with each connection: there a number says nothing of
what was before, and the same number and content may well be another message. But as long as we live we know what we
have received and never acknowledged: just that comes again, marked as a redelivery. Alike messages are owed as often
as they came.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

Content = tuple[str, int]  # topic, hash of the payload


class Owed:
    """The receipts of what is to come again. Receiving and connecting is for one thread, acknowledging for any."""

    def __init__(self) -> None:
        self._here: dict[int, tuple[Content, datetime]] = {}  # by packet id, on the present connection
        self._owed: defaultdict[Content, list[datetime]] = defaultdict(list)

    def connected(self, *, kept: bool) -> None:
        """A new connection: what was not acknowledged on the last one is owed, if the broker `kept` our session."""
        for content, received in self._here.values():
            self._owed[content].append(received)
        self._here.clear()
        if not kept:
            self._owed.clear()

    def receipt(self, packet_id: int, topic: str, payload: bytes, now: datetime, *, redelivered: bool) -> datetime:
        """When this message came first: `now`, or on an earlier connection. With its first receipt it counts once."""
        content = topic, hash(payload)
        received = now
        if redelivered and (receipts := self._owed.get(content)):
            received = receipts.pop(0)
            if not receipts:
                del self._owed[content]
        self._here[packet_id] = content, received
        return received

    def acknowledged(self, packet_ids: Iterable[int]) -> None:
        """These, of the present connection, do not come again."""
        for packet_id in packet_ids:
            self._here.pop(packet_id, None)
