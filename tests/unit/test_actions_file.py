"""The ledger as a table: what people's lists look like is understood, what cannot be is told with its line."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime

import pytest

from api.routes.ledger import LedgerRow
from besok.files import actions
from besok.model.actions import Action
from besok.model.errors import CalendarFileError
from besok.model.site import Site, Text
from besok.model.sitefile import parse as parse_sites
from besok.model.views.calendar import ActionEffect
from tests.store.counted import HOUSE

SITES = parse_sites(HOUSE).sites
LIB = SITES[0].id
NOW = datetime(2027, 1, 1, tzinfo=UTC)
SWEDISH = (
    "\ufeffÖnskemål;Vem;Önskat;Besvarat;Svar;Klart;Veckodagar;Kommentar\n"
    "Öppet längre på söndagar;boende;14.1.2026;2026-02-20;Ja, från april;2026-04-05;söndagar;ring Eva\n"
    '"Fler stolar; också mjuka";personalen;2026-03-01;;;;;\n'
)


def read(
    text: str, *standing: Action, sites: tuple[Site, ...] = SITES, site: str | None = LIB
) -> actions.Sheet:
    return actions.parse(text, "list.csv", sites, standing, site, now=NOW)


def test_a_swedish_list_is_understood() -> None:
    sheet = read(SWEDISH)
    sundays, chairs = sheet.actions
    assert sundays == Action(
        site=LIB,
        id="oppet-langre-pa-sondagar",
        title=Text(sv="Öppet längre på söndagar", en="Öppet längre på söndagar"),
        asked=date(2026, 1, 14),
        answered=date(2026, 2, 20),
        answer=Text(sv="Ja, från april", en="Ja, från april"),
        done_since=date(2026, 4, 5),
        weekdays=("sunday",),
    )
    assert (chairs.id, chairs.asked_by, chairs.title.sv) == (
        "fler-stolar-ocksa-mjuka",
        "staff",
        "Fler stolar; också mjuka",
    )
    assert sheet.unread == ('"Kommentar"',)


def test_the_same_file_twice_changes_nothing_and_what_it_does_not_hold_stays() -> None:
    first = read(SWEDISH).actions
    kept = replace(first[0], title=Text(sv=first[0].title.sv, en="Longer hours on Sundays"), spaces=("hall",))
    assert read(SWEDISH, kept, first[1]).actions == (kept, first[1])
    (done,) = read("id;klart\nfler-stolar-ocksa-mjuka;2026-05-01\n", *first).actions
    assert done == replace(first[1], done_since=date(2026, 5, 1))
    (emptied,) = read(f"id,done_since,answered,answer_sv\n{kept.id},,,\n", kept).actions
    assert emptied == replace(kept, done_since=None, answered=None, answer=None)


@pytest.mark.parametrize("semicolons", [False, True])
def test_what_is_exported_comes_back_as_it_was(semicolons: bool) -> None:
    spaces = tuple(space.id for space in SITES[0].spaces[:2])
    odd = Text(sv='=SUM(A1) "citat", å\nrad två', en="- less | more; more")
    standing = (
        *read(SWEDISH).actions,
        Action(
            site=LIB, id="odd", title=odd, spaces=spaces[::-1], weekdays=("sunday", "friday"), invented=True
        ),
    )
    gave = {
        (LIB, "odd"): ActionEffect(
            action="odd", until=date(2026, 9, 1), verdict="more", share=0.125, a_year=4100.0
        )
    }
    text = actions.as_csv(standing, gave, semicolons=semicolons)
    assert "'=SUM" in text and "'- less" in text, "no spreadsheet shall compute it"
    assert ("0,1250" if semicolons else "0.1250") in text
    sheet = actions.parse(text, "list.csv", SITES, standing, now=NOW)
    assert sheet.unread == () and sheet.actions == standing
    again = {a.id: a for a in actions.parse(text, "list.csv", SITES, (), now=NOW).actions}
    assert again["odd"] == replace(standing[2], weekdays=("friday", "sunday"), spaces=tuple(sorted(spaces)))


def test_the_table_of_the_page_is_read_too() -> None:
    head = ",".join(f.name for f in fields(LedgerRow))
    cells = {
        "site": LIB,
        "id": "chairs",
        "title_sv": "'=Stolar",
        "title_en": "Chairs",
        "asked_by": "staff",
        "state": "asked",
    }
    line = ",".join(cells.get(f.name, "") for f in fields(LedgerRow))
    sheet = read(f"{head}\r\n{line}\r\n", site=None)
    assert sheet.unread == ()
    assert sheet.actions == (
        Action(site=LIB, id="chairs", title=Text(sv="=Stolar", en="Chairs"), asked_by="staff"),
    )


def test_spaces_by_name_and_weekdays_as_people_write_them() -> None:
    space = SITES[0].spaces[-1]
    (one,) = read(
        f'title,spaces,weekdays,invented\nLamps,{space.name.sv.upper()},"lör, Sundays tis.",ja\n'.replace(
            "s t", "s|t"
        )
    ).actions
    assert (one.spaces, one.weekdays, one.invented) == ((space.id,), ("tuesday", "saturday", "sunday"), True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("title\n\n", "no lines below"),
        ("a,b\n1,2\n", "names no column that is known"),
        (
            "title,asked\nChairs,4/1/2026\n",
            "line 2: asked: '4/1/2026' is no day, or may be two",
        ),
        ("title,asked\nChairs,14.13.2026\n", "line 2: asked: '14.13.2026' is no day"),
        ("title,asked\nChairs,0026-01-14\n", "line 2: asked: '0026-01-14' is no day"),
        ("title,klart\nChairs,ja\n", "line 2: done_since: 'ja' is no day"),
        ("title,asked\nLamps,2026-01-01\n\nChairs, with arms,2026-01-14\n", "Expected 2 fields in line 4"),
        ("title,who\nChairs,Anna Berg\n", 'line 2: asked_by: "Anna Berg" is no group; .* no names'),
        ("title,spaces\nChairs,attic\n", 'line 2: spaces: there is no space "attic"'),
        ("title,weekdays\nChairs,someday\n", "line 2: weekdays: .* is no weekday"),
        ("title,invented\nChairs,perhaps\n", "neither yes nor no"),
        ("title,site\nChairs,nowhere\n", 'line 2: site: there is no site "nowhere"'),
        ("title,id\nChairs,Chairs!\n", "line 2: id: .* is no id"),
        ("title\nChairs\nchairs\n", 'line 3: "chairs" is also that of line 2'),
        ("title,answer\nChairs,Yes\n", "line 2: answered: an answer has a text and a day"),
        ("title,done,until\nChairs,2026-03-01,2026-02-01\n", "line 2: undone"),
        ("id,done\nchairs,2026-03-01\n", 'line 2: the ledger has no "chairs"; write what was asked for'),
        ("title,asked\n,2026-03-01\n", "line 2: what was asked for is missing"),
        ('title,asked\n"Chairs,2026-03-01\nLamps,2026-03-02\n', "close the quotation marks"),
        ("title,önskemål\nChairs,Stolar\n", 'the columns "title" and "önskemål" are the same'),
        ("title\n" + "x" * 2000 + "\n", "line 2: title"),
        ("title\n!!!\n", "line 2: what was asked for is missing"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(CalendarFileError, match=said):
        read(text)


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(CalendarFileError) as told:
        read("title,asked,who\nA,yesterday,Anna\nB,2026-01-01,staff\nC,tomorrow,\n")
    assert [line.split(":")[0] for line in str(told.value).splitlines()] == ["list.csv line 2"] * 2 + [
        "list.csv line 4"
    ]


def test_what_is_asked_for_or_answered_on_a_day_to_come_is_told_with_its_line() -> None:
    """It is 2027 already where the site is, though not in Greenwich."""
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    text = "title,asked,answered,answer,done_since\nA,2027-01-01,,,2027-04-01\nB,2027-01-02,,,\nC,,2027-02-01,Yes,\n"
    with pytest.raises(CalendarFileError) as told:
        actions.parse(text, "list.csv", SITES, (), LIB, now=late)
    assert str(told.value).splitlines() == [
        "list.csv line 3: asked: 2027-01-02 is still to come; write the day on which it was",
        "list.csv line 4: answered: 2027-02-01 is still to come; write the day on which it was",
    ]


def test_a_file_without_a_site_asks_for_one() -> None:
    with pytest.raises(CalendarFileError, match=f"--site for all lines \\({LIB}"):
        read("title\nChairs\n", site=None)


def test_a_table_is_told_from_toml() -> None:
    named = [actions.is_table("title\n", name) for name in ("a.csv", "-", "a.toml")]
    assert named == [True, True, False]
    assert not actions.is_table('[[actions]]\nid = "a"', "-")
