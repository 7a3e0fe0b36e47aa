"""Rejected messages once more, after an adapter has learnt to read them."""

import logging
from collections.abc import Sequence
from datetime import datetime

from besok.model.decode_context import DecodeContext
from besok.model.errors import StoreRefused
from besok.model.readings import Message
from besok.store import decode_context, device_mappings, rejected
from besok.store.database import Database
from besok.store.write import Batch, write
from collectors.pipeline import decode

log = logging.getLogger(__name__)
CHUNK = 100  # messages, of a megabyte at most

Numbered = tuple[int, Message]


def replay(db: Database, ids: list[int] | None = None, *, now: datetime) -> tuple[int, int]:
    """Read rejected messages (those with `ids`, or all) again: how many are read whole now, how many still are not.

    What can be read is stored, also the good part of a message that stays rejected; storing it twice changes nothing.
    What is known by a number of its own is known here too.
    Raises StoreUnavailable; the same call may then be made again.
    """
    good = still = last = 0
    told = decode_context.load(db)
    while pairs := rejected.fetch(db, ids, after=last, limit=CHUNK):
        last = pairs[-1][0]
        read = _read(db, pairs, told)
        rejected.resolve(db, read, now)
        good, still = good + len(read), still + len(pairs) - len(read)
    return good, still


def replay_mapped(db: Database, now: datetime) -> None:
    """Read the kept messages again by the mappings that people have made since the last time.

    Raises StoreError; the same call may then be made again.
    """
    for made in device_mappings.listing(db):
        if made.replayed is None:
            good, still = replay(db, device_mappings.kept_messages(db, made.mapping.topic), now=now)
            device_mappings.replayed(db, made.id, now)
            log.info(
                "Read the kept messages on %s again: %d are stored, %d stay rejected",
                ascii(made.mapping.topic), good, still, extra={"action": "mapping_replayed"},
            )  # fmt: skip


def _read(db: Database, pairs: Sequence[Numbered], told: DecodeContext) -> list[int]:
    """Store what the messages say; the numbers of those that were read whole."""
    batches = [decode([message], told) for _, message in pairs]
    readings = [reading for batch in batches for reading in batch.readings]
    statuses = [status for batch in batches for status in batch.statuses]
    origins = [
        origin for batch in batches for origin in batch.origins
    ]  # a frame may lie here twice, by two gateways
    heard = {device: how for batch in batches for device, how in batch.devices.items()}
    try:
        write(db, Batch(readings=readings, statuses=statuses, origins=origins, devices=heard))
    except StoreRefused:
        if len(pairs) == 1:
            return []
        middle = len(pairs) // 2
        return _read(db, pairs[:middle], told) + _read(db, pairs[middle:], told)
    return [number for (number, _), batch in zip(pairs, batches, strict=True) if not batch.rejections]
