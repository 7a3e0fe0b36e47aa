"""Years of a house that was counted each day, and what is forecast of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from besok.model.calendar import business_day, day_bounds
from besok.model.outlook import Expected, ExpectedTotal, Outlook
from besok.store import sites
from besok.store.database import Database
from besok.store.write import Batch, write
from tests.readings import passed

DAY = timedelta(days=1)


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
    year = (origin + DAY).year  # on New Year's Day the one that begins
    weeks = range(1, (deadline - origin).days // 7 + 1)
    return replace(
        forecast(origin), goal=36_500.0, deadline=deadline, odds=0.02, needed_growth=0.15, expected_growth=0.01,
        years=tuple(Expected(day=origin + 7 * n * DAY, mean=19_000.0, **fan) for n in weeks),
        totals=(
            ExpectedTotal(first=origin + DAY, last=origin + 28 * DAY, mean=1_400.0, **fan),
            ExpectedTotal(first=origin + DAY, last=origin + 365 * DAY, mean=19_000.0, **fan),
            ExpectedTotal(first=origin + DAY, last=date(year, 12, 31), mean=1_600.0, **fan),
            *(
                ExpectedTotal(first=date(later, 1, 1), last=date(later, 12, 31), mean=19_000.0, **fan)
                for later in range(year + 1, 2031)
            ),
        ),
    )  # fmt: skip
