"""The floor plan as people meet it: live, by mouse and keyboard, readable at every width, drawn in pages."""

import re
from pathlib import Path

from accessibility import in_either_colours, violations
from house import DAY_START, House, Open, ago
from playwright.sync_api import Page, expect
from screens import follow

from besok.model.sitefile import parse
from besok.store import sites
from besok.store.database import Database

HERE = Path(__file__).parent
NEARLY_NINE = re.compile("^[89]$")  # the estimate follows the clock
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
    page = open_page(f"{house.url}/now/{house.id}", bypass_csp=True)  # axe needs it
    lobby = page.locator('.drawing [data-space="lobby"]')
    expect(lobby.locator('[data-part="people"]')).to_have_text("–")
    expect(lobby).to_have_attribute("data-state", "none")
    house.publish("door/flow", {"time": ago(0), "in": 9, "out": 0})
    house.publish("presence/level", {"time": ago(0), "occupied": True})
    expect(lobby.locator('[data-part="people"]')).to_have_text(NEARLY_NINE)
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
    expect(listed.filter(has_text="Foajé").locator('[data-part="people"]')).to_have_text(NEARLY_NINE)
    expect(listed.filter(has_text="Entrén")).to_contain_text("9 in, 0 ut i dag")
    expect(page.locator("#announcer")).to_have_text("Foajé: Mycket folk")  # once: its card says it
    assert violations(page) == []


def test_a_room_leads_to_its_page_by_mouse_and_by_keyboard(
    quiet_house: House, db: Database, open_page: Open
) -> None:
    draw(db, quiet_house.id)
    page = open_page(f"{quiet_house.url}/now/{quiet_house.id}")
    page.evaluate("window.kept = true")
    page.locator('.drawing [data-space="studio"] .says-name').click()
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


SETTLED = """() => [...document.querySelectorAll(".drawing svg")].every((svg) => {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const tiny = (text) => text.getAttribute("font-size") * scale < 10.5;
  return [...svg.querySelectorAll("text")].every((text) => text.classList.contains("tiny") === tiny(text));
})"""


def test_nothing_in_a_drawing_overlaps_at_any_width_and_axe_has_no_complaint(
    quiet_web: str, open_page: Open
) -> None:
    page = open_page(f"{quiet_web}/now/stadsbiblioteket", bypass_csp=True)
    expect(page.locator(".drawing svg")).to_have_count(3)
    for width in (320, 390, 800, 1500, 2200):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        number, overlaps, beyond = page.evaluate(OVERLAPS)
        assert number >= 20 and overlaps == [] and beyond <= 0, width
        if width >= 1500:  # a door's entries can be read on every desk
            expect(page.locator(".door text.tiny")).to_have_count(0)
    page.get_by_text("Planritningen som lista").first.click()
    assert in_either_colours(page) == []
    follow(page, "/now/stadsparken")
    expect(page.locator(".drawing svg")).to_have_count(1)
    assert in_either_colours(page) == []


def test_the_wall_draws_every_storey(quiet_web: str, open_page: Open) -> None:
    page = open_page(f"{quiet_web}/wall/stadsbiblioteket?show=plan", width=1920, height=1080)
    for width, height in ((1920, 1080), (1080, 1920)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".wall .drawing svg")).to_have_count(3)
        settled(page)
        number, overlaps, beyond = page.evaluate(OVERLAPS)
        assert number >= 12 and overlaps == [] and beyond <= 0
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        expect(page.locator(".wall .tile")).to_have_count(0)  # every room is on a plan


def settled(page: Page) -> None:
    """Wait until the letters that cannot be read at this width, and only these, are out of the way."""
    while not page.evaluate(SETTLED):  # the policy of the page allows no wait_for_function
        page.wait_for_timeout(50)


def plan_of(db: Database, house: str) -> dict[str, object]:
    """What is drawn of a house."""
    site = sites.load(db, house)
    return {s.id: s.shape or s.plan for s in site.spaces} | {p.id: p.at for p in site.portals}


def press(page: Page, x: float, y: float, to: tuple[float, float] | None = None) -> None:
    """Press on a point of the plan, in metres, and let go there or elsewhere."""
    where = """([x, y]) => {
      const at = new DOMPoint(x, y).matrixTransform(document.querySelector(".plan-editor svg").getScreenCTM());
      return [at.x, at.y];
    }"""
    page.locator(".plan-editor svg").scroll_into_view_if_needed()
    page.mouse.move(*page.evaluate(where, [x, y]))
    page.mouse.down()
    if to:
        page.mouse.move(*page.evaluate(where, [*to]), steps=3)
    page.mouse.up()


