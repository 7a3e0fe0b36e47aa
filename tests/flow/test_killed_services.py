"""Each service killed in turn: the doctor names it; by mail and webhook, one alert tells of it and one of its end."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from servers import connected

from besok.model.alerts import AlertRule
from besok.services.alerts import add_rule
from besok.store import alerts
from besok.store.database import Database
from besok.text.alert_text import service_name
from besok.text.languages import speaking
from cli.stack import ports, program
from cli.stack.conditions import PROBLEM
from tests.month.clocks import Clocks
from tests.month.installation import COMMANDS, OTHERS, SERVICES, Installation, installed
from tests.month.operator import Operator, listening
from tests.patience import wait_for
from tests.sitetext import door, site, space
from tests.store.inbox import Inbox, taking_mail

BEGINS = datetime(2035, 3, 12, 9, tzinfo=UTC)  # why later than now: tests/month/__main__.py
SILENCE = timedelta(minutes=2)  # in which a dead service must be named
MINUTE = timedelta(minutes=1)
PLACE = site() + space("hall", ("Hall", "Hall")) + door("front", ("Entrén", "Front"))
BEATING = "select name from service where heard >= %s and (%s or coalesce((detail ->> 'lost')::float, 0) = 0)"
LOST = "select from service where name = 'collector' and (detail ->> 'lost')::float > 0"


class Library:
    """A library in operation, and what its operator is told."""

    def __init__(
        self, place: Installation, clocks: Clocks, began: float, operator: Operator, inbox: Inbox
    ) -> None:
        self.place, self.operator, self._clocks, self._inbox = place, operator, clocks, inbox
        self._down: set[str] = set()
        self._told_at = began  # when the clocks were set last; they go on since

    def kill(self, name: str) -> None:
        self.place.servers[name].kill()
        self._down.add(name)
        if name == "broker":
            wait_for(lambda: self.ask(LOST))

    def start(self, name: str) -> None:
        self.place.servers[name].start()
        self._down.remove(name)

    def pass_time(self, by: timedelta) -> None:
        """Let time pass. The jobs, which judge the others, are told of it once all that work have been heard."""
        self._set(by, "database", *SERVICES.keys() - {"jobs"}, *OTHERS, COMMANDS)
        if "database" not in self._down:
            at_work = (SERVICES.keys() | OTHERS) - self._down - {"jobs"}
            broker_down = "broker" in self._down
            wait_for(
                lambda: at_work <= {name for (name,) in self.ask(BEATING, self._clocks.now, broker_down)}
            )
        self._set(timedelta(0), "jobs")

    def _set(self, ahead: timedelta, *names: str) -> None:
        went_on = timedelta(seconds=time.monotonic() - self._told_at)
        self._clocks.set(self._clocks.now + went_on + ahead, *names)
        self._told_at = time.monotonic()

    def ask(self, query: str, *values: object) -> list[tuple[str]]:
        with psycopg.connect(self.place.url) as conn:
            return conn.execute(query, values).fetchall()  # type: ignore[arg-type]

    def told(self, name: str) -> list[list[bool]]:
        """What the target by mail and the one by webhook were told of a service: of each message, whether it ended."""
        posted = [what for _, by, what in self.operator.lines if by == "alert"]
        with speaking("en"):
            words = service_name(name)
        return [
            [text.startswith("Ended") for text in texts if f"“{words}”" in " ".join(text.split())]
            for texts in (self._inbox.subjects, posted)
        ]

    def problems(self) -> str:
        """What the doctor names; its status says the same."""
        status, report = self.place.doctor()
        found = [line for line in report.splitlines() if line.startswith(PROBLEM)]
        assert status == bool(found), report
        return "\n".join(found)


@pytest.fixture
def library(folder: Path) -> Iterator[Library]:
    clocks, began = Clocks(folder), time.monotonic()
    clocks.set(BEGINS, "database", *SERVICES, *OTHERS, COMMANDS)
    with (
        taking_mail() as (inbox, mailbox),
        listening(clocks) as operator,
        installed(folder, clocks, program.ROOT, operator.url, site=PLACE, more=OTHERS) as place,
    ):
        # Retained: whenever the collector comes, it gets it
        with connected((ports.HOST, place.broker_port)) as client:
            client.publish("besok/v1/lib/front/level", '{"people": 1}', qos=1, retain=True).wait_for_publish()
        library = Library(place, clocks, began, operator, inbox)
        wait_for(lambda: library.ask("select from reading"))
        library.pass_time(MINUTE)
        with Database(place.url, pool_size=1) as db:
            for name, url in (("mail", mailbox), ("hook", operator.target)):
                alerts.put_target(db, name, url)
                add_rule(db, AlertRule(kind="service", target=name, author="Kim"), BEGINS)
        yield library


@pytest.mark.slow  # each of them takes the time that the jobs take to look
def test_whatever_is_killed_is_named_and_told_once_with_its_end(library: Library) -> None:
    assert not library.problems()
    told = ("collector", "web", "receiver", "scenarios", "broker")
    for name in told:
        library.kill(name)
        library.pass_time(SILENCE)
        assert name in library.problems()
        wait_for(lambda name=name: library.told(name) == [[False], [False]])
        library.start(name)
        library.pass_time(MINUTE)
        wait_for(lambda name=name: library.told(name) == [[False, True], [False, True]])
        assert not library.problems()
    for name in ("jobs", "database"):  # who send alerts, and what they need: a watchdog outside misses them
        library.kill(name)
        library.operator.alive.clear()
        library.pass_time(SILENCE)
        assert name in library.problems()
        assert not library.operator.alive.is_set()
        library.start(name)
        library.pass_time(MINUTE)
        wait_for(library.operator.alive.is_set)
        wait_for(lambda: not library.problems())
    assert [library.told(name) for name in told] == [[[False, True], [False, True]]] * len(told)
    assert all(library.told(name) == [[], []] for name in ("jobs", "database"))
