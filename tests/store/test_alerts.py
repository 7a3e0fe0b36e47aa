"""Alerts: each occurrence once, whatever happens; in one message, to real servers; and over when it is over."""

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apprise.plugins.slack import NotifySlack

from besok.model.alerts import AlertRule, AlertState
from besok.model.errors import AlertError, JobError, NotFound
from besok.model.settings import Settings
from besok.services.alert_handling import put_target
from besok.services.alerts import add_rule
from besok.services.condition import get_troubles
from besok.services.devices import get_devices
from besok.services.live import get_live
from besok.services.overview import get_overview
from besok.store import alerts
from besok.store.database import Database, sql, values_of
from besok.store.heartbeats import beat
from besok.text import alert_text
from besok.text.formats import stamp
from besok.text.languages import speaking
from cli.stack import conditions
from collectors import collector
from collectors.counters import Counters
from collectors.inbox import Inbox as Received
from dashboard.components import live_parts
from jobs import alerting
from tests.at_work import collecting
from tests.commands import besok, complaint
from tests.databases import execute, waiting
from tests.month.clocks import Clocks
from tests.month.operator import listening
from tests.patience import wait_for
from tests.store.counted import build, put, reading
from tests.store.inbox import Inbox, taking_mail

SLACK = "slack://T0HOUSE00/B0DESK000/madeupmadeupmadeupmadeup/#desk"
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
    for name in ("jobs", "web"):
        beat(db, name, now, {})
    collecting(db, now)
    return db


@pytest.fixture
def desk(library: Database, inbox: tuple[Inbox, str]) -> Inbox:
    """What comes to the target of that name."""
    taken, url = inbox
    alerts.put_target(library, "desk", url)
    return taken


