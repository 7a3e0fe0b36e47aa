"""Background processes for long work: one at a time, and ended with the worker."""

import logging
import math
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from typing import Final, NamedTuple

from besok.model.errors import BesokError
from besok.model.settings import Settings
from besok.model.views.jobs import Outcome
from besok.store.claims import Claims
from besok.store.database import Database
from jobs.runs import run_alone

log = logging.getLogger(__name__)

NICE: Final = 10  # of work that yields the processor to whatever is live
SKIPPED: Final = 3  # exit status: another worker does it, or did
LONGEST: Final = 4000  # characters of an error: a pipe takes them at once
GRACE_S: Final = 15  # after its limit, in which a run may note that it was ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A function to run, its shortest period (over all workers), and its time limit."""

    name: str
    function: str
    period: timedelta = timedelta(0)
    limit: timedelta = timedelta(hours=1)


class Finished(NamedTuple):
    """A task that has ended; `killed` is why, where its process could not record that itself."""

    name: str
    outcome: Outcome
    killed: str = ""


class Background:
    """Run the functions it is given in order, each in a process of its own, which yields the processor by `nice`."""

    def __init__(self, settings: Settings, nice: int = NICE) -> None:
        self._nice = nice
        self._url = settings.database_url.get_secret_value()
        self._waiting: dict[str, Task] = {}
        self._running: tuple[str, BaseProcess] | None = None
        self._spawn = get_context("spawn")
        self._errors: SimpleQueue[str] = self._spawn.SimpleQueue()  # why what runs has failed

    def request(self, task: Task) -> None:
        """Queue a task by name, unless it is queued or running already."""
        if self._running is None or self._running[0] != task.name:
            self._waiting[task.name] = task

    def poll(self, now: datetime) -> "Finished | None":
        """Start the next task once the last one has ended; return an ended one."""
        ended = self._finish() if self._running and not self._running[1].is_alive() else None
        if self._waiting and not self._running:
            task = self._waiting.pop(next(iter(self._waiting)))
            self._errors = self._spawn.SimpleQueue()  # its own: one that is killed may leave half a message
            args = task, self._url, now, self._nice, self._errors
            process = self._spawn.Process(target=_run, args=args, name=task.name, daemon=True)
            process.start()
            self._running = task.name, process
        return ended

    def _finish(self) -> "Finished | None":
        assert self._running
        (name, process), self._running = self._running, None
        process.join()
        if process.exitcode in (0, SKIPPED):
            return Finished(name, "done") if process.exitcode == 0 else None
        killed = self._errors.empty()
        why = f"its process ended with status {process.exitcode}" if killed else self._errors.get()
        extra = {"action": "background_failed"}
        log.warning("%s failed (%s); it is tried again when due", name, why, extra=extra)
        late = process.exitcode == -signal.SIGALRM
        return Finished(name, "timed_out" if late else "failed", why if killed else "")

    def end(self) -> None:
        """End the running task: it leaves nothing half done, and runs again when due."""
        self._waiting.clear()
        if self._running:
            self._running[1].terminate()
            self._running[1].join()
            self._running = None


def load(function: str) -> Callable[[Database, datetime], object]:
    """Import a function by its name "module:function"."""
    module, _, name = function.partition(":")
    loaded: Callable[[Database, datetime], object] = getattr(import_module(module), name)
    return loaded


def _run(task: Task, url: str, now: datetime, nice: int, errors: "SimpleQueue[str]") -> None:
    """Run a task in its own process, which the system ends at its time limit."""
    os.nice(nice)
    signal.alarm(math.ceil(task.limit.total_seconds()) + GRACE_S)
    try:
        with Database(url, pool_size=1) as db, Claims(url) as claims:
            ended = run_alone(
                db,
                claims,
                task.name,
                lambda own_db: load(task.function)(own_db, now),
                period=task.period,
                limit=task.limit,
            )
    except BesokError as exc:  # for the worker's log, which knows the form
        errors.put(exc.in_full[-LONGEST:])
        sys.exit(1)
    if ended and ended.outcome != "done":
        errors.put(ended.traced[-LONGEST:])
        sys.exit(1)
    sys.exit(0 if ended else SKIPPED)
