"""Group commit: everything that arrives while one batch is committed is the next batch.

With many messages waiting, the next batch is decoded while the database writes the current one.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from besok.model.decode_context import DecodeContext
from besok.model.errors import SchemaMismatch, StoreUnavailable
from besok.model.readings import Message, Refusal
from besok.store.database import Database
from besok.store.schema import Watch
from besok.store.write import Batch, Rejection, Written, write
from collectors.counters import Counters
from collectors.identity import Registrar
from collectors.inbox import Inbox
from collectors.knowledge import Knowledge
from collectors.pipeline import decode
from collectors.privacy import redact

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 2.0  # between attempts while the database does not answer
TAKES_NOTHING = "the database takes no readings: the log says why"
PLENTY = 100  # waiting messages; with fewer, nothing is decoded ahead of the commit

Acknowledge = Callable[[Sequence[Message]], None]


class Stopped(BaseException):
    """The collector was stopped while the database was away: no error of a message. The broker still has them."""


class Ahead(NamedTuple):
    """A batch that is decoded ahead, with the context at its start."""

    messages: Sequence[Message]
    known: DecodeContext
    batch: Future[Batch]


@dataclass(eq=False)
class Writer:
    """Commits the messages of the inbox, then acknowledges them."""

    db: Database
    knowledge: Knowledge
    inbox: Inbox
    acknowledge: Acknowledge
    counters: Counters
    stop: threading.Event
    limit: int  # messages in a batch
    clock: Callable[[], datetime]
    registrar: Registrar

    def __post_init__(self) -> None:
        self._version = Watch(self.db)
        self._decoder = ThreadPoolExecutor(1, "decoder")
        self._ahead: Ahead | None = None  # the batch after the one that is being stored
        self._ready: Ahead | None = None  # the one that is being stored, if it was decoded ahead

    def run(self) -> None:
        """Commit until the inbox is closed and empty, or until stopped while the database is away."""
        try:
            while messages := self._next():
                self.counters.writing = messages[0].received
                self._store(messages)
                self.acknowledge(messages)
                self.counters.batch_done((m.received for m in messages), self.clock())
        except Stopped:
            log.warning(
                "Stopped while the database is away: what is not stored stays with the broker",
                extra={"action": "writer_stopped"},
            )
        finally:
            self._decoder.shutdown(cancel_futures=True)

    def _next(self) -> Sequence[Message]:
        self._ready, self._ahead = self._ahead, None
        return self._ready.messages if self._ready else self.inbox.take(self.limit)

    def _store(self, messages: Sequence[Message]) -> None:
        """Commit them; a batch that is refused is halved until the bad message is alone."""
        try:
            self._commit(lambda: self._decoded(messages))
        except Exception as exc:  # no error may stop the other messages
            if len(messages) == 1:
                return self._reject(messages[0], exc)
            middle = len(messages) // 2
            self._store(messages[:middle])
            self._store(messages[middle:])

    def _decoded(self, messages: Sequence[Message]) -> Batch:
        """Decode messages with the current context, unless they were decoded ahead."""
        known = self.knowledge.current()
        ready, self._ready = self._ready, None
        if ready and ready.messages is messages and ready.known is known:
            return ready.batch.result()
        return decode(messages, known, self.registrar.refused)

    def _decode_ahead(self) -> None:
        """Start decoding the next batch if there is one. It is discarded if a commit changes the context."""
        if self._ahead is None and len(self.inbox) >= PLENTY:
            messages, known = self.inbox.take(self.limit), self.knowledge.latest
            batch = self._decoder.submit(decode, messages, known, self.registrar.refused)
            self._ahead = Ahead(messages, known, batch)

    def _reject(self, message: Message, exc: Exception) -> None:
        """Store a message as rejected, with the database's reason; in ASCII if its text is what offends."""
        refused = Rejection(message=message, reason=f"the database refused it: {exc}", kind=Refusal.DATABASE)
        safe = redact(refused, self.knowledge.latest)
        log.error(
            "A message on %s: %s", ascii(safe.message.topic), safe.reason, extra={"action": "message_refused"}
        )
        try:
            return self._commit(lambda: Batch(rejections=(safe,)))
        except Exception:
            plain = replace(safe.message, topic=_plain(safe.message.topic))
            batch = Batch(rejections=(replace(safe, message=plain, reason=_plain(safe.reason)),))
        wait_s = FIRST_WAIT_S
        while True:
            try:
                return self._commit(lambda: batch)
            except Exception:
                self.counters.stuck = TAKES_NOTHING
                log.exception(
                    "The database takes nothing, not even under rejected: see its log, and `besok doctor`",
                    extra={"action": "store_broken"},
                )
            wait_s = self._pause(wait_s)

    def _commit(self, make: Callable[[], Batch]) -> None:
        """Write a batch, again while the database is away or not migrated. Raises Stopped, and permanent errors."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                batch = make()
                self._version.check()
                self._decode_ahead()
                started = time.perf_counter()
                written = self._write(batch)
                break
            except (StoreUnavailable, SchemaMismatch) as exc:
                self.counters.retries += 1
                self.counters.stuck = str(exc) if isinstance(exc, SchemaMismatch) else TAKES_NOTHING
                if wait_s == FIRST_WAIT_S:
                    log.warning("Waiting for the database: %s", exc.in_full, extra={"action": "store_away"})
                wait_s = self._pause(wait_s)
        self.knowledge.learn(batch)
        self.counters.committed_batch(batch, written, time.perf_counter() - started)
        if wait_s > FIRST_WAIT_S:
            self.counters.recoveries += 1
            log.info("The database answers again", extra={"action": "store_back"})

    def _write(self, batch: Batch) -> Written:
        """Write the batch. Raises StoreUnavailable, SchemaMismatch, and permanent errors.

        What a database of another version refuses says nothing about the messages, so they wait.
        """
        try:
            return write(self.db, batch)
        except (StoreUnavailable, SchemaMismatch):
            raise
        except Exception:
            self._version.check(now=True)
            raise

    def _pause(self, wait_s: float) -> float:
        """Wait, and return how long to wait next. Raises Stopped."""
        if self.stop.wait(wait_s):
            raise Stopped
        return min(wait_s * 2, LONGEST_WAIT_S)


def _plain(text: str) -> str:
    return ascii(text)[1:-1][:2000]
