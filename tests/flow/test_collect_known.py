"""The collector hears whatever the broker has, and reads it by what the installation knows at that moment."""

import base64
import gc
import json
import threading
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from paho.mqtt.publish import single

from besok.model import sitefile
from besok.model.decode_context import Codec
from besok.model.errors import StoreUnavailable
from besok.model.readings import Message
from besok.model.settings import Settings
from besok.services.devices import get_rejected
from besok.store import codecs, decode_context, sites
from besok.store.database import Database
from besok.store.write import Batch, DeviceDescription
from collectors.collector import _catch_up
from collectors.knowledge import Knowledge
from collectors.pipeline import decode
from collectors.privacy import redacted
from tests.databases import execute
from tests.patience import wait_for
from tests.sitetext import site

Fixture = Callable[..., Any]

MAPPING = """
[[sites.mappings]]
name = "kiosk"
topic = "kiosk/HOUSE"
values = { people = "VALUE" }
"""


def apply(db: Database, house: str, value: str) -> None:
    text = site(house, ("H", "H")) + MAPPING.replace("HOUSE", house).replace("VALUE", value)
    sites.apply(db, sitefile.parse(text, "house.toml"))


def test_every_topic_is_heard_and_a_mapping_holds_from_when_it_is_applied(
    settings: Settings, house: str, broker: tuple[str, int], collect: Fixture, readings: Fixture,
    db: Database,
) -> None:  # fmt: skip
    def say(payload: str, *, topic: str = f"kiosk/{house}", retain: bool = False) -> None:
        single(topic, payload, qos=1, retain=retain, hostname=broker[0], port=broker[1])

    say("\x00 no measurement", topic=f"junk/{house}", retain=True)
    with collect(settings.model_copy(update={"mqtt_topics": Settings().mqtt_topics})):
        say('{"n": 5, "m": 8}')
        known = decode_context.load(db)
        sent = [
            Message(topic=f"{it}/{house}", payload=b"", received=datetime.now(UTC))
            for it in ("junk", "kiosk")
        ]
        wait_for(lambda: {r.topic for r in get_rejected(db)} >= {redacted(m, known).topic for m in sent})
        apply(db, house, "$.n")
        wait_for(lambda: say('{"n": 5, "m": 8}') or 5 in {value for *_, value, _ in readings()})
        apply(db, house, "$.m")
        wait_for(lambda: say('{"n": 5, "m": 8}') or 8 in {value for *_, value, _ in readings()})
    say("", topic=f"junk/{house}", retain=True)
    assert not [r.topic for r in get_rejected(db) if r.topic.startswith("$")]


def test_a_codec_holds_from_when_it_is_added_and_a_hanging_one_stops_nobody(
    settings: Settings, house: str, broker: tuple[str, int], collect: Fixture, readings: Fixture,
    db: Database,
) -> None:  # fmt: skip
    def say(frame: bytes) -> None:
        uplink = {
            "deviceInfo": {"devEui": "00" * 8, "deviceProfileName": f"Acme {house}"},
            "data": base64.b64encode(frame).decode(),
        }
        topic = f"application/{house}/device/x/event/up"
        single(topic, json.dumps(uplink), qos=1, hostname=broker[0], port=broker[1])

    def add(source: str) -> None:
        codecs.add(
            db, [Codec(vendor="Acme", model=house, source=source)], author="ann", now=datetime.now(UTC)
        )

    def stored() -> set[float]:
        return {value for *_, value, _ in readings()}

    with collect(settings.model_copy(update={"mqtt_topics": f"application/{house}/#"})):
        say(b"\x03")
        wait_for(lambda: get_rejected(db))
        add("function Decode(port, bytes) { return { people_in_total: bytes[0] }; }")
        wait_for(lambda: say(b"\x05") or 5 in stored())
        add(
            "function Decode(port, bytes) { if (bytes[0] == 6) for (;;) {} return { people_in_total: 10 * bytes[0] }; }"
        )
        wait_for(lambda: say(b"\x07") or 70 in stored())
        say(b"\x06")
        say(b"\x08")
        wait_for(lambda: 80 in stored() and any("computed for more" in r.reason for r in get_rejected(db)))


def test_what_is_known_is_loaded_when_it_is_stale_and_only_then(db: Database, house: str) -> None:
    knowledge = Knowledge(db)
    assert knowledge.current().mappings == ()
    apply(db, house, "$.n")
    assert knowledge.current().mappings == ()  # nobody has told it
    knowledge.learn(Batch(devices={("s", "d"): DeviceDescription("t", "Model 5")}))
    assert [m.name for m in knowledge.current().mappings] == ["kiosk"]


def test_a_context_that_is_replaced_goes_with_all_that_was_looked_up_in_it(db: Database, house: str) -> None:
    knowledge = Knowledge(db)
    gc.disable()  # a collector's threshold is so high that it is as good as that
    try:
        first = weakref.ref(knowledge.current())
        decode([Message(topic="hall/beam", payload=b"{}", received=datetime.now(UTC))], knowledge.latest)
        knowledge.learn(Batch(devices={("s", "d"): DeviceDescription("t", "Model 5")}))
        knowledge.current()
        assert first() is None
    finally:
        gc.enable()


def test_what_cannot_be_loaded_is_waited_for() -> None:
    with Database("postgresql://127.0.0.1:1/nobody?connect_timeout=1", wait_s=0.2) as db:
        knowledge = Knowledge(db)
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="what is known of the sensors"):
                knowledge.current()


def test_a_row_that_cannot_be_read_is_waited_for_and_what_else_is_new_is_heard(
    db: Database, database_url: str, house: str
) -> None:
    knowledge, stop = Knowledge(db), threading.Event()
    knowledge.current()
    execute(db, "insert into device_mapping (spec, author, made) values ('{\"name\": 5}', 'Kim', now())")
    apply(db, house, "$.n")

    def catch_up() -> None:
        _catch_up(db, 1)
        stop.set()

    knowledge.follow(database_url, stop, catch_up)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="what is known of the sensors"):
            knowledge.current()
    execute(db, "delete from device_mapping")
    assert [m.name for m in knowledge.current().mappings] == ["kiosk"]
