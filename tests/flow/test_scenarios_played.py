"""A planner plays an answer live: a sandbox appears, its sensors send, it is ended and nothing is left of it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr
from servers import connected

from besok.model.readings import Reading
from besok.model.scenarios import FaultySensor, NewDoor, OtherCapacity, ScenarioSpec
from besok.model.settings import Settings
from besok.model.sitefile import dump
from besok.store import scenarios, sites
from besok.store.database import Database
from besok.store.write import Batch, Incoming, write
from cli.simulation import scenario_play, scenario_runs
from cli.traffic.recording import read
from tests.at_work import running
from tests.patience import wait_for

SITE, SANDBOX = "stadsbiblioteket", "stadsbiblioteket-scenario"
RUNS = f"/api/v1/sites/{SITE}/scenarios"
SPEC = ScenarioSpec(
    title="A new door",
    first=date(2026, 12, 5),
    visitors=3.0,
    closed=("cafe",),
    door=NewDoor(name="Park door", outer="outside", inner="foyer", share=0.4),
    capacity=OtherCapacity(space="foyer", people=40),
    sensor=FaultySensor(device="count-town-entrance", trouble="off"),
    replications=1,
)


@pytest.fixture
def answered(db: Database) -> int:
    """The number of a question that is answered, before `process` begins and could take it."""
    number = scenarios.ask(db, SITE, SPEC, author="Kim", now=datetime.now(UTC))
    taken = scenarios.claim(db, datetime.now(UTC))
    assert taken and scenarios.end(db, taken, "done", datetime.now(UTC))
    return number


@pytest.fixture
def process(settings: Settings, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`besok run-scenarios` with the rights of the jobs, as in production, in a thread."""
    monkeypatch.setattr(scenario_play, "SETTLED", timedelta(seconds=2))
    url = SecretStr(make_conninfo(database_url, options="-c role=besok_jobs"))
    with running("scenarios", scenario_runs.run, settings.model_copy(update={"database_url": url})):
        yield


def kept_by(broker: tuple[str, int]) -> list[str]:
    """Return the topics of the sandbox of which the broker keeps a message."""
    found: list[str] = []
    with connected(broker) as client:
        client.on_message = lambda _client, _data, message: found.append(message.topic)
        client.subscribe(f"besok/v1/{SANDBOX}/#", qos=1)
        client.publish(f"besok/v1/{SANDBOX}/end/flow", b"{}", qos=1)
        wait_for(lambda: any(topic.endswith("/end/flow") for topic in found))
    return [topic for topic in found if not topic.endswith("/end/flow")]


def test_what_is_played_is_seen_and_leaves_nothing_behind(
    ask: httpx2.Client, db: Database, settings: Settings, broker: tuple[str, int], answered: int, process: None,
    collect: Callable[..., AbstractContextManager[object]], database_url: str,
) -> None:  # fmt: skip
    address = f"{RUNS}/{answered}/play"
    listening = settings.model_copy(update={"mqtt_topics": f"besok/v1/{SANDBOX}/#"})
    with collect(listening), psycopg.connect(database_url, autocommit=True) as conn:

        def count(what: str) -> int:
            (found,) = conn.execute(f"select count(*)::int {what}").fetchone() or (0,)
            return int(found)

        before = {what: count(f"from {what}") for what in ("site", "space", "portal", "device", "channel")}
        assert ask.post(address, json={"who": "Kim", "hours": 9}).status_code == 422
        played = ask.post(address, json={"who": "Kim", "hours": 1})
        assert played.status_code == 200, played.text
        assert played.json()["play_until"]
        assert ask.post(address, json={"who": "Kim"}).status_code == 422
        stored = "from reading r join channel c using (channel_id) join device d using (device_id) where"
        own = f"starts_with(d.external_id, '{SANDBOX}/')"
        wait_for(lambda: count(f"{stored} {own}") > 20, progress=lambda: count(f"{stored} {own}"))
        assert count(f"{stored} {own} and r.flags & 8 = 0") == 0  # all of it is marked as simulated
        assert count(f"{stored} not {own}") == 0
        live = ask.get(f"/api/v1/sites/{SANDBOX}/live").json()
        assert live["sandbox"] and live["is_open"]
        foyer = next(space for space in live["spaces"] if space["space"] == "foyer")
        assert foyer["capacity"] == 40
        sensors = {d["device"]: d["freshness"] for d in ask.get(f"/api/v1/devices?site={SANDBOX}").json()}
        assert f"{SANDBOX}/count-new-door-1" in sensors, sensors
        failing = sensors[f"{SANDBOX}/count-town-entrance"]  # late while its day so far is sent at once
        assert failing in ("late", "stale", "none"), "it shows at once that it fails"
        assert ask.get("/now/stadsbiblioteket-scenario").status_code == 200
        assert SANDBOX not in dump(sites.export(db))
        assert ask.post(f"{address}/end").json()["number"] == answered
        wait_for(lambda: scenarios.played(db) is None)
        assert {what: count(f"from {what}") for what in before} == before
        assert ask.get(f"/api/v1/sites/{SANDBOX}/live").status_code == 404
    assert kept_by(broker) == []


