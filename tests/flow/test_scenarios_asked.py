"""A planner asks over the API, a process computes, and the answer is the one that the command gives."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx2
import msgspec
import psycopg
import pytest

from api.numbers import rounded
from besok.model.scenarios import MOST_DAYS, MOST_QUEUED, ScenarioSpec
from cli.simulation import scenario_runs
from cli.simulation.whatif import as_body
from sensors_sim.planner_question import scenario_of
from sensors_sim.whatif import Question, what_if
from tests.at_work import on, running
from tests.patience import wait_for
from tests.small_sites import example_file

ASKED = "/api/v1/sites/stadsbiblioteket/scenarios"
BODY = {
    "who": "Kim", "title": "Saturday", "first": "2026-12-05", "visitors": 0.5, "replications": 2, "closed": ["cafe"],
    "event": {"title": "Fair", "space": "hall", "start": "12:00", "minutes": 90, "people": 120},
    "sensor": {"device": "count-town-entrance", "trouble": "off"},
}  # fmt: skip


@pytest.fixture
def process(database_url: str) -> Iterator[None]:
    """`besok run-scenarios`, in a thread."""
    with running("scenarios", scenario_runs.run, on(database_url)):
        yield


def test_the_answer_is_that_of_the_command(ask: httpx2.Client, process: None) -> None:
    made = ask.post(ASKED, json=BODY)
    assert made.status_code == 201, made.text
    number = made.json()["number"]
    wait_for(
        lambda: ask.get(f"{ASKED}/{number}").json()["state"] not in ("queued", "running"),
        progress=lambda: ask.get(f"{ASKED}/{number}").json()["done"],
    )
    run = ask.get(f"{ASKED}/{number}").json()
    assert run["state"] == "done", run
    result: dict[str, Any] = run["result"]
    assert result["learnt"] is False
    then = scenario_of(msgspec.convert(run["spec"], ScenarioSpec), example_file().sites[0])
    day = date(2026, 12, 5)
    question = Question(site_file=example_file(), then=then, first=day, last=day, seeds=(1, 2))
    assert result["answer"] == rounded(as_body(what_if(question)))
    hall = next(s for s in result["answer"]["spaces"] if s["space"] == "stadsbiblioteket/hall")
    assert hall["then"]["peak"]["low"] >= 110 > hall["today"]["peak"]["high"]
    assert result["sensor"]["noticed"] == 10 and result["sensor"]["named"] == "silent"
    assert result["sensor"]["counted"]["high"] < 0.9
    rows = list(csv.DictReader(io.StringIO(ask.get(f"{ASKED}/{number}/spaces?format=csv").text)))
    assert "hall" in [row["space"] for row in rows] and "stadsparken" not in str(rows)
    twice = ask.get(f"{ASKED}/{number}/spaces?others={number}").json()
    assert [row["scenario"] for row in twice] == [number] * 2 * len(rows)


WRONG: tuple[dict[str, Any], ...] = (
    {"days": MOST_DAYS + 1}, {"days": 0}, {"visitors": 1000}, {"visitors": "NaN"}, {"replications": 10_000},
    {"first": "soon"}, {"title": ""}, {"title": "x" * 101}, {"title": "a\u0000b"}, {"closed": ["nowhere"]},
    {"closed": ["cafe"] * 101}, {"hours": "x" * 61}, {"hours": "25:99-1"}, {"seed": -1}, {"surprise": 1},
    {"sensor": {"device": "door", "trouble": "off"}}, {"first": "2026-12-25", "event": None},
    {"event": {"title": "x", "space": "hall", "start": "12:00", "people": 10**9}},
    {"event": {"title": "x", "space": "hall", "start": "03:00", "people": 10}},
    {"door": {"name": "x", "outer": "foyer", "inner": "foyer"}},
    {"door": {"name": "x", "outer": "foyer", "inner": "outside"}}, {"capacity": {"space": "foyer", "people": 0}},
)  # fmt: skip


def test_what_cannot_be_asked_is_refused_and_nothing_waits(
    quiet: httpx2.Client, subtests: pytest.Subtests
) -> None:
    for more in WRONG:
        with subtests.test(str(more)[:60]):
            refused = quiet.post(ASKED, json=BODY | more)
            assert refused.status_code in (400, 422) and refused.json()["error"]
    assert quiet.get(ASKED).json() == []
    late = {"title": "x", "space": "hall", "start": "soon", "people": 10}
    assert list(quiet.post(ASKED, json=BODY | {"event": late}).json()["fields"]) == ["event:start"]
    sensor = {"device": "door", "trouble": "off", "surprise": 1}
    for more in ({"surprise": 1}, {"sensor": sensor}):
        assert quiet.post(ASKED, json=BODY | more).json()["error"] == "surprise: there is no such field"


def test_hours_are_written_as_in_the_other_forms(ask: httpx2.Client) -> None:
    body = {"who": "Kim", "title": "Sunday", "first": "2026-12-06"}
    said = {"Stängt": "closed", "closed": "closed", "9–20.30": "09:00-20:30", "10:00-20:00": "10:00-20:00"}
    made = {text: ask.post(ASKED, json=body | {"hours": text}).json() for text in said}
    assert {text: run["spec"]["hours"] for text, run in made.items()} == said


def test_what_cannot_be_read_is_cancelled_and_its_play_ended(ask: httpx2.Client, database_url: str) -> None:
    number = ask.post(ASKED, json=BODY).json()["number"]
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("update scenario_run set spec = '[]'")
        cancelled = ask.post(f"{ASKED}/{number}/cancel")
        assert cancelled.status_code == 200 and cancelled.json() is None
        conn.execute(
            "update scenario_run set state = 'done', play_from = now(), play_until = now() + interval '1 h'"
        )
        assert ask.delete(f"{ASKED}/{number}").status_code == 422
        ended = ask.post(f"{ASKED}/{number}/play/end")
        assert ended.status_code == 200 and ended.json() is None
        conn.execute("update scenario_run set play_from = null, play_until = null")
    assert ask.delete(f"{ASKED}/{number}").status_code == 204


def test_the_queue_is_bounded_and_what_waits_can_be_cancelled(ask: httpx2.Client) -> None:
    numbers = [ask.post(ASKED, json=BODY).json()["number"] for _ in range(MOST_QUEUED)]
    full = ask.post(ASKED, json=BODY, headers={"Accept-Language": "sv"})
    assert full.status_code == 422 and "avbryt en" in full.json()["error"]
    assert ask.post(f"{ASKED}/{numbers[0]}/cancel", json={}).json()["state"] == "cancelled"
    assert ask.post(f"{ASKED}/{numbers[0]}/cancel").status_code == 422
    assert ask.post(f"{ASKED}/{2**31 - 1}/cancel").status_code == 404
    assert ask.get(f"{ASKED}/0").status_code == 422
    assert ask.get(f"{ASKED}/{numbers[1]}/spaces").json() == []
    assert ask.post(ASKED, json=BODY).status_code == 201
