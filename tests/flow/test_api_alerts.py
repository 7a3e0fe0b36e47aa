"""Alerts over HTTP: what is open, taking care of it, rules, and targets whose addresses nobody is told."""

import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from besok.model.access import Grant
from besok.services import sign_in
from besok.store import alerts, sessions
from besok.store.database import Database
from dashboard.components import alert_rules
from jobs import alerting
from tests.at_work import collecting

SITE = "/api/v1/sites/stadsbiblioteket"
SENSOR = "stadsbiblioteket/count-park-entrance"


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def desk(ask: httpx2.Client) -> None:
    """A target, which nothing answers."""
    answer = ask.post(
        "/api/v1/alerts/targets", json={"name": "desk", "url": "json://user:hemligt@127.0.0.1:9"}
    )
    assert answer.status_code == 204, answer.text


def silent(db: Database, now: datetime) -> None:
    """Let a sensor of the library have been heard an hour ago, and judge."""
    with db.transaction() as conn:
        conn.execute("update device set last_received = %s", (now,))
        conn.execute("update channel set last_time = %s", (now,))
        changed = conn.execute(
            "update device set last_received = %s where external_id = %s", (now - timedelta(hours=1), SENSOR)
        )
        assert changed.rowcount == 1
    collecting(db, now)
    alerting.judge(db, now)


def test_an_alert_is_shown_at_its_site_and_taken_care_of(
    ask: httpx2.Client, db: Database, now: datetime
) -> None:
    desk(ask)
    rule = {"who": "Kim", "kind": "sensor_offline", "target": "desk", "minutes": 5}
    made = ask.post(f"{SITE}/alerts/rules", json={**rule, "quiet_from": "22:00", "quiet_to": "07:00"})
    assert made.status_code == 201, made.text
    assert [made.json()[name] for name in ("site", "kind", "minutes", "author", "quiet_from")] == [
        "stadsbiblioteket", "sensor_offline", 5, "Kim", "22:00:00",
    ]  # fmt: skip
    silent(db, now)
    (told,) = ask.get(f"{SITE}/alerts").json()
    assert told["subject"] == SENSOR and told["may_acknowledge"] and told["acknowledged"] is None
    assert "är offline sedan" in told["sentence"]["sv"] and "offline since" in told["sentence"]["en"]
    assert SENSOR in told["sentence"]["en"] and "Park entrance" in told["sentence"]["en"]
    assert ask.get("/api/v1/sites/stadsparken/alerts").json() == []
    assert ask.post(f"/api/v1/sites/stadsparken/alerts/{told['id']}/acknowledge", json={}).status_code == 404
    taken = ask.post(f"{SITE}/alerts/{told['id']}/acknowledge", json={"who": "Robin"})
    assert (taken.status_code, taken.json()["acknowledged_by"]) == (200, "Robin"), taken.text
    assert not taken.json()["may_acknowledge"]
    assert ask.post(f"{SITE}/alerts/{told['id']}/acknowledge", json={"who": "Kim"}).status_code == 409
    assert ask.delete(f"{SITE}/alerts/rules/{made.json()['id']}").status_code == 204
    assert ask.get(f"{SITE}/alerts").json() == [] == ask.get(f"{SITE}/alerts/rules").json()
    assert ask.delete(f"{SITE}/alerts/rules/{made.json()['id']}").status_code == 404
    done = [entry["action"] for entry in ask.get("/api/v1/audit").json()]
    assert {"alert.target", "alert.rule", "alert.rule.remove"} <= set(done)


def test_an_address_is_kept_tried_and_not_told(ask: httpx2.Client, db: Database, now: datetime) -> None:
    refused = ask.post("/api/v1/alerts/targets", json={"name": "desk", "url": "nonsense://x"})
    assert refused.status_code == 422 and "Apprise" in refused.json()["detail"]
    desk(ask)
    (told,) = ask.get("/api/v1/alerts/targets").json()
    assert told == {"name": "desk", "service": "json", "failed": 0, "trial": True}
    assert alerting.to_send(db, now)
    alerting.send(db, now)
    (sent,) = ask.get("/api/v1/alerts/deliveries").json()
    assert (sent["target"], sent["alerts"]) == ("desk", 0) and sent["problem"]
    assert not alerting.to_send(db, now + timedelta(hours=2))
    assert ask.post("/api/v1/alerts/targets/desk/test").status_code == 202
    assert ask.post("/api/v1/alerts/targets/nobody/test").status_code == 404
    assert alerting.to_send(db, now)
    everything = ask.get("/api/v1/alerts/targets").text + ask.get("/api/v1/alerts/deliveries").text
    assert "hemligt" not in everything


