"""Months as libraries and statistics offices write them."""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from besok.files.csvfile import parse
from besok.files.months import named, short
from besok.files.notation import day, is_month
from besok.model.errors import CountFileError
from cli.main import app
from cli.standalone import series

EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SV = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
      "december")  # fmt: skip
BOTH = [(y, m) for y in (2015, 2016) for m in range(1, 13)]
VISITS = {date(y, m, 1): float(10 * m + y) for y, m in BOTH}


def _read(lines: Iterable[str], head: str = "date,visits", newest: int | None = 2027) -> series.Series:
    return series.parse("\n".join([head, *lines]), "some.csv", newest=newest)


@pytest.mark.parametrize(
    "form",
    [
        lambda y, m: f"{EN[m - 1]}-{y % 100}",
        lambda y, m: f"{EN[m - 1].lower()} {y % 100}",
        lambda y, m: f"{SV[m - 1]}-{y % 100}",
        lambda y, m: f"{EN[m - 1]}. '{y % 100}",
        lambda y, m: f"{m:02}/{y}",
        lambda y, m: f"{m}.{y}",
        lambda y, m: f"{m}-{y}",
        lambda y, m: f"{y}M{m:02}",
        lambda y, m: f"{y}m{m}",
        lambda y, m: f"{y}{m:02}",
        lambda y, m: f"{y} {EN[m - 1].upper()}",
        lambda y, m: f"{EN[m - 1]}/{y}",
    ],
)  # fmt: skip
def test_forms_of_a_month(form: Callable[[int, int], str]) -> None:
    lines = [f"{form(y, m)},{10 * m + y}" for y, m in BOTH]
    for some in (lines, lines[::-1]):
        read = _read(some)
        assert (read.step, dict(read.visits)) == ("M", VISITS)
        assert len(read.notes) == (short(some[0].split(",")[0]) is not None)


def test_two_digits_after_a_month_are_its_year_where_the_lines_show_it_and_that_is_said() -> None:
    read = _read(["Nov-98,1", "Dec-98,2", "Dec-98,3", "Jan-99,4", "Mar-99,5", "Feb-99,6"])
    assert list(read.visits) == [date(1998, 11, 1), date(1998, 12, 1), *(date(1999, m, 1) for m in (1, 2, 3))]
    assert read.visits[date(1998, 12, 1)] == 5
    assert (
        read.notes[0] == "some.csv: Nov-98 and the like are months with their year, from 1998-11 to 1999-03"
    )
    assert list(_read(["Dec-99,1", "Jan-00,2"]).visits) == [date(1999, 12, 1), date(2000, 1, 1)]
    branches = [f"{EN[m]}-{y},{b},5" for b in ("North", "South") for y in (14, 15) for m in range(12)]
    assert set(_read(branches, "month,branch,visits").visits.values()) == {10}
    assert min(_read(["Nov-27,1", "Dec-27,2"]).visits).year == 2027, "a table may have room for the next year"
    assert min(_read(["Nov-28,1", "Dec-28,2"]).visits).year == 1928


@pytest.mark.parametrize(
    "days",
    [
        [f"Jan-{d:02}" for d in range(1, 29)],
        [f"Jan-{d:02}" for d in range(1, 29) for _ in range(4)],  # four doors
        ["Jan-30", "Jan-31", "Feb-01", "Feb-02"],
        ["Jan-15"],
        ["Jan-15", "Jan-16", "Feb-15", "Feb-16"],
    ],
)  # fmt: skip
def test_days_without_a_year_are_no_months(days: list[str]) -> None:
    with pytest.raises(
        CountFileError, match=r"line 2: 'Jan-..' may be a month or a day, the file does not show which"
    ):
        _read(f"{day},5" for day in days)


def test_two_digits_are_no_year_where_nobody_told_which_is_the_last() -> None:
    with pytest.raises(CountFileError, match="may be a month or a day"):
        _read(["Jan-15,1", "Feb-15,2"], newest=None)


