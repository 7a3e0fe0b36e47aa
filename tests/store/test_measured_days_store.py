"""A silent door makes no fall of visits: days that were counted at some of the doors are compared with nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import LiteralString

import numpy as np
import pytest
from psycopg.sql import SQL

from besok.model import calendar, sitefile
from besok.services.annual import get_annual_report
from besok.services.forecast import get_scored, get_weekday_growth
from besok.services.imported_days import VisitDay
from besok.services.observed_days import compute_visit_days, visit_days
from besok.services.progress import get_progress, get_so_far
from besok.services.visits import get_visits
from besok.store import forecasts, results, sites
from besok.store.database import Database
from besok.store.rollup import rebuild_days
from jobs import results as jobs
from jobs.forecast import observed
from tests.databases import execute
from tests.sitetext import door, site
from tests.store.counted import HOUSE
from tests.store.test_forecasts import said
from tests.store.test_target_of_several_sites import DAY, TODAY, days, write

DAYS = 2 * 364
FIRST = TODAY - DAYS * DAY
SILENT = 60  # days
TARGET = f"""[sites.target]
baseline_first = {FIRST}
baseline_last = {FIRST + 363 * DAY}
deadline = 2030-12-31
"""
LIBRARY = HOUSE.replace("[[sites.spaces]]", f"{TARGET}[[sites.spaces]]", 1)


def house(db: Database, front: float = 60, back: float = 40, silent: int = SILENT) -> None:
    """Two years at two doors; the back door says nothing on the last `silent` days."""
    sites.apply(db, sitefile.parse(LIBRARY))
    write(db, {("lib", "front"): days(FIRST, DAYS, front), ("lib", "back"): days(FIRST, DAYS - silent, back)})


def test_a_silent_door_is_no_fall_of_visits(db: Database) -> None:
    house(db)
    way = get_progress(db, "lib", TODAY)
    assert way.growth == pytest.approx(0) and way.growth_days == 364 - SILENT
    assert way.last_365 == pytest.approx(100 * 365) and way.coverage_365 == (365 - SILENT) / 365
    assert way.baseline_visits == pytest.approx(100 * 365) and way.baseline_coverage == 1
    known = get_so_far(db, "lib", TODAY)
    assert (known.growth, known.growth_days, known.last_365) == (way.growth, way.growth_days, way.last_365)
    assert known.days == DAYS and known.visits == 100 * DAYS - 40 * SILENT, (
        "all who were counted were counted"
    )
    assert all(ratio == pytest.approx(1) for ratio in get_weekday_growth(db, "lib", TODAY).values())


def test_partial_days_are_computed_by_the_jobs_until_days_change(db: Database) -> None:
    house(db)
    library = sites.load_all(db)
    found = [day.day for day in visit_days(db, library, TODAY - DAY) if not day.whole]
    assert found == [TODAY - n * DAY for n in range(SILENT, 0, -1)]
    assert all(day.whole for day in visit_days(db, library, TODAY - (SILENT + 1) * DAY))
    way, report = get_progress(db, "lib", TODAY), get_annual_report(db, "lib", TODAY.year - 1, TODAY)
    now = calendar.day_bounds(TODAY, library[0])[0]
    assert jobs.is_due(db, now)
    jobs.compute_missing(db, now)
    assert not jobs.is_due(db, now)
    known = results.read(db, "lib", results.VISIT_DAYS, list[VisitDay], TODAY - DAY)
    assert known == visit_days(db, library, TODAY - DAY) == compute_visit_days(db, library, TODAY - DAY)
    assert [day.day for day in visit_days(db, library, TODAY - DAY) if not day.whole] == found
    assert get_progress(db, "lib", TODAY) == way
    assert get_annual_report(db, "lib", TODAY.year - 1, TODAY) == report
    with db.transaction() as conn:  # late readings
        rebuild_days(conn, 1)
    assert jobs.is_due(db, now) and results.missing(db, "lib", TODAY - DAY)


def test_a_result_is_not_stored_where_days_changed_while_it_was_computed(db: Database) -> None:
    house(db)
    results.begin(db, ["lib"], results.VISIT_DAYS, TODAY - DAY)
    with db.transaction() as conn:
        rebuild_days(conn, 1)
    results.put(db, "lib", results.VISIT_DAYS, TODAY - DAY, [])
    assert results.missing(db, "lib", TODAY - DAY) == list(results.ALL)


def test_its_days_stand_with_what_was_counted_but_are_no_days_of_the_target(db: Database) -> None:
    house(db)
    asked = {"first": TODAY - (SILENT + 1) * DAY, "last": TODAY - SILENT * DAY}
    assert [p.gross for p in get_visits(db, "lib", **asked)] == [100, 60]
    together = get_visits(db, "lib", **asked, together=True)
    assert [(p.gross, p.coverage, p.se is None) for p in together] == [(100, 1, False), (None, 0, True)]
    (library,) = sites.load_all(db)
    past = observed((library,), get_visits(db, "lib", FIRST, TODAY - DAY, together=True), "gross")
    assert np.isnan(past.visits[-SILENT:]).all() and np.isfinite(past.visits[:-SILENT]).all()


def test_the_day_that_goes_on_tells_what_has_come_so_far(db: Database) -> None:
    house(db, silent=0)
    execute(db, "update flow_day set people_in = people_in / 4, people_out = people_out / 4, covered_s = 21600"
                     " where day = %s", (TODAY - DAY,))  # fmt: skip
    asked = {"first": TODAY - 2 * DAY, "last": TODAY - DAY, "together": True}
    assert [p.gross for p in get_visits(db, "lib", **asked)] == [100, None], (
        "once it is over it lacks too much"
    )
    so_far = get_visits(db, "lib", **asked, today=TODAY - DAY)
    assert [(p.gross, p.coverage, p.final) for p in so_far] == [(100, 1, True), (25, 0.25, False)]
    (month,) = get_visits(db, "lib", TODAY - 20 * DAY, TODAY, "month", together=True, today=TODAY - DAY)[-1:]
    assert month.final is False
    alone = get_visits(db, "lib", TODAY - 2 * DAY, TODAY - DAY, today=TODAY - DAY)
    assert [p.final for p in alone] == [True, False]


def test_a_forecast_is_not_judged_by_them(db: Database) -> None:
    house(db, silent=3)
    week = TODAY - 7 * DAY
    assert forecasts.keep(db, "lib", replace(said(week - DAY, 690, 710)))
    (found,) = get_scored(db, "lib", TODAY)
    assert (found.truth, found.observed, found.judged) == (pytest.approx(700), pytest.approx(4 / 7), False)


def test_what_was_estimated_for_the_door_counts(db: Database) -> None:
    house(db)
    execute(
        db,
        "insert into flow_day (site_id, portal_id, day, people_in, people_out, covered_s, imputed)"
        " select site_id, portal_id, day, 40, 40, 0, 80"
        " from portal, generate_series(%s::date, %s::date, '1 day') day where slug = 'back'",
        (TODAY - SILENT * DAY, TODAY - DAY),
    )
    way = get_progress(db, "lib", TODAY)
    assert (way.growth, way.growth_days, way.coverage_365) == (0, 364, 1)


def test_a_small_door_may_be_silent(db: Database) -> None:
    house(db, front=99, back=1)
    way = get_progress(db, "lib", TODAY)
    assert way.growth_days == 364 and way.growth == pytest.approx(-0.01 * SILENT / 364)


def test_a_door_that_makes_no_visits_may_be_silent(db: Database) -> None:
    house(db)
    front = LIBRARY.replace(
        "[[sites.spaces]]", '[[sites.visits]]\nfirst = 2020-01-01\nportals = ["front"]\n[[sites.spaces]]', 1
    )
    sites.apply(db, sitefile.parse(front))
    way = get_progress(db, "lib", TODAY)
    assert way.growth_days == 364 and way.last_365 == pytest.approx(60 * 365)


GONE = LIBRARY[: LIBRARY.rindex("[[sites.sensors]]")].replace(
    'name = { sv = "Baksidan"', 'counted = false\nname = { sv = "Baksidan"'
)
BESIDE = LIBRARY.replace("swapped = true", 'swapped = true\nrole = "reference"')


@pytest.mark.parametrize("gone", [GONE, BESIDE], ids=["gone", "beside"])
def test_a_door_whose_sensor_was_taken_down_is_missed_no_more(db: Database, gone: str) -> None:
    sites.apply(db, sitefile.parse(LIBRARY))
    when = datetime.combine(TODAY - SILENT * DAY, datetime.min.time(), UTC) + timedelta(
        hours=3
    )  # as the day begins
    sites.apply(db, sitefile.parse(gone), now=when)
    write(
        db,
        {("lib", "front"): days(FIRST, DAYS, 60), ("lib", "back"): days(FIRST, DAYS - SILENT, 40)},
    )
    way = get_progress(db, "lib", TODAY)
    assert way.growth_days == 364 and way.coverage_365 == 1
    assert way.growth and way.growth < -0.05, "as counted; without the door nothing changed"
    assert way.growth_bridged == pytest.approx(0, abs=1e-9)
    assert [(b.day, b.door, b.kind) for b in way.breaks] == [(TODAY - SILENT * DAY, "back", "door")]


@pytest.mark.parametrize(
    "watched",
    [
        "case when extract(day from day)::int % 5 = 0 then 9000 else 40000 end",  # speaks when somebody passes
        "case extract(isodow from day) when 7 then 14400 else 39600 end",  # goes with the lights
        "case when day < '2026-02-19' then 86400 else 0 end",  # its successor tells of no time
    ],
)
def test_days_on_which_a_door_is_rightly_watched_for_less_are_days(
    db: Database, watched: LiteralString
) -> None:
    house(db, silent=3)
    execute(db, SQL("update flow_day set covered_s = {} from portal p"
                " where p.portal_id = flow_day.portal_id and p.slug = 'front'").format(SQL(watched)))  # fmt: skip
    way = get_progress(db, "lib", TODAY)
    assert way.growth_days == 364 - 3 and way.growth == pytest.approx(0)
    assert way.growth_bridged == pytest.approx(0) and not way.breaks


def test_while_the_sensor_of_a_summer_door_is_taken_down_nobody_misses_it(db: Database) -> None:
    sites.apply(db, sitefile.parse(LIBRARY))
    down, up = (
        datetime.combine(TODAY - n * DAY, datetime.min.time(), UTC) + timedelta(hours=12) for n in (100, 20)
    )
    sites.apply(db, sitefile.parse(GONE), now=down)
    sites.apply(db, sitefile.parse(LIBRARY), now=up)
    back = days(FIRST, DAYS - 100, 40) | days(TODAY - 19 * DAY, 16, 40)
    write(db, {("lib", "front"): days(FIRST, DAYS, 60), ("lib", "back"): back})
    assert get_progress(db, "lib", TODAY).growth_days == 364 - 3, (
        "it hangs again, and is silent for three days"
    )


def test_before_a_door_was_first_heard_nobody_missed_it(db: Database) -> None:
    sites.apply(db, sitefile.parse(LIBRARY))
    later = FIRST + 400 * DAY
    write(db, {("lib", "front"): days(FIRST, DAYS, 60), ("lib", "back"): days(later, DAYS - 400, 40)})
    assert get_progress(db, "lib", TODAY).baseline_visits == pytest.approx(60 * 365)
    assert date(2026, 3, 1) == TODAY - DAY


def test_some_weeks_of_a_year_are_no_year_and_every_view_says_so_alike(db: Database) -> None:
    sites.apply(db, sitefile.parse(LIBRARY))
    doors = (("front", 60.0), ("back", 40.0))
    half = 183  # days of the baseline, and as many of the last year
    spans = [days(FIRST, half, 1), days(TODAY - half * DAY, half, 1)]
    write(db, {("lib", d): {day: n * v for s in spans for day, v in s.items()} for d, n in doors})
    way, known = get_progress(db, "lib", TODAY), get_so_far(db, "lib", TODAY)
    assert (way.baseline_coverage, way.coverage_365) == (half / 364, half / 365)
    told = (way.baseline_visits, way.goal_visits, way.last_365, way.growth, way.needed_growth, known.last_365)
    assert told == (None,) * 6
    assert (known.days, known.visits) == (2 * half, 200 * half)
    begins = TODAY - 365 * DAY
    by_month = get_visits(db, "lib", begins, TODAY - DAY, "month")
    lengths = [(b - max(a, begins)).days for a, b in pairwise([*(p.day for p in by_month), TODAY])]
    whole = sum(point.coverage * length for point, length in zip(by_month, lengths, strict=True))
    assert whole == pytest.approx(half), "by month as in the year"
    year = TODAY.year - 1
    report = get_annual_report(db, "lib", year, TODAY)
    (point,) = get_visits(db, "lib", date(year, 1, 1), date(year, 12, 31), "year")
    assert report.days_whole / report.days == pytest.approx(point.coverage), "in the report as in the API"
    assert report.days_whole + report.days_partly + report.days_missing == report.days


def test_a_target_with_a_site_of_which_nothing_is_known_says_so(db: Database) -> None:
    also = LIBRARY.replace("deadline = 2030-12-31", 'deadline = 2030-12-31\nalso = ["annex"]')
    annex = site("annex") + door("gate", ("Grind", "Gate"), inner="annex", more="counted = false")
    sites.apply(db, sitefile.parse(also + annex))
    write(db, {("lib", "front"): days(FIRST, DAYS, 60), ("lib", "back"): days(FIRST, DAYS, 40)})
    way = get_progress(db, "lib", TODAY)
    assert way.uncounted == get_so_far(db, "lib", TODAY).uncounted == ("annex",)
    assert get_progress(db, "lib", TODAY).baseline_visits is None
