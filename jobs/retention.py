"""Deletion of what is kept no longer, once a night."""

from datetime import datetime
from typing import Final

from besok.model import settings
from besok.store.database import Database
from besok.store.retention import KINDS

HOUR_OF_NIGHT: Final = 1  # UTC


def wanted(db: Database, now: datetime) -> bool:
    """Tell whether it is the hour of it."""
    return now.hour == HOUR_OF_NIGHT


def run(db: Database, now: datetime) -> None:
    """Delete each kind of data that is older than its setting."""
    kept = settings.load()
    for kind in KINDS:
        if before := kind.before(kept, now):
            kind.delete(db, before)
