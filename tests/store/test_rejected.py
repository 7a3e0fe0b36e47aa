"""Rejected messages are kept for a while, and never so many that they fill the database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from counted import HOUSE
from typer.testing import Result

from besok.model import sitefile
from besok.model.pseudonyms import pseudonym
from besok.model.readings import Message
from besok.store import decode_context, receive_tokens, rejected, sites
from besok.store.database import Database
from besok.store.write import Batch, Rejection, write
from collectors import pipeline
from collectors.replay import replay
from tests.databases import execute

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def put(db: Database, *days_ago: int) -> None:
    for days in days_ago:
        message = Message(topic=f"{days}", payload=b"", received=NOON - timedelta(days=days))
        write(db, Batch(rejections=[Rejection(message=message, reason="no")]))


def kept(db: Database) -> list[int]:
    return [int(row[0]) for row in execute(db, "select topic from rejected order by rejected_id")]


def test_old_ones_are_forgotten(db: Database) -> None:
    put(db, 100, 91, 89, 1)
    rejected.forget(db, NOON - timedelta(days=90))
    assert kept(db) == [89, 1]


def test_of_too_many_those_that_were_read_go_first_and_then_the_oldest(db: Database) -> None:
    put(db, 9, 8, 7, 6, 5, 4)
    rejected.resolve(db, [number for number, _ in rejected.fetch(db)][1:5:2], NOON)
    assert rejected.trim(db, most=5) == 1
    assert kept(db) == [9, 7, 6, 5, 4]
    assert rejected.trim(db, most=3) == 2
    assert kept(db) == [7, 5, 4]


def test_a_few_large_ones_do_not_fill_the_database(db: Database) -> None:
    for number, size in enumerate((10, 400, 10, 590)):
        message = Message(topic=f"{number}", payload=b"x" * size, received=NOON)
        write(db, Batch(rejections=[Rejection(message=message, reason="no")]))
    assert rejected.trim(db, most_bytes=600) == 2
    assert kept(db) == [2, 3]


def test_what_an_older_version_has_kept_is_redacted_when_the_database_is_migrated(
    db: Database, command: Callable[..., Result]
) -> None:
    message = Message(topic="phones/anna", payload=b'{"name": "Anna", "in": 3}', received=NOON)
    write(db, Batch(rejections=[Rejection(message=message, reason='name is "Anna"')] * 2))
    execute(db, "update rejected set redacted = false")
    for said in ("1 rejected message of an older version redacted.", "up to date"):
        assert said in command("migrate").stdout
    ((topic, payload, reason),) = execute(db, "select topic, payload, reason from rejected")
    assert payload == b'{"name": "[text]", "in": 3}'
    assert "anna" not in f"{topic} {reason}".casefold() and reason.startswith('name is "')


BEAMS = """
[[sites.mappings]]
name = "beams"
topic = "beams/+"
device = "$.mac"
seq = "$.no"
values = { passages = "$.zz" }
"""


def test_what_a_mapping_reads_after_all_counts_once_at_its_time_and_for_its_device(db: Database) -> None:
    sent = (
        ("beams/1", b'{"mac": "m1", "no": 7, "zz": 3}'),
        ("beams/2", b'{"mac": "m1", "no": 7, "zz": 3}'),  # through another gateway
        ("beams/1", b'{"mac": "m1", "no": 8, "zz": 4}'),
        (
            "beams/1",
            b'{"mac": "da:a1:19:7b:00:4e", "who": "Anna", "no": 9, "zz": 5}',
        ),  # kept with a pseudonym for an address that a phone may have made up
    )
    came = [Message(topic=t, payload=p, received=NOON + timedelta(hours=n)) for n, (t, p) in enumerate(sent)]
    batch = pipeline.decode(came, decode_context.load(db))
    assert len(batch.rejections) == len(sent)
    write(db, batch)
    sites.apply(db, sitefile.parse(HOUSE + BEAMS))
    assert replay(db, now=NOON) == (4, 0)
    found = execute(
        db,
        "select external_id, time, value from reading join channel using (channel_id) join device using (device_id)",
    )
    hidden, *own = sorted(found)
    assert own == [("m1", NOON, 3), ("m1", NOON + timedelta(hours=2), 4)]
    assert hidden == (pseudonym(decode_context.load(db).key, "daa1197b004e"), NOON + timedelta(hours=3), 5)


def test_a_device_that_was_given_a_token_stays_known_by_its_name(db: Database) -> None:
    def topic(device: str) -> str:
        message = Message(topic=f"besok/in/{device}", payload=b'{"in": 3}', received=NOON)
        (rejection,) = pipeline.decode([message], decode_context.load(db)).rejections
        return rejection.message.topic

    assert topic("skogsgran").startswith("besok/in/id-")
    receive_tokens.add(db, "gran", b"x" * 32, ["skogsgran"], NOON)
    assert topic("skogsgran") == "besok/in/skogsgran"
    assert topic("lind").startswith("besok/in/id-")
