"""The collector's parts that need no broker and no database."""

import logging
import socket
import ssl
import threading
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paho.mqtt.client import ConnectFlags
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from besok.model import broker_link, settings, topics
from besok.model.errors import SettingsError
from besok.model.readings import Message
from besok.model.settings import Settings
from collectors import inbox, mqtt
from collectors.bulk import Published
from collectors.counters import Counters
from collectors.inbox import Inbox
from tests.patience import ANSWER_S

NOW = datetime(2026, 11, 25, 8, 15, tzinfo=UTC)


def delivery(mid: int = 1, size: int = 1) -> Message:
    return Message(topic="t", payload=b"x" * size, received=NOW, packet_id=mid, connection=1)


def test_the_inbox_gives_all_that_waits_in_order() -> None:
    box = Inbox()
    assert box.put([delivery(1)]) == box.put([delivery(mid) for mid in range(2, 6)]) == 0
    assert [m.packet_id for m in box.take(3)] == [1, 2, 3]
    assert [m.packet_id for m in box.take(3)] == [4, 5]


def test_a_closed_inbox_is_emptied_and_takes_nothing_more() -> None:
    box = Inbox()
    box.put([delivery(1)])
    box.close()
    box.put([delivery(2)])
    assert [m.packet_id for m in box.take(10)] == [1]
    assert box.take(10) == []


def test_closing_wakes_whoever_waits() -> None:
    box = Inbox()
    got: list[list[Message]] = []
    waiting = threading.Thread(target=lambda: got.append(box.take(1)))
    waiting.start()
    box.close()
    waiting.join(ANSWER_S)
    assert got == [[]]


def test_only_messages_nobody_acknowledges_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "UNPROTECTED_LIMIT", 2)
    box = Inbox()
    assert box.put([delivery(mid) for mid in (0, 0, 0, 7, 0)]) == 2
    assert box.put([delivery(mid) for mid in (0, 8)]) == 1
    assert [m.packet_id for m in box.take(10)] == [0, 0, 7, 8]


def test_much_payload_holds_back_the_broker_until_some_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "BYTES_LIMIT", 100)
    monkeypatch.setattr(inbox, "BATCH_BYTES", 60)
    box = Inbox()
    for mid in (1, 2):
        box.put([delivery(mid, size=60)])
    third = threading.Thread(target=lambda: box.put([delivery(3, size=60)]))
    third.start()
    assert [m.packet_id for m in box.take(10)] == [1]  # a batch has its limit as well
    third.join(ANSWER_S)
    assert [m.packet_id for m in box.take(10)] == [2]
    assert [m.packet_id for m in box.take(10)] == [3]


def test_the_figures_as_json_and_in_the_documentation() -> None:
    counters = Counters(received=3, heard=NOW - timedelta(seconds=2), writing=NOW - timedelta(seconds=0.0123))
    detail = counters.detail(NOW, waiting=1)
    assert (detail["received"], detail["waiting"], detail["silent_s"], detail["lag_s"]) == (3, 1, 2.0, 0.012)
    assert Counters().detail(NOW, waiting=0)["silent_s"] is None
    numbers = {f.name for f in fields(Counters) if f.type in (int, float, bool)}
    assert set(detail) == numbers | {"waiting", "silent_s", "lag_s"}
    text = (Path(__file__).parents[2] / "docs" / "reference" / "service-metrics.md").read_text()
    assert [name for name in detail if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("exc", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "is the broker running"),
        (socket.gaierror(-2, "Name or service not known"), "check BESOK_MQTT_HOST"),
        (TimeoutError("timed out"), "does a firewall let us through"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "is 1883 the TLS port"),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "BESOK_MQTT_CA_FILE"),
        (OSError("no route"), "no route"),
        (None, "NoneType"),
    ],
)
def test_why_there_is_no_connection(exc: BaseException | None, words: str) -> None:
    assert words in broker_link.failure(exc, Settings())


