"""Files of counts as analysts export them, and as nobody should."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from besok.files.csvfile import Table, parse, read
from besok.files.notation import day, is_month, is_week, moment, number
from besok.model.errors import CountFileError


def counts(table: Table) -> list[tuple[datetime, float | None, float | None]]:
    return [(row.moment(), row.number("in"), row.number("out")) for row in table.rows]


@pytest.mark.parametrize(
    "text",
    [
        "time,in,out\n2026-11-25 08:15,3,1\n",
        "\ufefftime;in;out\r\n2026-11-25T08:15;3;1\r\n",
        "OUT\tIN\tTime\n1\t3\t2026-11-25 08:15:00\n",
        '\n"time","door no","in","out"\n\n"2026/11/25 08:15","a,b","3","1"\n',
        "timestamp|entries|exits\n2026-11-25 08:15| 3,0 | 1\n",
    ],
)
def test_forms_of_the_same(text: str) -> None:
    assert counts(parse(text, ("time", "in", "out"))) == [(datetime(2026, 11, 25, 8, 15), 3, 1)]  # noqa: DTZ001


def test_a_column_serves_once_and_its_own_name_goes_first() -> None:
    table = parse("date,count,visits\n2026-11-25,1,2\n", ("date", "visits"), ("people",))
    assert table.rows[0].texts == {"date": "2026-11-25", "visits": "2", "people": "1"}
    assert parse("time,in,out\n2026-11-25,1,2\n", ("time", "count")).rows[0].number("count") == 1


@pytest.mark.parametrize(
    ("head", "need"),
    [
        ("day,gross,net,coverage,imputed,se,definition,corrected,final", ("date", "visits")),  # of /visits
        ("portal,start,people_in,people_out,coverage,imputed,corrected", ("time", "count")),  # of /flows
        ("ds,y", ("date", "visits")),
        ("Månad;Antal besökare", ("date", "visits")),
    ],
)
def test_columns_that_others_and_our_own_exports_have(head: str, need: tuple[str, str]) -> None:
    assert parse(f"{head}\n{head}\n", need).columns == need


def test_lines_are_told_as_an_editor_counts_them() -> None:
    table = parse("\ntime,in,out\n\n2026-11-25 08:15,3,1\n", ("time",))
    assert table.rows[0].line == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("time,in,out\n", "no counts"),
        ("2026-11-25 08:15,3,1\n2026-11-25 08:30,3,1", "has no column time or in or out"),
        ("time,in\n2026-11-25,3", "has no column out"),
        ("time,in,out\n2026-11-25 08:15,3\n", "line 2: 2 columns"),
        ('time,in,out\n"' + "x" * 200_000 + '",3,1\n', "line 2: field larger"),
    ],
)
def test_what_is_no_table(text: str, said: str) -> None:
    with pytest.raises(CountFileError, match=said):
        parse(text, ("time", "in", "out"))


def test_files(tmp_path: Path) -> None:
    for content in (
        "time,in,out\n2026-11-25,3,1\n".encode("utf-16"),
        "time,in,out,ö\n2026-11-25,3,1,å\n".encode("cp1252"),
    ):
        (tmp_path / "a.csv").write_bytes(content)
        assert len(read(tmp_path / "a.csv", ("time", "in", "out")).rows) == 1
    (tmp_path / "a.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    with pytest.raises(CountFileError, match="is no text"):
        read(tmp_path / "a.csv", ("time",))
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(CountFileError, match="cannot be read"):
            read(path, ("time",))


def test_dots_set_thousands_apart_where_decimals_have_a_comma_and_all_dots_do() -> None:
    def told(*texts: str, between: str = ";") -> list[float | None]:
        lines = [f"2026-11-{n + 1:02}{between}{text}" for n, text in enumerate(texts)]
        return [
            row.number("visits")
            for row in parse("\n".join([f"date{between}visits", *lines]), ("date", "visits")).rows
        ]

    assert told("12.345", "987", "1.234.567", "1.234,5") == [12345, 987, 1234567, 1234.5]
    assert told("12.345", "98.75") == [12.345, 98.75]
    assert told("12.345", between=",") == [12.345]


def test_days_with_dots_have_the_year_last() -> None:
    assert day("25.11.2026", 1) == day("2026-11-25", 1) == day("25.11.2026 08:15", 1)
    assert moment("1.2.2026 8:15", 1) == moment("2026-02-01 08:15", 1)
    table = parse("Datum;Antal besök\n25.11.2026;1.234\n", ("date", "visits"))
    assert (table.rows[0].day(), table.rows[0].number("visits")) == (date(2026, 11, 25), 1234)
    assert day("2026.11.25", 1) == day("2026/11/25", 1) and day("2026-1-5", 1) == date(2026, 1, 5)


def _days(*texts: str) -> list[date]:
    return [
        row.day() for row in parse("\n".join(["date,visits", *(f"{t},1" for t in texts)]), ("date",)).rows
    ]


def test_whether_the_day_or_the_month_comes_first_is_told_by_the_whole_file() -> None:
    assert _days("03/04/2026", "13/04/2026") == [date(2026, 4, 3), date(2026, 4, 13)]
    assert _days("3-4-2026", "4-13-2026", "2026-05-01") == [
        date(2026, 3, 4),
        date(2026, 4, 13),
        date(2026, 5, 1),
    ]
    with pytest.raises(CountFileError, match=r"two orders: '13/04/2026' on line 2, '04/14/2026' on line 3"):
        _days("13/04/2026", "04/14/2026")
    with pytest.raises(
        CountFileError, match="line 2: nobody can tell the day from the month in '03/04/2026'"
    ):
        _days("03/04/2026", "04/04/2026")


@pytest.mark.parametrize(
    ("text", "said"),
    [("45292", "as spreadsheets keep it"), ("2012", "is a year; give the visits of every month"),
     ("2012-Q1", "2026-11 for a month"), ("5 foo 2026", "is no day"), ("31 feb 2026", "is no day"),
     ("24-01-01", "is no day")],
)  # fmt: skip
def test_what_is_no_day_is_told_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(CountFileError, match=f"line 7: .*{said}"):
        day(text, 7)


def test_a_day_and_its_hour_may_be_two_columns() -> None:
    for text in ("date,time,count\n2026-11-25,8:15,3\n", "Datum;Tid;Antal\n25.11.2026;08:15:00;3\n"):
        assert parse(text, ("time", "count")).rows[0].moment() == datetime(2026, 11, 25, 8, 15)  # noqa: DTZ001
    hours = parse("date,hour,count\n2026-11-25,8,3\n2026-11-25,20,4\n", ("time", "count")).rows
    assert [(row.moment().hour, row.number("count")) for row in hours] == [(8, 3), (20, 4)]
    plain = parse("time,hour,count\n2026-11-25 08:15,8,3\n", ("time", "count")).rows[0]
    assert plain.moment() == datetime(2026, 11, 25, 8, 15)  # noqa: DTZ001


def test_months_may_be_words() -> None:
    for text in ("5 Oct 2026", "05-Oct-2026", "5. oktober 2026", "5 October 2026"):
        assert day(text, 1) == date(2026, 10, 5) and not is_month(text)
    assert (
        day("maj 2026", 1) == day("May-2026", 1) == date(2026, 5, 1)
        and is_month("May 2026")
        and is_month("2026-05")
    )


def test_a_date_may_be_two_or_three_columns() -> None:
    months = parse("Year,Month,Visits\n2026,1,3\n2026,12,4\n", ("date", "visits")).rows
    assert [row.texts["date"] for row in months] == ["2026-01", "2026-12"] and months[1].number("visits") == 4
    days = parse("år;månad;dag;besök\n2026;1;5;3\n", ("date", "visits")).rows
    assert days[0].day() == date(2026, 1, 5)
    named = parse("year,month,visits\n2026,2026-03,3\n", ("date", "visits")).rows
    assert named[0].day() == date(2026, 3, 1)


def test_weeks_begin_on_their_monday() -> None:
    for text in (
        "2026-W05",
        "2026W05",
        "2026-w5",
        "W05 2026",
        "w5-2026",
        "Week 5, 2026",
        "vecka 5 2026",
        "2026 v.5",
    ):
        assert day(text, 1) == date(2026, 1, 26) and is_week(text) and not is_month(text)
    assert day("W01 2026", 1) == date(2025, 12, 29) and day("2026-W53", 1) == date(2026, 12, 28)
    assert day("2026-W05-3", 1) == date(2026, 1, 28) and not is_week("2026-W05-3")
    with pytest.raises(CountFileError, match="line 7: '2025-W53' is no week that there is"):
        day("2025-W53", 7)


@pytest.mark.parametrize(
    "text",
    ["year,week,visits\n2026,5,3\n", "Vecka;År;Besök\nv. 5;2026;3\n", "week,visits\n2026-05,3\n",
     "yearweek,visits\n202605,3\n", "Vecka;Besök\n5/2026;3\n", "Week,Visits\nW05 2026,3\n",
     "date,visits\n2026-W05,3\n"],
)  # fmt: skip
def test_a_week_may_be_one_column_or_two(text: str) -> None:
    row = parse(text, ("date", "visits")).rows[0]
    assert row.day() == date(2026, 1, 26) and is_week(row.texts["date"]) and row.number("visits") == 3


def test_a_date_is_believed_before_the_week_beside_it() -> None:
    row = parse("year,week,date,visits\n2026,5,2026-01-28,3\n", ("date", "visits")).rows[0]
    assert row.day() == date(2026, 1, 28)


def test_what_stands_above_the_header_is_passed_over() -> None:
    for above in ("sep=;\n", "Besök 2026\n\n", "# made by a program\n"):
        assert parse(f"{above}date;visits\n2026-11-25;3\n", ("date", "visits")).rows[0].number("visits") == 3


def test_lines_that_are_there_twice_are_counted() -> None:
    assert parse("date,visits\n2026-11-25,3\n2026-11-26,3\n2026-11-25,3\n\n", ("date", "visits")).again == 1


def test_numbers() -> None:
    said = [number(t, 1) for t in ("3", " 3.5 ", "3,5", "1 234", "1\u00a0234", "1e3")]
    assert said == [3, 3.5, 3.5, 1234, 1234, 1000]
    assert [number(t, 1) for t in ("", "NaN", "null", "-", "–", "..", "#N/A")] == [None] * 7
    assert number("Closed", 1) == number("Stängt", 1) == 0
    for text in ("-1", "inf", "1e300", "three", "0x10", "1,2,3", "--"):
        with pytest.raises(CountFileError, match="line 7"):
            number(text, 7)


def test_times() -> None:
    assert moment("2026-11-25T08:15Z", 1) == datetime(2026, 11, 25, 8, 15, tzinfo=UTC)
    assert moment("2026-11-25 08:15:30+01:00", 1).tzinfo == timezone(timedelta(hours=1))
    assert day("2026-11", 1) == date(2026, 11, 1)
    assert day("2026-11-25 00:00:00", 1) == day("2026/11/25", 1) == date(2026, 11, 25)
    for text in ("11/10/2026", "2026-02-30", "", "soon", "2026-11-25 25:00"):
        with pytest.raises(CountFileError, match="line 7"):
            moment(text, 7)
    for text in ("11/10/2026", "25/25/2026", "31.2.2026", "2026-13", "", "0"):
        with pytest.raises(CountFileError, match="line 7"):
            day(text, 7)


def test_thousands_set_apart_are_no_decimals() -> None:
    table = parse(
        'date,visits\n2026-11-25,"1,234"\n2026-11-26,"12,345,678"\n2026-11-27,"1,5"\n', ("date", "visits")
    )
    assert [row.number("visits") for row in table.rows] == [1234, 12_345_678, 1.5]
    others = parse("date;visits\n2026-11-25;1,234\n2026-11-26;987\n", ("date", "visits"))
    assert [row.number("visits") for row in others.rows] == [1234, 987]
    decimals = parse("date;visits\n2026-11-25;1,234\n2026-11-26;0,987\n", ("date", "visits"))
    assert [row.number("visits") for row in decimals.rows] == [1.234, 0.987]
    assert number("12’345", 1) == number("12'345", 1) == 12345


def test_an_hour_of_one_digit_and_swedish_columns() -> None:
    table = parse("Tid;In;Ut\n2026-11-25 8:15;3;1\n", ("time", "in", "out"))
    assert counts(table) == [(datetime(2026, 11, 25, 8, 15), 3, 1)]  # noqa: DTZ001
    assert parse("datum;besök\n2026-11-25;3\n", ("date", "visits")).rows[0].number("visits") == 3


@pytest.mark.parametrize(
    "head", ["date,year,month,visits", "year,date,month,visits", "date,year,month,day,visits"]
)
def test_a_whole_date_is_believed_before_its_parts_beside_it(head: str) -> None:
    told = {"date": "2026-11-25", "year": "2026", "month": "11", "day": "Wednesday", "visits": "3"}
    line = ",".join(told[name] for name in head.split(","))
    (row,) = parse(f"{head}\n{line}\n", ("date", "visits")).rows
    assert row.day("date") == date(2026, 11, 25)


def test_years_in_which_nobody_counts() -> None:
    for text in ("0001-01-01", "9999-12-31"):
        with pytest.raises(CountFileError, match="line 7: the year"):
            day(text, 7)
        with pytest.raises(CountFileError, match="line 7: the year"):
            moment(f"{text} 00:00+05:00", 7)


@pytest.mark.parametrize(
    ("text", "said"),
    [("01/25/2026 12:00:00 AM", (25, 0)), ("01/25/2026 12:30 PM", (25, 12)), ("2026-01-25 5:15 p.m.", (25, 17)),
     ("January 25, 2026 05:00:00 PM", (25, 17)), ("Jan 25 2026 17:00", (25, 17)), ("25 Jan 2026, 8:15", (25, 8)),
     ("Sun 25/01/2026 08:15", (25, 8)), ("söndag 25 januari 2026 08:15", (25, 8)), ("25th January 2026", (25, 0))],
)  # fmt: skip
def test_times_may_have_words(text: str, said: tuple[int, int]) -> None:
    found = moment(text, 1)
    assert (found.year, found.month, found.day, found.hour) == (2026, 1, *said)
    assert day(text, 1) == found.date() and not is_month(text)


def test_halves_of_a_day_and_weekdays_in_whole_files() -> None:
    table = parse("Date,Hour,Count\n01/13/2026,11 PM,3\n01/14/2026,12 AM,4\n", ("time", "count"))
    assert [row.moment() for row in table.rows] == [datetime(2026, 1, 13, 23), datetime(2026, 1, 14, 0)]  # noqa: DTZ001
    assert _days("Fri 02/01/2026", "Tue 13/01/2026") == [date(2026, 1, 2), date(2026, 1, 13)]
    for text in ("2026-01-25 13:00 PM", "2026-01-25 0:30 AM", "Foo 25, 2026"):
        with pytest.raises(CountFileError, match=r"line 7: .*is no time"):
            moment(text, 7)


@pytest.mark.parametrize("text", ["25/11/26", "25.11.26", "25-Nov-26"])
def test_a_year_of_two_digits_is_told(text: str) -> None:
    with pytest.raises(CountFileError, match=r"line 7: .* its year has two digits; write 2026-11-25"):
        day(text, 7)


def test_a_text_over_several_lines_is_not_a_line_that_is_there_twice() -> None:
    text = 'date,visits,note\n2026-11-25,3,"a\nb"\n\n2026-11-26,3,"a\nb"\n2026-11-25,3,"a\nb"\n'
    assert parse(text, ("date", "visits")).again == 1


@pytest.mark.parametrize(
    "head", ["hour_start_local", "Start Time", "Date_Time", "Datum och tid", "start (UTC)"]
)
def test_a_time_may_be_told_by_a_word_of_its_columns_name(head: str) -> None:
    row = parse(f"station,{head},in,visits\nstart,2026-11-25 08:15,3,4\n", ("time", "visits")).rows[0]
    assert row.moment() == datetime(2026, 11, 25, 8, 15) and row.number("visits") == 4  # noqa: DTZ001
    named = parse(f"{head},date,visits\nx,2026-11-25,4\n", ("date", "visits")).rows[0]
    assert named.day() == date(2026, 11, 25), "a column that is called so goes before"
