"""What browser tests share: a house with services of the test's own, and pages that tolerate no complaint."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from counted_years import count, of_years
from house import House, apply_house, measuring
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from pydantic import SecretStr
from screens import Installations

from besok.model.settings import Settings
from besok.store import forecasts
from besok.store.database import Database
from cli.stack import ports
from tests.at_work import on, quiet_web, serving
from tests.databases import FreshUrl
from tests.patience import SCREEN_MS

__all__ = ["quiet_web"]  # a fixture

CHROMIUM = "/usr/bin/chromium-headless-shell"  # a window around each page costs more than the page
expect.set_options(timeout=SCREEN_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium without windows; skips, saying so, where it is not installed."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs {CHROMIUM}")
    with sync_playwright() as driver, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Browser, "new_context", patient(Browser.new_context))
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


def patient(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Let each page wait for what it shall show as long as the tests do."""

    def made(*args: Any, **more: Any) -> BrowserContext:
        context = new_context(*args, **more)
        context.set_default_timeout(SCREEN_MS)
        return context

    return made


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address; whatever the page complains of in its console fails the test."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def visit(
        url: str,
        *,
        width: int = 1280,
        height: int = 900,
        locale: str = "sv-SE",
        strict: bool = True,
        **more: Any,
    ) -> Page:
        # A dot that pulses costs a browser without a graphics card a sixth of a processor, on each page.
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale=locale, reduced_motion="reduce", **more
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda m: complaints.append(m.text) if strict and complains(m) else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        page.wait_for_selector("#page [data-title]")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def complains(message: ConsoleMessage) -> bool:
    """Whether a browser says that something is wrong; that a page is not there at all, it says as well."""
    path = urlsplit(message.location["url"]).path
    missing = "404" in message.text and "." not in path and not path.startswith(("/api", "/_"))
    return message.type in ("error", "warning") and not missing


@pytest.fixture
def settings(database_url: str, broker: tuple[str, int]) -> Settings:
    """Settings of all services of a house of the test's own."""
    name = f"hus-{uuid.uuid4().hex[:10]}"
    return Settings(
        database_url=SecretStr(database_url),
        mqtt_host=broker[0],
        mqtt_port=broker[1],
        mqtt_topics=f"besok/v1/{name}/#",
        mqtt_client_id=f"besok-{name}",
        port=ports.free()[0],
    )


@pytest.fixture
def web(settings: Settings) -> Iterator[str]:
    """The address of the web service."""
    with serving(settings) as address:
        yield address


@pytest.fixture(scope="session")
def still_house(fresh_url: FreshUrl) -> Iterator[House]:
    """A quiet house of all tests that only look at it."""
    with fresh_url() as url, Database(url) as db, serving(on(url)) as address:
        apply_house(db, "still")
        yield House(id="still", url=address, publish=lambda *_: None)


@pytest.fixture(scope="session")
def counted_house(fresh_url: FreshUrl) -> Iterator[House]:
    """A house of all tests that look at its years: to write them takes as long as ten tests."""
    with fresh_url() as url, Database(url) as db, serving(on(url)) as address:
        apply_house(db, "counted")
        last = count(db, "counted", 400)
        forecasts.keep(db, "counted", of_years(last))
        yield House(id="counted", url=address, publish=lambda *_: None)


@pytest.fixture(scope="session")
def installations(
    fresh_url: FreshUrl, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Installations]:
    """The site of the goldens in all its states."""
    with ExitStack() as stack:
        own = tmp_path_factory.getbasetemp()  # of a worker: in that of the run
        of_run = own if worker_id == "master" else own.parent
        yield Installations(stack, fresh_url, of_run / "screens")


@pytest.fixture
def quiet_house(settings: Settings, db: Database, web: str) -> House:
    """A house that nobody measures: only the web service runs."""
    name = settings.mqtt_topics.split("/")[2]
    apply_house(db, name)
    return House(id=name, url=web, publish=lambda *_: None)


@pytest.fixture
def house(settings: Settings, quiet_house: House, broker: tuple[str, int]) -> Iterator[House]:
    with measuring(settings, broker) as publish:
        yield House(id=quiet_house.id, url=quiet_house.url, publish=publish)
