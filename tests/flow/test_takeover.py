"""Whoever holds one sensor's account: session theft, a false past and foreign payloads change no day's figure."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from accounts_rig import BACK, COLLECTOR, FRONT, HOUSE, Guarded, client, guarded_mosquitto, publish
from pydantic import SecretStr

from besok.model import sitefile
from besok.model.readings import Reading
from besok.model.settings import Settings
from besok.store import quarantine, quarantine_decisions, sites
from besok.store.database import Database
from besok.store.write import Batch, Incoming, write
from tests.patience import wait_for

Fixture = Callable[..., Any]
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
FOREIGN = {
    "end_device_ids": {"device_id": "vs133", "dev_eui": "24E124136C225107"},
    "uplink_message": {"f_cnt": 7, "decoded_payload": {"line_1_total_in": 99_999, "line_1_total_out": 0}},
}


@pytest.fixture
def guarded(folder: Path) -> Iterator[Guarded]:
    with guarded_mosquitto(folder) as broker:
        yield broker


@pytest.fixture
def house(db: Database) -> Database:
    """The house with a third door, whose counter speaks LoRaWAN, and twenty days of its doors."""
    gate = '[[sites.portals]]\nid = "gate"\nname = { sv = "Grind", en = "Gate" }\nouter = "outside"\ninner = "hall"\n'
    lorawan = (
        'portal = "gate"\ndevice = "24e124136c225107"\nsource = "lorawan"\ntopics = ["v3/+/devices/+/up"]\n'
    )
    sites.apply(db, sitefile.parse(f"{HOUSE}\n{gate}[[sites.sensors]]\n{lorawan}"))
    said = [
        (told(door, at), at)
        for door in ("front", "back")
        for at in (NOW - timedelta(hours=n) for n in range(20 * 24))
    ]
    write(db, Batch(readings=[Incoming(reading=r, received=at) for r, at in said]))
    quarantine.learn(db, NOW)
    return db


def told(door: str, at: datetime) -> Reading:
    return Reading(
        source="native", device=f"lib/{door}", channel="flow:1", metric="in", value=4, time=at, period_s=900
    )


def figures(db: Database) -> list[tuple[Any, ...]]:
    with db.transaction() as conn:
        return conn.execute(
            "select slug, day, people_in, people_out from flow_day join portal using (portal_id) order by 1, 2"
        ).fetchall()


def minute(ago: timedelta, people: int) -> bytes:
    return json.dumps({"time": (NOW - ago).isoformat(), "period_s": 60, "in": people}).encode()


def test_three_takeovers_change_nothing(
    guarded: Guarded, house: Database, settings: Settings, collect: Fixture
) -> None:
    own = settings.model_copy(
        update={
            "mqtt_port": guarded.port,
            "mqtt_client_id": COLLECTOR,
            "mqtt_user": COLLECTOR,
            "mqtt_password": SecretStr(guarded.folder.password(COLLECTOR)),
            "mqtt_topics": "#",
        }
    )
    mine = "besok/v1/lib/front/flow"
    with collect(own):
        pass  # it has a session now, and is away
    before = figures(house)
    publish(guarded, BACK, "besok/v1/lib/back/flow", minute(-timedelta(minutes=3), 2))  # a true one waits
    for clean in (False, True):  # session theft
        with client(guarded, FRONT, client_id=COLLECTOR, clean=clean, topic="#") as (_, stolen):
            pass
        assert stolen.messages == []
    false = [
        minute(timedelta(days=18), 49_958),
        minute(timedelta(minutes=1), 99_999),
        minute(-timedelta(days=9), 70),
    ]
    publish(guarded, FRONT, mine, *false)  # a false past, present and future
    foreign = json.dumps(FOREIGN).encode()
    publish(
        guarded, FRONT, mine, foreign
    )  # foreign payloads, on its own topic, on the other's, and on theirs
    for topic in ("besok/v1/lib/front/status", "besok/v1/lib/back/flow", "v3/house/devices/vs133/up"):
        publish(guarded, FRONT, topic, foreign)
    publish(guarded, FRONT, "besok/v1/lib/back/flow", minute(timedelta(minutes=2), 60))
    with collect(own):
        publish(guarded, FRONT, mine, minute(-timedelta(minutes=4), 1))  # the last one
        wait_for(lambda: sum(g.readings for g in quarantine_decisions.groups(house)) == len(false))
        wait_for(lambda: _people(figures(house)) == _people(before) + 3)
    assert not [row for row in figures(house) if row[0] == "gate"]


def _people(rows: list[tuple[Any, ...]]) -> float:
    return float(sum(into for _, _, into, _ in rows))
