"""The API as those who use it find it: by its description alone, by a client made of it, by pages, files and tags."""

import csv
import io
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from aiopenapi3 import OpenAPI
from pyarrow import parquet
from rdflib import Graph, Namespace
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from api import parquet as api_parquet
from api.numbers import rounded
from besok.model.views.series import VisitPoint
from dashboard.router import PAGES
from tests.at_work import on, serving
from tests.patience import ANSWER_S

BIN = Path(sys.executable).parent
SITE = "/api/v1/sites/stadsbiblioteket"
DAY = {"from": "2026-11-24", "to": "2026-11-24"}


def test_schemathesis_finds_no_failure(web: str, tmp_path: Path) -> None:
    """Every path with what its description allows and what it does not; dates in the wrong order it cannot know."""
    arguments = ["--max-examples=1", "--phases=examples,coverage,fuzzing", "--seed=1", "--workers=1", "--no-color",
                 f"--request-timeout={ANSWER_S}", "--exclude-path=/api/v1/sites/{site}/live/stream",
                 "--exclude-checks=positive_data_acceptance"]  # fmt: skip
    httpx2.get(f"{web}/api/openapi.json", timeout=ANSWER_S)  # the first is slow
    done = subprocess.run(
        [BIN / "schemathesis", "run", f"{web}/api/openapi.json", f"--url={web}", *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent), "SCHEMATHESIS_HOOKS": "fewer_cases"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:]


def test_a_client_made_from_the_description_works(quiet_web: str) -> None:
    def session(*args: Any, **more: Any) -> httpx2.Client:
        return httpx2.Client(*args, **{**more, "timeout": ANSWER_S})

    client = OpenAPI.load_sync(f"{quiet_web}/api/openapi.json", session_factory=session)
    sites = client._.sites_api_v1_sites_get()
    asked = {"site": "stadsbiblioteket", "from": date(2026, 11, 24), "to": date(2026, 11, 24)}
    (point,) = client._.visits_api_v1_sites__site__visits_get(parameters=asked)
    assert {site.site for site in sites} >= {"stadsbiblioteket"}
    assert point.day == date(2026, 11, 24) and point.gross is None


def test_unknown_parameters_are_refused_with_a_hint(quiet: httpx2.Client) -> None:
    answer = quiet.get(f"{SITE}/flows?fromm=2026-11-24")
    assert answer.status_code == 422 and 'did you mean "from"' in answer.json()["detail"]
    assert quiet.get("/api/v1/sites?x=1").status_code == 422


def test_head_answers_as_get_without_a_body(quiet: httpx2.Client) -> None:
    for path in ("/api/v1/sites", f"{SITE}/visits", "/", f"{SITE}/live/stream"):
        head = quiet.head(path)
        assert head.status_code == 200 and head.content == b""
    assert quiet.head(f"{SITE}/visits").headers["content-type"] == "application/json"