def test_what_sensors_sent_is_played_again_as_if_its_day_were_today(
    ask: httpx2.Client, db: Database, settings: Settings, broker: tuple[str, int], process: None,
    collect: Callable[..., AbstractContextManager[object]], database_url: str, tmp_path: Path,
) -> None:  # fmt: skip
    zone = ZoneInfo("Europe/Stockholm")
    day = datetime.now(zone).date() - timedelta(days=2)
    start = datetime.combine(day, time(14), zone).astimezone(UTC)
    sent = {
        start - timedelta(minutes=30): ("in", 5.0),
        start: ("out", 3.0),
        start + timedelta(minutes=50): ("in", 7.0),
    }
    for moment, (metric, value) in sent.items():
        found = Reading(
            source="native",
            device=f"{SITE}/count-town-entrance",
            channel="flow:1",
            metric=metric,
            value=value,
            time=moment,
            period_s=60,
        )
        write(db, Batch(readings=[Incoming(reading=found, received=moment)]))
    body = {"who": "Kim", "title": "Again", "first": str(day), "recorded": {"start": "14:00", "minutes": 60}}
    empty = ask.post(
        RUNS, json=body | {"first": str(day - timedelta(days=1))}, headers={"Accept-Language": "sv"}
    )
    assert (empty.status_code, empty.json()["error"]) == (
        422,
        "inget finns sparat från den tiden: välj en annan",
    )
    made = ask.post(RUNS, json=body)
    assert made.status_code == 201 and made.json()["state"] == "done", made.text
    address = f"{RUNS}/{made.json()['number']}"
    file = tmp_path / "again.jsonl"
    file.write_bytes(ask.get(f"{address}/recording").content)
    lines = list(read(file))
    assert [line.received for line in lines] == [start, start + timedelta(minutes=50)]
    assert {line.topic for line in lines} == {f"besok/v1/{SITE}/count-town-entrance/flow"}
    listening = settings.model_copy(update={"mqtt_topics": f"besok/v1/{SANDBOX}/#"})
    with collect(listening), psycopg.connect(database_url, autocommit=True) as conn:

        def stored() -> list[tuple[datetime, str, float]]:
            return conn.execute(
                "select r.time, m.name, r.value from reading r join metric m on m.code = r.metric join channel c"
                " using (channel_id) join device d using (device_id) where starts_with(d.external_id, %s) order by 1",
                (f"{SANDBOX}/",),
            ).fetchall()

        played = ask.post(f"{address}/play", json={"who": "Kim"})
        assert played.status_code == 200, played.text
        begins = datetime.fromisoformat(played.json()["play_until"]) - timedelta(hours=1)
        assert ask.delete(address).status_code == 422
        wait_for(lambda: len(stored()) == 2, progress=stored)
        by = (begins - start) // timedelta(minutes=15) * timedelta(minutes=15)
        assert stored() == [(moment + by, *what) for moment, what in list(sent.items())[:2]]
        assert ask.get(f"/api/v1/sites/{SANDBOX}/live").json()["is_open"]
        assert ask.post(f"{address}/play/end").status_code == 200
        wait_for(lambda: scenarios.played(db) is None)
    assert ask.delete(address).status_code == 204
    assert ask.get(address).status_code == 404
