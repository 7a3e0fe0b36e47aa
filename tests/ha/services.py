"""The programs of Besök, two of each, against the machines' one address for the database and one for the broker."""

import contextlib
import json
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.stack import ports
from cli.stack.program import Program
from tests.ha.machines import Machines
from tests.torture.house import Server, collector_of, topics_of

READY_S = 120


class Service(Server):
    """A program that says at a port of its own whether it is ready."""

    def __init__(self, what: Program, port: int, log: Path, pages: int = 0) -> None:
        super().__init__(what, self.ready, log, READY_S)
        self.port, self._pages = port, pages

    def ready(self) -> bool:
        """Tell whether it says that it can do its work."""
        return self._get(self.port, "/ready") is not None

    def live(self, site: str) -> dict[str, Any]:
        """Return what it shows of a site now; empty if it does not answer."""
        found: dict[str, Any] = json.loads(self._get(self._pages, f"/api/v1/sites/{site}/live") or "{}")
        return found

    def _get(self, port: int, path: str) -> bytes | None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer,
        ):
            body: bytes = answer.read()
            return body
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Two of each."""

    collectors: list[Service]
    jobs: list[Service]
    webs: list[Service]

    @property
    def all(self) -> list[Service]:
        """Return all six."""
        return [*self.collectors, *self.jobs, *self.webs]

    def ready(self) -> bool:
        """Tell whether each can do its work."""
        return all(service.ready() for service in self.all)


@contextmanager
def started(folder: Path, machines: Machines) -> Iterator[Services]:
    """Run two collectors, a site each, two workers of jobs and two webs, with their logs in `folder`."""
    collectors, jobs, webs = [], [], []
    for number, topics in enumerate(topics_of(share=False), 1):
        broker, url = machines.broker_port, machines.url
        collectors.append(
            _of(collector_of(number, "cli.main", url, broker, topics, folder).what, "COLLECTOR_PORT", folder)
        )
        jobs.append(_of(_program("jobs", number, "work", url), "JOBS_PORT", folder))
        webs.append(_of(_program("web", number, "serve", url), "WEB_STATUS_PORT", folder))
    with ExitStack() as cleanup:
        found = Services(collectors=collectors, jobs=jobs, webs=webs)
        for service in found.all:
            cleanup.callback(service.stop)
            service.launch()
        for service in found.all:
            service.start()
        yield found


def _program(kind: str, number: int, command: str, url: str) -> Program:
    env = {"BESOK_DATABASE_URL": url, "BESOK_INSTANCE": f"{number}"}
    return Program(name=f"{kind} {number}", command=(sys.executable, "-m", "cli.main", command), env=env)


def _of(what: Program, setting: str, folder: Path) -> Service:
    status, pages = ports.free(2)
    env = {**what.env, f"BESOK_{setting}": f"{status}", "BESOK_PORT": f"{pages}"}
    program = Program(name=what.name, command=what.command, env=env)
    return Service(program, status, folder / f"{what.name.replace(' ', '-')}.log", pages)
