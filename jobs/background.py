"""Work that takes long, done in a process of its own beside the worker: one at a time, and ended with the worker."""

import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from typing import Final

from besok.model.errors import BesokError
from besok.model.settings import Settings
from besok.store.database import Database

log = logging.getLogger(__name__)

Work = Callable[[Database, Settings, datetime], None]
NICE: Final = 10  # it gives way to whatever is live


class Aside:
    """Runs the work it is given in order, each in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: dict[str, Work] = {}
        self._running: tuple[str, BaseProcess] | None = None
        self._spawn = get_context("spawn")
        self._said: SimpleQueue[str] = self._spawn.SimpleQueue()  # why what was running has failed

    def ask(self, name: str, work: Work) -> None:
        """Wants `work` (a function of a module) to be done; if it waits already, once is enough."""
        self._waiting[name] = work

    def turn(self, now: datetime) -> None:
        """Notes what has ended and begins the next."""
        if self._running and not self._running[1].is_alive():
            name, process = self._running
            process.join()
            if process.exitcode:
                why = f"status {process.exitcode}" if self._said.empty() else self._said.get()
                log.warning(
                    "%s failed (%s); it is tried again when due", name, why, extra={"action": "aside_failed"}
                )
            self._running = None
        if self._waiting and not self._running:
            name = next(iter(self._waiting))
            args = self._waiting.pop(name), self._settings, now, self._said
            process = self._spawn.Process(target=_work, args=args, name=name, daemon=True)
            process.start()
            self._running = name, process

    def end(self) -> None:
        """Ends what is under way: it leaves nothing half done, and is done again when due."""
        self._waiting.clear()
        if self._running:
            self._running[1].terminate()
            self._running[1].join()
            self._running = None


def _work(work: Work, settings: Settings, now: datetime, said: "SimpleQueue[str]") -> None:
    """In the process of its own."""
    os.nice(NICE)
    try:
        with Database(settings.database_url.get_secret_value(), pool_size=1) as db:
            work(db, settings, now)
    except BesokError as exc:  # for the worker's log: it knows the form
        said.put(exc.in_full)
        sys.exit(1)
