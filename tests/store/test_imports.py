"""Counts that people bring: stored as what they are, undone and restored, and joined with measured days."""

import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import Result

from besok.model import sitefile
from besok.model.errors import BesokError, CountFileError, NotFound, SiteFileError
from besok.model.period_counts import CountFile, PeriodCount, Unit
from besok.model.views.progress import Progress
from besok.model.views.series import VisitPoint, VisitStep
from besok.services import imports
from besok.services.annual import compute_annual
from besok.services.forecast import get_outlook
from besok.services.observed_days import compute_visit_days, visit_days
from besok.services.places import get_sites
from besok.services.progress import get_progress
from besok.services.visits import get_visits
from besok.store import period_counts, results, sites
from besok.store.database import Database
from besok.store.period_counts import NewImport
from cli.commands.options import confirm
from cli.terminal.annual import as_text
from dashboard.address import Address
from dashboard.pages import progress
from jobs import forecast as jobs_forecast
from jobs import forecasts_due
from jobs import results as jobs_results
from tests.databases import execute
from tests.sitetext import site, space
from tests.store.by_day import FIRST, HOURS, SITE, TARGET, count, ordinary, send
from tests.unit.test_figures_forecast import texts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)
GATE = "gate counter"


def days(first: date, values: Sequence[float], series: str = "") -> list[PeriodCount]:
    return [
        PeriodCount(series=series, first=first + n * DAY, last=first + n * DAY, visits=v)
        for n, v in enumerate(values)
    ]


