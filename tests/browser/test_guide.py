"""The guide: from an empty installation to a live number, on the pages alone, on a phone."""

import os
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from accessibility import in_either_colours
from house import House, Open, ago, measuring, people
from playwright.sync_api import Page, expect

from besok.model.settings import Settings
from besok.model.site import Deduction
from besok.store import sites
from besok.store.database import Database
from besok.store.write import Batch, write
from tests.readings import passed

WIDTH = 390  # a phone


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Sensors that send for a place whose name nobody has given, and that could be a person's."""
    name = "bibban" + uuid.uuid4().hex[:10].translate(str.maketrans("0123456789", "ghijklmnop"))
    return settings.model_copy(update={"mqtt_topics": f"besok/v1/{name}/#"})


@pytest.fixture
def send(settings: Settings, broker: tuple[str, int]) -> Iterator[Callable[[int], None]]:
    """A door sensor that is heard before there is any place, with collector and jobs at work."""
    with measuring(settings, broker) as publish:
        yield lambda people_in: publish(
            "front-1/flow", {"time": ago(0), "in": people_in, "out": 0, "simulated": True}
        )


def check(page: Page, name: str) -> None:
    """No complaint of axe in either colours, nothing wider than the phone; a picture where they are wanted."""
    assert in_either_colours(page) == [], name
    if folder := os.environ.get("BESOK_SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]
    width = page.viewport_size["width"]  # type: ignore[index]
    assert page.locator("html").evaluate("node => node.scrollWidth") <= width


def test_from_nothing_to_a_live_number(
    web: str, settings: Settings, send: Callable[[int], None], open_page: Open,
    db: Database, wait_for: Callable[..., object],
) -> None:  # fmt: skip
    name = settings.mqtt_topics.split("/")[2]
    send(3)
    wait_for(lambda: heard(db))
    page = open_page(
        web, locale="en-GB", width=WIDTH, bypass_csp=True, strict=False
    )  # a refusal is told in the console
    asked: list[str] = []
    page.on("dialog", lambda question: (asked.append(question.message), question.accept()))
    expect(page.locator(".setup")).to_contain_text("id-")
    assert name not in page.content()
    for looked_for in ("stranger", name):
        page.get_by_label("Name of the sensor", exact=True).fill(looked_for)
        page.get_by_label("Name of the sensor", exact=True).press("Enter")
        page.wait_for_url(f"**sensor={looked_for}")
        expect(page.locator(".setup [role=status]")).to_have_count(int(looked_for != name))
        check(page, f"begin-{int(looked_for == name)}")
    expect(page.get_by_label("Sensors are sending already for a place that they call")).to_have_value(name)
    page.get_by_label("Name of the library or park", exact=True).fill("Lilla biblioteket")
    page.get_by_label("Its sensors are").select_option("true")
    page.get_by_label("Your name or initials").fill("Kim")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url(f"**/admin/site/{name}/spaces")

    floor = page.locator("form").filter(has=page.get_by_role("button", name="Add the floor"))
    floor.get_by_label("Name", exact=True).fill("Entréplan")
    floor.get_by_label("Floor number (0 at ground level, -1 below)").fill("0")
    floor.get_by_role("button", name="Add the floor").click()
    expect(page.locator(".entries")).to_contain_text("Entréplan")
    room = page.locator("form").filter(has=page.get_by_role("button", name="Add the room"))
    room.get_by_label("Name", exact=True).fill("Läsesal")
    room.get_by_label("It lies in").select_option("Entréplan")
    room.get_by_role("button", name="Add the room").click()
    expect(page.locator(".entries")).to_contain_text("Läsesal")
    page.get_by_role("link", name="Next:").click()

    form = page.locator("form").filter(has=page.get_by_role("button", name="Add the door"))
    form.get_by_label("Name", exact=True).fill("Huvudentré")
    form.get_by_label("Into", exact=True).select_option("Entréplan")
    form.get_by_role("button", name="Add the door").click()
    expect(page.locator(".entries")).to_contain_text("Huvudentré")
    page.get_by_role("link", name="Next:").click()

    week = page.locator("form.writing").first
    days = week.locator(".pairs input")
    for n in range(8):
        days.nth(n).fill("9–20" if n < 5 else "closed")
    days.nth(5).fill("9–25–3")
    week.get_by_role("button", name="Save").click()
    expect(days.nth(5)).to_have_attribute("aria-invalid", "true")
    expect(week.locator(".wrong")).to_contain_text("Write hours such as 9–20")
    check(page, "hours")
    days.nth(5).fill("closed")
    days.nth(5).press("Enter")
    page.get_by_role("link", name="Next:").click()

    card = page.locator("[data-device]")
    expect(card).to_be_visible()
    if not card.locator("form").is_visible():
        card.locator("summary").click()
    card.locator("select").first.select_option("Huvudentré")
    check(page, "sensors")
    card.get_by_role("button", name="Assign").click()
    expect(card).to_have_count(0)
    (question,) = asked  # visits of today are counted again; one day is said once
    assert len(re.findall(r"\b20\d\d\b", question)) == 1, question
    (site,) = sites.load_all(db)
    assert (site.id, site.opening.tables[0].monday, site.opening.tables[0].saturday) == (
        name,
        "09:00-20:00",
        "closed",
    )
    assert ([s.portal for s in site.sensors], site.sandbox) == (["huvudentre"], True)
    send(4)
    page.get_by_role("link", name="See it live").click()
    expect(people(page, name)).to_contain_text("7")
    expect(page.locator('.card [data-part="updated"]')).to_have_text(
        ""
    )  # of a room without a sensor, none was due


def heard(db: Database) -> bool:
    """Whether a reading is stored."""
    with db.transaction() as conn:
        return bool(conn.execute("select 1 from reading limit 1").fetchone())


def test_what_is_written_stays_while_another_part_is_opened_and_saved(
    quiet_house: House, open_page: Open
) -> None:
    page = open_page(f"{quiet_house.url}/admin/site/{quiet_house.id}/spaces")
    lobby, studio = (page.locator(".entries > li > details").nth(n) for n in (1, 2))
    expect(lobby.locator("form")).to_have_count(0)  # those of a hundred parts would take ten seconds
    lobby.locator("summary").first.click()
    lobby.get_by_label("Namn", exact=True).fill("Vestibul")
    studio.locator("summary").first.click()
    studio.locator("[name=capacity]").fill("7")
    studio.locator("[name=who]").first.fill("Kim")
    studio.get_by_role("button", name="Spara: Studio").click()
    expect(studio.locator("summary").first).to_contain_text("7 personer")
    expect(studio.locator("form")).to_have_count(0)
    expect(lobby.get_by_label("Namn", exact=True)).to_have_value("Vestibul")


def test_a_part_of_a_field_that_cannot_be_read_is_marked(quiet_house: House, open_page: Open) -> None:
    page = open_page(f"{quiet_house.url}/admin/site/{quiet_house.id}/spaces", strict=False)
    lobby = page.locator(".entries > li > details").nth(1)
    lobby.locator("summary").first.click()
    shape = lobby.locator("[name=shape]")
    shape.evaluate("node => { node.value = '0 0\\n8 0'; }")  # in two lines; it is folded away
    lobby.locator("[name=who]").first.fill("Kim")
    lobby.locator("[name=who]").first.press("Enter")
    expect(shape).to_have_attribute("aria-invalid", "true")


def test_what_a_visit_is_and_what_is_deducted_is_said_in_the_page(
    db: Database, quiet_house: House, open_page: Open
) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    write(db, Batch(readings=passed(f"{quiet_house.id}/door", noon, 42)))
    address = f"{quiet_house.url}/admin/site/{quiet_house.id}/target"
    page = open_page(address, locale="en-GB", bypass_csp=True, strict=False)  # one answer is a refusal
    asked: list[str] = []
    page.on("dialog", lambda question: (asked.append(question.message), question.accept()))
    page.get_by_text("Add a definition").click()
    page.get_by_label("It holds from").fill("2026-01-01")
    page.get_by_label("Entrance", exact=True).check()
    goal = page.locator("form", has_text="To be reached by")
    goal.locator("[name=who]").fill("Kim")
    goal.locator(".send").click()  # draws the page again
    expect(page.locator("#announcer")).to_have_text("Saved.")
    expect(page.get_by_label("Entrance", exact=True)).to_be_checked()
    expect(page.get_by_label("How many times as many visits")).to_have_value("2")
    definition_form = page.locator("form", has_text="It holds from")
    definition_form.locator("[name=who]").fill("Kim")
    definition_form.locator(".send").click()
    page.get_by_text("Add a deduction").click()
    deduction = page.locator("form", has_text="Who is not a visitor")
    deduction.locator(".send").click()
    expect(deduction.locator(".wrong").first).to_contain_text(
        "Write a share or a number a day, one of the two"
    )
    deduction.get_by_label("Who is not a visitor").select_option("through")
    deduction.get_by_label("Share of entries in %").fill("7.5")
    check(page, "visits-en-GB")
    deduction.locator(".send").click()
    expect(page.locator(".entries", has_text="people who only walk through")).to_contain_text(
        "7.5\N{NO-BREAK SPACE}%"
    )
    (question,) = asked
    assert question.endswith("March 2026: 42 become 39. Continue?")  # whole visits, not 38.85
    page.get_by_text("Add a definition").click()
    expect(page.get_by_label("Entrance", exact=True).last).not_to_be_checked()
    (definition,) = sites.load(db, quiet_house.id).visits
    assert (definition.first, len(definition.portals)) == (date(2026, 1, 1), 1)
    assert definition.deductions == (Deduction(kind="through", share=0.075),)
    page.locator(".entries", has_text="people who only walk through").locator("summary").first.click()
    expect(page.get_by_label("Share of entries in %").first).to_have_value("7.5")
