"""What axe-core finds on a page that is drawn, and texts that cannot be read."""

from pathlib import Path

from playwright.sync_api import Page, expect

OF_COLOURS = ("color-contrast", "link-in-text-block")  # rules of axe
AXE = Path(__file__).parent / "axe" / "axe-4.14.1.min.js"
# Texts that lie over one another; on a wall also those that leave their box or the screen, or are cut.
UNREADABLE = """() => {
  const wall = document.querySelector(".wall");
  const drawn = [...(wall || document.body).querySelectorAll("*")].filter((node) =>
    !node.children.length && node.textContent.trim() && !node.closest("svg, select, #announcer, .skip")
    && node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && getComputedStyle(node).clipPath === "none");
  const texts = drawn.map((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [node, range.getBoundingClientRect(), [...range.getClientRects()]];
  });
  const found = [wall && document.documentElement.scrollHeight > innerHeight && "the page scrolls"];
  const over = (r, s) => Math.min(r.right, s.right) - Math.max(r.left, s.left) > 1
    && Math.min(r.bottom, s.bottom) - Math.max(r.top, s.top) > Math.min(r.height, s.height) / 4;
  texts.forEach(([node, r, lines], n) => {
    const text = node.textContent;
    if (wall) {
      const box = node.closest(".tile, .half, .wall > *").getBoundingClientRect();
      const off = box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
      const out = r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1;
      const cut = node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflow === "hidden";
      if (out || off || cut) found.push("not whole: " + text);
    }
    for (const [other, s, itsLines] of texts.slice(n + 1)) {
      const meet = over(r, s) && lines.some((one) => itsLines.some((its) => over(one, its)));
      if (meet) found.push(text + " over " + other.textContent);
    }
  });
  return found.filter(Boolean);
}"""


def violations(page: Page, *only: str) -> list[str]:
    """The rules that a page breaks, each with the first element that breaks it; of all rules or of some.

    A page that is not drawn yet breaks rules that it keeps a moment later, so this waits for its heading and for
    whatever Dash still loads.
    """
    expect(page.locator("h1:visible").first).to_be_attached()
    expect(page.locator("[data-dash-is-loading]")).to_have_count(0)
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(
        "only => axe.run({ resultTypes: ['violations'], preload: false, ...only.length && { runOnly: only } })"
        ".then(found => found.violations.map(rule => rule.id + ': ' + rule.nodes[0].html))",
        only,
    )
    return found


def in_either_colours(page: Page) -> list[str]:
    """What is found in dark colours, and in light ones, which stay: there of the rules that are of colours."""
    found = []
    for colours, only in (("dark", ()), ("light", OF_COLOURS)):
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")  # type: ignore[arg-type]
        expect(page.locator(f"html:not([data-colours]), html[data-colours={colours}]")).to_be_attached()
        found += [f"{colours}: {rule}" for rule in violations(page, *only)]
    return found


def unreadable(page: Page) -> list[str]:
    """Texts that lie over one another; on a wall also those that are not whole."""
    found: list[str] = page.evaluate(UNREADABLE)
    return found
