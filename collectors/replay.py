"""Rejected messages once more, after an adapter has learnt to read them."""

from collections.abc import Sequence
from datetime import datetime

from collectors.pipeline import decode
from core.errors import StoreRefused
from core.readings import Message
from store import rejected
from store.database import Database
from store.write import Batch, write

CHUNK = 500  # messages

Numbered = tuple[int, Message]


def replay(db: Database, ids: list[int] | None = None, *, now: datetime) -> tuple[int, int]:
    """Read rejected messages (those with `ids`, or all) again: how many are read whole now, how many still are not.

    What can be read is stored, also the good part of a message that stays rejected; storing it twice changes nothing.
    Raises StoreUnavailable; the same call may then be made again.
    """
    good = still = last = 0
    while pairs := rejected.fetch(db, ids, after=last, limit=CHUNK):
        last = pairs[-1][0]
        read = _read(db, pairs)
        rejected.resolve(db, read, now)
        good, still = good + len(read), still + len(pairs) - len(read)
    return good, still


def _read(db: Database, pairs: Sequence[Numbered]) -> list[int]:
    """Store what the messages say; the numbers of those that were read whole."""
    batch = decode([message for _, message in pairs])
    try:
        write(db, Batch(readings=batch.readings, statuses=batch.statuses))
    except StoreRefused:
        if len(pairs) == 1:
            return []
        middle = len(pairs) // 2
        return _read(db, pairs[:middle]) + _read(db, pairs[middle:])
    refused = {id(r.message) for r in batch.rejections}
    return [number for number, message in pairs if id(message) not in refused]
