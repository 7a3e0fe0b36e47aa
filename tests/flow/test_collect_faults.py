"""Collecting while things fail: whoever is killed, away or wrongly set up, nothing is lost and nothing counts twice."""

import logging
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.publish import single as publish_once
from pydantic import SecretStr
from servers import own_broker

from besok.model.errors import SettingsError
from besok.model.settings import Settings
from besok.store.database import Database
from besok.store.write import write
from cli.stack import ports, program
from collectors.counters import Counters
from collectors.inbox import Inbox
from collectors.mqtt import Connection
from collectors.pipeline import decode
from tests.patience import wait_for

Fixture = Callable[..., Any]
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
STATE = "select count(*), coalesce(sum(value), 0) from reading"


def stream(first: int, last: int) -> list[tuple[str, dict[str, Any]]]:
    """Messages `first` up to `last`: the n-th tells of n people, at a time of its own."""
    return [
        ("hall/level", {"time": (START + timedelta(seconds=n)).isoformat(), "people": n})
        for n in range(first, last)
    ]


def stored(url: str) -> tuple[int, float]:
    """How many readings there are, and the sum of their people."""
    with psycopg.connect(url) as conn:
        count, people = conn.execute(STATE).fetchone() or (0, 0)
    return count, people


def whole(last: int) -> tuple[int, float]:
    """What is stored when each message before `last` is there exactly once."""
    return last, sum(range(last))


def test_a_collector_told_to_end_while_the_database_is_away_leaves_all_to_the_broker(
    settings: Settings, collect: Fixture, publish: Fixture, database_url: str
) -> None:
    nowhere = SecretStr(f"postgresql://127.0.0.1:{ports.free()[0]}/besok")
    with collect(settings.model_copy(update={"database_url": nowhere})) as heard:
        publish(stream(0, 100))
        # That the broker has them does not mean that they are received.
        wait_for(lambda: "store_away" in heard.actions)
    assert "writer_stopped" in heard.actions
    with collect(settings):
        wait_for(lambda: stored(database_url)[0] == 100)


def test_a_broker_that_comes_late_and_is_restarted(
    settings: Settings, collect: Fixture, publish: Fixture, folder: Path, database_url: str
) -> None:
    with own_broker(folder) as (broker, server):
        server.end()
        to = (ports.HOST, broker.port)
        with collect(settings.model_copy(update={"mqtt_port": broker.port}), until="mqtt_away") as heard:
            assert "nobody listens there: is the broker running" in heard.texts[-1]
            server.start()
            wait_for(lambda: "mqtt_subscribed" in heard.actions)
            publish(stream(0, 300), to=to)
            server.end()
            server.start()
            publish(stream(300, 600), to=to)
            wait_for(lambda: heard.actions.count("mqtt_connected") == 2)
            publish(stream(600, 700), to=to)
            wait_for(lambda: stored(database_url)[0] >= 700)
    assert stored(database_url) == whole(700)
    assert "the broker kept our queue" in " ".join(heard.texts)


def passwd(folder: Path, name: str, password: str, user: str) -> Path:
    """A password file as Mosquitto reads it."""
    file = folder / "passwd"
    file.touch(mode=0o644)
    subprocess.run(["mosquitto_passwd", "-b", str(file), name, password], check=True, capture_output=True)
    file.chmod(0o644)
    return file


def certificates(folder: Path) -> Path:
    """An authority and a broker's certificate for 127.0.0.1, in `folder`."""
    quiet: dict[str, Any] = {"check": True, "capture_output": True, "cwd": folder}
    new = ("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj")
    subprocess.run(
        [*new, "/CN=authority", "-x509", "-days", "2", "-keyout", "ca.key", "-out", "ca.crt"], **quiet
    )
    subprocess.run([*new, "/CN=127.0.0.1", "-keyout", "broker.key", "-out", "broker.csr"], **quiet)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    sign = ["openssl", "x509", "-req", "-days", "2", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"]
    subprocess.run([*sign, "-in", "broker.csr", "-out", "broker.crt", "-extfile", "names"], **quiet)
    for file in folder.glob("*.key"):
        file.chmod(0o644)
    return folder


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # paho: sockets of failed handshakes
def test_encryption_and_passwords_and_what_is_said_when_they_are_wrong(
    settings: Settings, house: str, collect: Fixture, folder: Path, database_url: str
) -> None:
    keys = certificates(folder)
    secrets = passwd(folder, "collector", "right", program.unprivileged("mosquitto", "postgres"))
    rights = folder / "acl"
    rights.write_text(f"user collector\ntopic readwrite besok/v1/{house}/door/#\n")
    more = (
        f"cafile {keys}/ca.crt\ncertfile {keys}/broker.crt\nkeyfile {keys}/broker.key\n"
        f"password_file {secrets}\nacl_file {rights}\n"
    )
    with own_broker(folder, more) as (broker, _):
        plain = settings.model_copy(update={"mqtt_port": broker.port})
        trusting = plain.model_copy(update={"mqtt_tls": True, "mqtt_ca_file": f"{keys}/ca.crt"})
        for wrong, words in (
            (plain, "does it want TLS (BESOK_MQTT_TLS=true)?"),
            (
                plain.model_copy(update={"mqtt_tls": True}),
                "name the authority that signed it in BESOK_MQTT_CA_FILE",
            ),
            (trusting, "check BESOK_MQTT_USER and BESOK_MQTT_PASSWORD"),
            (login(trusting, "wrong"), "check BESOK_MQTT_USER and BESOK_MQTT_PASSWORD"),
        ):
            with collect(wrong, until="mqtt_away") as heard:
                assert words in heard.texts[-1]
        topics = f"besok/v1/{house}/door/#"
        with collect(login(trusting, "right").model_copy(update={"mqtt_topics": topics})):
            publish_once(
                f"besok/v1/{house}/door/flow", '{"in": 5}', qos=1, hostname=ports.HOST, port=broker.port,
                auth={"username": "collector", "password": "right"}, tls={"ca_certs": f"{keys}/ca.crt"},
            )  # fmt: skip
            wait_for(lambda: stored(database_url) == (1, 5))


def login(settings: Settings, password: str) -> Settings:
    return settings.model_copy(update={"mqtt_user": "collector", "mqtt_password": SecretStr(password)})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mqtt_topics": " , "}, "BESOK_MQTT_TOPICS is empty"),
        ({"mqtt_topics": "besok/#/x"}, "# takes all that follows"),
        ({"mqtt_topics": "besok/v1+"}, "+ takes one whole level"),
        ({"mqtt_tls": True, "mqtt_ca_file": "/no/such/file"}, "check BESOK_MQTT_CA_FILE"),
    ],
)
def test_settings_that_can_never_work_stop_the_start(
    settings: Settings, collect: Fixture, changes: dict[str, Any], words: str
) -> None:
    with (
        pytest.raises(SettingsError, match=words.replace("+", r"\+")),
        collect(settings.model_copy(update=changes)),
    ):
        pass