def test_reason_codes_become_advice() -> None:
    assert "another collector came with the same client id" in broker_link.reason(0x8E, "Session taken over")
    assert (
        broker_link.reason(0x99, "Payload format invalid") == "its reason is “Payload format invalid” (153)"
    )
    assert "client certificate" in broker_link.lost(False, Settings(mqtt_tls=True))


@pytest.mark.parametrize(
    ("code", "level", "words"),
    [
        ("Granted QoS 1", logging.INFO, "Listening to #"),
        ("Granted QoS 0", logging.WARNING, "what comes while we are away is lost"),
        ("Not authorized", logging.ERROR, "it does not let us read them"),
        ("Shared subscription not supported", logging.ERROR, "remove $share"),
    ],
)
def test_what_the_broker_grants_is_said(
    code: str, level: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    connection = mqtt.Connection(Settings(), Inbox(), Counters(), lambda: NOW)
    with caplog.at_level(logging.INFO, "collectors"):
        connection._on_subscribe(connection._client, None, 1, [ReasonCode(PacketTypes.SUBACK, code)], None)
    (record,) = caplog.records
    assert record.levelno == level
    assert words in record.getMessage()


def connect(connection: mqtt.Connection, *, kept: bool = True, **says: int) -> None:
    """The broker accepts the connection and says what it can do."""
    properties = Properties(PacketTypes.CONNACK)
    for name, value in says.items():
        setattr(properties, name, value)
    code = ReasonCode(PacketTypes.CONNACK, "Success")
    connection._on_connect(connection._client, None, ConnectFlags(session_present=kept), code, properties)


def heard(connection: mqtt.Connection, mid: int, *, again: bool = False) -> Message:
    return connection._message(Published(b"t", b"1", mid, again, False), NOW, 1)


def test_packet_ids_are_told_where_they_outlast_a_connection() -> None:
    connection = mqtt.Connection(Settings(), Inbox(), Counters(), lambda: NOW)
    connect(connection, kept=False)
    first, second = heard(connection, 1), heard(connection, 2)
    assert (first.client, first.begins_session, second.begins_session) == ("besok-collector", True, False)
    assert second.received > first.received
    connect(connection)
    assert not heard(connection, 1, again=True).begins_session


def test_where_they_do_not_they_are_not_told() -> None:
    connection = mqtt.Connection(Settings(), Inbox(), Counters(), lambda: NOW)
    connect(connection, kept=False, MaximumQoS=1)
    assert heard(connection, 1).client == ""


def test_shared_subscriptions_that_the_broker_does_not_have_are_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(mqtt_topics="$share/g/besok/v1/#,other/#")
    connection = mqtt.Connection(settings, Inbox(), Counters(), lambda: NOW)
    with caplog.at_level(logging.ERROR, "collectors"):
        connect(connection)
        assert not caplog.records
        connect(connection, SharedSubscriptionAvailable=0)
    (record,) = caplog.records
    assert "nothing will come on $share/g/besok/v1/#" in record.getMessage()


@pytest.mark.parametrize("text", ["besok/v1/#", "#", "+", "a/+/b", "$share/collectors/besok/v1/#", " a , b "])
def test_topic_filters_that_are_right(text: str) -> None:
    assert topics.topic_filters(text) == [t.strip() for t in text.split(",")]


@pytest.mark.parametrize("text", ["", " , ", "a/#/b", "a+/b", "a#", "$share/g", "$share/g/a/#/b"])
def test_topic_filters_that_are_wrong(text: str) -> None:
    with pytest.raises(SettingsError, match="BESOK_MQTT_TOPICS"):
        topics.topic_filters(text)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("BESOK_MQTT_CLIENT_ID", "", "at least 1 character"),
        ("BESOK_MQTT_INFLIGHT", "0", "greater than or equal to 1"),
        ("BESOK_MQTT_INFLIGHT", "70000", "less than or equal to 65535"),
        ("BESOK_MQTT_SESSION_S", "0", "greater than or equal to 1"),
        ("BESOK_MQTT_HOST", "broker..local", "write the broker's name"),
    ],
)
def test_settings_that_the_protocol_cannot_do(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}: .*{words}"):
        settings.load()
