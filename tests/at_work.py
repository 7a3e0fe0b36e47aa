"""Services at work beside a test, each in a thread."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from besok.model.settings import Settings
from besok.store import sites
from besok.store.claims import Claims
from besok.store.database import Database
from besok.store.heartbeats import beat
from cli.serving.web import serve
from cli.stack import ports
from collectors.counters import Counters
from jobs import work
from jobs.metrics import State
from jobs.schedule import Clock, Duty
from tests.databases import FreshUrl
from tests.patience import ANSWER_S, wait_for
from tests.small_sites import example_file


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """A service in its thread, and what made it fail."""

    thread: threading.Thread
    failed: list[BaseException] = field(default_factory=list)


@contextmanager
def running(
    name: str,
    service: Callable[[Settings, threading.Event], object],
    settings: Settings,
    stop: threading.Event | None = None,
) -> Iterator[AtWork]:
    """Run a service until the block is over: it must end then, and what makes it fail fails the test."""
    ending, failed = stop or threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            service(settings, ending)
        except BaseException as exc:
            failed.append(exc)

    thread = threading.Thread(target=work, name=name)
    thread.start()
    try:
        yield AtWork(thread=thread, failed=failed)
    finally:
        ending.set()
        thread.join(ANSWER_S)
        if failed:
            raise failed[0]
    assert not thread.is_alive(), f"{name} did not end"


def on(url: str, **more: Any) -> Settings:
    """Settings of a service on a database, with a free port for its pages."""
    return Settings(database_url=SecretStr(url), port=ports.free()[0], **more)


@contextmanager
def serving(settings: Settings, stop: threading.Event | None = None) -> Iterator[str]:
    """Run a web service; gives its address once it answers."""
    with running("web", serve, settings, stop) as web:
        wait_for(lambda: web.failed or ports.answers(settings.port))
        yield f"http://127.0.0.1:{settings.port}"


@contextmanager
def taking_turns(
    db: Database, url: str, duties: Iterable[Duty] = (), state: State | None = None
) -> Iterator[work.Worker]:
    """A worker of the jobs with these duties alone beside the estimates, which takes a turn when it is told."""
    with Claims(url) as claims:
        worker = work.Worker(db, claims, Settings(database_url=SecretStr(url)), state or State())
        worker._clock = Clock(duties)
        yield worker
        worker.end()


@pytest.fixture(scope="session")
def quiet_web(fresh_url: FreshUrl) -> Iterator[str]:
    """The address of the example sites where nothing is ever measured, shared by the tests that only ask."""
    with fresh_url() as url:
        with Database(url) as db:
            sites.apply(db, example_file())
        with serving(on(url)) as address:
            yield address


def collecting(db: Database, now: datetime, name: str = "besok-collector", **figures: Any) -> None:
    """Have a collector at work: for ever, if nothing else is said."""
    counters = Counters(connected=True, present=now.timestamp(), **figures)
    beat(db, name, now, counters.detail(now, waiting=0))
