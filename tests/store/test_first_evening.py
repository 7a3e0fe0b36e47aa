"""The first evening of a library without a sensor: its files, and all that *Progress* shows, to the person.

The files are those of real libraries and towns, and layouts as librarians have them; each goes in by the command.
"""

import calendar
import random
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from besok.model import sitefile
from besok.services.progress import get_progress
from besok.services.visits import get_visits
from besok.store import sites
from besok.store.database import Database
from cli.commands import visits
from tests.sitetext import site

DAY = timedelta(days=1)
WEEKDAYS = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
MONTHS = ("Jan", "Febr", "Mars", "April", "Maj", "Juni", "Juli", "Aug", "Sept", "Okt", "Nov", "Dec")


@dataclass(frozen=True, kw_only=True)
class File:
    """A file, what it asks, the sum of its visits, the year to compare with, and the last day."""

    data: bytes
    name: str = "x.csv"
    answers: Mapping[str, str]
    visits: float
    baseline: int
    until: date


def sheets_of_years() -> File:
    """A sheet a year with branches, their total, a title, a sum and a source; and a sheet about something else."""
    rng, book, total = random.Random(1), openpyxl.Workbook(), 0
    assert book.active is not None
    book.active.append(["Kontakt: biblioteket@example.org"])
    for year in (2022, 2023, 2024):
        sheet = book.create_sheet(str(year))
        for row in ([f"Besöksstatistik {year}"], [], ["Månad", "Huvudbiblioteket", "Filial Norr", "Totalt"]):
            sheet.append(row)
        rows = [(rng.randint(5_000, 9_000), rng.randint(500, 900)) for _ in MONTHS]
        for month, row in zip(MONTHS, rows, strict=True):
            sheet.append([month, *row, sum(row)])
        sums = [sum(column) for column in zip(*rows, strict=True)]
        sheet.append(["Summa", *sums, sum(sums)])
        sheet.append(["Källa: larmbågar, avlästa den 1:a varje månad"])
        total += sum(sums)
    return File(
        data=saved(book), name="x.xlsx", answers={"sheets": "2022|2023|2024", "series": "all"}, visits=total,
        baseline=2023, until=date(2024, 12, 31),
    )  # fmt: skip


def quarters() -> File:
    """Years across below merged heads, quarters down, and what they sum to."""
    rng, book = random.Random(2), openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [[rng.randint(20_000, 30_000) for _ in range(4)] for _ in range(4)]
    for row in (["Besök per kvartal"], [None, "Besök"], ["Kvartal", 2021, 2022, 2023, 2024]):
        sheet.append(row)
    sheet.merge_cells("B2:E2")
    for number, row in enumerate(rows, start=1):
        sheet.append([f"kv {number}", *row])
    sheet.append(["Helår", *(sum(column) for column in zip(*rows, strict=True))])
    return File(
        data=saved(book),
        name="x.xlsx",
        answers={},
        visits=sum(map(sum, rows)),
        baseline=2023,
        until=date(2024, 12, 31),
    )


def days_with_hours() -> File:
    """Two doors in and out each day with weekday, opening hours and weather, as days are written in Sweden."""
    rng, total, first = random.Random(3), 0, date(2023, 1, 1)
    rows = ["Datum;Dag;Huvudentré in;Huvudentré ut;Park in;Park ut;Öppet;Väder"]
    for n in range(731):
        day = first + n * DAY
        shut = day.weekday() == 6 or day.month == 7
        main, park = (0, 0) if shut else (rng.randint(200, 500), rng.randint(50, 150))
        hours = "stängt" if shut else "10–15" if day.weekday() == 5 else "9–20"
        rows.append(f"{day:%d/%m/%Y};{WEEKDAYS[day.weekday()]};{main};{main};{park};{park};{hours};sol")
        total += main + park
    return File(
        data="\r\n".join(rows).encode("cp1252"), answers={"series": "all", "hours": "Öppet"}, visits=total,
        baseline=2023, until=date(2024, 12, 31),
    )  # fmt: skip


def calendars() -> File:
    """A calendar of each year on a sheet of its own: days down, months across."""
    rng, book, total = random.Random(4), openpyxl.Workbook(), 0
    book.remove(book.worksheets[0])
    for year in (2023, 2024):
        sheet = book.create_sheet(str(year))
        sheet.append([f"Besök {year}", *MONTHS])
        for day in range(1, 32):
            row = [
                rng.randint(100, 900) if day <= calendar.monthrange(year, month)[1] else None
                for month in range(1, 13)
            ]
            total += sum(filter(None, row))
            sheet.append([day, *row])
    return File(
        data=saved(book),
        name="x.xlsx",
        answers={"sheets": "2023|2024"},
        visits=total,
        baseline=2023,
        until=date(2024, 12, 31),
    )