def test_dots_of_months_do_not_hide_those_of_thousands_and_others_stay_decimals() -> None:
    for form in ("{}.2015", "0{}/2015", "2015.0{}"):
        read = _read([f"{form.format(m)};{m}.234" for m in (1, 2, 3)], "Månad;Besök")
        assert list(read.visits.values()) == [1234, 2234, 3234]
    assert list(_read(["1.2015;1.2015", "2.2015;1.234"], "Månad;Besök").visits.values()) == [1.2015, 1.234]


@pytest.mark.parametrize("names", [EN, SV, [name.upper() + "." for name in EN], [name[:3] for name in SV]])
def test_a_column_of_months_may_hold_names(names: tuple[str, ...]) -> None:
    for head, mark in (("year,month,visits", ","), ("Besök;Månad;År", ";")):
        order = slice(None, None, 1 if mark == "," else -1)
        lines = [mark.join((str(y), names[m - 1], str(10 * m + y))[order]) for y, m in BOTH]
        assert dict(_read(lines, head).visits) == VISITS
    (row,) = parse(f"year,month,day,visits\n2026,{names[4]},7,3\n", ("date", "visits")).rows
    assert row.day() == date(2026, 5, 7)


@pytest.mark.parametrize(
    "text", ["2015 Q1", "Q1 2015", "2015K1", "2015-q4", "Q1/2015", "kv. 2 2015", "Q3-15"]
)
def test_a_quarter_is_refused_as_what_it_is(text: str) -> None:
    with pytest.raises(CountFileError, match=r"line 2: .* is a quarter of a year; the visits of every"):
        _read([f"{text},5"])


@pytest.mark.parametrize(
    ("head", "line"),
    [("quarter,visits", "2015 Q1,5"), ("Kvartal;Norr;Söder", "2015K1;5;6"), ("year,quarter,visits", "2015,1,5"),
     ("År;Kvartal;Besök", "2015;K1;5"), ("Year,Quarter,North,South", "2015,Q1,5,6")],
)  # fmt: skip
def test_a_column_of_quarters_is_refused_as_what_it_is(head: str, line: str) -> None:
    with pytest.raises(CountFileError, match=r"quarters? of a year.*; the visits of every month are needed"):
        series.parse(f"{head}\n{line}\n", "some.csv", columns=("2",) if "Nor" in head else ())


def test_a_quarter_of_an_hour_beside_a_time_is_none_of_a_year() -> None:
    read = _read(
        [f"2026-01-01 08:{15 * n:02},{n + 1},2" for n in range(4)], "hour_start_local,quarter,visits"
    )
    assert dict(read.visits) == {date(2026, 1, 1): 8}
    assert parse("year,quarter,month,visits\n2026,1,2,5\n", ("date",)).rows[0].day() == date(2026, 2, 1)


@pytest.mark.parametrize(
    "text", ["201513", "180001", "13/2015", "2015M13", "0.2015", "Foo-15", "Mayor 15", "May"]
)
def test_what_is_no_month(text: str) -> None:
    with pytest.raises(CountFileError, match="line 7: "):
        day(text, 7)


def test_names_of_months_are_whole_words() -> None:
    assert [named(word) for word in ("May", "maj", "Sept.", "Juni", "AUGUSTI")] == [5, 5, 9, 6, 8]
    assert not any(named(word) for word in ("Mayfair", "Marina", "Julian", "Decline", "Average", "05", ""))
    assert is_month("Jan-15") and is_month("201501") and not is_month("20150101") and not is_month("15")


def test_how_short_months_were_read_is_said_beside_the_figures(tmp_path: Path) -> None:
    file = tmp_path / "months.csv"
    file.write_text("date,visits\n" + "".join(f"{EN[m - 1]}-{y % 100},{100 + m}\n" for y, m in BOTH), "utf-8")
    told = CliRunner().invoke(app, ["forecast", str(file), "--horizon", "2", "--paths", "100"])
    assert "Jan-15 and the like are months with their year, from 2015-01 to 2016-12" in told.stderr
    assert [line[:10] for line in told.stdout.splitlines()[1:]] == ["2017-01-01", "2017-02-01"]
