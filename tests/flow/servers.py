"""Servers of a test's own, which it ends, kills and starts again as it likes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from benchmarks.servers import wait_until
from besok.model.broker import leave
from besok.model.errors import BesokError, StackError
from cli.stack import mosquitto, ports, postgres, program
from jobs import work
from tests.at_work import on, running
from tests.patience import ANSWER_S, wait_for


class Server:
    """A server that the test ends and starts again as it likes."""

    def __init__(self, what: program.Program, ready: Callable[[], bool], log: Path) -> None:
        self.what, self.ready, self.log = what, ready, log
        self.start()

    def start(self, attempts: int = 3) -> None:
        """As the supervisor does: what was killed a moment ago may need more than one attempt."""
        self.process = program.start(self.what, self.log)
        try:
            wait_until(self.ready, self.process, self.what.name, limit_s=ANSWER_S)
        except StackError:
            if attempts == 1 or self.process.poll() is None:
                raise
            self.start(attempts - 1)

    def end(self) -> None:
        program.stop(self.process, self.what)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def served(what: program.Program, ready: Callable[[], bool], log: Path) -> Iterator[Server]:
    server = Server(what, ready, log)
    try:
        yield server
    finally:
        server.end()


@contextmanager
def own_broker(folder: Path, more: str = "") -> Iterator[tuple[mosquitto.Broker, Server]]:
    """A broker of this test's own; `more` is added to its configuration."""
    broker = mosquitto.Broker(
        folder=folder / "broker", port=ports.free()[0], user=program.unprivileged("mosquitto", "postgres")
    )

    def prepare() -> None:
        broker.prepare()
        conf = broker.folder / "mosquitto.conf"
        text = conf.read_text()
        conf.write_text(
            text.replace("allow_anonymous true", "allow_anonymous false") + more if more else text
        )

    with served(replace(broker.program(), prepare=prepare), broker.ready, folder / "broker.log") as server:
        yield broker, server


@contextmanager
def own_database(folder: Path) -> Iterator[tuple[postgres.Cluster, Server]]:
    """A database server of this test's own, not migrated yet."""
    cluster = postgres.Cluster(
        folder=folder / "db", port=ports.free()[0], user=program.unprivileged("postgres")
    )
    cluster.folder.mkdir(mode=0o755)
    with served(cluster.program(), cluster.ready, folder / "db.log") as server:
        yield cluster, server


@contextmanager
def working(url: str) -> Iterator[None]:
    """The jobs at work in a thread; a fault of their own fails the test, though they go on."""
    with running("jobs", work.run, on(url)) as jobs, pytest.MonkeyPatch.context() as patch:
        fail = work.Worker.fail

        def noted(worker: work.Worker, exc: Exception) -> None:
            if not isinstance(exc, BesokError):
                jobs.failed.append(exc)
            fail(worker, exc)

        patch.setattr(work.Worker, "fail", noted)
        yield


def await_days(url: str) -> None:
    """Wait until the jobs have worked off all days that changed."""

    with psycopg.connect(url, autocommit=True) as conn:

        def waiting() -> int:
            (days,) = conn.execute("select count(*) from dirty_day").fetchone() or (0,)
            return int(days)

        wait_for(lambda: not waiting(), progress=waiting)


@contextmanager
def connected(broker: tuple[str, int], client_id: str = "", **more: Any) -> Iterator[paho.Client]:
    """A client of the broker, connected."""
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5, **more)
    there = threading.Event()
    client.on_connect = lambda *args: there.set()
    client.max_inflight_messages_set(1000)
    client.connect(*broker)
    client.loop_start()
    wait_for(there.is_set)
    try:
        yield client
    finally:
        leave(client)
