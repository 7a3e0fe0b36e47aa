"""The page *Now* as people meet it, from the sensor's message to the number on the screen."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from house import OLD, House, Open, ago, apply_house, people
from playwright.sync_api import expect

from besok.model.alerts import AlertRule, AlertState
from besok.model.settings import Settings
from besok.store.alerts import add_rule, put_target, settle
from besok.store.database import Database
from tests.at_work import serving


def test_a_published_message_changes_the_number(house: House, open_page: Open) -> None:
    page = open_page(house.url)
    expect(people(page, "lobby")).to_have_text("–")
    unheard = page.get_by_text("Ingen sensor här har anslutit ännu")
    expect(unheard).to_be_visible()
    house.publish("door/flow", {"time": ago(0), "in": 3, "out": 0})
    expect(people(page, "lobby")).to_have_text("3")
    expect(unheard).to_be_hidden()
    expect(people(page, house.id)).to_have_text("3")
    expect(page.locator('[data-part="visits"]')).to_have_text("3")
    house.publish("door/flow", {"time": ago(0), "in": 6, "out": 1})
    expect(people(page, "lobby")).to_have_text("8")
    interval = page.locator('.card[data-space="lobby"] [data-part="range"]')
    expect(interval).to_have_text(re.compile(r"\(\d+–\d+\)"))
    expect(interval).to_have_attribute("title", re.compile("80 % osäkerhetsintervall"))
    expect(page.locator('.hero [data-part="between"]')).to_have_text(re.compile(r"intervall \d+–\d+$"))
    expect(page.locator('.card[data-space="lobby"] [data-part="certainty"]')).to_contain_text(
        "räknat vid dörrarna"
    )
    expect(page.locator('.card[data-space="lobby"] [data-part="updated"]')).to_have_text(
        re.compile(r"för \d+ s sedan")
    )
    expect(page.locator('.card[data-space="lobby"] [data-part="verdict"]')).to_have_text("Mycket folk")
    expect(page.locator('.card[data-space="lobby"]')).to_have_attribute("data-state", "live")
    expect(page.locator("#announcer")).to_have_text("Foajé: Mycket folk")
    expect(page.locator("#pill")).to_have_text("Direkt")


def test_a_presence_sensor_says_occupied_and_no_number(house: House, open_page: Open) -> None:
    page = open_page(house.url)
    house.publish("presence/level", {"time": ago(0), "occupied": True})
    expect(people(page, "studio")).to_have_text("Upptaget")
    house.publish("presence/level", {"time": ago(0), "occupied": False})
    expect(people(page, "studio")).to_have_text("Ledigt")


def minutes_since(time: str) -> int:
    return (datetime.now(UTC) - datetime.fromisoformat(time)) // timedelta(minutes=1)


def test_old_news_look_old(house: House, open_page: Open, wait_for: Callable[..., object]) -> None:
    time = ago(600)
    house.publish("door/flow", {"time": time, "in": 4, "out": 1})
    page = open_page(house.url)
    lobby = page.locator('.card[data-space="lobby"]')
    expect(people(page, "lobby")).to_have_text("3")
    expect(lobby).to_have_attribute("data-state", "stale")
    expect(lobby.locator('[data-part="verdict"]')).to_have_text(OLD)
    updated = lobby.locator('[data-part="updated"]')
    wait_for(lambda: updated.inner_text() == f"uppdaterat för {minutes_since(time)} min sedan")
    expect(page.locator('.hero [data-part="between"]')).to_be_hidden()  # what is struck out is not said again
    expect(page.locator('.hero [data-part="share"]')).to_be_hidden()


def test_a_house_without_data_shows_no_zero_and_leads_to_what_can_be_done(
    still_house: House, open_page: Open
) -> None:
    page = open_page(still_house.url)
    expect(page.locator(".hero")).to_have_attribute("data-state", "none")
    expect(page.locator("#pill")).to_have_text("Direkt")  # the connection is there, only the figures are not
    for place in (still_house.id, "lobby", "studio", "ground"):
        expect(people(page, place)).to_have_text("–")
    expect(page.locator('[data-part="visits"]')).to_have_text("–")
    expect(page.locator('.card[data-space="lobby"] [data-part="verdict"]')).to_have_text("Inga data")
    expect(page.locator(".plan")).to_have_count(0)  # nothing is drawn
    page.get_by_role("link", name="Ingen sensor här har anslutit ännu").click()
    expect(page.locator("h1")).to_have_text("Sensorer: Huset")
    expect(page.get_by_text("2 sensorer: 2 har aldrig anslutit.")).to_be_visible()
    expect(page.get_by_text("Inga: alla sensorer som går att läsa har en plats.")).to_be_visible()
    expect(page.get_by_role("heading", name="Vad som behöver ses till")).to_be_visible()
    expect(page.get_by_text("Inget ännu: en sensor som är offline i en timme visas här")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Alla siffror som filer").click()
    expect(page.locator("h1")).to_have_text("Siffror som filer: Huset")
    assert page.url.endswith(f"/data/{still_house.id}")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(7)
    for link in rows.locator("a").all():
        answer = page.request.get(still_house.url + str(link.get_attribute("href")))
        kind = "text/csv" if link.inner_text() == "CSV" else "application/json"
        assert answer.ok and answer.headers["content-type"].startswith(kind), answer.url
    page.go_back()
    page.get_by_role("link", name="Visa på en väggskärm").click()
    page.wait_for_url(f"{still_house.url}/wall/{still_house.id}")


def test_what_is_full_comes_first_and_somebody_takes_care_of_an_alert(
    house: House, db: Database, open_page: Open
) -> None:
    put_target(db, "staff", "json://127.0.0.1:9")
    rule = AlertRule(
        kind="space_over", site=house.id, space="lobby", threshold=0.9, target="staff", author="test"
    )
    add_rule(db, rule, datetime.now(UTC))
    page = open_page(house.url, locale="en-GB")
    expect(page.get_by_role("heading", name="Full or nearly full")).to_be_hidden()
    house.publish("door/flow", {"time": ago(0), "in": 14, "out": 0})
    first = page.locator(".tight li:visible")
    expect(first).to_have_count(1)
    expect(first).to_contain_text("Lobby")
    expect(first.locator(".chip")).to_have_text("Full")
    with db.transaction() as conn:  # what the job finds once it has been so for as long as the rule wants
        ((number,),) = conn.execute("select rule_id from alert_rule").fetchall()
    settle(
        db,
        replace(rule, id=number),
        [AlertState(subject=f"{house.id}/lobby", value=14)],
        (),
        datetime.now(UTC),
    )
    page.reload()
    alert = page.locator(".alerts li")
    expect(alert).to_contain_text("Lobby: at least 90")
    alert.get_by_text("I’ll take care of it").first.click()
    alert.get_by_label("Your name or initials").fill("Kim")
    alert.get_by_role("button").click()
    expect(alert).to_contain_text("Kim has been taking care of it")
    expect(alert.get_by_role("button")).to_have_count(0)


def test_simulated_messages_for_a_real_place_are_said_to_be_refused(house: House, open_page: Open) -> None:
    house.publish("door/flow", {"time": ago(0), "in": 3, "out": 0, "simulated": True})
    house.publish("presence/level", {"time": ago(0), "occupied": True})  # read after it
    page = open_page(house.url)
    expect(people(page, "studio")).to_have_text("Upptaget")
    page.reload()
    page.get_by_text("Simulerade meddelanden tas inte emot").click()
    expect(page.locator("#rejected + div")).to_contain_text("simulerat")


def test_besok_without_places_says_what_to_do(web: str, open_page: Open) -> None:
    page = open_page(web)
    expect(page.locator("h1")).to_have_text("Välkommen till Besök")
    expect(page.locator("code")).to_have_count(0)


def test_a_lost_server_is_said_to_be_lost_and_found_again(
    settings: Settings, db: Database, open_page: Open
) -> None:
    apply_house(db, "outage")
    address = f"http://127.0.0.1:{settings.port}"
    with serving(settings):
        page = open_page(address, strict=False)  # a browser complains of a server that is gone
        expect(page.locator("#pill")).to_have_text("Direkt")
    expect(page.locator("#pill")).to_have_text("Ingen anslutning")
    expect(page.locator("h1")).to_have_text("Huset")  # what was known stays
    with serving(settings):
        expect(page.locator("#pill")).to_have_text("Direkt")
        page.goto("about:blank")


def test_the_focus_stays_at_one_of_two_alerts_when_the_page_is_drawn_again(
    quiet_house: House, db: Database, open_page: Open
) -> None:
    put_target(db, "staff", "json://127.0.0.1:9")
    rule = AlertRule(
        kind="space_over", site=quiet_house.id, space="lobby", threshold=0.9, target="staff", author="test"
    )
    now = datetime.now(UTC)
    number = add_rule(db, rule, now)
    subjects = (f"{quiet_house.id}/lobby", quiet_house.id)
    settle(db, replace(rule, id=number), [AlertState(subject=one, value=14) for one in subjects], (), now)
    page = open_page(quiet_house.url, locale="en-GB")
    second = page.locator(".alerts summary").nth(1)
    second.focus()
    before = page.locator("#page").get_attribute("data-drawn") or ""
    page.locator("#redraw").evaluate("button => button.click()")
    expect(page.locator("#page")).not_to_have_attribute("data-drawn", before)
    expect(second).to_be_focused()
