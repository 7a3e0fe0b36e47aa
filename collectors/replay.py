"""Replay of rejected messages, after an adapter can read them."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from besok.model.decode_context import DecodeContext
from besok.model.errors import StoreRefused
from besok.model.pseudonyms import hidden_by
from besok.model.readings import Message
from besok.store import decode_context, device_mappings, rejected
from besok.store.database import Database
from besok.store.write import write
from collectors.identity import Registrar
from collectors.pipeline import Admit, decode
from collectors.stored_names import named

log = logging.getLogger(__name__)
CHUNK = 100  # messages, of a megabyte at most
NEW_DEVICES = 100  # an hour

Numbered = tuple[int, Message]


def replay(
    db: Database, ids: list[int] | None = None, *, now: datetime, new_devices: int = NEW_DEVICES
) -> tuple[int, int]:
    """Read rejected messages (those with `ids`, or all) again: how many are read whole now, how many still are not.

    What can be read is stored, also the good part of a message that stays rejected; storing it twice changes nothing.
    What is known by a number of its own is known here too, the same topics are asked of each device, and no more than
    `new_devices` an hour are registered. Names that were given since stand for their pseudonyms.
    Raises StoreUnavailable; the same call may then be made again.
    """
    good = still = last = 0
    admit = Registrar(db, new_devices, lambda: now).refused
    while pairs := rejected.fetch(db, ids, after=last, limit=CHUNK):
        last = pairs[-1][0]
        known = decode_context.load(db)  # the last batch may have bound a device
        names = hidden_by(known.key, decode_context.names(db, known))
        messages = [(number, named(message, names)) for number, message in pairs]
        read = _read(db, messages, known, admit)
        rejected.resolve(db, read, now)
        good, still = good + len(read), still + len(pairs) - len(read)
    return good, still


def replay_mapped(db: Database, now: datetime, new_devices: int = NEW_DEVICES) -> None:
    """Read stored messages again by the mappings that people have made since the last replay. Raises StoreError."""
    for row in device_mappings.listing(db):
        if row.replayed is None:
            ids = device_mappings.rejected_messages(db, row.mapping.topic)
            good, still = replay(db, ids, now=now, new_devices=new_devices)
            device_mappings.replayed(db, row.id, now)
            log.info(
                "Read the kept messages on %s again: %d are stored, %d stay rejected",
                ascii(row.mapping.topic), good, still, extra={"action": "mapping_replayed"},
            )  # fmt: skip


def _read(db: Database, pairs: Sequence[Numbered], known: DecodeContext, admit: Admit) -> list[int]:
    batch = decode([message for _, message in pairs], known, admit, redacted=False)
    still = {id(rejection.message) for rejection in batch.rejections}
    try:
        write(db, replace(batch, rejections=()))
    except StoreRefused:
        if len(pairs) == 1:
            return []
        middle = len(pairs) // 2
        return _read(db, pairs[:middle], known, admit) + _read(db, pairs[middle:], known, admit)
    return [number for number, message in pairs if id(message) not in still]
