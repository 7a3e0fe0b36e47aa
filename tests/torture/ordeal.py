"""One run from an empty database to the findings."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from tests.torture import report, verdict, world
from tests.torture.house import built, doors
from tests.torture.report import Findings
from tests.torture.run import Course, Say, Torturer, await_collectors, await_silence
from tests.torture.schedule import Blow, drawn
from tests.torture.sender import Sender
from tests.torture.verdict import Fault, Stored
from tests.torture.world import Device, Letter

FEWEST = 3  # devices of each kind
# Readings for one of each kind: more than can pass a door in a quarter would not be believed, were all sent within one
MOST_EACH = 12_000

# RabbitMQ writes the register of its quorum queues down a moment after a change. Killed before that, it never finds a
# new queue again, and whoever sends to it waits for ever.
SETTLED_S = {"mosquitto": 0, "rabbitmq": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordeal:
    """What a run shall be."""

    broker: str
    readings: int
    rate: float  # messages a second
    seed: int
    blows: Mapping[Blow, int]
    longest_s: float  # the database's host is away that long, once
    share: bool = False  # whether the collectors share one subscription; else each has a site
    collector: str = "cli.main"  # the module that collects; the harness tests itself with wrong ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run gave."""

    letters: list[Letter]
    devices: list[Device]
    stored: Stored
    course: Course
    findings: Findings
    started: float
    took_s: float


def endure(ordeal: Ordeal, folder: Path, say: Say) -> Outcome:
    """One run in `folder`, from an empty database to the findings. To be called from the main thread."""
    random = Random(ordeal.seed)
    now = datetime.now(UTC)
    devices = world.devices(world.beginning(now, ordeal.readings), max(FEWEST, ordeal.readings // MOST_EACH))
    events = drawn(random, ordeal.blows, ordeal.readings, ordeal.longest_s)
    say(
        f"{ordeal.broker}, {ordeal.readings} readings, {ordeal.rate:g} messages/s, seed {ordeal.seed},"
        f" collectors {'share one subscription' if ordeal.share else 'have a site each'} ({ordeal.collector})"
    )
    say("\n".join(f"  {e}" for e in events))
    small = Blow.DISK_FULL in ordeal.blows
    with built(
        folder, ordeal.broker, devices, ordeal.collector, share=ordeal.share, disk_small=small
    ) as house:
        await_collectors(house.folder)
        time.sleep(SETTLED_S[ordeal.broker])
        started = time.monotonic()

        def timed(text: str) -> None:
            say(f"{time.monotonic() - started:8.2f} s  {text}")

        sender = Sender(house.port, world.letters(random, devices, ordeal.readings), ordeal.rate)
        torturer = Torturer(house, events, timed)
        sender.start()
        try:
            torturer.strike(sender)
        finally:
            sender.stop()
            sender.join()
        fetch = partial(verdict.fetch, house.url, list(doors(devices)))
        expected = sum(len(letter.facts) for letter in sender.letters if letter.safe)
        timed(f"all is sent, over {sender.connections} connections; the queues run empty")

        def complete() -> bool:
            return not _lost(verdict.compare(sender.letters, fetch()))

        await_silence(house.url, len(house.collectors), expected, complete)
        took_s = time.monotonic() - started
        stored = fetch()
    faults = verdict.compare(sender.letters, stored)
    return Outcome(
        letters=sender.letters,
        devices=devices,
        stored=stored,
        course=torturer.course,
        findings=report.weigh(faults, sender.letters, torturer.course, ordeal.broker),
        started=started,
        took_s=took_s,
    )


def _lost(faults: list[Fault]) -> bool:
    return any(fault.what == "lost" for fault in faults)
