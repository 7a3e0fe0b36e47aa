"""Rejected messages are kept for a while, and never so many that they fill the database."""

from datetime import UTC, datetime, timedelta

import psycopg

from core.readings import Message
from core.settings import Settings
from jobs import duties
from store import rejected
from store.database import Database
from store.write import Batch, Rejection, write

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def put(db: Database, *days_ago: int) -> None:
    for days in days_ago:
        message = Message(topic=f"{days}", payload=b"", received=NOON - timedelta(days=days))
        write(db, Batch(rejections=[Rejection(message=message, reason="no")]))


def kept(url: str) -> list[int]:
    with psycopg.connect(url) as conn:
        return [int(row[0]) for row in conn.execute("select topic from rejected order by rejected_id")]


def test_old_ones_are_forgotten(db: Database, database_url: str) -> None:
    put(db, 100, 91, 89, 1)
    duties.forget_rejected(db, Settings(rejected_days=90), NOON)
    assert kept(database_url) == [89, 1]


def test_of_too_many_those_that_were_read_go_first_and_then_the_oldest(db: Database, database_url: str) -> None:
    put(db, 9, 8, 7, 6, 5, 4)
    rejected.resolve(db, [number for number, _ in rejected.fetch(db)][1:5:2], NOON)
    assert rejected.trim(db, most=5) == 1
    assert kept(database_url) == [9, 7, 6, 5, 4]
    assert rejected.trim(db, most=3) == 2
    assert kept(database_url) == [7, 5, 4]
    duties.trim_rejected(db, Settings(), NOON)
    assert kept(database_url) == [7, 5, 4]
