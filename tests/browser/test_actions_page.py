"""You said, we did: written down on the page itself, with the keyboard alone, on a phone."""

import os

from accessibility import violations
from house import House, Open
from playwright.sync_api import expect


def test_a_wish_is_written_down_and_what_became_of_it(quiet_house: House, open_page: Open) -> None:
    page = open_page(
        f"{quiet_house.url}/progress/{quiet_house.id}/impact", locale="en-GB", width=390, height=844,
        color_scheme="dark", bypass_csp=True,
    )  # fmt: skip
    expect(page.get_by_text("No request has been recorded yet")).to_be_visible()
    page.locator("summary", has_text="Add a request").press("Enter")
    form = page.locator('form[data-send^="POST"]')
    form.get_by_label("Request", exact=False).first.fill("A reading circle")
    form.get_by_label("When (empty: today)").fill("2026-01-14")
    form.get_by_label("Where (empty: the whole site)").select_option("Studio")
    assert violations(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390
    form.get_by_label("Your name or initials").fill("Kim")
    form.get_by_label("Your name or initials").press("Enter")
    entry = page.locator('[data-action="a-reading-circle"]')
    expect(entry).to_contain_text("asked by residents · Studio")
    expect(entry).to_contain_text("asked 14 Jan 2026")
    expect(page.locator("#announcer")).to_have_text("Saved.")
    entry.locator("summary").press("Enter")
    expect(entry.get_by_label("Your name or initials")).to_have_value("Kim")
    entry.get_by_label("Done since").fill("2026-01-01")
    entry.get_by_role("button").click()
    expect(entry.get_by_role("alert")).to_have_text("That day is before the one on which it was asked for.")
    entry.get_by_label("Done since").fill("2026-03-01")
    entry.get_by_role("button").click()
    expect(entry).to_contain_text("done since 1 Mar 2026")
    entry.locator("summary").press("Enter")
    entry.get_by_label("Done since").fill("")
    entry.get_by_role("button").click()
    expect(entry).not_to_contain_text("done since")
    entry.locator("summary").press("Enter")
    entry.get_by_label("Answered on").fill("2026-02-01")
    entry.get_by_role("button").click()
    expect(entry.get_by_role("alert")).to_have_text("An answer has a text: write what was answered too.")
    if folder := os.environ.get("BESOK_SHOTS"):
        page.screenshot(path=f"{folder}/ledger.png", full_page=True)


def test_what_is_being_written_stays_when_something_else_is_sent(quiet_house: House, open_page: Open) -> None:
    page = open_page(f"{quiet_house.url}/progress/{quiet_house.id}/impact", locale="en-GB")
    add = page.locator('form[data-send^="POST"]')

    def ask(title: str) -> None:
        if not add.is_visible():
            page.locator("summary", has_text="Add a request").click()
        add.get_by_label("Request", exact=False).first.fill(title)
        add.get_by_label("When (empty: today)").fill("2026-01-14")
        add.get_by_label("Your name or initials").fill("Kim")
        add.get_by_label("Your name or initials").press("Enter")

    ask("A reading circle")
    first = page.locator('[data-action="a-reading-circle"]')
    first.locator("summary").click()
    first.get_by_label("What was answered", exact=True).fill("We are looking for a room")
    first.get_by_label("Answered on").fill("2026-02-01")
    ask("Longer hours")  # drawn above the first one, whose form is open
    second = page.locator('[data-action="longer-hours"]')
    expect(second).to_be_visible()
    expect(first.get_by_label("What was answered", exact=True)).to_have_value("We are looking for a room")
    expect(first.get_by_label("Answered on")).to_have_value("2026-02-01")
    expect(second.locator("form")).not_to_be_visible()
    page.locator("summary", has_text="Add a request").click()
    add.get_by_label("Request", exact=False).first.fill("More lamps")
    add.get_by_label("Where (empty: the whole site)").select_option("Studio")
    first.get_by_role("button").click()
    expect(first).to_contain_text("“We are looking for a room”")
    expect(first.locator("form")).not_to_be_visible()
    expect(add.get_by_label("Request", exact=False).first).to_have_value("More lamps")
    expect(add.get_by_label("Where (empty: the whole site)")).to_have_value("studio")
    add.get_by_label("Your name or initials").press("Enter")
    expect(page.locator('[data-action="more-lamps"]')).to_contain_text("Studio")
