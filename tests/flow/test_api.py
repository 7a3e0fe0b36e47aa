"""The API over HTTP: every path answers, and no question brings it down."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from besok.model.readings import Message
from besok.model.site import Site
from besok.store.database import Database
from besok.store.write import Batch, Rejection, write
from tests.readings import passed

LIBRARY = "stadsbiblioteket"
V1 = "/api/v1"
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)

NOTHING_YET = {  # answer otherwise before anything was measured, or not in JSON
    "/sites/{site}/live/stream",
    "/sites/{site}/forecast",
    "/sites/{site}/council",
    "/sites/{site}/monthly",
    "/catalogue",
    "/site-file",
}
COMPARED = (
    f"/sites/{LIBRARY}/occupancy/compared?with=foyer&with=stadsparken/stadsparken&from=2026-11-23&to=2026-11-29",
    f"/sites/{LIBRARY}/occupancy/compared?with=foyer&against=2025-11-24&step=15min",
)
SENSELESS = [
    ("/api/typo", 404, "/api/docs"),
    ("/api/v1/sites/slottet/live", 404, "slottet"),
    ("/api/v1/sites/slottet/flows", 404, "slottet"),
    ("/api/v1/sites/slottet/live/stream", 404, "slottet"),
    ("/api/v1/sites/%00/live", 404, "control characters"),
    ("/api/v1/sites/a%1bb/flows", 404, "control characters"),
    ("/api/v1/sites/%ff%fe/live", 404, ""),
    (f"/api/v1/sites/{'a' * 5000}/live", 404, "no such site"),
    ("/api/v1/sites/..%2f..%2fetc%2fpasswd/live", 404, ""),
    ("/api/v1/sites/'; drop table site; --/live", 404, "there is no site"),
    (f"/api/v1/sites/{LIBRARY}/flows?from=yesterday", 422, "write a date like"),
    (f"/api/v1/sites/{LIBRARY}/flows?from=2026-11-25&to=2026-11-24", 422, "must be before"),
    (f"/api/v1/sites/{LIBRARY}/flows?from=1990-01-01&step=15min", 422, "at most 200000"),
    (f"/api/v1/sites/{LIBRARY}/flows?step=fortnight", 422, "step"),
    (f"/api/v1/sites/{LIBRARY}/flows?format=xlsx", 422, "format"),
    (f"/api/v1/sites/{LIBRARY}/visits?step=hour", 422, "step"),
    (f"/api/v1/sites/{LIBRARY}/visits?from=2026-11-01T00:00:00Z", 422, "without a time"),
    (f"/api/v1/sites/{LIBRARY}/visits?from=2026-11-25&to=2026-11-24", 422, "must not be after"),
    (f"/api/v1/sites/{LIBRARY}/occupancy?space=vault", 404, "vault"),
    (f"/api/v1/sites/{LIBRARY}/occupancy/compared?with=vault", 404, "vault"),
    (f"/api/v1/sites/{LIBRARY}/occupancy/compared?with=slottet/slottet", 404, "slottet"),
    (
        f"/api/v1/sites/{LIBRARY}/occupancy/compared?with=foyer&with=fiction&against=2025-11-24",
        422,
        "at most 4",
    ),
    (f"/api/v1/sites/{LIBRARY}/occupancy/compared?with=a&with=b&with=c&with=d", 422, "with"),
    (f"/api/v1/sites/{LIBRARY}/occupancy/compared?against=9999-12-31", 422, "must lie between"),
    (f"/api/v1/sites/{LIBRARY}/forecast", 404, "no forecast of"),
    (f"/api/v1/sites/{LIBRARY}/usage?space=vault", 404, "vault"),
    (f"/api/v1/sites/{LIBRARY}/usage?from=2000-01-01", 422, "at most 1100"),
    (f"/api/v1/sites/{LIBRARY}/usage/together", 422, "space"),
    (f"/api/v1/sites/{LIBRARY}/usage/together?space=vault", 404, "vault"),
    (f"/api/v1/sites/{LIBRARY}/calibration/x", 404, "/api/docs"),
    ("/api/v1/devices?%00=1", 422, "control characters"),
    ("/api/v1/devices/unplaced/1", 404, "/api/docs"),
    ("/api/v1/devices/%00", 404, ""),
    ("/api/v1/rejected?limit=0", 422, "limit"),
    ("/api/v1/rejected?limit=1e9", 422, "limit"),
    ("/api/v1/rejected?before_id=99999999999999999999", 422, "before_id"),
    ("/api/static/..%2fapp.py", 404, ""),
]


def a_door(places: tuple[Site, ...]) -> tuple[Site, str, str]:
    """A site of ours, one of its portals, and the external id of the device that watches it."""
    site = next(s for s in places if s.id == LIBRARY)
    sensor = next(
        s for s in site.sensors if s.portal and s.role == "primary" and not s.swapped and not s.channel
    )
    return site, sensor.portal, site.external_id(sensor)


def of_nothing(described: dict[str, Any]) -> list[str]:
    """The address of every GET that answers in JSON before anything was measured."""
    found = []
    for path, methods in described.items():
        needed = {p["name"] for p in methods.get("get", {}).get("parameters", ()) if p["required"]}
        if "get" in methods and needed <= {"site"} and path.removeprefix(V1) not in NOTHING_YET:
            found.append(path.format(site=LIBRARY))
    return [*found, *(V1 + path for path in COMPARED)]


def test_every_path_answers_before_anything_was_measured(
    quiet: httpx2.Client, subtests: pytest.Subtests
) -> None:
    for path in of_nothing(quiet.get("/api/openapi.json").json()["paths"]):
        with subtests.test(path=path):
            answer = quiet.get(path)
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"] == "application/json"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_question_that_makes_no_sense_is_told_why(quiet: httpx2.Client, subtests: pytest.Subtests) -> None:
    for path, status, said in SENSELESS:
        with subtests.test(path=path[:80]):
            answer = quiet.get(path)
            assert answer.status_code == status, answer.text
            assert answer.json().keys() >= {"error", "detail", "title", "status", "type"}
            assert said in answer.json()["error"]


def test_a_foreign_host_name_is_refused(quiet: httpx2.Client) -> None:
    answer = quiet.get(f"{V1}/health", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "BESOK_ALLOWED_HOSTS" in answer.json()["error"]


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
def test_answers_are_compressed_as_the_caller_can_read_them(quiet: httpx2.Client, encoding: str) -> None:
    answer = quiet.get("/api/openapi.json", headers={"accept-encoding": encoding})
    assert (
        answer.headers["content-encoding"] == encoding and "accept-encoding" in answer.headers["vary"].lower()
    )


def test_the_api_only_reads(quiet: httpx2.Client) -> None:
    assert quiet.post(f"{V1}/health", json={}).status_code == 405
    assert quiet.delete(f"{V1}/rejected").status_code == 405


def test_findings_are_acknowledged_with_a_name_and_a_reason(quiet: httpx2.Client) -> None:
    path, word = f"{V1}/findings/4711/acknowledgement", {"who": "Kim", "note": "New battery on Friday"}
    assert "no finding 4711" in quiet.post(path, json=word).json()["error"]
    assert quiet.post(path, json={"who": " ", "note": ""}).status_code == 404  # who may is asked first


def test_people_through_a_door_show_in_flows_and_csv(
    ask: httpx2.Client, db: Database, places: tuple[Site, ...]
) -> None:
    site, portal, device = a_door(places)
    write(db, Batch(readings=passed(device, NOON, 7)))
    query = {"from": "2026-11-24", "to": "2026-11-24", "step": "day"}
    points = ask.get(f"{V1}/sites/{site.id}/flows", params=query).json()
    assert [p["people_in"] for p in points if p["portal"] == portal] == [7]
    assert {p["people_in"] for p in points if p["portal"] != portal} <= {None}  # not observed is not zero
    for how in ({"params": query | {"format": "csv"}}, {"params": query, "headers": {"Accept": "text/csv"}}):
        answer = ask.get(f"{V1}/sites/{site.id}/flows", **how)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert any(line.startswith(f"{portal},") and ",7," in line for line in answer.text.splitlines())


def test_rejected_messages_come_newest_first_and_by_pages(ask: httpx2.Client, db: Database) -> None:
    for number, payload in enumerate([b"{", b"\xff\xfe", b"NaN"]):
        message = Message(topic=f"besok/v1/a/b/{number}", payload=payload, received=NOON)
        write(db, Batch(rejections=[Rejection(message=message, reason="it is not JSON")]))
    first = ask.get(f"{V1}/rejected?limit=2").json()
    assert [(m["payload"], m["encoding"]) for m in first] == [("NaN", "text"), ("fffe", "hex")]
    rest = ask.get(f"{V1}/rejected", params={"before_id": first[-1]["id"]}).json()
    assert [m["payload"] for m in rest] == ["{"]


def test_the_description_is_there_without_the_internet(quiet: httpx2.Client) -> None:
    page = quiet.get("/api/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    for file in ("swagger-ui-bundle.js", "swagger-ui.css", "docs.js"):
        assert f"/api/static/{file}" in page.text
        assert quiet.get(f"/api/static/{file}").status_code == 200
    assert quiet.get("/api").headers["location"] == "/api/docs"
    described = quiet.get("/api/openapi.json").json()
    assert described["info"]["title"] == "Besök"
    parameters = {p["name"] for p in described["paths"]["/api/v1/sites/{site}/flows"]["get"]["parameters"]}
    assert parameters == {"site", "portal", "from", "to", "step", "format", "limit", "cursor"}


def test_answers_about_now_are_not_kept(quiet: httpx2.Client) -> None:
    for path in ("/health", f"/sites/{LIBRARY}/live"):
        assert quiet.get(V1 + path).headers["cache-control"] == "no-store"
