"""Progress of a young house: what is counted, the forecast that is being made, and that it comes by itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from accessibility import violations
from house import House, Open
from playwright.sync_api import expect

from besok.model.calendar import business_day, day_bounds
from besok.model.outlook import Expected, ExpectedTotal, Outlook
from besok.store import forecasts, sites
from besok.store.database import Database
from besok.store.heartbeats import beat
from besok.store.write import Batch, write
from tests.readings import passed

DAY = timedelta(days=1)
TWO_SCREENS = 1800  # pixels


def count(db: Database, house: str, days: int) -> date:
    """Fifty visits on each of the last whole days; the last of them."""
    place = sites.load(db, house)
    last = business_day(datetime.now(UTC), place) - DAY
    ends = [day_bounds(last - n * DAY, place)[1] for n in range(days)]
    days_told = [passed(f"{house}/door", end, 50, 50, period_s=82_800) for end in ends]
    write(db, Batch(readings=[one for day in days_told for one in day]))
    return last


def forecast(origin: date) -> Outlook:
    """Fifty visits a day, more or less, for sixty days."""
    fan = {"low80": 40.0, "high80": 60.0, "low95": 30.0, "high95": 70.0}
    return Outlook(
        origin=origin, made=datetime.now(UTC), afterwards=False, measure="gross", model="test", goal=None,
        deadline=None, odds=None, even_from=None, likely_from=None, needed_growth=None, expected_growth=None,
        days=tuple(Expected(day=origin + n * DAY, mean=50.0, **fan) for n in range(1, 61)), years=(),
        totals=(ExpectedTotal(first=origin + DAY, last=origin + 28 * DAY, mean=1_400.0, **fan),),
    )  # fmt: skip


def of_years(origin: date) -> Outlook:
    """What a site with a target knows: how probable it is, and the years and sums up to the deadline."""
    fan = {"low80": 17_000.0, "high80": 21_000.0, "low95": 16_000.0, "high95": 23_000.0}
    deadline = date(2030, 12, 31)
    weeks = range(1, (deadline - origin).days // 7 + 1)
    return replace(
        forecast(origin), goal=36_500.0, deadline=deadline, odds=0.02, needed_growth=0.15, expected_growth=0.01,
        years=tuple(Expected(day=origin + 7 * n * DAY, mean=19_000.0, **fan) for n in weeks),
        totals=(
            ExpectedTotal(first=origin + DAY, last=origin + 28 * DAY, mean=1_400.0, **fan),
            ExpectedTotal(first=origin + DAY, last=origin + 365 * DAY, mean=19_000.0, **fan),
            ExpectedTotal(first=origin + DAY, last=date(origin.year, 12, 31), mean=1_600.0, **fan),
            *(
                ExpectedTotal(first=date(year, 1, 1), last=date(year, 12, 31), mean=19_000.0, **fan)
                for year in range(origin.year + 1, 2031)
            ),
        ),
    )  # fmt: skip


def test_each_tab_is_less_than_two_screens_high(quiet_house: House, db: Database, open_page: Open) -> None:
    last = count(db, quiet_house.id, (datetime.now(UTC).date() - date(2024, 1, 1)).days - 1)
    forecasts.keep(db, quiet_house.id, of_years(last))
    page = open_page(quiet_house.url)
    for tab, graphs in (("", ("way", "months")), ("/forecast", ("weeks", "year")), ("/impact", ())):
        page.goto(f"{quiet_house.url}/progress/{quiet_house.id}{tab}")
        for graph in graphs:
            expect(
                page.locator(f"#graph-{graph} .scatterlayer, #graph-{graph} .barlayer").first
            ).to_be_attached()
        expect(page.locator("#page .page")).to_be_visible()
        assert page.locator("html").evaluate("node => node.scrollHeight") <= TWO_SCREENS


def test_the_first_forecast_is_shown_as_soon_as_it_is_there(
    quiet_house: House, db: Database, open_page: Open
) -> None:
    last = count(db, quiet_house.id, 25)
    beat(db, "jobs", datetime.now(UTC), {})
    page = open_page(
        quiet_house.url, locale="en-GB", color_scheme="light", bypass_csp=True, reduced_motion="reduce", width=390,
        height=844,
    )  # fmt: skip
    page.clock.install()
    page.goto(f"{quiet_house.url}/progress/{quiet_house.id}")
    expect(page.get_by_text("It is made from 25 days of visits")).to_be_visible()
    expect(page.get_by_text("No baseline yet")).to_be_visible()
    expect(page.locator(".hero")).to_contain_text("1,250")
    forecasts.keep(db, quiet_house.id, forecast(last))
    page.clock.fast_forward(11_000)
    expect(page.locator("#announcer")).to_have_text("The forecast is there.")
    expect(page.locator(".hero")).to_contain_text("Forecast for the next 28 days: 1,400 visits")
    page.get_by_role("link", name="Forecast").click()
    expect(page.get_by_role("heading", name="The next eight weeks")).to_be_visible()
    expect(page.locator("#graph-weeks .scatterlayer .trace").first).to_be_attached()
    page.evaluate("document.querySelectorAll('#page details').forEach(one => { one.open = true })")
    expect(page.locator("figure.chart table.numbers")).to_have_count(2)
    assert violations(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390
