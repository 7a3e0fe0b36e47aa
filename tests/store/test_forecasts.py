"""Forecasts are kept as they were made, and judged by what the readings say later."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from api.routes.forecast import forecast
from besok.model import sitefile
from besok.model.errors import NotFound
from besok.model.outlook import Expected, ExpectedTotal, Outlook
from besok.model.views.forecast import Awaited
from besok.services.forecast import (
    get_awaited,
    get_outlook,
    get_outlook_on,
    get_records,
    get_scored,
    get_weekday_growth,
)
from besok.services.progress import get_progress
from besok.store import backfill, forecasts, sites
from besok.store.database import Database
from jobs import forecast as jobs
from jobs import forecasts_due
from jobs import results as jobs_results
from tests.store.by_day import FIRST, HERE, SITE, TARGET, count, ordinary


def said(origin: date, low: float, high: float, measure: str = "gross") -> Outlook:
    mean = (low + high) / 2
    first, last = origin + timedelta(days=1), origin + timedelta(days=7)
    fan = {"mean": mean, "low80": low, "high80": high, "low95": low, "high95": high}
    return Outlook(
        origin=origin, made=datetime(2026, 1, 1, tzinfo=UTC), afterwards=False, measure=measure, model="test",
        goal=None, deadline=None, odds=None, even_from=None, likely_from=None, needed_growth=None, expected_growth=None,
        days=(Expected(day=first, **fan),), years=(), totals=(ExpectedTotal(first=first, last=last, **fan),),
    )  # fmt: skip


def test_what_was_said_stays_and_is_judged_by_the_readings(lib: Database) -> None:
    count(lib, ordinary(FIRST, 35))  # 750 a week
    sundays = [date(2025, 1, 5) + timedelta(days=7 * n) for n in range(5)]
    for day, (low, high) in zip(
        sundays, [(700, 800), (760, 900), (600, 749), (750, 750), (0, 9999)], strict=True
    ):
        assert forecasts.keep(lib, "lib", said(day, low, high))
    assert not forecasts.keep(lib, "lib", said(sundays[0], 0, 1)), "it was made already"
    found = get_scored(lib, "lib", date(2025, 2, 3))
    assert [(s.origin, s.truth, s.held) for s in found] == [
        (sundays[0], 750, True), (sundays[1], 750, False), (sundays[2], 750, False), (sundays[3], 750, True),
    ]  # fmt: skip
    (record,) = get_records(found)
    assert (record.days, record.model, record.afterwards) == (7, "test", False)
    assert (record.made, record.held) == (4, 2)
    assert (record.right_low, record.right_high) == (
        1,
        4,
    )  # of four weeks of their own, each four times of five
    apart = [
        *found,
        *(replace(one, afterwards=True) for one in found),
        *(replace(one, model="new") for one in found),
    ]
    assert {(r.afterwards, r.model, r.made) for r in get_records(apart)} == {
        (False, "test", 4), (True, "test", 4), (False, "new", 4),
    }  # fmt: skip
    assert get_records(found[:2]) == [], "whatever comes, two forecasts say nothing of their intervals"
    assert get_records([replace(one, origin=one.origin - timedelta(days=30)) for one in found]) == [], (
        "a year to come"
    )
    assert record.error == pytest.approx(np.median([0, 80 / 750, 75.5 / 750, 0]))
    count(lib, {date(2025, 1, 8): 1000})  # a correction that comes late
    assert get_scored(lib, "lib", date(2025, 2, 3))[0].truth == 750 - 120 + 1000
    newest = get_outlook(lib, "lib")
    assert newest == said(sundays[-1], 0, 9999)


def test_days_that_nobody_observed_judge_no_forecast(lib: Database) -> None:
    seen = ordinary(FIRST, 35)
    for n in range(3):
        del seen[date(2025, 1, 6) + timedelta(days=n)]
    count(lib, seen)
    forecasts.keep(lib, "lib", said(date(2025, 1, 5), 700, 800))
    (found,) = get_scored(lib, "lib", date(2025, 2, 3))
    assert found.observed == pytest.approx(4 / 7) and not found.judged
    assert get_records([found]) == []


def test_a_site_without_forecast_says_so(lib: Database) -> None:
    with pytest.raises(NotFound, match="no forecast of lib yet"):
        get_outlook(lib, "lib")
    with pytest.raises(NotFound):
        get_outlook(lib, "nowhere")


def test_a_site_with_history_gets_its_forecast_and_those_it_would_have_made(lib: Database) -> None:
    count(lib, ordinary(FIRST, 250))
    now = datetime(2025, 9, 8, 12, tzinfo=HERE)  # the last day counted is Sunday, September 7
    (site,) = sites.load_all(lib)
    run = backfill.Run(digest="test", sites=["lib"])
    run.advance(lib, FIRST)
    assert not forecasts_due.newest_is_due(lib, datetime.now(UTC)), "history is coming in"
    assert not forecasts_due.past_is_due(lib, datetime.now(UTC))
    assert get_awaited(lib, "lib", date(2025, 9, 8), datetime.now(UTC)).coming_in
    run.finish(lib)
    assert get_awaited(lib, "lib", date(2025, 9, 8), now) == Awaited(days=250, coming_in=False, at_work=False)
    assert forecasts_due.newest_is_due(lib, now) and forecasts_due.past_is_due(lib, now)
    assert forecasts_due.newest_due(lib, site, now) == [date(2025, 9, 7)]
    assert forecasts_due.past_due(lib, site, now) == [
        date(2025, 8, 31), date(2025, 7, 31), date(2025, 6, 30), date(2025, 5, 31), date(2025, 4, 30),
    ]  # fmt: skip
    assert jobs.make_past(lib, now) == 1, "then the newest, which is due, goes before the others"
    assert forecasts.origins(lib, "lib", "gross") == [date(2025, 8, 31)]
    assert jobs.make(lib, site, date(2025, 9, 7), now)
    newest = get_outlook(lib, "lib")
    assert newest.origin == date(2025, 9, 7) and not newest.afterwards and newest.measure == "gross"
    assert newest.goal == pytest.approx(2 * 365 * 750 / 7, rel=0.02) and newest.deadline == date(2027, 12, 31)
    assert newest.odds is not None and newest.odds < 0.5
    assert newest.reached is None and newest.reached_high is None, "nothing grows here"
    way = get_progress(lib, "lib", date(2025, 9, 8))
    assert get_outlook_on(lib, "lib", way) == newest
    for changed in (
        replace(way, deadline=date(2028, 12, 31)),
        replace(way, goal_visits=1.1 * (way.goal_visits or 0)),
        replace(way, today=date(2028, 1, 1)),
        None,
    ):
        other = get_outlook_on(lib, "lib", changed)
        assert (other.goal, other.odds, other.needed_growth, other.days) == (None, None, None, newest.days)
    for part, line in (
        ("days", "2025-09-08,"),
        ("years", "2027-12-31,"),
        ("totals", "2026-01-01,2026-12-31,"),
    ):
        told = forecast(site, lib, now, part=part, form="csv")  # type: ignore[arg-type]
        assert f"\n{line}" in bytes(told.body).decode()  # type: ignore[union-attr]
    sunday = next(d for d in newest.days if d.day == date(2025, 9, 14))
    saturday = next(d for d in newest.days if d.day == date(2025, 9, 13))
    assert sunday.high95 == 0, "it is closed on Sundays"
    assert saturday.low80 < 150 < saturday.high80
    assert newest.years[-1].day == date(2027, 12, 31)
    assert {7, 28, 90, 365} <= {t.days for t in newest.totals}
    assert {(t.first, t.last) for t in newest.totals} >= {
        (date(2025, 9, 8), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 12, 31)),
    }  # fmt: skip
    later = now + timedelta(days=6)
    assert forecasts_due.newest_due(lib, site, later) == [], "the next one is due after Sunday"
    assert forecasts_due.newest_due(lib, site, now + timedelta(days=7)) == [date(2025, 9, 14)]
    assert jobs.make(lib, site, date(2025, 6, 30), now)
    (past,) = [s for s in get_scored(lib, "lib", date(2025, 9, 8)) if s.days == 28]
    assert past.afterwards and past.truth == 4 * 750
    assert not jobs.make(lib, site, date(2025, 3, 31), now), "too little was known then"


def test_a_target_that_comes_after_the_forecast_gets_its_probability_at_once(lib: Database) -> None:
    """It gives way to one that says the same of the days, and has the years up to the deadline."""
    now = datetime(2025, 9, 10, 12, tzinfo=HERE)  # a Wednesday
    sites.apply(lib, sitefile.parse(SITE.replace(TARGET, "")))
    count(lib, ordinary(FIRST, 252))

    def due() -> list[date]:
        jobs_results.compute_missing(lib, now)
        return forecasts_due.newest_due(lib, sites.load(lib, "lib"), now)

    assert due() == [date(2025, 9, 9)] and jobs.make_newest(lib, now) == 1
    first = get_outlook(lib, "lib")
    assert first.goal is None and due() == []
    ends_yesterday = TARGET.replace("2025-03-31", "2025-09-09").replace("2027-12-31", "2026-12-31")
    for target in (TARGET, ends_yesterday):
        sites.apply(lib, sitefile.parse(SITE.replace(TARGET, target)))
        assert due() == [date(2025, 9, 9)] and jobs.make_newest(lib, now) == 1
        newest = get_outlook(lib, "lib")
        way = get_progress(lib, "lib", date(2025, 9, 10))
        assert get_outlook_on(lib, "lib", way).odds is not None and due() == []
        said = ([d.mean for d in one.days] for one in (first, newest))
        assert next(said) == pytest.approx(next(said), rel=0.02, abs=1) and newest.origin == first.origin
        spans, before = ({(t.first, t.last) for t in one.totals} for one in (newest, first))
        assert spans > before and newest.years[-1].day > newest.origin + timedelta(days=366)
    assert forecasts.origins(lib, "lib", "gross") == [date(2025, 9, 9)]
    sites.apply(lib, sitefile.parse(SITE.replace(TARGET, f"{TARGET}factor = 3\n")))
    assert due() == [date(2025, 9, 9)], "another target"
    nobody = TARGET.replace("2025-01-01", "2025-01-05").replace("2025-03-31", "2025-01-05")  # a Sunday
    sites.apply(lib, sitefile.parse(SITE.replace(TARGET, nobody)))
    assert due() == [], "of a baseline without visits there is no target"


def test_weekdays_beside_those_of_the_baseline(lib: Database) -> None:
    count(lib, ordinary(FIRST, 90))
    count(
        lib,
        {day: n * (1 if day.weekday() == 5 else 2) for day, n in ordinary(date(2025, 6, 2), 70).items()},
    )
    found = get_weekday_growth(lib, "lib", date(2025, 8, 11))
    # the 364 days before August 11 hold January to March too
    assert found.keys() == set(range(6)), "nobody comes on Sundays, so there is nothing to compare"
    assert (
        found[5] == pytest.approx(1, rel=0.01)
        and found[0] == pytest.approx(found[4], rel=0.01)
        and 1.3 < found[0] < 1.6
    )
    assert get_weekday_growth(lib, "lib", date(2025, 2, 1)) == {}
