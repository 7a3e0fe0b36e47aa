"""The real `besok collect` and `besok work`: their readiness, their metrics, their logs, and how they end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psutil
import psycopg
from servers import own_broker, own_database

from besok.model import messages, sitefile
from besok.model.settings import Settings
from besok.store import sites
from besok.store.database import Database
from besok.store.migrate import migrate
from cli.stack import ports, program
from tests.patience import ANSWER_S, wait_for

EXAMPLE = program.ROOT / "sites" / "helsingborg.toml"
Fixture = Callable[..., Any]
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


def stream(first: int, last: int) -> list[tuple[str, Any]]:
    """Messages `first` up to `last`, each with a time of its own."""
    times = {n: (START + timedelta(seconds=n)).isoformat() for n in range(first, last)}
    return [("hall/level", {"time": time, "people": abs(n)}) for n, time in times.items()]


class Service:
    """A process of `besok`, and the port where it tells how it goes."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of an answer; 0 while nobody answers."""
        try:
            answer = httpx2.get(f"http://{ports.HOST}:{self.port}{path}", timeout=ANSWER_S)
        except httpx2.TransportError:
            return 0, ""
        return answer.status_code, answer.text.strip()

    def metric(self, name: str) -> float:
        """The figure of a metric of the collector."""
        lines = self.get("/metrics")[1].splitlines()
        return float(next(line for line in lines if line.startswith(f"besok_collector_{name} ")).split()[-1])

    def said(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextmanager
def service(command: str, settings: Settings, folder: Path, **more: str) -> Iterator[Service]:
    """`besok command` as a process of its own, logging in JSON."""
    port = ports.free()[0]
    env = os.environ | {
        "BESOK_DATABASE_URL": settings.database_url.get_secret_value(),
        "BESOK_MQTT_PORT": str(settings.mqtt_port),
        "BESOK_MQTT_TOPICS": settings.mqtt_topics,
        "BESOK_MQTT_CLIENT_ID": settings.mqtt_client_id,
        "BESOK_LOG_FORMAT": "json",
        "BESOK_COLLECTOR_PORT": str(port),
        "BESOK_JOBS_PORT": str(port),
        "BESOK_WEB_STATUS_PORT": str(port),
        "BESOK_SCENARIOS_PORT": str(port),
        **more,
    }
    log = folder / f"{command}.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", command], cwd=program.ROOT, env=env, stderr=errors
        )
    try:
        yield Service(process, port, log)
    finally:
        process.kill()
        process.wait()


def begun(collector: Service, publish: Fixture) -> None:
    """Return when a first message has come through, and those that were sent while nobody knew whether it had."""
    wait_for(lambda: collector.get("/ready")[0] == 200)
    wait_for(lambda: publish(stream(0, 1)) or collector.metric("readings_total"))
    publish(stream(-1, 0))
    wait_for(lambda: collector.metric("readings_total") == 2)


def test_readiness_follows_the_broker_and_the_database(
    settings: Settings, publish: Fixture, folder: Path
) -> None:
    page = ports.free()[0]
    with own_broker(folder) as (broker, mqtt), own_database(folder) as (cluster, database):
        own = settings.model_copy(
            update={"mqtt_port": broker.port, "database_url": type(settings.database_url)(cluster.url())}
        )
        with service("serve", own, folder, BESOK_PORT=str(page)) as web:
            wait_for(lambda: web.get("/live")[0] == 200)
            assert web.get("/ready") == (503, "not ready: " + str(messages.DATABASE_OLDER))
            migrate(cluster.url())
            with Database(cluster.url()) as db:
                sites.apply(db, sitefile.parse(EXAMPLE.read_text(), EXAMPLE.name))
            wait_for(lambda: web.get("/ready") == (200, "ready"))
            the_web_tells_of_itself(web, page)
            with (
                service("collect", own, folder) as collector,
                service("work", own, folder) as jobs,
                service("run-scenarios", own, folder) as scenarios,
            ):
                wait_for(lambda: collector.get("/ready") == (200, "ready"))
                wait_for(lambda: jobs.get("/ready") == scenarios.get("/ready") == (200, "ready"))
                for process in (collector.process, jobs.process, web.process):
                    loaded = {file.path for file in psutil.Process(process.pid).memory_maps()}
                    assert any("/psycopg" in path for path in loaded), "what is loaded is not seen"
                    assert not any("/pandas/" in path for path in loaded), "only who reads files needs it"
                assert "besok_scenarios_ready 1.0" in scenarios.get("/metrics")[1]
                publish(stream(0, 20), to=(ports.HOST, broker.port))
                wait_for(lambda: collector.metric("readings_total") == 20)

                mqtt.kill()
                wait_for(lambda: collector.get("/ready") == (503, "not ready: the broker is away"))
                assert collector.get("/live")[0] == 200
                assert collector.metric("broker_connected") == 0
                mqtt.start()
                wait_for(lambda: collector.get("/ready")[0] == 200)
                assert collector.metric("broker_reconnects_total") == 1

                # Behind all that a killed broker sends again
                publish(stream(20, 21), to=(ports.HOST, broker.port))
                wait_for(lambda: collector.metric("readings_total") == 21)

                database.kill()
                publish(stream(21, 31), to=(ports.HOST, broker.port))
                wait_for(lambda: collector.get("/ready")[1].startswith("not ready: the database"))
                away = (503, "not ready: the database does not answer")
                wait_for(lambda: jobs.get("/ready") == web.get("/ready") == scenarios.get("/ready") == away)
                assert web.get("/live") == (200, "alive")
                wait_for(lambda: collector.metric("messages_waiting") == 10)
                database.start()
                wait_for(lambda: {service.get("/ready")[0] for service in (collector, jobs, web)} == {200})
                wait_for(lambda: collector.metric("readings_total") == 31)
                assert collector.metric("messages_waiting") == 0
                assert collector.metric("database_recoveries_total") == 1
                actions = [line.get("action") for line in collector.said()]
    assert actions.count("mqtt_connected") == 2
    assert [a for a in actions if a and a.startswith("store_")] == ["store_away", "store_back"]


