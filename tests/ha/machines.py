"""Three machines by the files of `deploy/ha/`: etcd, Patroni and RabbitMQ on each, HAProxy before them."""

import contextlib
import json
import os
import secrets
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

import psutil
import psycopg
from psycopg import sql

from cli.stack import ports, postgres, program
from cli.stack.program import Program
from tests.patience import wait_for
from tests.torture import rabbitmq
from tests.torture.house import Server

FILES = program.ROOT / "deploy" / "ha"
PACKAGES = {
    "/usr/bin/etcd": "etcd-server",
    "/usr/bin/patroni": "patroni",
    "/usr/lib/python3/dist-packages/etcd": "python3-etcd",
    "/usr/sbin/haproxy": "haproxy",
    str(rabbitmq.SERVER): rabbitmq.PACKAGE,
    str(postgres.BIN / "postgres"): postgres.PACKAGE,
}
NUMBERS = (1, 2, 3)
START_S = 180


def missing() -> list[str]:
    """Packages of Debian that are not here."""
    return [package for path, package in PACKAGES.items() if not os.access(path, os.X_OK)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the machines are: the network's first three numbers, a folder for their files, and their one secret."""

    folder: Path
    net: str = field(
        default_factory=lambda: "127." + ".".join(str(SystemRandom().randrange(1, 255)) for _ in "ab")
    )
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    mapper_port: int = field(default_factory=lambda: ports.free()[0])

    def filled(self, name: str, number: int = 0, **more: str) -> str:
        """Return a file of `deploy/ha/` as an operator fills it in for a machine, its folders being the test's."""
        given = {"{N}": str(number), "{NET}": self.net, "{SECRET}": self.secret}
        own = {"/var/lib": str(self.folder / f"{number}"), "/run/postgresql": str(self.folder / f"{number}")}
        text = (FILES / name).read_text()
        assert all(old in text for old in more), f"{name} says it otherwise"
        for old, new in {**given, **own, **more}.items():
            text = text.replace(old, new)
        return text


class Machine:
    """One of the three, as its programs."""

    def __init__(self, place: Place, number: int) -> None:
        self.number, self.name, self.address = number, f"node{number}", f"{place.net}.1{number}"
        self._place, self._folder = place, place.folder / f"{number}"
        self._folder.mkdir(mode=0o755)
        log = place.folder / f"machine-{number}"
        self.etcd = Server(self._etcd(), self._etcd_answers, log.with_suffix(".etcd.log"), START_S)
        self.patroni = Server(self._patroni(), None, log.with_suffix(".patroni.log"))
        self.broker = Server(
            self._rabbitmq(),
            partial(ports.answers, 1883, self.address),
            log.with_suffix(".rabbitmq.log"),
            START_S,
        )

    def launch(self) -> None:
        """Start what does not run, and do not wait."""
        for server in (self.etcd, self.patroni, self.broker):
            server.launch()

    def start(self) -> None:
        """Start what does not run, and wait for etcd and the broker."""
        self.launch()
        self.etcd.start()
        self.broker.start()

    def kill(self) -> None:
        """As the power goes."""
        for process in self._postgres():
            with contextlib.suppress(psutil.Error):
                process.kill()
        for server in (self.patroni, self.etcd, self.broker):
            server.kill()

    def stop(self) -> None:
        """In order; what is left of PostgreSQL then is killed."""
        self.patroni.stop()
        for server in (self.etcd, self.broker):
            server.stop()
        self.kill()

    def freeze(self) -> None:
        """Halt all that belongs to the database, as a host does that is paused; connections stay open."""
        for process in self._of_database():
            process.suspend()

    def thaw(self) -> None:
        """Let it go on as if no time had passed."""
        for process in self._of_database():
            process.resume()

    def url(self, user: str = postgres.NAME, database: str = postgres.NAME) -> str:
        """Return the address of this machine's PostgreSQL itself, whatever it is."""
        return f"postgresql://{user}:{self._place.secret}@{self.address}:5432/{database}"

    def cluster(self) -> list[dict[str, Any]]:
        """Return what Patroni says of all members; nothing while it does not answer."""
        try:
            with urllib.request.urlopen(f"http://{self.address}:8008/cluster", timeout=2) as answer:
                members: list[dict[str, Any]] = json.load(answer)["members"]
        except OSError:
            return []
        return members

    def _of_database(self) -> list[psutil.Process]:
        own = [psutil.Process(server.pid) for server in (self.patroni, self.etcd)]
        return [*own, *(child for each in own for child in each.children()), *self._postgres()]

    def _postgres(self) -> list[psutil.Process]:
        """The postmaster, which Patroni gives a session of its own, and its processes."""
        try:
            pid = int((self._folder / "postgresql/17/besok/postmaster.pid").read_text().split()[0])
            postmaster = psutil.Process(pid)
            if postmaster.name() != "postgres":
                return []
            return [postmaster, *postmaster.children()]
        except (OSError, psutil.Error):
            return []

    def _etcd_answers(self) -> bool:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://{self.address}:2379/health", timeout=2),
        ):
            return True
        return False

    def _etcd(self) -> Program:
        lines = (line for line in self._place.filled("etcd.env", self.number).splitlines() if line[:1] != "#")
        return self._program("etcd", ("/usr/bin/etcd",), "etcd", dict(line.split("=", 1) for line in lines))

    def _patroni(self) -> Program:
        config = self._folder / "patroni.yml"
        # The one watchdog there may be is of the machine that all three are on.
        config.write_text(
            self._place.filled("patroni.yml", self.number, **{"mode: required": '"mode": "off"'})
        )
        user = program.unprivileged("postgres")
        if user:
            shutil.chown(config, user)
        config.chmod(0o600)
        made = self._program("patroni", ("/usr/bin/patroni", str(config)), "postgres", {})
        (self._folder / "postgresql" / "17").mkdir()
        if user:
            shutil.chown(self._folder / "postgresql" / "17", user)
            shutil.chown(self._folder, user)  # of its socket
        return replace(made, patience_s=60)

    def _program(self, name: str, command: tuple[str, ...], user: str, env: dict[str, str]) -> Program:
        account, home = program.unprivileged(user), self._folder / {"patroni": "postgresql"}.get(name, name)
        home.mkdir()
        if account:
            shutil.chown(home, account)
        return Program(name=f"{name} {self.number}", command=command, user=account, env=env, folder=home)

    def _rabbitmq(self) -> Program:
        place, number = self._place, self.number
        node = rabbitmq.Broker(
            folder=self._folder / "rabbitmq",
            port=1883,
            node_port=25671 + number,  # the mapper, one for all, wants them to differ
            mapper_port=place.mapper_port,
            user=program.unprivileged("rabbitmq"),
        )
        ours = node.program()
        settings = dict(
            line.split("=", 1) for line in place.filled("rabbitmq-env.conf", number).splitlines()[1:]
        )
        interface = self.address.replace(".", ",")

        def prepare() -> None:
            cookie = node.folder / ".erlang.cookie"
            node.folder.mkdir(parents=True, exist_ok=True)
            if not cookie.exists():
                cookie.write_text(place.secret)
                cookie.chmod(0o400)
            node.prepare()
            closed = {
                "mqtt.allow_anonymous = false": rabbitmq.OPEN + "log.console = true\nlog.file = false\n"
            }
            (node.folder / "rabbitmq.conf").write_text(place.filled("rabbitmq.conf", number, **closed))

        return replace(
            ours,
            name=f"rabbitmq {number}",
            prepare=prepare,
            env={
                **ours.env,
                **{f"RABBITMQ_{name}": value for name, value in settings.items()},
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {{{interface}}}",
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """The three with HAProxy before them; `url` and `broker_port` lead through it."""

    all: tuple[Machine, ...]
    url: str
    broker_port: int

    def members(self) -> list[dict[str, Any]]:
        """Return the members as one of the machines that answer sees them."""
        return next((found for machine in self.all if (found := machine.cluster())), [])

    def primary(self) -> Machine | None:
        """Return the one that is the primary now and runs."""
        leaders = [m["name"] for m in self.members() if m["role"] == "leader" and m["state"] == "running"]
        return next((machine for machine in self.all if machine.name in leaders), None)

    def whole(self) -> bool:
        """Tell whether there is a primary, both others follow it, and one of them does so synchronously."""
        roles = {m["role"] for m in self.members() if m["state"] in ("running", "streaming")}
        others = [m for m in self.members() if m["role"] != "leader" and m["state"] == "streaming"]
        return "leader" in roles and "sync_standby" in roles and len(others) == len(self.all) - 1


@contextmanager
def running(folder: Path) -> Iterator[Machines]:
    """Start three machines in `folder` with an empty database of ours, and HAProxy."""
    place = Place(folder=folder)
    with ExitStack() as cleanup:
        mapper = _mapper(place)
        cleanup.callback(mapper.stop)
        mapper.start()
        machines = tuple(Machine(place, number) for number in NUMBERS)
        for machine in machines:
            cleanup.callback(machine.stop)
        for machine in machines:  # each answers only once another is there
            machine.launch()
        for machine in machines:
            machine.start()
        database_port, broker_port = ports.free(2)
        accepts = partial(ports.answers, database_port)
        proxy = Server(_haproxy(place, database_port, broker_port), accepts, folder / "haproxy.log")
        cleanup.callback(proxy.stop)
        proxy.start()
        at = f"{postgres.NAME}:{place.secret}@127.0.0.1:{database_port}/{postgres.NAME}"
        found = Machines(all=machines, url=f"postgresql://{at}", broker_port=broker_port)
        wait_for(found.whole, START_S)
        primary = found.primary()
        assert primary
        _make_database(primary, place.secret)
        yield found


def _make_database(primary: Machine, password: str) -> None:
    """Make the owner and its database, as the page tells."""
    with psycopg.connect(primary.url("postgres", "postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("create role besok login createrole password {}").format(sql.Literal(password)))
        conn.execute("create database besok owner besok")


def _mapper(place: Place) -> Server:
    """Erlang's port mapper, one for the three."""
    addresses = ",".join(f"{place.net}.1{number}" for number in NUMBERS)
    command = ("/usr/bin/epmd", "-port", str(place.mapper_port), "-address", addresses)
    what = Program(name="epmd", command=command, user=program.unprivileged("rabbitmq"), folder=Path("/"))
    return Server(what, partial(ports.answers, place.mapper_port), place.folder / "epmd.log")


def _haproxy(place: Place, database_port: int, broker_port: int) -> Program:
    config = place.folder / "haproxy.cfg"
    own = {"127.0.0.1:5432": f"127.0.0.1:{database_port}", "127.0.0.1:1883": f"127.0.0.1:{broker_port}"}
    user = program.unprivileged("haproxy")
    if not user:
        own["    user haproxy\n    group haproxy\n"] = ""
    config.write_text(place.filled("haproxy.cfg", 0, **own))
    return Program(
        name="haproxy", command=("/usr/sbin/haproxy", "-db", "-f", str(config)), user=user, folder=Path("/")
    )
