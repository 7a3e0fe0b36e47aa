"""Private servers for tests and measurements, which are gone afterwards."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from besok.model.errors import StackError
from cli.stack import ports, program
from cli.stack.mosquitto import Broker
from cli.stack.postgres import Cluster

MEMORY = "/dev/shm"  # where Linux has files in memory
ROOMY = 2_000_000_000  # bytes that all tests and more have room in


@contextmanager
def broker() -> Iterator[Broker]:
    """Run a Mosquitto on a free port."""
    with folder("besok-mqtt-") as home:
        found = Broker(folder=home, port=ports.free()[0], user=program.unprivileged("mosquitto", "postgres"))
        with _running(found, 10):
            yield found


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a fast PostgreSQL on a free port."""
    with folder("besok-pg-") as home:
        found = Cluster(folder=home, port=ports.free()[0], user=program.unprivileged("postgres"), fast=True)
        with _running(found, 30):
            yield found


@contextmanager
def _running(server: Broker | Cluster, limit_s: float) -> Iterator[None]:
    started = server.program()
    process = program.start(started, server.folder / "log")
    try:
        wait_until(server.ready, process, started.name, limit_s=limit_s)
        yield
    finally:
        program.stop(process, started)


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str, limit_s: float
) -> None:
    """Wait until `ready()`. Raises StackError if the process ends first or `limit_s` seconds pass."""
    deadline = time.monotonic() + limit_s
    while not ready():
        if process.poll() is not None:
            raise StackError(f"{name} ended at once (exit status {process.returncode})")
        if time.monotonic() > deadline:
            raise StackError(f"{name} does not answer after {limit_s:.0f} s")
        time.sleep(0.02)


@contextmanager
def folder(prefix: str) -> Iterator[Path]:
    """Make a folder that the server's account can enter, in memory if there is room: nothing waits for a disk."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=_in_memory()) as name:
        os.chmod(name, 0o755)  # noqa: PTH101
        yield Path(name)


def _in_memory() -> str | None:
    """Return a folder in memory, where copies of a database are 30 times faster; None if there is no room."""
    try:
        roomy = shutil.disk_usage(MEMORY).free >= ROOMY
    except OSError:
        return None
    return MEMORY if roomy and os.access(MEMORY, os.W_OK) else None
