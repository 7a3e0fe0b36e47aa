"""All pages: languages, keyboard, colours, and charts as tables and files."""

import re
from datetime import UTC, datetime, timedelta

from house import House, Open, ago, people
from playwright.sync_api import Page, expect

from besok.model.calendar_entries import Weather
from besok.store.calendars import import_weather
from besok.store.database import Database
from besok.text.formats import months, weekdays
from besok.text.languages import speaking


def go(page: Page, house: House, path: str) -> None:
    """Another page in the same window."""
    page.goto(house.url + path.format(house=house.id))
    page.wait_for_selector("#page [data-title]")


def test_the_language_is_chosen_and_kept(still_house: House, open_page: Open) -> None:
    page = open_page(still_house.url)
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("The house")
    assert "lang" not in page.url
    page.get_by_role("link", name="Spaces").click()
    expect(page.get_by_text("All spaces")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Svenska")).to_be_visible()


def test_the_keyboard_finds_the_way(still_house: House, open_page: Open) -> None:
    page = open_page(still_house.url)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_role("link", name="Mot målet").press("Enter")
    expect(page.locator("h1")).to_have_text("Huset: ingen basnivå ännu")
    expect(page.locator("#page")).to_be_focused()
    expect(page).to_have_title("Huset: mot målet – Besök")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Huset")


def test_a_link_leads_on_without_loading_the_page_again(still_house: House, open_page: Open) -> None:
    page = open_page(still_house.url)
    link = page.locator("#page a[data-link]").first
    address = link.get_attribute("href") or ""
    with page.context.expect_page() as other:
        link.click(modifiers=["Control"])
    other.value.close()
    page.evaluate("window.kept = true")
    link.click()
    expect(page.locator("#page")).to_have_attribute("data-drawn", re.compile(rf"\d+ {re.escape(address)}"))
    expect(page.locator(".board")).to_have_count(0)
    expect(page.locator("#page h1")).to_have_count(1)
    page.go_back()
    expect(page.locator(".board .card").first).to_be_visible()
    expect(page.locator("#page h1")).to_have_count(1)
    assert page.evaluate("window.kept")


def test_colours_are_chosen_and_kept(still_house: House, open_page: Open) -> None:
    page = open_page(still_house.url, color_scheme="light")
    root = page.locator("html")
    expect(root).to_have_attribute("data-colours", "light")
    page.locator("#theme").click()
    page.locator("#theme").click()
    expect(root).to_have_attribute("data-colours", "dark")
    page.reload()
    expect(root).to_have_attribute("data-colours", "dark")


def test_charts_name_days_and_months_as_the_texts_beside_them_do(still_house: House, open_page: Open) -> None:
    page = open_page(still_house.url)
    for charted in page.evaluate("PlotlyLocales.map(({ name, format }) => ({ name, ...format }))"):
        with speaking(charted["name"][:2]):
            assert (charted["shortMonths"], charted["months"]) == (months(), months("wide"))
            sunday, *others = charted["shortDays"]
            assert [*others, sunday] == weekdays()


# Where the first known point of the last line of a chart is, from its left edge.
KNOWN_AT = """({ data, _fullLayout }) => {
  const { x, y } = data.at(-1);
  return _fullLayout.xaxis.d2p(x[y.findIndex((value) => value !== null)]);
}"""


def test_history_as_chart_table_and_file(house: House, open_page: Open) -> None:
    house.publish("door/flow", {"time": ago(0), "in": 3, "out": 0})
    page = open_page(house.url)
    expect(people(page, "lobby")).to_have_text("3")
    page.get_by_role("link", name="Foajé").click()
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_attached()
    expect(page.locator(".finding").first).to_contain_text(re.compile(r"Högst: 3 \(\d+–\d+\) personer"))
    page.get_by_text("Visa som tabell").click()
    expect(page.locator(".numbers tbody td").first).to_have_text(re.compile(r"^3 \(\d+–\d+\)$"))
    link = page.get_by_role("link", name="Ladda ner CSV").get_attribute("href")
    answer = page.request.get(house.url + str(link))
    assert answer.ok and answer.text().startswith("\ufeffspace;start;people")
    for kind in ("png", "svg"):
        with page.expect_download() as picture:
            page.get_by_role("button", name=f"Ladda ner {kind.upper()}: ").click()
        assert picture.value.suggested_filename.endswith(f".{kind}")
    alone = picture.value.path().read_text(encoding="utf-8")
    assert "Inter" not in alone  # a picture has no font of the page
    assert str(page.locator(".chart-plot").get_attribute("aria-label")) in alone and page.title() in alone
    page.get_by_role("link", name="7 dagar").click()
    expect(page.get_by_role("link", name="7 dagar")).to_have_attribute("class", "current")
    assert page.url.endswith("?range=7d")
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_attached()
    page.get_by_text("Visa som tabell").click()
    day = page.locator(".chart .numbers tbody th a").first.get_attribute("href")
    at = page.locator(".js-plotly-plot").evaluate(KNOWN_AT)
    page.locator(".nsewdrag").first.click(position={"x": at, "y": 50})
    page.wait_for_url(f"**{day}")
    expect(page.locator("h1")).to_have_text("Foajé")
    page.go_back()
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_attached()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 990})
    page.locator(".graph").first.evaluate(
        "one => one.insertAdjacentHTML('beforebegin', '<div class=graph><i class=js-plotly-plot></i></div>')"
    )  # as a chart that is still to be drawn
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator(".controls > :visible")).to_have_text(
        re.compile(r"^\d+ ?\w*\.?( 20\d\d)?–\d+ .+ 20\d\d$")
    )
    chart = page.locator("figure.chart").first
    wide, drawn = (chart.locator(at).first.bounding_box() for at in (".graph", ".main-svg"))
    assert wide and drawn and drawn["width"] <= wide["width"] <= 700, "a chart is whole on paper"
    box = chart.locator(".main-svg").first.get_attribute("viewBox")
    assert box and box.startswith("0 0 720 "), "drawn for the width of paper, else its letters shrink"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(chart.locator(".main-svg").first).not_to_have_attribute("width", "720")
    page.get_by_text("Alla ytor").click()
    page.get_by_role("link", name="Studio").click()
    expect(page.locator("h1")).to_have_text("Studio")
    assert page.url.endswith("/studio?range=7d")
    page.get_by_label("Från", exact=True).fill("2026-01-10")
    page.get_by_label("Till", exact=True).fill("2026-01-12")
    page.get_by_role("button", name="Visa").click()
    expect(page.get_by_label("Från", exact=True)).to_have_value("2026-01-10")
    assert page.url.endswith("/studio?range=custom&from=2026-01-10&to=2026-01-12")


