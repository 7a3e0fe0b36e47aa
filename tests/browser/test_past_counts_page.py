"""A librarian brings past counts: chooses a file, answers, sees what would change, stores, and takes it back."""

from datetime import UTC, date, datetime
from pathlib import Path

from accessibility import violations
from house import DAY_START, House, Open
from playwright.sync_api import Dialog, expect

from besok.model.calendar import hours_text
from besok.store import calendars, sites
from besok.store.database import Database
from besok.store.period_counts import listing as imports
from besok.store.period_counts import undo

DOORS = "Date;Norra;Södra\n03/04/2019;1 005;1\n04/04/2019;6;2\n"


def test_a_file_is_asked_about_shown_stored_and_undone(
    quiet_house: House, open_page: Open, db: Database, tmp_path: Path
) -> None:
    file = tmp_path / "<b>besök.csv"
    file.write_text(DOORS, "utf-8")
    page = open_page(f"{quiet_house.url}/past/{quiet_house.id}", locale="sv-SE", width=390, bypass_csp=True)
    form = page.locator("form[data-imports]")
    form.get_by_label("Fil", exact=True).set_input_files(file)
    form.get_by_label("Var siffrorna kommer från").fill("larmbågen")
    form.get_by_label("Ditt namn eller dina initialer").fill("Kim")
    form.get_by_label("Ditt namn eller dina initialer").press("Enter")
    form.get_by_label("Vilket datum är").select_option("day-first")
    assert violations(page) == []
    form.get_by_role("button", name="Fortsätt med dessa svar").press("Enter")
    form.get_by_label("alla tillsammans").check()
    form.get_by_role("button", name="Fortsätt med dessa svar").press("Enter")
    expect(form.locator(".preview .finding")).to_contain_text(
        "4 siffror, 2019-04-03 till 2019-04-04, 1\u00a0014 totalt"
    )
    expect(form.get_by_role("row", name="2019")).to_contain_text("1\u00a0014")
    assert violations(page) == [] and page.locator("html").evaluate("node => node.scrollWidth") <= 390
    assert imports(db, quiet_house.id) == []
    form.get_by_role("button", name="Spara siffrorna").press("Enter")
    made = page.locator(".voids > li")
    expect(made).to_contain_text("larmbågen")
    expect(made).to_contain_text("<b>besök.csv")
    (kept,) = imports(db, quiet_house.id)
    assert (kept.visits, kept.author, kept.undone) == (1014, "Kim", False)
    made.get_by_text("Ångra importen").first.press("Enter")
    made.get_by_label("Ditt namn eller dina initialer").fill("Robin")
    made.get_by_label("Ditt namn eller dina initialer").press("Enter")
    expect(made).to_contain_text("Ångrad")
    assert imports(db, quiet_house.id)[0].changed_by == "Robin"


def test_a_calendar_file_is_shown_saved_and_removed(
    quiet_house: House, open_page: Open, db: Database, tmp_path: Path
) -> None:
    file = tmp_path / "program.ics"
    event = "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Sagostund\r\nDTSTART:20270310T100000Z\r\nEND:VEVENT"
    file.write_text(f"BEGIN:VCALENDAR\r\n{event}\r\nEND:VCALENDAR\r\n", "utf-8")
    address = f"{quiet_house.url}/admin/site/{quiet_house.id}/hours"
    page = open_page(address, locale="en-GB", width=390, bypass_csp=True)
    page.evaluate("delete URLSearchParams.prototype.size")  # as on iOS 16
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    page.on("dialog", answer)
    new = page.locator("details", has_text="Import a calendar file").last
    new.locator("summary").click()
    new.get_by_label("File", exact=True).set_input_files(file)
    new.get_by_label("Name").fill("programme")
    assert violations(page) == [] and page.locator("html").evaluate("node => node.scrollWidth") <= 390
    new.locator(".send").click()
    page.wait_for_function("document.querySelector('[data-sending]') === null")
    assert [one for one in calendars.imported(db, quiet_house.id) if one.kind == "events"] == []
    new.locator(".send").click()
    expect(page.get_by_text("programme: 1 event · 10 Mar 2027")).to_be_visible()
    counts = "New events: 1. Changed: 0. Removed: 0. Cannot be read: 0. Save the changes?"
    assert asked[1].startswith(f"{counts}\n\n+ 2027-03-10")
    kept = page.locator(".entries > li", has_text="programme")
    kept.locator("summary").click()
    kept.get_by_role("button").click()
    expect(page.get_by_text("No calendar yet.")).to_be_visible()


