"""Unknown devices over HTTP: what they ask, the answer, and what cannot be, in the reader's language."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from besok.model.readings import Message
from besok.store import device_mappings
from besok.store.database import Database
from besok.store.write import write
from collectors import pipeline

SITE = "/api/v1/sites/stadsbiblioteket/mappings"
TOPIC = "counters/strange-door"


def good(client: httpx2.Client) -> dict[str, Any]:
    """Return an answer for the device that asks, by its topic as it is kept: nobody knows who `counters` are."""
    (device,) = client.get("/api/v1/devices/unknown").json()
    return {"who": "Kim", "topic": device["topic"], "values": ["in=$.in"], "place": "portal:cafe-door"}


@pytest.fixture
def asked(db: Database, ask: httpx2.Client) -> httpx2.Client:
    payload = b'{"in": 3, "out": 1, "seq": 7, "people": 2}'
    message = Message(topic=TOPIC, payload=payload, received=datetime(2026, 3, 2, 12, tzinfo=UTC))
    write(db, pipeline.decode([message]))
    return ask


def test_an_unknown_device_asks_and_is_answered(asked: httpx2.Client, db: Database) -> None:
    (device,) = asked.get("/api/v1/devices/unknown").json()
    assert [field["path"] for field in device["fields"]] == ["$.in", "$.out", "$.people"]
    assert device["messages"] == ['{"in": 3, "out": 1, "seq": 7, "people": 2}']
    made = asked.post(SITE, json={**good(asked), "since": "2026-03-01"})
    assert made.status_code == 201, made.text
    (mapping,) = device_mappings.listing(db)
    assert made.json() == {"mapping": mapping.id}
    assert [sensor.portal for sensor in mapping.sensors] == ["cafe-door"]
    assert asked.get("/api/v1/devices/unknown").json() == []


def test_a_second_sensor_at_a_place_is_said_before_and_the_same_one_is_none(
    asked: httpx2.Client, db: Database
) -> None:
    body = good(asked)

    def adds(**change: Any) -> Any:
        return asked.post(f"{SITE}/preview", json={**body, **change}).json()

    assert adds() == {"second": True}
    assert adds(place=None) == {"second": False}
    assert device_mappings.listing(db) == []
    assert asked.post(SITE, json=body).status_code == 201
    assert adds() == {"second": False}


WRONG: tuple[tuple[dict[str, Any], int, str, str], ...] = (
    ({"values": []}, 422, "at least one field", "minst ett fält"),
    ({"values": ["in=$.seq"]}, 422, "cannot be chosen", "kan inte väljas"),
    ({"values": ["people=$.people"]}, 422, "a door needs people who passed", "en dörr kräver"),
    ({"place": "space:lesesal"}, 422, "a room needs people", "ett rum kräver"),
    ({"place": "portal:vault"}, 404, "no door or room", "ingen dörr"),
    ({"place": None, "since": "2026-03-01"}, 422, "needs a place", "kräver en plats"),
    ({"since": "9999-12-31"}, 422, "write a year from 1900", "write a year from 1900"),
    ({"topic": "counters/other"}, 404, "nothing is asked", "inget behöver anges"),
    ({"who": " "}, 422, "who", "who"),
    ({"photo": "x"}, 422, "photo", "photo"),
)


def test_what_cannot_be_is_refused_with_the_reason(asked: httpx2.Client, subtests: pytest.Subtests) -> None:
    for change, status, english, swedish in WRONG:
        for language, says in (("en", english), ("sv", swedish)):
            with subtests.test(f"{change} {language}"):
                body = {**good(asked), **change}
                answer = asked.post(SITE, json=body, headers={"Accept-Language": language})
                assert answer.status_code == status and says in answer.json()["error"], answer.text
    assert len(asked.get("/api/v1/devices/unknown").json()) == 1
