"""The words that the browser tests use."""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from playwright.sync_api import Locator, Page

from besok.model.broker import leave
from besok.model.settings import Settings
from besok.model.sitefile import parse
from besok.store import sites
from besok.store.database import Database
from collectors import collector
from jobs import work
from tests.at_work import running
from tests.patience import ANSWER_S

Open = Callable[..., Page]

# The business day begins twelve hours away, so that no test meets its boundary.
DAY_START = (datetime.now(ZoneInfo("Europe/Stockholm")).hour + 12) % 24


OLD = re.compile(
    "Fördröjd|Delayed|Sensor offline"
)  # of a reading that was old when it came; later nothing comes


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A site with its services running, and how to speak to them."""

    id: str
    url: str
    publish: Callable[..., None]


def ago(seconds: float) -> str:
    """A time of day as a device writes it."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def people(page: Page, space: str) -> Locator:
    """The number of a card."""
    return page.locator(f'[data-space="{space}"]:not(.tight li) [data-part="people"]').first


def apply_house(db: Database, name: str) -> None:
    """Build the house of the tests as a site called `name`."""
    text = (Path(__file__).parent / "house.toml").read_text()
    sites.apply(db, parse(text.replace("HOUSE", name).replace("DAY_START", f"{DAY_START:02}:00")))


@contextmanager
def listening() -> Iterator[threading.Event]:
    """Set as soon as a collector listens to the broker: what is published before that is nobody's."""
    subscribed = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda record: subscribed.set() if "Listening" in record.getMessage() else None  # type: ignore[method-assign]
    log = logging.getLogger("collectors")
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    yield subscribed
    log.removeHandler(handler)


@contextmanager
def measuring(settings: Settings, broker: tuple[str, int]) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """Collector and jobs at work; gives what publishes a message below the topic of the settings' site."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)

    def publish(topic: str, payload: dict[str, Any]) -> None:
        address = settings.mqtt_topics.replace("#", topic)
        client.publish(address, json.dumps(payload), qos=1).wait_for_publish(ANSWER_S)

    with (
        listening() as subscribed,
        running("collector", collector.run, settings),
        running("jobs", work.run, settings),
    ):
        assert subscribed.wait(ANSWER_S), "the collector does not listen"
        client.connect(*broker)
        client.loop_start()
        yield publish
        leave(client)