def test_an_address_is_removed_with_its_rules_and_what_was_sent_stays(
    ask: httpx2.Client, db: Database, now: datetime
) -> None:
    desk(ask)
    rule = {"who": "Kim", "kind": "sensor_offline", "target": "desk", "minutes": 5}
    made = ask.post(f"{SITE}/alerts/rules", json=rule)
    silent(db, now)
    alerting.send(db, now)
    assert ask.delete("/api/v1/alerts/targets/desk").status_code == 204
    assert ask.get("/api/v1/alerts/targets").json() == [] == ask.get(f"{SITE}/alerts/rules").json()
    (sent,) = ask.get("/api/v1/alerts/deliveries").json()
    assert (sent["target"], sent["alerts"]) == ("desk", 1)
    (over,) = ask.get(f"{SITE}/alerts", params={"resolved_hours": 1}).json()
    assert over["subject"] == SENSOR and over["resolved"], "nobody would be told that it is over"
    assert ask.delete("/api/v1/alerts/targets/desk").status_code == 404
    assert ask.post(f"{SITE}/alerts/rules", json=rule).status_code == 422
    done = [(entry["action"], entry["subject"]) for entry in ask.get("/api/v1/audit").json()]
    assert {("alert.rule.remove", str(made.json()["id"])), ("alert.target.remove", "desk")} <= set(done)


def test_a_target_that_a_command_once_named_freely_is_used_and_removed(
    ask: httpx2.Client, db: Database
) -> None:
    alerts.put_target(db, "Kim/Bo L", "json://127.0.0.1:9")
    page = str(alert_rules.targets(alerts.target_states(db), [], "UTC"))
    test, removal = re.findall(r"data-send='(\w+) ([^']+/targets/[^']+)'", page)
    assert " " not in test[1] + removal[1]
    rule = {"who": "Kim", "kind": "sensor_offline", "target": "Kim/Bo L"}
    assert ask.post(f"{SITE}/alerts/rules", json=rule).status_code == 201
    assert [ask.request(*asked).status_code for asked in (test, removal)] == [202, 204]
    new = {"name": "Kim/Bo L", "url": "json://127.0.0.1:9"}
    assert ask.post("/api/v1/alerts/targets", json=new).status_code == 422


def test_rules_that_could_never_hold_say_what_is_missing(ask: httpx2.Client) -> None:
    desk(ask)
    for more, said in (
        ({"kind": "space_over"}, "threshold"),
        ({"kind": "cleaning", "threshold": 400}, "space"),
        ({"kind": "sensor_offline", "target": "nobody"}, "nobody"),
        ({"kind": "sensor_offline", "space": "cellar"}, "cellar"),
        ({"kind": "sensor_offline", "quiet_from": "22:00"}, "both or neither"),
        ({"kind": "monthly_report", "quiet_from": "22:00", "quiet_to": "07:00"}, '"quiet_to":"the monthly'),
        ({"kind": "anything"}, "kind"),
    ):
        english = {"Accept-Language": "en"}
        answer = ask.post(
            f"{SITE}/alerts/rules", json={"who": "Kim", "target": "desk", **more}, headers=english
        )
        assert answer.status_code == 422 and said in answer.text, answer.text
    assert answer.json()["fields"] == {"kind": "This is not possible here: see what the field asks for."}
    assert "fields" not in ask.get(f"{SITE}/flows", params={"step": "fortnight"}).json()


def test_who_keeps_the_rooms_may_say_that_one_is_clean(
    ask: httpx2.Client, db: Database, now: datetime
) -> None:
    desk(ask)
    viewer, digest = sign_in.make_key()
    assert sessions.add_key(db, "viewer", digest, Grant(role="viewer"), "test", now, now + timedelta(days=1))
    headers = {"Authorization": f"Bearer {viewer}"}
    for kind, more in (("sensor_offline", {}), ("cleaning", {"space": "hall", "threshold": 1})):
        made = ask.post(f"{SITE}/alerts/rules", json={"who": "Kim", "kind": kind, "target": "desk", **more})
        assert made.status_code == 201, made.text
        with db.transaction() as conn:
            conn.execute(
                "insert into alert (rule_id, site_id, subject, since, raised)"
                " select %s, site_id, 'x', %s, %s from site where slug = 'stadsbiblioteket'",
                (made.json()["id"], now, now),
            )
    told = {one["kind"]: one for one in ask.get(f"{SITE}/alerts", headers=headers).json()}
    assert {kind: one["may_acknowledge"] for kind, one in told.items()} == {
        "sensor_offline": False, "cleaning": True,
    }  # fmt: skip
    answers = {
        kind: ask.post(f"{SITE}/alerts/{one['id']}/acknowledge", json={}, headers=headers).status_code
        for kind, one in told.items()
    }
    assert answers == {"sensor_offline": 403, "cleaning": 200}
    assert {one.acknowledged_by for one in alerts.listing(db, now)} == {None, "viewer"}


