"""Live simulation: sensor messages over MQTT at the time at which devices would send them."""

import json
import logging
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from besok.model.errors import SettingsError
from besok.model.settings import Settings
from besok.model.site import SiteFile
from sensors_sim.formats import native
from sensors_sim.publisher import Publisher
from sensors_sim.scenario import ORDINARY, Scenario
from sensors_sim.sensors import install
from sensors_sim.stream import EVERY_S, Tick, ticks
from sensors_sim.times import instant, utc
from sensors_sim.world import World

log = logging.getLogger(__name__)

NAP_S: Final = 1.0  # the longest wait before looking at the clock again, should somebody set it
Clock = Callable[[], datetime]


def run(
    site_file: SiteFile,
    settings: Settings,
    *,
    stop: threading.Event,
    seed: int = 1,
    start: datetime | None = None,
    end: datetime | None = None,
    speed: float = 0.0,
    every_s: int = EVERY_S,
    truth: Path | None = None,
    clock: Clock = lambda: datetime.now(UTC),
    scenario: Scenario = ORDINARY,
    farewell: bytes = native.OFFLINE,
    live_from: datetime | None = None,
) -> None:
    """Publish the messages of the devices of `site_file` from `start` until `end`, or until `stop` is set.

    `start` is the beginning of the present business day unless it is given. What lies in the past is sent `speed` times
    faster than it happened, or as fast as the broker takes it if `speed` is 0; nothing is ever sent before its time.
    Counters report after at most `every_s` seconds, before `live_from` after a quarter of an hour. `truth` is a file to
    which a JSON line is added for each quarter of an hour: the people really in each space, and the visits since the
    business day began. `farewell` is the last status of the devices.
    """
    if not 1 <= every_s <= 900 or speed < 0:
        raise SettingsError(
            "a simulated counter reports every 1 to 900 seconds, at a speed of 0 (no limit) or more"
        )
    world = World(site_file, seed, scenario)
    installation = install(world.ground, seed, characters=world.scenario.characters)
    begin = start or instant(world.bounds(world.business_day(clock()))[0])
    pace = Pace(begin, speed, stop, clock)
    with ExitStack() as stack:
        lines = stack.enter_context(truth.open("a", encoding="utf-8")) if truth else None
        publisher = stack.enter_context(Publisher(settings, installation.with_status, farewell=farewell))
        log.info("Simulating %d devices", len(installation.devices), extra={"action": "simulation_started"})
        for tick in ticks(world, installation, begin, end, every_s, live_from):
            if not pace.wait(tick.time):
                return
            for topic, payload in tick.messages:
                publisher.send(topic, payload, stop, retain=topic in tick.retained)
            _write_truth(tick, lines)
        while not publisher.settle(NAP_S) and not stop.is_set():
            pass


class Pace:
    """The clock of a stream: the past is sent at a speed, the future is waited for."""

    def __init__(self, begin: datetime, speed: float, stop: threading.Event, clock: Clock) -> None:
        self._begin, self._speed, self._stop, self._clock = begin, speed, stop, clock
        self._started = time.monotonic()

    def wait(self, moment: int) -> bool:
        """Wait until `moment` (milliseconds) is due; False if asked to stop."""
        while (left := self._wait_s(instant(moment))) > 0:
            if self._stop.wait(min(left, NAP_S)):
                return False
        return not self._stop.is_set()

    def _wait_s(self, due: datetime) -> float:
        until = (due - self._clock()).total_seconds()
        if not self._speed:
            return until
        return max(
            until, (due - self._begin).total_seconds() / self._speed - (time.monotonic() - self._started)
        )


def _write_truth(tick: Tick, lines: TextIO | None) -> None:
    if lines and tick.truth:
        truth = {"time": utc(tick.time), "people": tick.truth.people, "visits": tick.truth.visits}
        lines.write(json.dumps(truth) + "\n")
        lines.flush()
