"""From one account for everybody to an account each: nothing that was queued is lost."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from accounts_rig import FRONT, Guarded, client, write_accounts
from pydantic import SecretStr
from servers import Server

from besok.model.settings import Settings
from besok.store.database import Database
from cli.broker import mosquitto_files
from cli.broker.account_folder import Folder
from cli.stack import mosquitto, ports, program
from collectors import collector
from tests.patience import wait_for

QUEUED, LATER = 1_000, 50
START = datetime.now(UTC).replace(second=0, microsecond=0)
Fixture = Callable[..., Any]


def minute(n: int) -> bytes:
    """What is counted in a minute of its own, whenever it is sent."""
    return json.dumps({"time": (START - timedelta(minutes=n)).isoformat(), "period_s": 60, "in": 1}).encode()


def stored(db: Database) -> int:
    with db.transaction() as conn:
        (found,) = conn.execute("select count(*) from reading").fetchone() or (0,)
    return int(found)


def send(broker: Guarded, account: str, numbers: range) -> None:
    with client(broker, account, password="old") as (c, seen):
        assert not seen.refused
        sent = [c.publish("besok/v1/lib/front/flow", minute(n), qos=1) for n in numbers]
        wait_for(lambda: all(info.is_published() for info in sent))


def test_a_thousand_queued_messages_outlive_the_change_of_accounts(
    folder: Path, db: Database, settings: Settings, collect: Fixture
) -> None:
    kept = Folder(path=folder)
    old = folder / "old"
    old.write_text(mosquitto_files.passwords({"besok": "old", "cafe-door": "old"}, {}))
    user = program.unprivileged("mosquitto", "postgres")
    broker = mosquitto.Broker(folder=folder / "mosquitto", port=ports.free()[0], user=user,
                              access=f"allow_anonymous false\npassword_file {folder}/mosquitto/passwords")  # fmt: skip
    (folder / "mosquitto").mkdir()
    (folder / "mosquitto" / "passwords").write_text(old.read_text())
    guarded = Guarded(port=broker.port, folder=kept)
    server = Server(broker.program(), broker.ready, folder / "log")
    with client(guarded, "besok", client_id="besok-collector", password="old", topic="#", clean=False):
        pass
    send(guarded, "cafe-door", range(QUEUED))
    server.end()

    hashes = mosquitto_files.known_hashes(old.read_text())
    del hashes["besok"]
    write_accounts(kept, hashes)
    new = replace(broker, access=mosquitto_files.conf(str(folder / "mosquitto")))
    server = Server(new.program(), new.ready, folder / "log")
    try:
        send(guarded, "cafe-door", range(QUEUED, QUEUED + LATER))  # before the collector has its new account
        own = settings.model_copy(
            update={
                "mqtt_port": broker.port,
                "mqtt_client_id": "besok-collector",
                "mqtt_user": "besok-collector",
                "mqtt_password": SecretStr(kept.password("besok-collector")),
                "mqtt_topics": "#",
            }
        )
        with collect(own):
            wait_for(lambda: stored(db) == QUEUED + LATER)
        with client(guarded, FRONT, client_id="besok-collector", clean=True) as (_, seen):
            assert not seen.session
    finally:
        server.end()


def test_a_session_is_drained_before_it_is_left(folder: Path, db: Database, settings: Settings) -> None:
    broker = mosquitto.Broker(folder=folder / "mosquitto", port=ports.free()[0],
                              user=program.unprivileged("mosquitto", "postgres"))  # fmt: skip
    server = Server(broker.program(), broker.ready, folder / "log")
    guarded = Guarded(port=broker.port, folder=Folder(path=folder))
    try:
        with client(guarded, "", client_id="besok-collector", topic="#"):
            pass
        send(guarded, "", range(QUEUED))
        old = settings.model_copy(
            update={"mqtt_port": broker.port, "mqtt_client_id": "besok-collector", "mqtt_topics": "#"}
        )
        collector.leave(old, Event())
        assert stored(db) == QUEUED
        with client(guarded, "", client_id="besok-collector", clean=False) as (_, seen):
            assert not seen.session
    finally:
        server.end()
