"""The floor plan as people meet it: live, by mouse and keyboard, readable at every width, drawn in pages."""

import re
from pathlib import Path

import pytest
from accessibility import violations
from house import DAY_START, House, Open, ago
from playwright.sync_api import Page, expect

from besok.model.sitefile import parse
from besok.store import sites
from besok.store.database import Database

HERE = Path(__file__).parent
DRAWN = {
    'id = "ground"': "plan = [24, 12]",
    'id = "lobby"': "shape = [[0, 0], [14, 0], [14, 12], [0, 12]]",
    'id = "studio"': "shape = [[14, 4], [24, 4], [24, 12], [14, 12]]",
    'id = "entrance"': "at = [7, 12]",
    'device = "presence"': "at = [23, 5]",
}


def draw(db: Database, name: str, drawn: dict[str, str] = DRAWN) -> None:
    """Draw the house of the tests."""
    text = (HERE / "house.toml").read_text().replace("HOUSE", name).replace("DAY_START", f"{DAY_START:02}:00")
    for part, line in drawn.items():
        assert part in text
        text = text.replace(part, f"{part}\n{line}")
    sites.apply(db, parse(text))


def test_a_message_changes_the_drawing_and_its_list(house: House, db: Database, open_page: Open) -> None:
    draw(db, house.id)
    page = open_page(f"{house.url}/now/{house.id}")
    lobby = page.locator('.drawing [data-space="lobby"]')
    expect(lobby.locator('[data-part="people"]')).to_have_text("–")
    expect(lobby).to_have_attribute("data-state", "none")
    house.publish("door/flow", {"time": ago(0), "in": 9, "out": 1})
    house.publish("presence/level", {"time": ago(0), "occupied": True})
    expect(lobby.locator('[data-part="people"]')).to_have_text("8")
    expect(lobby.locator('[data-part="verdict"]')).to_have_text("Mycket folk")
    expect(lobby).to_have_attribute("data-level", "busy")
    expect(page.locator('.drawing [data-space="studio"] [data-part="people"]')).to_have_text("Upptaget")
    door = page.locator('.drawing [data-at="door entrance"]')
    expect(door.locator('[data-part="entries"]')).to_have_text("9")
    expect(page.locator('.drawing [data-at="sensor native presence level:1"]')).to_have_attribute(
        "data-state", "live"
    )
    page.get_by_text("Planritningen som lista").click()
    listed = page.locator(".plan li")
    expect(listed).to_have_count(4)
    expect(listed.filter(has_text="Foajé").locator('[data-part="people"]')).to_have_text("8")
    expect(listed.filter(has_text="Entrén")).to_contain_text("9 in, 1 ut i dag")
    expect(page.locator("#announcer")).to_have_text("Foajé: Mycket folk")  # once: its card says it
    assert violations(page) == []


def test_a_room_leads_to_its_page_by_mouse_and_by_keyboard(
    quiet_house: House, db: Database, open_page: Open
) -> None:
    draw(db, quiet_house.id)
    page = open_page(f"{quiet_house.url}/now/{quiet_house.id}")
    page.evaluate("window.kept = true")
    page.locator('.drawing [data-space="studio"] .shade').click()
    page.wait_for_url(re.compile("/spaces/.*/studio$"))
    expect(page.locator("h1")).to_have_text("Studio")
    assert page.evaluate("window.kept")  # the page was not loaded again
    page.go_back()
    summary = page.get_by_text("Planritningen som lista")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator('.plan li[data-space="lobby"] a')).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/spaces/.*/lobby$"))


def test_without_a_drawing_there_is_no_plan(quiet_house: House, open_page: Open) -> None:
    page = open_page(f"{quiet_house.url}/now/{quiet_house.id}")
    expect(page.locator('.card[data-space="lobby"]')).to_be_visible()
    expect(page.locator(".plan")).to_have_count(0)


OVERLAPS = """() => {
  const marks = ".drawing .room text, .drawing .door rect, .drawing .sensor path:first-of-type";
  const boxes = [...document.querySelectorAll(marks)].filter((node) => getComputedStyle(node).display !== "none")
    .map((node) => [node.textContent || node.parentNode.dataset.at, node.getBoundingClientRect(), node.closest("svg")]);
  const found = [];
  boxes.forEach(([name, a, svg], n) => {
    boxes.slice(n + 1).filter(([, , its]) => its === svg).forEach(([other, b]) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      // Boxes of letters are higher than the letters.
      if (wide > 1 && high > 0.3 * Math.min(a.height, b.height)) found.push(`${name} / ${other}`);
    });
    const frame = svg.getBoundingClientRect();
    if (a.left < frame.left - 1 || a.right > frame.right + 1) found.push(`${name} is cut off`);
  });
  return [boxes.length, found, document.documentElement.scrollWidth - innerWidth];
}"""


@pytest.mark.parametrize("width", [320, 390, 800, 1280, 1500, 2200])
def test_nothing_in_a_drawing_overlaps_at_any_width(width: int, quiet_example: str, open_page: Open) -> None:
    page = open_page(f"{quiet_example}/now/stadsbiblioteket", width=width)
    expect(page.locator(".drawing svg")).to_have_count(3)
    shown(page)
    number, overlaps, beyond = page.evaluate(OVERLAPS)
    assert number >= 20 and overlaps == [] and beyond <= 0


def test_the_wall_draws_every_storey(quiet_example: str, open_page: Open) -> None:
    for width, height in ((1920, 1080), (1080, 1920)):
        page = open_page(f"{quiet_example}/wall/stadsbiblioteket?show=plan", width=width, height=height)
        expect(page.locator(".wall .drawing svg")).to_have_count(3)
        shown(page)
        number, overlaps, beyond = page.evaluate(OVERLAPS)
        assert number >= 12 and overlaps == [] and beyond <= 0
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        expect(page.locator(".wall .tile")).to_have_count(0)  # every room is on a plan


def shown(page: Page) -> None:
    """Wait until letters that cannot be read are out of the way."""
    page.wait_for_selector(".drawing .room text:not(.tiny)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_no_complaint_about_the_example(scheme: str, quiet_example: str, open_page: Open) -> None:
    page = open_page(f"{quiet_example}/now/stadsparken", color_scheme=scheme)
    expect(page.locator(".drawing svg")).to_have_count(1)
    page.get_by_text("Planritningen som lista").click()
    assert violations(page) == []
