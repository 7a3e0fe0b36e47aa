"""The ledger as a table: what was exported comes back as it was, and what cannot be is told with its line."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from api.answers import to_csv
from api.routes.ledger import LedgerRow
from besok.files.actions import COLUMNS, LISTS, PLAIN, RESULTS, parse
from besok.model.actions import Action
from besok.model.errors import CalendarFileError
from besok.model.site import Text

CHAIRS = Action(
    site="lib",
    id="chairs",
    title=Text(sv="Stolar", en="Chairs"),
    asked=date(2026, 1, 14),
    answered=date(2026, 2, 20),
    answer=Text(sv="Ja", en="Yes"),
    done_since=date(2026, 4, 5),
)
ODD = Action(
    site="lib",
    id="odd",
    title=Text(sv='=SUM(A1) "citat", å\nrad två', en="- less | more; more"),
    asked_by="staff",
    spaces=("hall", "cafe"),
    weekdays=("sunday", "friday"),
    invented=True,
)


def read(text: str, *standing: Action) -> tuple[Action, ...]:
    return parse(text, "list.csv", standing)


def row(action: Action) -> LedgerRow:
    """Return an action as the exported table has it, with some effect."""
    plain = {column: getattr(action, column) for column in (*PLAIN, *LISTS)}
    texts = {
        f"{key}_{language}": getattr(getattr(action, key), language, "")
        for key in ("title", "answer")
        for language in ("sv", "en")
    }
    results: dict[str, Any] = dict.fromkeys(RESULTS) | {"state": "asked", "share": 0.125}
    return LedgerRow(**plain | texts | results | {"invented": "yes" if action.invented else "no"})


@pytest.mark.parametrize("semicolons", [False, True])
def test_what_is_exported_comes_back_as_it_was(semicolons: bool) -> None:
    text = to_csv([row(CHAIRS), row(ODD)], LedgerRow, semicolons=semicolons)
    assert "'=SUM" in text and "'- less" in text, "no spreadsheet shall compute it"
    assert read(text) == read(text, CHAIRS, ODD) == (CHAIRS, ODD)


def test_every_column_of_the_exported_table_is_known() -> None:
    assert {field.name for field in fields(LedgerRow)} == {*COLUMNS, *RESULTS}


def test_what_the_file_does_not_hold_stays_and_an_empty_cell_empties() -> None:
    (undone,) = read("site,id,undone\nlib,chairs,2026-05-01\n", CHAIRS)
    assert undone == replace(CHAIRS, undone=date(2026, 5, 1))
    (emptied,) = read("site,id,done_since,answered,answer_sv\nlib,chairs,,,\n", CHAIRS)
    assert emptied == replace(CHAIRS, done_since=None, answered=None, answer=None)


def test_one_language_stands_for_both_and_a_title_makes_the_id() -> None:
    (sundays,) = read("site,title_sv\nlib,Öppet längre på söndagar\n")
    both = Text(sv="Öppet längre på söndagar", en="Öppet längre på söndagar")
    assert sundays == Action(site="lib", id="oppet-langre-pa-sondagar", title=both)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("site,title_sv\n\n", "no lines below"),
        ("site,titel_sv\nlib,Stolar\n", 'the column "titel_sv" is not known .did you mean "title_sv"'),
        (
            "site,title_sv,asked\nlib,Chairs,4/1/2026\n",
            'line 2: asked: "4/1/2026" is not possible',
        ),
        ("site,title_sv,asked\nlib,Chairs,0026-01-14\n", "line 2: asked: the year 26 cannot be"),
        (
            "site,title_sv,asked_by\nlib,Chairs,Anna Berg\n",
            'line 2: asked_by: "Anna Berg" is not possible; write',
        ),
        ("site,title_sv,weekdays\nlib,Chairs,someday\n", "line 2: weekdays: .* is not a weekday"),
        ("site,title_sv,invented\nlib,Chairs,perhaps\n", "line 2: invented"),
        ("title_sv\nChairs\n", "line 2: site: is missing"),
        ("site,title_sv,id\nlib,Chairs,Chairs!\n", "line 2: id: .* is not an id"),
        ("site,title_sv\nlib,Chairs\nlib,chairs\n", 'line 3: the id "chairs" is used twice'),
        ("site,title_sv,answer_sv\nlib,Chairs,Yes\n", "line 2: answered: an answer has a text and a day"),
        ("site,id,done_since\nlib,lamps,2026-03-01\n", "line 2: title: is missing"),
        ("site,title_sv,asked\nlib,,2026-03-01\n", "line 2: title: is missing"),
        ('site,title_sv\nlib,"Chairs\nlib,Lamps\n', "close the quotation marks"),
        ("site,title_sv\nlib," + "x" * 2000 + "\n", "line 2: title"),
        ("site,title_sv\nlib,!!!\n", "line 2: id: .* is not an id"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(CalendarFileError, match=said):
        read(text)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(CalendarFileError) as told:
        read("site,title_sv,asked,asked_by\nlib,A,yesterday,Anna\nlib,B,2026-01-01,staff\nlib,C,tomorrow,\n")
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == ["list.csv line 2"] * 2 + [
        "list.csv line 4"
    ]
