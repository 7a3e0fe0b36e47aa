"""`besok doctor`: what works on this machine and what does not, in plain words, with what to do about it."""

import importlib.metadata
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from packaging.requirements import Requirement

from besok.model import settings as settings_module
from besok.model.errors import BesokError, SchemaMismatch
from besok.model.plurals import many
from besok.model.settings import Settings
from cli.stack import home as home_module
from cli.stack import mosquitto, ports, postgres, program
from cli.stack.conditions import FREE_SOME, NOTE, OK, PROBLEM, Finding, conditions, disk
from cli.stack.home import Home

REINSTALL = "`make setup`" if program.IN_CHECKOUT else "`pip install --force-reinstall besok`"
START_DEMO = "`make demo`" if program.IN_CHECKOUT else "`besok demo`"


def report() -> int:
    """Print the findings; return 1 if anything that is needed does not work, else 0."""
    logging.disable(logging.WARNING)  # warnings of a pool while it retries do not matter here
    findings = list(examine(home_module.find()))
    for f in findings:
        print(f"{f.state:8} {f.text}" + (f"\n{'':8} -> {f.advice}" if f.advice else ""))
    problems = sum(f.state == PROBLEM for f in findings)
    print("\nEverything that is needed works." if not problems else f"\n{many(problems, 'problem')}.")
    return 1 if problems else 0


def examine(home: Home) -> Iterator[Finding]:
    """Check everything, from the ground up."""
    yield from (_python(), _packages())
    yield from servers()
    running = home.is_running()
    yield _demo(home, running)
    if full := disk(home.data if home.data.exists() else Path.cwd()):
        yield full
    if running or "BESOK_DATABASE_URL" in os.environ:
        yield from _services(home.with_addresses(settings_module.load()))


def _python() -> Finding:
    return Finding(state=OK, text=f"Python {sys.version.split()[0]} ({sys.executable})")


def _packages() -> Finding:
    """Return whether each required package is installed, in the required version."""
    try:
        requirements = importlib.metadata.requires("besok") or []
    except importlib.metadata.PackageNotFoundError:
        return Finding(state=PROBLEM, text="Besök is not installed in this Python", advice=REINSTALL)
    wrong = [problem for line in requirements if (problem := _package_problem(Requirement(line)))]
    if wrong:
        return Finding(state=PROBLEM, text="Python packages: " + ", ".join(wrong), advice=REINSTALL)
    return Finding(state=OK, text="Python packages")


def _package_problem(spec: Requirement) -> str | None:
    """Return what is wrong with a required package, if anything."""
    if spec.marker and not spec.marker.evaluate({"extra": ""}):
        return None
    try:
        version = importlib.metadata.version(spec.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{spec.name} is missing"
    return None if version in spec.specifier else f"{spec.name} is {version} and should be {spec.specifier}"


def _mosquitto() -> bool:
    try:
        return bool(mosquitto.binary())
    except BesokError:
        return False


def servers() -> list[Finding]:
    """Return each server that the demo starts and that is installed, and in one finding those that are not."""
    timescaledb = postgres.BIN.parent / "lib" / "timescaledb.so"
    needed = (
        ("PostgreSQL 17", (postgres.BIN / "postgres").exists(), postgres.PACKAGE),
        ("TimescaleDB for PostgreSQL 17", timescaledb.exists(), postgres.PACKAGE),
        ("Mosquitto", _mosquitto(), "mosquitto"),
    )
    found = [Finding(state=OK, text=name) for name, is_installed, _ in needed if is_installed]
    missing = {name: package for name, is_installed, package in needed if not is_installed}
    return [*found, _missing(missing)] if missing else found


def _missing(packages: Mapping[str, str]) -> Finding:
    """Return that programs are not installed, and how their packages are."""
    install = f"apt-get install {' '.join(dict.fromkeys(packages.values()))}"
    advice = f"on Debian 13 `{install}`; elsewhere `docker compose up`"
    advice = f"`make setup`, or {advice}" if program.IN_CHECKOUT else advice
    text = f"{', '.join(packages)} not installed (only the demo and the tests need this)"
    return Finding(state=PROBLEM, text=text, advice=advice)


def _demo(home: Home, running: bool) -> Finding:
    web = home.known_ports().get("web")
    if running:
        return Finding(state=OK, text=f"A demo runs: http://127.0.0.1:{web}" if web else "A demo is starting")
    if home.data.exists():
        return Finding(
            state=NOTE, text=f"No demo runs; its data is in {home.data.resolve()}", advice=START_DEMO
        )
    return Finding(state=NOTE, text="No demo has run here yet", advice=START_DEMO)


def _services(settings: Settings) -> Iterator[Finding]:
    yield from _database(settings)
    host, port = settings.mqtt_host, settings.mqtt_port
    if ports.answers(port, host):
        yield Finding(state=OK, text=f"The broker answers on {host}:{port}")
    else:
        advice = "is it running, and are BESOK_MQTT_HOST and BESOK_MQTT_PORT right?"
        yield Finding(state=PROBLEM, text=f"The broker does not answer on {host}:{port}", advice=advice)


def _database(settings: Settings) -> Iterator[Finding]:
    from besok.services.health import get_health
    from besok.store import schema
    from besok.store.database import Database

    try:
        with Database(settings.database_url.get_secret_value(), pool_size=1) as db:
            with db.transaction() as conn:
                mismatch = schema.mismatch(conn)
            yield Finding(state=OK, text="The database answers")
            if mismatch:
                text, _, advice = str(mismatch).partition(": ")
                yield Finding(state=PROBLEM, text=text.capitalize(), advice=advice)
                return
            yield Finding(state=OK, text="The database has this program's schema")
            now = datetime.now(UTC)
            if get_health(db, now).last_received is None:
                advice = "is the collector running (`besok collect`), and do sensors send to the broker?"
                yield Finding(state=PROBLEM, text="No reading has ever come", advice=advice)
            if db.is_full():
                text = "The disk of the database is full: nothing is stored, and the broker keeps what sensors send"
                yield Finding(state=PROBLEM, text=text, advice=FREE_SOME)
            yield from conditions(db, now)
    except SchemaMismatch as exc:
        yield Finding(state=PROBLEM, text=exc.in_full, advice="`besok migrate`")
    except BesokError as exc:
        yield Finding(
            state=PROBLEM,
            text=str(exc),
            advice="is BESOK_DATABASE_URL right, and does a firewall let this through?",
        )
