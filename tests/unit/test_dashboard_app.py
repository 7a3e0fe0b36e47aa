"""The frame of the screens: what the web server's event loop, its policy and its reader need."""

import asyncio
import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any

import brotli
import pytest
from dash import Dash
from fastapi import FastAPI
from plotly.offline import get_plotlyjs_version
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from besok.model.settings import Settings
from besok.store.database import Database
from dashboard.app import ASSETS, attach
from dashboard.figures.style import CONFIG
from dashboard.language import LanguageMiddleware
from tests.patience import wait_for

NOBODY = Database("postgresql://127.0.0.1:1/none", 1, 0.1)  # a database that does not answer


@pytest.fixture(scope="module")
def screens() -> Dash:
    server = FastAPI()
    server.state.csp = "default-src 'self'; script-src 'self'; object-src 'none'"
    server.state.db = NOBODY
    return attach(server, Settings())


@pytest.fixture(scope="module")
def browser(screens: Dash) -> Iterator[TestClient]:
    packing = CompressMiddleware(screens.server)
    with TestClient(packing, headers={"accept-encoding": "gzip, br"}) as client:
        yield client


def test_no_callback_runs_on_the_event_loop(screens: Dash) -> None:
    """Dash awaits what is a coroutine and calls everything else on the loop, where it would stop every other reader."""
    callbacks = {
        name: entry["callback"] for name, entry in screens.callback_map.items() if "callback" in entry
    }
    assert callbacks
    assert [name for name, function in callbacks.items() if not inspect.iscoroutinefunction(function)] == []


def test_dash_opens_no_socket_of_its_own(screens: Dash) -> None:
    assert "websocket" not in screens._config()


def test_the_policy_lets_dash_start_and_nothing_else(screens: Dash) -> None:
    policy = screens.server.state.csp
    assert policy.startswith("default-src 'self'; script-src 'self' 'sha256-") and policy.endswith(
        "object-src 'none'"
    )
    scripts = policy.split("script-src")[1].split(";")[0]
    assert "unsafe" not in scripts


def test_the_first_visit_finds_its_style_and_scripts_on_any_page(browser: TestClient) -> None:
    page = browser.get("/now/somewhere", headers={"accept-language": "en"}).text
    assert '<html lang="en">' in page
    for name in ("colours.js", "first.js", "besok.css", "live.js", "spark.js", "shell.js", "table.js"):
        assert f"/assets/{name}?m=" in page
    assert page.index("first.js") < page.index("_dash-component-suites")
    assert "/assets/vendor/plotly" not in page  # only pages with a chart fetch it


def test_charts_do_not_offer_to_upload_the_data() -> None:
    assert CONFIG["displayModeBar"] is False
    for path in ASSETS.parent.rglob("*.py"):
        assert path.name == "chart.py" or "dcc.Graph(" not in path.read_text(), (
            f"{path}: use components.chart"
        )


def test_the_vendored_plotly_is_the_one_that_python_writes_for() -> None:
    name = f"plotly-basic-{get_plotlyjs_version()}.min.js"
    assert (ASSETS / "vendor" / name).stat().st_size < 1_200_000  # of which a third is sent
    assert name in (ASSETS / "first.js").read_text()


def test_the_page_says_its_language() -> None:
    assert asyncio.run(_language(b"", b"en-GB,en;q=0.9")) == ("en", None)
    assert asyncio.run(_language(b"lang=sv", b"en")) == (
        "sv",
        "besok_lang=sv; Path=/; Max-Age=31536000; SameSite=Lax",
    )
    assert asyncio.run(_language(b"", b"fi")) == ("sv", None)
    assert asyncio.run(_language(b"lang=xx", b"en")) == ("en", None)
    assert asyncio.run(_language(b"", b"sv", cookie=b"a={b; besok_lang=en")) == ("en", None)
    assert asyncio.run(_language(b"", b"sv", cookie=b"besok_lang=zz")) == ("sv", None)
    report = "/api/v1/sites/house/council"  # whoever opens it in English goes on in Swedish
    assert asyncio.run(_language(b"lang=en", b"sv", report)) == ("en", None)


async def _language(
    query: bytes, accept: bytes, path: str = "/now/house", cookie: bytes = b""
) -> tuple[str, str | None]:
    from besok.text.languages import language

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": language().encode()})

    scope: Scope = {
        "type": "http",
        "path": path,
        "query_string": query,
        "headers": [(b"accept-language", accept), (b"cookie", cookie)],
    }
    sent = await _answer(LanguageMiddleware(app, "sv"), scope)
    cookies = [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]
    return sent[1]["body"].decode(), next(iter(cookies), None)


async def _answer(app: Any, scope: Scope) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def test_a_file_that_is_kept_for_good_is_packed_once_as_small_as_can_be(
    browser: TestClient, quick_packs: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, plain = "/assets/vendor/plotly-basic-4.1.1.min.js", {"accept-encoding": "gzip"}
    whole = browser.get(address)
    wait_for(lambda: "content-length" in browser.get(address).headers)
    packed = browser.get(address)
    assert packed.headers["cache-control"].endswith("immutable")
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.content == whole.content == browser.get(address, headers=plain).content
    assert "content-encoding" not in browser.get("/assets/vendor/inter-5.3.0.woff2").headers
    monkeypatch.setattr(brotli, "compress", quick_packs)
    licence = "/assets/vendor/plotly-LICENSE.txt"
    smallest = str(len(brotli.compress(browser.get(licence, headers=plain).content, quality=11)))
    wait_for(lambda: browser.get(licence).headers["content-length"] == smallest)


def test_files_are_kept_by_their_fingerprint_and_those_of_another_version_refused(
    browser: TestClient,
) -> None:
    page = browser.get("/now/somewhere").text
    found = re.findall(r'(?:src|href)="(/[^"]+(?:\?m=|\.v)[^"]+)"', page)
    assert len(found) > 10
    for address in [*found, "/assets/vendor/inter-5.3.0.woff2"]:
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (
            200,
            "public, max-age=31536000, immutable",
        )
        assert answer.headers.get("content-encoding", "") == ("br" if "vendor/inter" not in address else "")
        other = re.sub(r"(m=|_\dm)(\d+)", r"\g<1>77", address)
        assert other == address or browser.get(other).status_code == 404, (
            "no other version under this address"
        )
    assert browser.get("/assets/live.js").headers["cache-control"] == "no-cache"
    assert browser.get("/assets/none.js").status_code == 404
    for path in ("os/environ", "dash/x.js", "dash/%2e%2e/dash.py", "dash/dash-renderer/../dash.py"):
        assert browser.get(f"/_dash-component-suites/{path}").status_code == 404, "Dash makes a fault of it"
