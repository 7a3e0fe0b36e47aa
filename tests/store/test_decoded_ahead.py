"""Batches that are decoded while the one before is committed: all is stored, in order, by what is known by then.

Nothing of a batch that is done stays in memory.
"""

import gc
import threading
from collections.abc import Sequence

import pytest
from test_identity_store import NOON, build, counted, reasons, sent

from besok.model.readings import Message
from besok.store.database import Database
from collectors import pipeline, writer
from collectors.counters import Counters
from collectors.identity import Refused, Registrar
from collectors.inbox import Inbox
from collectors.knowledge import Knowledge
from collectors.writer import Writer

pytestmark = pytest.mark.usefixtures("database_url")  # with several connections


@pytest.fixture
def decoders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads that have decoded, one a batch; whatever waits is decoded ahead."""
    threads: list[str] = []
    decode = pipeline.decode

    def watched(*args: object, **more: object) -> object:
        threads.append(threading.current_thread().name.partition("_")[0])
        return decode(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(writer, "decode", watched)
    monkeypatch.setattr(writer, "PLENTY", 1)
    return threads


def write_all(db: Database, messages: Sequence[Message], limit: int) -> list[Message]:
    """Let a writer work until all is done; what it has acknowledged."""
    inbox, done = Inbox(), list[Message]()
    inbox.put(messages)
    inbox.close()
    registrar = Registrar(db, 100, lambda: NOON)
    stop, counters = threading.Event(), Counters()
    Writer(db, Knowledge(db), inbox, done.extend, counters, stop, limit, lambda: NOON, registrar).run()
    return done


def test_all_is_stored_and_acknowledged_in_order(db: Database, decoders: list[str]) -> None:
    build(db, placed=False)
    messages = [sent("hall/beam", number=n) for n in range(1, 8)]
    assert write_all(db, messages, limit=2) == messages
    assert [value for _, value in counted(db)] == [1, 2, 3, 4, 5, 6, 7]
    assert decoders[1:] == ["decoder"] * 3


def test_what_a_commit_has_changed_holds_for_the_next_batch(db: Database, decoders: list[str]) -> None:
    build(db)
    messages = [sent("hall/beam", number=1), sent("yard/beam", number=2), sent("hall/beam", number=3)]
    assert write_all(db, messages, limit=1) == messages
    assert [value for _, value in counted(db)] == [1, 3]
    assert ["bound to hall/beam" in reason for reason in reasons(db)] == [True]
    assert decoders.count("decoder") == 2 and len(decoders) > 3  # one of them was decoded again


def test_messages_that_are_refused_do_not_stay_in_memory(db: Database) -> None:
    build(db, placed=False)
    messages = [sent("hall/beam", number=-n) for n in range(1, 21)]
    gc.collect()
    before = refusals()
    gc.disable()  # a collector has so few objects that its threshold comes after gigabytes of payload
    try:
        write_all(db, messages, limit=1)
        assert len(reasons(db)) == 20
        assert refusals() == before
    finally:
        gc.enable()


def refusals() -> int:
    """The number of reasons of refused readings that are in memory."""
    return sum(type(found) is Refused for found in gc.get_objects())
