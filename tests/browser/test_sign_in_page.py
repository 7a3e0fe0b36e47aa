"""Signing in on the pages: through a real provider and out again, without scripts, on a phone that counts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from accessibility import in_either_colours
from house import House, apply_house
from playwright.sync_api import Browser, BrowserContext, Page, expect

from besok.model.access import Grant, Role
from besok.model.alerts import AlertRule, AlertState
from besok.model.settings import Settings
from besok.services import sign_in
from besok.services.calibration import get_calibration
from besok.store import accounts, alerts, sessions
from besok.store.database import Database
from tests.at_work import serving
from tests.provider import TestProvider, providing

PASSWORD = "four words are enough"
PHONE = {"width": 390, "height": 780}


def person(db: Database, name: str, role: Role) -> None:
    grant = Grant(role=role)
    assert accounts.add(db, name, name.title(), sign_in.hashed(PASSWORD), [grant], datetime.now(UTC))


@pytest.fixture
def browser(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="sv-SE")
    yield context
    context.close()


def enter(page: Page, name: str) -> None:
    page.get_by_label("Namn").fill(name)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in").click()


@pytest.fixture
def provider() -> Iterator[TestProvider]:
    with providing() as running_there:
        yield running_there


def test_plain_pages_have_the_colours_that_somebody_chose(
    quiet_house: House, browser: BrowserContext
) -> None:
    page = browser.new_page()
    page.goto(f"{quiet_house.url}/login")
    for chosen, paper in (("dark", "rgb(13, 18, 27)"), ("light", "rgb(245, 243, 238)")):
        page.emulate_media(color_scheme="light" if chosen == "dark" else "dark")
        page.evaluate("chosen => localStorage.setItem('besok-colours', chosen)", chosen)
        for path in ("login", f"count/{quiet_house.id}", "admin/audit", f"now/{quiet_house.id}"):
            page.goto(f"{quiet_house.url}/{path}")
            expect(page.locator("body")).to_have_css("background-color", paper)
            expect(page.locator("html")).to_have_css("color-scheme", chosen)


def test_in_through_the_provider_and_out_again(
    browser: BrowserContext, settings: Settings, db: Database, provider: TestProvider
) -> None:
    name = settings.mqtt_topics.split("/")[2]
    apply_house(db, name)
    with serving(provider.settings(settings)):
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{provider.port}/sensors/{name}")
        expect(page).to_have_title("Logga in – Besök")
        page.get_by_role("link", name="Logga in med ditt jobbkonto").click()
        page.get_by_label("Login").fill("anna")
        page.get_by_role("button", name="Continue").click()
        page.wait_for_selector("#page [data-title]")
        assert page.url.endswith(f"/sensors/{name}")
        expect(page.locator("#who-is-in")).to_have_text("Anna Provider")
        page.locator("#who-is-in").click()
        expect(page.get_by_text("Anna Provider är inloggad som: administratör.")).to_be_visible()
        page.get_by_role("link", name="Vem ändrade vad").click()
        expect(page.get_by_role("cell", name="Inloggning").first).to_be_visible()
        page.go_back()
        page.get_by_role("button", name="Logga ut").click()
        expect(page.get_by_text("Du är utloggad.")).to_be_visible()
        page.goto(f"http://127.0.0.1:{provider.port}/sensors/{name}")
        expect(page).to_have_title("Logga in – Besök")


def test_the_pages_are_accessible_and_need_no_script(
    chromium: Browser, quiet_house: House, db: Database
) -> None:
    person(db, "ada", "admin")
    address = f"{quiet_house.url}/login?next=/admin/audit"
    plain = chromium.new_context(java_script_enabled=False, locale="sv-SE", viewport=PHONE)  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(address)
    enter(page, "ada")
    expect(page).to_have_title("Vem ändrade vad – Besök")
    expect(page.get_by_role("cell", name="Plats ändrad")).to_be_visible()
    state = plain.storage_state()
    plain.close()
    # What there is to see only where somebody has an account; all else is looked at in test_screens.py.
    for kept, paths in ((state, ("/login", "/admin/people")), (None, ("/login", "/login?out=1"))):
        context = chromium.new_context(
            locale="sv-SE",
            bypass_csp=True,
            viewport=PHONE,
            storage_state=kept,  # type: ignore[arg-type]
        )
        page = context.new_page()
        for path in paths:
            page.goto(quiet_house.url + path)
            assert in_either_colours(page) == [], path
            assert page.locator("html").evaluate("node => node.scrollWidth") <= PHONE["width"], path
        context.close()


def test_a_count_outlives_the_session_it_was_made_in(
    browser: BrowserContext, quiet_house: House, db: Database
) -> None:
    person(db, "kim", "viewer")
    page = browser.new_page()
    page.goto(f"{quiet_house.url}/login?next=/count/{quiet_house.id}")
    enter(page, "kim")
    page.locator("#who").fill("Kim")
    page.locator(".choice").first.click()
    page.locator("#form .main").click()
    page.locator(".one.in").click()
    accounts.end_sessions(db, "kim")
    page.locator("#stop").click()
    page.locator("#stop-anyway").click()
    expect(page.locator("#list .chip")).to_have_text("Inte skickad än")
    expect(page.locator("#state")).to_contain_text("Allt är sparat på telefonen")
    page.reload()  # the page opens without a session
    expect(page.locator("#list .chip")).to_have_text("Inte skickad än")
    now = datetime.now(UTC)
    assert get_calibration(db, quiet_house.id, now).counts == ()
    page.locator("#sign-in").click()
    enter(page, "kim")
    expect(page.locator("#list .chip")).to_have_text("Skickad")
    (kept,) = get_calibration(db, quiet_house.id, now + timedelta(minutes=1)).counts
    assert (kept.counted_by, kept.counted_in) == ("Kim", 1)


def test_a_change_outlives_the_session_it_was_written_in(
    browser: BrowserContext, quiet_house: House, db: Database
) -> None:
    person(db, "ada", "admin")
    page = browser.new_page()
    page.goto(f"{quiet_house.url}/login?next=/admin/site/{quiet_house.id}/spaces")
    enter(page, "ada")
    form = page.locator("form").filter(has=page.get_by_role("button", name="Lägg till rummet"))
    form.get_by_label("Namn", exact=True).fill("Verkstad")
    accounts.end_sessions(db, "ada")
    form.get_by_role("button", name="Lägg till rummet").click()
    expect(form.get_by_role("alert")).to_contain_text("Logga in i en annan flik")
    other = browser.new_page()
    other.goto(f"{quiet_house.url}/login")
    enter(other, "ada")
    other.wait_for_selector("#page [data-title]")
    form.get_by_role("button", name="Lägg till rummet").click()
    expect(page.locator(".entries")).to_contain_text("Verkstad")


def test_a_wall_screen_opens_with_its_key_and_leaves_when_it_is_revoked(
    browser: BrowserContext, quiet_house: House, db: Database
) -> None:
    person(db, "ada", "admin")
    now, (key, digest) = datetime.now(UTC), sign_in.make_key()
    grant = Grant(role="viewer", site=quiet_house.id)
    assert sessions.add_key(db, "hall", digest, grant, "ada", now, now + timedelta(days=1))
    page = browser.new_page()
    page.goto(f"{quiet_house.url}/now/{quiet_house.id}?tv=1")
    page.get_by_text("En väggskärm").click()
    page.get_by_label("Skärmens nyckel").fill(key)
    page.get_by_role("button", name="Öppna skärmen").click()
    page.wait_for_selector("#page [data-live][data-connection=live]")
    assert page.url.endswith(f"/wall/{quiet_house.id}")
    sessions.revoke_key(db, "hall", now)
    expect(page).to_have_title("Logga in – Besök")


def test_a_session_that_is_over_leads_to_signing_in_and_back(
    browser: BrowserContext, quiet_house: House, db: Database
) -> None:
    person(db, "kim", "viewer")
    page = browser.new_page()
    page.goto(f"{quiet_house.url}/now/{quiet_house.id}")
    enter(page, "kim")
    expect(page.locator("h1")).to_have_text("Huset")
    browser.clear_cookies()
    page.get_by_role("link", name="Larm").click()
    expect(page).to_have_title("Logga in – Besök")
    enter(page, "kim")
    expect(page.locator("h1")).to_have_text("Larm för Huset")
    for path, said in (
        (f"/admin/site/{quiet_house.id}/doors", "Du får inte se det här"),
        ("/admin/audit", "Du får inte se det här"),
    ):
        answer = page.goto(quiet_house.url + path)
        assert answer and answer.status == 403
        expect(page.locator("h1")).to_have_text(said)


def test_who_is_signed_in_writes_no_name(browser: BrowserContext, quiet_house: House, db: Database) -> None:
    person(db, "ada", "admin")
    page = browser.new_page()
    page.goto(f"{quiet_house.url}/login?next=/progress/{quiet_house.id}/impact")
    enter(page, "ada")
    form = page.locator("form[data-fields=asked]")
    page.get_by_text("Lägg till ett önskemål").click()
    expect(form.locator("[name=who]")).to_have_count(0)
    form.locator("[name=title_sv]").fill("Fler lampor")
    form.get_by_role("button").click()
    expect(page.get_by_role("heading", name="Fler lampor")).to_be_visible()
    with db.transaction() as conn:
        assert conn.execute("select distinct author from action_log").fetchall() == [("Ada",)]


def test_many_alerts_are_taken_one_after_another_in_a_fold_that_stays_open(
    browser: BrowserContext, quiet_house: House, db: Database
) -> None:
    alerts.put_target(db, "desk", "json://127.0.0.1:9")
    rule = AlertRule(kind="sensor_offline", site=quiet_house.id, target="desk", author="test")
    rule = replace(rule, id=alerts.add_rule(db, rule, datetime.now(UTC)))

    def lose(sensors: int) -> None:
        states = [AlertState(subject=f"sensor {n}", site=quiet_house.id) for n in range(sensors)]
        alerts.settle(db, rule, states, (), datetime.now(UTC))

    lose(6)
    person(db, "ada", "admin")
    page = browser.new_page()
    page.goto(f"{quiet_house.url}/login?next=/now/{quiet_house.id}")
    enter(page, "ada")
    page.get_by_text("3 till").click()
    folded = page.locator(".alerts details li")
    summary = page.locator(".alerts summary")
    for taken in (1, 2):
        folded.first.get_by_role("button").press("Enter")
        expect(page.locator(".alerts li.taken")).to_have_count(taken)
        expect(folded.first).to_be_visible()
        expect(summary).to_be_focused()  # what had it is gone: the next one is a key away
    lose(7)
    page.locator("#redraw").evaluate("button => button.click()")
    expect(summary).to_have_text("4 till")
    expect(summary).to_be_focused()
    expect(folded.first).to_be_visible()
