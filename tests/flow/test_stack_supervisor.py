"""The supervisor with small programs: restarted when they die, ended in order, whatever happens to it."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from besok.model.errors import StackError
from cli.stack import program
from cli.stack.program import Program
from cli.stack.supervisor import Interrupted, Supervisor
from tests.patience import wait_for

SLEEP = ("sleep", "1000")


def sleeper(name: str, **more: object) -> Program:
    return Program(name=name, command=SLEEP, **more)


def gone(pid: int) -> bool:
    """Whether the process is no more; one that nobody has buried yet counts as gone."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def pids(supervisor: Supervisor) -> list[int]:
    return [c.process.pid for group in supervisor.groups for c in group if c.process]


def test_a_killed_program_is_started_again(tmp_path):
    said: list[str] = []
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.add(sleeper("one"), sleeper("two"))
        (first, other) = pids(supervisor)
        os.kill(first, signal.SIGKILL)
        supervisor.wait_for(
            lambda: len(pids(supervisor)) == 2 and first not in pids(supervisor), "not back", 100
        )
        assert other in pids(supervisor)
        running = pids(supervisor)
    assert said == [f"one was ended by SIGKILL; starting it again (log: {tmp_path}/one.log)"]
    assert all(gone(pid) for pid in running)


def test_a_program_that_ends_at_once_is_not_hammered(tmp_path):
    said: list[str] = []
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.add(Program(name="broken", command=("sh", "-c", "echo I am broken; exit 3")))
        supervisor.wait_for(lambda: len(said) == 3, "did not end three times", 100)
        child = supervisor.groups[0][0]
        assert child.pause_s == pytest.approx(0.2 * 2**3)
    assert "ended with status 3" in said[0]
    assert (tmp_path / "broken.log").read_text() == "I am broken\n" * 3


def test_a_program_that_is_not_installed_is_said_at_once(tmp_path):
    with Supervisor(tmp_path, print) as supervisor, pytest.raises(StackError, match="nosuchprogram"):
        supervisor.add(Program(name="nosuch", command=("nosuchprogram",)))


def test_what_ignores_its_signal_is_killed_with_what_it_started(tmp_path):
    stubborn = "trap '' TERM; sleep 1000 & echo $!; wait"
    with Supervisor(tmp_path, print) as supervisor:
        supervisor.add(Program(name="stubborn", command=("sh", "-c", stubborn), patience_s=0.2))
        log = tmp_path / "stubborn.log"
        supervisor.wait_for(lambda: log.read_text().strip(), "did not start", 100)
        running = [*pids(supervisor), int(log.read_text())]
    wait_for(lambda: all(gone(pid) for pid in running))


def test_a_signal_interrupts_the_wait(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    with Supervisor(tmp_path, print) as supervisor:
        supervisor.add(sleeper("one"))
        running = pids(supervisor)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Interrupted):
            supervisor.watch()
    assert all(gone(pid) for pid in running)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_task_is_run_to_its_end_while_the_others_are_watched(tmp_path):
    with Supervisor(tmp_path, print) as supervisor:
        starts = tmp_path / "starts"
        supervisor.add(Program(name="one", command=("sh", "-c", f"echo $$ >> {starts}; exec sleep 1000")))
        (first,) = pids(supervisor)
        back = f"grep -qsvx {first} {starts}"  # another has started
        kill = f"kill -KILL {first}; for n in $(seq 600); do {back} && exit 7; sleep 0.1; done"
        assert supervisor.run(Program(name="task", command=("sh", "-c", kill))) == 7
        assert len(pids(supervisor)) == 1


def test_programs_end_when_the_supervisor_is_killed(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from cli.stack.program import Program\nfrom cli.stack.supervisor import Supervisor\n"
        "with Supervisor(Path(sys.argv[1]), print) as s:\n"
        "    s.add(Program(name='one', command=('sleep', '1000')))\n"
        "    print(s.groups[0][0].process.pid, flush=True)\n    s.watch()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=program.ROOT) as supervisor:
        child = psutil.Process(int(supervisor.stdout.readline()))
        wait_for(lambda: child.name() == "sleep")  # past setpriv
        supervisor.kill()
    wait_for(lambda: gone(child.pid))


def test_leftovers_are_known_by_their_command_and_ended():
    ours = Program(name="left", command=("sleep", "1234.5"))
    with subprocess.Popen(ours.command) as left, subprocess.Popen(SLEEP) as other:
        assert program.leftovers(ours) == [left.pid]
        program.end_leftovers(ours)
        assert left.wait() == -signal.SIGTERM
        assert other.poll() is None
        other.kill()
    program.end_leftovers(ours)
