"""Programs that run as our children: started in a session of their own, and never outliving us."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from besok.model.errors import StackError

ROOT = Path(__file__).resolve().parents[2]  # the folder of our packages; `python -m cli.main` works from here
IN_CHECKOUT = (ROOT / "Makefile").exists()  # False where a wheel is installed
# A link to sites/ in a checkout, a copy in a wheel
EXAMPLE = Path(__file__).parent / "sites" / "helsingborg.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Program to run, and how to end it.

    `user` is the account it runs as (ours if empty), `stop_signal` the one that ends it in order; if it is still there
    `patience_s` seconds later it is killed. If we die first, however suddenly, the kernel sends it `stop_signal`.
    """

    name: str
    command: tuple[str, ...]
    user: str = ""
    stop_signal: signal.Signals = signal.SIGTERM
    patience_s: float = 10
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT
    prepare: Callable[[], None] | None = None  # run before each start


def unprivileged(*candidates: str) -> str:
    """Return the account to run a server as: our own (empty) unless we are root, else the first of `candidates`."""
    if os.geteuid() != 0:
        return ""
    for name in (*candidates, "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise StackError(f"No account to run a server as: neither {' nor '.join(candidates)} exists")


def wrapped(command: tuple[str, ...], user: str = "", on_death: signal.Signals = signal.SIGTERM) -> list[str]:
    """`command` as `user`, with `on_death` sent to it when its parent is gone."""
    # The kernel forgets the death signal when the user changes; setpriv asks for it after the change.
    become = ["--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--init-groups"] if user else []
    return ["setpriv", *become, "--pdeathsig", on_death.name.removeprefix("SIG"), "--", *command]


def start(program: Program, log: Path | None) -> subprocess.Popen[bytes]:
    """Start it; its output is appended to `log`, or goes to our terminal if None.

    To be called from the main thread: the kernel counts the end of the *thread* that starts a child as its parent's.
    """
    if program.prepare:
        program.prepare()
    if not shutil.which(program.command[0]):
        raise StackError(f"{program.name} cannot be started: {program.command[0]} is not installed")
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            wrapped(program.command, program.user, program.stop_signal),
            cwd=program.folder,
            env={**os.environ, **program.env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,  # we handle Ctrl-C at the terminal, and end it in order
        )
    finally:
        if output:
            output.close()


def stop(process: subprocess.Popen[bytes], program: Program) -> None:
    """End it in order; after its patience, kill it and what it started."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(program.patience_s)
    kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of it and its children, if anything."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def leftovers(program: Program) -> list[int]:
    """Return process ids that run exactly its command, left by an earlier run that was killed."""
    command = "\0".join(program.command) + "\0"
    pids = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):  # it ended meanwhile
            if entry.name.isdigit() and (entry / "cmdline").read_bytes() == command.encode():
                pids.append(int(entry.name))
    return pids


def end_leftovers(program: Program) -> None:
    """End what an earlier run left, in order first, by force when its patience is over. Raises StackError."""
    for how in (program.stop_signal, signal.SIGKILL):
        deadline = time.monotonic() + program.patience_s
        for pid in leftovers(program):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        while time.monotonic() < deadline:
            if not leftovers(program):
                return
            time.sleep(0.05)
    raise StackError(
        f"{program.name} of an earlier run cannot be ended: end process {leftovers(program)} by hand"
    )