def branches_in_sections() -> File:
    """Two branches, each with visits and loans below one merged head, and the years between the months."""
    rng, book, total = random.Random(5), openpyxl.Workbook(), 0
    sheet = book.active
    assert sheet is not None
    for row in ([None, "Centrum", None, "Väster", None], ["Månad", "Besök", "Utlån", "Besök", "Utlån"]):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("D1:E1")
    for year in (2023, 2024):
        sheet.append([year])
        for month in MONTHS:
            one, other = rng.randint(3_000, 5_000), rng.randint(300, 500)
            sheet.append([month, one, 70, other, 20])
            total += one + other
    series = "Centrum Besök|Väster Besök"
    return File(
        data=saved(book),
        name="x.xlsx",
        answers={"series": series},
        visits=total,
        baseline=2023,
        until=date(2024, 12, 31),
    )


def saved(book: openpyxl.Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def toronto(shared: Path) -> File:
    data = (shared / "data" / "toronto_libraries/visits_annual.csv").read_bytes()
    counts = [float(v) for line in data.decode().split()[1:] if (v := line.split(",")[2]) and ",AB," in line]
    return File(
        data=data, answers={"series": "AB"}, visits=sum(counts), baseline=2017, until=date(2022, 12, 31)
    )


def newcastle(shared: Path) -> File:
    data = (shared / "data" / "newcastle_city_library/visits_monthly.csv").read_bytes()
    counts = [float(v) for line in data.decode().split()[1:] if (v := line.split(",")[2])]
    return File(data=data, answers={}, visits=sum(counts), baseline=2019, until=date(2023, 3, 31))


def leeds(shared: Path) -> File:
    """Its last two years, of six."""
    head, *lines = (shared / "data" / "leeds_footfall/counts_hourly.csv").read_text().splitlines()
    lines = [line for line in lines if line >= "2013"]
    cells = [line.split(",")[3] for line in lines]
    return File(
        data="\n".join([head, *lines]).encode(),
        answers={"series": "Briggate"},
        visits=sum(map(float, filter(None, cells))),
        baseline=2013,
        until=date(2014, 12, 31),
    )


OWN = (sheets_of_years, quarters, days_with_hours, calendars, branches_in_sections)
REAL = (toronto, newcastle, leeds)


@pytest.fixture
def progress(db: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[File], None]:
    monkeypatch.setattr(visits, "opened", lambda: nullcontext(db))

    def check(file: File) -> None:
        begin, end = date(file.baseline, 1, 1), date(file.baseline, 12, 31)
        target = f"[sites.target]\nbaseline_first = {begin}\nbaseline_last = {end}\ndeadline = 2032-12-31\n"
        sites.apply(db, sitefile.parse(site("lib", hours="10:00-18:00") + target))
        path = tmp_path / file.name
        path.write_bytes(file.data)
        said = [word for key, value in file.answers.items() for word in ("--answer", f"{key}={value}")]
        words = ["import", str(path), "--site", "lib", "--source", "gate", *said, "--yes"]
        told = CliRunner().invoke(visits.app, words)
        assert re.search(r"Stored as import \d+;", told.stdout), (told.stdout, told.exception)
        today = file.until + 15 * DAY
        place = sites.load(db, "lib")
        points = get_visits(db, place, date(1990, 1, 1), today, "year", today=today)
        assert sum(round(p.gross or 0) for p in points) == pytest.approx(file.visits, abs=1)
        way = get_progress(db, "lib", today)
        days = {p.day: p.gross or 0 for p in get_visits(db, place, begin, today, today=today)}
        for shown, last in ((way.baseline_visits, end), (way.last_365, file.until)):
            year = sum(days.get(last - n * DAY, 0) for n in range(365))
            assert shown == pytest.approx(year, rel=0.01), "a day that is not known is as the others"
        assert way.growth is not None or way.left_out, "against a year of the pandemic nothing is compared"
        assert way.standing is not None and way.needed_growth is not None
        assert way.coverage_365 > 0.98 and way.baseline_coverage > 0.98 and way.source_365 == "gate"

    return check


@pytest.mark.parametrize("make", OWN, ids=lambda make: make.__name__)
def test_a_file_as_librarians_have_them(make: Callable[[], File], progress: Callable[[File], None]) -> None:
    progress(make())


@pytest.mark.parametrize("make", REAL, ids=lambda make: make.__name__)
def test_a_file_of_a_real_place(
    make: Callable[[Path], File], shared: Path, progress: Callable[[File], None]
) -> None:
    progress(make(shared))
