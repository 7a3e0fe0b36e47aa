"""What the API and the screens say of a simulated site at a fixed moment."""

import re
from collections.abc import Callable, Iterator
from itertools import product

from golden_site import COUNT, build, page, web
from normal import plain, pretty
from starlette.testclient import TestClient

from besok.store.database import Database

SITES = ("lib", "park")
NOT_KEPT = {
    "/api/v1/sites/{site}/live/stream",
    "/api/v1/audit",
    "/api/v1/sites/{site}/council",
}  # endless; with the times of this very moment; a PDF
SHORT = "from=2026-03-02&to=2026-03-03"
CSV_ONLY = "part="
# The questions of a path where its own defaults are not enough, or answer more than a reviewer reads.
QUESTIONS = {
    "/flows": [SHORT + "&step=hour", "from=2026-01-19&step=week", "from=2026-03-04&step=15min"],
    "/visits": [
        "",
        "from=2024-01-01&step=month",
        "from=2024-01-01&step=month&together=true",
        "from=2026-02-01",
    ],
    "/occupancy": [
        *(f"space={space}&{SHORT}&step=hour" for space in ("reading", "study")),
        SHORT + "&step=hour",
        "from=2026-03-04&step=15min",
        "from=2026-01-19&step=day",
    ],
    "/occupancy/heatmap": ["from=2026-01-19&to=2026-03-03"],
    "/usage": ["from=2026-02-02&to=2026-03-01", "space=reading&from=2026-02-02&to=2026-03-01"],
    "/usage/together": ["space=reading&space=hall&from=2026-02-02&to=2026-03-01"],
    "/calendar": ["from=2026-02-01&to=2026-03-31"],
    "/coverage": ["from=2026-02-20&to=2026-03-04"],
    "/events": ["from=2026-02-01&to=2026-03-31"],
    "/events/effects": ["from=2026-01-19&to=2026-03-04"],
    "/unusual": ["from=2026-01-19&to=2026-03-04"],
    "/forecast": ["", CSV_ONLY + "years", CSV_ONLY + "totals"],
    "/findings": ["resolved_days=30"],
    "/annual": ["year=2024", "year=2025"],
    "/monthly": ["month=2026-02&lang=en&format=html"],
}
PAGES = ("now", "scenarios", "spaces", "progress", "sensors", "data", "wall")
MORE_PAGES = (
    ("/overview", ""),
    *((f"/progress/{site}/{tab}", "") for site in SITES for tab in ("forecast", "impact")),
    ("/spaces/lib/reading", "?range=7d"),
    ("/spaces/lib/study", "?range=yesterday"),
    ("/spaces/park", "?range=30d&cmp=0"),
    ("/nowhere", ""),
)


def test_api_and_pages(database_url: str, golden: Callable[..., None]) -> None:
    build(database_url)
    with web(database_url) as client:
        golden("api", dict(answers(client)))
        shells = {"count.html": re.sub(r"\?v=\w+", "", client.get("/count/lib").text)}
        shells["count-words.json"] = pretty(client.get("/count/words.json").json())
    with Database(database_url) as db:
        golden("pages", {name: plain(text) for name, text in shells.items()} | dict(pages(db)))


def answers(client: TestClient) -> Iterator[tuple[str, str]]:
    """Every GET of the OpenAPI document, for each site, as JSON and where there is such as CSV."""
    document = client.get("/api/openapi.json").json()
    yield "openapi.json", pretty(document)
    for path, operations in document["paths"].items():
        if "get" not in operations or path in NOT_KEPT:
            continue
        formats = "format" in {p["name"] for p in operations["get"].get("parameters", ())}
        for site in SITES if "{site}" in path else ("",):
            for number, question in enumerate(QUESTIONS.get(path.partition("{site}")[2], [""])):
                url = f"{path.format(site=site, count=COUNT, number=1, space='hall')}?{question}"
                name = re.sub(
                    r"[^a-z]+", "-", path.replace("/api/v1/sites/{site}", site).replace("/api/v1/", "")
                )
                name = name.strip("-") + (f"-{number + 1}" if number else "")
                if not question.startswith(CSV_ONLY):
                    answer = client.get(url)
                    if "json" not in answer.headers["content-type"]:
                        yield f"{name}.txt", plain(f"{url} {answer.status_code}\n{answer.text}")
                        continue
                    yield (
                        f"{name}.json",
                        pretty({"asked": url, "status": answer.status_code, "answer": answer.json()}),
                    )
                if formats:
                    answer = client.get(url + "&format=csv")
                    yield f"{name}.csv", plain(f"{url} {answer.status_code}\n{answer.text}")


def pages(db: Database) -> Iterator[tuple[str, str]]:
    """Every page of each site, and some periods and spaces, in both languages."""
    addresses = [*((f"/{page_name}/{site}", "") for page_name, site in product(PAGES, SITES)), *MORE_PAGES]
    for (path, search), language in product(addresses, ("sv", "en")):
        name = re.sub(r"[^a-z0-9]+", "-", path + search).strip("-")
        yield f"{name}.{language}.txt", plain(page(db, path, search, language))
