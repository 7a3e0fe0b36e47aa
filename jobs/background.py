"""Work that takes long, in a process of its own beside the worker: one at a time, and ended with the worker."""

import logging
import os
import sys
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from typing import Final

from besok.model.errors import BesokError
from besok.model.settings import Settings
from besok.store.database import Database

log = logging.getLogger(__name__)

NICE: Final = 10  # it yields the processor to whatever is live


class Background:
    """Run the functions it is given in order, each in a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.database_url.get_secret_value()
        self._waiting: dict[str, str] = {}
        self._running: tuple[str, BaseProcess] | None = None
        self._spawn = get_context("spawn")
        self._errors: SimpleQueue[str] = self._spawn.SimpleQueue()  # why what was running has failed

    def request(self, name: str, function: str) -> None:
        """Queue `function` ("module:function" of database and time) by name; what waits already is queued once."""
        self._waiting[name] = function

    def poll(self, now: datetime) -> None:
        """Note what has ended and begin the next."""
        if self._running and not self._running[1].is_alive():
            name, process = self._running
            process.join()
            if process.exitcode:
                why = f"status {process.exitcode}" if self._errors.empty() else self._errors.get()
                extra = {"action": "background_failed"}
                log.warning("%s failed (%s); it is tried again when due", name, why, extra=extra)
            self._running = None
        if self._waiting and not self._running:
            name = next(iter(self._waiting))
            args = self._waiting.pop(name), self._url, now, self._errors
            process = self._spawn.Process(target=_run, args=args, name=name, daemon=True)
            process.start()
            self._running = name, process

    def end(self) -> None:
        """End what is running: it leaves nothing half done, and is done again when due."""
        self._waiting.clear()
        if self._running:
            self._running[1].terminate()
            self._running[1].join()
            self._running = None


def load(function: str) -> Callable[[Database, datetime], object]:
    """Import a function by its name "module:function"."""
    module, _, name = function.partition(":")
    found: Callable[[Database, datetime], object] = getattr(import_module(module), name)
    return found


def _run(function: str, url: str, now: datetime, errors: "SimpleQueue[str]") -> None:
    """Run a function in the process of its own."""
    os.nice(NICE)
    try:
        with Database(url, pool_size=1) as db:
            load(function)(db, now)
    except BesokError as exc:  # for the worker's log, which knows the form
        errors.put(exc.in_full)
        sys.exit(1)
