"""*Wall*, the screen that nobody touches: whole in every size, honest about its connection, up to date by itself."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from accessibility import unreadable, violations
from house import OLD, House, Open, ago, apply_house, people
from playwright.sync_api import Browser, Page, expect

from api import live
from besok.model.settings import Settings
from besok.store import alerts
from besok.store.database import Database
from besok.store.heartbeats import beat
from tests.at_work import serving

SIZES = ((1080, 1920), (1920, 1080), (3840, 2160), (1280, 720))


def wall(house: House) -> str:
    return f"{house.url}/wall/{house.id}"


def order(page: Page) -> list[str]:
    """The spaces as they stand on the screen."""
    boxes = {
        str(tile.get_attribute("data-space")): tile.bounding_box() for tile in page.locator(".tile").all()
    }
    return sorted(boxes, key=lambda name: (boxes[name]["y"], boxes[name]["x"]))  # type: ignore[index]


def test_it_is_whole_in_every_size_and_puts_what_is_full_first(house: House, open_page: Open) -> None:
    house.publish("presence/level", {"time": ago(900), "occupied": True})
    house.publish("door/flow", {"time": ago(0), "in": 112, "out": 0})  # with three digits, in a room for ten
    for colours, locale, sizes in (("light", "sv-SE", SIZES[::2]), ("dark", "en-GB", SIZES[1::2])):
        page = open_page(wall(house), locale=locale, color_scheme=colours, bypass_csp=True)
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            is_whole(page)


def is_whole(page: Page) -> None:
    expect(people(page, "lobby")).to_have_text(re.compile(r"^1\d\d$"))
    expect(page.locator('.tile[data-space="lobby"]')).to_have_attribute("data-level", "full")
    expect(page.locator('.tile[data-space="lobby"] .capacity')).to_have_text("")
    expect(page.locator('.tile[data-space="studio"] .chip')).to_have_text(OLD)
    expect(page.locator('[data-part="clock"]')).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(page.locator('.floors [data-space="ground"] .count')).to_be_visible()
    expect(page.locator("header.bar")).to_be_hidden()
    assert order(page) == ["lobby", "studio"]
    assert unreadable(page) == []
    assert violations(page) == []


def test_a_house_that_nobody_measures_shows_no_zero(still_house: House, open_page: Open) -> None:
    page = open_page(
        f"{still_house.url}/now/{still_house.id}?tv=1", width=1080, height=1920
    )  # as it was called before
    page.wait_for_url(f"{wall(still_house)}")
    expect(page.get_by_text("Ingen sensor på den här platsen har anslutit ännu")).to_be_visible()
    for place in (still_house.id, "ground", "lobby", "studio"):
        expect(people(page, place)).to_have_text("–")
    assert unreadable(page) == []


def test_it_says_since_when_it_has_no_connection_and_finds_it_again(
    settings: Settings, db: Database, open_page: Open
) -> None:
    apply_house(db, "mast")
    with serving(settings):
        page = open_page(f"http://127.0.0.1:{settings.port}/wall/mast", strict=False)
        expect(page.locator(".wall")).to_have_attribute("data-connection", "live")
        expect(page.locator(".lost")).to_be_hidden()
    expect(page.locator(".lost")).to_have_text(re.compile(r"^Ingen anslutning sedan \d\d:\d\d$"))
    expect(page.locator("h1")).to_have_text("Huset")  # what was known stays, and is not said of the sensors
    assert unreadable(page) == []
    with serving(settings):
        expect(page.locator(".lost")).to_be_hidden()
        page.goto("about:blank")


def test_a_connection_that_says_nothing_is_lost_within_half_a_minute(
    still_house: House, chromium: Browser
) -> None:
    page = chromium.new_context(locale="en-GB").new_page()
    page.clock.install()
    page.goto(wall(still_house))
    expect(page.locator(".wall")).to_have_attribute("data-connection", "live")
    page.route("**/live/**", lambda route: route.abort())
    page.route_web_socket("**/live/**", lambda socket: socket.close())
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=29))
    expect(page.locator(".lost")).to_have_text(re.compile(r"^No connection since \d\d:\d\d$"))
    page.context.close()


def test_it_says_by_itself_that_nothing_is_received(
    quiet_house: House, db: Database, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "BEAT_S", 1.0)  # nobody notifies of it: the next look finds it
    screens = [
        open_page(wall(quiet_house), bypass_csp=True),
        open_page(f"{quiet_house.url}/now/{quiet_house.id}"),
    ]
    notice = "Besök har inte tagit emot något sedan"
    for page in screens:
        expect(page.locator(".wall, .board")).to_have_attribute("data-connection", "live")
        expect(page.get_by_text(notice)).to_have_count(0)
    now = datetime.now(UTC)
    beat(db, "besok-collector", now, {"lost": (now - timedelta(seconds=15)).timestamp()})
    for page in screens:
        expect(page.get_by_text(notice)).to_be_visible()
    assert unreadable(screens[0]) == []


def test_it_draws_itself_again_when_the_server_has_another_version(
    still_house: House, chromium: Browser
) -> None:
    page = chromium.new_context().new_page()
    page.clock.install()
    page.goto(wall(still_house))
    board = page.locator(".wall")
    expect(board).to_have_attribute("data-connection", "live")
    version = board.get_attribute("data-version")
    board.evaluate("node => node.dataset.version = 'of yesterday'")
    page.clock.fast_forward(
        61_000
    )  # so long it waits; and then asks for a new connection, which tells the version
    expect(board).to_have_attribute("data-version", str(version))
    page.context.close()


def test_the_pages_of_a_playlist_take_turns_under_the_same_head(
    counted_house: House, open_page: Open
) -> None:
    page = open_page(
        f"{wall(counted_house)}?show=progress,nothing,spaces&seconds=5",
        width=1920,
        height=1080,
        bypass_csp=True,
    )
    page.clock.install(time=datetime(2026, 11, 25, 12, 0, 2, tzinfo=UTC))
    page.goto(f"{wall(counted_house)}?show=progress,nothing,spaces&seconds=5")
    way, tiles = page.locator(".wall .way"), page.locator(".wall .tiles")
    expect(page.locator(".wall .leaf")).to_have_count(2)
    for shown, hidden in ((way, tiles), (tiles, way), (way, tiles)):
        expect(shown).to_be_visible()
        expect(hidden).to_be_hidden()
        expect(page.locator(".wall .clock")).to_be_visible()
        assert unreadable(page) == []
        page.clock.run_for(5000)
    assert violations(page) == []
    page.goto(f"{wall(counted_house)}?show=nothing&seconds=x")
    expect(tiles).to_be_visible()
    expect(page.locator(".wall .leaf")).to_have_count(1)


def later(*pages: Page) -> None:
    """Pass the ten seconds in which a page is drawn again only once."""
    for page in pages:
        page.clock.fast_forward(10_000)


def test_what_staff_announce_is_shown_at_once_and_taken_back(
    quiet_house: House, db: Database, open_page: Open
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    staff = open_page(f"{quiet_house.url}/alerts/{quiet_house.id}", locale="en-GB", width=390)
    line = open_page(wall(quiet_house), locale="en-GB", bypass_csp=True)
    turn = open_page(f"{wall(quiet_house)}?show=announcement", width=1080, height=1920, bypass_csp=True)
    expect(turn.locator(".wall .tiles")).to_be_visible()  # nothing is announced yet
    for page in (staff, line, turn):
        page.clock.install()
    for text in ("Closed <b>on Friday</b> from 15:00", "M" * 200):
        staff.get_by_text("Show an announcement", exact=True).first.press("Enter")
        form = staff.locator('form[data-fields="announce"]')
        form.get_by_label("Text").fill(text)
        form.get_by_label("Until").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
        form.get_by_label("Your name or initials").fill("Kim")
        form.get_by_role("button", name="Show an announcement").press("Enter")
        later(staff, line, turn)
        expect(staff.locator(".announced")).to_contain_text(f"{text} (Kim)")
        expect(line.locator(".wall > .announcement")).to_have_text(text)
        expect(turn.locator(".leaf .announced")).to_have_text(text)
        for page in (line, turn):
            assert unreadable(page) == []
    assert violations(turn) == []
    assert staff.locator("html").evaluate("node => node.scrollWidth") <= 390
    staff.get_by_text("Remove the announcement", exact=True).first.press("Enter")
    staff.get_by_role("button", name="Remove the announcement").press("Enter")
    later(line, turn)
    expect(line.locator(".wall > .announcement")).to_have_count(0)
    expect(turn.locator(".wall .tiles")).to_be_visible()
    assert alerts.announced(db, quiet_house.id, datetime.now(UTC)) is None