def test_spaces_are_compared_on_one_chart(house: House, open_page: Open) -> None:
    house.publish("door/flow", {"time": ago(0), "in": 3, "out": 0})
    page = open_page(house.url, locale="en-GB", permissions=["clipboard-read", "clipboard-write"])
    expect(people(page, "lobby")).to_have_text("3")
    go(page, house, "/spaces/{house}")
    page.get_by_text("On the same chart").click()
    page.locator(".controls").get_by_role("link", name="Lobby").click()
    expect(page.locator(".annotation-text", has_text="Lobby")).to_be_visible()
    page.get_by_text("Compare with").click()
    page.get_by_role("link", name="Nothing").click()
    expect(page.locator(".controls a.current", has_text="Nothing")).to_have_count(1)
    assert page.url.endswith(f"/spaces/{house.id}/{house.id}?with=lobby&cmp=0")
    page.get_by_text("Show as table").click()
    shown = page.locator(".chart .numbers").first
    expect(shown.locator("thead th")).to_have_text(["Time", "The house", "Lobby", "Peak", "Note"])
    link = page.get_by_role("link", name="Download CSV").get_attribute("href")
    told = page.request.get(house.url + str(link).replace("format=csv", "format=json")).json()
    assert {(p["site"], p["space"]) for p in told} == {(house.id, house.id), (house.id, "lobby")}
    assert {round(p["people"]) for p in told if p["people"]} == {3}
    page.get_by_role("button", name="Copy link: ").click()
    expect(page.locator("#announcer")).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{page.url}#chart-history"
    page.get_by_text("Compare with").click()
    page.get_by_label("The same length, from").fill("2026-01-10")
    page.locator(".controls .picker").get_by_role("button", name="Show").click()
    page.wait_for_url("**?with=lobby&cmp=2026-01-10")
    go(page, house, "/spaces/{house}?with=lobby&cmp=0")
    expect(page.locator(".annotation-text")).to_have_count(2)
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, house, "/spaces/{house}?with=lobby&cmp=0")
    expect(page.locator(".legendtext", has_text=re.compile("^(The house|Lobby)$"))).to_have_count(2)
    expect(page.locator(".annotation-text")).to_have_count(0)


