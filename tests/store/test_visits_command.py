"""`besok visits`: the preview, the question, storing and undoing, with files as libraries have them."""

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from besok.services.observed_days import compute_visit_days
from besok.store import sites
from besok.store.database import Database
from cli.commands import visits

Ask = Callable[..., tuple[str, str]]
YEARS = "År;Besök\n2022;100 000\n2023;110 000\n2024;120 000\nSumma;330 000\n"


@pytest.fixture
def ask(lib: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ask:
    monkeypatch.setattr(visits, "opened", lambda: nullcontext(lib))

    def run(*words: str, text: str = YEARS) -> tuple[str, str]:
        file = tmp_path / "visits.csv"
        file.write_text(text, "utf-8")
        at = (
            ("import", str(file), "--site", "lib", "--source", "old gate")
            if words[:1] == ("import",)
            else words[:1]
        )
        told = CliRunner().invoke(visits.app, [*at, *words[1:]])
        return told.stdout, str(told.exception or "")

    return run


def stored(db: Database) -> dict[int, float]:
    years: dict[int, float] = {}
    for day in compute_visit_days(db, [sites.load(db, "lib")], date(2026, 3, 1)):
        years[day.day.year] = years.get(day.day.year, 0) + day.gross
    return years


def test_nothing_is_stored_before_somebody_says_so(lib: Database, ask: Ask) -> None:
    out, wrong = ask("import")
    assert "3 counts by year, 2022-01-01 to 2024-12-31: 330,000 visits, gross" in out
    assert "  2023        110,000" in out and "Rows of sums are left out: 1." in out
    assert "Visits in the last 365 days: not known → 119,618 (up to 31 Dec 2024)" in out
    assert "add --yes" in wrong and stored(lib) == {}


def test_years_come_back_as_their_sums_and_can_be_undone(lib: Database, ask: Ask) -> None:
    out, wrong = ask("import", "--yes", "--by", "Ada")
    (number,) = re.findall(r"Stored as import (\d+);", out)
    assert wrong == ""
    sums = {2022: 100_000, 2023: 110_000, 2024: 120_000}
    assert stored(lib) == pytest.approx(sums)
    assert ask("import", "--yes")[1] == "" and stored(lib) == pytest.approx(sums)  # once more is the same
    listed = ask("list", "--site", "lib")[0]
    assert "Ada old gate 2022-01-01 2024-12-31 3 330,000 visits.csv" in " ".join(listed.split())
    assert "is undone" in ask("undo", number, "--by", "Bo")[0] and stored(lib) == {}
    assert ask("list", "--site", "lib")[0].rstrip().endswith("yes     Bo")
    ask("redo", number)
    assert stored(lib) == pytest.approx(sums)


def test_json_is_one_object(ask: Ask) -> None:
    out, wrong = ask("import", "--json")
    seen = json.loads(out)
    assert (seen["rows"], seen["visits"], seen["by_year"]["2023"]) == (3, 330_000, 110_000)
    assert seen["file"][0]["kind"] == "sum" and "import" not in seen and "--yes" in wrong
    number = json.loads(ask("import", "--json", "--yes")[0])["import"]
    (listed,) = json.loads(ask("list", "--site", "lib", "--json")[0])
    assert (listed["id"], listed["source"]) == (number, "old gate")


def test_questions_name_the_option_that_answers(lib: Database, ask: Ask) -> None:
    unclear = "Date,Visits\n03/04/2024,5\n04/04/2024,6\n"
    assert "--answer 'dates=day-first'  03/04/2024 is 2024-04-03" in ask("import", "--yes", text=unclear)[1]
    assert ask("import", "--yes", "--answer", "dates=day-first", text=unclear)[1] == ""
    assert stored(lib) == {2024: 11}


def test_doors_of_series(lib: Database, ask: Ask) -> None:
    doors = "Datum;Norr;Syd\n2024-01-01;5;1\n2024-01-02;6;2\n"
    told = ("import", "--yes", "--answer", "series=all")
    assert "there is no door" in ask(*told, "--portal", "attic", text=doors)[1]
    assert "the file has Norr, Syd" in ask(*told, "--portal", "Väst=front", text=doors)[1]
    assert ask(*told, "--portal", "Norr=front", text=doors)[1] == "" and stored(lib) == {2024: 14}


def test_a_gate_that_counts_both_ways_must_be_said(lib: Database, ask: Ask) -> None:
    rows = "".join(f"2024-01-{day:02},{1000 + 10 * day}\n" for day in range(1, 22))
    gate = f"Date,Gate reading\n{rows}"
    at = ("import", "--yes", "--answer", "read-at=closing")
    assert "--measure passages" in ask(*at, text=gate)[1] and stored(lib) == {}
    assert ask(*at, "--measure", "passages", text=gate)[1] == "" and stored(lib) == {2024: 100}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "--source", " "), "--source is empty"),
        (("import", "--answer", "dates"), "write KEY=VALUE"),
        (("import", "--answer", "x=1"), "nothing in this file asks for"),
        (("import", "--site", "nowhere"), "nowhere"),
        (("undo", "7"), "there is no import 7"),
    ],
)
def test_what_cannot_be_is_refused(ask: Ask, words: tuple[str, ...], said: str) -> None:
    assert said in ask(*words)[1]


def test_files_that_are_not_there(ask: Ask) -> None:
    told = CliRunner().invoke(visits.app, ["import", "/nowhere.csv", "--site", "lib", "--source", "x"])
    assert "/nowhere.csv cannot be read: No such file" in str(told.exception)


def test_doors_that_name_every_series_answer_which_are_of_the_site(lib: Database, ask: Ask) -> None:
    text = "Datum;Norra;Södra\n2024-03-04;100;30\n2024-03-05;120;25\n"
    door = sites.load(lib, "lib").portals[0].id
    out, wrong = ask("import", "--yes", "--portal", f"Norra={door}", "--portal", f"Södra={door}", text=text)
    assert not wrong and "275 visits, gross" in out and stored(lib) == {2024: 275}
    _, wrong = ask("import", "--yes", "--portal", f"Norra={door}", text=text)
    assert "Which of them are visits of this site?" in wrong
