"""Group commit: everything that came while the last batch was committed is the next batch."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from collectors.counters import Counters
from collectors.inbox import Delivery, Inbox
from collectors.knowledge import Knowledge
from collectors.pipeline import decode, rejection
from core.errors import SchemaMismatch, StoreUnavailable
from core.readings import Message, Refusal
from store.database import Database
from store.write import Batch, write

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 2.0  # between attempts while the database does not answer

Acknowledge = Callable[[Sequence[Delivery]], None]


class Stopped(Exception):
    """We were told to end while the database was away. The broker still has the messages."""


class Writer:
    """Commits what the inbox holds, then acknowledges it."""

    def __init__(
        self,
        db: Database,
        knowledge: Knowledge,
        inbox: Inbox,
        acknowledge: Acknowledge,
        counters: Counters,
        stop: threading.Event,
        limit: int,
        clock: Callable[[], datetime],
    ) -> None:
        """`limit` is the most messages in a batch."""
        self._db = db
        self._knowledge = knowledge
        self._inbox = inbox
        self._acknowledge = acknowledge
        self._counters = counters
        self._stop = stop
        self._limit = limit
        self._clock = clock

    def run(self) -> None:
        """Commit until the inbox is closed and empty, or until stopped while the database is away."""
        try:
            while deliveries := self._inbox.take(self._limit):
                self._store([d.message for d in deliveries])
                self._acknowledge(deliveries)
                self._counters.batch_done((d.message.received for d in deliveries), self._clock())
        except Stopped:
            log.warning(
                "Stopped while the database is away: what is not stored stays with the broker",
                extra={"action": "writer_stopped"},
            )

    def _store(self, messages: Sequence[Message]) -> None:
        """Commit `messages`, whatever it takes: a batch that is refused is halved until the bad message is alone."""
        try:
            self._commit(lambda: decode(messages, self._knowledge.current()))
        except Stopped:
            raise
        except Exception as exc:  # whatever it is, it must not stop the messages beside it
            if len(messages) > 1:
                middle = len(messages) // 2
                self._store(messages[:middle])
                self._store(messages[middle:])
            else:
                self._reject(messages[0], exc)

    def _reject(self, message: Message, exc: Exception) -> None:
        """Put a message aside, with the database's reason; if its topic is what offends, with a cleaned topic."""
        kept = rejection(message, f"the database refused it: {exc}", Refusal.DATABASE)
        log.error("A message on %s: %s", ascii(message.topic), kept.reason, extra={"action": "message_refused"})
        try:
            self._commit(lambda: Batch(rejections=(kept,)))
        except Stopped:
            raise
        except Exception:
            plain = replace(kept.message, topic=_plain(message.topic))
            self._insist(Batch(rejections=(replace(kept, message=plain, reason=_plain(kept.reason)),)))

    def _insist(self, batch: Batch) -> None:
        """Commit what no database can object to; if it does, something is wrong with it, and we wait."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                return self._commit(lambda: batch)
            except Stopped:
                raise
            except Exception:
                self._counters.stuck = True
                log.exception(
                    "The database takes nothing, not even under rejected: see its log, and `besok doctor`",
                    extra={"action": "store_broken"},
                )
            wait_s = self._pause(wait_s)

    def _commit(self, make: Callable[[], Batch]) -> None:
        """Write the batch; while the database does not answer, again and again. Raises what refuses it for good."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                batch = make()
                began = time.perf_counter()
                written = write(self._db, batch)
            except (StoreUnavailable, SchemaMismatch) as exc:
                self._counters.retries += 1
                self._counters.stuck = True
                if wait_s == FIRST_WAIT_S:
                    log.warning("Waiting for the database: %s", exc, extra={"action": "store_away"})
                wait_s = self._pause(wait_s)
                continue
            self._knowledge.learn(batch)
            self._counters.stuck = False
            self._counters.commits_s.add(time.perf_counter() - began)
            self._counters.rejected_by.update(rejection.kind.value for rejection in batch.rejections)
            if wait_s > FIRST_WAIT_S:
                self._counters.recoveries += 1
                log.info("The database answers again", extra={"action": "store_back"})
            self._counters.readings += written.readings
            self._counters.unchanged += written.unchanged
            self._counters.repeats += written.repeats
            self._counters.rejected += written.rejected
            return

    def _pause(self, wait_s: float) -> float:
        """Wait, and say how long to wait the next time. Raises Stopped."""
        if self._stop.wait(wait_s):
            raise Stopped
        return min(wait_s * 2, LONGEST_WAIT_S)


def _plain(text: str) -> str:
    """`text` in characters that any database takes."""
    return ascii(text)[1:-1][:2000]
