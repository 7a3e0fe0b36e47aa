"""Imported sums to the person over leap years, weeks 53, moved clocks, mixed periods and several sources."""

from datetime import date, timedelta

import pytest

from besok.model.period_counts import PeriodCount
from besok.services.closed_periods import close_period, get_closed, with_closed
from besok.services.visits import get_visits
from besok.store import period_counts
from besok.store.database import Database
from tests.store.by_day import count, ordinary
from tests.store.test_imports import DAY, NOW, TODAY, days, file, months, new, store


def gross(db: Database, step: str, first: date, last: date) -> dict[date, float]:
    points = get_visits(db, "lib", first, last, step, today=TODAY)  # type: ignore[arg-type]
    return {p.day: p.gross for p in points if p.gross is not None}


def test_weeks_over_new_year_sum_to_all_of_them(lib: Database) -> None:
    monday = date(2020, 12, 14)
    weeks = [
        PeriodCount(first=monday + 7 * n * DAY, last=monday + (7 * n + 6) * DAY, visits=v)
        for n, v in enumerate((101, 7, 53, 211))
    ]
    store(lib, weeks)
    span = (date(2020, 12, 14), date(2021, 1, 10))
    assert gross(lib, "week", *span) == pytest.approx({w.first: w.visits for w in weeks})
    assert sum(gross(lib, "year", *span).values()) == pytest.approx(372)
    assert sum(gross(lib, "month", *span).values()) == pytest.approx(372)
    assert sum(gross(lib, "day", *span).values()) == pytest.approx(372)


def test_hours_of_moved_clocks_and_leap_days(lib: Database) -> None:
    hours = [
        PeriodCount(first=d, last=d, hour=h, visits=h + 1)
        for d in (date(2024, 2, 29), date(2024, 3, 31), date(2024, 10, 27))
        for h in range(24)
    ]
    store(lib, hours)
    found = gross(lib, "day", date(2024, 1, 1), date(2024, 12, 31))
    assert found == {date(2024, 2, 29): 300, date(2024, 3, 31): 300, date(2024, 10, 27): 300}
    assert gross(lib, "quarter", date(2024, 1, 1), date(2024, 12, 31)) == {
        date(2024, 1, 1): 600,
        date(2024, 10, 1): 300,
    }


def test_months_then_days_then_another_source(lib: Database) -> None:
    store(lib, months(2023, [31.0 * n for n in range(1, 13)]))
    store(lib, days(date(2024, 1, 1), [3.0] * 366))
    year = (date(2023, 1, 1), date(2024, 12, 31))
    assert gross(lib, "year", *year) == pytest.approx({year[0]: 31 * 78, date(2024, 1, 1): 1098})
    other = store(lib, months(2022, [50.0] * 36), source="statistics")
    assert gross(lib, "year", *year) == pytest.approx({year[0]: 31 * 78, date(2024, 1, 1): 1098})
    assert gross(lib, "year", date(2022, 1, 1), date(2022, 12, 31)) == pytest.approx({date(2022, 1, 1): 600})
    period_counts.undo(lib, other, "Ada", now=NOW)
    assert gross(lib, "year", date(2022, 1, 1), date(2022, 12, 31)) == {}


def test_a_month_when_the_site_was_shut_keeps_its_sum(lib: Database) -> None:
    store(lib, [PeriodCount(first=date(2024, 6, 2), last=date(2024, 6, 2), visits=40)])
    store(lib, [PeriodCount(first=date(2024, 5, 5), last=date(2024, 5, 5), visits=0), *months(2024, [0.0])])
    assert gross(lib, "year", date(2024, 1, 1), date(2024, 12, 31)) == {date(2024, 1, 1): 40}


def test_a_year_beside_sensors_of_a_part_of_it_is_never_above_both(lib: Database) -> None:
    store(lib, [PeriodCount(first=date(2025, 1, 1), last=date(2025, 12, 31), visits=36500)])
    count(lib, ordinary(date(2025, 7, 1), 90))
    (shown,) = get_visits(lib, "lib", date(2025, 1, 1), date(2025, 12, 31), "year", today=TODAY)
    by_day = get_visits(lib, "lib", date(2025, 1, 1), date(2025, 12, 31), "day", today=TODAY)
    assert shown.gross == pytest.approx(sum(p.gross or 0 for p in by_day))
    assert shown.imputed == pytest.approx(sum(p.imputed or 0 for p in by_day))
    assert shown.coverage == pytest.approx(1)


def test_a_closed_year_of_imports_keeps_its_figure_and_names_the_import(lib: Database) -> None:
    number = store(lib, months(2024, [3100.0] * 12))
    later = NOW + timedelta(days=1)
    year = (date(2024, 1, 1), date(2024, 12, 31))
    close_period(lib, "lib", *year, author="Kim", now=NOW)
    close_period(lib, "lib", date(2024, 3, 1), date(2024, 3, 31), author="Kim", now=NOW)
    assert [p.revision for p in get_closed(lib, "lib")] == [None, None]
    period_counts.undo(lib, number, "Ada", now=later)
    for period in get_closed(lib, "lib"):
        assert period.revision and period.revision.gross is None
        assert [r.kind for r in period.revision.reasons] == ["counts"]
    (point,) = with_closed(lib, "lib", "year", get_visits(lib, "lib", *year, "year", today=TODAY), *year)
    assert point.gross == pytest.approx(37200) and point.closed
    period_counts.redo(lib, number, "Ada", now=later)
    assert [p.revision for p in get_closed(lib, "lib")] == [None, None]
    period_counts.put(lib, "lib", new(file(days(date(2024, 12, 31) + DAY, [9]))), later)
    assert [p.revision for p in get_closed(lib, "lib")] == [None, None], "a day of the next year"
