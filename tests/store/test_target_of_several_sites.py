"""A target that counts a library and its park: sums, days that one of them lacks, forecasts, breaks, the page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from besok.model import sitefile
from besok.model.errors import SiteFileError
from besok.services.forecast import get_outlook, get_scored, get_weekday_growth
from besok.services.observed_days import drawn
from besok.services.places import get_sites
from besok.services.progress import get_progress
from besok.services.visits import get_visits
from besok.store import forecasts, period_counts, sites
from besok.store.database import Database
from dashboard.address import Address
from dashboard.pages import progress as page
from jobs import forecasts_due
from tests.databases import execute
from tests.sitetext import site, space
from tests.store.by_day import count
from tests.store.counted import HOUSE
from tests.store.test_forecasts import said
from tests.store.test_imports import file, months, new, year

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
DAYS = 2 * 364 + 10
FIRST = TODAY - DAYS * DAY
TARGET = f"""[sites.target]
baseline_first = {FIRST}
baseline_last = {FIRST + 363 * DAY}
deadline = 2030-12-31
"""
LIBRARY = HOUSE.replace("[[sites.spaces]]", f"{TARGET}[[sites.spaces]]", 1)
PARK = (
    HOUSE.replace('"lib"', '"park"').replace('kind = "library"', 'kind = "park"').replace("Bibblan", "Parken")
)
PARK = PARK.replace('"Library"', '"The park"').replace('"Front"', '"Rose gate"')
APART = LIBRARY + PARK
LIBRARY_OF_BOTH = LIBRARY.replace("deadline = 2030-12-31", 'deadline = 2030-12-31\nalso = ["park"]')
TOGETHER = LIBRARY_OF_BOTH + PARK
Doors = Mapping[tuple[str, str], Mapping[date, float]]


def write(db: Database, doors: Doors) -> None:
    """All that was counted at the doors of each site."""
    execute(db, "delete from flow_day")
    for (where, door), counted in doors.items():
        count(db, counted, door, where)


def days(first: date, number: int, people: float) -> dict[date, float]:
    return {first + n * DAY: people for n in range(number)}


def test_only_days_that_all_sites_have_count(db: Database) -> None:
    sites.apply(db, sitefile.parse(TOGETHER))
    week = date(2026, 2, 2)
    park = days(week, 28, 10)
    for missing in (2, 3):
        del park[week + missing * DAY]
    library = {("lib", "front"): days(week, 28, 30), ("lib", "back"): days(week, 28, 20)}
    write(db, {**library, ("park", "front"): park})
    asked = {"first": week, "last": week + 6 * DAY}
    by_day = get_visits(db, "lib", **asked, together=True)
    assert [p.gross for p in by_day] == [60, 60, None, None, 60, 60, 60]
    assert by_day[0].definition is None and by_day[0].se and by_day[2].coverage == 0
    (whole,) = get_visits(db, "lib", **asked, step="week", together=True)
    assert (whole.gross, whole.net) == (300, 300) and whole.coverage == pytest.approx(5 / 7)
    assert get_visits(db, "lib", **asked, step="week")[0].gross == 350, "its own visits are what they were"
    assert get_visits(db, "park", **asked, together=True) == get_visits(db, "park", **asked)
    way = get_progress(db, "lib", TODAY)
    assert way.also == ("park",) and way.last_365 is None and way.coverage_365 == 26 / 365

    with_park, alone = (said(week - DAY, 400, 430), said(week - DAY, 340, 360))
    assert forecasts.keep(db, "lib", replace(with_park, also=("park",))) and forecasts.keep(db, "lib", alone)
    (told,) = get_scored(db, "lib", TODAY)
    assert (told.truth, told.held) == (420, True) and told.observed == 5 / 7
    assert get_outlook(db, "lib").also == ("park",)
    (lib, _) = sites.load_all(db)
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert forecasts_due.newest_due(db, lib, now) == [date(2026, 3, 1)]
    assert get_weekday_growth(db, "lib", TODAY) == {}

    assert sites.apply(db, sitefile.parse(APART)) == ["lib: target: also: park → not stated"]
    (told,) = get_scored(db, "lib", TODAY)
    assert (told.truth, told.held) == (350, True), "each is judged by what it forecast"
    assert get_outlook(db, "lib").also == () and get_progress(db, "lib", TODAY).coverage_365 == 28 / 365


def two_years(changed: float = 1.0) -> Doors:
    """Two years at two doors of each site, a tenth more each year; one in the park counts `changed` of it at last."""
    rng = np.random.default_rng(7)
    doors: dict[tuple[str, str], dict[date, float]] = {
        (site, door): {} for site in ("lib", "park") for door in ("front", "back")
    }
    for n in range(DAYS):
        day = FIRST + n * DAY
        busy = (1 + 0.1 * n / 364) * np.exp(rng.normal(0, 0.1)) * (0.5 if day.weekday() == 6 else 1)
        for (key, counted), usual in zip(doors.items(), (400, 300, 500, 200), strict=True):
            people = float(rng.poisson(usual * busy * np.exp(rng.normal(0, 0.05))))
            since = key == ("park", "front") and n >= DAYS - 200
            counted[day] = round(people * changed) if since else people
    return doors


def growth(doors: Doors) -> float:
    """Of the last 364 days over those before, all doors together."""
    now, before = (
        sum(d[TODAY - n * DAY] for d in doors.values() for n in part)
        for part in (range(1, 365), range(365, 729))
    )
    return now / before - 1


def test_a_counter_of_the_park_that_changes_moves_growth_by_no_more_than_is_stated(
    db: Database, english: None
) -> None:
    sites.apply(db, sitefile.parse(TOGETHER))
    true = growth(two_years())
    write(db, two_years(1.08))
    moved = get_progress(db, "lib", TODAY)
    assert moved.growth == pytest.approx(growth(two_years(1.08))) and moved.growth > true + 0.01
    assert moved.growth_bridged and moved.growth_error
    assert abs(moved.growth_bridged - true) < moved.growth_error < 0.06

    new = LIBRARY_OF_BOTH + PARK.replace('device = "front"', 'device = "new"')
    since = datetime.combine(TODAY - 200 * DAY, datetime.min.time(), UTC) + timedelta(hours=4)
    sites.apply(db, sitefile.parse(new), now=since)
    write(db, two_years(1.08))
    told = get_progress(db, "lib", TODAY)
    (found,) = told.breaks
    assert (found.site, found.door, found.kind, found.method) == ("park", "front", "sensor", "level")
    assert found.factor and found.error and abs(found.factor - 1.08) < found.error
    assert told.growth_bridged and told.growth_error and abs(told.growth_bridged - true) < told.growth_error
    assert told.baseline_bridged and told.baseline_visits
    assert told.baseline_bridged / told.baseline_visits == pytest.approx(
        1 + (found.factor - 1) * 5 / 14, abs=0.005
    )

    shown = str(page.page(db, get_sites(db)[0], Address(), since + 200 * DAY))
    assert "Counts the visits of Library and The park, on the days with data from all of them." in shown
    assert "The park: another sensor at Rose gate." in shown
    assert shown.count("together=true&format=csv") == 2


def test_the_error_of_a_branch_of_yearly_totals_is_its_own(db: Database) -> None:
    """A total that the library has of measured days adds nothing, nor does a month without one of its doors."""
    branch = "".join((site("branch", ("Filialen", "Branch")), space("shelf", ("Hylla", "Shelf"))))
    place = sitefile.parse(LIBRARY.replace("deadline", 'also = ["branch"]\ndeadline') + branch)
    sites.apply(db, place)
    write(db, {("lib", "front"): days(date(2025, 1, 1), 365, 100)})
    gate = [replace(c, series=name) for name in ("a", "b") for c in months(2025, [1000.0] * 12)]
    del gate[-6]
    for one, counts in (("branch", [year(2025, 22_000)]), ("lib", gate)):
        period_counts.put(db, one, new(file(counts)), datetime(2026, 3, 2, 12, tzinfo=UTC))
    asked = date(2025, 1, 1), date(2025, 12, 31), "month"
    alone = [get_visits(db, one, *asked, today=TODAY) for one in ("lib", "branch")]
    for sum_of_both, *each in zip(
        get_visits(db, "lib", *asked, together=True, today=TODAY), *alone, strict=True
    ):
        assert sum_of_both.gross == pytest.approx(sum(p.gross or 0 for p in each))
        assert sum_of_both.se and max(p.se or 0 for p in each) < sum_of_both.se < sum(p.se or 0 for p in each)
    times = drawn(db, place.sites, TODAY - DAY, np.random.default_rng(1))
    assert 0.01 < float(np.std(list(times.values()))) < 0.2, "of days of which 100 are measured"


def test_a_site_that_counts_elsewhere_keeps_its_days(db: Database) -> None:
    sites.apply(db, sitefile.parse(TOGETHER))
    with pytest.raises(SiteFileError, match=r'lib: also: the days of "park" begin at 05:00'):
        sites.apply(
            db, sitefile.parse(PARK.replace('"Europe/Stockholm"', '"Europe/Stockholm"\nday_start = "05:00"'))
        )
    assert sites.export(db) == sitefile.parse(TOGETHER) and sites.apply(db, sitefile.parse(TOGETHER)) == []