def test_a_mail_in_html_has_lines_that_wrap_and_a_link_that_works_elsewhere(
    library: Database, inbox: tuple[Inbox, str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, url = inbox
    alerts.put_target(library, "desk", url.replace("format=text", "format=html"))
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    turn(library, now)
    assert taken.pages[0].count("<li>Sensorn Bibblan, ") == 2 and "&nbsp;" not in taken.pages[0]
    assert "href" not in taken.pages[0], "no address is known that others can open"
    monkeypatch.setenv("BESOK_PUBLIC_URL", "https://besok.example.se/")
    heard(library, now + 3 * MINUTE)
    turn(library, now + 3 * MINUTE)
    assert '<a href="https://besok.example.se/alerts/lib">' in taken.pages[1]


def test_a_program_gets_the_text_of_an_alert_line_by_line(
    library: Database, now: datetime, tmp_path: Path
) -> None:
    with listening(Clocks(tmp_path)) as operator:
        alerts.put_target(library, "desk", operator.target)
        rule(library, "sensor_offline", now)
        heard(library, now - 10 * MINUTE)
        turn(library, now)
    ((_, _, told),) = operator.lines
    _title, *lines = told.split("; ")
    assert len(lines) == 2 and all(line.startswith("- Sensorn Bibblan, ") for line in lines)


def test_no_rule_or_address_is_kept_twice(library: Database, desk: Inbox, now: datetime) -> None:
    number = rule(library, "sensor_offline", now, minutes=5)
    with pytest.raises(AlertError, match=f"rule {number} says the same"):
        rule(library, "sensor_offline", now, minutes=5, author="Robin")
    assert rule(library, "sensor_offline", now, minutes=10) and rule(
        library, "sensor_offline", now, site="lib"
    )
    url = alerts.targets(library)["desk"]
    with pytest.raises(AlertError, match="desk has that address already"):
        put_target(library, "office", url)
    put_target(library, "desk", url)
    assert alerts.targets(library) == {"desk": url}


@pytest.mark.usefixtures("database_url", "desk")  # with a pool of connections
def test_of_equal_rules_at_the_same_moment_one_is_kept(library: Database, now: datetime) -> None:
    with ThreadPoolExecutor(1) as pool:
        with library.transaction() as conn:  # as somebody who has just added it
            conn.execute("select from alert_target for update")
            conn.execute(
                "insert into alert_rule (kind, target, author, made) values ('sensor_offline', 'desk', 'Kim', %s)",
                (now,),
            )
            second = pool.submit(copy_context().run, rule, library, "sensor_offline", now)
            wait_for(lambda: waiting(library))
        with pytest.raises(AlertError, match="says the same"):
            second.result()
    assert len(alerts.rules(library)) == 1


def heard(db: Database, at: datetime) -> None:
    execute(db, "update device set last_received = %s", (at,))
    execute(db, "update channel set last_time = %s", (at,))


def burst(db: Database, at: datetime, *, of: datetime) -> None:
    """Have every device send at one time what it stored at another."""
    heard(db, at)
    execute(db, "update channel set last_time = %s, last_received = %s", (of, at))


def silent(db: Database, door: str, since: datetime, heard: datetime) -> None:
    """Have a sensor count nothing since a time, and send nothing at all since another."""
    execute(db, "update device set last_received = %s where external_id = %s", (heard, f"lib/{door}"))
    execute(
        db,
        "update channel set last_time = %s, last_received = %s"
        " where device_id = (select device_id from device where external_id = %s)",
        (since, since, f"lib/{door}"),
    )


def card(db: Database, at: datetime) -> tuple[str, int]:
    """Return the word on the card of the house, which is that of Overview, and how many sensors are offline."""
    execute(
        db,
        "insert into occupancy_minute (space_id, time, people, lower, upper, basis)"
        " select space_id, %s, 3, 2, 4, 'doors' from space where slug = 'lib' on conflict do nothing",
        (at,),
    )
    seen = next(one for one in get_overview(db, at).sites if one.site == "lib")
    assert seen.root == get_live(db, "lib", at).spaces[0]
    return live_parts.verdict(seen.root), seen.offline


def rule(db: Database, kind: str, now: datetime, **more: Any) -> int:
    asked = {"target": "desk", "author": "Kim", **more}
    return add_rule(db, AlertRule(kind=kind, **asked), now)  # type: ignore[arg-type]


def collect(
    db: Database, moments: list[datetime], monkeypatch: pytest.MonkeyPatch, *, broker: bool = True
) -> None:
    """Run the heartbeat of a new collector at these times; it connects after the first, if there is a broker."""
    counters, left = Counters(), list(moments)

    class Running(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            del left[0]
            counters.connected = broker
            return not left

    monkeypatch.setattr(collector, "utc_now", lambda: left[0])
    collector._beat(db, Settings(), Received(), counters, Running())


def judged_offline(db: Database, now: datetime) -> tuple[list[str], list[str]]:
    """Judge; return the sensors that are offline, and those of which that is not clear."""
    alerting.judge(db, now)
    troubles = get_troubles(db, now)
    offline, unclear = (
        sorted(one.name for one in troubles if one.kind == kind)
        for kind in ("sensor_offline", "sensor_unclear")
    )
    assert alerts.rules(db) == [] or {*offline} <= {
        one.subject for one in alerts.listing(db, now) if not one.resolved
    }
    return offline, unclear


def judge(db: Database, now: datetime) -> None:
    """Judge while a collector works."""
    collecting(db, now)
    alerting.judge(db, now)


def turn(db: Database, now: datetime) -> None:
    """What the jobs do every half minute."""
    judge(db, now)
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
        and "Tjänsten ”beräkningar i bakgrunden” svarar inte" in desk.bodies[0]
    )
    heard(library, now + 3 * MINUTE)
    for name in ("jobs", "web", "besok-collector"):
        beat(library, name, now + 3 * MINUTE, {})
    turn(library, now + 3 * MINUTE)
    turn(library, now + 4 * MINUTE)
    assert desk.subjects == ["Besök: 3 larm", "Besök: 3 larm har upphört"]
    assert {one.resolved for one in alerts.listing(library, now)} == {now + 3 * MINUTE}


def test_after_a_pause_each_sensor_has_its_time_to_send_before_it_is_judged(
    library: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.put_target(library, "desk", "json://127.0.0.1:9")
    rule(library, "sensor_offline", now)
    execute(library, "update device set interval_s = 600 where external_id = 'lib/back'")
    both = ["lib/back", "lib/front"]

    def judged(*minutes: float, broker: bool = True) -> tuple[list[str], list[str]]:
        collect(library, [now + one * MINUTE for one in minutes], monkeypatch, broker=broker)
        return judged_offline(library, now + minutes[-1] * MINUTE)

    assert judged(0, 1, 120, 121) == ([], both), "the machine slept"
    assert judged(122, 123, 124, 125, 126) == (["lib/front"], ["lib/back"])
    assert judged(127, 128, *range(130, 173, 2)) == (both, [])
    assert judged(*range(173, 179), broker=False) == ([], both)
    assert judged(178.5, 179, 180) == ([], both), "it was without its broker for long"
    assert not any(one.resolved for one in alerts.listing(library, now)), "nothing says that it is over"
    found = [one.text for one in conditions.conditions(library, now + 180 * MINUTE) if "sensors" in one.text]
    assert found == ["2 sensors not judged yet: lib/back (3 hours ago), lib/front (3 hours ago)"]


def test_a_collector_that_restarts_again_and_again_holds_no_alert_back(
    library: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start in range(10, 20, 3):  # and is away for a minute
        collect(library, [now + (start + n) * MINUTE for n in (0, 0.5, 2)], monkeypatch)
    assert judged_offline(library, now + 21 * MINUTE) == (["lib/back", "lib/front"], [])


def test_sensors_are_judged_after_the_clock_was_put_back(
    library: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(library, "delete from service where name = 'besok-collector'")
    collect(library, [now + n * MINUTE for n in (180, 181, *range(6))], monkeypatch)
    assert judged_offline(library, now + 5 * MINUTE) == ([], [])
    collect(library, [now + n * MINUTE for n in range(6, 8)], monkeypatch)
    assert judged_offline(library, now + 7 * MINUTE) == (["lib/back", "lib/front"], [])


def test_sensors_are_judged_by_the_collector_that_hears_longest(library: Database, now: datetime) -> None:
    later = now + 10 * MINUTE
    collecting(library, now + timedelta(days=1), "died before the clock was put back")
    assert judged_offline(library, later) == ([], ["lib/back", "lib/front"])
    collecting(library, later, "new", hearing=later.timestamp())
    assert judged_offline(library, later) == ([], ["lib/back", "lib/front"])
    collecting(library, later, "old")
    assert judged_offline(library, later) == (["lib/back", "lib/front"], [])
    collecting(library, later, "new", hearing=later.timestamp(), writing=later - 2 * MINUTE)
    assert judged_offline(library, later) == ([], ["lib/back", "lib/front"]), "readings wait to be stored"


def test_while_no_collector_works_no_sensor_is_said_to_be_offline(library: Database, now: datetime) -> None:
    alerts.put_target(library, "desk", "json://127.0.0.1:9")
    rule(library, "sensor_offline", now)
    assert judged_offline(library, now + 10 * MINUTE) == ([], ["lib/back", "lib/front"])
    assert alerts.listing(library, now) == []


def test_bursts_of_stored_readings_neither_begin_nor_end_an_alert(
    library: Database, desk: Inbox, now: datetime
) -> None:
    """All show the sensor as delayed; it is over when it sends what is new."""

    def offline(at: datetime) -> list[int]:
        said, number = card(library, at)
        states = [one.freshness for one in get_devices(library, "lib", now=at)]
        assert states.count("stale") == number
        assert said == ("Sensor offline" if number else "Fördröjd")
        return [number, states.count("late")]

    rule(library, "sensor_offline", now)
    burst(library, now, of=now - timedelta(hours=2))
    turn(library, now)
    assert desk.subjects == [] and offline(now) == [0, 2]
    for hour in range(1, 4):
        turn(library, now + timedelta(minutes=60 * hour - 30))
        assert offline(now + timedelta(minutes=60 * hour - 30)) == [2, 0]
        burst(library, now + timedelta(hours=hour), of=now + timedelta(hours=hour - 2))
        turn(library, now + timedelta(hours=hour))
    assert desk.subjects == ["Besök: 2 larm"]
    heard(library, now + timedelta(hours=4))
    turn(library, now + timedelta(hours=4))
    assert desk.subjects == ["Besök: 2 larm", "Besök: 2 larm har upphört"]


def test_one_door_does_not_hide_the_state_of_another(library: Database, now: datetime) -> None:
    for front_s, back_s, said in (
        (60, 60, ("Sensor offline", 1)),
        (3600, 60, ("Sensor offline", 1)),
        (60, 3600, ("Fördröjd", 0)),
    ):
        often = "update device set interval_s = case external_id when 'lib/front' then %s else %s end"
        execute(library, often, (front_s, back_s))
        burst(library, now, of=now - timedelta(days=20))
        assert card(library, now) == ("Fördröjd", 0)
        silent(library, "back", now - timedelta(hours=1), now - timedelta(hours=1))
        assert card(library, now) == said


def test_a_silent_channel_is_not_delayed_while_another_of_its_sensor_sends(
    library: Database, now: datetime
) -> None:
    burst(library, now, of=now)
    silent(library, "back", now - timedelta(hours=3), now)
    assert card(library, now) == ("Sensor offline", 0)


def test_a_sensor_is_offline_since_its_last_burst(library: Database, now: datetime) -> None:
    alerts.put_target(library, "desk", "json://127.0.0.1:9")
    rule(library, "sensor_offline", now, minutes=90)
    burst(library, now, of=now - timedelta(hours=2))
    for minutes in (6, 60, 89):
        judge(library, now + minutes * MINUTE)
        assert alerts.listing(library, now) == []
    judge(library, now + 90 * MINUTE)
    assert [one.since for one in alerts.listing(library, now)] == [now, now]


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
    library: Database, desk: Inbox, now: datetime, caplog: pytest.LogCaptureFixture
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
    why = 'Sending email to "desk@example.org" failed: 451 come back later'
    assert log[-1].problem == why
    assert [r.message for r in caplog.records if r.name == "jobs.alerting"] == [
        f"target desk was not reached: {why}"
    ]


def test_a_reply_of_a_mail_server_is_shown_as_it_was_said() -> None:
    with taking_mail() as (inbox, url):
        inbox.refuses, inbox.refusal = True, '550 "användaren" isn\'t\there'
        problem = alerting.deliver(url.replace("mailto", "MailTo"), "Besök", "A test")
    assert problem == 'Sending email to "desk@example.org" failed: 550 "användaren" isn\'t here'


def test_what_a_web_address_holds_is_in_no_problem_and_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    logged = StringIO()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(logged)])
    problem = alerting.deliver("json://127.0.0.1:9/secret", "Besök", "A test")
    assert problem == "A Connection error occurred sending JSON notification to 127.0.0.1."
    assert logged.getvalue() == ""


def test_what_ends_or_is_asked_for_while_a_message_is_sent_is_not_lost(
    library: Database, desk: Inbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    deliver = alerting.deliver

    def slow(*message: str) -> str | None:
        monkeypatch.undo()
        heard(library, now)
        judge(library, now)
        assert alerts.try_target(library, "desk")
        return deliver(*message)

    monkeypatch.setattr(alerting, "deliver", slow)
    turn(library, now)
    assert [one.trial for one in alerts.target_states(library)] == [True]
    turn(library, now + MINUTE)
    assert desk.subjects == ["Besök: 2 larm", "Besök: 2 larm har upphört"]


@pytest.mark.parametrize("under_way", [False, True], ids=["failed before", "under way"])
def test_what_a_removed_target_was_not_told_is_not_told_to_one_of_its_name(
    library: Database, desk: Inbox, now: datetime, monkeypatch: pytest.MonkeyPatch, under_way: bool
) -> None:
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    url, deliver = alerts.targets(library)["desk"], alerting.deliver

    def slow(*message: str) -> str | None:
        monkeypatch.undo()
        alerts.remove_target(library, "desk", now)
        return deliver(*message)

    if under_way:
        monkeypatch.setattr(alerting, "deliver", slow)
        turn(library, now)
    else:
        turn(library, now)
        desk.refuses = True
        heard(library, now + MINUTE)
        turn(library, now + MINUTE)
        desk.refuses = False
        assert alerts.remove_target(library, "desk", now + MINUTE)
    alerts.put_target(library, "desk", url)
    execute(library, "update alert_target set attempts = 3")
    later = now + timedelta(days=60)
    turn(library, later)
    assert desk.subjects == ["Besök: 2 larm"]
    assert alerts.lost_targets(library, later) == [], "nothing waits for it"


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
def test_a_webhook_gets_it_too(
    library: Database, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
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
        wait_for(lambda: len(got) == 2)
        monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{port}")
        alerting.deliver(SLACK, "Besök", "<ul><li>Entrén (front_1) är offline</li></ul>")
        server.shutdown()
        thread.join()
    assert b"lib/front" in got[0] and got[1] == b"/alive"
    (shown,) = json.loads(got[2])["attachments"]
    assert shown["text"] == "- Entrén (front_1) är offline", "its own markup knows no backslashes"
    alerting.signal(library, now)  # nobody is there
    wait_for(lambda: [m for m in caplog.messages if "signal of life was not taken" in m])


def test_rules_that_could_never_hold_are_refused(library: Database, now: datetime) -> None:
    alerts.put_target(library, "desk", "json://127.0.0.1")
    for kind, more, said in (
        ("space_over", {}, "needs a threshold above zero and up to 2: a share of the capacity, such as 0.9"),
        ("space_over", {"threshold": 90.0}, "a share of the capacity, such as 0.9"),
        ("target_probability", {"threshold": 50.0}, "a probability, such as 0.5"),
        ("cleaning", {"threshold": 400.0}, "name it and its site"),
        ("anything", {}, "choose one of sensor_offline"),
        ("service", {"site": "lib"}, "the whole installation"),
        ("sensor_offline", {"space": "hall"}, "name the site of the space hall"),
    ):
        with pytest.raises(AlertError, match=said):
            rule(library, kind, now, **more)
    for more in ({"target": "nobody"}, {"site": "nowhere"}):
        with pytest.raises(NotFound):
            rule(library, "sensor_offline", now, **more)
    assert alerting.deliver("nonsense://x", "a", "b") == "the address is none that Apprise knows"


NOON = datetime(2026, 3, 4, 11, tzinfo=UTC)  # a day of its own for what starts over with the business day


def entered(db: Database, quarter: datetime, people: int) -> None:
    execute(
        db,
        "insert into flow_bucket (channel_id, bucket, people_in, people_out, covered_s, imputed)"
        " select channel_id, %s, %s, 0, 900, 0 from channel",
        (quarter, people),
    )


def still_open(db: Database, now: datetime) -> list[str]:
    return [one.kind for one in alerts.listing(db, now) if one.resolved is None]


def test_entries_since_the_last_cleaning_and_people_after_closing(library: Database, desk: Inbox) -> None:
    entered(library, NOON - timedelta(hours=1), 250)
    execute(library, "update site set opening = replace(opening::text, 'always', 'closed')::jsonb")
    rule(library, "cleaning", NOON, site="lib", space="hall", threshold=240.0)
    rule(library, "inside_after_closing", NOON, minutes=15)
    full(library, NOON, 2)
    turn(library, NOON)
    (body,) = desk.bodies
    assert "inpassager sedan" in body and "någon tycks vara kvar" in body
    (cleaning,) = (one for one in alerts.listing(library, NOON) if one.kind == "cleaning")
    assert alerts.acknowledge(library, cleaning.id, "Kim", NOON)
    turn(library, NOON + MINUTE)
    assert still_open(library, NOON) == ["inside_after_closing"]


def test_what_happens_in_a_simulated_place_is_no_alert(library: Database, desk: Inbox) -> None:
    entered(library, NOON - timedelta(hours=1), 250)
    rule(library, "cleaning", NOON, site="lib", space="hall", threshold=240.0)
    execute(
        library, "update site set opening = replace(opening::text, 'always', 'closed')::jsonb, sandbox = true"
    )
    with pytest.raises(AlertError, match="simulated"):
        rule(library, "cleaning", NOON, site="lib", space="hall", threshold=240.0)
    rule(library, "monthly_report", NOON, site="lib")
    rule(library, "inside_after_closing", NOON, minutes=15)
    rule(library, "sensor_offline", NOON)
    full(library, NOON, 2)
    heard(library, NOON - timedelta(days=1))
    turn(library, NOON)
    assert still_open(library, NOON) == [] == desk.bodies


def test_what_nobody_cleans_is_reported_once_a_day(library: Database, desk: Inbox) -> None:
    """Entries of the last 24 hours would fall below the number and rise above it again and again."""
    rule(library, "cleaning", NOON, site="lib", space="hall", threshold=240.0)
    for hours in range(5):  # 100 by two doors in each
        entered(library, NOON + timedelta(hours=hours), 50)
    for hours in range(2, 17, 2):
        turn(library, NOON + timedelta(hours=hours))
    assert len(desk.subjects) == 2 and desk.subjects[1].startswith("Upphörde"), "as another day began"


def test_somebody_or_nobody_inside_is_not_told_by_turns(library: Database, desk: Inbox) -> None:
    execute(library, "update site set opening = replace(opening::text, 'always', 'closed')::jsonb")
    rule(library, "inside_after_closing", NOON)
    for minute, (people, lower) in enumerate([(2, 1), (2, 0.5), (2, 1), (2, 0.5), (0, 0)]):
        at = NOON + 10 * minute * MINUTE
        full(library, at, people)
        execute(library, "update occupancy_minute set lower = %s", (lower,))
        turn(library, at)
    assert [subject.startswith("Upphörde") for subject in desk.subjects] == [False, True]


def test_one_that_was_resolved_too_soon_is_opened_again(
    library: Database, desk: Inbox, now: datetime
) -> None:
    """As after a clock that went ahead and came back, or a sensor that was unplaced for a while."""
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    turn(library, now)
    execute(library, "update device set interval_s = 3600")
    turn(library, now + MINUTE)
    execute(library, "update device set interval_s = 60")
    turn(library, now + 2 * MINUTE)
    turn(library, now + 3 * MINUTE)
    assert desk.subjects == ["Besök: 2 larm", "Besök: 2 larm har upphört", "Besök: 2 larm"]
    assert still_open(library, now) == ["sensor_offline"] * 2


@pytest.mark.usefixtures("database_url", "desk")  # with a pool of connections
@pytest.mark.parametrize("first", ["the rule ends", "it is raised"])
def test_a_rule_that_ends_while_alerts_are_judged_leaves_none_open(
    library: Database, now: datetime, first: str
) -> None:
    number = rule(library, "sensor_offline", now)
    (judged,) = alerts.rules(library)
    state = AlertState(subject="lib/front", since=now)
    raised = {**values_of(state), "rule": number, "about": ["lib/front"], "now": now}
    with ThreadPoolExecutor(1) as pool, library.transaction() as conn:
        if first == "it is raised":
            conn.execute(sql("alert_raise"), raised)
            other = pool.submit(copy_context().run, alerts.remove_rule, library, number, now)
        else:
            conn.execute(sql("alert_rule_remove"), {"id": number, "now": now})
            other = pool.submit(copy_context().run, alerts.settle, library, judged, [state], [], now)
        wait_for(lambda: waiting(library))
    assert other.result() in (True, None)
    assert still_open(library, now) == []


def test_a_rule_that_fails_stops_no_other(library: Database, desk: Inbox, now: datetime) -> None:
    number = rule(library, "cleaning", now, site="lib", space="hall", threshold=240.0)
    execute(library, "update alert_rule set site_id = null where rule_id = %s", (number,))
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    with pytest.raises(JobError, match=f"rule {number}"):
        judge(library, now)
    alerting.send(library, now)
    assert desk.subjects == ["Besök: 2 larm"]


def test_a_target_that_cannot_be_reached_is_a_failed_job(
    library: Database, desk: Inbox, now: datetime
) -> None:
    """Other targets may be notified of it, and the doctor says it, until a message arrives or nothing waits for it."""

    def unreached(minutes: float) -> list[str]:
        troubles = get_troubles(library, now + minutes * MINUTE)
        return [one.name for one in troubles if one.kind == "job_failed"]

    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    desk.refuses = True
    for minutes in (0, 2, 5):
        assert unreached(minutes) == []
        turn(library, now + minutes * MINUTE)
    assert unreached(6) == ["send alerts/desk"]
    assert not alerting.to_send(library, now + 6 * MINUTE), "it waits"
    heard(library, now + 7 * MINUTE)
    judge(library, now + 7 * MINUTE)
    assert unreached(60) == ["send alerts/desk"] and unreached(180) == [], "nothing is sent there any more"
    heard(library, now)
    judge(library, now + 20 * MINUTE)
    desk.refuses = False
    turn(library, now + 30 * MINUTE)
    assert desk.subjects == ["Besök: 2 larm"] and unreached(31) == []


def test_what_begins_again_while_its_end_is_sent_is_told(
    library: Database, desk: Inbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    turn(library, now)
    execute(library, "update device set interval_s = 3600")
    deliver = alerting.deliver

    def slow(*message: str) -> str | None:
        monkeypatch.undo()
        execute(library, "update device set interval_s = 60")
        judge(library, now + MINUTE)
        return deliver(*message)

    monkeypatch.setattr(alerting, "deliver", slow)
    turn(library, now + MINUTE)
    turn(library, now + 2 * MINUTE)
    assert desk.subjects == ["Besök: 2 larm", "Besök: 2 larm har upphört", "Besök: 2 larm"]


def test_a_space_without_an_estimate_is_not_over(library: Database, desk: Inbox, now: datetime) -> None:
    rule(library, "space_over", now, site="lib", space="hall", threshold=0.9, minutes=5)
    full(library, now, 46)
    turn(library, now)
    turn(library, now + 30 * MINUTE)
    assert len(desk.subjects) == 1
    turn(library, now + timedelta(days=2))
    assert desk.subjects[1].startswith("Upphörde")


@pytest.mark.usefixtures("desk")
def test_a_thousand_alerts_are_a_message_that_any_service_takes(library: Database, now: datetime) -> None:
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    judge(library, now)
    one, _ = alerts.listing(library, now)
    names = {n: f"Sensor {n}" for n in range(1000)}
    many = [replace(one, id=n, resolved=now if n >= 900 else None) for n in range(1000)]
    with speaking("en"):
        lines = alert_text.lines(many, names)
    assert len(lines) == alert_text.LISTED + 2 and lines[0].startswith("Sensor Sensor 0 offline")
    assert lines[-2:] == ["870 more: Sensor offline", "100 more over: Sensor offline"]


def test_a_placed_sensor_that_was_never_heard_and_a_backup_that_was_never_made(
    library: Database, desk: Inbox, now: datetime
) -> None:
    rule(library, "sensor_offline", now)
    rule(library, "backup_old", now)
    heard(library, now)
    execute(library, "update device set last_received = null where external_id = 'lib/back'")
    execute(
        library,
        "update channel set last_time = null"
        " where device_id = (select device_id from device where external_id = 'lib/back')",
    )
    turn(library, now)
    assert "lib/back" in desk.subjects[0]
    execute(library, "update migration set ran = %s", (now - timedelta(days=9),))
    turn(library, now + MINUTE)
    assert desk.subjects[1].startswith("Ingen säkerhetskopia sedan")


def test_what_is_long_over_is_forgotten(library: Database, desk: Inbox, now: datetime) -> None:
    rule(library, "sensor_offline", now)
    heard(library, now - 10 * MINUTE)
    turn(library, now)
    heard(library, now + MINUTE)
    turn(library, now + MINUTE)
    alerts.forget(library, now + timedelta(days=399))
    assert len(alerts.listing(library, now)) == 2
    alerts.forget(library, now + timedelta(days=402))
    assert alerts.listing(library, now) == [] and alerts.deliveries(library) == []


def test_a_command_names_a_target_as_the_page_does_but_keeps_an_earlier_name(
    database_url: str, db: Database, inbox: tuple[Inbox, str]
) -> None:
    taken, url = inbox
    alerts.put_target(db, "Vakt", "json://127.0.0.1:9")
    put = ("alert", "target", "put")
    assert "hyphens" in complaint(besok(database_url, *put, "Kim L", answer=url))
    assert besok(database_url, *put, "Vakt", answer=url).exit_code == 0
    assert alerts.targets(db) == {"Vakt": url} and len(taken.subjects) == 1


def test_what_is_worked_on_is_listed_and_ended_by_command(database_url: str, db: Database) -> None:
    beat(db, "jobs", datetime.now(UTC), {})
    for subject in ("jobs", "lib"):
        given = ("--hours", "2", "--reason", "new disk", "--by", "Kim")
        done = besok(database_url, "alert", "mute", subject, *given)
        assert (done.exit_code == 0) is (subject == "jobs"), "there is no site yet"
    listed = besok(database_url, "alert", "muted").stdout
    assert "new disk" in listed and "jobs" in listed
    (one,) = alerts.maintenance(db, None, datetime.now(UTC))
    assert besok(database_url, "alert", "unmute", str(one.id), "--by", "Robin").exit_code == 0
    assert "Nothing is muted." in besok(database_url, "alert", "muted").stdout
    assert "besok alert muted" in complaint(besok(database_url, "alert", "unmute", str(one.id)))
