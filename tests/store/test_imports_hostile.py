"""Counts that people bring in odd ways: in parts, under other doors, as something else, undone and restored."""

from datetime import date

import pytest

from besok.model import sitefile
from besok.model.errors import CountFileError, StoreRefused
from besok.services import imports
from besok.services.annual import compute_annual
from besok.store import period_counts, sites
from besok.store.database import Database
from tests.sitetext import door
from tests.store.by_day import SITE
from tests.store.test_imports import GATE, NOW, TODAY, days, file, holding, months, new, store, year


def test_a_part_of_a_year_that_has_its_months_can_come_again(lib: Database) -> None:
    store(lib, [year(2024, 1200)])
    store(lib, months(2024, [100.0] * 12))
    before = holding(lib)
    store(lib, months(2024, [100.0] * 12)[2:3])
    store(lib, months(2024, [100.0] * 12)[10:])
    assert holding(lib) == before
    with pytest.raises(CountFileError, match=r"2024-01-01 to 2024-12-31 is 1200.*add up to 1250"):
        store(lib, months(2024, [100.0, 100, 150])[2:])


def test_what_a_later_total_rests_on_is_undone_after_it(lib: Database) -> None:
    """Else a year of 1,220 would be told whose months are 1,200."""
    store(lib, months(2024, [100.0] * 12))
    corrected = store(lib, months(2024, [120.0]))
    total = store(lib, [year(2024, 1220)])
    before = holding(lib)
    with pytest.raises(
        CountFileError, match=r"2024-12-31 would be 1220, and the shorter .* 1200; undo first"
    ):
        period_counts.undo(lib, corrected, "Ada", now=NOW)
    assert holding(lib) == before and not any(i.undone for i in period_counts.listing(lib, "lib"))
    for number in (total, corrected):
        period_counts.undo(lib, number, "Ada", now=NOW)
    assert sum(visits for visits, _ in holding(lib).values()) == pytest.approx(1200)


def test_a_source_stays_gross_or_net_when_an_import_is_restored(lib: Database) -> None:
    counts = days(date(2024, 1, 1), [10, 20])
    first = store(lib, counts)
    period_counts.undo(lib, first, "Ada", now=NOW)
    store(lib, days(date(2024, 2, 1), [5]), counted="net")
    before = holding(lib)
    with pytest.raises(CountFileError, match="net counts, and these are gross"):
        period_counts.redo(lib, first, "Ada", now=NOW)
    with pytest.raises(CountFileError, match="net counts, and these are gross"):
        store(lib, counts)
    assert holding(lib) == before


@pytest.mark.parametrize("doors", [({}, {"": "front"}), ({"": "front"}, {})])
def test_the_same_file_at_a_door_and_at_the_site_is_not_counted_twice(
    lib: Database, doors: tuple[dict[str, str], dict[str, str]]
) -> None:
    counts = file(days(date(2024, 1, 1), [10, 20]))
    period_counts.put(lib, "lib", new(counts, doors[0]), NOW)
    before = holding(lib)
    with pytest.raises(CountFileError, match="counted twice"):
        period_counts.put(lib, "lib", new(counts, doors[1]), NOW)
    with pytest.raises(CountFileError, match="counted twice"):
        imports.preview(lib, "lib", new(counts, doors[1]), NOW)
    assert holding(lib) == before


@pytest.mark.parametrize("visits", [float("nan"), float("inf"), -1.0])
def test_what_is_no_number_of_people_is_refused(lib: Database, visits: float) -> None:
    with pytest.raises(StoreRefused):
        store(lib, days(date(2024, 1, 1), [10, visits]))
    assert holding(lib) == {}


def test_an_import_at_another_door_is_not_restored_beside_the_first(lib: Database) -> None:
    counts = file(days(date(2024, 1, 1), [10, 20]))
    first = period_counts.put(lib, "lib", new(counts), NOW)
    period_counts.undo(lib, first, "Ada", now=NOW)
    period_counts.put(lib, "lib", new(counts, {"": "front"}), NOW)
    before = holding(lib)
    with pytest.raises(CountFileError, match="counted twice"):
        period_counts.redo(lib, first, "Ada", now=NOW)
    assert holding(lib) == before and period_counts.listing(lib, "lib")[1].undone
    later = file(days(date(2024, 1, 3), [30]))
    period_counts.put(lib, "lib", new(later), NOW)
    assert sum(v for v, _ in holding(lib).values()) == 60, "on other days it may be another door"


def test_a_total_beside_its_columns_is_told_before_it_is_added(lib: Database) -> None:
    store(lib, days(date(2024, 1, 1), [10, 20]))
    columns = days(date(2024, 1, 1), [4, 8], "North") + days(date(2024, 1, 1), [6, 12], "South")
    told = imports.preview(lib, "lib", new(file(columns)), NOW)
    assert [r.text.values["series"] for r in told.remarks if "both are added up" in r.text.english] == ["lib"]


def test_a_file_again_after_a_newer_one_says_that_the_newer_one_holds(lib: Database) -> None:
    counts = days(date(2024, 1, 1), [10, 20])
    first = store(lib, counts)
    newer = store(lib, days(date(2024, 1, 2), [25]))
    told = imports.preview(lib, "lib", new(file(counts)), NOW)
    assert told.corrected == () and told.same == 1, "nothing will change"
    (said,) = [r.text for r in told.remarks if "newer import holds" in r.text.english]
    assert (said.values["number"], said.values["periods"]) == (first, 1)
    assert store(lib, counts) == first and holding(lib)[date(2024, 1, 2)][0] == 25
    period_counts.undo(lib, newer, "Ada", now=NOW)
    assert holding(lib)[date(2024, 1, 2)][0] == 20


def test_a_file_of_some_of_the_doors_is_told_and_their_others_complete_it(db: Database) -> None:
    sites.apply(db, sitefile.parse(SITE + door("back", ("Bakdörr", "Back"))))
    counts = file(days(date(2024, 1, 1), [10, 20]))

    def missing(portal: str) -> list[object]:
        told = imports.preview(db, "lib", new(counts, {"": portal} if portal else {}), NOW)
        return [r.text.values["missing"] for r in told.remarks if "some of the doors" in r.text.english]

    assert (missing("front"), missing("back"), missing("")) == (["back"], ["front"], [])
    period_counts.put(db, "lib", new(counts, {"": "front"}), NOW)
    assert missing("back") == []
    period_counts.put(db, "lib", new(counts, {"": "back"}), NOW)
    assert [v for v, _ in holding(db).values()] == [20, 40]


def test_doors_that_are_not_in_the_definition_do_not_count_from_its_day_on(db: Database) -> None:
    rule = '[[sites.visits]]\nfirst = 2024-01-02\nportals = ["front"]\n'
    sites.apply(db, sitefile.parse(SITE + door("back", ("Bakdörr", "Back")) + rule))
    columns = days(date(2024, 1, 1), [1, 2, 3], "A") + days(date(2024, 1, 1), [10, 20, 30], "B")
    number = period_counts.put(db, "lib", new(file(columns), {"A": "front", "B": "back"}), NOW)
    assert [v for v, _ in holding(db).values()] == [11, 2, 3]
    report = compute_annual(db, "lib", 2024, TODAY)
    assert [(i.days, i.visits) for i in report.imports] == [(3, 16)]
    period_counts.undo(db, number, "Ada", now=NOW)
    period_counts.put(db, "lib", new(file(days(date(2024, 1, 1), [10, 20])), {"": "back"}), NOW)
    assert holding(db) == {date(2024, 1, 1): (10, GATE)}, "of the next day nothing is known"
