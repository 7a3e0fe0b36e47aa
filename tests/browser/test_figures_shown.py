"""The figures on a page are those that the API gives at the same moment."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from screens import HERE, TODAY, Installations, Screen, shown

from besok.text import formats

Get = Callable[[str], Any]  # what the API answers below /api/v1
Pairs = Iterable[tuple[Any, Any]]  # what the page shows, and what it should
SITE, ZONE = f"/sites/{HERE}", "Europe/Stockholm"
PARTS = """space => {
  const own = [...document.querySelectorAll("[data-part]")].filter((node) =>
    node.closest("[data-space]")?.dataset.space === space);
  const texts = (part) => own.filter((node) => node.dataset.part === part).map((node) => node.textContent);
  return { people: texts("people"), range: texts("range") };
}"""


def texts(page: Page, selector: str) -> set[str]:
    """The different texts of all that a selector finds: one, if the page agrees with itself."""
    return {text.strip() for text in page.locator(selector).all_text_contents()}


def table(page: Page) -> list[list[str]]:
    """The rows of a chart's table."""
    shown = page.locator("details", has_text="Show as table").first
    shown.locator("summary").click()
    rows: list[list[str]] = shown.locator("table.numbers").evaluate(
        "table => [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return rows


def download(page: Page, get: Get) -> Any:
    """What the API answers to the question of a chart's file."""
    href = page.get_by_role("link", name="Download CSV").first.get_attribute("href") or ""
    return get(re.sub("format=[a-z-]+", "format=json", href).removeprefix("/api/v1"))


def people(page: Page, spaces: Iterable[Mapping[str, Any]]) -> Pairs:
    """The people of each space with their interval, wherever they stand; a space may lie within another."""
    for space in spaces:
        if space["basis"] != "presence":
            shown = page.evaluate(PARTS, space["space"])
            yield set(shown["people"]), {formats.number(space["people"])}
            yield set(shown["range"]), {formats.interval(space["lower"], space["upper"])}


def now(page: Page, get: Get) -> Pairs:
    live = get(f"{SITE}/live")
    yield texts(page, '[data-part="visits"]'), {formats.number(live["visits_today"])}
    yield from people(page, live["spaces"])


def overview(page: Page, get: Get) -> Pairs:
    for site in get("/sites"):
        live, row = get(f"/sites/{site['site']}/live"), f'tr[data-space="{site["site"]}"]'
        yield from people(page, live["spaces"][:1])
        yield texts(page, f'{row} [data-part="visits"]'), {formats.number(live["visits_today"])}
    reached = get(f"{SITE}/progress")
    multiple = formats.number(reached["last_365"] / reached["baseline_visits"], 2)
    assert any(text.startswith(f"{multiple} ×") for text in texts(page, "td a"))


def spaces(page: Page, get: Get) -> Pairs:
    given = {
        formats.stamp(datetime.fromisoformat(point["start"]), ZONE): point
        for point in download(page, get)
        if point["people"] is not None
    }
    rows = {time.partition("–")[0]: text for time, text, *_ in table(page) if text != formats.UNKNOWN}
    yield [time for time, text in rows.items() if not is_of(text, given[time])], []
    yield [time for time in given.keys() - rows.keys() if given[time]["people"] >= 1], []  # none while closed
    yield len(rows) > 50, True


def is_of(text: str, point: Mapping[str, Any]) -> bool:
    """Tell whether people with their interval, in whole people, are those of a point, in tenths."""
    shown = [int(figure) for figure in re.findall(r"\d+", text)]
    given = [point[name] for name in ("people", "lower", "upper")]
    return all(abs(a - b) <= by for a, b, by in zip(shown, given, (0.55, 1.05, 1.05), strict=True))


def door(page: Page, get: Get) -> Pairs:
    flows = [point for point in download(page, get) if point["people_in"] or point["people_out"]]
    both = [[formats.number(point[way]) for way in ("people_in", "people_out")] for point in flows]
    yield [row[1:3] for row in table(page) if row[1:3] != ["0", "0"]], both
    entries, exits = (formats.number(sum(one[way] for one in flows)) for way in ("people_in", "people_out"))
    yield page.locator(".finding").first.inner_text().partition(".")[0], f"{entries} entries, {exits} exits"


def progress(page: Page, get: Get) -> Pairs:
    known = get(f"{SITE}/progress")
    text = re.sub("\n+", "\n", page.locator("#page").inner_text())
    for figure in (
        f"{formats.number(known['last_365'])}\nvisits in the last 365 days",
        f"{formats.number(known['last_365'] / known['baseline_visits'], 2)} ×\n",
        f"the baseline of {formats.number(known['baseline_visits'])} a year",
        f"{formats.signed_percent(known['needed_growth'])}\n",
        f"({formats.number(known['goal_visits'])} visits a year)",
        f"The last 52 weeks against the 52 before: {formats.signed_percent(known['growth'])}",
        *(sentence["en"] for sentence in get(f"{SITE}/forecast")["sentences"]),
    ):
        yield figure if figure in text else text, figure


def sensors(page: Page, get: Get) -> Pairs:
    today = f"{SITE}/flows?from={TODAY}&to={TODAY}&step=day"
    entries = {flow["portal"]: flow["people_in"] for flow in get(today)}
    states = {"live": "Online", "late": "Delayed", "stale": "Offline", "none": "Never seen"}
    for device in get("/devices"):
        if any(place["site"] == HERE for place in device["placements"]):
            row = page.locator("tr", has_text=device["device"].removeprefix(f"{HERE}/"))
            cells = row.locator("td").all_inner_texts()
            yield cells[0], states[device["freshness"]]
            door = device["placements"][0]["portal"]
            if door and device["freshness"] == "live":
                yield cells[2], formats.number(entries[door])


def public(page: Page, get: Get) -> Pairs:
    shown = get(f"{SITE}/free")
    for space in shown["spaces"]:
        text = page.locator("ul.spaces li", has_text=space["name"]["en"]).locator(".free").inner_text()
        figures = [int(figure) for figure in re.findall(r"\d+", text)]
        yield figures, [space["free"], space["places"]] if space["free"] else []
    hours = shown["days"][0]["hours"]
    yield page.locator(".hours li").count(), len(hours)
    for hour in hours:
        item = page.locator(".hours li", has_text=f"{hour['hour']:02}")
        yield str(item.get_attribute("class")).split()[0], hour["level"]


FIGURES: Mapping[str, Callable[[Page, Get], Pairs]] = {
    f"/now/{HERE}": now,
    "/overview": overview,
    f"/spaces/{HERE}/reading?range=7d&cmp=0": spaces,
    f"/doors/{HERE}/main?range=7d&cmp=0": door,
    f"/progress/{HERE}": progress,
    f"/sensors/{HERE}": sensors,
    f"/free/{HERE}": public,
}


@pytest.mark.usefixtures("english")
def test_they_are_those_of_the_api(chromium: Browser, installations: Installations) -> None:
    def get(question: str) -> Any:
        answer = page.request.get(f"{installations.address('full')}/api/v1{question}")
        assert answer.ok, (question, answer.text())
        return answer.json()

    pages = [Screen(path, "full", "en", "light", "desk") for path in FIGURES]
    for screen, page, _ in shown(pages, chromium, installations):
        pairs = list(FIGURES[screen.path](page, get))
        assert [shown for shown, _ in pairs] == [given for _, given in pairs], screen.path
