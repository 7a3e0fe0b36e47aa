"""Files of visits: layouts that libraries have, what is asked, refused, told, and sums to the person."""

import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from besok.files.visit_counts import grid, opening_hours, read
from besok.files.visit_counts.wording import Dialog, option
from besok.model.errors import CountFileError, Unclear
from besok.model.period_counts import CountFile

SWEDISH = "Jan;Feb;Mar;Apr;Maj;Jun;Jul;Aug;Sep;Okt;Nov;Dec"
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def take(text: str | bytes, zone: ZoneInfo | None = None, **answers: str) -> CountFile:
    data = text.encode() if isinstance(text, str) else text
    return read(data, "visits.csv", {key.replace("_", "-"): told for key, told in answers.items()}, zone=zone)


def told(file: CountFile) -> list[tuple[str, str, float]]:
    """Each count as its series, its period and its visits."""
    found = []
    for c in file.counts:
        hour = "" if c.hour is None else f" {c.hour:02}"
        found.append(
            (c.series, f"{c.first}{hour}" if c.first == c.last else f"{c.first}..{c.last}", c.visits)
        )
    return found


def periods(text: str, **answers: str) -> list[str]:
    return [period for _, period, _ in told(take(text, **answers))]


def total(file: CountFile) -> float:
    return sum(count.visits for count in file.counts)


def asked(text: str | bytes, **answers: str) -> tuple[str, list[str]]:
    with pytest.raises(Unclear) as exc:
        take(text, **answers)
    (one,) = exc.value.questions
    return one.key, [c.value for c in one.choices]


def book(*sheets: tuple[str, Sequence[Sequence[Any]]], formats: dict[str, str] | None = None) -> bytes:
    made = openpyxl.Workbook()
    made.remove(made.active)  # type: ignore[arg-type]
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cells, shown in (formats or {}).items():
            for line in sheet[cells]:
                for cell in line:
                    cell.number_format = shown
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def patched(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("Datum;Besök\n2019-01-01;5\n2019-01-02;6\n", "day", ["2019-01-01", "2019-01-02"]),
        ("2019-01-01,5\n2019-01-02,6\n", "day", ["2019-01-01", "2019-01-02"]),
        ("date,visits\n13/01/2019,5\n02/03/2019,6\n", "day", ["2019-01-13", "2019-03-02"]),
        ("date,visits\n1/13/2019,5\n3/2/2019,6\n", "day", ["2019-01-13", "2019-03-02"]),
        ("date,visits\n13/1/19,5\n2/3/19,6\n", "day", ["2019-01-13", "2019-03-02"]),
        ("Date,Visits\n43466,5\n43467,6\n", "day", ["2019-01-01", "2019-01-02"]),
        ("Datum;Tid;Besök\n2019-01-01;08:00;5\n2019-01-01;09:00;6\n", "hour", ["2019-01-01 08", "2019-01-01 09"]),
        ("Datum;Timme;Besök\n2019-01-01;8;5\n2019-01-01;9;6\n", "hour", ["2019-01-01 08", "2019-01-01 09"]),
        ("Time,Count\n2019-01-01 08:00 - 09:00,5\n2019-01-01 09:00 - 10:00,6\n", "hour",
         ["2019-01-01 08", "2019-01-01 09"]),
        ("Datum;08-09;09-10\n2019-01-01;5;6\n", "hour", ["2019-01-01 08", "2019-01-01 09"]),
        ("Vecka;Besök\n2019 v.1;5\n2019 v.2;6\n", "week", ["2018-12-31..2019-01-06", "2019-01-07..2019-01-13"]),
        ("Vecka;Besök\n2019-01;5\n2/2019;6\n", "week", ["2018-12-31..2019-01-06", "2019-01-07..2019-01-13"]),
        ("Week,Visits\n201901,5\n201902,6\n", "week", ["2018-12-31..2019-01-06", "2019-01-07..2019-01-13"]),
        ("Period;2019-01-01 - 2019-03-31;2019-04-01 - 2019-06-30\nBesök;5;6\n", "quarter",
         ["2019-01-01..2019-03-31", "2019-04-01..2019-06-30"]),
        ("År;Vecka;Besök\n2019;1;5\n;2;6\n", "week", ["2018-12-31..2019-01-06", "2019-01-07..2019-01-13"]),
        ("Week starting,Visits\n07/01/2019,5\n14/01/2019,6\n21/01/2019,6\n", "week",
         ["2019-01-07..2019-01-13", "2019-01-14..2019-01-20", "2019-01-21..2019-01-27"]),
        ("Month,Visits\nJan-19,5\nFeb-19,6\n", "month", ["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"]),
        ("Månad;Besök\njanuari-19;5\nfebruari-19;6\n", "month", ["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"]),
        ("Månad;Besök\nmaj 2019;5\nokt 2019;6\n", "month", ["2019-05-01..2019-05-31", "2019-10-01..2019-10-31"]),
        ("Månad;Besök\n2019-01-01;5\n2019-02-01;6\n", "month", ["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"]),
        ("Year,Month,Visits\n2019,January,5\n,February,6\n", "month",
         ["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"]),
        ("Visits in 2019\nMonth,Visits\nJanuary,5\nFebruary,6\n", "month",
         ["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"]),
        ("Quarter,Visits\nQ1 2019,5\nQ2 2019,6\n", "quarter", ["2019-01-01..2019-03-31", "2019-04-01..2019-06-30"]),
        ("År;Kv 1;Kv 2\n2019;5;6\n", "quarter", ["2019-01-01..2019-03-31", "2019-04-01..2019-06-30"]),
        ("Period;Besök\n2019 H1;5\n2:a halvåret 2019;6\n", "half-year",
         ["2019-01-01..2019-06-30", "2019-07-01..2019-12-31"]),
        ("År;Första halvåret;Andra halvåret;Helår\n2019;5;6;11\n", "half-year",
         ["2019-01-01..2019-06-30", "2019-07-01..2019-12-31"]),
        ("Jahr;KW;Besucher\n2019;1;5\n2019;2;6\n", "week", ["2018-12-31..2019-01-06", "2019-01-07..2019-01-13"]),
        ("Tag;Besucher\n1. März 2019;5\n2. Mai 2019;6\n", "day", ["2019-03-01", "2019-05-02"]),
        ("From,To,Visits\n2019-01-01,2019-01-31,5\n2019-02-01,2019-02-28,6\n", "month",
         ["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"]),
        ("From,To,Visits\n2019-01-01,2019-02-01,5\n2019-02-01,2019-03-01,6\n", "month",
         ["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"]),
        ("Period;Besök\n2019-01-01 - 2019-03-31;5\n2019-04-01 - 2019-06-30;6\n", "quarter",
         ["2019-01-01..2019-03-31", "2019-04-01..2019-06-30"]),
        ("År;Besök\n2018;5\n2019;6\n", "year", ["2018-01-01..2018-12-31", "2019-01-01..2019-12-31"]),
        (";2018;2019\nBesök;5;6\n", "year", ["2018-01-01..2018-12-31", "2019-01-01..2019-12-31"]),
        ("Bibliotek;Jan 2019;Feb 2019\nHuvud;5;6\n", "month", ["2019-01-01..2019-01-31", "2019-02-01..2019-02-28"]),
    ],
)  # fmt: skip
def test_periods(text: str, unit: str, said: list[str]) -> None:
    file = take(text)
    assert (file.unit, [period for _, period, _ in told(file)]) == (unit, said)
    assert [c.series for c in file.counts] == [""] * len(said)


