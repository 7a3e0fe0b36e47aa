"""The installation that is operated: the product's own programs, each with a clock of its own."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from cli.stack import ports, postgres, program
from cli.stack.program import Program
from tests.month.clocks import Clocks
from tests.month.sensors import SITE_FILE
from tests.torture.house import Disk, Server, broker_of, small_disk

SERVICES = {"collector": "collect", "jobs": "work", "web": "serve"}  # by their names in heartbeats
OTHERS = {"receiver": "receive", "scenarios": "run-scenarios"}  # that not everybody has
COMMANDS = "operator"  # of commands
MIGRATIONS = "besok/store/migrations"


@dataclass(slots=True, kw_only=True)
class Installation:
    """All of it, by the version in a folder `code`; `servers` by name."""

    folder: Path
    code: Path
    clocks: Clocks
    servers: dict[str, Server]
    environment: dict[str, str]
    url: str
    broker_port: int
    pages: int
    disk: Disk | None

    def command(self, *arguments: str, said: str = "") -> str:
        """Run a command of the product, and return what it printed."""
        done = self._run(*arguments, said=said)
        if done.returncode:
            raise RuntimeError(f"besok {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def doctor(self) -> tuple[int, str]:
        """Ask the doctor: its status, and what it printed."""
        done = self._run("doctor")
        return done.returncode, done.stdout

    def _run(self, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (sys.executable, "-m", "cli.main", *arguments),
            cwd=self.code,
            env={**os.environ, **self.environment, **self.clocks.environment(COMMANDS)},
            input=said,
            capture_output=True,
            text=True,
            check=False,
        )

    def upgrade(self) -> None:
        """Migrate to the present version under load, then start one service after the other by it."""
        self.code = program.ROOT
        self.command("migrate")
        for name in SERVICES:
            self.servers[name].stop()
            self.servers[name] = self.service(name)
            self.servers[name].start()

    def stop(self) -> None:
        """Stop all servers, the last one first."""
        for server in reversed(self.servers.values()):
            server.stop()

    def service(self, name: str) -> Server:
        """Return a service of the present version, not started."""
        what = Program(
            name=name,
            command=(sys.executable, "-m", "cli.main", (SERVICES | OTHERS)[name]),
            env={**self.environment, **self.clocks.environment(name)},
            folder=self.code,
        )
        return Server(what, None, self.folder / f"{name}.log")


@contextmanager
def installed(
    folder: Path,
    clocks: Clocks,
    code: Path,
    alive_url: str,
    *,
    site: str = SITE_FILE,
    more: Iterable[str] = (),
) -> Iterator[Installation]:
    """Install the library in `folder` and start everything, and `more` services, by the code in another."""
    with ExitStack() as cleanup:
        disk = cleanup.enter_context(small_disk(folder / "disk"))
        broker, broker_port = broker_of(folder, "mosquitto")
        cluster = postgres.Cluster(
            folder=(disk.folder if disk else folder) / "db",
            port=ports.free()[0],
            user=program.unprivileged("postgres"),
        )
        cluster.folder.mkdir(mode=0o755)
        what = replace(cluster.program(), env=clocks.environment("database"))
        database = Server(what, cluster.ready, folder / "database.log")
        for server in (broker, database):
            cleanup.callback(server.stop)
            server.start()
        pages, receiver = ports.free(2)
        found = Installation(
            folder=folder,
            code=code,
            clocks=clocks,
            servers={"broker": broker, "database": database},
            environment={
                "BESOK_HOME": str(folder / "home"),
                "BESOK_DATABASE_URL": cluster.url(),
                "BESOK_MQTT_PORT": f"{broker_port}",
                "BESOK_PORT": f"{pages}",
                "BESOK_RECEIVE_PORT": f"{receiver}",
                "BESOK_ALIVE_URL": alive_url,
                "BESOK_LANGUAGE": "en",
            },
            url=cluster.url(),
            broker_port=broker_port,
            pages=pages,
            disk=disk,
        )
        found.command("migrate")
        (folder / "library.toml").write_text(site)
        found.command("site", "apply", str(folder / "library.toml"), "--sandbox", "--yes")
        cleanup.callback(found.stop)
        for name in (*SERVICES, *more):
            found.servers[name] = found.service(name)
            found.servers[name].start()
        yield found


def earlier(folder: Path) -> tuple[Path, str]:
    """Lay the newest code with fewer migrations into a folder; return its revision. Without history, today's code."""
    today = _migrations("HEAD")
    before = (f"{changed}^" for changed in _git("log", "--format=%h", "--", MIGRATIONS).decode().split())
    name = next((revision for revision in before if _migrations(revision) < today), "")
    if not name:
        return program.ROOT, ""
    folder.mkdir()
    subprocess.run(("tar", "-x"), cwd=folder, input=_git("archive", name), check=True)
    return folder, name


def _migrations(revision: str) -> int:
    return _git("ls-tree", "--name-only", revision, f"{MIGRATIONS}/").count(b".sql\n")


def _git(*arguments: str) -> bytes:
    """Return what Git says; nothing where this is no repository of it."""
    return subprocess.run(("git", *arguments), cwd=program.ROOT, capture_output=True, check=False).stdout
