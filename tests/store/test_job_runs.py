"""Duties: one worker at a time, each within its time, and what became of it noted, shown and told."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock
from zoneinfo import ZoneInfoNotFoundError

import pytest
from msgspec import ValidationError

from besok.model.alerts import AlertRule
from besok.model.errors import SchemaMismatch, StoreRefused, StoreUnavailable
from besok.model.settings import Settings
from besok.services.alerts import add_rule
from besok.services.condition import Trouble, get_troubles
from besok.store import alerts, job_runs, occupancy
from besok.store.claims import Claims
from besok.store.database import Database
from besok.store.heartbeats import beat, beats
from besok.store.sites import load
from besok.text import job_text
from besok.text.languages import speaking
from jobs import alerting, work
from jobs.background import Background, Task
from jobs.inbox import Changes
from jobs.metrics import State, families
from jobs.runs import Ended, run_alone
from jobs.schedule import DUTIES, SIGNAL, Duty
from tests.at_work import taking_turns
from tests.databases import execute
from tests.patience import wait_for
from tests.store.counted import build

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def claims(database_url: str) -> Iterator[Claims]:
    with Claims(database_url) as held:
        yield held


def run(
    db: Database, claims: Claims, work: Callable[[Database], object], limit: timedelta = MINUTE
) -> Ended | None:
    return run_alone(db, claims, "sweep", work, period=MINUTE, limit=limit)


def passes(db: Database, time: timedelta) -> None:
    """Let what was noted be older."""
    execute(db, "update job_run set started = started - %s, ended = ended - %s", (time, time))


def started(db: Database) -> list[datetime]:
    return [when for (when,) in execute(db, "select started from job_run order by run_id")]


def nothing(_: Database) -> None:
    pass


def test_two_workers_never_do_one_at_once(db: Database, claims: Claims, database_url: str) -> None:
    """And what is done is not done again within its period, by whomever."""
    inside, leave, done = threading.Event(), threading.Event(), []

    def slow(_: Database) -> None:
        inside.set()
        leave.wait()

    def other() -> None:
        with Claims(database_url) as own:
            done.append(run(db, own, slow))

    thread = threading.Thread(target=other)
    thread.start()
    inside.wait()
    passes(db, 2 * MINUTE)
    assert run(db, claims, nothing) is None, "another worker is at it"
    leave.set()
    thread.join()
    assert [ended and ended.outcome for ended in done] == ["done"]
    passes(db, -2 * MINUTE)
    assert run(db, claims, nothing) is None, "it was done a moment ago"
    passes(db, MINUTE)
    assert run(db, claims, nothing) is not None
    (state,) = job_runs.states(db)
    assert (state.duty, state.started, state.outcome, state.failing) == (
        "sweep",
        started(db)[-1],
        "done",
        None,
    )


def test_a_clock_that_was_put_back_delays_no_duty(db: Database, claims: Claims) -> None:
    assert run(db, claims, nothing) is not None
    passes(db, -timedelta(hours=5))
    assert run(db, claims, nothing) is not None


def test_a_worker_that_dies_leaves_its_duty_to_others(
    db: Database, claims: Claims, database_url: str
) -> None:
    dead = Claims(database_url)
    with pytest.raises(BaseException, match="killed"):

        def die(_: Database) -> None:
            raise KeyboardInterrupt("killed")

        run(db, dead, die)
    dead.release()
    passes(db, MINUTE)
    assert run(db, claims, nothing) is not None
    outcomes = execute(db, "select outcome from job_run order by run_id")
    assert outcomes == [("interrupted",), ("done",)]


def test_what_takes_too_long_is_ended_and_undone(db: Database, claims: Claims) -> None:
    def endless(own: Database) -> None:
        with own.transaction() as conn:
            conn.execute("create table half_done (n int)")
            conn.execute("select pg_sleep(3600)")

    ended = run(db, claims, endless, limit=timedelta(seconds=0.2))
    assert ended and ended.outcome == "timed_out"
    assert execute(db, "select to_regclass('half_done')")[0] == (None,)
    passes(db, MINUTE)
    assert run(db, claims, nothing) is not None, "in its next turn it is done"


def test_a_process_that_hangs_is_ended_by_the_system(db: Database, database_url: str) -> None:
    background = Background(Settings(database_url=database_url))  # type: ignore[arg-type]
    background.request(Task(name="hang", function="tests.store.duties:hang"))
    found = []
    wait_for(lambda: found.append(background.poll(NOW)) or any(found))
    (ended,) = filter(None, found)
    assert (ended.name, ended.outcome, bool(ended.killed)) == ("hang", "timed_out", True)
    job_runs.end_killed(db, ended.name, ended.outcome, ended.killed)
    (state,) = job_runs.states(db)
    assert (state.outcome, state.failing) == ("timed_out", state.started)


def test_a_process_that_dies_is_a_failed_run_and_rests(db: Database, database_url: str) -> None:
    """As one that the system kills for its memory: nobody else would record it, and it would begin again at once."""
    duty = Duty(
        name="forecast",
        period=timedelta(0),
        run="tests.store.duties:killed",
        due=lambda *_: True,
        limit=MINUTE,
    )
    state, moments = State(), [NOW]
    with taking_turns(db, database_url, [duty], state) as worker:

        def failed() -> bool:
            worker.turn(Changes(), moments[-1])
            return state.runs["forecast", "failed"] == len(moments)

        def trouble() -> Trouble:
            (found,) = [one for one in get_troubles(db, NOW) if one.kind == "job_failed"]
            return found

        wait_for(failed)
        worker.turn(Changes(), NOW + 4 * MINUTE)
        assert len(started(db)) == 1, "it rests"
        assert "ended with status -9" in trouble().detail
        worker._clock.duties = [replace(duty, run="tests.store.duties:no_such_function")]
        moments.append(NOW + 6 * MINUTE)
        wait_for(failed)
    assert len(started(db)) == 2 and "has no attribute" in trouble().detail


def test_a_duty_that_is_always_interrupted_has_failed(db: Database) -> None:
    for n, failing in enumerate((False, False, False, True)):
        assert job_runs.begin(db, "forecast", timedelta(0)) is not None
        assert [one.failing is not None for one in job_runs.states(db)] == [failing], n


def fail(_: Database, _now: datetime) -> None:
    raise StoreRefused("the roof leaks")


def test_a_failed_duty_is_a_metric_a_line_of_the_doctor_and_an_alert_and_others_go_on(
    db: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    alerts.put_target(db, "desk", "json://127.0.0.1:9")
    add_rule(db, AlertRule(kind="job_failed", target="desk", author="Kim"), NOW)
    done: list[str] = []
    duties = (
        Duty(name="fix the roof", period=MINUTE, run=fail),
        Duty(name="sweep", period=MINUTE, run=lambda *_: done.append("swept")),
    )
    state = State()
    with taking_turns(db, database_url, duties, state) as worker:
        for n in range(2):
            worker.turn(Changes(), NOW + n * MINUTE)
            passes(db, MINUTE)
    assert done == ["swept", "swept"] and state.runs["fix the roof", "failed"] == 2
    assert state.failing == {"fix the roof"}
    assert [m for m in caplog.messages if "the roof leaks" in m]
    (trouble,) = [one for one in get_troubles(db, NOW) if one.kind == "job_failed"]
    assert (trouble.name, trouble.detail) == ("fix the roof", "the roof leaks")
    assert trouble.since == min(started(db))
    alerting.judge(db, datetime.now(UTC))
    (alert,) = alerts.listing(db, NOW)
    assert (alert.kind, alert.subject, alert.since) == ("job_failed", "fix the roof", trouble.since)


def test_a_worker_that_paused_does_not_call_itself_silent(db: Database, database_url: str) -> None:
    alerts.put_target(db, "desk", "json://127.0.0.1:9")
    add_rule(db, AlertRule(kind="service", target="desk", author="Kim"), NOW)
    for name in ("besok-collector", "web"):
        beat(db, name, NOW, {})
    beat(db, "jobs", NOW - 10 * MINUTE, {})
    judging = [duty for duty in DUTIES if duty.name == "judge alerts"]
    with taking_turns(db, database_url, judging) as worker:
        for moment in (NOW, NOW + MINUTE):  # alerts are judged a while after a start
            worker.turn(Changes(), moment)
    assert alerts.listing(db, NOW) == []


@pytest.mark.parametrize("failed", [True, False], ids=["the database was away", "the machine slept"])
def test_after_an_outage_others_have_time_to_be_heard_before_they_are_judged(
    db: Database, database_url: str, failed: bool
) -> None:
    alerts.put_target(db, "desk", "json://127.0.0.1:9")
    add_rule(db, AlertRule(kind="service", target="desk", author="Kim"), NOW)
    judging = [duty for duty in DUTIES if duty.name == alerting.JUDGE]
    with taking_turns(db, database_url, judging) as worker:

        def judged(moment: datetime) -> list[str]:
            worker.turn(Changes(), moment)
            passes(db, MINUTE)
            return [alert.subject for alert in alerts.listing(db, moment)]

        for name in ("besok-collector", "web"):
            beat(db, name, NOW, {})
        assert judged(NOW) == judged(NOW + MINUTE) == []
        if failed:
            worker.fail(StoreUnavailable("away"))
        back = NOW + 5 * MINUTE
        assert judged(back) == [], "nobody has been able to tell that it works"
        beat(db, "besok-collector", back + MINUTE / 3, {})
        assert judged(back + MINUTE / 2) == ["web"]


def test_a_clock_that_was_put_back_hides_no_outage(db: Database, database_url: str) -> None:
    alerts.put_target(db, "desk", "json://127.0.0.1:9")
    add_rule(db, AlertRule(kind="service", target="desk", author="Kim"), NOW)
    judging = [duty for duty in DUTIES if duty.name == alerting.JUDGE]
    signs: list[datetime] = []
    sign = Duty(name=SIGNAL, period=MINUTE, run=lambda _, moment: signs.append(moment))
    ahead, back = NOW + timedelta(hours=1), NOW + 5 * MINUTE
    with taking_turns(db, database_url, [*judging, sign]) as worker:
        worker.turn(Changes(), ahead)
        for name in ("besok-collector", "web"):
            beat(db, name, NOW, {})
        worker.turn(Changes(), NOW)
        assert signs == [], "services are not judged yet"
        worker.turn(Changes(), ahead)
        execute(db, "insert into migration (name, digest) values ('9999_newer', 'x')")
        with pytest.raises(SchemaMismatch) as raised:
            worker.turn(Changes(), NOW)
        worker.fail(raised.value)
        execute(db, "delete from migration where name = '9999_newer'")
        passes(db, MINUTE)
        worker.turn(Changes(), back)
    assert alerts.listing(db, NOW) == [], "nobody has been able to tell that it works"


def test_alerts_are_sent_while_other_work_takes_hours(db: Database, database_url: str) -> None:
    both = {"period": MINUTE, "due": lambda *_: True, "limit": timedelta(hours=1)}  # as those of the worker
    duties = [
        Duty(name="long", run="tests.store.duties:sleep", **both),
        Duty(name="send", run="tests.store.duties:rest", prompt=True, **both),
    ]
    state = State()
    with taking_turns(db, database_url, duties, state) as worker:
        wait_for(lambda: worker.turn(Changes(), NOW) or state.runs["send", "done"])
        assert not state.runs["long", "done"]


def test_a_fault_in_a_part_of_a_turn_holds_up_no_other(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(db)
    execute(db, "alter table job_run drop constraint job_run_outcome_check")
    execute(db, "insert into job_run (duty, started, ended, outcome) values ('a', now(), now(), 'odd')")
    monkeypatch.setattr(work, "load", Mock(side_effect=load))
    done: list[datetime] = []
    duties = [Duty(name="sweep", period=MINUTE, run=lambda _, now: done.append(now))]
    with taking_turns(db, database_url, duties) as worker:
        for n in range(2):
            with pytest.raises(ValidationError, match="odd") as raised:
                worker.turn(Changes(), NOW + n * MINUTE)
            worker.fail(raised.value)
            passes(db, MINUTE)
    assert len(done) == 2 and work.load.call_count == 1  # type: ignore[attr-defined]


def test_each_fault_of_a_turn_is_logged_once_and_one_of_the_database_is_raised(
    db: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    execute(db, "alter table job_run drop constraint job_run_outcome_check")
    execute(db, "insert into job_run (duty, started, ended, outcome) values ('a', now(), now(), 'odd')")
    duty = Duty(
        name="sweep",
        period=MINUTE,
        run="tests.store.duties:rest",
        due=Mock(side_effect=StoreUnavailable("away")),
    )
    with taking_turns(db, database_url, [duty]) as worker:
        for n in range(2):
            with pytest.raises(StoreUnavailable):
                worker.turn(Changes(), NOW + n * MINUTE)
    told = [r.message for r in caplog.records if r.__dict__.get("action") == "part_failed"]
    assert ["odd" in one or "away" in one for one in told] == [True, True]


def test_a_worker_that_cannot_claim_sites_is_silent(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with taking_turns(db, database_url) as worker:
        with monkeypatch.context() as patched:
            patched.setattr(occupancy, "site_ids", Mock(side_effect=StoreRefused("the roof leaks")))
            with pytest.raises(StoreRefused):
                worker.turn(Changes(), NOW)
        assert beats(db) == []
        worker.turn(Changes(), NOW)
        assert [one.name for one in beats(db)] == ["jobs"]


def test_a_long_duty_that_cannot_be_told_to_be_due_rests(db: Database, database_url: str) -> None:
    asked: list[datetime] = []

    def due(_: Database, now: datetime) -> bool:
        asked.append(now)
        raise StoreRefused("the roof leaks")

    duty = Duty(name="forecast", period=timedelta(0), run="tests.store.duties:rest", due=due)
    with taking_turns(db, database_url, [duty]) as worker:
        for minutes in (0, 4, 6):
            worker.turn(Changes(), NOW + minutes * MINUTE)
    assert asked == [NOW, NOW + 6 * MINUTE]


def test_a_site_that_cannot_be_loaded_here_is_left_to_others(
    db: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(db)
    monkeypatch.setattr(work, "load", Mock(side_effect=ZoneInfoNotFoundError))
    with taking_turns(db, database_url) as worker, Claims(database_url) as others:
        worker.turn(Changes(), NOW)
        with db.transaction() as conn:
            assert [others.claim(site_id) for site_id in occupancy.site_ids(conn).values()] == [True]


def test_every_duty_has_its_series_from_the_start() -> None:
    state = State(failing={DUTIES[0].name})
    state.runs[DUTIES[0].name, "timed_out"] += 1
    told = {f.name: {tuple(s.labels.values()): s.value for s in f.samples} for f in families(state, NOW)}
    assert told["besok_jobs_runs"][DUTIES[0].name, "timed_out"] == 1
    assert sum(told["besok_jobs_runs"].values()) == 1
    assert told["besok_jobs_duty_failing"] == {(duty.name,): float(duty is DUTIES[0]) for duty in DUTIES}


def test_every_duty_has_a_name_on_pages() -> None:
    with speaking("sv"):
        assert [duty.name for duty in DUTIES if job_text.name(duty.name) == duty.name] == []


def test_old_runs_are_forgotten_but_not_failures_of_late(db: Database) -> None:
    execute(
        db,
        "insert into job_run (duty, started, ended, outcome)"
        " select 'sweep', t, t, case when n = 1 then 'failed' else 'done' end"
        " from generate_series(1, 300) n, lateral (select %s - n * interval '1 day' as t) u"
        " order by n desc",
        (NOW,),
    )
    job_runs.forget(db, NOW - timedelta(days=200))
    job_runs.forget(db, NOW)
    assert execute(db, "select count(*) from job_run")[0] == (100,)


def test_a_lost_claim_loses_the_work(db: Database, claims: Claims) -> None:
    def cut(own: Database) -> None:
        with own.transaction() as conn:
            pid = conn.info.backend_pid
            execute(db, "select pg_terminate_backend(%s)", (pid,))
            conn.execute("select 1")

    with pytest.raises(StoreUnavailable):
        run(db, claims, cut)
    passes(db, MINUTE)
    assert run(db, claims, nothing) is not None