def months(year: int, values: Sequence[float]) -> list[PeriodCount]:
    firsts = [date(year + n // 12, n % 12 + 1, 1) for n in range(len(values) + 1)]
    return [
        PeriodCount(first=a, last=b - DAY, visits=v)
        for a, b, v in zip(firsts, firsts[1:], values, strict=False)
    ]


def year(number: int, visits: float) -> PeriodCount:
    return PeriodCount(first=date(number, 1, 1), last=date(number, 12, 31), visits=visits)


def file(counts: Sequence[PeriodCount], unit: Unit = "day") -> CountFile:
    return CountFile(unit=unit, counts=tuple(counts))


def new(
    found: CountFile, portal_of: dict[str, str | None] | None = None, source: str = GATE, **more: Any
) -> NewImport:
    """Counts as they come from a file."""
    return NewImport(source=source, file=found, portal_of=portal_of or {}, author="Ada", **more)


def store(db: Database, found: Sequence[PeriodCount], source: str = GATE, **more: Any) -> int:
    about = new(file(found), source=source, digest="d", name="x.csv", **more)
    return period_counts.put(db, "lib", about, NOW)


def holding(db: Database) -> dict[date, tuple[float, str]]:
    return {d.day: (d.gross, d.source) for d in compute_visit_days(db, [sites.load(db, "lib")], TODAY)}


def test_days_are_visits_and_twice_the_same_is_once(lib: Database) -> None:
    counts = days(date(2024, 1, 1), [10, 20, 30])
    first = store(lib, counts)
    before = holding(lib)
    assert sum(v for v, _ in before.values()) == 60 and {s for _, s in before.values()} == {GATE}
    assert store(lib, counts) == store(lib, counts[::-1]) == first
    assert [i.rows for i in period_counts.listing(lib, "lib")] == [3] and holding(lib) == before
    (told,) = period_counts.listing(lib, "lib")
    assert (told.author, told.name, told.visits, told.undone, told.changed) == (
        "Ada",
        "x.csv",
        60,
        False,
        None,
    )


def test_another_value_is_a_correction_that_can_be_taken_back(lib: Database) -> None:
    store(lib, days(date(2024, 1, 1), [10, 20, 30]))
    before = holding(lib)
    wrong = store(lib, days(date(2024, 1, 2), [25]))
    assert holding(lib)[date(2024, 1, 2)][0] == 25
    period_counts.undo(lib, wrong, "Ada", now=NOW)
    assert holding(lib) == before
    assert period_counts.listing(lib, "lib")[0].changed_by == "Ada"
    period_counts.redo(lib, wrong, "Ada", now=NOW)
    assert holding(lib)[date(2024, 1, 2)][0] == 25
    with pytest.raises(NotFound, match="99"):
        period_counts.undo(lib, 99, "Ada", now=NOW)


def test_totals_sum_exactly_and_are_imputed_by_opening_hours(lib: Database) -> None:
    store(lib, months(2024, [3100, 2900]))
    found = compute_visit_days(lib, [sites.load(lib, "lib")], TODAY)
    assert sum(d.gross for d in found if d.day.month == 1) == pytest.approx(3100, abs=1e-9)
    assert sum(d.gross for d in found) == pytest.approx(6000, abs=1e-9)
    assert all(d.imputed == d.gross and d.whole for d in found)
    assert [d.gross for d in found if d.day.weekday() == 6] == [0] * 8  # closed on Sundays


def test_periods_that_contradict_are_refused_with_the_remedy(lib: Database) -> None:
    store(lib, months(2024, [100.0] * 12))
    with pytest.raises(CountFileError, match=r"2024-01-01 to 2024-12-31 is 1300.*add up to 1200.*undo"):
        store(lib, [year(2024, 1300)])
    with pytest.raises(CountFileError, match="overlaps"):
        store(lib, [PeriodCount(first=date(2024, 1, 29), last=date(2024, 2, 4), visits=5)])
    with pytest.raises(CountFileError, match="overlaps"):
        store(lib, days(date(2024, 3, 1), [4]))
    with pytest.raises(CountFileError, match="one period twice"):
        store(lib, days(date(2023, 3, 1), [4]) * 2)
    with pytest.raises(CountFileError, match="gross counts, and these are net"):
        store(lib, days(date(2023, 3, 1), [4]), counted="net")
    with pytest.raises(CountFileError, match="2026-01-01 to 2026-12-31 is not over"):
        store(lib, [year(2026, 50)])
    before = holding(lib)
    store(lib, [year(2024, 1200)])
    assert holding(lib) == before
    store(lib, [year(2024, 1300)], source="statistics")
    assert holding(lib) == before, "of two sources the finer one counts"


def test_what_was_measured_whole_goes_before_what_was_brought(lib: Database) -> None:
    count(lib, ordinary(FIRST, 40))
    store(lib, days(FIRST - 5 * DAY, [7.0] * 60))
    found = holding(lib)
    assert found[FIRST - DAY] == (7, GATE) and found[FIRST + 50 * DAY] == (7, GATE)
    assert found[FIRST + 10 * DAY][1] == ""


def test_doors_of_a_source_are_added_and_a_missing_one_is_not_zero(lib: Database) -> None:
    a, b = days(date(2024, 1, 1), [1, 2, 3, 4], "A"), days(date(2024, 1, 2), [10, 20, 30], "B")
    del b[1]
    store(lib, [*a, *b])
    assert [(day.day, v) for day, (v, _) in holding(lib).items()] == [(1, 1), (2, 12), (4, 34)]


def test_passages_are_halved_and_hours_added(lib: Database) -> None:
    hours = [PeriodCount(first=FIRST, last=FIRST, hour=h, visits=10) for h in (9, 10, 11)]
    period_counts.put(lib, "lib", new(file(hours, "hour"), source="beam", counted="passages"), NOW)
    assert holding(lib)[FIRST] == (15, "beam")


def test_results_and_preview(lib: Database) -> None:
    counts = months(2025, [3100.0] * 14)
    told = imports.preview(lib, "lib", new(file(counts, "month")), NOW)
    assert period_counts.listing(lib, "lib") == [] and holding(lib) == {}
    assert told.by_year == {2025: 12 * 3100, 2026: 2 * 3100} and told.added == 14
    assert isinstance(told.before, Progress) and isinstance(told.after, Progress)
    assert told.before.baseline_visits is None and told.after.baseline_visits
    results.begin(lib, ["lib"], results.VISIT_DAYS, TODAY - DAY)
    results.put(lib, "lib", results.VISIT_DAYS, TODAY - DAY, [])
    assert visit_days(lib, [sites.load(lib, "lib")], TODAY - DAY) == []
    store(lib, counts)
    assert len(visit_days(lib, [sites.load(lib, "lib")], TODAY - DAY)) == 424
    again = imports.preview(lib, "lib", new(file(months(2025, [3100, 3000]), "month")), NOW)
    assert (again.added, again.same, [v for _, v in again.corrected]) == (0, 1, [3100])


def test_a_preview_tells_what_is_odd(lib: Database) -> None:
    values = [float(v) for v in ordinary(date(2024, 1, 1), 366).values()] * 2
    values[50], values[100], values[500] = 0, 2 * values[100], 9
    counts = days(date(2023, 12, 31) + DAY, values)
    for c in counts[500:520]:
        counts.remove(c)
    told = imports.preview(lib, "lib", new(file(counts)), NOW)
    kinds = {r.kind: r for r in told.remarks}
    assert {"gap", "zero", "double"} <= kinds.keys()
    assert kinds["gap"].first == date(2024, 1, 1) + 500 * DAY and "is not in the file" in str(
        kinds["gap"].text
    )


def test_of_many_odd_days_the_first_are_listed_and_the_others_counted(lib: Database) -> None:
    counts = days(date(2024, 1, 1), [0.0 if n % 7 == 2 else 100.0 for n in range(140)])
    remarks = imports.preview(lib, "lib", new(file(counts)), NOW).remarks
    zero = [(r.first, str(r.text)) for r in remarks if r.kind == "zero"]
    assert [first for first, _ in zero] == [date(2024, 1, 3) + 7 * n * DAY for n in range(6)]
    assert zero[-1][1] == "and 15 more between 2024-02-07 and 2024-05-15"


PIECES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 12), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(PIECES)
def test_in_parts_overlapping_twice_and_undone_is_the_same(
    lib: Database, pieces: list[tuple[int, int, int, bool]]
) -> None:
    """Whatever is stored in which pieces: what holds is the newest of what was not undone, of each day."""
    # every example begins with nothing
    execute(lib, "truncate count_import, count_import_log, period_count")
    kept: dict[int, dict[date, float]] = {}
    for begin, length, version, keep in pieces:
        counts = days(date(2024, 1, 1) + begin * DAY, [100 * version + begin + n for n in range(length)])
        number = store(lib, counts)
        assert store(lib, counts) == number
        kept[number] = {c.first: c.visits for c in counts}
        if not keep:
            period_counts.undo(lib, number, "Ada", now=NOW)
            del kept[number]
    wanted: dict[date, float] = {}
    for number in sorted(kept):
        wanted |= kept[number]
    assert {day: v for day, (v, _) in holding(lib).items()} == wanted


def test_sums_of_imported_periods_are_exact_in_every_step(lib: Database) -> None:
    store(lib, [*months(2024, [3100.0 + n for n in range(12)]), year(2023, 40000)])
    store(lib, [PeriodCount(first=date(2022, 10, 1), last=date(2022, 12, 31), visits=9001)])

    def asked(step: VisitStep) -> list[VisitPoint]:
        return get_visits(lib, "lib", date(2022, 10, 1), date(2024, 12, 31), step, today=TODAY)

    years = asked("year")
    assert [(p.day.year, round(p.gross or 0, 6), p.source, p.coverage) for p in years] == [
        (2022, 9001, GATE, 1), (2023, 40000, GATE, 1), (2024, 12 * 3100 + 66, GATE, 1)
    ]  # fmt: skip
    assert all(p.imputed == p.gross for p in years)
    quarters = asked("quarter")
    assert quarters[0].gross == pytest.approx(9001) and sum(
        p.gross or 0 for p in quarters[1:5]
    ) == pytest.approx(40000)
    monthly = asked("month")
    assert [p.gross for p in monthly[-12:]] == pytest.approx([3100 + n for n in range(12)])
    known, share = (max(p.se or 0 for p in some) for some in (monthly[-12:], monthly[3:15]))
    assert known < 0.05 * 3100 and share > 0.08 * 3333, "a month of a year is not known by the year"
    assert get_visits(lib, "lib", TODAY, TODAY + DAY)[0].gross is None


def test_measured_and_imported_days_of_a_month_add_up_to_it(lib: Database) -> None:
    count(lib, dict.fromkeys(ordinary(date(2025, 3, 11), 20), 50))
    store(lib, days(date(2025, 3, 1), [7.0] * 31))
    (march,) = get_visits(lib, "lib", date(2025, 3, 1), date(2025, 3, 31), "month", today=TODAY)
    whole = {d.day: d for d in visit_days(lib, [sites.load(lib, "lib")], TODAY) if d.day.month == 3}
    assert march.gross == pytest.approx(sum(d.gross for d in whole.values())) and march.source == GATE
    assert march.coverage == pytest.approx(1, abs=0.1) and march.imputed == 0
    (together,) = get_visits(
        lib, "lib", date(2025, 3, 1), date(2025, 3, 31), "month", together=True, today=TODAY
    )
    assert together.gross == march.gross


def test_the_annual_report_names_the_file(lib: Database) -> None:
    number = store(lib, months(2024, [3100.0] * 12))
    report = compute_annual(lib, "lib", 2024, TODAY)
    assert report.besok01 == 37200 and report.complete and report.days_missing == 0 and report.missing == ()
    (told,) = report.imports
    assert (told.source, told.name, told.digest, told.author) == (GATE, "x.csv", "d", "Ada")
    assert told.visits == pytest.approx(37200) and told.days == 366
    assert "366 days are from counts" in " ".join(report.remarks) and "digest d" in as_text(report)
    assert report.low and report.high and report.low < 37200 < report.high
    period_counts.undo(lib, number, "Ada", now=NOW)
    assert compute_annual(lib, "lib", 2024, TODAY).net is None


def test_a_year_of_gate_and_sensors_has_both_and_verifies(lib: Database) -> None:
    store(lib, days(date(2025, 1, 1), [0.0 if n % 7 == 4 else 120.0 for n in range(60)]))
    send(lib, ordinary(date(2025, 3, 2), 305))
    report = compute_annual(lib, "lib", 2025, TODAY, verify=True)
    assert report.verification and report.verification.same, report.verification
    shown = get_visits(lib, "lib", date(2025, 1, 1), date(2025, 12, 31), "year", today=TODAY)[0]
    assert report.gross == pytest.approx(shown.gross, rel=0.01)
    assert [i.days for i in report.imports] == [60] and report.days_missing == 0


def test_half_a_year_without_doors_is_estimated_with_its_error(db: Database) -> None:
    sites.apply(db, sitefile.parse("".join((site(hours=HOURS), TARGET, space("hall", ("Hall", "Hall"))))))
    store(db, days(date(2024, 1, 1), list(map(float, ordinary(date(2024, 1, 1), 300).values()))))
    report = compute_annual(db, "lib", 2024, TODAY)
    truth = sum(ordinary(date(2024, 1, 1), 366).values())
    assert report.gross == pytest.approx(truth, rel=0.05) and report.days_missing == 66
    assert report.gross_counted == sum(ordinary(date(2024, 1, 1), 300).values())
    assert get_progress(db, "lib", TODAY).until == date(2024, 10, 26)


def test_an_installation_without_a_sensor_has_progress_and_a_forecast(lib: Database) -> None:
    """Count what the jobs do, not how long they take: two calls after storing, and all figures are there."""
    seasons = [1 + 0.2 * np.cos(2 * np.pi * n / 12) for n in range(36)]
    counts = months(2023, [round(10_000 * s * 1.004**n) for n, s in enumerate(seasons)])
    target = SITE.replace("2025-01-01", "2024-01-01").replace("2025-03-31", "2024-12-31")
    sites.apply(lib, sitefile.parse(target))
    now = datetime(2026, 1, 20, 12, tzinfo=UTC)
    store(lib, counts)
    place = sites.load(lib, "lib")
    assert jobs_results.is_due(lib, now) and forecasts_due.newest_due(lib, place, now)
    jobs_results.compute_missing(lib, now)
    assert jobs_forecast.make_newest(lib, now) == 1
    way, coming = get_progress(lib, "lib", date(2026, 1, 20)), get_outlook(lib, "lib")
    in_2024, in_2025 = sum(c.visits for c in counts[12:24]), sum(c.visits for c in counts[24:])
    assert way.baseline_visits == pytest.approx(in_2024 / 366 * 365) and way.baseline_source == GATE
    assert way.last_365 == pytest.approx(in_2025) and way.until == date(2025, 12, 31)
    assert way.growth == pytest.approx(1.004**12 - 1, abs=0.01) and way.coverage_365 == 1
    assert way.growth_bridged == pytest.approx(way.growth, abs=0.01) and way.breaks == ()
    assert coming.odds is not None and coming.needed_growth and len(coming.days) == 400
    year = next(t for t in coming.totals if t.days == 365)
    assert year.low80 < in_2025 * 1.05 < year.high80 < 1.4 * in_2025
    page = "".join(
        texts(progress.page(lib, get_sites(lib)[0], Address.parse(f"/progress/lib/{tab}", ""), now))
        for tab in progress.TABS
    )
    assert "besök de 365 dagarna till och med 31 dec. 2025" in page.replace("\xa0", " ")
    assert f"31 dec. 2024, {GATE})" in page.replace("\xa0", " ") and "x.csv" in page
    number = period_counts.listing(lib, "lib")[0].id
    period_counts.undo(lib, number, "Ada", now=now)
    assert jobs_results.is_due(lib, now) and get_progress(lib, "lib", date(2026, 1, 20)).last_365 is None
    with pytest.raises(NotFound):
        get_outlook(lib, "lib")


def test_a_stated_baseline_stands_for_days_that_nobody_has(lib: Database) -> None:
    stated = 'baseline_visits = 30000\nbaseline_measure = "gross"\nbaseline_source = "statistics"\n'
    sites.apply(lib, sitefile.parse(SITE.replace("[sites.target]\n", f"[sites.target]\n{stated}")))
    assert sitefile.parse(sitefile.dump(sites.export(lib))) == sites.export(lib)
    store(lib, days(date(2025, 1, 1), list(map(float, ordinary(date(2025, 1, 1), 400).values()))))
    way = get_progress(lib, "lib", TODAY)
    assert (way.baseline_visits, way.goal_visits, way.baseline_source) == (30000, 60000, "statistics")
    (told,) = way.breaks
    assert (
        (told.kind, told.method, told.source, told.counter) == ("source", "prior", "statistics", GATE)
        and told.error
        and told.error > 0.1
    )
    assert way.baseline_bridged == 30000
    wrong = SITE.replace("[sites.target]\n", '[sites.target]\nbaseline_measure = "net"\n')
    for text, problem in (
        (wrong, "baseline_visits: is missing"),
        (
            wrong.replace("baseline_measure", "baseline_visits = 9\nbaseline_measure"),
            "the target counts gross",
        ),
        (
            wrong.replace("baseline_measure", "baseline_visits = 9\nbaseline_measure"),
            "baseline_source: is missing",
        ),
        (
            SITE.replace("[sites.target]\n", "[sites.target]\nbaseline_visits = 0\n"),
            "baseline_visits: 0 is not possible",
        ),
    ):
        with pytest.raises(SiteFileError, match=problem):
            sitefile.parse(text)


@pytest.mark.parametrize(("beside", "method"), [(True, "overlap"), (False, "prior")])
def test_sensors_after_a_gate_are_bridged(lib: Database, beside: bool, method: str) -> None:
    """The sensors see 8 % more; growth was 10 %."""
    target = SITE.replace("2025-01-01", "2024-01-01").replace("2025-03-31", "2024-12-31")
    sites.apply(lib, sitefile.parse(target))
    rng = np.random.default_rng(3)
    usual = {
        d: v * float(np.exp(rng.normal(0, 0.1)))
        for d, v in ordinary(date(2024, 1, 1), 366 + 365 + 60).items()
    }
    start = date(2025, 3, 3)
    true = {d: v * 1.1 if d >= start else v for d, v in usual.items()}
    gate = {d: v for d, v in true.items() if d < start + (28 if beside else 0) * DAY}
    store(lib, days(date(2024, 1, 1), [round(v) for v in gate.values()]))
    count(lib, {d: round(v * 1.08) for d, v in true.items() if start <= d < TODAY})
    way = get_progress(lib, "lib", TODAY)
    (told,) = [b for b in way.breaks if b.kind == "source"]
    assert (told.method, told.source, told.counter) == (method, GATE, "") and told.factor and told.error
    assert start <= told.day <= start + DAY
    assert abs(told.factor - 1.08) < told.error
    assert way.growth and way.growth_bridged and way.growth_error
    assert way.growth > 0.15 and abs(way.growth_bridged - 0.1) < way.growth_error
    if beside:
        assert told.factor == pytest.approx(1.08, abs=0.02) and way.growth_bridged == pytest.approx(
            0.1, abs=0.03
        )
        assert way.baseline_bridged and way.baseline_visits
        assert way.baseline_bridged / way.baseline_visits == pytest.approx(1.08, abs=0.02)


def test_counts_by_hand_beside_the_gate_bridge_it(lib: Database) -> None:
    """People counted 5 % more than the gate in two weeks, and the sensors see all."""
    start = date(2025, 3, 3)
    gate = ordinary(date(2024, 1, 1), (start - date(2024, 1, 1)).days)
    store(lib, days(date(2024, 1, 1), list(map(float, gate.values()))))
    hand = [round(v * 1.05) for d, v in gate.items() if date(2024, 4, 8) <= d < date(2024, 4, 22)]
    store(lib, days(date(2024, 4, 8), hand), source="by hand", method="manual")
    count(lib, ordinary(start, (TODAY - start).days))
    (told,) = [b for b in get_progress(lib, "lib", TODAY).breaks if b.source == GATE]
    assert told.method == "counts" and told.factor == pytest.approx(1.05, abs=0.01)
    assert told.error and 1.05 * 1.96 * 0.0154 < told.error < 0.06, "and no better than sensors are"


def test_a_target_of_several_sites_counts_imported_and_measured_days(db: Database) -> None:
    park = "".join((site("park", ("Parken", "Park"), kind="park"), space("lawn", ("Gräs", "Lawn"))))
    sites.apply(db, sitefile.parse(SITE.replace("deadline", 'also = ["park"]\ndeadline') + park))
    count(db, ordinary(FIRST, 90))
    for _ in range(2):  # the second changes nothing
        period_counts.put(db, "park", new(file(months(2025, [3100, 2800]), "month"), source="gate"), NOW)
    together = compute_visit_days(db, sites.counted(db, sites.load(db, "lib")), TODAY)
    assert [together[0].day, together[-1].day] == [FIRST, date(2025, 2, 28)] and {
        d.source for d in together
    } == {"gate"}
    own = sum(v for d, v in ordinary(FIRST, 90).items() if d < date(2025, 3, 1))
    assert sum(d.gross for d in together) == pytest.approx(own + 5900)
    assert sum(d.imputed for d in together) == pytest.approx(5900)
    (shown,) = get_visits(db, "lib", FIRST, date(2025, 2, 28), "year", together=True, today=TODAY)
    assert shown.gross == pytest.approx(own + 5900) and shown.source == "gate"
    (alone,) = get_visits(db, "lib", FIRST, date(2025, 2, 28), "year", today=TODAY)
    assert alone.gross == pytest.approx(own) and alone.source == ""


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@example(order=["year", "months", "days"], undone={"months"})
@given(
    st.lists(st.sampled_from(["year", "quarters", "months", "days"]), min_size=1, max_size=5),
    st.sets(st.sampled_from(["year", "quarters", "months", "days"])),
)
def test_totals_and_their_parts_hold_together_in_any_order(
    lib: Database, order: list[str], undone: set[str]
) -> None:
    """A year, its quarters, months and days agree; whatever is stored and undone, the sum is the year's."""
    # every example begins with nothing
    execute(lib, "truncate count_import, count_import_log, period_count")
    by_month = [31.0 * (n + 1) for n in range(12)]
    quarters = [
        PeriodCount(
            first=date(2023, n + 1, 1),
            last=months(2023, by_month)[n + 2].last,
            visits=sum(by_month[n : n + 3]),
        )
        for n in (0, 3, 6, 9)
    ]
    january = days(date(2023, 1, 1), [1.0] * 31)
    kinds = {
        "year": [year(2023, sum(by_month))],
        "quarters": quarters,
        "months": months(2023, by_month),
        "days": january,
    }
    stored: dict[str, int] = {}
    for kind in order:
        try:
            stored[kind] = store(lib, kinds[kind])
        except CountFileError:
            assert kind == "days" or "days" in stored, (
                "only a January of days leaves a part of a quarter or year open"
            )
    for kind in undone & stored.keys():
        period_counts.undo(lib, stored[kind], "Ada", now=NOW)
        del stored[kind]
    whole = stored.keys() - {"days"}
    total = sum(by_month) if whole else 31.0 if stored else 0.0
    assert sum(v for v, _ in holding(lib).values()) == pytest.approx(total)


def test_an_input_without_a_terminal_answers_no_question_of_an_import(
    db: Database, command: Callable[..., Result], tmp_path: Path
) -> None:
    sites.apply(db, sitefile.parse(site()))
    file = tmp_path / "counts.csv"
    file.write_text("date,visits\n2020-03-02,40\n2020-03-03,50\n")
    done = command("visits", "import", str(file), "--site", "lib", "--source", GATE, answer="y\n")
    assert "Store them? Nobody can answer here" in str(done.exception) and "add --yes" in str(done.exception)
    assert not period_counts.listing(db, "lib")


def test_a_question_is_answered_by_who_sits_at_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    keyboard, screen = os.openpty()
    with os.fdopen(keyboard, "wb", buffering=0) as typed, os.fdopen(screen) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        typed.write(b"n\ny\n")
        with pytest.raises(typer.Abort):
            confirm("Delete it?", yes=False)
        confirm("Delete it?", yes=False)
    for nobody in (StringIO("y\n"), None):
        monkeypatch.setattr(sys, "stdin", nobody)
        with pytest.raises(BesokError, match=r"Delete it\? Nobody can answer here.* --yes"):
            confirm("Delete it?", yes=False)