@pytest.mark.parametrize(
    ("encoding", "sep"), [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", "\t"), ("utf-16", "|")]
)
def test_encodings_and_separators(encoding: str, sep: str) -> None:
    text = f"Bibliotek{sep}År{sep}Besök\r\nÖrby{sep}2018{sep}5\r\nÖrby{sep}2019{sep}6\r\n"
    assert total(take(text.encode(encoding))) == 11


def test_years_down_and_months_across_with_title_sums_and_a_note() -> None:
    text = (
        f"Besök på stadsbiblioteket\n\nÅr;{SWEDISH};Totalt\n"
        "2018;1 000;1\u00a0100;900;800;700;600;500;600;700;800;900;1 000;9 600\n"
        "2019;1 010;1 100;900;800;700;600;500;600;700;800;900;;8 610\n"
        "Summa;2 010;2 200;1 800;1 600;1 400;1 200;1 000;1 200;1 400;1 600;1 800;1 000;18 210\n"
        "Medel;1 005;1 100;;;;;;;;;;;\nKälla: räknare i entrén\n"
    )
    file = take(text)
    assert (file.unit, len(file.counts), total(file)) == ("month", 23, 18_210)  # December 2019 is not known
    assert [(r.kind, r.row) for r in file.findings] == [
        ("average", 7),
        ("note", 8),
        ("sum", 6),
        ("sum", None),
    ]


@pytest.mark.parametrize(
    ("text", "visits"),
    [
        ("Månad;2018;2019\nJanuari;100;110\nFebruari;90;\nSumma;190;110\n", 300),
        ("Library,2015,2016,Total\nCentral,\"100,000\",\"110,000\",\"210,000\"\nWest,5000,6000,11000\n"
         "Total,\"105,000\",\"116,000\",\"221,000\"\n", 221_000),
        ("Date;Huvudentré;Barnentré;Totalt\n2019-01-01;10;5;15\n2019-01-02;20;6;26\n2019-01-03;30;7;37\n", 78),
        ("Date;A;B;Hela huset\n2019-01-01;10;5;15\n2019-01-02;20;6;26\n2019-01-03;30;7;37\n", 78),
        ("Datum;Entré A in;Entré A ut;Entré B in;Entré B ut\n2019-01-01;10;9;1;2\n2019-01-02;20;21;3;4\n", 34),
        ("Datum;In;Ut;Totalt\n2019-01-01;10;9;19\n2019-01-02;20;21;41\n", 30),
        ("Datum;Besök;Lån;Väder\n2019-01-01;10;9;sol\n2019-01-02;20;21;\n", 30),
        ("Date,Site,Direction,Count\n2019-01-01,A,In,5\n2019-01-01,A,Out,4\n2019-01-02,A,In,6\n", 11),
        (";2018;;2019;\nFilial;Jan;Feb;Jan;Feb\nA;1;2;3;4\nB;5;6;7;8\n", 36),
        ("År,Månad,Filial,Besök\n2019,Januari,A,10\n,,B,20\n,Februari,A,1\n,,B,2\n", 33),
        ("Datum;Besök\n2019-01;100\n2019-02;200\nTotalt 2019;300\n2020-01;5\n2020-02;6\nTotalt 2020;11\nTotalt;311\n",
         311),
        ("Datum;Besök\n2019-01;100\n2019-02;200\n2019;300\n2020-01;11\n", 311),
        ("Datum;Besök\n2026-11-25;1.234\n2026-11-26;950\n2026-11-27;1.234.567\n", 1_236_751),
        ("Datum;Besök\n2026-11-25;1'234\n2026-11-26;2 950\n", 4_184),
        ("2019;" + ";".join(map(str, range(1, 32))) + "\nJan;" + ";".join(["3"] * 31) + "\nFeb;" + ";".join(["2"] * 28),
         149),
        ("Kvartal;Besök\nkv 1 2019;1 234 besök\nkv 2 2019;900 besök\n", 2_134),
        ("Månad;Besök 2019\nJanuari;100\nFebruari;110\nMars;120\nKvartal 1;330\n\nApril;90\nTotalt halvår;420\n", 420),
        ("År;Kvartal;Besök\n2019;kv1;10\n2019;kv2;21\n2019;Helår;31\n", 31),
        ("Besök;Månad\n30;2019-01\n41;2019-02\n", 71),
        ("Datum;Tid;Besök\n2019-03-30;22:00;3\n2019-03-30;23:00;40\n2019-03-30;24:00;5\n2019-03-31;01:00;6\n", 54),
        ("Date,Store Name,Entrance,Exit\n2019-05-01,Lib,30,29\n2019-05-02,Lib,45,44\n", 75),
        ("År;Besök;Besök per öppettimme;Genomsnitt per dag\n2018;100 000;50;300\n2019;110 000;55;310\n", 210_000),
        ("Datum;Besök;Anm\n2019-01-07;300;\n2019-01-08;310;sportlov\n2019-01-09;;trasig\n2019-01-10;290;\n", 900),
        ("Datum;Besök per dag\n2019-01-01;300\n2019-01-02;310\n", 610),
        ("Radetiketter;Summa av Besök\n2018;11\njan;5\nfeb;6\n2019;9\njan;4\nfeb;5\nTotalsumma;20\n", 20),
        ("Row Labels,Visits\n2018,18\nQtr1,11\nJan,5\nFeb,6\nQtr2,7\nApr,7\n2019,4\nQtr1,4\nJan,4\nGrand Total,22\n",
         22),
        ("Månad;Besök\njan;5\nfeb;6\n2018;11\njan;4\nfeb;5\n2019;9\n", 20),
        ("År;Månad;Besök\n2018;;\n;jan;5\n;feb;6\n2019;;\n;mar;7\n", 18),
        (";2018;;2018 Total;2019;;2019 Total;Grand Total\nBranch;Jan;Feb;;Jan;Feb;;\nA;1;2;3;4;5;9;12\n"
         "B;1;1;2;1;1;2;4\n", 16),
        ("Monat;2018;2019;Gesamt\nJänner;10;20;30\nMärz;1;2;3\nDez.;5;6;11\nGesamt;16;28;44\n", 44),
        ("Bibliotek;2018/19;2019/20\nHuvud;10;20\n", 30),
        ("År,1,2,3,4,5,6,Totalt\n2019,6,6,8,6,3,5,34\n", 34),
        ("Månad;Besök\n2010-01;1900\n2010-02;0\nTotalt;1900\n", 1900),
        ("Rapport;Besök\nSkapad;2020-01-02\nPlats;Stadsbiblioteket\n\nDatum;Antal\n2019-01-01;5\n2019-01-02;6\n", 11),
    ],
)  # fmt: skip
def test_sums_to_the_person(text: str, visits: float) -> None:
    try:
        assert total(take(text)) == visits
    except Unclear as exc:
        answers = {"series": "all", "year-begins": "07"}
        assert total(take(text, **{q.key: answers[q.key] for q in exc.questions})) == visits


def test_missing_is_never_zero() -> None:
    assert told(take("Datum;Besök\n2019-01-01;stängt\n2019-01-02;4\n2019-01-03;-\n2019-01-04;\n")) == [
        ("", "2019-01-01", 0),
        ("", "2019-01-02", 4),
    ]


def test_doors_and_branches_are_asked_for_and_keep_their_names() -> None:
    doors = "Date;Huvudentré in;Barnentré in;Huvudentré ut;Barnentré ut\n2019-01-01;10;5;9;4\n2019-01-02;20;6;9;4\n"
    assert asked(doors) == ("series", ["all", "Huvudentré", "Barnentré"])
    assert {c.series for c in take(doors, series="all").counts} == {"Huvudentré", "Barnentré"}
    dashed = "Date,Main - In,Main - Out,Side - In,Side - Out\n2019-01-01,5,4,1,1\n2019-01-02,6,6,2,2\n"
    assert {c.series for c in take(dashed, series="all").counts} == {"Main", "Side"}
    assert told(take(doors, series="barnentré")) == [("", "2019-01-01", 5), ("", "2019-01-02", 6)]
    branches = "Filial;2018;2019\nVäst;1;2\nÖst;3;4\nNord;5;6\n"
    assert total(take(branches, series="Väst|Nord")) == 14
    assert asked("Datum;Besökare;Besök\n2019-01-01;1;2\n")[0] == "series"
    assert asked("Datum;Lån\n2019-01-01;1\n2019-01-02;2\n") == ("series", ["Lån"])


@pytest.mark.parametrize(
    ("text", "key", "answers"),
    [
        ("Date,Visits\n03/04/2019,5\n04/04/2019,6\n", "dates", ["month-first", "day-first"]),
        ("Datum;Besök\n2026-11-25;1.234\n2026-11-26;2.950\n", "decimal", [",", "."]),
        ("Date,Visits\n2019-01-01,5\n2019-02-01,6\n", "period", ["month", "day"]),
        ("Date,Visits\n2019-01-07,5\n2019-01-14,6\n2019-01-28,6\n", "period", ["week-starting", "week-ending", "day"]),
        ("Year,Visits\n2015/16,5\n2016/17,6\n", "year-begins", ["04", "07", "08", "09", "10"]),
        ("Year,Visits\n2009-10,5\n2010-11,6\n", "year-begins", ["04", "07", "08", "09", "10"]),
        ("Month,Visits\nJanuary,5\nFebruary,6\n", "year", []),
        ("År;Besök (tusental)\n2018;12,3\n2019;13,4\n", "thousands", ["thousands", "people"]),
        ("Datum;Besök\n2019-01-01;5\n2019-01-02;trasig\n", "words", ["missing", "zero"]),
        ("Datum;Besök\n2019-01-01;5\n2019-01-01;6\n", "repeated", ["add", "last"]),
        ("Datum;Besök\n2019-01-01;5\n2019-01-01;5\n", "repeated", ["add", "once"]),
        ("Datum;Besök\n2019-01;100\n2019-02;200\nTotalt;301\n", "sums", ["rows"]),
        ("Date;A;B;Totalt\n2019-01-01;10;5;15\n2019-01-02;20;6;27\n", "total", ["parts", "total"]),
        (f"År;{SWEDISH};Totalt\n2018;9;2;3;4;5;6;7;8;9;3;11;12;78\n", "total", ["parts"]),
        ("Start,End,Opened,Visits\n2019-01-01,2019-01-31,2019-01-02,5\n2019-02-01,2019-02-28,2019-02-02,5\n",
         "", []),
        ("Registered,Changed,Visits\n2019-01-01,2019-01-05,5\n2019-01-02,2019-02-05,5\n", "date-column",
         ["Registered", "Changed"]),
        ("Månad;Besök per dag\n2019-01;300\n2019-02;310\n", "means", ["sums"]),
        ("Genomsnittligt antal besök\nMånad;Besök\n2019-01;300\n2019-02;310\n", "means", ["sums"]),
        ("Datum;Ut\n2019-01-01;30\n2019-01-02;40\n", "series", ["Ut"]),
        ("Year,Website visits\n2018,90000\n2019,95000\n", "series", ["Website visits"]),
        ("Datum;Besök\n2019-01-01;trasig\n2019-01-02;15\n2019-01-03;9\n", "words", ["missing", "zero"]),
        ("År;Jan;Feb;Mar\n2019;5;6;trasig\n", "words", ["missing", "zero"]),
        ("Läsåret 2018\nMånad;Besök\nNovember;5\nDecember;9\nJanuari;4\n", "new-year", ["next", "same"]),
        ("Besök 2018\nVecka;Besök\nv51;5\nv52;9\nv1;4\n", "new-year", ["next", "same"]),
        ("Tid;Besök\n"
         "2019-01-01 08:00;5\n2019-01-01 08:15;6\n2019-01-01 08:30;6\n2019-01-01 08:45;6\n2019-01-01 09:30;6\n",
         "omitted", ["zero", "missing"]),
    ],
)  # fmt: skip
def test_what_is_unclear_is_asked(text: str, key: str, answers: list[str]) -> None:
    if not key:
        assert take(text).unit == "month"
        return
    assert asked(text) == (key, answers)
    for answer in answers or ["2019"]:
        try:
            assert take(text, **{key: answer}).counts
        except Unclear as exc:  # the next question
            assert [one.key for one in exc.questions] != [key]


def test_answers_decide() -> None:
    assert told(take("Datum;Besök\n2019-01-01;5\n2019-01-01;6\n", repeated="last")) == [("", "2019-01-01", 6)]
    school = "Månad;2018/19;2019/20\n" + "".join(
        f"{m};{n};{n}\n" for n, m in enumerate(("nov", "dec", "jan"), 1)
    )
    assert periods(school, new_year="next")[::5] == ["2018-11-01..2018-11-30", "2020-01-01..2020-01-31"]
    thousands = "År;Besök (tusental)\n2018;12,3\n2019;13,4\n"
    assert total(take(thousands, thousands="thousands")) == pytest.approx(25_700)
    ambiguous = "Date,Visits\n03/04/2019,5\n04/04/2019,6\n"
    assert periods(ambiguous, dates="day-first") == ["2019-04-03", "2019-04-04"]
    assert periods(ambiguous, dates="month-first") == ["2019-03-04", "2019-04-04"]
    assert periods("Year,Visits\n2015/16,5\n2016/17,6\n", year_begins="04")[0] == "2015-04-01..2016-03-31"
    for wrong in ({"dates": "year-first"}, {"dates": "day-first", "sheet": "x"}):
        with pytest.raises(
            CountFileError, match=r"not an answer to “dates”|nothing in this file asks for “sheet”"
        ):
            take(ambiguous, **wrong)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("foo;bar\na;b\n", "no table with times and counts"),
        (b"\0\1\2", "neither text nor a workbook"),
        ("a,b\0\n1,2", "neither text nor a workbook"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\xd0\xcf\x11\xe0xxx", "old or a protected workbook"),
        ('[{"date": "2019-01-01", "visits": 5}]', "is JSON"),
        ("<html><table><tr><td>1", "is a web page"),
        ("Date,Visits\n2019-01-01,\"1\n2019-01-02,4\n", "quotation marks"),
        ("Datum;Besök\n2019-01-01;12x\n2019-01-02;9\n", "row 2: “12x” is not a number"),
        ("Date,Visits\n2019-01-01,=1+1\n2019-01-02,4\n", "row 2: “=1\\+1” is not a number"),
        ("Datum;Besök\n2019-01-01;-5\n2019-01-02;9\n", "line 2: '-5' people cannot be"),
        ("Date,Visits\n2026-11-25,1,234\n2026-11-26,999\n", "row 2 has 3 cells below 2 headings"),
        ("Date,Visits\n03/04/2019,5\n14/04/2019,6\n04/15/2019,7\n", "in different orders.*export the file again"),
        ("Datum;Besök\n2019-01-01;5\n2019-02-30;6\n", "row 3: “2019-02-30” is not a date like the others"),
        ("Datum;Besök\n2019-01-01;5\n;60\n2019-01-03;7\n", "row 3 has counts and no date"),
        ("Namn;Lån\nA;1\nB;2\n", "gives the time of the counts"),
        ("From,To,Visits\n2019-01-01,2019-01-31,5\n2019-01-15,2019-02-28,6\n", "row 3: the time from .* overlaps"),
        ("From,To,Visits\n2019-01-31,2019-01-01,5\n2019-02-01,2019-02-28,6\n", "row 2: .* ends before it begins"),
        ("Datum;Besök\n3019-01-01;5\n3019-01-02;6\n", "gives the time"),
        ("År;Besök\n2017;100 000\n2018;98 000*\n2019;101 000\n", r"row 3: “98 000\*” is not a number"),
        ("Filial;2018;2019\nA;10*;12\nB;20;22\nC;1;2\n", r"row 2: “10\*” is not a number"),
        ("År;Period;Besök\n2018;Kv 1;60\n2018;Kv 2;61\n2019;Jan;10\n2019;Feb;14\n2019;Mar;13\n2019;Apr;1\n2019;Maj;9\n",
         "row 2 gives 60 as a sum, and no rows right above or below it add up to that"),
        ("Etiketter;Besök\n2018;12\njan;5\nfeb;6\n", "row 2 gives 12 as a sum"),
        ("Månad;Besök\n2018;11\njan;5\nfeb;6\n2019;9\n", "neither begins nor ends with one"),
        ("Year,Visits\nFY22,5\nFY23,6\n", "row 2: “fy22” does not say in which year it begins"),
        ("Månad;2018/19\nJan;5\nFeb;6\nMar;7\n", "“2018/19” does not say of which of its years each month is"),
        ("Termin;Besök\nVT 2022;5\nHT 2022;6\n", "“VT 2022” is not a known one"),
        ("Månad;Besök;;Månad;Besök\nJan;5;;Jan;7\nFeb;6;;Feb;8\n", "“Månad” are side by side"),
        (
            "Datum;Besök;;Datum;Besök\n2019-01-01;5;;2019-02-01;9\n2019-01-02;6;;2019-02-02;9\n",
            "“Datum” are side by side",
        ),
        ("Datum;Besök\n2019-01-01;2019 besök\n2019-01-02;15 besök\n", "row 2: “2019 besök” is not a number"),
        ("Datum;Tid;Besök\n2019-01-01;25:00;5\n2019-01-01;26:00;6\n", "no valid time of day"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_its_row(text: str | bytes, said: str) -> None:
    with pytest.raises(CountFileError, match=said) as exc:
        take(text)
    assert exc.value.message is not None  # pages translate it


def test_times_become_hours_of_the_site() -> None:
    quarters = "Time,In\n" + "".join(f"2019-01-01 08:{m:02},{m}\n" for m in (0, 15, 30, 45))
    assert told(take(quarters)) == [("", "2019-01-01 08", 90)]
    assert told(take("Time,In\n2019-07-01T22:00:00Z,5\n2019-07-01T23:00:00Z,6\n", STOCKHOLM)) == [
        ("", "2019-07-02 00", 5),
        ("", "2019-07-02 01", 6),
    ]
    autumn = "Time,In\n" + "".join(f"2019-10-27 0{h}:00,{n}\n" for n, h in enumerate((1, 2, 2, 3)))
    assert told(take(autumn, STOCKHOLM)) == [
        ("", "2019-10-27 01", 0), ("", "2019-10-27 02", 3), ("", "2019-10-27 03", 3),
    ]  # fmt: skip
    assert asked(autumn)[0] == "repeated"


def test_workbooks() -> None:
    day = date(2019, 1, 1)
    rows = [["Besök"], [], ["Datum", "Besök"], [day, 5], [date(2019, 1, 2), None], [date(2019, 1, 3), 7.0]]
    plain = book(("Blad1", rows))
    assert told(take(plain)) == [("", "2019-01-01", 5), ("", "2019-01-03", 7)]
    months = book(("a", [["", "Besök"], [day, 5], [date(2019, 2, 1), 6]]), formats={"A2:A3": "mmm-yy"})
    assert take(months).unit == "month"
    times = book(("a", [["Datum", "Tid", "Besök"], [day, time(8), 5], [day, time(9), 6]]))
    assert [period for _, period, _ in told(take(times))] == ["2019-01-01 08", "2019-01-01 09"]
    eight = datetime(2019, 1, 1, 8)  # noqa: DTZ001
    late = book(("a", [["Tid", "Besök"], [eight, 5], [eight + timedelta(minutes=59, seconds=59.999), 6]]))
    assert [period for _, period, _ in told(take(late))] == ["2019-01-01 08", "2019-01-01 09"]
    decimals = book(("a", [["År", "Besök"], [2015, 1.234], [2016, 2000], [2017, "1 234 567"]]))
    assert total(take(decimals)) == pytest.approx(1_236_568.234)
    mixed = book(("a", [["Datum", "Besök"], [day, 5], ["13/01/2019", 6]]))
    with pytest.raises(CountFileError, match="different orders"):
        take(mixed)


def test_tables_of_years_below_each_other() -> None:
    text = "2018\nMånad;Besök\nJanuari;5\nFebruari;4\nSumma;9\n\n2019\nMånad;Besök\nJanuari;6\nFebruari;7\nSumma;13\n"
    file = take(text)
    assert [(period[:7], visits) for _, period, visits in told(file)] == [
        ("2018-01", 5), ("2018-02", 4), ("2019-01", 6), ("2019-02", 7),
    ]  # fmt: skip
    pages = "Datum;Besök\n2019-01-01;5\n2019-01-02;6\nDatum;Besök\n2019-01-03;7\n"
    assert total(take(pages)) == 18


@pytest.mark.parametrize(
    ("text", "said", "kind"),
    [
        ("Date;1;2;3;4;5\n2019-01-01;9;2;3;4;5\n2019-01-02;1;2;3;4;5\n", {"1", "2", "3", "4", "5"}, "day"),
        ("Datum;8;9;10;11;12\n2019-01-01;9;2;3;4;5\n2019-01-02;1;2;3;4;5\n", {""}, "hour"),
    ],
)
def test_heads_of_figures_are_doors_or_hours(text: str, said: set[str], kind: str) -> None:
    file = take(text, series="all") if kind == "day" else take(text)
    assert ({c.series for c in file.counts}, file.unit) == (said, kind)


def test_times_are_ends_where_their_head_says_so() -> None:
    file = take("End time,Visits\n2019-01-01 09:00,10\n2019-01-01 10:00,12\n2019-01-02 00:00,1\n")
    assert [period for _, period, _ in told(file)] == ["2019-01-01 08", "2019-01-01 09", "2019-01-01 23"]
    with pytest.raises(CountFileError, match=r"row 4: .* has no time of day, as others have"):
        take("Time,Visits\n2019-01-01 09:00,10\n2019-01-01 10:00,12\n2019-01-01,22\n")
    midnight = datetime(2019, 1, 1)  # noqa: DTZ001
    rows = [["Tid", "Besök"], *([midnight + timedelta(hours=h), 9 - h] for h in range(5))]
    assert [c.hour for c in take(book(("a", rows))).counts] == [0, 1, 2, 3, 4]


def test_sheets_of_years() -> None:
    rows = [["Månad", "Besök"], ["Januari", 5], ["Februari", 4]]
    years = book(("2018", rows), ("2019", rows), ("Info", [["text"]]))
    assert asked(years) == ("sheets", ["2018", "2019"])
    assert [period for _, period, _ in told(take(years, sheets="2018|2019"))][2] == "2019-01-01..2019-01-31"


def test_a_sheet_a_month() -> None:
    data = book(
        *((f"{month} 2019", [["Dag", "Besök"], [1, 5], [2, 3], [3, 4]]) for month in ("Januari", "Mars"))
    )
    file = read(data, "visits.xlsx", {"sheets": "Januari 2019|Mars 2019"})
    assert [str(c.first) for c in file.counts][::3] == ["2019-01-01", "2019-03-01"] and total(file) == 24


def test_a_formula_without_a_result_is_refused() -> None:
    with pytest.raises(CountFileError, match=r"cell B3 of .* is a formula without a result"):
        take(book(("a", [["Datum", "Besök"], [date(2019, 1, 1), 5], [date(2019, 1, 2), "=B2+1"]])))


def test_hostile_workbooks() -> None:
    small = book(("a", [["Datum", "Besök"], [date(2019, 1, 1), 5], [date(2019, 1, 2), 6]]))
    sheet = "xl/worksheets/sheet1.xml"
    entity = b'<!DOCTYPE l [<!ENTITY a "1">]>'
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        archive.writestr(sheet, bytes(12_345_678))
    honest = (12_345_678).to_bytes(4, "little")
    sizes = {n: packed.getvalue().replace(honest, n.to_bytes(4, "little")) for n in (1 << 30, 9)}
    for data, said in (
        (sizes[1 << 30], "unpacks to more than 200 MB"),
        (sizes[9], "damaged workbook"),
        (patched(small, sheet, lambda d: entity + d.replace(b"<v>5</v>", b"<v>&a;</v>")), "damaged workbook"),
        (patched(small, sheet, lambda d: d[: len(d) // 2]), "damaged workbook"),
        (patched(small, sheet, lambda d: d.replace(b'r="3"', b'r="1048576"')), "more than"),
        (small[:300], "damaged workbook"),
        (b"PK\3\4" + b"x" * 100, "damaged workbook"),
        (b"x" * (33 << 20), "larger than 32 MB"),
    ):
        with pytest.raises(CountFileError, match=said):
            take(data)


def test_a_wrong_dimension_hides_no_rows() -> None:
    small = book(("a", [["Datum", "Besök"], [date(2019, 1, 1), 5], [date(2019, 1, 2), 6]]))
    told_small = patched(
        small, "xl/worksheets/sheet1.xml", lambda d: d.replace(b'ref="A1:B3"', b'ref="A1:B2"')
    )
    assert total(take(told_small)) == 11


def test_hostile_names_are_cleaned_and_kept_short() -> None:
    text = f"Datum;\u202e<script>\x07;{'x' * 5000}\n2019-01-01;5;1\n2019-01-02;6;2\n"
    _, names = asked(text)
    assert all(name.isprintable() and len(name) <= 60 for name in names)


def test_many_rows_have_an_answer_and_their_sum() -> None:
    rng = random.Random(1)
    values = [rng.randrange(100) for _ in range(4_000)]
    begin = datetime(2000, 1, 1)  # noqa: DTZ001
    rows = (f"{begin + timedelta(hours=n):%d/%m/%Y;%H:%M};{visits}" for n, visits in enumerate(values))
    file = take("Datum;Tid;Besök\n" + "\n".join(rows))
    assert (file.unit, len(file.counts), total(file)) == ("hour", 4_000, sum(values))


def test_sums_between_thousands_of_rows_are_checked_at_once() -> None:
    rows = [f"2019-{n // 28 % 12 + 1:02}-{n % 28 + 1:02};{n // 336};5\n" for n in range(8_000)]
    text = "Datum;Timme;Besök\n" + "".join(f"{a}{b}Summa;;10\n" for a, b in batched(rows))
    assert total(take(text)) == 40_000
    key, _ = asked(text.replace("Summa;;10", "Summa;;11"))
    assert key == "sums"


def batched(rows: Sequence[str]) -> Iterator[tuple[str, str]]:
    return zip(rows[::2], rows[1::2], strict=True)


def test_more_rows_than_anybody_counted_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "ROWS", 1_000)
    with pytest.raises(CountFileError, match="more than 1\u00a0000 rows; split it"):
        take("Datum;Besök\n" + "2019-01-01;1\n" * 1_002)


def test_running_totals_are_asked_about_and_differenced() -> None:
    readings = [1000 + 7 * n + n % 3 for n in range(20)]
    rows = "".join(f"{date(2019, 1, 1) + timedelta(days=n)},{r}\n" for n, r in enumerate(readings))
    assert asked("Date,Visits\n" + rows) == ("running-total", ["yes", "no"])
    assert total(take("Date,Visits\n" + rows, running_total="no")) == sum(readings)
    named = "Date,Gate reading\n" + rows
    assert asked(named) == ("read-at", ["closing", "opening"])
    closing, opening = (take(named, read_at=when) for when in ("closing", "opening"))
    assert total(closing) == total(opening) == readings[-1] - readings[0]
    assert (closing.counts[0].first, opening.counts[0].first) == (date(2019, 1, 2), date(2019, 1, 1))
    assert "running" in {remark.kind for remark in closing.findings}


@pytest.mark.parametrize(
    ("text", "layout", "answers", "said"),
    [
        ("recordDate_hour_1,zoneId,sumins,sumouts\n2025-12-01T11:00:00.000Z,7,17,7\n2025-12-01T12:00:00.000Z,7,5,9\n",
         "Vea", {}, [("", "2025-12-01 12", 17), ("", "2025-12-01 13", 5)]),
        ("Interval start,Interval stop,Camera serial number,Name,In,Out\n"
         "2017-05-01 08:00:00,2017-05-01 09:00:00,00408C,Door,3,4\n"
         "2017-05-01 09:00:00,2017-05-01 10:00:00,00408C,Door,5,4\n",
         "Axis", {}, [("", "2017-05-01 08", 3), ("", "2017-05-01 09", 5)]),
        ("date,gate_start,gate_end\n2026-01-15,1000,1040\n2026-01-16,1040,1100\n2026-01-17,,\n",
         "LibInsight", {"gate": "readings"}, [("", "2026-01-15", 40), ("", "2026-01-16", 60)]),
        ("date,gate_start,gate_end\n2026-01-15 08:00,42,38\n2026-01-15 09:00,57,51\n",
         "LibInsight", {"gate": "counts"}, [("", "2026-01-15 08", 42), ("", "2026-01-15 09", 57)]),
    ],
)  # fmt: skip
def test_counting_systems(text: str, layout: str, answers: dict[str, str], said: list[Any]) -> None:
    file = take(text, STOCKHOLM, **answers)
    assert (file.layout, told(file)) == (layout, said)


def test_a_gate_that_was_set_back_is_refused() -> None:
    with pytest.raises(CountFileError, match="row 3: the reading at the end is lower"):
        take("date,gate_start,gate_end\n2026-01-15,1000,1040\n2026-01-16,1040,3\n", gate="readings")


def test_readings_within_a_day_give_hours() -> None:
    begin = datetime(2019, 1, 1, 8)  # noqa: DTZ001
    rows = [(begin + timedelta(days=d, hours=h), 5000 + 100 * d + 9 * h) for d in range(3) for h in range(10)]
    text = "Time,Counter reading\n" + "".join(f"{at:%Y-%m-%d %H:%M},{read}\n" for at, read in rows)
    file = take(text)
    assert total(file) == rows[-1][1] - rows[0][1]
    assert told(file)[0] == ("", "2019-01-01 08", 9)
    assert told(file)[9] == ("", "2019-01-01 17", 19)  # what came between closing and opening


def test_years_that_run_over_a_new_year() -> None:
    across = "År;Jul;Aug;Sep;Okt;Nov;Dec;Jan;Feb;Mar;Apr;Maj;Jun\n2017;7;8;9;8;7;6;1;2;3;4;5;6\n"
    assert asked(across) == ("new-year", ["next", "same"])
    assert [p[:7] for p in periods(across, new_year="next")] == [
        *(f"2017-{m:02}" for m in range(7, 13)), *(f"2018-{m:02}" for m in range(1, 7)),
    ]  # fmt: skip
    assert periods(across, new_year="same")[0] == "2017-01-01..2017-01-31"
    for heads in (
        ";2009/10;;;\nFilial;Nov;Dec;Jan;Feb\nA;5;6;7;8\n",
        "År;Nov;Dec;Jan;Feb\n2009/10;5;6;7;8\n",
    ):
        assert [p[:7] for p in periods(heads, new_year="next")] == [
            "2009-11",
            "2009-12",
            "2010-01",
            "2010-02",
        ]
    down = "År;Månad;Besök\n2017/18;November;5\n;December;9\n;Januari;4\n2018/19;November;6\n"
    assert [p[:7] for p in periods(down, new_year="next")] == ["2017-11", "2017-12", "2018-01", "2018-11"]
    for order in (
        "Januari Februari Mars",
        "Mars Februari Januari",
        "April Augusti December Februari Januari Juni",
    ):
        rows = "".join(f"2019;{month};{n + 5}\n" for n, month in enumerate(order.split()))
        assert {p[:4] for p in periods("År;Månad;Besök\n" + rows)} == {"2019"}


def test_growing_years_are_no_running_total() -> None:
    assert (
        take("Year,Visits\n" + "".join(f"{2012 + n},{100_000 + 20_000 * n}\n" for n in range(9))).unit
        == "year"
    )


def test_answers_are_listed_where_one_is_wrong() -> None:
    choices = [option("apple", "red"), option("pear", "green")]
    assert Dialog({"fruit": "Pear"}).ask("fruit", "Which?", choices) == "pear"
    with pytest.raises(CountFileError, match=r"did you mean \"pear\".*apple, pear"):
        Dialog({"fruit": "peer"}).ask("fruit", "Which?", choices)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=24), st.sampled_from([" ", "\u00a0", ".", ""]))
def test_whatever_is_written_by_month_is_read_back(values: list[int], thousands: str) -> None:
    lines = [
        f"{2010 + n // 12}-{n % 12 + 1:02};{f'{v:,}'.replace(',', thousands)}" for n, v in enumerate(values)
    ]
    text = "Månad;Besök\n" + "\n".join(lines) + f"\nTotalt;{f'{sum(values):,}'.replace(',', thousands)}\n"
    answers: dict[str, str] = {}
    while True:
        try:
            file = take(text, **answers)
            break
        except Unclear as exc:
            (one,) = exc.questions
            answers[one.key.replace("-", "_")] = {"decimal": ",", "running-total": "no"}[one.key]
    assert [count.visits for count in file.counts] == values


def test_gate_readings(shared: Path) -> None:
    data = (shared / "data" / "gate_readings/reading_daily.csv").read_bytes()
    assert asked(data)[0] == "words"
    assert asked(data, words="missing")[0] == "read-at"
    assert asked(data, words="missing", read_at="closing") == ("breaks", ["exchanged", "zero"])
    file = take(data, words="missing", read_at="closing", breaks="exchanged")
    readings = [int(line.split(",")[1]) for line in data.decode().split("\n")[1:] if line[11:].isdecimal()]
    steps = [b - a for a, b in pairwise(readings)]
    assert total(file) == sum(step for step in steps if 0 <= step < 5_000)


def test_sums_of_weeks_between_days_and_days_as_they_are_spoken() -> None:
    days = "den 5 januari 2026;10\nlördag den 10 januari 2026;7\nSumma vecka 2;17\n"
    more = "den 12 januari 2026;4\nDelsumma v. 3;4\nTotalt januari;21\n"
    assert total(take(f"Dag;Besök\n{days}{more}")) == 21
    assert periods(f"Dag;Besök\n{days}{more}")[0].startswith("2026-01-05")


OPEN_DAYS = (
    "Datum;Besök;Öppet\n2019-01-02;120;10-19\n2019-01-03;130;10.00–19.00\n2019-01-05;;stängt\n2019-01-06;7;\n"
)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (OPEN_DAYS, "Öppet"),
        ("Date,Opens,Closes,Visits\n2019-01-02,10:00,19:00,120\n2019-01-03,10 am,7 pm,130\n2019-01-05,closed,,\n"
         "2019-01-06,,,7\n", "Opens|Closes"),
    ],
)  # fmt: skip
def test_opening_hours_beside_the_counts_are_offered_and_never_taken_unasked(text: str, column: str) -> None:
    found = read(text.encode(), "x.csv")
    ((offer,), counts) = found.offers, found.counts
    assert [choice.value for choice in offer.choices] == ["", column] and not found.hours
    taken = read(text.encode(), "x.csv", {"hours": column})
    assert taken.counts == counts and sum(c.visits for c in counts) == 257 and not taken.offers
    assert {str(day): hours for day, hours in taken.hours.items()} == {
        "2019-01-02": "10:00-19:00", "2019-01-03": "10:00-19:00", "2019-01-05": "closed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("10-19", "10:00-19:00"), ("9.30 till 17", "09:30-17:00"), ("8-12 och 13-17", "08:00-12:00, 13:00-17:00"),
        ("18-02", "18:00-26:00"), ("10:00:00 - 19:00:00", "10:00-19:00"), ("9 am - 7 pm", "09:00-19:00"),
        ("Closed", "closed"), ("10-10", None), ("25-30", None), ("10-12, 11-13", None), ("10:75-12", None), ("8", None),
        ("öppet", None),
    ],
)  # fmt: skip
def test_opening_hours_as_people_write_them(written: str, said: str | None) -> None:
    assert opening_hours.hours_of(written) == said


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        (OPEN_DAYS.replace("10-19", "10-19h"), "Öppet", "row 2: “10-19h” are not opening hours; write 10-19"),
        (OPEN_DAYS, "Besök|Öppet|Datum", "in one column, or in two"),
        (OPEN_DAYS, "Öppettider", "did you mean"),
        ("Månad;Besök;Öppet\n2019-01;120;10-19\n2019-02;130;10-19\n", "Öppet", "leave the column out"),
        ("Date;Visits;Open\n2019-01-02 10:00;1;10-19\n2019-01-02 11:00;2;10-18\n", "Open", "row 3: 2019-01-02 has"),
    ],
)  # fmt: skip
def test_opening_hours_that_cannot_be_taken_are_refused(text: str, column: str, said: str) -> None:
    with pytest.raises(CountFileError) as refused:
        read(text.encode(), "x.csv", {"hours": column})
    assert said in str(refused.value)
