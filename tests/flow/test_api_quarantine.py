"""Quarantine over the API: listed, released by a person, undone."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from besok.model.sitefile import parse
from besok.store import sites
from besok.store.database import Database
from besok.store.write import Batch, write
from tests.readings import passed
from tests.store.counted import HOUSE

NOW = datetime.now(UTC).replace(microsecond=0)
LATE = NOW - timedelta(days=20)


@pytest.fixture
def held(db: Database) -> None:
    sites.apply(db, parse(HOUSE))
    write(db, Batch(readings=passed("lib/front", LATE, 7, received=NOW)))


def people(ask: httpx2.Client) -> float:
    days = {"from": str((LATE - timedelta(days=2)).date()), "to": str((LATE + timedelta(days=2)).date())}
    points = ask.get("/api/v1/sites/lib/flows", params={"step": "day", **days}).json()
    return float(sum(point["people_in"] or 0 for point in points))


@pytest.mark.usefixtures("held")
def test_a_reading_is_released_and_taken_back(ask: httpx2.Client) -> None:
    (group,) = ask.get("/api/v1/quarantine", params={"site": "lib"}).json()
    assert (group["device"], group["cause"], group["readings"], group["people"]) == (
        "lib/front",
        "late",
        1,
        7,
    )
    told = {key: group[key] for key in ("source", "device", "channel", "cause", "until")}
    made = ask.post("/api/v1/sites/lib/quarantine", json={**told, "who": "Kim", "decision": "released"})
    assert (made.status_code, made.json()["readings"]) == (201, 1)
    assert (people(ask), ask.get("/api/v1/quarantine").json()) == (7, [])
    address = f"/api/v1/sites/lib/quarantine/{made.json()['decision']}/undo"
    assert ask.post(address, json={"who": "Lo"}).status_code == 204
    assert (people(ask), len(ask.get("/api/v1/quarantine").json())) == (0, 1)
    (decision,) = ask.get("/api/v1/sites/lib/quarantine/decisions").json()
    assert (decision["author"], decision["undone_by"]) == ("Kim", "Lo")
    assert ask.post(address, json={"who": "Lo"}).status_code == 409
