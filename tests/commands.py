"""The `besok` command in the test's own process, which has loaded what it needs."""

import builtins
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import copy_context
from dataclasses import dataclass
from io import StringIO

import pytest
from typer.testing import CliRunner, Result

from cli.main import app, main


def besok(database_url: str, *arguments: str, answer: str = "") -> Result:
    """Run a command on a database; what it asks is given the answer."""
    with own_signals():
        return CliRunner().invoke(app, arguments, input=answer, env={"BESOK_DATABASE_URL": database_url})


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What the program printed, and its status."""

    stdout: str
    stderr: str
    status: int


@contextmanager
def own_signals() -> Iterator[None]:
    """Give signals back as they were, which a program may set as it likes in a process of its own."""
    handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def own_process() -> Iterator[pytest.MonkeyPatch]:
    """Give logs and signals back as they were."""
    root = logging.getLogger()
    with own_signals(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(root, "handlers", [])
        patch.setattr(root.manager, "disable", root.manager.disable)
        levels = {log: log.level for log in (root, logging.getLogger("psycopg.pool"))}
        try:
            yield patch
        finally:
            for log, level in levels.items():
                log.setLevel(level)


def program(*arguments: str, **environment: str) -> Ended:
    """Run the program from its first line, with this environment of ours; what it does not explain is raised."""
    told, complained, status = StringIO(), StringIO(), 0
    with own_process() as patch, redirect_stdout(told), redirect_stderr(complained):
        for name in [name for name in os.environ if name.startswith("BESOK_")]:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.setattr(builtins, "print", print)  # which the program replaces
        patch.setattr(sys, "argv", ["besok", *arguments])
        try:
            copy_context().run(main)
        except SystemExit as ended:  # with its status, or with what the interpreter prints then
            status = ended.code if isinstance(ended.code, int) else bool(ended.code)
            complained.write(ended.code if isinstance(ended.code, str) else "")
    return Ended(stdout=told.getvalue(), stderr=complained.getvalue(), status=status)


def complaint(done: Result) -> str:
    """Return what a command complained of, without the box around it."""
    return " ".join(done.stderr.replace("│", " ").split())
