"""What flow tests share: a collector that runs beside the test, a sender, and a web service of the test's own."""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from pydantic import SecretStr
from servers import connected

from benchmarks import servers
from besok.model.settings import Settings
from besok.model.site import Site
from besok.store import sites
from besok.store.database import Database
from collectors import collector
from tests.at_work import on, quiet_web, running, serving
from tests.patience import ANSWER_S, wait_for
from tests.small_sites import example_file

__all__ = ["quiet_web"]  # a fixture

Sent = Iterable[tuple[str, Any]]  # topic below the site, payload


@pytest.fixture
def house() -> str:
    """A site of this test's own: its topics are nobody else's."""
    return f"hus-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def settings(database_url: str, broker: tuple[str, int], house: str) -> Settings:
    """Settings of a collector for `house` alone."""
    host, port = broker
    return Settings(
        database_url=SecretStr(database_url),
        mqtt_host=host,
        mqtt_port=port,
        mqtt_topics=f"besok/v1/{house}/#",
        mqtt_client_id=f"besok-{house}",
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' accounts can reach."""
    with servers.folder("besok-test-") as made:
        yield made


class Heard(logging.Handler):
    """Notes what the collector says of its connection, by the name of the action."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.actions: list[str] = []
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())  # first: whoever waits for an action reads its text
        self.actions.append(record.__dict__.get("action", ""))


@contextmanager
def collecting(settings: Settings, *, until: str = "mqtt_subscribed") -> Iterator[Heard]:
    """A collector at work in a thread, once it has said `until`; what makes it fail fails the test."""
    heard = Heard()
    logs = logging.getLogger("collectors"), logging.getLogger("besok.model.broker_link")
    for log in logs:
        log.setLevel(logging.INFO)
        log.addHandler(heard)
    try:
        with running("collector", collector.run, settings) as at_work:
            wait_for(
                lambda: not until or until in heard.actions or at_work.failed,
                progress=lambda: len(heard.actions),
            )
            yield heard
    finally:
        for log in logs:
            log.removeHandler(heard)


@pytest.fixture
def collect() -> Callable[..., AbstractContextManager[Heard]]:
    """Run a collector for the length of a with block; it gives what the collector says."""
    return collecting


@pytest.fixture
def publish(broker: tuple[str, int], house: str) -> Callable[..., None]:
    """Publish messages (topic below the site, payload) at quality of service 1 and wait until the broker has them."""

    def send(messages: Sent, *, retain: bool = False, to: tuple[str, int] = broker) -> None:
        with connected(to) as client:
            under_way = []
            for topic, payload in messages:
                raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
                under_way.append(client.publish(f"besok/v1/{house}/{topic}", raw, qos=1, retain=retain))
            for info in under_way:
                wait_for(info.is_published)

    return send


@pytest.fixture
def readings(database_url: str) -> Iterator[Callable[..., list[tuple[Any, ...]]]]:
    """All readings stored, as (device, channel, metric, value, flags), in the order of their times."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield lambda: conn.execute(
            "select d.external_id, c.key, m.name, r.value, r.flags from reading r"
            " join channel c using (channel_id) join device d using (device_id) join metric m on m.code = r.metric"
            " order by r.time, 1, 2, 3"
        ).fetchall()


def example(db: Database) -> tuple[Site, ...]:
    """Apply the example's sites."""
    sites.apply(db, example_file())
    return example_file().sites


@pytest.fixture
def count(database_url: str) -> Iterator[Callable[[], int]]:
    """How many readings are stored."""
    with psycopg.connect(database_url, autocommit=True) as conn:

        def ask() -> int:
            (number,) = conn.execute("select count(*) from reading").fetchone() or (0,)
            return int(number)

        yield ask


@pytest.fixture
def places(db: Database) -> tuple[Site, ...]:
    """The sites of the example file, applied to the test's database."""
    return example(db)


@pytest.fixture
def stop_web() -> threading.Event:
    """Set, it ends the test's web service."""
    return threading.Event()


@pytest.fixture
def web(database_url: str, places: tuple[Site, ...], stop_web: threading.Event) -> Iterator[str]:
    """The address of a web service of the test's own, with the example's places."""
    with serving(on(database_url), stop_web) as address:
        yield address


@pytest.fixture
def ask(web: str) -> Iterator[httpx2.Client]:
    """A caller of the test's own web service."""
    with httpx2.Client(base_url=web, timeout=ANSWER_S) as client:
        yield client


@pytest.fixture
def quiet(quiet_web: str) -> Iterator[httpx2.Client]:
    """A caller of the shared web service."""
    with httpx2.Client(base_url=quiet_web, timeout=ANSWER_S) as client:
        yield client
