"""Readings in quarantine: seen on the page, released with the keyboard, and taken back."""

from datetime import UTC, datetime, timedelta

from accessibility import violations
from house import House, Open
from playwright.sync_api import expect

from besok.model.readings import Reading
from besok.store import quarantine_decisions, sites
from besok.store.database import Database
from besok.store.write import Batch, Incoming, write


def test_a_person_decides(quiet_house: House, open_page: Open, db: Database) -> None:
    house, built = quiet_house, sites.load(db, quiet_house.id)
    sensor = next(s for s in built.sensors if s.portal)
    device, now = built.external_id(sensor), datetime.now(UTC)
    late = Reading(source=sensor.source, device=device, channel=sensor.channel_key, metric="in", value=7,
                   time=now - timedelta(days=20), period_s=60)  # fmt: skip
    write(db, Batch(readings=[Incoming(reading=late, received=now)]))
    page = open_page(
        f"{house.url}/sensors/{house.id}", locale="en-GB", width=390, bypass_csp=True, strict=False
    )
    expect(page.locator(".finding").first).to_contain_text("Readings of 1 sensor do not count.")
    card = page.locator('[data-cause="late"]')
    expect(card).to_contain_text("They arrived later than the site allows.")
    expect(card.locator("header")).to_contain_text("Line 1")
    expect(card).to_contain_text("7 people in them")
    card.locator("summary").press("Enter")
    expect(card.get_by_label("Decision")).to_have_value("")  # nothing is chosen beforehand
    assert violations(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390
    card.get_by_label("Your name or initials").fill("Kim")
    card.get_by_label("Your name or initials").press("Enter")
    expect(card.locator(".wrong")).to_have_text("This is not possible here: see what the field asks for.")
    expect(card.locator(".problem")).to_be_empty()  # neither "try again" nor words of the program
    card.get_by_label("Decision").select_option("release 1 reading: it counts")
    card.get_by_label("Your name or initials").press("Enter")
    expect(card).to_have_count(0)
    expect(page.locator("#announcer")).to_have_text("Saved.")
    (decision,) = quarantine_decisions.decisions(db, house.id)
    assert (decision.decision, decision.author, decision.readings) == ("released", "Kim", 1)
    made = page.locator(f'[data-decision="{decision.id}"]')
    expect(made).to_contain_text("1 reading was released by Kim")
    made.locator("summary").press("Enter")
    expect(made.get_by_label("Your name or initials")).to_have_value("Kim")  # remembered
    made.get_by_label("Your name or initials").press("Enter")
    expect(page.locator('[data-cause="late"]')).to_have_count(1)
    assert quarantine_decisions.decisions(db, house.id)[0].undone_by == "Kim"
