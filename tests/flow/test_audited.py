"""Who changed what: each address that writes is asked once, and the audit names who asked. A new one without a step
here fails."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import chain
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest
from PIL import Image
from test_roles import LIBRARY, SITE, TABLE, V1

from besok.model.access import Grant
from besok.model.findings import Finding
from besok.model.readings import Message, Reading
from besok.model.scenarios import ScenarioSpec
from besok.model.sitefile.edit import mark, parts
from besok.model.validation import Tap
from besok.model.views.calibration import ManualCount
from besok.services import sign_in
from besok.services.calibration import propose_corrections, receive_count
from besok.store import accounts, quality, scenarios, sessions, sites
from besok.store.database import Database
from besok.store.write import Batch, Incoming, write
from collectors import pipeline
from jobs import alerting
from tests.at_work import collecting
from tests.store import counted
from tests.unit.test_dashboard_languages import catalogue

NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.date()
SENSOR = f"{LIBRARY}/count-park-entrance"
CHANGES_NOTHING: Final = {
    f"POST {SITE}/imports/preview", f"POST {SITE}/calendars/preview",
    f"POST {SITE}/voids/preview", f"POST {SITE}/parts/{{part}}/preview", f"POST {SITE}/mappings/preview",
    f"POST {V1}/alerts/targets/{{name:path}}/test",  # sends a message
    f"PUT {SITE}/counts/doors",  # the walk of test_roles names it; nothing answers
}  # fmt: skip
BINARY: Final = {"Content-Type": "application/octet-stream"}
ELSEWHERE: Final = {"POST /_dash-update-component"}  # reads pages


@dataclass(slots=True, kw_only=True)
class Walk:
    """A caller, who remembers which addresses were asked."""

    client: httpx2.Client
    asked: set[str] = field(default_factory=set)

    def noted(self) -> list[tuple[str, str]]:
        """Who did what, newest first."""
        found = self.client.get(f"{V1}/audit?limit=1000").json()
        return [(entry["actor"], entry["action"]) for entry in found]

    def __call__(self, entry: str, action: str, *, of: Any = "", site: str = LIBRARY, **more: Any) -> Any:
        """Ask what succeeds, and expect one more entry of the key's name in the audit."""
        method, path = entry.split(" ")
        before = self.noted()
        for name in (
            "{number}",
            "{count}",
            "{action}",
            "{part}",
            "{space}",
            "{change}",
            "{name}",
            "{name:path}",
        ):
            path = path.replace(name, str(of))
        answer = self.client.request(method, path.replace("{site}", site), **more)
        assert answer.is_success, f"{entry}: {answer.text}"
        after = self.noted()
        assert ("officer", action) in after[: len(after) - len(before)], entry
        self.asked.add(entry)
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.json() if answer.content and is_json else None


@pytest.fixture
def walk(ask: httpx2.Client, db: Database) -> Iterator[Walk]:
    key, digest = sign_in.make_key()
    assert sessions.add_key(db, "officer", digest, Grant(role="admin"), "test", NOW, NOW + timedelta(days=1))
    ask.headers["Authorization"] = f"Bearer {key}"
    yield Walk(client=ask)


def test_whatever_writes_is_in_the_audit(walk: Walk, db: Database) -> None:
    for step in (
        counting,
        by_hand,
        readings,
        imports,
        alerts,
        maintenance,
        announcing,
        actions,
        planning,
        editing,
        pictures,
        mapping,
        people,
        calendars,
    ):
        step(walk, db)
    writing = {
        entry
        for entry in TABLE
        if entry.split(" ")[0] in ("POST", "PUT", "PATCH", "DELETE")
        and not entry.split(" ")[1].startswith("/log")
    }
    assert writing - CHANGES_NOTHING - ELSEWHERE == walk.asked, "say here how it is asked"
    with db.transaction() as conn:
        details = [detail for (detail,) in conn.execute("select detail from audit where detail <> '\"\"'")]
    assert set(chain.from_iterable(map(phrases, details))) - {m.id for m in catalogue()} == set()


def phrases(detail: Any) -> Iterator[str]:
    """Yield the texts of a detail that are to be translated: all but values, and what only puts others in a row."""
    if isinstance(detail, str):
        yield detail
        return
    if re.search("[a-z]", re.sub("{.*?}", "", detail["english"])):
        yield detail["english"]
    yield from chain.from_iterable(phrases(v) for v in detail["values"].values() if isinstance(v, dict))


