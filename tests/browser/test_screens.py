"""Every screen is complete, accessible and readable: a sample each time, all of them by `make test-screens`."""

from itertools import combinations
from typing import Any

import pictures
import pytest
from accessibility import unreadable, violations
from playwright.sync_api import Browser, Page, TimeoutError, ViewportSize
from screens import SIZES, Installations, Screen, pages, pairwise, screens, shown

EVERY = screens()
SAMPLE = pairwise(EVERY)
ZOOMED: ViewportSize = {"width": 320, "height": 256}  # 1280 pixels at 400 %
# Whether a heading that is scrolled to is seen.
IN_SIGHT = """node => {
  node.scrollIntoView();
  const { left, right, top } = node.getBoundingClientRect();
  return [left + 4, right - 4].some((x) => document.elementFromPoint(x, top + 8) === node);
}"""


def faults(page: Page, screen: Screen) -> list[str]:
    """What is wrong with a screen."""
    found = [*violations(page), *unreadable(page)]
    if (headings := page.locator("h1:visible").count()) != 1:
        found.append(f"{headings} headings of the first level")
    if not page.title().removesuffix("Besök").strip(" –"):
        found.append("it has no title")
    if page.locator("html").get_attribute("lang") != screen.language:
        found.append("it is in another language")
    found += too_wide(page, SIZES[screen.size][0])
    if screen.size == "phone":
        page.set_viewport_size(ZOOMED)
        found += too_wide(page, ZOOMED["width"])
        if not page.locator("h1:visible").first.evaluate(IN_SIGHT):
            found.append("something lies over its heading at 400 %")
    return found


def too_wide(page: Page, width: int) -> list[str]:
    """What is said of a page that scrolls sideways, once charts are drawn for this width."""
    try:
        page.wait_for_function("width => document.documentElement.scrollWidth <= width", arg=width)
    except TimeoutError:
        return [f"it scrolls sideways at a width of {width}"]
    return []


@pytest.mark.parametrize("state", sorted({one.state for one in SAMPLE}))
def test_a_sample(state: str, chromium: Browser, installations: Installations) -> None:
    """Each two of page, state, language, colours and size occur together."""
    found = {
        str(screen): wrong
        for screen, page, complaints in shown(
            (s for s in SAMPLE if s.state == state), chromium, installations
        )
        if (wrong := [*faults(page, screen), *complaints])
    }
    assert found == {}


def test_the_sample_has_each_pair() -> None:
    def pairs(some: list[Screen]) -> set[Any]:
        return {pair for screen in some for pair in combinations(enumerate(screen), 2)}

    assert pairs(SAMPLE) == pairs(EVERY)
    assert len(SAMPLE) < len(EVERY) / 6


@pytest.mark.slow
@pytest.mark.parametrize("path", pages())
def test_all_of_a_page(
    path: str, chromium: Browser, installations: Installations, request: pytest.FixtureRequest
) -> None:
    """Look at every screen of a page, and compare it with the picture that was accepted."""
    found, taken, made = {}, {}, pictures.made_with(chromium.version)
    every = [one for one in EVERY if one.path == path]
    for screen, page, complaints in shown(every, chromium, installations):
        taken[str(screen)] = pictures.small(page.screenshot(full_page=True))
        if wrong := [*faults(page, screen), *complaints]:
            found[str(screen)] = wrong
    if request.config.getoption("accept"):
        pictures.accept(path, taken, made)
    elif made == pictures.accepted_with():
        found |= {name: ["not as accepted"] for name in pictures.changes(path, taken)}
    assert found == {}, f"pictures of what differs are in {pictures.DIFFERENT}"
    if made != pictures.accepted_with():
        pytest.skip(f"not compared: pictures are of {pictures.accepted_with()}, this is {made}")
