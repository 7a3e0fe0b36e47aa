"""The ledger over HTTP: written down, answered, done, and shown; what cannot be is refused with the reason."""

from typing import Any

import httpx2
import pytest

V1 = "/api/v1/sites/stadsbiblioteket/actions"


def test_a_wish_is_written_down_answered_and_done(ask: httpx2.Client) -> None:
    body = {"who": "Kim", "title_sv": "Fler stolar i foajén", "asked": "2026-01-14", "spaces": ["foyer"]}
    made = ask.post(V1, json=body)
    assert made.status_code == 201, made.text
    assert (
        made.json()["action"] == "fler-stolar-i-foajen"
        and made.json()["title"]["en"] == "Fler stolar i foajén"
    )
    assert ask.post(V1, json=body).json()["action"] == "fler-stolar-i-foajen-2"
    for title, name in (("!!!", "action"), ("A" * 90, "a" * 55)):
        assert ask.post(V1, json=body | {"title_sv": title}).json()["action"] == name
    path = f"{V1}/fler-stolar-i-foajen"
    answered = ask.patch(
        path, json={"who": "Kim", "answer_sv": "Ja", "answer_en": "Yes", "answered": "2026-02-01"}
    )
    assert answered.json()["state"] == "answered" and answered.json()["answer"] == {"sv": "Ja", "en": "Yes"}
    done = ask.patch(path, json={"who": "Robin", "done_since": "2026-03-01"}).json()
    assert (done["state"], done["answered"], done["spaces"]) == ("done", "2026-02-01", ["foyer"])
    slip = ask.patch(path, json={"who": "Robin", "done_since": None}).json()
    assert (slip["state"], slip["done_since"], slip["answered"]) == ("answered", None, "2026-02-01")
    for said, became in (
        ({"answer_sv": "Nej"}, {"sv": "Nej", "en": "Yes"}),
        ({"answer_en": "No"}, {"sv": "Nej", "en": "No"}),
    ):
        assert ask.patch(path, json={"who": "Kim", **said}).json()["answer"] == became
    other = f"{V1}/fler-stolar-i-foajen-2"
    for said in ("Kanske", "Ja"):  # one language stands for both, also where it is written again
        assert ask.patch(other, json={"who": "Kim", "answer_sv": said}).json()["answer"] == {
            "sv": said,
            "en": said,
        }
    lines = ask.get(V1, params={"format": "csv"}).text.splitlines()
    assert lines[0].startswith("site,id,title_sv,title_en,asked_by,asked,answered")
    assert any(line.startswith("stadsbiblioteket,fler-stolar-i-foajen,") for line in lines)


def test_what_the_ledger_cannot_hold_is_refused_with_the_reason(
    quiet: httpx2.Client, subtests: pytest.Subtests
) -> None:
    good = {"who": "Kim", "title_sv": "Fler stolar", "asked": "2026-01-14"}
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"who": " "}, 422, "who"),
        ({"title_sv": " "}, 422, "say what was asked for"),
        ({"asked": "soon"}, 422, "asked"),
        ({"asked": "2199-01-14"}, 422, "2199-01-14 is still to come"),
        ({"asked_by": "Mrs Smith"}, 422, "asked_by"),
        ({"spaces": ["vault"]}, 404, "vault"),
        ({"weekdays": ["holiday"]}, 422, "not a weekday"),
        ({"photo": "x"}, 422, "photo"),
    ]
    for change, status, said in cases:
        with subtests.test(said):
            answer = quiet.post(V1, json={**good, **change})
            assert answer.status_code == status and said in answer.json()["error"], answer.text
    broken = quiet.post(V1, content="{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 422 and broken.json()["error"] == "body: JSON decode error"
    assert quiet.patch(f"{V1}/nothing", json={"who": "Kim", "done_since": "2026-03-01"}).status_code == 404
    early = quiet.post(V1, json=good).json()["action"]
    refused = quiet.patch(f"{V1}/{early}", json={"who": "Kim", "undone": "2026-03-01"})
    assert refused.status_code == 422 and "never done" in refused.json()["error"]


def test_a_swedish_reader_is_refused_in_swedish(quiet: httpx2.Client, subtests: pytest.Subtests) -> None:
    good = {"who": "Kim", "title_sv": "Fler lampor", "asked": "2026-01-14"}
    swedish = {"Accept-Language": "sv-SE,sv;q=0.9,en;q=0.8"}
    name = quiet.post(V1, json=good).json()["action"]
    cases: list[tuple[str, str, dict[str, Any], str]] = [
        ("POST", V1, {"title_sv": " "}, "skriv vad som önskades"),
        ("POST", V1, {"spaces": ["vault"]}, "det finns ingen yta ”vault”"),
        ("POST", V1, {"asked": "0026-01-14"}, "året 26 kan inte stämma"),
        ("POST", V1, {"asked": "2199-01-14"}, "2199-01-14 har inte varit än"),
        (
            "PATCH",
            f"{V1}/{name}",
            {"answer_sv": "Ja", "answered": "2199-01-14"},
            "2199-01-14 har inte varit än",
        ),
        ("PATCH", f"{V1}/{name}", {"undone": "2026-03-01"}, "kan inte avslutas"),
        ("PATCH", f"{V1}/{name}", {"done_since": "2025-03-01"}, "är före dagen då det önskades (2026-01-14)"),
        ("PATCH", f"{V1}/{name}", {"answered": "2026-03-01"}, "ett svar har en text och en dag"),
        ("PATCH", f"{V1}/nothing", {}, "ingen åtgärd ”nothing”"),
    ]
    for method, path, change, said in cases:
        with subtests.test(said):
            body = {**good, **change} if method == "POST" else {"who": "Kim", **change}
            answer = quiet.request(method, path, json=body, headers=swedish)
            assert said in answer.json()["error"] and answer.headers["Content-Language"] == "sv"
    nobody = quiet.post(V1, json={**good, "who": " "}, headers=swedish)
    assert nobody.headers["Content-Language"] == "sv" and "skriv namn" in nobody.json()["error"]
    plain = quiet.post(V1, json={**good, "asked": "soon"}, headers=swedish)  # of the form alone
    assert "Content-Language" not in plain.headers and plain.json()["error"].startswith("asked")
    assert quiet.patch(f"{V1}/nothing", json={"who": "Kim"}).headers["Content-Language"] == "en"
