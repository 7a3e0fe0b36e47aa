"""Counts by people over HTTP: kept once, refused with a reason, compared with the sensors."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest

V1 = "/api/v1/sites/stadsbiblioteket"


def sent(portal: str, **more: Any) -> dict[str, Any]:
    """A count that has just ended."""
    now = datetime.now(UTC)
    begins = now - timedelta(minutes=15)
    tap = {"time": (begins + timedelta(minutes=3)).isoformat(), "direction": "in", "people": 2}
    times = {"begins": begins.isoformat(), "ends": now.isoformat(), "sent": now.isoformat()}
    return {"portal": portal, "counted_by": " Kim ", "taps": [tap], **times, **more}


def test_a_count_is_kept_once_and_shown_with_its_taps(ask: httpx2.Client) -> None:
    doors = ask.get(f"{V1}/counts/doors").json()
    assert {"portal", "name", "inner", "interval_s", "learn"} <= doors[0].keys()
    assert "accuracy" not in str(doors) and "device" not in str(doors)  # whoever counts is not led
    path, body = f"{V1}/counts/{uuid4()}", sent(doors[0]["portal"])
    first = ask.put(path, json=body)
    assert (first.status_code, first.json()["stored"]) == (201, True), first.text
    again = ask.put(path, json={**body, "sent": datetime.now(UTC).isoformat()})
    assert (again.status_code, again.json()["stored"]) == (200, False)
    other = ask.put(path, json={**body, "note": "another"})
    assert other.status_code == 409 and "another count" in other.json()["error"]
    kept = ask.get(path).json()
    assert (kept["counted_by"], kept["counted_in"], len(kept["taps"])) == ("Kim", 2, 1)
    known = ask.get(f"{V1}/calibration").json()
    assert [c["id"] for c in known["counts"]] == [kept["id"]]
    assert known["counts"][0]["taps"] == [] and known["counts"][0]["compared"]["problem"] == "silent"
    assert {d["into"]["verdict"] for d in known["doors"]} == {"none"}


def test_what_is_no_count_is_refused_with_the_reason(quiet: httpx2.Client, subtests: pytest.Subtests) -> None:
    portal = quiet.get(f"{V1}/counts/doors").json()[0]["portal"]
    good = sent(portal)
    late = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    tap = good["taps"][0]
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"portal": "attic"}, 404, "no door"),
        ({"counted_by": "  "}, 422, "counted_by"),
        ({"ends": good["begins"]}, 422, "ends after it begins"),
        ({"ends": late, "sent": late}, 422, "within twelve hours"),
        ({"sent": good["begins"]}, 422, "sent after its end"),
        (dict.fromkeys(("begins", "ends", "sent"), "9999-12-31T23:00:00Z"), 422, "the year 9999"),
        ({"begins": "2026-11-25T10:00:00"}, 422, "begins"),
        ({"taps": [{**tap, "time": late}]}, 422, "outside of the count"),
        ({"taps": [{**tap, "people": 0}]}, 422, "people"),
        ({"taps": [{**tap, "direction": "up"}]}, 422, "direction"),
        ({"photo": "x"}, 422, "photo"),
    ]
    for change, status, said in cases:
        with subtests.test(said):
            answer = quiet.put(f"{V1}/counts/{uuid4()}", json={**deepcopy(good), **change})
            assert answer.status_code == status, answer.text
            assert said in answer.json()["error"]
    early = {**good, "sent": good["begins"]}
    swedish = quiet.put(f"{V1}/counts/{uuid4()}", json=early, headers={"Accept-Language": "sv"})
    assert "går telefonens klocka rätt?" in swedish.json()["error"], "what a phone shows"
    path = f"{V1}/counts/{uuid4()}"
    assert quiet.put(path, content=b"portal=x", headers={"Content-Type": "text/plain"}).status_code == 422
    assert quiet.put(f"{V1}/counts/4711", json=good).status_code == 422
    assert quiet.get(path).status_code == 404


def headcount(**more: Any) -> dict[str, Any]:
    """A headcount that was just made."""
    now = datetime.now(UTC).isoformat()
    body = {"id": str(uuid4()), "space": "cafe", "time": now, "sent": now, "people": 12, "seats_taken": 9}
    return {**body, "counted_by": "Kim", **more}


def test_a_headcount_is_kept_once_shown_and_taken_back(ask: httpx2.Client) -> None:
    body = headcount()
    first = ask.post(f"{V1}/headcounts", json=body)
    assert (first.status_code, first.json()) == (201, {"id": body["id"], "stored": True}), first.text
    again = ask.post(f"{V1}/headcounts", json={**body, "sent": datetime.now(UTC).isoformat()})
    assert (again.status_code, again.json()["stored"]) == (200, False)
    other = ask.post(f"{V1}/headcounts", json={**body, "people": 13})
    assert other.status_code == 409 and "another count" in other.json()["error"]
    known = ask.get(f"{V1}/headcounts").json()
    (kept,) = [c for c in known["counts"] if c["id"] == body["id"]]
    assert (kept["space"], kept["people"], kept["seats_taken"], kept["undone"]) == ("cafe", 12, 9, None)
    rooms = {r["space"]: r for r in ask.get(f"{V1}/headcounts/rooms").json()}
    assert rooms["cafe"]["people"] == 12 and "estimate" not in rooms["cafe"]  # whoever counts is not led
    undo = f"{V1}/headcounts/{body['id']}/undo"
    assert ask.post(undo, json={"by": "Kim", "reason": "the wrong room"}).status_code == 200
    assert ask.post(undo, json={"by": "Kim", "reason": "again"}).status_code == 404
    assert {r["space"]: r["people"] for r in ask.get(f"{V1}/headcounts/rooms").json()}["cafe"] is None


def test_what_is_no_headcount_is_refused_with_the_reason(
    quiet: httpx2.Client, subtests: pytest.Subtests
) -> None:
    now = datetime.now(UTC)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"space": "attic"}, 404, "no space"),
        ({"counted_by": " "}, 422, "counted_by"),
        ({"people": -1}, 422, "people"),
        ({"people": 1_000_000}, 422, "people"),
        ({"seats_taken": -1}, 422, "seats_taken"),
        ({"time": (now + timedelta(hours=2)).isoformat()}, 422, "phone's clock"),
        ({"time": (now - timedelta(days=90)).isoformat()}, 422, "phone's clock"),
        ({"time": "9999-12-31T23:00:00Z", "sent": "9999-12-31T23:00:00Z"}, 422, "the year 9999"),
        ({"time": "2026-11-25T10:00:00"}, 422, "time"),
        ({"face": "x"}, 422, "face"),
    ]
    for change, status, why in cases:
        with subtests.test(change=str(change)):
            answer = quiet.post(f"{V1}/headcounts", json=headcount(**change))
            assert (answer.status_code, why in answer.json()["error"]) == (status, True), answer.text


def test_a_day_and_sample_weeks_are_entered_over_http(ask: httpx2.Client) -> None:
    path = "/api/v1/sites/stadsparken/visits"
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday() + 14)
    body = {
        "first": str(monday), "last": str(monday + timedelta(days=6)), "visits": 431, "counted_by": "Kim",
    }  # fmt: skip
    first = ask.post(f"{path}/counted", json=body)
    assert first.status_code == 201, first.text
    assert ask.post(f"{path}/counted", json=body).json() == first.json()
    assert ask.post(f"{path}/counted", json={**body, "last": str(today)}).status_code in (409, 422)
    assert ask.post(f"{path}/counted", json={**body, "visits": -1}).status_code == 422
    assert isinstance(ask.get(f"{path}/sampled").json(), list)
