"""Opening hours of then, brought with the counts: special days of the site, shown before, undone with it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from besok.files.visit_counts import read
from besok.model import sitefile
from besok.model.calendar import hours_of, hours_text
from besok.model.errors import CountFileError, EditedInPages
from besok.model.site import Site
from besok.services.imports import preview
from besok.services.observed_days import compute_visit_days
from besok.store import period_counts, sites
from besok.store.database import Database
from besok.store.period_counts import NewImport
from besok.text.import_text import periods
from besok.text.languages import speaking
from tests.store.by_day import SITE

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST, MANY = date(2019, 1, 7), 84  # from a Monday on
GATE = "gate"


def file(first: date = FIRST, days: int = MANY, opens: str = "10-19") -> bytes:
    rows = ["Datum;Besök;Öppet"]
    for n in range(days):
        day = first + n * DAY
        shut = day.weekday() == 6 or day == date(2019, 2, 13)
        rows.append(f"{day};{0 if shut else 100 + day.weekday()};{'stängt' if shut else opens}")
    return "\n".join(rows).encode()


def new(data: bytes, source: str = GATE) -> NewImport:
    return NewImport(source=source, file=read(data, "x.csv", {"hours": "Öppet"}), author="Ada", name="x.csv")


def store(db: Database, data: bytes, source: str = GATE) -> int:
    return period_counts.put(db, "lib", new(data, source), NOW)


def place(db: Database) -> Site:
    return sites.load(db, "lib")


def test_they_are_shown_then_hold_and_go_with_the_import(lib: Database) -> None:
    before = sites.export(lib)
    seen = preview(lib, "lib", new(file()), NOW)
    with speaking("sv"):
        told = "\n".join(periods(seen))
    assert "mån–lör 10:00–19:00, sön stängt" in told and "13 feb. 2019" in told
    assert not [one for one in seen.remarks if one.kind == "zero"], (
        "closed, and not a day on which nobody came"
    )
    assert sites.export(lib) == before, "nothing yet"
    number = store(lib, file())
    assert len(place(lib).opening.exceptions) == 2
    assert hours_text(FIRST, place(lib).opening) == "10:00-19:00"
    assert hours_of(date(2019, 2, 13), place(lib)) == (0, 0)
    assert hours_text(FIRST - DAY, place(lib).opening) == hours_text(FIRST - DAY, before.sites[0].opening)
    again = sitefile.parse(sitefile.dump(sites.export(lib)))
    assert again.sites[0].opening == place(lib).opening, "a site file states them"
    period_counts.undo(lib, number, "Kim", now=NOW)
    assert sites.export(lib) == before
    period_counts.redo(lib, number, "Kim", now=NOW)
    assert store(lib, file()) == number and len(place(lib).opening.exceptions) == 2


def test_in_parts_overlapping_and_corrected_they_are_the_same(lib: Database) -> None:
    before = sites.export(lib)
    half = 40
    parts = [store(lib, file(FIRST, half)), store(lib, file(FIRST + (half - 10) * DAY, MANY - half + 10))]
    in_parts = place(lib).opening
    wrong = store(lib, file(opens="11-12"))
    assert hours_text(FIRST, place(lib).opening) == "11:00-12:00"
    period_counts.undo(lib, wrong, "Kim", now=NOW)
    assert place(lib).opening == in_parts
    for number in parts:
        period_counts.undo(lib, number, "Kim", now=NOW)
    assert sites.export(lib) == before
    store(lib, file())
    assert place(lib).opening == in_parts


def test_a_total_is_spread_by_the_hours_of_then(lib: Database) -> None:
    counts = read("Månad;Besök\n2019-02;2400\n".encode(), "m.csv")
    hours = new(file()).file.hours
    period_counts.put(lib, "lib", NewImport(source=GATE, file=replace(counts, hours=hours)), NOW)
    days = {d.day: d for d in compute_visit_days(lib, [place(lib)], NOW.date())}
    assert days[date(2019, 2, 13)].gross == 0, "closed"
    assert sum(d.gross for d in days.values()) == pytest.approx(2400)


def test_a_site_file_does_not_undo_them_unasked_and_a_file_without_a_column_changes_none(
    lib: Database,
) -> None:
    store(lib, file())
    with pytest.raises(EditedInPages):
        sites.apply(lib, sitefile.parse(SITE), now=NOW)
    held = place(lib).opening
    counts = read(file(FIRST + 200 * DAY), "y.csv")
    period_counts.put(lib, "lib", NewImport(source=GATE, file=counts), NOW)
    assert place(lib).opening == held


@pytest.mark.parametrize(
    ("opens", "said"),
    [("02-05", "extend beyond the business day, which begins at 04:00"), ("random", "hardly ever repeat")],
)
def test_hours_that_no_site_has_are_refused_and_nothing_is_stored(
    lib: Database, opens: str, said: str
) -> None:
    found = new(file(opens="10-19" if opens == "random" else opens))
    if opens == "random":
        day = date(2015, 1, 1)
        hours = {day + n * DAY: f"10:{n % 59:02}-19:{n % 53:02}" for n in range(700)}
        found = replace(found, file=replace(found.file, hours=hours))
    with pytest.raises(CountFileError, match=said):
        period_counts.put(lib, "lib", found, NOW)
    assert period_counts.listing(lib, "lib") == [] and not place(lib).opening.exceptions