def counting(walk: Walk, db: Database) -> None:
    counted.build(db)
    for hour in range(4):  # a door that misses ten of a hundred
        begins, ends = counted.after(60 * hour), counted.after(60 * hour + 15)
        minutes = [counted.reading(60 * hour + m, 6, "in", period_s=60) for m in range(1, 16)]
        counted.put(db, *minutes)
        taps = tuple(
            Tap(time=begins + timedelta(seconds=9 * n), direction="in", people=1) for n in range(100)
        )
        seen = ManualCount(
            id=uuid4(), portal="front", counted_by="Kim", begins=begins, ends=ends, sent=ends, taps=taps
        )
        assert receive_count(db, "lib", seen, ends)
    (proposal,) = propose_corrections(db, "lib", "Kim", NOW)
    body = {"decision": "accept", "reason": "the lens is low"}
    walk(f"POST {SITE}/calibration/{{number}}", "calibration", of=proposal.id, site="lib", json=body)
    body = {"reason": "the lens was raised"}
    walk(f"POST {SITE}/calibration/{{number}}/undo", "calibration", of=proposal.id, site="lib", json=body)
    begins = NOW - timedelta(minutes=30)
    taps = [{"direction": "in", "people": 1, "time": f"{begins + timedelta(minutes=1):%FT%TZ}"}]
    body = {
        "portal": "front", "counted_by": "Kim", "begins": f"{begins:%FT%TZ}",
        "ends": f"{begins + timedelta(minutes=15):%FT%TZ}", "sent": f"{NOW:%FT%TZ}", "taps": taps,
    }  # fmt: skip
    walk(f"PUT {SITE}/counts/{{count}}", "count", of=uuid4(), site="lib", json=body)


def people(walk: Walk, db: Database) -> None:
    accounts.add(db, "kim", "Kim", sign_in.hashed("four words are enough"), [Grant(role="viewer")], NOW)
    walk("POST /admin/people/{change}", "account.roles", of="role", data={"name": "kim", "role": "manager"})


def calendars(walk: Walk, db: Database) -> None:
    event = "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Story hour\r\nDTSTART:20270310T100000Z\r\nEND:VEVENT"
    sent = {"content": f"BEGIN:VCALENDAR\r\n{event}\r\nEND:VCALENDAR\r\n", "headers": BINARY}
    walk(f"POST {SITE}/calendars", "calendar", params={"name": "programme"}, **sent)
    walk(f"DELETE {SITE}/calendars", "calendar", params={"name": "programme"})


def by_hand(walk: Walk, db: Database) -> None:
    last = TODAY - timedelta(days=3)
    body = {"first": str(last), "last": str(last), "visits": 431, "counted_by": "Kim"}
    walk(f"POST {SITE}/visits/counted", "import", site="stadsparken", json=body)
    number = uuid4()
    body = {
        "id": str(number), "space": "hall", "people": 7, "counted_by": "Kim",
        "time": f"{NOW - timedelta(minutes=5):%FT%TZ}", "sent": f"{NOW:%FT%TZ}",
    }  # fmt: skip
    walk(f"POST {SITE}/headcounts", "headcount", json=body)
    body = {"by": "Kim", "reason": "the wrong room"}
    walk(f"POST {SITE}/headcounts/{{count}}/undo", "headcount", of=number, json=body)


def readings(walk: Walk, db: Database) -> None:
    then = NOW - timedelta(days=20)
    for time, received in ((then, NOW), (counted.NOON, counted.NOON)):
        late = Reading(
            source="native", device=SENSOR, channel="flow:1", metric="in", value=7, time=time, period_s=60
        )
        write(db, Batch(readings=[Incoming(reading=late, received=received)]))
    (group,) = walk.client.get(f"{V1}/quarantine", params={"site": LIBRARY}).json()
    body = {name: group[name] for name in ("source", "device", "channel", "cause", "until")}
    made = walk(f"POST {SITE}/quarantine", "release", json={**body, "decision": "released"})
    walk(f"POST {SITE}/quarantine/{{number}}/undo", "release", of=made["decision"], json={})
    body = {"device": SENSOR, "first": "2026-03-02T12:30", "last": "2026-03-02T13:30", "reason": "installers"}
    walk(f"POST {SITE}/voids", "void", json=body)
    (kept,) = walk.client.get(f"{V1}/sites/{LIBRARY}/voids").json()
    walk(f"POST {SITE}/voids/{{number}}/undo", "void", of=kept["id"], json={"reason": "they were visitors"})
    with db.transaction() as conn:
        ((site,),) = conn.execute("select site_id from site where slug = %s", (LIBRARY,)).fetchall()
        wrong = Finding(
            kind="silent", device="", channel="", portal="", space="", since=NOW, odds=0.0, evidence={}
        )
        quality.note(conn, site, [(None, wrong)], NOW)
        ((number,),) = conn.execute("select finding_id from finding where site_id = %s", (site,)).fetchall()
    body = {"note": "its battery is ordered"}
    walk(f"POST {V1}/findings/{{number}}/acknowledgement", "finding.acknowledge", of=number, json=body)


