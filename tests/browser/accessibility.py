"""What axe-core finds on a page that is drawn."""

from pathlib import Path

from playwright.sync_api import Page, expect

AXE = Path(__file__).parent / "axe" / "axe-4.14.1.min.js"


def violations(page: Page) -> list[str]:
    """The rules that a page breaks, each with the first element that breaks it.

    A page that is not drawn yet breaks rules that it keeps a moment later, so this waits for its heading and for
    whatever Dash still loads.
    """
    expect(page.locator("h1:visible").first).to_be_attached()
    expect(page.locator("[data-dash-is-loading]")).to_have_count(0)
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found: list[str] = page.evaluate(
        "axe.run().then(found => found.violations.map(rule => rule.id + ': ' + rule.nodes[0].html))"
    )
    return found


def in_either_colours(page: Page) -> list[str]:
    """What is found where dark colours are wished for, and where light ones are, which stay."""
    found = []
    for colours in ("dark", "light"):
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")  # type: ignore[arg-type]
        expect(page.locator(f"html:not([data-colours]), html[data-colours={colours}]")).to_be_attached()
        found += [f"{colours}: {rule}" for rule in violations(page)]
    return found
