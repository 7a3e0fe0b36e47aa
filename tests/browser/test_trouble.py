"""What the reader is told when something is broken."""

import re
from typing import Any

import pytest
from house import House, Open
from playwright.sync_api import expect
from pydantic import SecretStr

from api import app
from besok.model.settings import Settings
from cli.stack import ports
from dashboard import router
from tests.at_work import serving


def test_a_page_that_fails_gives_a_number_to_find_it_by(
    still_house: House, open_page: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a mistake in a page")

    page = open_page(still_house.url)
    monkeypatch.setitem(router.PAGES, "sensors", fail)
    page.get_by_role("link", name="Sensorer").click()
    toast = page.get_by_role("alert")
    expect(toast).to_contain_text("Något gick fel")
    reference = re.search("referens ([0-9a-f]{8})", toast.inner_text())
    assert reference and reference[1] in caplog.text and "a mistake in a page" in caplog.text
    expect(page.locator("h1")).to_have_text("Huset")  # what was shown stays


def test_a_database_that_is_away_is_said_to_be_away(
    settings: Settings, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "WAIT_S", 0.1)
    nowhere = f"postgresql://besok@127.0.0.1:{ports.free()[0]}/besok"
    lost = settings.model_copy(update={"database_url": SecretStr(nowhere)})
    with serving(lost):
        page = open_page(f"http://127.0.0.1:{lost.port}", strict=False)  # a browser complains of the status
        expect(page.locator("h1")).to_have_text("Databasen svarar inte")
        resident = page.context.new_page()
        answer = resident.goto(f"http://127.0.0.1:{lost.port}/free/house")
        assert answer and (answer.status, answer.headers["refresh"]) == (503, "5")
        expect(resident.locator("h1")).to_have_text("Inget svar just nu")


def test_what_does_not_exist_is_not_found(still_house: House, open_page: Open) -> None:
    page = open_page(still_house.url)
    for path in ("/spaces/{house}/attic", "/now/elsewhere", "/no/such/page"):
        page.goto(still_house.url + path.format(house=still_house.id))
        expect(page.locator("h1")).to_have_text("Sidan finns inte")
    page.get_by_role("link", name="Till startsidan").click()
    expect(page.locator("h1")).to_have_text("Huset")
