"""Voiding over HTTP: what it would take away, what it took, and back; only of sensors of the site."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from besok.store.database import Database
from besok.store.write import Batch, write
from tests.readings import passed

V1 = "/api/v1/sites/stadsbiblioteket"
DEVICE = "stadsbiblioteket/count-park-entrance"
THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)
BODY = {
    "who": "Kim",
    "device": DEVICE,
    "first": "2026-03-02T13:00",
    "last": "2026-03-02T13:30",
    "reason": "installers",
}


@pytest.fixture
def counted(db: Database) -> None:
    """Half an hour in which installers walk to and fro."""
    minutes = [THEN + timedelta(minutes=minute) for minute in range(1, 31)]
    write(db, Batch(readings=[one for minute in minutes for one in passed(DEVICE, minute, 4)]))


@pytest.mark.usefixtures("counted")
def test_readings_are_voided_and_count_again(ask: httpx2.Client) -> None:
    asked = ask.post(f"{V1}/voids/preview", json=BODY)
    assert asked.json() == {"readings": 30, "people": 120}, asked.text
    made = ask.post(f"{V1}/voids", json=BODY)
    assert made.status_code == 201, made.text
    (kept,) = ask.get(f"{V1}/voids").json()
    assert kept == made.json()
    assert (kept["author"], kept["reason"], kept["readings"], kept["undone"]) == (
        "Kim",
        "installers",
        30,
        None,
    )
    day = {"from": "2026-03-02", "to": "2026-03-02"}
    (point,) = ask.get(f"{V1}/visits", params=day).json()
    assert (point["gross"], point["coverage"], point["voided"]) == (None, 0, True)
    back = ask.post(f"{V1}/voids/{kept['id']}/undo", json={"who": "Robin", "reason": "visitors"})
    assert (back.status_code, back.json()["undone_by"]) == (200, "Robin"), back.text
    (point,) = ask.get(f"{V1}/visits", params=day).json()
    assert point["gross"] is not None and not point["voided"]
    again = ask.post(f"{V1}/voids/{kept['id']}/undo", json={"who": "Robin", "reason": "visitors"})
    assert again.status_code == 409
    swedish = {"Accept-Language": "sv"}
    undone = ask.post(f"{V1}/voids/{kept['id']}/undo", json={"who": "R", "reason": "r"}, headers=swedish)
    assert undone.json()["error"] == f"nummer {kept['id']} är redan ångrat"
    turned = ask.post(f"{V1}/voids/preview", json={**BODY, "last": "2026-03-01"}, headers=swedish)
    assert (turned.headers["content-language"], turned.json()["error"][:40]) == (
        "sv",
        "tiden slutar innan den börjar: byt plats",
    )


def test_what_cannot_be_voided_is_refused_with_the_reason(
    quiet: httpx2.Client, subtests: pytest.Subtests
) -> None:
    cases = [
        ({"device": "nobody"}, 404, "no device"),
        ({"first": "yesterday"}, 422, "is not a time"),
        ({"last": "2026-03-01"}, 422, "before it begins"),
        ({"reason": " "}, 422, "reason"),
        ({"who": ""}, 422, "who"),
    ]
    for change, status, said in cases:
        with subtests.test(said=said):
            answer = quiet.post(f"{V1}/voids", json={**BODY, **change})
            assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert quiet.post("/api/v1/sites/stadsparken/voids", json=BODY).status_code == 404
