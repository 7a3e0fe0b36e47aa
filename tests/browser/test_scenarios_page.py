"""A planner asks with the keyboard, waits, and reads the answer; whoever may not ask reads it too."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from accessibility import violations
from house import DAY_START, House, Open
from playwright.sync_api import Page, expect

from besok.model.scenarios import ScenarioSpec
from besok.model.settings import Settings
from besok.store import scenarios
from besok.store.database import Database
from besok.store.write import Batch, write
from cli.simulation import scenario_play, scenario_runs
from tests.at_work import running
from tests.patience import wait_for
from tests.readings import passed


@pytest.fixture
def process(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(scenario_play, "SETTLED", timedelta(seconds=2))
    with running("scenarios", scenario_runs.run, settings):
        yield


def accessible(page: Page) -> None:
    assert violations(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_a_planner_asks_and_reads_the_answer(
    quiet_house: House, process: None, open_page: Open, db: Database
) -> None:
    page = open_page(f"{quiet_house.url}/scenarios/{quiet_house.id}", locale="en-GB", bypass_csp=True)
    expect(page.get_by_text("Nothing has been asked yet.")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="What if twice as many come?").press("Enter")
    expect(page.get_by_label("Visitors, times the usual")).to_have_value("2")
    page.get_by_label("Number of days").fill("1")
    page.locator("summary", has_text="An event").press("Enter")
    page.get_by_label("People who come to it").fill("9")
    page.get_by_label("What it is called").first.fill("Reading")
    page.get_by_label("Begins at").first.fill(f"{DAY_START:02}:00")
    accessible(page)
    page.get_by_label("Your name or initials").fill("Kim")
    page.get_by_label("Your name or initials").press("Enter")
    card = page.locator(".scenario")
    expect(card.locator("header .chip")).to_have_text("done")
    expect(card).to_contain_text("Fills with the fewest visitors:")
    expect(card).to_contain_text(f"Reading at {DAY_START:02}:00 with 9 people")
    expect(page.locator("#graph-scenarios .bars path").first).to_be_attached()
    accessible(page)
    (run,), _ = scenarios.listing(db, quiet_house.id)
    assert run.spec.event and (run.spec.event.people, run.spec.door, run.author) == (9, None, "Kim")
    assert page.url.endswith(f"?run={run.number}")
    card.locator("summary", has_text="Play it live").press("Enter")
    card.get_by_label("How long").select_option("1")
    card.get_by_label("Your name or initials").fill("Kim")
    accessible(page)
    card.get_by_role("button", name="Play").press("Enter")
    expect(card).to_contain_text("Played live until")
    accessible(page)
    card.get_by_role("link", name="Sensors").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("scenario")
    page.go_back()
    card.get_by_role("button", name="End it").press("Enter")
    expect(card).to_contain_text("Ended. The copy is removed within a minute.")
    expect(card.get_by_role("link", name="Sensors")).to_have_count(0)
    expect(card.locator("summary", has_text="Play it live")).to_be_visible()  # once the copy is gone


def test_a_planner_plays_real_traffic_again_and_removes_it(
    quiet_house: House, process: None, open_page: Open, db: Database
) -> None:
    write(db, Batch(readings=passed(f"{quiet_house.id}/door", datetime(2026, 3, 2, 12, tzinfo=UTC), 4)))
    page = open_page(f"{quiet_house.url}/scenarios/{quiet_house.id}", locale="en-GB", bypass_csp=True)
    page.get_by_role("link", name="Play real traffic again").press("Enter")
    page.get_by_label("Day", exact=True).fill("2026-03-02")
    page.get_by_label("How long").select_option("120")
    accessible(page)
    page.get_by_label("Your name or initials").fill("Kim")
    page.get_by_role("button", name="Keep").press("Enter")
    card = page.locator(".scenario")
    expect(card).to_contain_text("what the sensors sent from 12:00 to 14:00")
    with page.expect_download() as download:
        card.get_by_role("link", name="Recording as a file").click()
    assert download.value.suggested_filename.endswith(".jsonl")
    accessible(page)
    (run,), _ = scenarios.listing(db, quiet_house.id)
    assert run.spec.recorded and run.spec.recorded.minutes == 120
    card.locator("summary", has_text="Play it live").press("Enter")
    card.get_by_label("Your name or initials").fill("Kim")
    card.get_by_role("button", name="Play").press("Enter")
    expect(card).to_contain_text("Played live until")
    expect(card.get_by_role("button", name="Remove it")).to_have_count(0)
    card.get_by_role("button", name="End it").press("Enter")
    expect(page.locator("#announcer")).to_have_text("Ended. The copy is removed within a minute.")
    wait_for(lambda: scenarios.played(db) is None)
    page.reload()
    card.locator("summary", has_text="Remove").press("Enter")
    card.get_by_role("button", name="Remove it").press("Enter")
    expect(page.get_by_text("Nothing has been asked yet.")).to_be_visible()
    assert scenarios.listing(db, quiet_house.id) == ([], [])


def test_what_waits_is_cancelled_and_what_cannot_be_is_said(
    quiet_house: House, open_page: Open, db: Database
) -> None:
    address = f"{quiet_house.url}/scenarios/{quiet_house.id}"
    page = open_page(f"{address}?ask=own", width=390, bypass_csp=True, strict=False)
    page.get_by_label("Ditt namn eller dina initialer").fill("Kim")
    page.get_by_role("button", name="Fråga").press("Enter")
    expect(page.locator(".writing .problem")).to_have_text("Inget vore annorlunda: välj minst en ändring.")
    page.get_by_label("Besökare, gånger det vanliga").fill("3")
    page.get_by_role("button", name="Fråga").press("Enter")
    card = page.locator(".scenario")
    expect(card).to_contain_text("Simuleringstjänsten svarar inte.")
    accessible(page)
    page.go_back()
    expect(page.get_by_label("Besökare, gånger det vanliga")).to_have_value("3")
    page.go_forward()
    card.get_by_role("button", name="Avbryt").press("Enter")
    expect(card.locator("header .chip")).to_have_text("avbruten")
    (run,), _ = scenarios.listing(db, quiet_house.id)
    assert run.state == "cancelled"
    page.get_by_role("link", name="Fråga igen med ändringar").press("Enter")
    expect(page.get_by_label("Besökare, gånger det vanliga")).to_have_value("3")
    page.goto(f"{address}?run={run.number + 1}&run={run.number}")
    expect(card.locator("header .chip")).to_have_text("avbruten")
    expect(page.get_by_text("1 av frågorna finns inte kvar.")).to_be_visible()
    page.goto(f"{address}?ask={run.number + 1}")
    expect(page.get_by_text("1 av frågorna finns inte kvar.")).to_be_visible()


def test_the_focus_goes_to_nothing_rather_than_to_what_is_like_it(
    quiet_house: House, open_page: Open, db: Database
) -> None:
    now, place = datetime.now(UTC), quiet_house.id

    def asked(title: str) -> int:
        spec = ScenarioSpec(title=title, first=date(2026, 12, 7), visitors=2)
        number = scenarios.ask(db, place, spec, author="Kim", now=now)
        scenarios.cancel(db, place, number, now)
        return number

    def drawn_again() -> None:
        before = page.locator("#page").get_attribute("data-drawn") or ""
        page.locator("#redraw").evaluate("button => button.click()")
        expect(page.locator("#page")).not_to_have_attribute("data-drawn", before)

    one, two = asked("One"), asked("Two")
    query = "&".join(f"run={number}" for number in (one, two, two + 1))
    page = open_page(f"{quiet_house.url}/scenarios/{place}?{query}", locale="en-GB")
    link = page.locator(".scenario", has_text="Two").get_by_role("link", name="Link to share")
    link.focus()
    drawn_again()
    expect(link).to_be_focused()
    scenarios.remove(db, place, two)
    assert asked("Three") == two + 1
    drawn_again()
    expect(page.locator(".scenario", has_text="Three")).to_be_visible()
    expect(page.locator("#page")).to_be_focused()


def test_what_is_written_is_there_again_after_a_reload(still_house: House, open_page: Open) -> None:
    address = f"{still_house.url}/scenarios/{still_house.id}"
    page = open_page(f"{address}?ask=own", locale="en-GB")
    page.locator("summary", has_text="A new door").press("Enter")
    page.get_by_label("Into").select_option(index=1)
    into = page.get_by_label("Into").input_value()
    page.get_by_label("Visitors, times the usual").fill("3")
    page.reload()
    expect(page.get_by_label("Visitors, times the usual")).to_have_value("3")
    expect(page.get_by_label("Into")).to_have_value(into)
    page.goto(f"{address}?ask=own&new")  # a question of its own
    expect(page.get_by_label("Visitors, times the usual")).to_have_value("1")
    expect(page.get_by_label("Into")).to_be_hidden()


def test_what_somebody_has_in_hand_is_so_again_when_the_page_is_drawn_again(
    quiet_house: House, open_page: Open, db: Database
) -> None:
    for title in ("One", "Two"):
        spec = ScenarioSpec(title=title, first=date(2026, 12, 7), visitors=2)
        scenarios.ask(db, quiet_house.id, spec, author="Kim", now=datetime.now(UTC))
    page = open_page(f"{quiet_house.url}/scenarios/{quiet_house.id}", locale="en-GB")
    box = page.get_by_label("Compare: One")
    box.check()
    link = page.get_by_role("link", name="Link to share")
    link.focus()
    drawn = page.locator("#page").get_attribute("data-drawn") or ""
    expect(page.locator("#page")).not_to_have_attribute("data-drawn", drawn)  # by itself, while they wait
    expect(link).to_be_focused()
    expect(box).to_be_checked()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Spaces").click()
    menu = page.locator("details.picker", has_text="All spaces")
    menu.locator("summary").press("Enter")
    drawn = page.locator("#page").get_attribute("data-drawn") or ""
    page.locator("#redraw").evaluate("button => button.click()")
    expect(page.locator("#page")).not_to_have_attribute("data-drawn", drawn)
    expect(menu).to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_a_key_pressed_is_for_the_question_it_was_meant_for(
    quiet_house: House, open_page: Open, db: Database
) -> None:
    """One that is done has no button to cancel any more: those of the others are now the first and second."""
    asked = [
        ScenarioSpec(title=title, first=date(2026, 12, 7), visitors=2) for title in ("One", "Two", "Three")
    ]
    numbers = [scenarios.ask(db, quiet_house.id, spec, author="Kim", now=datetime.now(UTC)) for spec in asked]
    shown = "&".join(f"run={number}" for number in numbers)
    page = open_page(f"{quiet_house.url}/scenarios/{quiet_house.id}?{shown}", locale="en-GB")
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_have_count(3)
    cancel.nth(1).focus()
    first = scenarios.claim(db, datetime.now(UTC))
    assert first and first.number == numbers[0]
    assert scenarios.end(db, first, "failed", datetime.now(UTC))
    expect(cancel).to_have_count(2)
    expect(cancel.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(cancel).to_have_count(1)
    assert [run.state for run in (scenarios.load(db, quiet_house.id, n) for n in numbers)] == [
        "failed",
        "cancelled",
        "queued",
    ]
