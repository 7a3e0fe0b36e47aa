"""The library, what its simulated sensors send in a month, and by that what the counts of each day must be."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from besok.model import calendar, sitefile
from besok.model.site import Site
from sensors_sim.sensors import install
from sensors_sim.stream import ticks
from sensors_sim.times import instant
from sensors_sim.world import World
from tests.patience import wait_for
from tests.sitetext import door, sensor, site, space
from tests.torture.sender import Sender
from tests.torture.world import Kind, Letter

LIBRARY = "lib"
EVERY_S = 60  # of a counter that saw somebody
REMEMBERED_S = 10.0  # what a broker that is killed may forget: sensors with a memory send it again
MESSAGES_S = 2000.0

HOURS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "09:00-20:00")
WEEKEND = dict.fromkeys(("saturday", "sunday"), "10:00-16:00")
REPORTS = "interval_s = 900"
SITE_FILE = (
    site(LIBRARY, hours=HOURS | WEEKEND, more="capacity = 200")
    + space("hall", ("Hall", "Hall"), "capacity = 120")
    + space("room", ("Läsesal", "Reading room"), "capacity = 40\nseats = 30")
    + door("front", ("Entrén", "Front"))
    + door("back", ("Bakdörren", "Back"))
    + door("inner", ("Dörren", "Door"), inner="room", outer="hall")
    + "".join(sensor(name, more=REPORTS) for name in ("front", "back", "inner"))
    + sensor("people", 'space = "room"', REPORTS)
)

Days = dict[tuple[str, date], list[float]]  # people in and out, by door and business day


def library() -> Site:
    """Return the library."""
    return sitefile.parse(SITE_FILE).sites[0]


class Sensors:
    """What is sent from a moment on, in order, and what it means."""

    def __init__(self, begins: datetime, ends: datetime, seed: int) -> None:
        world = World(sitefile.parse(SITE_FILE), seed)
        self._ticks = ticks(world, install(world.ground, seed), begins, ends, EVERY_S)
        self._early: list[tuple[datetime, Letter]] = []
        self._number = count(1)
        self._site = library()
        self.days: Days = defaultdict(lambda: [0.0, 0.0])
        self.readings = 0

    def until(self, moment: datetime) -> list[Letter]:
        """Return what is sent next, up to a moment."""
        letters = []
        for sent, letter in self._messages():
            if sent > moment:
                self._early.append((sent, letter))
                break
            self._account(json.loads(letter.payload), letter.topic.split("/")[3])
            letters.append(letter)
        return letters

    def _messages(self) -> Iterator[tuple[datetime, Letter]]:
        while self._early:
            yield self._early.pop()
        for tick in self._ticks:
            for topic, payload in tick.messages:
                letter = Letter(
                    number=next(self._number), kind=Kind.TIMED, topic=topic, payload=payload, facts=()
                )
                yield instant(tick.time), letter

    def _account(self, body: Any, device: str) -> None:
        for item in body if isinstance(body, list) else [body]:
            if "in" not in item:
                self.readings += 1
                continue
            self.readings += 2
            last = datetime.fromisoformat(item["time"]) - timedelta(microseconds=1)
            day = self.days[device, calendar.business_day(last, self._site)]
            day[0] += item["in"]
            day[1] += item["out"]


class Post:
    """The way from the sensors to the broker. They keep what it did not take, and what it may have forgotten."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sent: list[Letter] = []
        self._sender: Sender | None = None

    def begin(self, letters: list[Letter]) -> Sender:
        """Begin to send, after what was kept."""
        letters = [one for one in self._sent if not one.safe] + letters
        self._sent = [one for one in self._sent if self._fresh(one)] + letters
        self._sender = Sender(self._port, letters, MESSAGES_S)
        self._sender.start()
        return self._sender

    def end(self, *, broker_up: bool) -> None:
        """Wait until a broker that is up has taken all, or stop: what it has not taken is kept."""
        while self._sender:
            sender, self._sender = self._sender, None
            if broker_up:
                wait_for(lambda: sender.ended, progress=lambda: len(sender.letters))  # noqa: B023  # waited for here
            sender.stop()
            sender.join()
            if broker_up and not all(one.safe for one in self._sent):
                self.begin([])

    def repeat(self) -> None:
        """Keep what the broker, killed a moment ago, may have forgotten."""
        for letter in self._sent:
            if self._fresh(letter):
                letter.acked = None

    def _fresh(self, letter: Letter) -> bool:
        return letter.acked is not None and letter.acked > time.monotonic() - REMEMBERED_S
