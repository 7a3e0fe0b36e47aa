"""A person voids what a sensor sent, on the page and on a phone: what goes is said first, and it comes back."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from accessibility import violations
from house import House, Open
from playwright.sync_api import expect

from besok.store import voids
from besok.store.database import Database
from besok.store.write import Batch, write
from tests.readings import passed

NOT_RED = (
    "node => node.matches(':invalid') && getComputedStyle(node).color === getComputedStyle(node.form).color"
)
THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_person_voids_and_takes_back(quiet_house: House, open_page: Open, db: Database) -> None:
    house, minutes = quiet_house, [THEN + timedelta(minutes=minute) for minute in range(1, 31)]
    write(db, Batch(readings=[one for minute in minutes for one in passed(f"{house.id}/door", minute, 4)]))
    page = open_page(
        f"{house.url}/sensors/{house.id}", locale="en-GB", width=390, bypass_csp=True, strict=False
    )
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.get_by_text("Void readings", exact=True).first.press("Enter")
    form = page.locator('form[data-fields="void-new"]')
    assert form.get_by_label("From").evaluate(NOT_RED)  # before anything is wrong
    form.get_by_label("Sensor").select_option(f"{house.id}/door")
    local = THEN.astimezone(ZoneInfo("Europe/Stockholm"))
    form.get_by_label("From").fill(f"{local:%Y-%m-%dT%H:%M}")
    form.get_by_label("Until").fill(f"{local - timedelta(minutes=30):%Y-%m-%dT%H:%M}")
    form.get_by_label("Why?").fill("installers")
    form.get_by_label("Your name or initials").fill("Kim")
    assert violations(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390
    meanwhile: list[str] = []
    page.route("**/preview", lambda asking: (meanwhile.append(form.inner_text()), asking.continue_()))
    form.get_by_label("Your name or initials").press("Enter")
    expect(form.locator(".wrong")).to_contain_text("The time ends before it begins")
    form.get_by_label("Until").fill(f"{local + timedelta(minutes=30):%Y-%m-%dT%H:%M}")
    form.get_by_label("Your name or initials").press("Enter")
    made = page.locator(".voids > li")
    expect(made).to_contain_text("voided")
    expect(made).to_contain_text("30 readings (120 people)")
    assert asked == [
        "Readings that would no longer count: 30; people who passed in them: 120. Leave them out of all figures?"
    ]
    assert (
        len(meanwhile) == 2 and "could not be saved" not in meanwhile[1]
    )  # while it is computed, nothing is wrong
    assert voids.listing(db, house.id)[0].author == "Kim"
    made.get_by_text("Let them count again").first.press("Enter")
    made.get_by_label("Why?").fill("visitors after all")
    made.get_by_label("Why?").press("Enter")
    expect(made).to_contain_text("Undone")
    assert voids.listing(db, house.id)[0].undone_why == "visitors after all"