def imports(walk: Walk, db: Database) -> None:
    made = walk(
        f"POST {SITE}/imports", "import", site="stadsparken", params={"source": "gate", "measure": "gross"},
        content=b"month,visits\n2019-01,100\n2019-02,110\n", headers=BINARY,
    )  # fmt: skip
    number = made["id"]
    walk(f"POST {SITE}/imports/{{number}}/undo", "import", of=number, site="stadsparken", json={})
    walk(f"POST {SITE}/imports/{{number}}/redo", "import", of=number, site="stadsparken", json={})


def alerts(walk: Walk, db: Database) -> None:
    walk(f"POST {V1}/alerts/targets", "alert.target", json={"name": "desk", "url": "json://127.0.0.1:9"})
    body = {"kind": "sensor_offline", "target": "desk", "minutes": 5}
    rule = walk(f"POST {SITE}/alerts/rules", "alert.rule", json=body)
    with db.transaction() as conn:
        conn.execute(
            "update device set last_received = %s where external_id = %s", (NOW - timedelta(hours=1), SENSOR)
        )
    collecting(db, NOW)
    alerting.judge(db, NOW)
    alert, *_ = walk.client.get(f"{V1}/sites/{LIBRARY}/alerts").json()
    walk(f"POST {SITE}/alerts/{{number}}/acknowledge", "alert.acknowledge", of=alert["id"], json={})
    walk(f"DELETE {SITE}/alerts/rules/{{number}}", "alert.rule.remove", of=rule["id"])
    walk(f"DELETE {V1}/alerts/targets/{{name:path}}", "alert.target.remove", of="desk")


def maintenance(walk: Walk, db: Database) -> None:
    body = {
        "subject": f"{LIBRARY}/park-entrance",
        "until": f"{NOW + timedelta(days=2):%FT%R}",
        "reason": "new floor",
    }
    made = walk(f"POST {SITE}/maintenance", "maintenance", json=body)
    walk(f"POST {SITE}/maintenance/{{number}}/end", "maintenance", of=made["id"], json={})


def announcing(walk: Walk, db: Database) -> None:
    body = {"text": "Closed on Friday", "until": f"{NOW + timedelta(days=2):%FT%R}"}
    walk(f"PUT {SITE}/announcement", "announcement", json=body)
    walk(f"POST {SITE}/announcement/end", "announcement", json={})


def actions(walk: Walk, db: Database) -> None:
    body = {"title_en": "Longer evenings", "asked_by": "residents"}
    made = walk(f"POST {SITE}/actions", "action", json=body)
    walk(f"PATCH {SITE}/actions/{{action}}", "action", of=made["action"], json={"answer_en": "From January"})


def planning(walk: Walk, db: Database) -> None:
    body = {"title": "Saturday", "first": "2026-12-05", "visitors": 2, "replications": 1}
    first = walk(f"POST {SITE}/scenarios", "scenario", json=body)
    walk(f"POST {SITE}/scenarios/{{number}}/cancel", "scenario", of=first["number"])
    walk(f"DELETE {SITE}/scenarios/{{number}}", "scenario", of=first["number"])
    spec = ScenarioSpec(title="Played", first=NOW.date(), visitors=2.0, replications=1)
    number = scenarios.ask(db, LIBRARY, spec, author="Kim", now=NOW)
    taken = scenarios.claim(db, NOW)
    assert taken and scenarios.end(db, taken, "done", NOW)
    walk(f"POST {SITE}/scenarios/{{number}}/play", "scenario", of=number, json={"hours": 1})
    walk(f"POST {SITE}/scenarios/{{number}}/play/end", "scenario", of=number)


def editing(walk: Walk, db: Database) -> None:
    values = {"id": "branch", "name.sv": "Filialen", "kind": "library", "timezone": "Europe/Stockholm"}
    walk(f"POST {V1}/sites", "site.apply", json={"values": values})
    space = {"name": "Hall", "kind": "storey", "storey": "0"}
    put = {"site": "branch", "of": "spaces"}
    walk(f"PUT {SITE}/parts/{{part}}", "site.apply", **put, json={"values": space})
    (hall,) = parts(sites.export(db), "branch")["spaces"]
    walk(f"DELETE {SITE}/parts/{{part}}", "site.apply", **put, json={"mark": mark("spaces", hall)})


def pictures(walk: Walk, db: Database) -> None:
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "white").save(drawn, "PNG")
    path = f"{SITE}/plans/{{space}}/picture"
    walk(f"PUT {path}", "site.picture", of="ground-floor", content=drawn.getvalue(), headers=BINARY)
    walk(f"DELETE {path}", "site.picture", of="ground-floor")


def mapping(walk: Walk, db: Database) -> None:
    message = Message(topic="counters/strange-door", payload=b'{"in": 3, "out": 1}', received=NOW)
    write(db, pipeline.decode([message]))
    (device,) = walk.client.get(f"{V1}/devices/unknown").json()
    body = {"topic": device["topic"], "values": ["in=$.in"], "place": "portal:cafe-door"}
    walk(f"POST {SITE}/mappings", "device.mapping", json=body)
