"""The public page as a resident meets it: on a phone, without scripts, without a connection."""

import pytest
from house import House
from playwright.sync_api import Browser, Error, ViewportSize, expect

PHONE: ViewportSize = {"width": 390, "height": 780}


def test_by_keyboard_and_without_scripts(chromium: Browser, still_house: House) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{still_house.url}/free")
    expect(page.locator("h1")).to_have_text("The house")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_role("link", name="Svenska").press("Enter")
    expect(page.locator("h1")).to_have_text("Huset")
    page.set_viewport_size({"width": 320, "height": 780})
    hours = page.locator("tbody td").first
    hours.evaluate("cell => { cell.textContent = '07:00–22:00, bemannat 10:00–18:00' }")
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 320
    context.close()


def test_it_opens_without_a_connection_and_says_so(chromium: Browser, still_house: House) -> None:
    context = chromium.new_context(viewport=PHONE, locale="sv-SE")
    page = context.new_page()
    page.goto(f"{still_house.url}/free/{still_house.id}")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    figures = page.locator("#updated").get_attribute("data-offline")
    assert figures and figures.startswith("Ingen anslutning. Visar läget")
    context.set_offline(True)
    expect(page.locator("#offline")).to_have_text(figures)
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { value: true })")
    page.reload()  # as if the server alone were offline
    expect(page.locator("h1")).to_have_text("Huset")
    expect(page.locator("#offline")).to_have_text(figures, timeout=30_000)  # not at the next minute only
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"  # the style is kept, too
    context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    context.close()


def test_a_page_never_opened_says_that_there_is_no_connection(chromium: Browser, still_house: House) -> None:
    context = chromium.new_context(viewport=PHONE, locale="sv-SE")
    page = context.new_page()
    page.goto(f"{still_house.url}/free/{still_house.id}")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    for address, title in (
        ("privacy", "Ingen anslutning"),
        ("accessibility?lang=en", "No connection"),
        ("nowhere?lang=ar", "لا يوجد اتصال"),
    ):
        page.goto(f"{still_house.url}/free/{address}")
        expect(page.locator("h1")).to_have_text(title)
        assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.goto(f"{still_house.url}/free/")  # leads to the only site, whose page is kept
    expect(page.locator("h1")).to_have_text("Huset")
    for file in (
        "/free/icon-512.png",
        f"/free/{still_house.id}/widget",
        f"/api/v1/sites/{still_house.id}/free",
    ):
        assert page.evaluate("url => fetch(url).then(() => 'answered', () => 'failed')", file) == "failed"
    for file in (f"/free/{still_house.id}/poster.pdf", f"/api/v1/sites/{still_house.id}/free"):
        with pytest.raises(Error, match="ERR_"):
            page.goto(f"{still_house.url}{file}")
    context.set_offline(False)
    page.goto(f"{still_house.url}/free/privacy")
    expect(page.locator("h1")).to_have_text("Integritet")
    context.close()


def test_the_room_of_a_poster_stays_marked_when_figures_change(chromium: Browser, still_house: House) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{still_house.url}/free/{still_house.id}")
    room = page.locator(".spaces li").first
    page.goto(f"{page.url}#{room.get_attribute('id')}")
    width = "getComputedStyle(document.querySelector('.spaces li')).borderTopWidth"
    assert page.evaluate(width) == "3px"
    page.evaluate("shown = 'figures of before'")
    page.evaluate("renew()")
    expect(room).to_have_class("sought")
    assert page.evaluate(width) == "3px"
    context.close()
