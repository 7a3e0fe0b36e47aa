"""What needs attention: seen, acknowledged with a name and a reason, on a phone and in the dark too."""

import os
from datetime import UTC, datetime

from accessibility import in_either_colours
from house import House, Open
from playwright.sync_api import expect

from besok.store.database import Database
from jobs.quality import check_now
from tests.databases import execute


def test_a_finding_is_acknowledged(quiet_house: House, db: Database, open_page: Open) -> None:
    assert check_now(db, quiet_house.id, datetime.now(UTC)) == 2  # neither sensor was ever heard
    page = open_page(
        f"{quiet_house.url}/sensors/{quiet_house.id}", locale="en-GB", width=390, height=844, bypass_csp=True,
    )  # fmt: skip
    page.get_by_role("link", name="2 need attention.").click()
    card = page.locator('[data-kind="silent"]').filter(has_text="Entrance (door) has never been seen.")
    expect(card).to_contain_text("What to do: Check that it is mounted")
    card.locator("summary", has_text="Acknowledge").click()
    assert in_either_colours(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390
    card.get_by_label("Your name or initials").fill("Kim")
    card.get_by_label("What it is, or what is done about it").fill("It hangs on Friday")
    card.get_by_role("button").click()
    expect(page.get_by_role("link", name="1 needs attention.")).to_be_visible()
    expect(card).to_contain_text("Acknowledged")
    expect(card).to_contain_text("“It hangs on Friday”")
    if folder := os.environ.get("BESOK_SHOTS"):
        page.screenshot(path=f"{folder}/attention.png", full_page=True)


def test_what_was_resolved_stays_unfolded_when_more_is(
    quiet_house: House, db: Database, open_page: Open
) -> None:
    check_now(db, quiet_house.id, datetime.now(UTC))

    def resolve(findings: int) -> None:
        execute(
            db,
            "update finding set state = 'resolved', resolved = now() where finding_id in"
            " (select finding_id from finding order by 1 limit %s)",
            (findings,),
        )

    resolve(1)
    page = open_page(f"{quiet_house.url}/sensors/{quiet_house.id}", locale="en-GB")
    page.get_by_text("1 was resolved in the last 30 days").click()
    expect(page.locator(".resolved li:visible")).to_have_count(1)
    resolve(2)
    page.locator("#redraw").evaluate("button => button.click()")
    expect(page.get_by_text("2 were resolved in the last 30 days")).to_be_visible()
    expect(page.locator(".resolved li:visible")).to_have_count(2)
