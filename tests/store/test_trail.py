"""The trail of a collector: written with the readings, read by whoever goes on, and for one process at a time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import Event

import psycopg
import pytest

from besok.model.readings import Message
from besok.store import redelivery
from besok.store.database import Database
from besok.store.redelivery import Past, Step, Superseded
from besok.store.write import Batch, write
from collectors.counters import Counters
from collectors.inbox import Delivery, Inbox
from collectors.knowledge import Knowledge
from collectors.pipeline import decode
from collectors.redelivery import Trail
from collectors.writer import Writer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def step(number: int, said: bytes, *, session: int = 0, writer: int = 1, keep: int = 0) -> Step:
    digests = tuple(bytes([c]) * 8 for c in said)
    return Step(
        client="c",
        session=session,
        number=number,
        writer=writer,
        digests=digests,
        unacknowledged=1,
        keep=keep,
    )


def said(past: Past) -> list[tuple[int, bytes]]:
    return [(number, bytes(digest[0] for digest in digests)) for number, digests in past.steps]


def test_the_steps_of_the_present_session_are_found_again(db: Database) -> None:
    assert redelivery.load(db, "c") == Past()
    for n, some in enumerate((b"ab", b"c", b"d"), 1):
        write(db, Batch(step=step(n, some, session=int(n > 1))))
    past = redelivery.load(db, "c")
    assert (past.session, past.last, past.unacknowledged) == (1, 3, 1)
    assert said(past) == [(2, b"c"), (3, b"d")]
    write(db, Batch(step=step(4, b"e", session=1, keep=3)))
    assert said(redelivery.load(db, "c")) == [(3, b"d"), (4, b"e")]
    assert redelivery.load(db, "d") == Past()


def test_whoever_is_not_sure_writes_again_and_another_one_is_stopped(db: Database, database_url: str) -> None:
    """As after a commit whose answer was lost; and as for a process that was thought dead, whose commit came late."""
    write(db, Batch(step=step(1, b"ab")))
    write(db, Batch(step=step(1, b"ab")))
    message = Message(topic="besok/v1/library/door/flow", payload=b'{"in": 1}', received=NOON)
    with pytest.raises(Superseded, match="another collector"):
        write(db, Batch(readings=decode([message]).readings, step=step(1, b"c", writer=2)))
    with psycopg.connect(database_url) as conn:
        assert conn.execute("select count(*) from reading").fetchone() == (0,)
    assert said(redelivery.load(db, "c")) == [(1, b"ab")]


def test_a_collector_goes_on_where_the_one_before_it_was_killed(db: Database) -> None:
    def delivery(packet: int, text: bytes, *, again: bool = False, connection: int = 1) -> Delivery:
        message = Message(topic="t", payload=text, received=NOON, packet_id=packet, duplicate=again)
        return Delivery(message, connection)

    killed, next_one = Trail("c", 16), Trail("c", 16)
    came = [delivery(n, text) for n, text in enumerate((b"1", b"1", b"2", b"1"), 1)]
    first = killed.step(killed.sift(came))
    assert first
    write(db, Batch(step=first))
    next_one.restore(redelivery.load(db, "c"))
    again = [delivery(n, text, again=True) for n, text in enumerate((b"1", b"2", b"1", b"1"), 1)]
    assert next_one.sift(again) == again[3:]
    assert next_one.repeats == 3


def test_what_is_held_back_is_let_go_when_nothing_more_comes(db: Database) -> None:
    acknowledged: list[int] = []

    def acknowledge(deliveries: Sequence[Delivery]) -> int:
        acknowledged.extend(d.message.packet_id for d in deliveries)
        return 1

    inbox, counters, stop = Inbox(), Counters(), Event()
    writer = Writer(
        db,
        Knowledge(db),
        inbox,
        acknowledge,
        counters,
        stop,
        limit=9,
        clock=lambda: NOON,
        past=Trail("c", 16),
    )
    messages = [
        Message(topic="besok/v1/a/b/flow", payload=text, received=NOON + n * SECOND, packet_id=n)
        for n, text in enumerate((b'{"in": 1}', b'{"in": 2}', b'{"in": 2}'), 1)
    ]
    writer._take_in([Delivery(message, 1) for message in messages])
    assert acknowledged == [1]
    assert redelivery.load(db, "c").unacknowledged == 2
    writer._take_in([])
    assert acknowledged == [1, 2, 3]
    assert redelivery.load(db, "c").unacknowledged == 0
    assert counters.readings == 3