def test_the_weather_is_switched_on_and_off(house: House, open_page: Open, db: Database) -> None:
    weather = Weather(temperature_c=-3.0, precipitation_mm=2.0)
    import_weather(db, house.id, {datetime.now(UTC).date() - timedelta(days=n): weather for n in range(3)})
    house.publish("door/flow", {"time": ago(0), "in": 3, "out": 0})
    page = open_page(house.url, locale="en-GB")
    expect(people(page, "lobby")).to_have_text("3")
    go(page, house, "/spaces/{house}?range=7d")
    switch, scale = page.get_by_role("link", name="Weather"), page.locator(".y3title")
    switch.click()
    expect(scale).to_have_text("°C")
    expect(switch).to_have_attribute("aria-current", "true")
    assert page.url.endswith("?range=7d&weather=1")
    switch.click()
    expect(scale).to_have_count(0)
    expect(switch).not_to_have_attribute("aria-current", "true")


def test_a_door_has_a_page_of_its_own(house: House, open_page: Open) -> None:
    house.publish("door/flow", {"time": ago(0), "in": 3, "out": 1})
    page = open_page(house.url)
    expect(people(page, "lobby")).to_have_text("2")
    page.get_by_role("link", name="Foajé").click()
    page.get_by_text("Alla dörrar", exact=True).click()
    page.get_by_role("region", name="Genom dörrarna").get_by_role("link", name="Entrén").click()
    expect(page.locator("h1")).to_have_text("Entrén")
    expect(page.get_by_text("in: utomhus → Foajé")).to_be_visible()
    expect(page.locator(".finding")).to_contain_text("3 inpassager, 1 utpassager.")
    expect(page.locator(".js-plotly-plot .scatterlayer .trace").first).to_be_attached()
    expect(page.get_by_text("door · Online")).to_be_visible()
    link = page.get_by_role("link", name="Ladda ner CSV").get_attribute("href")
    answer = page.request.get(house.url + str(link))
    assert answer.ok and answer.text().startswith("\ufeffportal;start;people_in")
    page.get_by_role("link", name="I går").click()
    expect(page.get_by_text("Inget mättes här under den här perioden")).to_be_visible()
    assert page.url.endswith("/entrance?range=yesterday")


def test_sensors_show_what_is_wrong(house: House, open_page: Open) -> None:
    house.publish("door/flow", {"time": ago(0), "in": 1, "out": 0})
    house.publish("a84041000181c061/flow", {"time": ago(0), "in": 1, "out": 0})
    house.publish("door/flow", {"time": ago(0), "in": -1, "out": 0})
    page = open_page(house.url)
    expect(people(page, "lobby")).to_have_text("1")
    go(page, house, "/sensors/{house}")
    expect(page.get_by_text("2 sensorer: 1 har aldrig anslutit.")).to_be_visible()
    expect(page.get_by_role("heading", name="a84041000181c061")).to_be_visible()
    page.get_by_text("Vad som hittades").click()
    expect(page.get_by_text("in is -1", exact=False)).to_be_visible()


def test_a_sensor_without_a_place_is_given_one(house: House, open_page: Open) -> None:
    house.publish("lobby-window/level", {"time": ago(0), "people": 4, "battery_pct": 80})
    house.publish("door/flow", {"time": ago(0), "in": 3, "out": 0})
    page = open_page(house.url, locale="en-GB")
    expect(people(page, "lobby")).to_have_text("3")
    go(page, house, "/sensors/{house}")
    page.get_by_role("link", name="1 more is unassigned").click()
    card = page.locator(".stranger")
    expect(card).to_contain_text(f"besok/v1/{house.id}/lobby-window/level")
    expect(card).to_contain_text("Region 1: 4 present, battery 80 %")
    expect(card).to_contain_text("Probably")
    expect(card).to_contain_text("Sensor and place share: “lobby”.")
    expect(card.get_by_label("Room", exact=True)).to_have_value(
        "lobby"
    )  # proposed, and kept by nobody but a person
    card.get_by_label("Your name or initials").fill("Kim")
    card.get_by_role("button", name="Assign").click()
    expect(card).to_have_count(0)
    expect(page.locator("tr", has_text="lobby-window")).to_contain_text("Online")
