"""Nightly deletion of expired data, and reordering of what remains."""

from datetime import datetime, timedelta
from typing import Final

from besok.model import settings
from besok.store import occupancy
from besok.store.database import Database
from besok.store.retention import KINDS

HOUR_OF_NIGHT: Final = 1  # UTC
WEEK: Final = timedelta(days=7)  # after which few quarters still change


def is_due(db: Database, now: datetime) -> bool:
    """Tell whether it is time for it."""
    return now.hour == HOUR_OF_NIGHT


def run(db: Database, now: datetime) -> None:
    """Delete each kind of data that is older than its setting."""
    settings_now = settings.load()
    for kind in KINDS:
        if before := kind.before(settings_now, now):
            kind.delete(db, before)


def order(db: Database, now: datetime) -> None:
    """Order the quarters that are over by channel and space, so that a year of one costs no reading of all others.

    What is older than its setting is compressed, and parts without readings are dropped.
    """
    while occupancy.tidy_part(db, "order_part", now - WEEK):
        pass
    days = settings.load().compress_days
    while days and occupancy.tidy_part(db, "compress_part", now - timedelta(days=days)):
        pass
    while occupancy.tidy_part(db, "drop_empty_part", now - WEEK):
        pass
