"""*Overview* and the way from site to site, with thirty branches as with two."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from accessibility import in_either_colours
from house import House, Open, ago, people
from playwright.sync_api import Browser, BrowserContext, Page, expect

from besok.model.access import Grant
from besok.model.sitefile import parse
from besok.services import sign_in
from besok.store import accounts, sites
from besok.store.database import Database
from tests.sitetext import site

# Names on the map of which not all can be read: wider than their mark, or under another one.
CUT_OR_COVERED = """map => [...map.querySelectorAll("li")].filter((mark, n, all) => {
  const box = mark.getBoundingClientRect(), name = mark.querySelector(".name");
  return name.scrollWidth > name.clientWidth || all.some((other) => {
    const its = other.getBoundingClientRect(), beside = its.left >= box.right || its.right <= box.left;
    return other !== mark && !beside && its.top < box.bottom && its.bottom > box.top;
  });
}).map((mark) => mark.textContent)"""
NAMES = ("Dalhem", "Råå", "Ödåkra", "Påarp", "Mörarp")


@pytest.fixture
def branches(quiet_house: House, db: Database) -> House:
    """The house, and branches that have neither sensors nor opening hours nor a target."""
    text = "".join(
        site(f"branch-{n}", (f"Filialen {name}", f"{name} branch"), "closed", f"position = [56.04, 12.7{n}]")
        for n, name in enumerate(NAMES)
    )
    sites.apply(db, parse(text))
    return quiet_house


@pytest.fixture
def viewer(db: Database, chromium: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody who may see two of the branches."""
    now = datetime.now(UTC)
    grants = [Grant(role="viewer", site="branch-1"), Grant(role="manager", site="branch-2")]
    assert accounts.add(db, "kim", "Kim", sign_in.hashed("four words are enough"), grants, now)
    context = chromium.new_context(locale="en-GB")
    yield context
    context.close()


def names(page: Page) -> list[str]:
    return [text for text in page.locator("tbody th a").all_inner_texts() if text]


def test_all_sites_at_a_glance_and_live(house: House, branches: House, open_page: Open) -> None:
    page = open_page(branches.url, locale="en-GB")
    expect(page.locator("h1")).to_have_text("Overview")
    row = page.locator(f'tr[data-space="{branches.id}"]')
    expect(row.locator('[data-part="opening"]')).to_have_text("Always open")
    expect(row).to_contain_text("2 offline")
    house.publish("door/flow", {"time": ago(0), "in": 12, "out": 0})
    expect(people(page, branches.id)).to_have_text("12")
    expect(row.locator(".number")).to_have_text("12")
    expect(row).to_contain_text("1 offline")
    other = page.locator('tr[data-space="branch-2"]')
    for said in ("No opening hours", "No target", "No sensors", "No data"):
        expect(other).to_contain_text(said)
    expect(people(page, "branch-2")).to_have_text("–")
    expect(page.get_by_text("1 of 6 open now · the sensors of 6 need attention")).to_be_visible()


def test_typing_finds_a_site(branches: House, open_page: Open) -> None:
    page = open_page(f"{branches.url}/sensors/{branches.id}")
    page.get_by_text("Huset", exact=True).first.click()
    page.get_by_label("Sök plats").fill("öd")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Sensorer: Filialen Ödåkra")
    page.get_by_role("link", name="Översikt").click()
    page.locator("#find-site").fill("å")
    expect(page.locator("tbody tr:visible")).to_have_count(3)
    page.locator("#find-site").fill("x")
    expect(page.locator("tbody tr:visible")).to_have_count(0)
    expect(page.locator("#announcer")).to_have_text("Ingen plats heter så")
    page.locator("#find-site").fill("å")
    page.get_by_role("link", name="Plats", exact=True).click()
    page.wait_for_url("**/overview?sort=name&find=%C3%A5")
    expect(page.locator("#find-site")).to_have_value("å")
    found = page.locator("tbody tr:visible th a")
    expect(found).to_have_text(["Filialen Påarp", "Filialen Råå", "Filialen Ödåkra"])


def test_it_fits_every_width_and_is_accessible(branches: House, open_page: Open) -> None:
    page = open_page(branches.url, bypass_csp=True)
    for width in (320, 720, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator("html").evaluate("node => node.scrollWidth") <= width
        expect(page.locator(".sites thead").get_by_role("link", name="Besök i dag")).to_be_visible()
        assert page.locator(".map").evaluate(CUT_OR_COVERED) == [], width
        if width in (320, 1280):
            assert in_either_colours(page) == [], width


def test_everybody_sees_their_own_sites_and_others_the_public_page(
    branches: House, viewer: BrowserContext
) -> None:
    page = viewer.new_page()
    page.goto(branches.url)
    page.wait_for_url("**/free/*")  # nobody is signed in: what residents see
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Name").fill("kim")
    page.get_by_label("Password").fill("four words are enough")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Overview")
    assert names(page) == ["Råå branch", "Ödåkra branch"]
    expect(page.locator("#pill")).to_have_text("Live")
    page.goto(f"{branches.url}/overview/{branches.id}")
    expect(page.locator("h1")).to_have_text("You may not see this")


def test_one_site_alone_is_shown_at_once(still_house: House, open_page: Open) -> None:
    page = open_page(still_house.url, locale="en-GB")
    expect(page.locator("h1")).to_have_text("The house")
    expect(page.locator(".hero")).to_be_visible()
    expect(page.get_by_role("link", name="Overview")).to_have_count(0)