def test_rooms_and_doors_are_drawn_by_mouse(quiet_house: House, db: Database, open_page: Open) -> None:
    draw(db, quiet_house.id, {'id = "ground"': "plan = [20, 10]"})
    page = open_page(f"{quiet_house.url}/admin/site/{quiet_house.id}/plan", bypass_csp=True)
    editor = page.locator(".plan-editor")
    editor.get_by_text("Foajé", exact=True).click()
    field = editor.locator("textarea:visible")
    expect(field).to_be_visible()
    for corner in ((1, 1), (9, 1), (9, 9), (4, 9)):
        press(page, *corner)
    expect(field).to_have_value("1 1; 9 1; 9 9; 4 9")
    press(page, 4, 9, to=(1, 9))  # a corner is dragged
    expect(field).to_have_value("1 1; 9 1; 9 9; 1 9")
    press(page, 9, 5, to=(7, 5))  # the middle of a side becomes one
    expect(field).to_have_value("1 1; 9 1; 7 5; 9 9; 1 9")
    editor.get_by_role("button", name="Ångra").click()
    expect(field).to_have_value("1 1; 9 1; 9 9; 1 9")
    assert violations(page) == []
    editor.locator('[name="who"]:visible').fill("Kim")
    editor.get_by_role("button", name="Spara: Foajé").click()
    expect(page.locator(".drawn polygon")).to_have_count(1)
    assert plan_of(db, quiet_house.id)["lobby"] == ((1, 1), (9, 1), (9, 9), (1, 9))

    editor.get_by_text("Entrén", exact=True).click()
    expect(editor.locator('input[name="at"]:visible')).to_be_visible()
    press(page, 2, 3)
    press(page, 2, 3, to=(5, 9))
    expect(editor.locator('input[name="at"]:visible')).to_have_value("5 9")
    editor.get_by_role("button", name="Spara: Entrén").click()
    expect(page.locator("circle.drawn")).to_have_count(1)
    assert plan_of(db, quiet_house.id)["entrance"] == (5, 9)


def test_a_plan_is_drawn_by_keyboard_and_what_cannot_be_is_said(
    quiet_house: House, db: Database, open_page: Open
) -> None:
    page = open_page(
        f"{quiet_house.url}/admin/site/{quiet_house.id}/plan", strict=False
    )  # 422 is what it says
    expect(page.locator(".plan-editor")).to_have_count(0)  # without a size there is nothing to draw on
    floor = page.locator("summary", has_text="Entréplan")
    floor.focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=plan]")).to_be_visible()
    expect(floor).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("20 12,5")
    page.keyboard.press("Tab")
    page.keyboard.type("Kim")  # is kept for the next form
    page.keyboard.press("Enter")
    studio = page.locator(".plan-editor summary", has_text="Studio")
    studio.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".plan-editor textarea")).to_be_visible()
    expect(studio).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("0 0; 8 8; 8 0; 0 8")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    field = page.locator(".plan-editor textarea:visible")
    expect(page.locator(".plan-editor .wrong")).to_contain_text("Skriv hörnen i ordning")
    expect(field).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("0 0; 8 0; 8 8,5; 0 8")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".drawn polygon")).to_have_count(1)
    assert plan_of(db, quiet_house.id)["studio"] == ((0, 0), (8, 0), (8, 8.5), (0, 8))
    assert plan_of(db, quiet_house.id)["ground"] == (20, 12.5)


def test_a_picture_lies_behind_the_drawing(quiet_house: House, db: Database, open_page: Open) -> None:
    draw(db, quiet_house.id)
    page = open_page(f"{quiet_house.url}/admin/site/{quiet_house.id}/plan", strict=False)
    page.locator("summary", has_text="Bild bakom ritningen").click()
    page.get_by_role("button", name="Använd bilden").click()
    expect(page.locator("input[type=file]")).to_be_focused()  # none is chosen yet: the browser says so
    script = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script></svg>'
    page.set_input_files("input[type=file]", {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": script})
    page.get_by_role("button", name="Använd bilden").click()
    expect(page.locator(".problem:visible", has_text="script")).to_contain_text(
        "Ritningen har en del som inte visas"
    )
    plain = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0L9 9" stroke="red"/></svg>'
    )
    page.set_input_files("input[type=file]", {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": plain})
    page.get_by_role("button", name="Använd bilden").click()
    picture = page.locator(".drawing image")
    expect(picture).to_have_count(1)
    answer = page.request.get(quiet_house.url + str(picture.get_attribute("href")))
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "sandbox" in answer.headers["content-security-policy"] and b"script" not in answer.body()
    page.goto(f"{quiet_house.url}/now/{quiet_house.id}")
    expect(page.locator(".drawing image")).to_have_count(1)
    page.goto(f"{quiet_house.url}/admin/site/{quiet_house.id}/plan")
    page.locator("summary", has_text="Bild bakom ritningen").click()
    page.get_by_role("button", name="Ta bort bilden").click()
    expect(page.locator(".drawing image")).to_have_count(0)
    assert page.request.get(quiet_house.url + str(answer.url).removeprefix(quiet_house.url)).status == 404
