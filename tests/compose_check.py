"""Tries docker-compose.yml for real: `make compose-check`.

On free ports and under a name of its own everything comes up, a message sent to the broker is counted once by the API,
no password is in an environment or an argument, and all is removed again. Where images cannot be pulled, local ones
under the same names will do (`../shared/rig/base-images 2.29.2-pg17` makes them out of Debian packages).
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from besok.model.errors import StackError
from cli.stack import ports

HERE = Path(__file__).parents[1]
WAIT_S = 240  # for each thing that is waited for
SERVICES = ("secrets", "db", "broker", "migrate", "collector", "jobs", "scenarios", "receiver", "web")
STRANGER = "203.0.113.9"
PEOPLE = 321  # nobody else's number
BASE = "python:3.13-slim-trixie"
MOST_MB = 480  # beside a base of some 120 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One run of the compose file: its environment, and how to call compose."""

    environment: dict[str, str]
    command: tuple[str, ...]
    key: str = ""

    def compose(self, *words: str, quiet: bool = False) -> str:
        """What `docker compose ...` prints. Raises CalledProcessError."""
        return run(*self.command, *words, env=self.environment, quiet=quiet)

    def get(self, path: str) -> Any:
        """What the web service answers on its published port: JSON, or text where it is a page."""
        address = f"http://127.0.0.1:{self.environment['BESOK_PORT']}{path}"
        signed = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        with urllib.request.urlopen(urllib.request.Request(address, headers=signed), timeout=20) as answer:
            text = answer.read().decode()
        return json.loads(text) if path.startswith("/api/") else text


def run(*words: str, env: dict[str, str] | None = None, quiet: bool = False) -> str:
    """The standard output of a command; `quiet` keeps its standard error for the one raised: CalledProcessError."""
    kept = subprocess.PIPE if quiet else None
    return subprocess.run(
        words, cwd=HERE, env=env, check=True, text=True, stdout=subprocess.PIPE, stderr=kept
    ).stdout


def works(*words: str, env: dict[str, str] | None = None) -> bool:
    """Whether a command succeeds."""
    try:
        run(*words, env=env, quiet=True)
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False
    return True


def missing() -> str | None:
    """Why the check cannot be made on this machine, None if it can."""
    if not shutil.which("docker"):
        return "there is no Docker on this machine"
    if not works("docker", "info"):
        return "the Docker daemon does not answer (does it run, and may you use it?)"
    return None if works(*compose_command(), "version") else "there is no Docker Compose on this machine"


def compose_command() -> tuple[str, ...]:
    """`docker compose`, or the older program of that name."""
    return ("docker", "compose") if works("docker", "compose", "version") else ("docker-compose",)


def wait_for(what: str, condition: Callable[[], object]) -> None:
    """Ask until the answer is true; an error counts as not yet. Raises StackError."""
    deadline, reason = time.monotonic() + WAIT_S, ""
    while time.monotonic() < deadline:
        try:
            if condition():
                return print(f"  {what}")
        except (OSError, ValueError, IndexError, KeyError, subprocess.CalledProcessError) as exc:
            reason = f": {exc}"
        time.sleep(1)
    raise StackError(f"gave up waiting until {what}{reason}")


@contextmanager
def trial(command: tuple[str, ...]) -> Iterator[Trial]:
    """A run of its own; afterwards its containers, volumes and image are gone."""
    name = f"besok-check-{secrets.token_hex(4)}"
    web, mqtt, receive = ports.free(3)
    environment = os.environ | {
        "BESOK_VERSION": name,
        "BESOK_PORT": str(web),
        "BESOK_MQTT_PORT": str(mqtt),
        "BESOK_RECEIVE_PORT": str(receive),
        "BESOK_SITE_FILE": "helsingborg.toml",
        "BESOK_SANDBOX": "1",
        "BESOK_PAGES_NETWORK": f"172.31.251.{secrets.randbelow(16) * 16}/28",
    }
    attempt = Trial(
        environment=environment, command=(*command, "--project-name", name, "--profile", "simulator")
    )
    try:
        yield attempt
    except BaseException:
        print(attempt.compose("ps", "--all"), attempt.compose("logs", "--no-color", "--tail", "40"), sep="\n")
        raise
    finally:
        attempt.compose("down", "--volumes", "--remove-orphans", "--timeout", "10", quiet=True)
        works("docker", "image", "rm", "--force", f"besok:{name}")


def a_door(devices: list[dict[str, Any]]) -> tuple[str, str, str]:
    """A device of the site file that watches a portal: its external id ("site/device"), the line, the portal."""
    placed = (
        (d["device"], p) for d in devices for p in d["placements"] if p["portal"] and p["role"] == "primary"
    )
    device, placement = next(placed)
    return device, placement["channel"].removeprefix("flow:"), placement["portal"]


def publish(attempt: Trial, device: str, line: str) -> None:
    """Send one flow message from inside the broker's container, twice."""
    now = datetime.now(UTC).isoformat()
    message = json.dumps({"time": now, "period_s": 0, "in": PEOPLE, "out": 0, "line": line})
    account = device.replace("/", ".")
    show = ("run", "--rm", "--no-deps", "--entrypoint", "cat", "secrets", f"/accounts/accounts/{account}")
    sent = ("mosquitto_pub", "-u", account, "-P", attempt.compose(*show, quiet=True).strip(), "-q", "1")
    for _ in range(2):
        attempt.compose("exec", "-T", "broker", *sent, "-t", f"besok/v1/{device}/flow", "-m", message)