def test_maintenance_is_quiet_and_marks_its_days(ask: httpx2.Client, db: Database, now: datetime) -> None:
    desk(ask)
    rule = {"who": "Kim", "kind": "sensor_offline", "target": "desk"}
    assert ask.post(f"{SITE}/alerts/rules", json=rule).status_code == 201
    until = (now + timedelta(hours=8)).isoformat()
    door = {"who": "Kim", "subject": "stadsbiblioteket/park-entrance", "until": until, "reason": "new lens"}
    for wrong, said in (
        ({"subject": "stadsparken/gate"}, "is not a door"),
        ({"until": "soon"}, "as a time"),
        ({"until": "2020-01-01T10:00"}, "still to come"),
    ):
        answer = ask.post(f"{SITE}/maintenance", json={**door, **wrong}, headers={"Accept-Language": "en"})
        assert answer.status_code == 422 and said in answer.text, answer.text
    days = {
        "from": str(now.date() - timedelta(days=3)),
        "to": str(now.date() + timedelta(days=1)),
    }  # there it may be tomorrow

    def marked() -> list[bool]:
        return [point["maintenance"] for point in ask.get(f"{SITE}/visits", params=days).json()]

    room = {**door, "subject": "stadsbiblioteket/cafe"}
    assert ask.post(f"{SITE}/maintenance", json=room).status_code == 201
    assert True not in marked(), "no visit is counted there"
    made = ask.post(f"{SITE}/maintenance", json=door)
    assert made.status_code == 201, made.text
    silent(db, now)
    assert ask.get(f"{SITE}/alerts").json() == [], "the sensor hangs at that door"
    assert not marked()[0] and True in marked()
    number = made.json()["id"]
    assert (
        ask.post(f"/api/v1/sites/stadsparken/maintenance/{number}/end", json={"who": "R"}).status_code == 404
    )
    assert ask.post(f"{SITE}/maintenance/{number}/end", json={"who": "Robin"}).status_code == 204
    assert ask.post(f"{SITE}/maintenance/{number}/end", json={"who": "Robin"}).status_code == 404
    kept, _room = ask.get(f"{SITE}/maintenance").json()
    assert (kept["author"], kept["reason"], kept["ended_by"]) == ("Kim", "new lens", "Robin")
    silent(db, now)
    assert [one["subject"] for one in ask.get(f"{SITE}/alerts").json()] == [SENSOR]


def test_what_wall_screens_announce_is_short_and_has_an_end(
    ask: httpx2.Client, db: Database, now: datetime
) -> None:
    said = {"who": "Kim", "text": "Closed <b>on Friday</b>", "until": (now + timedelta(hours=8)).isoformat()}
    assert ask.get(f"{SITE}/announcement").json() is None
    wrong = ({"text": "x" * 201}, {"text": " "}, {"text": "a\nb"}, {"until": "soon"}, {"until": "2020-01-01"},
             {"until": "9999-12-31"}, {"until": "x" * 41}, {"text": "a\x00b"}, {"who": ""}, {"more": 1})  # fmt: skip
    for part in wrong:
        assert ask.put(f"{SITE}/announcement", json=said | part).status_code == 422, part
    for text in ("first", said["text"]):
        assert ask.put(f"{SITE}/announcement", json=said | {"text": text}).status_code == 204
    kept = ask.get(f"{SITE}/announcement").json()
    assert (kept["text"], kept["author"]) == ("Closed <b>on Friday</b>", "Kim")
    assert alerts.announced(db, "stadsbiblioteket", now + timedelta(hours=8)) is None  # it is over
    assert ask.get("/api/v1/sites/stadsparken/announcement").json() is None
    ends = [ask.post(f"{SITE}/announcement/end", json={"who": "Kim"}).status_code for _ in range(2)]
    assert ends == [204, 404]
