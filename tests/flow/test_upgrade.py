"""An upgrade half done: program and database are of different versions. Nothing is lost, and each says what to do."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from test_status import Service, service

from besok.model.settings import Settings
from besok.store.migrate import migrate
from tests.at_work import on, serving
from tests.patience import ANSWER_S, wait_for

Fixture = Callable[..., Any]
START = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=3)
LACKS = "not ready: the database lacks something that this program needs: run `besok migrate`"
OLDER = "not ready: the database is older than this program: run `besok migrate`"
NEWER = "not ready: the database is newer than this program: start the version that last ran `besok migrate`"


def totals(first: int, last: int) -> list[tuple[str, dict[str, Any]]]:
    """Messages `first` up to `last` of a door whose total grows by one each minute."""
    times = {n: (START + timedelta(minutes=n)).isoformat() for n in range(first, last)}
    return [("door/flow", {"time": time, "in_total": 100 + n, "out_total": 50}) for n, time in times.items()]


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def held(conn: psycopg.Connection[Any], collector: Service) -> tuple[Any, ...]:
    """Messages rejected, readings stored, messages that wait."""
    (row,) = conn.execute("select (select count(*) from rejected), (select count(*) from reading)").fetchall()
    return *row, collector.metric("messages_waiting")


# What a running service meets, what it says then, and what brings the database back without its being restarted.
MET = {
    "a function of the write transaction is not there": (
        ["alter function people_between rename to people_of_old"],
        LACKS,
        ["alter function people_of_old rename to people_between"],
    ),
    "a column is not there": (
        ["alter table channel rename column last_received to heard"],
        LACKS,
        ["alter table channel rename column heard to last_received"],
    ),
    "a newer program has migrated, and wants more than we know": (
        [
            "alter table reading add column colour text",
            "update reading set colour = 'x'",
            "alter table reading alter column colour set not null",
            "insert into migration (name, digest) values ('9999_future', 'x')",
        ],
        NEWER,
        ["alter table reading drop column colour", "delete from migration where name = '9999_future'"],
    ),
}


@pytest.mark.usefixtures("places")
def test_a_running_collector_rejects_nothing_and_goes_on_once_the_database_fits(
    settings: Settings, publish: Fixture, conn: psycopg.Connection[Any], tmp_path: Path,
    subtests: pytest.Subtests,
) -> None:  # fmt: skip
    with service("collect", settings, tmp_path) as collector:

        def meets(first: int, change: list[str], says: str, back: list[str]) -> None:
            publish(totals(first, first + 5))
            wait_for(lambda: collector.metric("readings_total") == 2 * (first + 5))
            for statement in change:
                conn.execute(statement)
            waited = collector.metric("database_retries_total")
            publish(totals(first + 5, first + 25))
            wait_for(lambda: collector.metric("database_retries_total") > waited)
            wait_for(lambda: collector.get("/ready") == (503, says))
            assert collector.get("/live")[0] == 200
            wait_for(lambda: collector.metric("messages_waiting") == 20)  # which the broker sends on
            assert held(conn, collector) == (0, 2 * (first + 5), 20)
            for statement in back:
                conn.execute(statement)
            wait_for(lambda: collector.metric("readings_total") == 2 * (first + 25))
            wait_for(lambda: collector.get("/ready")[0] == 200)
            assert held(conn, collector) == (0, 2 * (first + 25), 0)

        wait_for(lambda: collector.get("/ready")[0] == 200)
        wait_for(lambda: publish(totals(0, 1)) or collector.metric("readings_total") == 2)
        for n, (met, what) in enumerate(MET.items()):
            with subtests.test(met):
                meets(1 + 25 * n, *what)
        told = [line["message"] for line in collector.said() if line.get("action") == "store_away"]
    assert len(told) >= len(MET) and all("`besok migrate`" in message for message in told)


CLAIMED = "select count(*) from pg_locks where locktype = 'advisory' and granted"


@pytest.mark.usefixtures("places")
def test_services_that_start_before_the_database_is_migrated_wait_for_it(
    settings: Settings, publish: Fixture, conn: psycopg.Connection[Any], database_url: str, tmp_path: Path
) -> None:
    def claimed() -> int:
        (number,) = conn.execute(CLAIMED).fetchone() or (0,)
        return int(number)

    conn.execute("update made_anew set version = version - 1, digest = 'before'")
    conn.execute("drop view flow_day_filled cascade")
    with service("collect", settings, tmp_path) as collector, service("work", settings, tmp_path) as jobs:
        wait_for(lambda: collector.get("/ready") == jobs.get("/ready") == (503, OLDER))
        publish(totals(0, 20))
        wait_for(lambda: collector.metric("database_retries_total"))
        wait_for(lambda: collector.metric("messages_waiting") == 20)
        assert held(conn, collector) == (0, 0, 20)
        with serving(on(database_url)) as web:
            well = httpx2.get(f"{web}/api/v1/health", timeout=ANSWER_S).json()
            assert (well["ok"], well["schema_current"]) == (False, False)
            assert well["schema_problem"] == OLDER.removeprefix("not ready: ")
            asked = f"{web}/api/v1/sites/stadsbiblioteket/visits?from=2026-11-01&to=2026-11-02"
            answer = httpx2.get(asked, headers={"Accept-Language": "sv"}, timeout=ANSWER_S)
            assert answer.status_code == 503 and "Retry-After" in answer.headers
            assert (
                answer.json()["error"] == "databasen saknar något som programmet behöver: kör `besok migrate`"
            )
        migrate(database_url)
        wait_for(lambda: collector.get("/ready")[0] == jobs.get("/ready")[0] == 200)
        wait_for(lambda: collector.metric("readings_total") == 40)
        assert held(conn, collector) == (0, 40, 0)
        actions = [line.get("action") for line in jobs.said()]
        assert actions.count("part_failed") == 1 and "site_failed" not in actions
        wait_for(claimed)
        conn.execute("update made_anew set version = version + 1, digest = 'to come'")
        wait_for(lambda: jobs.get("/ready") == (503, NEWER))
        wait_for(lambda: not claimed())
        conn.execute("delete from made_anew")  # as if none had migrated: neither is it worked on
        wait_for(lambda: jobs.get("/ready") == (503, OLDER))
        assert not claimed()
