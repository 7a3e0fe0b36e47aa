"""Counts that people bring: stored as what they are, undone and restored, and joined with measured days."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from besok.model import sitefile
from besok.model.errors import CountFileError, NotFound
from besok.model.period_counts import CountFile, PeriodCount, Unit
from besok.model.views.progress import Progress
from besok.services import imports
from besok.services.observed_days import compute_visit_days, visit_days
from besok.store import results, sites
from besok.store.database import Database
from tests.store.by_day import FIRST, SITE, count, ordinary

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


def store(db: Database, found: Sequence[PeriodCount], source: str = GATE, **more: object) -> int:
    return imports.store(
        db, "lib", {}, file(found), source, author="Ada", digest="d", name="x.csv", now=NOW, **more  # type: ignore[arg-type]
    )  # fmt: skip


def holding(db: Database) -> dict[date, tuple[float, str]]:
    return {d.day: (d.gross, d.source) for d in compute_visit_days(db, [sites.load(db, "lib")], TODAY)}


@pytest.fixture
def lib(db: Database) -> Database:
    sites.apply(db, sitefile.parse(SITE))
    return db


def test_days_are_visits_and_twice_the_same_is_once(lib: Database) -> None:
    counts = days(date(2024, 1, 1), [10, 20, 30])
    first = store(lib, counts)
    before = holding(lib)
    assert sum(v for v, _ in before.values()) == 60 and {s for _, s in before.values()} == {GATE}
    assert store(lib, counts) == store(lib, counts[::-1]) == first
    assert [i.rows for i in imports.imports(lib, "lib")] == [3] and holding(lib) == before
    (told,) = imports.imports(lib, "lib")
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
    imports.undo(lib, wrong, "Ada", now=NOW)
    assert holding(lib) == before
    assert imports.imports(lib, "lib")[0].changed_by == "Ada"
    imports.redo(lib, wrong, "Ada", now=NOW)
    assert holding(lib)[date(2024, 1, 2)][0] == 25
    with pytest.raises(NotFound, match="99"):
        imports.undo(lib, 99, "Ada", now=NOW)


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
        store(lib, days(date(2023, 3, 1), [4]), counts="net")
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
    imports.store(lib, "lib", {}, file(hours, "hour"), "beam", author="Ada", counts="passages", now=NOW)
    assert holding(lib)[FIRST] == (15, "beam")


def test_results_and_preview(lib: Database) -> None:
    counts = months(2025, [3100.0] * 14)
    told = imports.preview(lib, "lib", {}, file(counts, "month"), GATE, now=NOW)
    assert imports.imports(lib, "lib") == [] and holding(lib) == {}
    assert told.by_year == {2025: 12 * 3100, 2026: 2 * 3100} and told.added == 14
    assert isinstance(told.before, Progress) and isinstance(told.after, Progress)
    assert told.before.baseline_visits is None and told.after.baseline_visits
    results.begin(lib, ["lib"], results.VISIT_DAYS, TODAY - DAY)
    results.put(lib, "lib", results.VISIT_DAYS, TODAY - DAY, [])
    assert visit_days(lib, [sites.load(lib, "lib")], TODAY - DAY) == []
    store(lib, counts)
    assert len(visit_days(lib, [sites.load(lib, "lib")], TODAY - DAY)) == 424
    again = imports.preview(lib, "lib", {}, file(months(2025, [3100, 3000]), "month"), GATE, now=NOW)
    assert (again.added, again.same, [v for _, v in again.corrected]) == (0, 1, [3100])


def test_a_preview_tells_what_is_odd(lib: Database) -> None:
    values = [float(v) for v in ordinary(date(2024, 1, 1), 366).values()] * 2
    values[50], values[100], values[500] = 0, 2 * values[100], 9
    counts = days(date(2023, 12, 31) + DAY, values)
    for c in counts[500:520]:
        counts.remove(c)
    told = imports.preview(lib, "lib", {}, file(counts), GATE, now=NOW)
    kinds = {r.kind: r for r in told.remarks}
    assert {"gap", "zero", "double"} <= kinds.keys()
    assert kinds["gap"].first == date(2024, 1, 1) + 500 * DAY and "is not in the file" in str(
        kinds["gap"].text
    )


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
    with lib.transaction() as conn:  # every example begins with nothing
        conn.execute("truncate count_import, count_import_log, period_count")
    kept: dict[int, dict[date, float]] = {}
    for begin, length, version, keep in pieces:
        counts = days(date(2024, 1, 1) + begin * DAY, [100 * version + begin + n for n in range(length)])
        number = store(lib, counts)
        assert store(lib, counts) == number
        kept[number] = {c.first: c.visits for c in counts}
        if not keep:
            imports.undo(lib, number, "Ada", now=NOW)
            del kept[number]
    wanted: dict[date, float] = {}
    for number in sorted(kept):
        wanted |= kept[number]
    assert {day: v for day, (v, _) in holding(lib).items()} == wanted