def the_web_tells_of_itself(web: Service, page: int) -> None:
    with httpx2.Client(base_url=f"http://{ports.HOST}:{page}", timeout=ANSWER_S) as client:
        live = "/api/v1/sites/stadsbiblioteket/live"
        for path in (live, live, live, "/api/v1/sites/nowhere/live", "/a", "/b", "/api/c"):
            client.get(path)
        assert client.get("/metrics").headers["content-type"].startswith("text/html"), "a page of ours"
        with client.stream("GET", f"{live}/stream") as stream:
            texts = stream.iter_text()  # kept: to drop it would end the stream
            next(texts)
            wait_for(lambda: "\nbesok_web_streams 1.0" in web.get("/metrics")[1])
    lines = [line for line in web.get("/metrics")[1].splitlines() if not line.startswith("#")]
    told = dict(line.rsplit(" ", 1) for line in lines)
    route = "/api/v1/sites/{site}/live"
    assert told[f'besok_web_requests_total{{route="{route}",status="2xx"}}'] == "3.0"
    assert told[f'besok_web_requests_total{{route="{route}",status="4xx"}}'] == "1.0"
    assert told[f'besok_web_request_seconds_count{{route="{route}"}}'] == "4.0"
    routes = {name.split('"')[1] for name in told if name.startswith("besok_web_requests_total")}
    assert not routes & {"/a", "/b", "/api/c"}, "what nobody offers is not a series"
    assert float(told['besok_web_pool_requests_total{pool="live"}']) >= 4
    assert told["besok_web_ready"] == "1.0" and "process_open_fds" in told
    assert not any("stream" in name and "request" in name for name in told)


def test_the_metrics_move_by_what_was_sent_and_told_to_end_it_finishes_the_batch_under_way(
    settings: Settings, publish: Fixture, database_url: str, tmp_path: Path
) -> None:
    held = "select 1 from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'reading' and not granted"
    with psycopg.connect(database_url) as conn, psycopg.connect(database_url, autocommit=True) as other:
        with service("collect", settings, tmp_path) as collector:
            begun(collector, publish)
            before = collector.metric("messages_received_total")
            unchanged = collector.metric("readings_unchanged_total")
            publish([*stream(1, 50), ("door/flow", b"{"), ("door/flow", b'{"in": -1}'), ("a/b/c/d", b"x")])
            wait_for(lambda: collector.metric("messages_committed_total") == before + 52)
            publish(stream(1, 5))
            wait_for(lambda: collector.metric("readings_unchanged_total") == unchanged + 4)
            assert collector.metric("messages_received_total") == before + 56
            assert collector.metric("readings_total") == 51
            assert collector.metric('messages_rejected_total{reason="unreadable"}') == 2
            assert collector.metric('messages_rejected_total{reason="out_of_range"}') == 1
            publish([("door/flow", {"in": 1, "seq": 7})] * 3)  # one message, as its number tells
            wait_for(lambda: collector.metric("messages_repeated_total") == 2)
            assert collector.metric("lag_seconds_count") == before + 59
            assert collector.metric("batch_messages_sum") == before + 59
            assert collector.metric("batch_messages_count") == collector.metric("batches_total")

            (stored,) = other.execute("select count(*) from reading").fetchone() or (0,)
            conn.execute("lock table reading in exclusive mode")
            publish(stream(50, 450))
            wait_for(lambda: other.execute(held).fetchone())
            collector.process.send_signal(signal.SIGTERM)
            wait_for(lambda: collector.said()[-1]["action"] == "collector_ending")
            conn.rollback()
            assert collector.process.wait(ANSWER_S) == 0
            assert collector.said()[-1]["action"] == "collector_stopped"
        (finished,) = other.execute("select count(*) from reading").fetchone() or (0,)
        with service("collect", settings, tmp_path) as collector:  # what was not stored waits at the broker
            whole = (
                stored + 400,
                1 + sum(range(450)) + 1,
            )  # -1 counts as 1, and somebody came through the door
            wait_for(lambda: other.execute("select count(*), sum(value) from reading").fetchone() == whole)
            wait_for(lambda: collector.get("/ready")[0] == 200)
            assert collector.metric("messages_received_total") == whole[0] - finished
            assert collector.metric("readings_unchanged_total") == 0


def test_a_port_that_is_taken_stops_the_start_and_is_said(settings: Settings, tmp_path: Path) -> None:
    with service("collect", settings, tmp_path, BESOK_COLLECTOR_PORT=str(settings.mqtt_port)) as collector:
        assert collector.process.wait(ANSWER_S) == 1
        (line,) = collector.said()
    assert "set BESOK_COLLECTOR_PORT to a free port" in line["message"]
    assert (line["level"], line["service"], line["action"]) == ("CRITICAL", "collector", "service_failed")