def test_what_is_wrong_is_said_in_the_form_and_a_change_takes_the_preview_away(
    still_house: House, open_page: Open, tmp_path: Path
) -> None:
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    wrong.write_text("Date,Visits\n2019-01-01,12x\n2019-01-02,9\n", "utf-8")
    right.write_text("Date,Visits\n2019-01-01,12\n2019-01-02,9\n", "utf-8")
    page = open_page(f"{still_house.url}/past/{still_house.id}", locale="en-GB", strict=False)
    form = page.locator("form[data-imports]")
    form.get_by_label("Where the counts come from").fill("old gate")
    form.get_by_label("Your name or initials").fill("Kim")
    look = form.get_by_role("button", name="Show what would change")
    look.click()
    expect(form.get_by_role("alert")).to_have_text("Choose a file first.")
    form.get_by_label("File", exact=True).set_input_files(wrong)
    look.click()
    expect(form.get_by_role("alert")).to_contain_text("row 2: “12x” is not a number")
    form.get_by_label("File", exact=True).set_input_files(right)
    look.click()
    store = form.get_by_role("button", name="Store these counts")
    expect(store).to_be_visible()
    form.get_by_label("What was counted").select_option("net")
    expect(store).to_have_count(0)
    for link in ("Scenarios", "Past counts"):  # the file's field is there by the navigation, too
        page.get_by_role("navigation").get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(link)
    expect(form.get_by_label("File", exact=True)).to_be_visible()


def test_opening_hours_are_offered_and_come_with_the_counts(
    quiet_house: House, open_page: Open, db: Database, tmp_path: Path
) -> None:
    file = tmp_path / "hours.csv"
    hours_of_day = f"{DAY_START}-{DAY_START + 1}"
    file.write_text(f"Datum;Besök;Öppet\n2019-04-03;1005;{hours_of_day}\n2019-04-04;6;stängt\n", "utf-8")
    page = open_page(f"{quiet_house.url}/past/{quiet_house.id}", locale="sv-SE", width=390, bypass_csp=True)
    form = page.locator("form[data-imports]")
    form.get_by_label("Fil", exact=True).set_input_files(file)
    form.get_by_label("Var siffrorna kommer från").fill("larmbågen")
    form.get_by_label("Ditt namn eller dina initialer").fill("Kim")
    form.get_by_label("Ditt namn eller dina initialer").press("Enter")
    expect(form.locator(".preview .finding")).to_contain_text("1\u00a0011 totalt")
    hours = form.get_by_label("Filen har öppettider")
    expect(hours).to_have_value("")
    assert violations(page) == [] and "stängt" not in form.inner_text()
    hours.select_option("Öppet")
    expect(form.locator(".preview .finding")).to_have_count(0)
    form.get_by_role("button", name="Visa vad som skulle ändras").press("Enter")
    expect(form.locator(".preview")).to_contain_text(f"{DAY_START:02}:00–{DAY_START + 1:02}:00")
    expect(hours).to_have_value("Öppet")
    form.get_by_role("button", name="Spara siffrorna").press("Enter")
    expect(page.locator(".voids > li").first).to_contain_text("hours.csv")
    held = sites.load(db, quiet_house.id).opening
    assert hours_text(date(2019, 4, 4), held) == "closed"
    (kept,) = (one for one in imports(db, quiet_house.id) if one.name == "hours.csv")
    undo(db, kept.id, "Kim", now=datetime.now(UTC))
    assert not sites.load(db, quiet_house.id).opening.exceptions
