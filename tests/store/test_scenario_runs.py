"""The queue of scenarios: bounded, one at a time, whatever dies; cancelled, limited, forgotten."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from besok.model.errors import NotFound, ScenarioRefused, StoreUnavailable
from besok.model.scenario_sandbox import sandbox
from besok.model.scenarios import MOST_KEPT, MOST_QUEUED, ScenarioSpec
from besok.model.settings import Settings
from besok.model.site import SiteFile
from besok.model.sitefile import parse
from besok.model.views.scenarios import ScenarioRun
from besok.services.health import at_work
from besok.services.places import get_sites
from besok.store import audit, scenarios, sites
from besok.store.claims import Claims
from besok.store.database import Database
from cli.simulation import scenario_play, scenario_runs
from cli.simulation.scenario_runs import ATTEMPTS, Parts, Worker
from dashboard.address import Address
from dashboard.pages import scenarios as scenarios_page
from tests.at_work import on, running
from tests.databases import execute
from tests.patience import wait_for
from tests.sitetext import site
from tests.store.counted import HOUSE

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SITE = "lib"
SPEC = ScenarioSpec(title="Twice as many", first=date(2026, 12, 5), visitors=2.0, replications=1)


@pytest.fixture
def house(db: Database) -> Database:
    sites.apply(db, parse(HOUSE + site("park")))
    return db


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def worker(house: Database, database_url: str, stop: threading.Event) -> Iterator[Worker]:
    with Claims(database_url) as claims:
        yield Worker(house, claims, stop)


def ask(db: Database, spec: ScenarioSpec = SPEC) -> int:
    return scenarios.ask(db, SITE, spec, author="Kim", now=NOW)


def state(db: Database, number: int) -> ScenarioRun:
    return scenarios.load(db, SITE, number)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Parts], dict[str, Any]]], None]:
    """Let something else be computed instead of the simulation."""

    def instead(work: Callable[[Parts], dict[str, Any]]) -> None:
        monkeypatch.setattr(scenario_runs, "answered", lambda _db, _taken, parts: work(parts))

    return instead


def test_a_question_is_answered_and_told_of(house: Database, worker: Worker) -> None:
    number = ask(house)
    assert not at_work(house, "scenarios", datetime.now(UTC))
    assert worker.turn() and not worker.turn()
    found = state(house, number)
    assert found.state == "done" and found.result and not found.result.learnt and found.done == found.total
    assert at_work(house, "scenarios", datetime.now(UTC))
    assert [(e.action, e.detail) for e in audit.entries(house, site=SITE, limit=1)] == [
        ("scenario", "queued: Twice as many")
    ]
    (listed,), _ = scenarios.listing(house, SITE)
    assert listed.result is None and replace(found, result=None) == listed


def test_so_many_may_wait_and_no_more(house: Database) -> None:
    first, *_ = [ask(house) for _ in range(MOST_QUEUED)]
    with pytest.raises(ScenarioRefused, match="cancel one"):
        ask(house)
    scenarios.cancel(house, SITE, first, NOW)
    ask(house)
    with pytest.raises(ScenarioRefused, match="ended already"):
        scenarios.cancel(house, SITE, first, NOW)
    with pytest.raises(NotFound):
        scenarios.cancel(house, "park", first, NOW)
    with pytest.raises(NotFound):
        scenarios.ask(house, "nowhere", SPEC, author="Kim", now=NOW)


@pytest.mark.usefixtures("database_url")  # with several connections
def test_two_askers_do_not_both_take_the_last_place(house: Database) -> None:
    for _ in range(MOST_QUEUED - 1):
        ask(house)
    refused: list[bool] = []

    def one() -> None:
        try:
            refused.append(not ask(house))
        except ScenarioRefused:
            refused.append(True)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused) == [False, True, True, True]


def test_two_workers_run_one_question_once(
    house: Database, database_url: str, computed: Callable[..., None], stop: threading.Event
) -> None:
    number, inside, leave, began = ask(house), threading.Event(), threading.Event(), []

    def slow(_parts: Parts) -> dict[str, Any]:
        began.append(1)
        inside.set()
        leave.wait()
        raise scenario_runs._Abandoned

    computed(slow)
    with Claims(database_url) as one, Claims(database_url) as other:
        thread = threading.Thread(target=Worker(house, one, stop).turn)
        thread.start()
        inside.wait()
        assert not Worker(house, other, stop).turn(), "another process is at it"
        leave.set()
        thread.join()
    assert began == [1] and state(house, number).state == "running"


def test_what_a_dead_process_left_is_taken_up_and_given_up_in_the_end(
    house: Database, database_url: str, computed: Callable[..., None], stop: threading.Event
) -> None:
    """And the process that was thought dead writes nothing any more."""
    number = ask(house)
    left = scenarios.claim(house, NOW)
    assert left and state(house, number).state == "running"

    def die(_parts: Parts) -> dict[str, Any]:
        raise KeyboardInterrupt

    computed(die)
    for _ in range(ATTEMPTS - 1):
        dead = Claims(database_url)
        with pytest.raises(KeyboardInterrupt):
            Worker(house, dead, stop).turn()
        dead.release()
    assert not scenarios.progress(house, left, 1, 2)
    assert not scenarios.end(house, left, "done", NOW, result={})
    with Claims(database_url) as claims:
        assert Worker(house, claims, stop).turn()
    found = state(house, number)
    assert (found.state, found.reason, found.result) == ("failed", "crashed", None)


def test_a_cancelled_question_is_left_at_its_next_part(
    house: Database, worker: Worker, computed: Callable[..., None]
) -> None:
    number, parts_done = ask(house), []

    def work(parts: Parts) -> dict[str, Any]:
        scenarios.cancel(house, SITE, number, NOW)
        parts.expect(2)
        parts_done.append(1)
        parts.step()
        raise AssertionError("it went on")

    computed(work)
    assert worker.turn()
    assert state(house, number).state == "cancelled" and parts_done == [1] and not worker.turn()


def test_a_process_that_is_asked_to_end_leaves_its_question_to_the_next(
    house: Database, worker: Worker, computed: Callable[..., None], stop: threading.Event
) -> None:
    number = ask(house)

    def work(parts: Parts) -> dict[str, Any]:
        stop.set()
        parts.step()
        raise AssertionError("it went on")

    computed(work)
    assert worker.turn() and state(house, number).state == "running"
    taken = scenarios.claim(house, NOW)
    assert taken and (taken.number, taken.attempt) == (number, 2)


def test_what_takes_too_long_or_cannot_be_is_said(
    house: Database, database_url: str, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    long, gone = ask(house), ask(house, replace(SPEC, closed=("no-such-space",)))
    with Claims(database_url) as claims:
        assert Worker(house, claims, stop, limit_s=0.0).turn()
        assert Worker(house, claims, stop).turn()
    assert [(state(house, n).state, state(house, n).reason) for n in (long, gone)] == [
        ("failed", "too_long"), ("failed", "unusable")]  # fmt: skip
    assert "no-such-space" in caplog.text


def test_a_fault_of_our_own_is_logged_and_said(
    house: Database, worker: Worker, computed: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    number = ask(house)

    def work(_parts: Parts) -> dict[str, Any]:
        raise ZeroDivisionError

    computed(work)
    assert worker.turn() and state(house, number).reason == "broken" and "ZeroDivisionError" in caplog.text


def test_what_cannot_be_played_is_ended_and_said(
    house: Database, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    head = "[[sites.sensors]]\n"
    sites.apply(house, parse(HOUSE.replace(head, f"{head}since = 2026-01-01\n", 1)))
    number, now = ask(house), datetime.now(UTC)
    taken = scenarios.claim(house, now)
    assert taken and scenarios.end(house, taken, "done", now)
    scenarios.play(house, SITE, number, now=now, until=now + timedelta(hours=1))
    execute(house, "update site set timezone = 'Nowhere/Land' where slug = %s", (SITE,))
    played = scenarios.played(house)
    assert played
    scenario_play._play(house, played, Settings(), threading.Event())
    assert "Nowhere/Land" in caplog.text
    ended = scenarios.played(house)
    assert ended and ended.until < played.until
    execute(house, "delete from scenario_run")
    scenario_play._play(house, played, Settings(), threading.Event())  # it is removed while it is played


def test_a_scenario_whose_sending_lost_the_database_is_resumed(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(_: threading.Event) -> None:
        raise StoreUnavailable("the database is away")

    number, now = ask(house), datetime.now(UTC)
    taken = scenarios.claim(house, now)
    assert taken and scenarios.end(house, taken, "done", now)
    scenarios.play(house, SITE, number, now=now, until=now + timedelta(hours=1))
    played = scenarios.played(house)
    assert played
    monkeypatch.setattr(scenario_play, "_sender", lambda *_: send)
    with pytest.raises(StoreUnavailable):
        scenario_play._play(house, played, Settings(), threading.Event())
    assert scenarios.played(house) == played


def test_what_is_played_and_cannot_be_read_is_said_and_ended_and_can_be_removed(
    house: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    number, now = ask(house), datetime.now(UTC)
    taken = scenarios.claim(house, now)
    assert taken and scenarios.end(house, taken, "done", now)
    spec = scenarios.load(house, SITE, number).spec
    copy = sandbox(sites.load(house, SITE), spec, now)
    sites.edit(house, lambda known: SiteFile(sites=(*known.sites, copy)), author="Kim", now=now)
    scenarios.play(house, SITE, number, now=now, until=now + timedelta(hours=1))
    execute(house, "update scenario_run set spec = '{}'")
    played = scenarios.played(house)
    assert played
    scenario_play._play(house, played, Settings(), threading.Event())
    assert "a scenario cannot be played" in caplog.text
    ended = scenarios.played(house)
    assert ended and ended.until < played.until
    execute(house, "update scenario_run set play_until = now() - interval '1 minute'")
    with running("player", partial(scenario_play.run, house), on(database_url)):
        wait_for(lambda: scenarios.played(house) is None)
    scenarios.remove(house, SITE, number)
    assert scenarios.listing(house, SITE) == ([], [])


def test_the_oldest_answers_are_forgotten(house: Database) -> None:
    with house.transaction() as conn:
        conn.execute(
            "insert into scenario_run (site_id, spec, state, author, asked, ended)"
            ' select site_id, \'{"title": "x", "first": "2026-12-05"}\', \'done\', \'Kim\', now(), now()'
            " from site, generate_series(1, %s) where slug = %s",
            (MOST_KEPT + 5, SITE),
        )
    newest = ask(house)
    found, _ = scenarios.listing(house, SITE)
    assert len(found) == MOST_KEPT and found[0].number == newest


@pytest.mark.parametrize("damage", ["spec = '{}'", "spec = '[]'", """result = '{"answer": 1}'"""])
def test_what_cannot_be_read_is_said_and_the_others_are_shown(house: Database, damage: str) -> None:
    good, bad = ask(house), ask(house, replace(SPEC, title="Lost"))
    for number in (good, bad):
        scenarios.cancel(house, SITE, number, NOW)
    execute(house, f"update scenario_run set {damage} where number = {bad}")  # noqa: S608
    (place,) = (site for site in get_sites(house) if site.site == SITE)

    def shown(query: str = "") -> str:
        return str(scenarios_page.page(house, place, Address.parse(f"/scenarios/{SITE}", query), NOW))

    said, removal = f"Scenario {bad} kan inte läsas", f"DELETE /api/v1/sites/{SITE}/scenarios/{bad}"
    for page in (shown(), shown(f"?run={bad}&run={good}"), shown(f"?ask={bad}")):
        assert page.count(said) == page.count(removal) == 1
    assert SPEC.title in shown() and "finns inte kvar" not in shown()
    with pytest.raises(ScenarioRefused, match="cannot be read"):
        scenarios.load(house, SITE, bad)
    scenarios.remove(house, SITE, bad)
    assert said not in shown()


def test_what_cannot_be_read_is_cancelled_ended_or_removed_as_its_state_allows(house: Database) -> None:
    number, now = ask(house), datetime.now(UTC)
    execute(house, "update scenario_run set spec = '{}'")
    (place,) = (site for site in get_sites(house) if site.site == SITE)
    address = f"/api/v1/sites/{SITE}/scenarios/{number}"

    def offered() -> list[str]:
        page = str(scenarios_page.page(house, place, Address.parse(f"/scenarios/{SITE}", ""), now))
        assert f"Scenario {number} kan inte läsas" in page and "Ingen har frågat" not in page
        ways = (f"POST {address}/cancel", f"POST {address}/play/end", f"DELETE {address}")
        return [way for way in ways if f"'{way}'" in page]

    assert offered() == [f"POST {address}/cancel"]
    assert scenarios.claim(house, now) and offered() == [f"POST {address}/cancel"]
    scenarios.cancel(house, SITE, number, now)
    assert offered() == [f"DELETE {address}"]
    execute(house, "update scenario_run set state = 'done'")
    scenarios.play(house, SITE, number, now=now, until=now + timedelta(hours=1))
    assert offered() == [f"POST {address}/play/end"]
    scenarios.end_play(house, SITE, number, now)
    assert offered() == []  # until its sandbox is cleared away
    played = scenarios.played(house)
    assert played
    scenarios.clear_away(house, played)
    assert offered() == [f"DELETE {address}"]


@pytest.mark.parametrize("spec", ["{}", "[]"])
def test_what_waits_and_cannot_be_read_fails_and_the_next_is_answered(
    house: Database, worker: Worker, spec: str
) -> None:
    bad, good = ask(house), ask(house)
    execute(house, "update scenario_run set spec = %s where number = %s", (spec, bad))
    assert worker.turn() and worker.turn()
    assert state(house, good).state == "done"
    assert [run.number for run in scenarios.listing(house, SITE)[1]] == [bad]
    scenarios.remove(house, SITE, bad)
