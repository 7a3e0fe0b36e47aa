"""The counting page on a phone: without a connection, with one again, with mistakes, in both languages."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import pytest
from accessibility import in_either_colours, violations
from house import House, Open, apply_house
from playwright.sync_api import Browser, BrowserContext, Page, expect

from besok.model.settings import Settings
from besok.model.validation import Tap
from besok.model.views.calibration import ManualCount
from besok.services.calibration import get_calibration, propose_corrections, receive_count
from besok.store import calibrations
from besok.store.database import Database
from besok.store.write import Batch, write
from dashboard import counting
from tests.at_work import serving
from tests.readings import passed

PHONE = {"width": 390, "height": 780}


def phone(
    browser: Browser, house: House, locale: str = "sv-SE", **more: object
) -> tuple[BrowserContext, Page]:
    """A phone with the page open and put aside for later."""
    context = browser.new_context(viewport=PHONE, locale=locale, has_touch=True, **more)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{house.url}/count/{house.id}")
    page.wait_for_selector("html[data-offline=ready]")
    return context, page


def cut_off(context: BrowserContext, page: Page) -> None:
    """Take the connection away, open the page again, and wait until nothing gets through any more."""
    context.set_offline(True)
    page.reload()
    page.wait_for_function("() => fetch('/count/words.json', {method: 'HEAD'}).then(() => false, () => true)")


def begin(page: Page, name: str = "Kim") -> None:
    page.locator("#who").fill(name)
    page.locator(".choice").first.click()
    page.locator("#form .main").click()
    expect(page.locator("#counting")).to_be_visible()


def minutes_ago(page: Page, minutes: float) -> None:
    """Make the count under way one that began earlier, and open the page again."""
    page.evaluate(
        """minutes => { const one = keep.all()[0]; const off = minutes * 60000;
        one.begins = new Date(Date.parse(one.begins) - off).toISOString(); keep.save(one); }""",
        minutes,
    )
    page.reload()
    expect(page.locator("#counting")).to_be_visible()


def test_counted_offline_and_sent_later(chromium: Browser, quiet_house: House, db: Database) -> None:
    context, page = phone(chromium, quiet_house)
    cut_off(context, page)  # the page opens all the same
    begin(page)
    expect(page.locator("#net")).to_have_text("Ingen anslutning")
    for _ in range(3):
        page.locator(".one.in").tap()
    page.locator(".five.out").tap()
    page.locator("#undo").tap()
    page.locator(".one.out").tap()
    expect(page.locator("#number-in")).to_have_text("3")
    expect(page.locator("#number-out")).to_have_text("1")
    minutes_ago(page, 16)  # it dies and comes back, still offline
    expect(page.locator("#number-in")).to_have_text("3")
    page.locator("#stop").tap()
    expect(page.locator("#list .chip")).to_have_text("Inte skickad än")
    expect(page.locator("#pending")).to_contain_text("sparad på telefonen")
    place = quiet_house.id
    now = datetime.now(UTC)
    assert get_calibration(db, place, now).counts == ()

    context.set_offline(False)
    expect(page.locator("#list .chip")).to_have_text("Skickad")
    expect(page.locator("#pending")).to_have_text("Allt är skickat. Tack!")
    (kept,) = get_calibration(db, place, now + timedelta(minutes=1)).counts
    assert (kept.counted_by, kept.counted_in, kept.counted_out) == ("Kim", 3, 1)
    assert [(t.direction, t.people, t.undone) for t in kept.taps if t.direction == "out"] == [
        ("out", 5, True), ("out", 1, False),
    ]  # fmt: skip
    page.evaluate(
        "() => { const one = keep.all()[0]; one.state = 'unsent'; keep.save(one); }"
    )  # an answer got lost
    page.reload()
    expect(page.locator("#list .chip")).to_have_text("Skickad")
    assert len(get_calibration(db, place, now + timedelta(minutes=1)).counts) == 1
    context.close()


def release(patch: pytest.MonkeyPatch, folder: Path, name: str, *parts: str) -> None:
    """Make the page and a script those of a release `name`, whose page names more `parts`."""
    here = Path(counting.__file__).parent
    copytree(here, folder / name)
    page, script = folder / name / "page.html", folder / name / "count.js"
    more = "".join(f'<script src="/count/{part}?v=VERSION" defer></script>' for part in parts)
    page.write_text(page.read_text().replace("<body>", f'<body data-release="{name}">{more}'))
    script.write_text(f"document.documentElement.dataset.script = '{name}';" + script.read_text())
    patch.setattr(counting, "HERE", folder / name)
    patch.setitem(counting.FILES, "count.js", (script, "text/javascript"))


def test_page_and_scripts_are_of_one_release(
    chromium: Browser, settings: Settings, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply_house(db, "door-house")
    house = House(id="door-house", url=f"http://127.0.0.1:{settings.port}", publish=lambda *_: None)

    def opened(name: str) -> None:
        page.reload()
        expect(page.locator("body")).to_have_attribute("data-release", name)
        expect(page.locator("html")).to_have_attribute("data-ready", "yes")
        assert page.locator("html").get_attribute("data-script") == name

    release(monkeypatch, tmp_path, "first")
    with serving(settings):
        context, page = phone(chromium, house)
        opened("first")
        (tmp_path / "first" / "count.js").write_text("throw new Error('of the next release')")
        old = page.locator("script[src*=count\\.js]").get_attribute("src")
        assert page.request.get(f"{house.url}{old}").text().startswith("document")  # from memory
    release(monkeypatch, tmp_path, "lacking", "nowhere.js")
    with serving(settings):
        assert page.request.get(f"{house.url}{old}").status == 404
        opened("first")  # the new one cannot be fetched completely
    release(monkeypatch, tmp_path, "whole")
    with serving(settings):
        opened("whole")
    opened("whole")  # nobody answers
    kept = page.evaluate(
        "async () => (await (await caches.open('besok-count-2')).keys()).map(one => one.url)"
    )
    assert (
        len({version for url in kept for version in re.findall(r"v=(\w+)", url)}) == 2
    )  # and the one before
    context.close()


def test_the_next_person_is_asked_for_a_name(chromium: Browser, quiet_house: House) -> None:
    context, page = phone(chromium, quiet_house, "en-GB")
    page.on("dialog", lambda dialog: dialog.accept())
    begin(page, "Kim")
    page.locator("#stop").tap()
    page.locator("#stop-anyway").tap()
    expect(page.locator("#who")).to_have_value("")
    page.locator("[name=mode][value=rooms]").check()
    page.locator("#empty").tap()
    expect(page.locator("#wrong")).to_have_text("Write your name or initials first.")
    page.locator("#who").fill("Robin")
    page.locator("#form .main").click()
    page.reload()  # a round goes on with the name with which it began
    page.locator("[data-digit='3']").tap()
    page.locator("#save-room").tap()
    page.locator("#end-round").tap()
    expect(page.locator("#who")).to_have_value("")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    expect(page.locator("#who")).to_have_value("")
    assert page.evaluate("() => keep.all().map(one => one.by)") == ["Robin", "Kim"]
    page.evaluate("() => localStorage.setItem('besok.counter', 'Kim')")  # of an earlier release
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    assert "besok.counter" not in page.evaluate("() => Object.keys(localStorage)")
    context.close()


def test_a_file_that_is_opened_does_not_replace_the_page(chromium: Browser, quiet_house: House) -> None:
    context, page = phone(chromium, quiet_house)
    page.goto(f"{quiet_house.url}/count/words.json")
    context.set_offline(True)
    page.goto(f"{quiet_house.url}/count/{quiet_house.id}")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    context.close()


def test_mistakes_are_told_and_a_refusal_says_why(chromium: Browser, quiet_house: House) -> None:
    context, page = phone(chromium, quiet_house, "en-GB")
    page.locator("#form .main").click()
    expect(page.locator("#wrong")).to_have_text("Write your name or initials first.")
    page.locator("#who").fill("Kim")
    page.locator("#form .main").click()
    expect(page.locator("#wrong")).to_have_text("Choose a door first.")
    begin(page)
    page.locator("#undo").tap()
    expect(page.locator("#state")).to_have_text("There is nothing to undo.")
    page.locator("#stop").tap()
    expect(page.locator("#early-text")).to_contain_text("Less than four minutes cannot be compared")
    page.locator("#go-on").tap()
    expect(page.locator("#early")).to_be_hidden()
    page.evaluate("() => { const one = keep.all()[0]; one.portal = 'attic'; keep.save(one); }")
    minutes_ago(page, 16)
    expect(page.locator("#left")).to_have_text("15 minutes are over: you may stop.")
    page.locator("#stop").tap()
    expect(page.locator("#list .why")).to_contain_text('there is no door "attic"')
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#list button").tap()
    expect(page.locator("#mine")).to_be_hidden()
    context.close()


def test_it_is_accessible_and_fits_a_thumb(chromium: Browser, quiet_house: House) -> None:
    complaints: list[str] = []
    context, page = phone(chromium, quiet_house, bypass_csp=True, reduced_motion="reduce")
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)

    def check() -> None:
        assert in_either_colours(page) == []
        assert page.locator("html").evaluate("node => node.scrollWidth") <= PHONE["width"]

    check()
    page.locator("#language").click()
    expect(page.locator("h1").first).to_have_text("Count at a door")
    begin(page)
    page.locator("#stop").tap()
    check()
    page.locator("#go-on").tap()
    for selector in (".one.in", ".one.out"):
        box = page.locator(selector).bounding_box()
        assert box and box["width"] >= 150 and box["height"] >= 140
        assert box["y"] + box["height"] <= PHONE["height"]  # without scrolling
    page.locator("#stop").tap()
    page.locator("#stop-anyway").tap()
    expect(page.locator("#list .chip")).to_have_text("Sent")
    check()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert complaints == []
    context.close()


def test_a_forgotten_phone_counts_no_empty_hours(chromium: Browser, quiet_house: House, db: Database) -> None:
    context, page = phone(chromium, quiet_house)
    begin(page)
    page.locator(".one.in").tap()
    minutes_ago(page, 60)  # the tap stays where it was: an hour after the beginning
    page.evaluate("() => { const one = keep.all()[0]; one.taps[0].time = one.begins; keep.save(one); }")
    page.reload()
    page.locator("#stop").tap()
    expect(page.locator("#list .about")).to_contain_text("15 min")
    begin(page)
    page.locator(".one.in").tap()
    page.evaluate(
        """() => { const one = keep.all().find(c => c.state === 'counting'); const off = 9 * 3600000;
        one.begins = new Date(Date.parse(one.begins) - off).toISOString();
        one.taps[0].time = one.begins; keep.save(one); }"""
    )
    page.reload()  # the next morning
    expect(page.locator("#setup")).to_be_visible()
    expect(page.locator("#list .about")).to_contain_text(["15 min", "15 min"])
    context.close()


def beside(db: Database, house: str) -> datetime:
    """A door that misses one in ten, counted beside four times yesterday; a correction proposed."""
    noon = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=24)
    for n in range(4):
        begins = noon + timedelta(hours=n)
        minutes = [begins + timedelta(minutes=minute) for minute in range(1, 16)]
        write(
            db, Batch(readings=[one for minute in minutes for one in passed(f"{house}/door", minute, 6, 5)])
        )
        ends = begins + timedelta(minutes=15)
        taps = tuple(
            Tap(time=begins + timedelta(seconds=9 * k + 1), direction="in", people=1) for k in range(100)
        )
        outs = tuple(
            Tap(time=begins + timedelta(seconds=12 * k + 1), direction="out", people=1) for k in range(75)
        )
        count = ManualCount(id=uuid4(), portal="entrance", counted_by="Kim", begins=begins, ends=ends, sent=ends,
                            taps=taps + outs)  # fmt: skip
        receive_count(db, house, count, ends)
    propose_corrections(db, house, "Kim", datetime.now(UTC))
    return noon


def test_the_pages_tell_what_the_counts_say(quiet_house: House, open_page: Open, db: Database) -> None:
    beside(db, quiet_house.id)
    page = open_page(f"{quiet_house.url}/sensors/{quiet_house.id}", locale="en-GB", bypass_csp=True)
    section = page.locator(".beside")
    expect(section).to_contain_text("90\u00a0% (87–93\u00a0%) counts wrong")
    expect(section).to_contain_text("100\u00a0% (9")
    expect(section).to_contain_text("Count next: Entrance")
    expect(section).to_contain_text("Proposed for Entrance: in × 1.11, out × 1.00")
    expect(section).to_contain_text("Entries of the last 28 days: ")
    section.get_by_text("The latest counts").click()
    expect(section.locator("details td").nth(3)).to_have_text("90 in, 75 out")
    assert violations(page) == []

    (proposal,) = calibrations.calibrations(db, quiet_house.id)
    calibrations.accept(db, proposal.id, author="Robin", reason="a low lens", now=datetime.now(UTC))
    page.reload()
    expect(section).to_contain_text("corrected: in × 1.11, out × 1.00, by Robin: a low lens")
    undo = section.locator("details", has_text="Undo").first
    undo.locator("summary").click()
    undo.get_by_label("Why?").fill("the lens was raised")
    undo.get_by_label("Your name").fill("Kim")
    undo.get_by_role("button").click()
    expect(section).to_contain_text("by Kim: the lens was raised")
    expect(section).not_to_contain_text("corrected: in")
    page.goto(f"{quiet_house.url}/now/{quiet_house.id}")
    page.wait_for_selector("#page [data-title]")
    page.goto(f"{quiet_house.url}/spaces/{quiet_house.id}/lobby?range=7d")
    expect(page.get_by_text("There is too little data from the doors.")).to_be_visible()


def test_the_policy_holds_and_an_unknown_site_is_told(chromium: Browser, still_house: House) -> None:
    context = chromium.new_context(viewport=PHONE, locale="sv-SE")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Policy" in m.text else None)
    page.goto(f"{still_house.url}/count/")  # leads to the first site
    assert page.url.endswith(f"/count/{still_house.id}")
    answer = page.goto(f"{still_house.url}/count/elsewhere")
    assert answer and "default-src 'none'" in answer.headers["content-security-policy"]
    expect(page.locator("#state")).to_contain_text("Den platsen finns inte.")
    assert complaints == []
    context.close()
