"""What people brought survives a backup, a restore and the sites' export: imports with their hours, hand counts,
headcounts, closed years, stated baselines; and the report names the file that its figure rests on.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from besok.files.visit_counts import read
from besok.model import sitefile
from besok.model.hand_counts import HandCount
from besok.model.headcount import Headcount
from besok.services.annual import compute_annual
from besok.services.closed_periods import close_period, get_closed, period_of
from besok.services.hand_counts import enter
from besok.services.headcounts import get_headcounts, receive_headcount
from besok.services.observed_days import compute_visit_days
from besok.services.progress import get_progress, get_so_far
from besok.store import period_counts, sites
from besok.store.database import Database
from besok.store.period_counts import NewImport
from cli.backup import database
from cli.terminal.annual import as_text
from tests.sitetext import site, space
from tests.store.test_backup import contents

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
BASELINE = """[sites.target]
baseline_first = 2023-07-01
baseline_last = 2024-06-30
deadline = 2030-12-31
"""
STATED = BASELINE + 'baseline_visits = 36600\nbaseline_measure = "gross"\nbaseline_source = "statistics"\n'


def library(target: str) -> str:
    return site(hours="10:00-18:00") + target + space("hall", ("Hall", "Hall"))


def days(first: date, last: date, visits: float = 100) -> bytes:
    rows = [f"{first + n * DAY};{visits};10-19" for n in range((last - first).days + 1)]
    return "\n".join(["Datum;Besök;Öppet", *rows]).encode()


def bring(db: Database, data: bytes, name: str = "grind.csv", digest: str = "ab12") -> int:
    found = read(data, name, {"hours": "Öppet"})
    new = NewImport(source="gate", file=found, author="Ada", name=name, digest=digest)
    return period_counts.put(db, "lib", new, NOW)


def test_all_that_people_brought_is_restored_and_exported(
    db: Database, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    place = sitefile.parse(library(STATED))
    sites.apply(db, place)
    bring(db, days(date(2024, 1, 1), date(2024, 12, 31)))
    period_counts.undo(db, bring(db, days(date(2023, 5, 1), date(2023, 5, 31)), "fel.csv"), "Ada", now=NOW)
    enter(
        db,
        place.sites[0],
        HandCount(first=TODAY - 9 * DAY, last=TODAY - 3 * DAY, visits=70, counted_by="Kim"),
        NOW,
    )
    close_period(db, "lib", *period_of("2024"), author="Kim", now=NOW)
    walked = Headcount(id=uuid4(), space="hall", time=NOW, sent=NOW, people=7, counted_by="Kim")
    assert receive_headcount(db, place.sites[0], walked, NOW)
    file = tmp_path / "besok.backup"
    made = database.save(database_url, file)
    database.restore(empty_database_url, file)
    assert contents(empty_database_url) == made.contents
    for table in ("count_import", "period_count", "closed_period", "headcount", "target", "count_import_log"):
        assert made.contents[table].rows, table

    def shown(one: Database) -> tuple[object, ...]:
        return (
            sitefile.dump(sites.export(one)), get_progress(one, "lib", TODAY), get_closed(one, "lib"),
            period_counts.listing(one, "lib"), get_headcounts(one, place.sites[0], NOW).counts,
            compute_annual(one, "lib", 2024, TODAY),
        )  # fmt: skip

    with Database(empty_database_url) as restored:
        assert shown(restored) == shown(db)
        again = sitefile.parse(sitefile.dump(sites.export(db)))
        assert sites.apply(restored, again, now=NOW) == [], "its own export changes nothing"


def test_the_report_leads_from_besok01_to_the_file(db: Database) -> None:
    sites.apply(db, sitefile.parse(library("")))
    bring(db, days(date(2024, 1, 1), date(2024, 6, 30)), "vår.csv", "5e1f")
    bring(db, days(date(2024, 7, 1), date(2024, 12, 31), 50), "höst.csv", "0dd5")
    report = compute_annual(db, "lib", 2024, TODAY)
    assert report.besok01 == 182 * 100 + 184 * 50
    assert sorted((i.name, i.digest, i.days, i.visits) for i in report.imports) == [
        ("höst.csv", "0dd5", 184, 9_200), ("vår.csv", "5e1f", 182, 18_200),
    ]  # fmt: skip
    assert sum(i.visits for i in report.imports) == report.besok01
    said = as_text(report)
    assert all(part in said for part in ("vår.csv", "5e1f", "höst.csv", "0dd5"))


@pytest.mark.parametrize(
    ("target", "baseline", "source"), [(STATED, 36_600, "statistics"), (BASELINE, 36_500, "gate")]
)
def test_a_baseline_with_a_29_february_is_of_365_days(
    db: Database, target: str, baseline: float, source: str
) -> None:
    """Of 366 days with 100 visits each a year has 36,500; a stated one is of 365 days already."""
    sites.apply(db, sitefile.parse(library(target)))
    bring(db, days(date(2023, 7, 1), date(2025, 12, 31)))
    way = get_progress(db, "lib", date(2026, 1, 1))
    assert way.baseline_visits == pytest.approx(baseline) and way.baseline_source == source
    assert way.goal_visits == pytest.approx(2 * baseline)
    assert way.last_365 == pytest.approx(36_500) and way.growth == pytest.approx(0)
    years = (date(2030, 12, 31) - date(2026, 1, 1)).days / 365
    assert way.needed_growth == pytest.approx((2 * baseline / 36_500) ** (1 / years) - 1)
    leap = get_progress(db, "lib", date(2025, 1, 1))  # its last 365 days hold 29 February
    assert leap.last_365 == pytest.approx(36_500) and leap.growth is None


def test_week_53_is_a_week_of_its_year_in_imports_samples_and_comparisons(db: Database) -> None:
    sites.apply(db, sitefile.parse(library("")))
    rows = [f"{2020 if n < 53 else 2021};{n % 53 + 1};{1000 + n}" for n in range(105)]
    found = read("\n".join(["År;Vecka;Besök", *rows]).encode(), "veckor.csv", {"running-total": "no"})
    assert (found.counts[52].first, found.counts[53].first) == (date(2020, 12, 28), date(2021, 1, 4))
    period_counts.put(db, "lib", NewImport(source="gate", file=found), NOW)
    known = get_so_far(db, "lib", TODAY)
    assert known.until == date(2022, 1, 2) and known.coverage_365 == 1
    assert known.growth == pytest.approx(52 / 1026.5, abs=0.01), (
        "each of 2021's weeks against that 52 weeks before"
    )
    period_counts.undo(db, period_counts.listing(db, "lib")[0].id, "Ada", now=NOW)
    place = sites.load(db, "lib")
    mondays = [date.fromisocalendar(year, week, 1) for year, week in ((2020, 44), (2020, 53), (2021, 1))]
    for monday in mondays:
        enter(db, place, HandCount(first=monday, last=monday + 6 * DAY, visits=700, counted_by="Kim"), NOW)
    days_known = compute_visit_days(db, [place], TODAY)
    for monday in mondays:
        own = [d for d in days_known if 0 <= (d.day - monday).days < 7]
        assert sum(d.gross for d in own) == pytest.approx(700) and not any(d.sampled for d in own)
    report = compute_annual(db, "lib", 2020, TODAY)
    assert report.sample and report.sample.counted == 2 and report.besok01 is not None
    assert report.sample.first == date(2020, 1, 1) and report.sample.last == date(2020, 12, 31)
