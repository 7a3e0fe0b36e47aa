"""Alerts: each occurrence once, whatever happens; in one message, to real servers; and over when it is over."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from besok.model.alerts import AlertRule
from besok.model.errors import AlertError, NotFound
from besok.services.alerts import add_rule
from besok.store import alerts
from besok.store.database import Database
from besok.store.heartbeats import beat
from besok.text.formats import stamp
from jobs import alerting
from tests.databases import execute
from tests.store.counted import build, put, reading
from tests.store.inbox import Inbox

MINUTE = timedelta(minutes=1)


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def library(db: Database, now: datetime) -> Database:
    """A library in which everything works."""
    build(db)
    put(db, reading(0, 5, "in", period_s=60), reading(0, 5, "in", period_s=60, device="back"))
    heard(db, now)
    for name in ("jobs", "web", "besok-collector"):
        beat(db, name, now, {})
    return db


@pytest.fixture
def desk(library: Database, inbox: tuple[Inbox, str]) -> Inbox:
    """What comes to the target of that name."""
    taken, url = inbox
    alerts.put_target(library, "desk", url)
    return taken


def heard(db: Database, at: datetime) -> None:
    execute(db, "update device set last_received = %s", (at,))
    execute(db, "update channel set last_time = %s", (at,))


def rule(db: Database, kind: str, now: datetime, **more: Any) -> int:
    asked = {"target": "desk", "author": "Kim", **more}
    return add_rule(db, AlertRule(kind=kind, **asked), now)  # type: ignore[arg-type]


def turn(db: Database, now: datetime) -> None:
    """What the jobs do every half minute."""
    alerting.judge(db, now)
    if alerting.to_send(db, now):
        alerting.send(db, now)


def test_an_outage_is_one_message_and_its_end_another(library: Database, desk: Inbox, now: datetime) -> None:
    rule(library, "sensor_offline", now)
    rule(library, "service", now)
    turn(library, now)
    assert desk.subjects == []
    heard(library, now - 10 * MINUTE)
    beat(library, "jobs", now - 10 * MINUTE, {})
    for n in range(3):  # asked again and again, told once
        turn(library, now + n * MINUTE / 2)
    assert desk.subjects == ["Besök: 3 larm"]
    assert (
        "Sensorn Bibblan, Entré (lib/front) är offline sedan" in desk.bodies[0]
        and "jobs svarar inte" in desk.bodies[0]
    )
    heard(library, now + 3 * MINUTE)
    for name in ("jobs", "web", "besok-collector"):
        beat(library, name, now + 3 * MINUTE, {})
    turn(library, now + 3 * MINUTE)
    turn(library, now + 4 * MINUTE)
    assert desk.subjects == ["Besök: 3 larm", "Besök: 3 larm har upphört"]
    assert {one.resolved for one in alerts.listing(library, now)} == {now + 3 * MINUTE}


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_two_workers_raise_and_send_once(library: Database, desk: Inbox, now: datetime) -> None:
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    barrier = threading.Barrier(4)

    def work(_: int) -> None:
        barrier.wait()
        for _turn in range(3):
            turn(library, now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(desk.subjects) == 1 and len(alerts.listing(library, now)) == 2


def test_a_message_that_is_refused_is_tried_again_later(
    library: Database, desk: Inbox, now: datetime
) -> None:
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    desk.refuses = True
    turn(library, now)
    turn(library, now + MINUTE / 2)  # too soon
    desk.refuses = False
    turn(library, now + MINUTE / 2)
    assert desk.subjects == []
    turn(library, now + 2 * MINUTE)
    assert desk.subjects == ["Besök: 2 larm"]
    log = alerts.deliveries(library)
    assert [(one.alerts, one.problem is None) for one in log] == [(2, True), (2, False)]
    assert all("mailto" not in (one.problem or "") for one in log), "addresses may hold passwords"


def test_what_ends_or_is_asked_for_while_a_message_is_sent_is_not_lost(
    library: Database, desk: Inbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    deliver = alerting.deliver

    def slow(*message: str) -> str | None:
        monkeypatch.undo()
        heard(library, now)
        alerting.judge(library, now)
        assert alerts.try_target(library, "desk")
        return deliver(*message)

    monkeypatch.setattr(alerting, "deliver", slow)
    turn(library, now)
    assert [one.trial for one in alerts.target_states(library)] == [True]
    turn(library, now + MINUTE)
    assert desk.subjects == ["Besök: 2 larm", "Besök: 2 larm har upphört"]


def full(db: Database, now: datetime, people: float) -> None:
    execute(db, "update space set capacity = 50 where slug = 'hall'")
    execute(
        db,
        "insert into occupancy_minute (space_id, time, people, lower, upper, raw, basis)"
        " select space_id, %s - n * interval '1 minute', %s, %s, %s, %s, 'doors'"
        " from space, generate_series(0, 9) n"
        " on conflict (space_id, time) do update set people = excluded.people, lower = excluded.lower",
        (now, people, people, people, people),
    )


def test_a_space_that_is_too_full_for_a_while(library: Database, desk: Inbox, now: datetime) -> None:
    rule(library, "space_over", now, site="lib", space="hall", threshold=0.9, minutes=5)
    full(library, now, 44)
    turn(library, now)
    assert desk.subjects == []
    full(library, now, 46)
    turn(library, now)
    assert desk.subjects == [
        f"Bibblan, Hall: minst 90 % av kapaciteten (46 personer, {stamp(now, 'Europe/Stockholm')})"
    ]
    full(library, now + MINUTE, 42)  # below the threshold, yet not clearly
    turn(library, now + MINUTE)
    assert len(desk.subjects) == 1
    full(library, now + 2 * MINUTE, 30)
    turn(library, now + 2 * MINUTE)
    assert desk.subjects[1].startswith("Upphörde")


def test_a_disk_that_is_nearly_full_until_a_little_more_is_free(
    library: Database, desk: Inbox, now: datetime
) -> None:
    rule(library, "disk_low", now)
    messages = []
    for minute, free in enumerate((60, 49, 51, 49, 56)):  # of 1,000
        beat(library, "jobs", now + minute * MINUTE, {"disk_free": free, "disk_size": 1000})
        turn(library, now + minute * MINUTE)
        messages.append(len(desk.subjects))
    assert messages == [0, 1, 1, 1, 2]
    assert "Disken" in desk.subjects[0] and desk.subjects[1].startswith("Upphörde")


def test_quiet_hours_acknowledgement_and_work_going_on(library: Database, desk: Inbox, now: datetime) -> None:
    here = now.astimezone(
        ZoneInfo("Europe/Stockholm")
    )  # the wall of the site, though the rule is of all sites
    wall, later = here.time(), (here + timedelta(hours=1)).time()
    rule(library, "sensor_offline", now, quiet_from=wall, quiet_to=later)
    until = now + timedelta(days=1)
    alerts.mute(library, "lib/back", site="lib", reason="new lens", author="Kim", until=until, now=now)
    heard(library, now - 10 * MINUTE)
    turn(library, now)
    (one,) = alerts.listing(library, now)
    assert one.subject == "lib/front" and desk.subjects == []
    assert alerts.acknowledge(library, one.id, "Robin", now) and not alerts.acknowledge(
        library, one.id, "Kim", now
    )
    turn(library, now + timedelta(hours=2))
    assert desk.subjects == [], "somebody is already taking care of it"


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_a_webhook_gets_it_too(library: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            got.append(self.path.encode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.server_address[1]
        alerts.put_target(library, "desk", f"json://127.0.0.1:{port}/hook")
        rule(library, "sensor_offline", now)
        heard(library, now - 10 * MINUTE)
        turn(library, now)
        monkeypatch.setenv("BESOK_ALIVE_URL", f"http://127.0.0.1:{port}/alive")
        alerting.signal(library, now)
        server.shutdown()
        thread.join()
    assert b"lib/front" in got[0] and got[1] == b"/alive"
    assert alerting.signal(library, now) is None, "nobody is there"


def test_rules_that_could_never_hold_are_refused(library: Database, now: datetime) -> None:
    alerts.put_target(library, "desk", "json://127.0.0.1")
    for kind, more, said in (
        ("space_over", {}, "needs a threshold above zero and up to 2: a share of the capacity, as 0.9"),
        ("space_over", {"threshold": 90.0}, "a share of the capacity, as 0.9"),
        ("target_probability", {"threshold": 50.0}, "a probability, as 0.5"),
        ("cleaning", {"threshold": 400.0}, "name it and its site"),
        ("anything", {}, "choose one of sensor_offline"),
    ):
        with pytest.raises(AlertError, match=said):
            rule(library, kind, now, **more)
    for more in ({"target": "nobody"}, {"site": "nowhere"}, {"space": "hall"}):
        with pytest.raises(NotFound):
            rule(library, "sensor_offline", now, **more)
    assert alerting.deliver("nonsense://x", "a", "b") == "the address is none that Apprise knows"


def test_entries_since_the_last_cleaning_and_people_after_closing(
    library: Database, desk: Inbox, now: datetime
) -> None:
    quarter = now.replace(minute=0, second=0) - timedelta(hours=1)
    execute(
        library,
        "insert into flow_bucket (channel_id, bucket, people_in, people_out, covered_s, imputed)"
        " select channel_id, %s, 250, 0, 900, 0 from channel",
        (quarter,),
    )
    execute(library, "update site set opening = replace(opening::text, 'always', 'closed')::jsonb")
    rule(library, "cleaning", now, site="lib", space="hall", threshold=240.0)
    rule(library, "inside_after_closing", now, minutes=15)
    full(library, now, 2)
    turn(library, now)
    (body,) = desk.bodies
    assert "inpassager sedan" in body and "någon tycks vara kvar" in body
    (cleaning,) = (one for one in alerts.listing(library, now) if one.kind == "cleaning")
    assert alerts.acknowledge(library, cleaning.id, "Kim", now)
    turn(library, now + MINUTE)
    assert [one.kind for one in alerts.listing(library, now) if one.resolved is None] == [
        "inside_after_closing"
    ]
