"""Progress of a young house: what is counted, the forecast that is being made, and that it comes by itself."""

import re
from datetime import UTC, datetime

from accessibility import violations
from counted_years import count, forecast
from house import House, Open
from playwright.sync_api import Route, expect

from besok.store import forecasts
from besok.store.database import Database
from besok.store.heartbeats import beat

TWO_SCREENS = 1800  # pixels


def test_each_tab_is_less_than_two_screens_high(counted_house: House, open_page: Open) -> None:
    page = open_page(counted_house.url)
    for tab, graphs in (("", ("way", "months")), ("/forecast", ("weeks", "year")), ("/impact", ())):
        page.goto(f"{counted_house.url}/progress/{counted_house.id}{tab}")
        for graph in graphs:
            expect(
                page.locator(f"#graph-{graph} .scatterlayer, #graph-{graph} .barlayer").first
            ).to_be_attached()
        expect(page.locator("#page .page")).to_be_visible()
        assert page.locator("html").evaluate("node => node.scrollHeight") <= TWO_SCREENS


def test_the_answer_is_read_before_the_rest_has_come(counted_house: House, open_page: Open) -> None:
    page = open_page(counted_house.url)
    asked: list[Route] = []

    def hold_the_second(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.continue_()

    page.route("**/_dash-update-component*", hold_the_second)
    page.goto(f"{counted_house.url}/progress/{counted_house.id}")
    expect(page.locator("#page .waiting")).to_be_visible()
    answer = page.locator(".hero").inner_text()
    assert answer
    expect(page.locator(".graph")).to_have_count(0)
    for _ in range(1000):
        if len(asked) > 1:
            break
        page.wait_for_timeout(20)  # lets the second one come in
    asked[1].continue_()
    expect(page.locator("#graph-months .barlayer").first).to_be_attached()
    expect(page.locator("#page .waiting")).to_have_count(0)
    assert page.locator(".hero").inner_text() == answer
    assert len(asked) == 2


def test_the_first_forecast_is_shown_as_soon_as_it_is_there(
    quiet_house: House, db: Database, open_page: Open
) -> None:
    last = count(db, quiet_house.id, 25)
    beat(db, "jobs", datetime.now(UTC), {})
    page = open_page(
        quiet_house.url, locale="en-GB", color_scheme="light", bypass_csp=True, width=390,
        height=844, permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    page.clock.install()
    page.goto(f"{quiet_house.url}/progress/{quiet_house.id}")
    expect(page.get_by_text("It is made from 25 days of visits")).to_be_visible()
    expect(page.get_by_text("No baseline yet")).to_be_visible()
    expect(page.locator(".hero")).to_contain_text("1,250")
    forecasts.keep(db, quiet_house.id, forecast(last))
    page.clock.fast_forward(11_000)
    expect(page.locator("#announcer")).to_have_text("The forecast is ready.")
    expect(page.locator(".hero")).to_contain_text("Forecast for the next 28 days: 1,400 visits")
    page.get_by_role("link", name="Forecast").click()
    expect(page.get_by_role("heading", name="The next eight weeks")).to_be_visible()
    expect(page.locator("#graph-weeks .scatterlayer .trace").first).to_be_attached()
    page.get_by_role("button", name="Copy HTML for a web page: Visits a day").click()
    expect(page.locator("#announcer")).to_have_text("The HTML is copied: a picture with source and date.")
    copied = page.evaluate("navigator.clipboard.readText()")
    page.evaluate("document.querySelectorAll('#page details').forEach(one => { one.open = true })")
    expect(page.locator("figure.chart table.numbers")).to_have_count(2)
    assert violations(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390
    assert copied.startswith("<figure") and "<script" not in copied and len(copied) < 300_000
    page.set_content(copied)  # of a web page elsewhere
    expect(page.get_by_role("img", name="Visits a day: counted, and forecast with intervals")).to_be_visible()
    for width, drawn in ((390, 380), (1000, 900)):  # letters keep their size on a phone
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function("width => document.querySelector('img').naturalWidth === width", arg=drawn)
    link = page.locator("figcaption").get_by_role("link")
    expect(link).to_have_text(
        re.compile(rf"The house, figures up to {last.day} \w+ {last.year}\. Source: Besök\.")
    )
    expect(link).to_have_attribute("href", f"{quiet_house.url}/free/{quiet_house.id}")


def test_a_phone_leaves_the_wider_interval_out(counted_house: House, open_page: Open) -> None:
    for width, shown in ((1280, ["95 %", "80 %"]), (360, ["80 %"])):
        page = open_page(f"{counted_house.url}/progress/{counted_house.id}/forecast", width=width)
        expect(page.locator("#chart-weeks .legendtext", has_text="%")).to_have_text(shown)
