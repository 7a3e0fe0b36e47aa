"""The course of the month: scene by scene the clocks move on, sensors send, something happens, the operator looks."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import LiteralString

import psycopg

from besok.model import calendar
from besok.model.errors import StackError
from besok.store.database import Database
from jobs.alerting import to_send
from jobs.schedule import HALF_MINUTE
from tests.month.events import Event, Kind
from tests.month.installation import COMMANDS, Installation
from tests.month.operator import Operator
from tests.month.sensors import LIBRARY, Days, Post, Sensors, library
from tests.patience import wait_for

NOTHING = timedelta(0)
FIRST_TOLD = ("collector", "database", "web", COMMANDS)  # the jobs judge others, so their clock moves on last
DOORS = {"front": 1.0, "back": 1.0}  # of the perimeter

Say = Callable[[str], None]


class Course:
    """One month at an installation, from its first scene to the comparison with what sensors sent."""

    def __init__(self, place: Installation, sensors: Sensors, operator: Operator, say: Say) -> None:
        self._place, self._sensors, self._operator, self._say = place, sensors, operator, say
        self._post = Post(place.broker_port)
        self._lasting: Event | None = None
        self._down: set[str] = set()

    def play(self, until: datetime, event: Event | None) -> None:
        """Play the scene that ends at a moment."""
        clocks = self._place.clocks
        clocks.set(until, *FIRST_TOLD)
        sender = self._post.begin(letters := self._sensors.until(until))
        if event:
            wait_for(lambda: len(sender.letters) >= event.share * len(letters) or "broker" in self._down)
            self._strike(event)
        self._post.end(broker_up="broker" not in self._down)
        if not self._down & {"collector", "database", "disk"}:
            if "broker" not in self._down:  # else sensors keep what it did not take
                wait_for(self._all_stored, progress=self._stored)
            wait_for(lambda: self._heard("collector"), progress=self._stored)
        if not self._down & {"web", "database", "disk"} and self._last("web"):  # earlier versions never tell
            wait_for(lambda: self._heard("web"), progress=self._stored)
        clocks.set(until - HALF_MINUTE, "jobs")  # for which they await the others after a jump
        jobs_up = not self._down & {"jobs", "database", "disk"}
        if jobs_up:
            wait_for(lambda: self._heard("jobs"), progress=self._stored)
        self._operator.alive.clear()
        clocks.set(until, "jobs")
        if jobs_up:
            wait_for(lambda: self._heard("jobs"), progress=self._stored)
            self._operator.alive.wait(5)
            wait_for(self._told)
        if self._lasting and event is None:
            self._look()
            self._put_right(self._lasting)
            self._lasting = None

    def _look(self) -> None:
        if not self._operator.alive.is_set():
            self._operator.note("outside watch", "no signal of life")
        self._operator.read(self._place.doctor()[1])

    def _strike(self, event: Event) -> None:
        self._say(f"{self._place.clocks.now:%Y-%m-%d %H:%M}  {event}")
        self._operator.note("", str(event))
        place = self._place
        match event.kind:
            case Kind.UPGRADE:
                began = time.monotonic()
                place.upgrade()
                self._operator.note("", f"upgraded in {time.monotonic() - began:.0f} s of real time")
                return
            case Kind.CLOCK_WRONG:
                place.clocks.put_wrong(event.what, event.wrong)
            case Kind.DISK_FULL:
                if place.disk is None:
                    self._operator.note("", "not done: no small disk can be mounted here")
                    return
                place.disk.fill()
                self._down.add("disk")
            case _:
                place.servers[event.what].kill()
                self._down.add(event.what)
                if event.kind is Kind.BROKER_KILLED:
                    self._post.repeat()
        if event.lasts:
            self._lasting = event
        else:
            self._put_right(event)

    def _put_right(self, event: Event) -> None:
        """Do what the operator does, or the supervisor of programs."""
        place = self._place
        if event.kind is Kind.CLOCK_WRONG:
            place.clocks.put_wrong(event.what, NOTHING)
            return
        if event.kind is Kind.DISK_FULL and place.disk:
            place.disk.free()
        server = place.servers["database" if event.kind is Kind.DISK_FULL else event.what]
        wait_for(lambda: _started(server.start))
        self._down.clear()

    def _ask(self, query: LiteralString, *values: object) -> object:
        try:
            with psycopg.connect(self._place.url) as conn:
                (found,) = conn.execute(query, values).fetchone() or (None,)
        except psycopg.Error:
            return None
        return found

    def _stored(self) -> object:
        return self._ask("select count(*) from reading")

    def _all_stored(self) -> bool:
        return self._stored() == self._sensors.readings

    def _heard(self, name: str) -> bool:
        """Tell whether a service has said since its clock was moved that it works, and the jobs that none waits."""
        heard = self._last(name)
        return isinstance(heard, datetime) and heard >= self._place.clocks.told(name)

    def _last(self, name: str) -> object:
        return self._ask("select max(heard) from service where name = %s", name)

    def _told(self) -> bool:
        """Tell whether the operator has got all alerts of the time that the jobs are told."""
        with Database(self._place.url, pool_size=1) as db:
            return not to_send(db, self._place.clocks.told("jobs"))

    def end(self, first: date, last: date) -> Iterator[str]:
        """Wait until all is computed; yield every difference between the days' figures and what sensors sent."""
        wait_for(lambda: self._ask("select count(*) from dirty_day") == 0)
        self._operator.read(self._place.doctor()[1])
        truth = dict(self._sensors.days)
        yield from differing("door", truth, self._by_door())
        visits = {
            (LIBRARY, day): [sum(truth.get((door, day), [0.0])[0] for door in DOORS)]
            for day in calendar.days_from(first, last)
        }
        yield from differing("visits", visits, self._visits(first, last))

    def _by_door(self) -> Days:
        with psycopg.connect(self._place.url) as conn:
            rows = conn.execute(
                "select p.slug, f.day, f.people_in, f.people_out from flow_day f join portal p using (portal_id)"
            ).fetchall()
        return {(slug, day): [people_in, people_out] for slug, day, people_in, people_out in rows}

    def _visits(self, first: date, last: date) -> Days:
        asked = f"http://127.0.0.1:{self._place.pages}/api/v1/sites/{LIBRARY}/visits?from={first}&to={last}"
        with urllib.request.urlopen(asked, timeout=300) as answer:
            points = json.load(answer)
        return {  # without those estimated for minutes of which a sensor did not tell
            (LIBRARY, date.fromisoformat(point["day"])): [round(point["gross"] - point["imputed"], 2)]
            for point in points
        }


def _started(start: Callable[[], None]) -> bool:
    try:
        start()
    except StackError:
        return False
    return True


def differing(what: str, truth: Mapping[tuple[str, date], list[float]], found: Days) -> Iterator[str]:
    """Yield each day whose figures are not exactly those of what was sent."""
    for key in sorted(truth.keys() | found.keys()):
        right, there = truth.get(key, [0.0]), found.get(key, [0.0])
        if right != there:
            yield f"{what} {key[0]} {key[1]}: {there}, must be {right}"


def scenes(first: date, last: date, a_day: int) -> list[datetime]:
    """Return the moments at which scenes end; the last is ten minutes after the last business day."""
    place = library()
    begins, ends = calendar.day_bounds(first, place)[0], calendar.day_bounds(last, place)[1]
    step = timedelta(days=1) / a_day
    inner = [begins + n * step for n in range(1, int((ends - begins) / step))]
    return [*inner, ends, ends + timedelta(minutes=10)]
