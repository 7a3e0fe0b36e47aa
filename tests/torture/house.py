"""The programs that are killed: broker, database and collectors as the product runs them, each by its own command."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from psycopg.conninfo import make_conninfo

from benchmarks.servers import wait_until
from besok.model import sitefile
from besok.model.errors import StackError
from besok.store import sites
from besok.store.database import Database
from besok.store.migrate import migrate
from cli.stack import mosquitto, ports, postgres, program
from tests.sitetext import door, sensor, site
from tests.torture import rabbitmq
from tests.torture.proxy import Proxy
from tests.torture.world import SITES, Device

DISK = "1500m"  # of the database, where we may mount one
SHARED_GROUP = "torture"


class Server:
    """A program that is killed, ended and started again."""

    def __init__(
        self, what: program.Program, ready: Callable[[], bool] | None, log: Path, limit_s: float = 60
    ) -> None:
        self.what, self._ready, self._log, self._limit_s = what, ready, log, limit_s
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def up(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def start(self, attempts: int = 10) -> None:
        """Start it and wait until it takes connections. What was killed a moment ago may need several attempts."""
        self.launch()
        assert self._process is not None
        try:
            if self._ready:
                wait_until(self._ready, self._process, self.what.name, self._limit_s)
        except StackError:
            if attempts == 1 or self.up:
                raise
            time.sleep(0.3)
            self.start(attempts - 1)

    def launch(self) -> None:
        """Start it and do not wait."""
        if not self.up:
            self._process = program.start(self.what, self._log)

    def kill(self) -> None:
        """As the power goes."""
        if self._process:
            program.kill(self._process)

    def stop(self) -> None:
        """In order."""
        if self._process:
            program.stop(self._process, self.what)


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All of it. `url` leads straight to the database, the collectors go through `proxy`."""

    folder: Path
    broker: Server
    port: int  # of the broker
    database: Server
    url: str
    proxy: Proxy
    collectors: tuple[Server, ...]
    disk: "Disk | None"  # the small file system of the database, if we may mount one

    def crash_backends(self) -> None:
        """Kill -9 a process that works for a collector; the database then ends them all and recovers in place."""
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.database.pid).children():
                if "besok 127.0.0.1" in " ".join(child.cmdline()):
                    child.kill()
                    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A small file system in memory, for a database."""

    folder: Path

    def fill(self) -> None:
        """Take all the space there is."""
        with contextlib.suppress(OSError), (self.folder / "filler").open("wb", buffering=0) as filler:
            block = bytes(1 << 16)
            while filler.write(block):
                pass

    def free(self) -> None:
        """Give the space back."""
        (self.folder / "filler").unlink(missing_ok=True)


@contextmanager
def built(
    folder: Path, kind: str, devices: list[Device], collector: str, *, share: bool, disk_small: bool
) -> Iterator[House]:
    """A house in `folder` with a broker of `kind`, an empty database and two collectors, run as module `collector`.

    They `share` one subscription, or each has a site. The database lies on a small disk if we may mount one.
    """
    with ExitStack() as cleanup:
        broker, port = broker_of(folder, kind)
        cleanup.callback(broker.stop)
        broker.start()
        disk = cleanup.enter_context(small_disk(folder / "disk")) if disk_small else None
        cluster = postgres.Cluster(
            folder=(disk.folder if disk else folder) / "db",
            port=ports.free()[0],
            user=program.unprivileged("postgres"),
        )
        cluster.folder.mkdir(mode=0o755)
        database = Server(cluster.program(), cluster.ready, folder / "database.log")
        cleanup.callback(database.stop)
        database.start()
        migrate(cluster.url())
        furnish(cluster.url(), devices)
        proxy = Proxy(cluster.port)
        cleanup.callback(proxy.close)
        behind = make_conninfo(cluster.url(), port=proxy.port)
        collectors = tuple(
            collector_of(n, collector, behind, port, topics, folder)
            for n, topics in enumerate(topics_of(share=share), 1)
        )
        for server in collectors:
            cleanup.callback(server.stop)
            server.start()
        yield House(
            folder=folder,
            broker=broker,
            port=port,
            database=database,
            url=cluster.url(),
            proxy=proxy,
            collectors=collectors,
            disk=disk,
        )


def broker_of(folder: Path, kind: str) -> tuple[Server, int]:
    """A broker of this kind, not started, and its port."""
    port, *more = ports.free(3)
    if kind == "rabbitmq":
        user = program.unprivileged("rabbitmq")
        rabbit = rabbitmq.Broker(
            folder=folder / "broker", port=port, node_port=more[0], mapper_port=more[1], user=user
        )
        return Server(rabbit.program(), rabbit.ready, folder / "broker.log"), port
    mosq = mosquitto.Broker(
        folder=folder / "broker", port=port, user=program.unprivileged("mosquitto", "postgres")
    )
    return Server(mosq.program(), mosq.ready, folder / "broker.log"), port


def topics_of(*, share: bool) -> tuple[str, str]:
    """What each of the two collectors listens to."""
    if share:
        both = ",".join(f"$share/{SHARED_GROUP}/{topic}" for topic in ("besok/v1/#", "v3/#"))
        return both, both
    first, second = (f"besok/v1/{site}/#,v3/{site}@ttn/#" for site in SITES)
    return first, second


def collector_of(number: int, module: str, url: str, port: int, topics: str, folder: Path) -> Server:
    env = {
        "BESOK_DATABASE_URL": url,
        "BESOK_MQTT_PORT": str(port),
        "BESOK_MQTT_TOPICS": topics,
        "BESOK_MQTT_CLIENT_ID": f"besok-torture-{number}",
    }
    what = program.Program(
        name=f"collector {number}", command=(sys.executable, "-m", module, "collect"), env=env
    )
    return Server(what, None, folder / f"collector-{number}.log")


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """Mount a small file system in memory; None where we may not."""
    folder.mkdir(mode=0o755)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0755", "tmpfs", str(folder)]
    if (
        os.geteuid() != 0
        or not shutil.which("mount")
        or subprocess.run(mount, capture_output=True).returncode
    ):
        yield None
        return
    try:
        yield Disk(folder=folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def furnish(url: str, devices: list[Device]) -> None:
    """Two sites in which each device counts at a door of its own."""
    text = ""
    for name in SITES:
        text += site(name, (name, name))
        for portal, device in doors(devices):
            if portal.startswith(name):
                sender = device.name.removeprefix(f"{name}/") if device.source == "native" else device.name
                source = f'source = "{device.source}"\nchannel = "{device.line}"'
                text += door(portal, (portal, portal), name, more="width_m = 100.0")
                text += sensor(sender, f'portal = "{portal}"', source)
    with Database(url, pool_size=1) as db:
        sites.apply(db, sitefile.parse(text))


def doors(devices: list[Device]) -> Iterator[tuple[str, Device]]:
    """Where each device hangs: a portal's id, beginning with the site's."""
    for n, device in enumerate(devices, 1):
        yield f"{device.site}-{n}", device


def keep_logs(folder: Path, to: Path) -> None:
    """Copy the logs of a run that is over."""
    to.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        with contextlib.suppress(OSError):
            shutil.copy(log, to)
