"""Keeps child programs running: watched, restarted when they die, ended in order."""

import os
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from types import FrameType, TracebackType

from besok.model.errors import StackError
from cli.stack import program
from cli.stack.program import Program

FIRST_PAUSE_S = 0.2  # before the first restart; doubled for each further one
LONGEST_PAUSE_S = 5.0
HEALTHY_S = 30.0  # after running this long, a program restarts with the first pause again


class Interrupted(Exception):
    """A signal requested the end."""


@dataclass(slots=True, kw_only=True)
class Child:
    """A program and its present process."""

    program: Program
    process: Popen[bytes] | None = None
    watch: int = -1  # file descriptor that becomes readable when the process ends
    started: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    restart_at: float = 0.0


class Supervisor:
    """Starts programs and looks after them while one of its waiting methods runs. Use it as a context manager, from
    the main thread; leaving the context ends all of them, the last added first.

    SIGINT, SIGTERM and SIGHUP make the waiting method raise Interrupted; a second one while ending makes the end
    a quick one.
    """

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        self.logs = logs
        self.say = say
        self.groups: list[list[Child]] = []
        self.signals = 0
        self.selector = selectors.DefaultSelector()

    def __enter__(self) -> "Supervisor":
        self.logs.mkdir(parents=True, exist_ok=True)
        self.wake, write = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(write, False)
        self.selector.register(self.wake, selectors.EVENT_READ)
        signal.set_wakeup_fd(write)  # a signal ends the select below at once
        self.handlers = {
            s: signal.signal(s, self._signalled) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()
        os.close(signal.set_wakeup_fd(-1))
        os.close(self.wake)
        for number, handler in self.handlers.items():
            signal.signal(number, handler)

    def add(self, *programs: Program) -> None:
        """Start `programs` and watch them from now on. Those added together are ended together."""
        group: list[Child] = []
        self.groups.append(group)
        for each in programs:
            child = Child(program=each)
            self._start(child)
            group.append(child)

    def wait_for(self, ready: Callable[[], bool], problem: str, limit_s: float) -> None:
        """Look after the programs until `ready()`. Raises StackError after `limit_s` seconds."""
        deadline = time.monotonic() + limit_s
        while not ready():
            if time.monotonic() > deadline:
                raise StackError(f"{problem} after {limit_s:.0f} s; the logs in {self.logs} may tell why")
            self._turn(0.05)

    def run(self, task: Program) -> int:
        """Run a program that ends by itself, in our terminal, and return its exit status."""
        process = program.start(task, None)
        try:
            while (status := process.poll()) is None:
                self._turn(0.05)
            return status
        finally:
            program.stop(process, task)

    def watch(self) -> None:
        """Look after the programs until we are interrupted."""
        while True:
            self._turn(None)

    def stop(self) -> None:
        """End every program, the last group first."""
        while self.groups:
            group = self.groups.pop()
            running = [(c.process, c.program) for c in group if c.process]
            for process, each in running:
                if process.poll() is None:
                    process.send_signal(each.stop_signal)
            for process, each in running:
                self._await_end(process, each)
            for child in group:
                self._forget(child)

    def _await_end(self, process: Popen[bytes], each: Program) -> None:
        deadline = time.monotonic() + each.patience_s
        while process.poll() is None and time.monotonic() < deadline and self.signals < 2:
            time.sleep(0.02)
        program.kill(process)

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        self.signals += 1

    def _turn(self, timeout_s: float | None) -> None:
        """Wait for an event, `timeout_s` at most, and handle it."""
        if self.signals:
            raise Interrupted
        children = [c for group in self.groups for c in group]
        waiting = [c.restart_at - time.monotonic() for c in children if not c.process]
        limits = [max(0.0, s) for s in waiting] + ([timeout_s] if timeout_s is not None else [])
        for key, _ in self.selector.select(min(limits, default=None)):
            if key.fd == self.wake:
                os.read(self.wake, 512)
        if self.signals:
            raise Interrupted
        for child in children:
            if child.process and child.process.poll() is not None:
                self._on_exit(child, child.process.returncode)
            elif not child.process and child.restart_at <= time.monotonic():
                self._start(child)

    def _start(self, child: Child) -> None:
        try:
            child.process = program.start(child.program, self.logs / f"{child.program.name}.log")
        except StackError as exc:
            if not child.started:
                raise
            self.say(str(exc))
            self._retry_later(child)
            return
        child.started = time.monotonic()
        child.watch = os.pidfd_open(child.process.pid)
        self.selector.register(child.watch, selectors.EVENT_READ)

    def _on_exit(self, child: Child, status: int) -> None:
        if child.process:
            program.kill(child.process)  # what it may have started itself
        self._forget(child)
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        self.say(f"{child.program.name} {how}; starting it again (log: {self.logs / child.program.name}.log)")
        if time.monotonic() - child.started > HEALTHY_S:
            child.pause_s = FIRST_PAUSE_S
        self._retry_later(child)

    def _retry_later(self, child: Child) -> None:
        child.restart_at = time.monotonic() + child.pause_s
        child.pause_s = min(child.pause_s * 2, LONGEST_PAUSE_S)

    def _forget(self, child: Child) -> None:
        if child.watch >= 0:
            self.selector.unregister(child.watch)
            os.close(child.watch)
        child.process, child.watch = None, -1
