"""One run: the stream flows, the blows fall, and when all is said the queues run empty."""

import heapq
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg

from besok.model.errors import StackError
from tests.patience import Patience
from tests.torture.house import House, Server
from tests.torture.schedule import Blow, Event
from tests.torture.sender import Sender

SUBSCRIBED = "Listening to"  # what a collector says when it has its queue at the broker
STUCK_S = 60  # in which a broker that lives takes something
QUIET_S = (
    3  # nothing heard for so long by a collector that is connected and has nothing to do: its queue is empty
)

STORED = "select (select count(*) from reading) + (select count(*) from quarantine) + (select count(*) from rejected)"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """What happened and when, in seconds of the monotonic clock and as receipts are told."""

    at: float
    blow: Blow
    what: str
    when: datetime


@dataclass(slots=True)
class Course:
    """The course of a run, for its report."""

    struck: list[Struck] = field(default_factory=list)

    def times(self, *blows: Blow) -> list[float]:
        """When any of these fell."""
        return [s.at for s in self.struck if s.blow in blows]


class Torturer:
    """Lets the events fall and puts up again what they knocked down. To be used from the main thread."""

    def __init__(self, house: House, events: Sequence[Event], say: Say) -> None:
        self._house, self._say = house, say
        self._events = sorted(events, key=lambda e: e.at)
        self._repairs: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self.course = Course()

    def strike(self, sender: Sender) -> None:
        """Until all events have fallen, all is repaired and all is sent."""
        moved, stage = time.monotonic(), (0, 0)
        while self._events or self._repairs or sender.is_alive():
            now = time.monotonic()
            if stage != (stage := (sender.readings, len(self._repairs))):
                moved = now
            if now - moved > STUCK_S:
                raise RuntimeError(f"the broker takes nothing any more; see {self._house.folder}/broker.log")
            while self._repairs and self._repairs[0][0] <= now:
                heapq.heappop(self._repairs)[2]()
            if self._events and (sender.readings >= self._events[0].at or sender.ended):
                self._fall(self._events.pop(0))
            time.sleep(0.01)

    def _fall(self, event: Event) -> None:
        house, blow = self._house, event.blow
        target = self._target(event)
        if blow is Blow.DISK_FULL and not house.disk:
            self._say("not done: the disk cannot be filled, since we may not mount one here")
            return
        if not target.up:
            self._later(0.2, lambda: self._fall(event))  # one blow at a time for each
            return
        self._say(f"{event}")
        what = str(event).split("  ", 1)[1]
        self.course.struck.append(Struck(at=time.monotonic(), blow=blow, what=what, when=datetime.now(UTC)))
        match blow:
            case Blow.COLLECTOR_KILLED | Blow.BROKER_KILLED | Blow.DATABASE_KILLED:
                target.kill()
                self._later(event.down_s, lambda: self._raise(target))
            case Blow.COLLECTOR_STOPPED | Blow.BROKER_RESTARTED | Blow.DATABASE_RESTARTED:
                target.stop()
                self._later(event.down_s, lambda: self._raise(target))
            case Blow.DATABASE_CRASHED:
                house.crash_backends()
            case Blow.HOST_LOST:
                house.proxy.vanish()
                self._later(event.down_s, lambda: house.proxy.come_back(forgetful=event.forgetful))
            case Blow.DISK_FULL:
                assert house.disk
                house.disk.fill()
                self._later(event.down_s, house.disk.free)
                self._later(event.down_s, lambda: self._raise(target))  # it may have given up
            case Blow.COMMITS_CUT:
                house.proxy.cut_commits(event.number)

    def _raise(self, server: Server) -> None:
        """Start it again as a supervisor would: until it stays."""
        try:
            server.start(attempts=3)
        except StackError:
            self._later(0.5, lambda: self._raise(server))

    def _target(self, event: Event) -> Server:
        if event.blow in (Blow.COLLECTOR_KILLED, Blow.COLLECTOR_STOPPED):
            return self._house.collectors[event.collector]
        if event.blow in (Blow.BROKER_KILLED, Blow.BROKER_RESTARTED):
            return self._house.broker
        return self._house.database

    def _later(self, delay_s: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._repairs, (time.monotonic() + delay_s, next(self._order), action))


def await_collectors(folder: Path, limit_s: float = 30) -> None:
    """Wait until all collectors have their queues at the broker, as their logs in `folder` say."""
    patience = Patience(limit_s)
    while not all(SUBSCRIBED in log.read_text() for log in folder.glob("collector-*.log")):
        if patience.is_over():
            raise RuntimeError(f"the collectors do not listen; see {folder}/collector-*.log")
        time.sleep(0.02)


def await_silence(
    url: str, collectors: int, expected: int, complete: Callable[[], bool], limit_s: float = 120
) -> None:
    """Wait until all is there, or until none of so many collectors has anything to do any more.

    `complete` is asked when so many readings are there as are expected: some of them may be there twice.
    """
    since, patience, stored = datetime.now(UTC), Patience(limit_s), 0
    while not patience.is_over(stored):
        try:
            with psycopg.connect(url) as conn:
                (stored,) = conn.execute(STORED).fetchone() or (0,)
                (idle,) = conn.execute(
                    "select count(*) from service where heard > %s"
                    " and (detail ->> 'connected')::boolean and (detail ->> 'waiting')::int = 0"
                    " and coalesce((detail ->> 'silent_s')::float, 1e9) > %s",
                    (since, QUIET_S),
                ).fetchone() or (0,)
        except psycopg.OperationalError:
            stored = idle = 0
        if idle == collectors or (stored >= expected and complete()):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the collectors still work after {limit_s:g} s")
