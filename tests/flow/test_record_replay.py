"""Real traffic is recorded beside the collector and played into a sandbox, where it counts as it did; nowhere else."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from pydantic import SecretStr

from benchmarks import servers
from besok.model.decode_context import NOTHING, DecodeContext
from besok.model.errors import RecordingError
from besok.model.readings import Flag, Message
from besok.model.settings import Settings
from besok.model.site import Sensor, Site, SiteFile
from besok.store import decode_context
from besok.store.database import Database
from besok.store.sites import apply
from cli.stack import ports, program
from cli.traffic import record
from cli.traffic.recording import read
from tests import commands
from tests.patience import ANSWER_S, wait_for
from tests.small_sites import library, space

SENSORS = (Sensor(device="eye", portal="door"), Sensor(device="cam", space="room"))


def site(house: str, *, sandbox: bool) -> Site:
    return library(house, spaces=(space("room"),), sensors=SENSORS, sandbox=sandbox).sites[0]


@contextmanager
def recording(
    settings: Settings, topic: str, file: Path, known: DecodeContext = NOTHING
) -> Iterator[threading.Event]:
    """A recorder in a thread, once it listens."""
    stop = threading.Event()
    counts: list[record.Count] = []
    thread = threading.Thread(
        target=lambda: counts.append(record.run(settings, [topic], file, stop=stop, known=known))
    )
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(ANSWER_S)
    assert counts


def simulate(settings: Settings, *arguments: str) -> commands.Ended:
    """Run `besok simulate` with these arguments."""
    places = {
        "BESOK_DATABASE_URL": settings.database_url.get_secret_value(),
        "BESOK_MQTT_HOST": settings.mqtt_host,
        "BESOK_MQTT_PORT": str(settings.mqtt_port),
    }
    return commands.program("simulate", *arguments, **places)


def held(file: Path) -> list[Message]:
    return list(read(file))


def flow(since: datetime, minute: int, came: int) -> dict[str, Any]:
    return {
        "time": f"{since + timedelta(minutes=minute):%Y-%m-%dT%H:%M:00Z}",
        "period_s": 60,
        "in": came,
        "out": 1,
    }


def test_what_was_recorded_counts_in_the_sandbox_and_nowhere_else(
    settings: Settings,
    house: str,
    db: Database,
    publish: Callable[..., None],
    collect: Callable[..., AbstractContextManager[Any]],
    readings: Callable[..., list[tuple[Any, ...]]],
    tmp_path: Path,
) -> None:
    lab, file = f"{house}-lab", tmp_path / "traffic.jsonl.gz"
    since = datetime.now(UTC) - timedelta(minutes=30)
    apply(db, SiteFile(sites=(site(house, sandbox=False), site(lab, sandbox=True))))
    settings = settings.model_copy(update={"mqtt_topics": f"besok/v1/{house}/#,besok/v1/{lab}/#"})
    with collect(settings):
        with recording(settings, f"besok/v1/{house}/#", file, decode_context.load(db)):
            _listens(publish, house, file)
            publish([("eye/flow", flow(since, n, n)) for n in range(20)])
            publish([("cam/level", {"people": 7, "who": "Anna"})])
            wait_for(lambda: len(readings()) == 41)
            wait_for(
                lambda: held(file)[-1].topic.endswith("/cam/level")
            )  # the recorder is behind the collector
        said = held(file)
        assert [m.topic.removeprefix(f"besok/v1/{house}/") for m in said][-21:] == ["eye/flow"] * 20 + [
            "cam/level"
        ]
        assert b"Anna" not in said[-1].payload
        day = held(file)[0].received.astimezone(ZoneInfo("Europe/Stockholm")).date() - timedelta(days=8)
        told = simulate(settings, "replay", str(file), "--speed", "0", "--shift", str(day), "--site", lab)
        assert told.status == 0, told.stderr
        wait_for(lambda: len(readings()) == 82)
    there = [r for r in readings() if r[0].startswith(lab)]
    assert sum(r[3] for r in there if r[2] == "in") == sum(range(20))
    assert all(r[4] & Flag.SIMULATED for r in there)
    assert not any(r[4] & Flag.SIMULATED for r in readings() if r[0].startswith(f"{house}/"))
    with psycopg.connect(settings.database_url.get_secret_value()) as conn:
        days = conn.execute(
            "select s.slug, f.day, f.people_in from flow_day f join site s using (site_id) order by 1, 2"
        ).fetchall()
    really = [(day, came) for site, day, came in days if site == house]
    assert sum(came for _, came in really) == sum(range(20))
    assert [(day + timedelta(days=8), came) for site, day, came in days if site == lab] == really


def _listens(publish: Callable[..., None], house: str, file: Path) -> None:
    """Publish until the recorder has heard something; what it has written is on the disk within a second."""

    def heard() -> bool:
        publish([("eye/status", b"online")])
        return file.exists() and bool(held(file))

    wait_for(heard)


def test_a_recorder_says_when_nobody_listened(
    house: str, tmp_path: Path, publish: Callable[..., None]
) -> None:
    file = tmp_path / "a.jsonl"
    with servers.broker() as running:
        settings = Settings(mqtt_host=ports.HOST, mqtt_port=running.port, database_url=SecretStr(""))
        server = running.program()

        def heard(number: int) -> bool:
            with suppress(OSError):  # while it is restarted
                publish([("eye/flow", {"in": number})], to=(ports.HOST, running.port))
            return file.exists() and any(f'{{"in": {number}}}'.encode() == m.payload for m in held(file))

        with recording(settings, "#", file):
            wait_for(lambda: heard(1))
            again = program.start(server, tmp_path / "log")  # which ends the one that runs first
            try:
                wait_for(lambda: heard(2))
            finally:
                program.stop(again, server)


def test_the_collectors_shares_are_not_taken(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="share"):
        record.run(
            Settings(), ["$share/collectors/#"], tmp_path / "a.jsonl", stop=threading.Event(), known=NOTHING
        )
    assert not (tmp_path / "a.jsonl").exists()
