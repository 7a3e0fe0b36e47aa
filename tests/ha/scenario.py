"""Machines and programs fail one after the other while sensors send; then database and truth, reading by reading."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

import psycopg

from besok.store.migrate import migrate
from tests.ha import machines, services, writers
from tests.ha.machines import Machine, Machines
from tests.ha.result import Result
from tests.ha.services import Services
from tests.ha.writers import Writer
from tests.patience import wait_for
from tests.torture import report, verdict, world
from tests.torture.house import doors, furnish
from tests.torture.run import Course, Say, Struck, await_collectors, await_silence
from tests.torture.schedule import Blow
from tests.torture.sender import Sender
from tests.torture.world import Letter

MESSAGES = 10_000  # at least
RATE = 80  # messages a second
MOST = 100_000  # readings, more than are ever sent
FAILOVER_S = 120


class Failures:
    """Lets one thing fail after the other; each begins when everything is whole."""

    def __init__(self, fleet: Machines, programs: Services, sender: Sender, say: Say) -> None:
        self._fleet, self._programs, self._sender, self._say = fleet, programs, sender, say
        self.course = Course()
        self.failovers = 0

    def all(self) -> None:
        """Do all of them. To be called from the main thread."""
        self._await_progress()
        self._fail_over("machine of the primary killed", Machine.kill, Machine.start, Blow.BROKER_KILLED)
        self._fail_over(
            "database of the primary frozen, then let go", Machine.freeze, Machine.thaw, Blow.HOST_LOST
        )
        self._kill_brokers()
        self._kill_one_of_each()
        self._await_whole()

    def _fail_over(
        self, what: str, fail: Callable[[Machine], None], back: Callable[[Machine], None], blow: Blow
    ) -> None:
        self._await_whole()
        old = self._fleet.primary()
        assert old
        self._strike(blow, f"{what}: {old.name}")
        fail(old)
        wait_for(lambda: self._fleet.primary() not in (None, old), FAILOVER_S)
        self.failovers += 1
        self._await_progress()
        back(old)
        self._say(f"{old.name} is back")

    def _kill_brokers(self) -> None:
        """One after the other, so that each sender and each listener loses the one it talks to."""
        for machine in self._fleet.all:
            self._await_whole()
            self._strike(Blow.BROKER_KILLED, f"RabbitMQ of {machine.name} killed")
            machine.broker.kill()
            self._await_progress()
            machine.broker.start()

    def _kill_one_of_each(self) -> None:
        self._await_whole()
        programs = self._programs
        self._strike(Blow.COLLECTOR_KILLED, "a collector, a worker and a web killed")
        killed = (programs.collectors[0], programs.jobs[0], programs.webs[0])
        for service in killed:
            service.kill()
        wait_for(lambda: programs.jobs[1].ready() and programs.webs[1].live(world.SITES[0]), services.READY_S)
        self._await_progress()
        for service in killed:
            service.start()

    def _strike(self, blow: Blow, what: str) -> None:
        self._say(what)
        self.course.struck.append(Struck(at=time.monotonic(), blow=blow, what=what, when=datetime.now(UTC)))

    def _await_whole(self) -> None:
        wait_for(lambda: self._fleet.whole() and self._programs.ready(), FAILOVER_S)

    def _await_progress(self) -> None:
        """Wait until messages are sent, acknowledged and stored again."""
        letters, stored = len(self._sender.letters), _stored(self._fleet.url)
        wait_for(
            lambda: (
                len(self._sender.letters) > letters + 2 * RATE and _stored(self._fleet.url) > stored + RATE
            ),
            FAILOVER_S,
        )


def run(folder: Path, say: Say, result: Result) -> None:
    """Run in `folder` and note in `result` what came out. To be called from the main thread."""
    random, over = Random(1), threading.Event()
    devices = world.devices(world.beginning(datetime.now(UTC), MOST))
    with machines.running(folder) as fleet:
        say("three machines run")
        migrate(fleet.url)
        furnish(fleet.url, devices)
        with psycopg.connect(fleet.url) as conn:
            conn.execute("create table committed (server text, number int)")
        with services.started(folder, fleet) as programs:
            await_collectors(folder)
            say("two collectors, two workers, two webs run")
            sender = Sender(fleet.broker_port, _until(over, world.letters(random, devices, MOST)), RATE)
            watching = [Writer(m.name, m.url(), over) for m in fleet.all]
            failures = Failures(fleet, programs, sender, say)
            for thread in (sender, *watching):
                thread.start()
            try:
                failures.all()
                wait_for(lambda: _acknowledged(sender) >= MESSAGES, 600, lambda: len(sender.letters))
            finally:
                over.set()
                for thread in (*watching, sender):
                    thread.join(services.READY_S)
                sender.stop()
            say(f"all is sent, over {sender.connections} connections; the queues run empty")
            _judge(
                folder,
                fleet,
                programs,
                sender,
                watching,
                failures,
                partial(verdict.fetch, fleet.url, list(doors(devices))),
                result,
            )


def _acknowledged(sender: Sender) -> int:
    """Count the messages that the broker has; one without a name that was on its way as a line broke may be lost."""
    return sum(letter.safe for letter in sender.letters)


def _until(over: threading.Event, letters: Iterator[Letter]) -> Iterator[Letter]:
    for letter in letters:
        if over.is_set():
            return
        yield letter


def _judge(
    folder: Path,
    fleet: Machines,
    programs: Services,
    sender: Sender,
    watching: list[Writer],
    failures: Failures,
    fetch: Callable[[], verdict.Stored],
    result: Result,
) -> None:
    expected = sum(len(letter.facts) for letter in sender.letters if letter.safe)

    def lost() -> list[verdict.Fault]:
        return [fault for fault in verdict.compare(sender.letters, fetch()) if fault.what == "lost"]

    await_silence(fleet.url, len(programs.collectors), expected, lambda: not lost())
    faults = verdict.compare(sender.letters, fetch())
    number = _acknowledged(sender)
    again = [fault for fault in faults if fault.what == "doubled" and fault.kind in report.NAMELESS]
    wrong = [fault for fault in faults if fault not in again]
    told = "".join(f"\n  {fault.what}: {fault.said}" for fault in wrong[: report.SHOWN])
    result.expect(
        f"{len(wrong)} of {expected} readings lost, doubled or wrong, of {number} messages acknowledged{told}",
        holds=not wrong and number >= MESSAGES,
    )
    result.lines.append(f"{len(again)} readings with neither time nor number counted twice")
    commits = [commit for writer in watching for commit in writer.commits]
    turns = writers.turns(commits)
    result.expect(
        f"{failures.failovers} failovers, writable in turn: {', '.join(turns)}",
        holds=len(turns) == failures.failovers + 1,
    )
    with psycopg.connect(fleet.url) as conn:
        there = set(conn.execute("select server, number from committed").fetchall())
    gone = [commit for commit in commits if (commit.server, commit.number) not in there]
    where = "".join(f"\n  {text}" for text in writers.spans(gone))
    result.expect(f"{len(gone)} of {len(commits)} confirmed commits lost{where}", holds=not gone)
    shown = [[web.live(site) for site in world.SITES] for web in programs.webs]
    result.expect("both webs show the same", holds=all(shown[0]) and _figures(shown[0]) == _figures(shown[1]))
    broken = sorted(log.name for log in folder.glob("*.log") if "Exception in thread" in log.read_text())
    result.expect(f"threads that died: {', '.join(broken) or 'none'}", holds=not broken)
    result.lines.append(f"longest time without a commit anywhere: {writers.longest_pause_s(commits):.0f} s")


def _figures(sites: list[dict[str, object]]) -> list[object]:
    return [{key: value for key, value in site.items() if key not in ("time", "now", "at")} for site in sites]


def _stored(url: str) -> int:
    try:
        with psycopg.connect(url, connect_timeout=5) as conn:
            (number,) = conn.execute("select count(*) from reading").fetchone() or (0,)
    except psycopg.OperationalError:
        return 0
    return int(number)