@contextmanager
def connection(settings: Settings) -> Iterator[tuple[Connection, Inbox, Counters]]:
    inbox, counters = Inbox(), Counters()
    link = Connection(settings, inbox, counters, lambda: datetime.now(UTC))
    link.start()
    try:
        wait_for(lambda: counters.connected)
        yield link, inbox, counters
    finally:
        inbox.close()
        link.stop()


def taken_over(settings: Settings, sessions: int, *, clean: bool, counters: Counters) -> None:
    """Break the connection of `settings` by connecting under its name; `clean` throws its session away too."""
    lasting = Properties(PacketTypes.CONNECT)
    lasting.SessionExpiryInterval = 60
    thief = paho.Client(
        CallbackAPIVersion.VERSION2,
        settings.mqtt_client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        manual_ack=True,
    )
    thief.connect(settings.mqtt_host, settings.mqtt_port, clean_start=clean, properties=lasting)
    while not thief.is_connected():
        thief.loop()
    thief.disconnect()
    wait_for(lambda: counters.connections > sessions and counters.connected)


def test_the_broker_sends_no_more_than_is_acknowledged(settings: Settings, publish: Fixture) -> None:
    with connection(settings.model_copy(update={"mqtt_inflight": 20})) as (link, inbox, _):
        wait_for(lambda: publish(stream(0, 1)) or len(inbox))  # the subscription is there
        publish(stream(1, 100))
        wait_for(lambda: len(inbox) == 20)
        publish([("other/flow", {"in": 1})])  # time enough for more, were there no limit
        assert len(inbox) == 20
        seen: set[bytes] = set()
        while len(seen) < 101:
            batch = inbox.take(20)
            seen |= {m.payload for m in batch}
            link.acknowledge(batch)


def subscriptions(caplog: pytest.LogCaptureFixture) -> int:
    """Count how often the broker has granted the topics."""
    return sum(getattr(record, "action", "") == "mqtt_subscribed" for record in caplog.records)


def test_an_acknowledgement_never_reaches_another_session(
    settings: Settings, publish: Fixture, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "collectors")
    with connection(settings) as (link, inbox, counters):
        wait_for(lambda: subscriptions(caplog))
        publish(stream(0, 1))
        wait_for(lambda: len(inbox))
        (old,) = inbox.take(100)
        taken_over(settings, 1, clean=True, counters=counters)
        wait_for(lambda: subscriptions(caplog) == counters.connections)
        publish(stream(1, 2))
        wait_for(lambda: len(inbox))
        (new,) = inbox.take(100)
        # The broker counts from the beginning again: here lies the danger.
        assert new.packet_id == old.packet_id
        assert new.connection != old.connection
        link.acknowledge([old])
    with connection(settings) as (link, inbox, counters):
        wait_for(lambda: len(inbox))
        (again,) = inbox.take(100)
        assert again.payload == new.payload
        assert again.duplicate
        link.acknowledge([again])
    with connection(settings) as (link, inbox, counters):
        publish(stream(2, 3))
        wait_for(lambda: len(inbox))
        assert [m.payload for m in inbox.take(100)] != [new.payload]


def test_a_message_without_a_time_that_was_stored_and_not_acknowledged_counts_once(
    settings: Settings, publish: Fixture, collect: Fixture, database_url: str
) -> None:
    """As after a kill between commit and acknowledgement: the broker sends all of it again."""
    messages = [("door/flow", {"in": n}) for n in range(1, 30)]
    with connection(settings) as (_, inbox, _):
        wait_for(lambda: publish([("door/status", "online")]) or len(inbox))
        publish(messages)
        wait_for(lambda: b'{"in": 29}' in [m.payload for m in inbox._waiting])
        received = inbox.take(100)
        with Database(database_url) as db:
            write(db, decode(received[:-10]))  # the last ten were not stored
    with collect(settings):
        wait_for(lambda: stored(database_url)[0] >= 29)
        publish([("other/flow", {"in": 1000})])
        wait_for(lambda: stored(database_url)[1] >= 1000)
    assert stored(database_url) == (30, sum(range(30)) + 1000)