def push(attempt: Trial, token: str) -> bool:
    """Send a count by HTTP; whether the broker has it, for a collector that listens."""
    port = attempt.environment["BESOK_RECEIVE_PORT"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/in/check", b'{"in_total": 1}', headers, method="POST"
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return bool(answer.status == 200)


def fail_to_sign_in(attempt: Trial) -> None:
    """Try to sign in as a proxy passes it on."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{attempt.environment['BESOK_PORT']}/login",
        b"name=ada&password=wrong",
        {"X-Forwarded-For": STRANGER, "Content-Type": "application/x-www-form-urlencoded"},
    )
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=60)


def counted(attempt: Trial, site: str, portal: str) -> bool:
    """Whether the API tells of exactly the people that were sent, through that portal, today."""
    points = attempt.get(f"/api/v1/sites/{site}/flows?step=day")
    return [p["people_in"] or p["people_out"] for p in points if p["portal"] == portal] == [PEOPLE]


def megabytes(image: str) -> float:
    """Return the size of an image."""
    return int(run("docker", "image", "inspect", "--format", "{{.Size}}", image)) / 1e6


def check(attempt: Trial) -> None:
    """Build, start, publish, ask; last the simulated sensors."""
    classic = {} if works("docker", "buildx", "version") else {"DOCKER_BUILDKIT": "0"}
    image = f"besok:{attempt.environment['BESOK_VERSION']}"
    run("docker", "build", "--quiet", "--network", "host", "--tag", image, ".", env=os.environ | classic)
    own = megabytes(image) - megabytes(BASE)  # its base here may be a stand-in of another size
    assert own <= MOST_MB, f"the image adds {own:.0f} MB to its base, more than {MOST_MB}"
    print(f"  the image is built, and adds {own:.0f} MB to its base")
    attempt.compose("up", "--detach", "--no-build", *SERVICES, quiet=True)
    wait_for("the API answers", lambda: attempt.get("/api/v1/health"))
    wait_for("the page leads to the sign-in", lambda: "/login" in attempt.get("/"))
    made = attempt.compose("run", "--rm", "-T", "cli", "key", "add", "check", "--role", "admin")
    attempt = replace(attempt, key=made.split()[0])
    device, line, portal = a_door(attempt.get("/api/v1/devices"))
    publish(attempt, device, line)
    wait_for("a message is counted once", lambda: counted(attempt, device.split("/")[0], portal))
    token = attempt.compose("run", "--rm", "-T", "cli", "receive", "token", "add", "check").split()[0]
    wait_for("a count is taken by HTTP", lambda: push(attempt, token))
    fail_to_sign_in(attempt)
    wait_for(
        "a proxy on this machine is believed about who asks",
        lambda: f"A sign-in from {STRANGER} was refused" in attempt.compose("logs", "web", quiet=True),
    )
    wait_for("every service is healthy", lambda: healthy(attempt))
    if told := telling(attempt):
        raise StackError(f"passwords are to be seen at: {', '.join(told)}")
    print("  no password is in an environment or an argument")
    attempt.compose("up", "--detach", "--no-build", "simulator", quiet=True)
    wait_for("simulated sensors are heard", lambda: heard(attempt) > 10)


def telling(attempt: Trial) -> list[str]:
    """The containers, processes included, whose environment or arguments hold one of the passwords."""
    every = "cd /accounts; cat accounts/* database/*"
    shown = attempt.compose(
        "run", "--rm", "--no-deps", "--entrypoint", "/bin/sh", "secrets", "-ec", every, quiet=True
    )
    passwords = shown.split()
    told = []
    for name in attempt.compose("ps", "--all", "--quiet", quiet=True).split():
        about = run("docker", "inspect", "--format", "{{.Name}} {{json .Config}} {{json .Args}}", name)
        alive = run("docker", "inspect", "--format", "{{.State.Running}}", name).strip() == "true"
        arguments = run("docker", "top", name, "-eo", "pid,args") if alive else ""
        told += [about.split()[0]] * any(password in about + arguments for password in passwords)
    return told


def heard(attempt: Trial) -> int:
    """How many devices have sent anything."""
    return sum(device["heard"] is not None for device in attempt.get("/api/v1/devices"))


def healthy(attempt: Trial) -> bool:
    """Whether all services run and those with a health check pass it."""
    lines = attempt.compose("ps", "--format", "json", quiet=True).splitlines()
    states = {s["Service"]: (s["State"], s["Health"]) for s in map(json.loads, lines)}
    wanted = [states[name] for name in SERVICES if name not in ("migrate", "secrets")]
    return all(state == "running" and health in ("", "healthy") for state, health in wanted)


def main() -> int:
    """The exit status: 0 where all went well or there is no Docker."""
    if reason := missing():
        print(f"compose-check skipped: {reason}")
        return 0
    command = compose_command()
    print("compose-check")
    try:
        with trial(command) as attempt:
            check(attempt)
    except (StackError, subprocess.CalledProcessError) as exc:
        print(f"compose-check failed: {exc}", getattr(exc, "stderr", None) or "", sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
