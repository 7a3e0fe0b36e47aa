"""Group commit: everything that came while the last batch was committed is the next batch."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from besok.model.errors import SchemaMismatch, StoreError, StoreUnavailable
from besok.model.readings import Refusal
from besok.store import redelivery
from besok.store.database import Database
from besok.store.redelivery import Step, Superseded
from besok.store.schema import Watch
from besok.store.write import Batch, Written, write
from collectors.counters import Counters
from collectors.inbox import Delivery, Inbox
from collectors.knowledge import Knowledge
from collectors.pipeline import decode, rejection
from collectors.redelivery import Trail, is_followed

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 2.0  # between attempts while the database does not answer

TAKES_NOTHING = "the database takes no readings: the log says why"

PATIENCE_S = 5  # with a broker that has begun to send messages again
QUIET_S = (
    600  # after which what is held back is let go; RabbitMQ waits for half an hour (its consumer_timeout)
)

Acknowledge = Callable[[Sequence[Delivery]], int]


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
        past: Trail,
    ) -> None:
        """`limit` is the most messages in a batch; `past` tells what comes again, where the broker does not."""
        self._db = db
        self._version = Watch(db)
        self._knowledge = knowledge
        self._inbox = inbox
        self._acknowledge = acknowledge
        self._counters = counters
        self._stop = stop
        self._limit = limit
        self._clock = clock
        self._trail = past
        self._restored = False

    def run(self) -> None:
        """Commit until the inbox is closed and empty, or until stopped while the database is away."""
        try:
            while (deliveries := self._take()) is not None:
                for part in _by_connection(deliveries):
                    self._take_in(part)
                if deliveries:
                    self._counters.batch_done((d.message.received for d in deliveries), self._clock())
        except Stopped:
            log.warning(
                "Stopped while the database is away: what is not stored stays with the broker",
                extra={"action": "writer_stopped"},
            )

    def _take(self) -> list[Delivery] | None:
        """What there is to do; None at the end. Nothing, if nothing came where something should, or for long."""
        patience_s = PATIENCE_S if self._trail.waits else QUIET_S if self._trail.holds else None
        deliveries = self._inbox.take(self._limit, patience_s)
        return None if not deliveries and (self._inbox.closed or patience_s is None) else deliveries

    def _take_in(self, deliveries: Sequence[Delivery]) -> None:
        """Store what came on one connection, and let the broker forget it. Nothing: no more comes to what waits or is
        held back."""
        if deliveries and not any(map(is_followed, deliveries)):
            self._store(deliveries)
            self._acknowledge(deliveries)
            return
        self._restore()
        if deliveries or self._trail.waits:
            known = self._trail.repeats
            fresh = self._trail.sift(deliveries) if deliveries else self._trail.give_up()
            self._counters.repeats += self._trail.repeats - known
            if fresh:
                self._store(fresh)
        elif self._trail.can_let_go(self._acknowledge(())):
            self._commit((), Batch, self._trail.release())
        others = [d for d in deliveries if not is_followed(d)]
        self._trail.acknowledged(self._acknowledge([*others, *self._trail.due()]))

    def _restore(self) -> None:
        """Load the trail, the first time that it is needed."""
        wait_s = FIRST_WAIT_S
        while not self._restored:
            try:
                self._trail.restore(redelivery.load(self._db, self._trail.client))
                self._restored, self._counters.stuck = True, ""
            except StoreError as exc:  # without it, messages would count twice, so they wait
                wait_s = self._wait(wait_s, exc)

    def _store(self, deliveries: Sequence[Delivery]) -> None:
        """Commit them, whatever it takes: a batch that is refused is halved until the bad message is alone."""
        try:
            self._commit(
                deliveries, lambda: decode([d.message for d in deliveries], self._knowledge.current())
            )
        except (Stopped, Superseded):
            raise
        except Exception as exc:  # whatever it is, it must not stop the messages beside it
            if len(deliveries) > 1:
                middle = len(deliveries) // 2
                self._store(deliveries[:middle])
                self._store(deliveries[middle:])
            else:
                self._reject(deliveries[0], exc)

    def _reject(self, delivery: Delivery, exc: Exception) -> None:
        """Put a message aside, with the database's reason; if its topic is what offends, with a cleaned topic."""
        message = delivery.message
        kept = rejection(message, f"the database refused it: {exc}", Refusal.DATABASE)
        log.error(
            "A message on %s: %s", ascii(message.topic), kept.reason, extra={"action": "message_refused"}
        )
        try:
            self._commit([delivery], lambda: Batch(rejections=(kept,)))
        except (Stopped, Superseded):
            raise
        except Exception:
            plain = replace(kept.message, topic=_plain(message.topic))
            self._insist(
                delivery, Batch(rejections=(replace(kept, message=plain, reason=_plain(kept.reason)),))
            )

    def _insist(self, delivery: Delivery, batch: Batch) -> None:
        """Commit what no database can object to; if it does, something is wrong with it, and we wait."""
        wait_s = FIRST_WAIT_S
        while True:
            try:
                return self._commit([delivery], lambda: batch)
            except (Stopped, Superseded):
                raise
            except Exception:
                self._counters.stuck = TAKES_NOTHING
                log.exception(
                    "The database takes nothing, not even under rejected: see its log, and `besok doctor`",
                    extra={"action": "store_broken"},
                )
            wait_s = self._pause(wait_s)

    def _commit(
        self, deliveries: Sequence[Delivery], make: Callable[[], Batch], release: Step | None = None
    ) -> None:
        """Write what these hold; while the database does not answer, again and again. Raises what refuses for good."""
        wait_s, step = FIRST_WAIT_S, release or self._trail.step(deliveries)
        while True:
            try:
                batch = make()
                self._version.check()
                began = time.perf_counter()
                written = self._write(replace(batch, step=step) if step else batch)
            except (StoreUnavailable, SchemaMismatch) as exc:
                wait_s = self._wait(wait_s, exc)
                continue
            if step:
                self._trail.stored(step, deliveries)
            self._knowledge.learn(batch)
            self._counters.stuck = ""
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

    def _write(self, batch: Batch) -> Written:
        """Write it; what a database of another version refuses says nothing of the messages, so they wait.

        Raises StoreUnavailable and SchemaMismatch, and what refuses for good.
        """
        try:
            return write(self._db, batch)
        except (StoreUnavailable, SchemaMismatch, Superseded):
            raise
        except Exception:
            self._version.check(now=True)
            raise

    def _wait(self, wait_s: float, exc: StoreError) -> float:
        """Wait for the database, which was away or is not migrated: how long to wait the next time. Raises Stopped."""
        self._counters.retries += 1
        self._counters.stuck = str(exc) if isinstance(exc, SchemaMismatch) else TAKES_NOTHING
        if wait_s == FIRST_WAIT_S:
            log.warning("Waiting for the database: %s", exc.in_full, extra={"action": "store_away"})
        return self._pause(wait_s)

    def _pause(self, wait_s: float) -> float:
        """Wait, and say how long to wait the next time. Raises Stopped."""
        if self._stop.wait(wait_s):
            raise Stopped
        return min(wait_s * 2, LONGEST_WAIT_S)


def _by_connection(deliveries: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    """In parts that came on one connection each; one empty part if there is nothing."""
    if not deliveries or deliveries[0].connection == deliveries[-1].connection:
        yield deliveries
        return
    for _, part in groupby(deliveries, attrgetter("connection")):
        yield list(part)


def _plain(text: str) -> str:
    """`text` in characters that any database takes."""
    return ascii(text)[1:-1][:2000]
