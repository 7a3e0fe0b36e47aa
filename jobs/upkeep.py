"""Deletion of what computing needs no longer."""

from datetime import datetime, timedelta
from typing import Final

from besok.model.settings import Settings
from besok.store import job_runs, message_dedup, parameters, quarantine, rejected
from besok.store.database import Database

LEARNT_KEPT: Final = timedelta(days=63)  # for late data of so many days


def delete_learnt(db: Database, now: datetime, settings: Settings) -> None:
    """Delete learnt parameters of days long past; they can be learnt again."""
    with db.transaction() as conn:
        parameters.forget(conn, now.date() - LEARNT_KEPT)


def delete_messages(db: Database, now: datetime, settings: Settings) -> None:
    """Delete the identities of messages that can be redelivered no more."""
    with db.transaction() as conn:
        message_dedup.forget(conn, now)


def delete_runs(db: Database, now: datetime, settings: Settings) -> None:
    """Delete runs of duties that nobody looks for any more."""
    job_runs.forget(db, now)


def limit_rejected(db: Database, now: datetime, settings: Settings) -> None:
    """Keep a chatty device that cannot be decoded from filling the database."""
    rejected.trim(db)


def learn_quarters(db: Database, now: datetime, settings: Settings) -> None:
    """Note how many people are usual at each counter, from which follows what is too much."""
    quarantine.learn(db, now)
