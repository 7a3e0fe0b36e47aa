"""Alerts on a phone: one tap takes care of one; an administrator says where messages go and sets a rule."""

from datetime import UTC, datetime, timedelta

from accessibility import violations
from house import House, Open
from playwright.sync_api import expect

from besok.store import alerts, job_runs
from besok.store.database import Database
from jobs import alerting


def test_rules_addresses_and_a_tap(quiet_house: House, open_page: Open, db: Database) -> None:
    house, now = quiet_house, datetime.now(UTC)
    run = job_runs.begin(db, "make forecasts", timedelta(hours=1))
    assert run
    job_runs.end(db, run, "failed", "the roof leaks")
    page = open_page(
        f"{house.url}/alerts/{house.id}", locale="en-GB", width=390, bypass_csp=True, strict=False
    )
    expect(page.get_by_text("No active alerts.")).to_be_visible()
    expect(page.locator(".tabs .current")).to_be_in_viewport()  # the row of links is wider than a phone
    row = page.get_by_role("row", name="Make forecasts")
    expect(row).to_contain_text("Failed")
    expect(row).to_contain_text("the roof leaks")

    page.get_by_text("Add or change an address").press("Enter")
    form = page.locator('form[data-fields="target-new"]')
    form.get_by_label("Name (a–z").fill("The desk")
    form.get_by_label("An Apprise address").fill("nonsense")
    form.get_by_label("Your name or initials").fill("Kim")
    form.get_by_role("button").press("Enter")
    expect(form.locator(".wrong")).to_have_text("This is not possible here: see what the field asks for.")
    form.get_by_label("Name (a–z").fill("desk")
    form.get_by_role("button").press("Enter")
    expect(form.locator(".wrong")).to_contain_text("Apprise")
    expect(form.locator(".problem")).to_have_text("")  # once is enough
    form.get_by_label("An Apprise address").fill("json://127.0.0.1:9/secret")
    form.get_by_role("button").press("Enter")
    expect(page.get_by_text("a test is on its way")).to_be_visible()
    assert "secret" not in page.content()

    page.get_by_text("New rule").press("Enter")
    form = page.locator('form[data-fields="rule-new"]')
    minutes, share = form.get_by_label("After so many minutes"), form.get_by_label("% of the capacity")
    expect(minutes).to_be_visible()
    expect(share).to_be_hidden()
    form.get_by_label("Alert when").select_option("space_over")
    share.fill("90")
    form.get_by_label("Your name or initials").fill("Kim")
    form.get_by_role("button", name="Add the rule").press("Enter")
    expect(
        page.get_by_text("Space nearly full: The house · from 90 % of the capacity · to desk")
    ).to_be_visible()
    page.get_by_text("New rule").press("Enter")
    form.get_by_label("Alert when").select_option("cleaning")
    expect(form.get_by_label("From how many entries")).to_be_visible()
    expect(minutes).to_be_hidden()
    form.get_by_label("Alert when").select_option("job_failed")
    expect(form.get_by_label("At all sites")).to_be_hidden()  # that of a job always is
    form.get_by_label("Quiet from").fill("22:00")
    form.get_by_label("Quiet until").fill("07:00")
    form.get_by_label("Your name or initials").fill("Kim")
    assert violations(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390
    form.get_by_role("button", name="Add the rule").press("Enter")
    expect(page.get_by_text("Job failed: all sites · to desk · quiet 22:00–07:00")).to_be_visible()
    full, rule = alerts.rules(db)
    assert (full.kind, full.threshold) == ("space_over", 0.9)
    assert (rule.kind, rule.threshold, rule.site, rule.author) == ("job_failed", None, None, "Kim")

    page.get_by_text("Plan maintenance", exact=True).first.press("Enter")
    form = page.locator('form[data-fields="maintenance-new"]')
    until = form.get_by_label("Until")
    until.fill("2026-03-02T10:15")
    form.get_by_label("Why?").fill("new lens")
    form.get_by_label("Your name or initials").fill("Kim")
    form.get_by_role("button", name="Plan maintenance").press("Enter")
    expect(form.locator(".wrong")).to_have_text(
        "That is over already, or more than a year away: choose a time still to come, within a year."
    )
    expect(until).to_be_focused()
    until.fill(f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}")
    form.get_by_role("button", name="Plan maintenance").press("Enter")
    expect(page.get_by_text(": new lens (Kim)")).to_be_visible()

    alerting.judge(db, datetime.now(UTC))
    page.reload()
    card = page.locator('[data-kind="job_failed"]')
    expect(card).to_contain_text("The job “Make forecasts” failed")
    card.get_by_text("I’ll take care of it").first.press("Enter")
    expect(card.get_by_label("Your name or initials")).to_have_value("Kim")
    card.get_by_role("button", name="I’ll take care").press("Enter")
    expect(card).to_contain_text("Kim has been taking care of it")
    assert alerts.listing(db, now)[0].acknowledged_by == "Kim"
