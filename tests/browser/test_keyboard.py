"""By keyboard alone, with wide text and in forced colours: nothing is hidden, out of order or cut off."""

import pytest
from house import House, Open
from playwright.sync_api import Page, expect
from screens import follow

SITE = "stadsbiblioteket"
# Which elements of the bar come before one that stands above or to the left of them.
OUT_OF_ORDER = """() => {
  const places = [...document.querySelectorAll(".bar :is(a, button, summary)")];
  const boxes = places.map((one) => one.getBoundingClientRect());
  const before = (r, s) => r.bottom <= s.top || (r.top < s.bottom && r.left < s.left);
  return places.filter((_, n) => n && before(boxes[n], boxes[n - 1])).map((one) => one.textContent);
}"""
BEHIND = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), bar = document.querySelector(".bar");
  const hidden = !bar.contains(at) && box.top < bar.getBoundingClientRect().bottom;
  return hidden && box.height < innerHeight / 2 ? at.outerHTML.slice(0, 200) : "";
}"""
# WCAG 2.2, 1.4.12
WIDE_TEXT = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    " p { margin-bottom: 2em !important }"
)
CUT_OFF = """() => [...document.querySelectorAll(".bar *, #page *")].filter((one) => {
  const style = getComputedStyle(one), hides = (way) => ["hidden", "clip"].includes(way);
  const wide = one.scrollWidth > one.clientWidth + 1 && hides(style.overflowX);
  const high = one.scrollHeight > one.clientHeight + 1 && hides(style.overflowY);
  return one.clientWidth && !one.closest(".unseen, svg, .js-plotly-plot") && (wide || high);
}).map((one) => one.outerHTML.slice(0, 200))"""


def press(page: Page, key: str, times: int) -> list[str]:
    """Press a key so often; what had the focus and was hidden."""
    hidden = []
    for _n in range(times):
        page.keyboard.press(key)
        hidden += [page.evaluate(BEHIND)]
    return [one for one in hidden if one]


@pytest.mark.parametrize(("locale", "name"), [("sv-SE", "now"), ("en-GB", "data")])
def test_the_bar_is_walked_as_it_is_read_and_takes_one_row_of_a_wide_screen(
    quiet_web: str, open_page: Open, locale: str, name: str
) -> None:
    page = open_page(f"{quiet_web}/{name}/{SITE}", width=390, locale=locale)
    for width in (390, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OUT_OF_ORDER) == [], width
    heights = [page.locator(f".bar{part}").evaluate("one => one.offsetHeight") for part in ("", " .brand")]
    assert heights[0] < 1.5 * heights[1]


def test_what_has_the_focus_is_not_behind_the_bar(quiet_web: str, open_page: Open) -> None:
    page = open_page(f"{quiet_web}/now/{SITE}", width=390, height=600)
    for address, times in ((f"/now/{SITE}", 40), (f"/admin/site/{SITE}/spaces", 20)):
        follow(page, address)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 600})
            page.locator("#foot a").last.focus()
            assert press(page, "Shift+Tab", times) == [], width


def test_escape_closes_a_menu_and_gives_the_focus_back(quiet_web: str, open_page: Open) -> None:
    page = open_page(f"{quiet_web}/spaces/{SITE}", locale="en-GB")
    menu = page.locator("details.picker", has=page.locator("summary", has_text="All doors"))
    menu.locator("summary").press("Enter")
    menu.locator("a").first.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_wide_text_is_not_cut_off(quiet_web: str, open_page: Open) -> None:
    page = open_page(f"{quiet_web}/now/{SITE}", width=320, bypass_csp=True)
    page.add_style_tag(content=WIDE_TEXT)
    for name in ("now", "spaces", "progress", "sensors"):
        follow(page, f"/{name}/{SITE}")
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(CUT_OFF) == [], width
            assert page.locator("html").evaluate("node => node.scrollWidth") <= width


def test_charts_are_drawn_on_their_own_ground_in_forced_colours(
    counted_house: House, open_page: Open
) -> None:
    address = f"{counted_house.url}/progress/{counted_house.id}"
    page = open_page(address, forced_colors="active", color_scheme="dark")
    expect(page.locator("#graph-months .barlayer")).to_be_attached()
    page.evaluate(
        "() => { document.documentElement.dataset.colours = 'light' }"
    )  # chosen, whatever the system has
    style = "(one, name) => getComputedStyle(one)[name]"
    ground = page.locator(".chart-plot:has(#graph-months)").evaluate(style, "backgroundColor")
    ink = page.locator("#graph-months .xtick text").first.evaluate(style, "fill")
    assert ground == "rgb(255, 254, 251)" and ink != ground
    ring = page.locator(".brand")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(ring).to_be_focused()
    assert ring.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