def test_an_answer_that_is_known_is_not_sent_again(quiet: httpx2.Client) -> None:
    first = quiet.get(f"{SITE}/visits", params=DAY)
    again = quiet.get(f"{SITE}/visits", params=DAY, headers={"if-none-match": first.headers["etag"]})
    assert (
        again.status_code == 304 and again.content == b"" and again.headers["etag"] == first.headers["etag"]
    )
    other = quiet.get(f"{SITE}/visits", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200
    assert "etag" not in quiet.get(f"{SITE}/live").headers


def test_answers_come_in_pages_that_lead_on(quiet: httpx2.Client) -> None:
    query = {"from": "2026-11-01", "to": "2026-11-10"}
    whole = quiet.get(f"{SITE}/visits", params=query).json()
    pages, following = [], f"{SITE}/visits?from=2026-11-01&to=2026-11-10&limit=4"
    while following:
        answer = quiet.get(following)
        pages.append(answer.json())
        following = answer.links.get("next", {}).get("url", "")
    assert [len(page) for page in pages] == [4, 4, 2] and [row for page in pages for row in page] == whole
    assert quiet.get(f"{SITE}/visits?cursor=%21").status_code == 422


def test_files_have_no_limit_and_the_rows_of_json(quiet: httpx2.Client) -> None:
    portals = [p["portal"] for p in quiet.get(f"{SITE}/portals").json() if p["counted"]]
    span = {"from": "2021-01-01", "to": "2026-06-30", "step": "15min", "portal": portals[0]}
    refused = quiet.get(f"{SITE}/flows", params=span | {"from": "1995-01-01"})
    assert refused.status_code == 422 and "CSV" in refused.json()["detail"]
    with quiet.stream("GET", f"{SITE}/occupancy", params=span_of(2021, "csv")) as answer:
        assert answer.status_code == 200 and "content-length" not in answer.headers
        lines = sum(1 for _ in answer.iter_lines())
    days = (date(2026, 7, 1) - date(2021, 1, 1)).days
    assert lines == 1 + 96 * days - 4  # summer time takes an hour
    week = {"from": "2026-03-23", "to": "2026-05-05", "step": "hour", "space": "foyer"}
    rows = list(
        csv.DictReader(io.StringIO(quiet.get(f"{SITE}/occupancy", params=week | {"format": "csv"}).text))
    )
    told = quiet.get(f"{SITE}/occupancy", params=week).json()
    assert [row["start"] for row in rows] == [point["start"] for point in told]
    raw = quiet.get(f"{SITE}/occupancy", params=week | {"format": "parquet"})
    table = parquet.read_table(io.BytesIO(raw.content))
    assert raw.headers["content-type"] == api_parquet.MEDIA
    assert table.num_rows == len(told) and str(table.schema.field("start").type) == "timestamp[us, tz=UTC]"


def span_of(year: int, form: str) -> dict[str, str]:
    """A long time in short steps."""
    return {"from": f"{year}-01-01", "to": "2026-06-30", "step": "15min", "format": form}


def test_without_parquet_there_is_a_remedy(quiet: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_parquet, "available", lambda: False)
    answer = quiet.get(f"{SITE}/visits", headers={"accept": api_parquet.MEDIA})
    assert answer.status_code == 406 and "besok[parquet]" in answer.json()["detail"]


def test_portals_and_filters(quiet: httpx2.Client) -> None:
    portals = quiet.get(f"{SITE}/portals").json()
    assert any(p["perimeter"] and p["outer"] == "outside" for p in portals)
    one = portals[0]["portal"]
    flows = quiet.get(f"{SITE}/flows", params={**DAY, "step": "day", "portal": one}).json()
    assert {row["portal"] for row in flows} <= {one}
    for path in ("flows", "coverage", "findings"):
        assert quiet.get(f"{SITE}/{path}?portal=nowhere").status_code == 404
    for path in ("coverage", "findings", "events", "actions", "occupancy"):
        assert quiet.get(f"{SITE}/{path}?space=nowhere").status_code == 404
        assert quiet.get(f"{SITE}/{path}?space=foyer").status_code == 200


def test_pages_that_do_not_exist_are_not_found(quiet: httpx2.Client) -> None:
    there = [f"/{page}/stadsbiblioteket" for page in (*PAGES, "count", "free")]
    missing = [f"/{page}/nowhere" for page in (*PAGES, "count", "free")]
    missing += [f"/{page}/stadsbiblioteket/nowhere" for page in PAGES]
    missing += [
        "/nothing",
        "/wp-admin/x",
        "/doors/stadsbiblioteket/nowhere",
        "/spaces/stadsbiblioteket/foyer/x",
    ]
    missing += ["/progress/stadsbiblioteket/foyer", "/spaces/parken/foyer", "/now/" + "a" * 5000]
    below = [
        "/spaces/stadsbiblioteket/foyer",
        "/progress/stadsbiblioteket/impact",
        "/admin/site/stadsbiblioteket/hours",
    ]
    known = {path: quiet.get(path, follow_redirects=True) for path in ["/", "/progress", *there, *below]}
    unknown = {path: quiet.get(path) for path in missing}
    assert {path: one.status_code for path, one in known.items()} == dict.fromkeys(known, 200)
    assert {path: one.status_code for path, one in unknown.items()} == dict.fromkeys(unknown, 404)
    assert all(one.headers["content-type"].startswith("text/html") for one in unknown.values())
    assert quiet.head("/now/nowhere").status_code == 404


def test_numbers_are_rounded_to_what_they_mean() -> None:
    told = {"people": 1.23456, "score": 0.1234567, "spaces": [{"upper": 22.123456}], "gross": float("nan")}
    assert rounded(told) == {"people": 1.23, "score": 0.123457, "spaces": [{"upper": 22.12}], "gross": None}
    point = VisitPoint(day=date(2026, 1, 1), gross=0.1 + 0.2, net=None, coverage=0.1234567, imputed=-1e-9)
    assert list(rounded(point).values())[:5] == [point.day, 0.3, None, 0.123457, 0.0]


def test_the_catalogue_is_what_the_national_portal_harvests(
    database_url: str, places: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("update site set sandbox = slug <> 'stadsbiblioteket'")
    named = {
        "operator": "Helsingborgs stad",
        "contact": "data@example.se",
        "public_url": "https://besok.example.se",
    }
    with serving(on(database_url, **named)) as address:  # type: ignore[arg-type]
        answer = httpx2.get(f"{address}/api/v1/catalogue", timeout=ANSWER_S)
        files = [
            str(file)
            for file in Graph().parse(data=answer.content, format="xml").objects(None, DCAT.downloadURL)
        ]
        for file in files:  # as somebody elsewhere, who has not signed in
            path = file.removeprefix("https://besok.example.se")
            assert (
                httpx2.get(
                    address + path, headers={"Origin": "https://elsewhere.example"}, timeout=ANSWER_S
                ).status_code
                == 200
            ), path
    assert len(files) == 7
    assert answer.headers["content-type"].startswith("application/rdf+xml")
    graph = Graph().parse(data=answer.content, format="xml")
    vcard = Namespace("http://www.w3.org/2006/vcard/ns#")
    mandatory = {
        DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.dataset, DCTERMS.license),
        DCAT.Dataset: (
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.publisher,
            DCAT.distribution,
            DCAT.contactPoint,
        ),
        DCAT.Distribution: (DCAT.accessURL, DCTERMS.license),
        DCAT.DataService: (DCTERMS.title, DCAT.endpointURL),
        FOAF.Agent: (FOAF.name,),
        vcard.Organization: (vcard.fn, vcard.hasEmail),
    }
    for kind, needed in mandatory.items():
        things = list(graph.subjects(RDF.type, kind))
        assert things and [(t, p) for t in things for p in needed if graph.value(t, p) is None] == []
    assert all(str(s).startswith("http") for s in graph.subjects())  # absolute, and no blank nodes
    assert len(list(graph.subjects(RDF.type, DCAT.Dataset))) == 3  # of the one place that is not simulated
    assert {
        o for t in graph.subjects(RDF.type, DCAT.Dataset) for o in graph.objects(t, DCTERMS.publisher)
    } == {next(graph.subjects(RDF.type, FOAF.Agent))}


def test_a_catalogue_without_a_publisher_says_what_is_missing(quiet: httpx2.Client) -> None:
    answer = quiet.get("/api/v1/catalogue")
    assert answer.status_code == 404 and "BESOK_OPERATOR" in answer.json()["detail"]
