"""Files of counts: what is detected, what options state, and what is refused as unclear."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from besok.files.counts import Counts, count_columns, read_columns, read_counts
from besok.files.tables import ReadOptions, read_frame, read_text
from besok.files.written_times import month_named
from besok.model.errors import CountFileError
from cli.main import app
from cli.standalone import events, series

WIDE = "date,North,South,Park\n2026-01-01,1,10,100\n2026-01-02,2,20,\n2026-01-03,3,30,300\n"
MONTHS = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
TWELVE = ",".join(str(n) for n in range(1, 13))
SHORT = "Apr-08,May-08,Jun-08,Jul-08,Aug-08,Sep-08,Oct-08"


def read(text: str, time: str = "date", count: str = "visits", **options: object) -> Counts:
    return read_counts(text, "some.csv", time, count, ReadOptions(**{"totals": False, **options}))  # type: ignore[arg-type]


def values(text: str, *columns: str, **options: object) -> list[float | None]:
    found = read(text, value_columns=columns, **options).values
    return [None if count != count else count for count in found]


def walls(*texts: str, **options: object) -> list[str]:
    quoted = "".join(f'"{text}",1\n' for text in texts)
    return [
        f"{wall:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
        for wall in read(f"date,visits\n{quoted}", **options).times.wall
    ]


@pytest.mark.parametrize(
    "text",
    [
        "time,in,out\n2026-11-25 08:15,3,1\n",
        "\ufefftime;in;out\r\n2026-11-25T08:15;3;1\r\n",
        "OUT\tIN\tTime\n1\t3\t2026-11-25 08:15:00\n",
        '\n"time","door no","in","out"\n\n"2026/11/25 08:15","a,b","3","1"\n',
        "timestamp|entries|exits\n2026-11-25 08:15| 3,0 | 1\n",
        "sep=;\nTid;In;Ut\n2026-11-25 8:15;3;1\n",
        "Counts of the door, by hour\n\nDate,Hour,In,Out\n25.11.2026,08:15,3,1\n",
    ],
)
def test_forms_of_the_same(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, "utf-8")
    times, frame = read_columns(tmp_path / "a.csv", numbers=("in", "out"))
    assert times.wall.tolist() == [datetime(2026, 11, 25, 8, 15)]  # noqa: DTZ001
    assert (frame["in"].tolist(), frame["out"].tolist()) == ([3], [1])


@pytest.mark.parametrize(
    ("head", "time", "count"),
    [
        ("date,count,visits", "date", "visits"),
        ("day,gross,net,coverage,imputed,se,definition,corrected,final", "date", "visits"),  # of /visits
        ("portal,start,people_in,people_out,coverage,imputed,corrected", "time", "count"),  # of /flows
        ("ds,y", "date", "visits"),
        ("Månad;Antal besökare", "date", "visits"),
        ("station,hour_start_local,visits", "time", "visits"),
        ("start (UTC),date,visits", "date", "visits"),
    ],
)
def test_columns_that_others_and_our_own_exports_have(head: str, time: str, count: str) -> None:
    known = {"net": "7", "people_in": "7", "y": "7", "Antal besökare": "7", "visits": "7"}
    dates = {"day", "start", "ds", "Månad", "date", "hour_start_local"}
    sep = ";" if ";" in head else ","
    cells = [known.get(name, "2026-11-25" if name in dates else "x") for name in head.split(sep)]
    found = read(f"{head}\n{sep.join(cells)}\n", time, count)
    assert found.values.tolist() == [7] and found.columns == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("date,visits\n", "has a header and no lines"),
        ("2026-11-25 08:15,3\n2026-11-25 08:30,3", "has no column date"),
        ("when,A\nx,1\n", "no column date; .*--date-column"),
        (
            "start_time,end_time,visits\n2026-01-01,2026-01-02,1\n",
            r"row 2: .* is longer than a day; .*\(--date-column\)",
        ),
        (
            "opened,changed,visits\n2026-01-01,2026-01-02,1\n",
            "Several columns hold times.* Choose one by --date-column",
        ),
        ("date,visits\n2026-11-25,1,234\n", "Expected 2 fields in line 2, saw 3; is the separator right"),
        ("date,visits\n2026-11-25,x\n", r"line 2: 'x' is not a number \(visits\)"),
        ("\ndate,visits\n\n2026-11-25,-1\n", "line 4: '-1' people cannot be"),
        ("date,visits\n2026-11-25,1e300\n", "line 2: '1e300' people cannot be"),
        ("date,A\n2026-01-01,x\n", "has no column visits"),
        (f"date,visits\n2026-01-01,1\n2026{' ' * 100_000}x,1\n", "row 3: .* is not a date"),
        ("year,quarter,visits\n2026,1,2\n", "has quarters|year"),
        ('date,visits\n"2026-01-01,1\n', "close the quotation marks"),
        ("date,visits\n2026-01-01," + "9" * 200_000, "field larger"),
        (WIDE, r"3 columns of counts; choose among North, South, Park: --column 'North'"),
    ],
)
def test_what_is_no_table_is_refused(text: str, said: str) -> None:
    with pytest.raises(CountFileError, match=said):
        read(text)


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        file.write_bytes("time,in,out,ö\n2026-11-25,3,1,å\n".encode(encoding))
        assert list(read_frame(read_text(file), "a").columns) == ["time", "in", "out", "ö"]
    file.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    with pytest.raises(CountFileError, match="is not text"):
        read_text(file)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("2026-11-25", "2026-1-5"), ["2026-11-25", "2026-01-05"]),
        (("2026/11/25", "2026.11.25", "20261125"), ["2026-11-25"] * 3),
        (("25.11.2026 08:15", "1.2.2026"), ["2026-11-25 08:15", "2026-02-01"]),
        (("03/04/2026", "13/04/2026"), ["2026-04-03", "2026-04-13"]),
        (("3-4-2026", "4-13-2026"), ["2026-03-04", "2026-04-13"]),
        (("Fri 02/01/2026", "Tue 13/01/2026"), ["2026-01-02", "2026-01-13"]),
        (("5 Oct 2026", "5. oktober 2026", "5th October 2026"), ["2026-10-05"] * 3),
        (("05-Oct-2026",), ["2026-10-05"]),
        (("January 25, 2026 05:00:00 PM", "Jan 25 2026 17:00"), ["2026-01-25 17:00"] * 2),
        (("söndag 25 januari 2026 08:15", "25 Jan 2026, 8:15"), ["2026-01-25 08:15"] * 2),
        (("01/25/2026 12:00:00 AM", "01/25/2026 12:30 PM"), ["2026-01-25", "2026-01-25 12:30"]),
        (("2026-01-25 5:15 p.m.", "2026-01-25T17:15:30.5Z"), ["2026-01-25 17:15"] * 2),
        (("2015-01", "2015M02", "201503"), ["2015-01-01", "2015-02-01", "2015-03-01"]),
        (("Jan 2015", "maj 2015", "september 2015"), ["2015-01-01", "2015-05-01", "2015-09-01"]),
        (("01/2015", "12/2015"), ["2015-01-01", "2015-12-01"]),
        (("2026-W05", "2026w5", "W05 2026", "Week 5, 2026", "vecka 5 2026", "2026 v.5"), ["2026-01-26"] * 6),
        (("W01 2026", "2026-W53"), ["2025-12-29", "2026-12-28"]),
    ],
)
def test_forms_of_dates(texts: tuple[str, ...], said: list[str]) -> None:
    assert walls(*texts) == said


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("03/04/2026", "04/04/2026"), "Which date is “03/04/2026”.* Give --date-format %d/%m/%Y or"),
        (
            ("13/04/2026", "04/14/2026"),
            "in different orders.*export the file again, with dates as 2026-11-25",
        ),
        (
            ("2026-11-25", "25.11.2026"),
            "“25.11.2026” and “2026-11-25” have day and month in different orders",
        ),
        (("2026-02-30",), "row 2: “2026-02-30” is not a date"),
        (("soon",), "is not a date .* as 2026-11-25 .*or give --date-format"),
        (("",), "row 2 has counts and no date"),
        (("2012",), "of quarters or years; give the visits of every month"),
        (("2012-Q1",), "of quarters or years"),
        (("2026-11-25", "2026-11"), "row 3: “2026-11” is not a date like the others"),
        (("25/11/26",), "Give --date-format"),
        (("Jan-15", "Feb-15"), "row 2: “jan-15” is not a date like the others; .* or give --date-format"),
        (("2025-W53",), "is not a date"),
        (("2026-11-25 25:00",), "no valid time of day"),
        (("2026-11-25 13:00 PM",), "no valid time of day"),
        (("1800-01-01",), "is not a date"),
    ],
)
def test_unclear_dates_are_refused_with_the_option_to_give(texts: tuple[str, ...], said: str) -> None:
    with pytest.raises(CountFileError, match=said):
        walls(*texts)


def test_what_the_reader_takes_a_file_for_is_said(tmp_path: Path) -> None:
    serial = read("date,visits\n45292,1\n45293,2\n")
    assert (
        f"{serial.times.wall.iloc[0]:%Y-%m-%d}" == "2024-01-01"
        and "45292 is read as 2024-01-01" in serial.remarks[0]
    )
    ways = read("when,direction,visits\n2026-01-01,in,5\n2026-01-01,out,4\n")
    assert ways.values.tolist() == [5] and "going out are left out" in ways.remarks[0]
    (tmp_path / "a.csv").write_text("Datum;Dörr;08-09;09-10\n2019-01-01;A;9;2\n2019-01-01;B;1;2\n", "utf-8")
    _, across = read_columns(tmp_path / "a.csv", numbers={"in": "A", "out": "B"})
    assert across["text"].tolist() == [f"2019-01-01 {hour}:00:00" for hour in ("08", "09")]


def test_stated_formats() -> None:
    assert walls("03/04/2026", date_format="%m/%d/%Y") == ["2026-03-04"]
    assert walls("25/11/26 08:15", date_format="%d/%m/%y %H:%M") == ["2026-11-25 08:15"]
    found = read("date,visits\nJan-15,1\nFeb-15,2\n", date_format="%b-%y")
    assert found.times.unit == "M" and found.times.wall.dt.month.tolist() == [1, 2]
    assert read("date,visits\n2026 05,1\n", date_format="%G %V").times.unit == "W"
    with pytest.raises(CountFileError, match="line 3: 'soon' is not written as %Y"):
        walls("2026-01-01", "soon", date_format="%Y-%m-%d")
    for wrong, said in (({"date_format": "%Q"}, "--date-format %Q"), ({"decimal": "x"}, "--decimal x"),
                        ({"sep": "ab"}, "--sep ab")):  # fmt: skip
        with pytest.raises(CountFileError, match=said):
            walls("2026-01-01", **wrong)
    assert values("a~b\n2026-01-01~7\n", "b", sep="~", date_columns=("1",)) == [7]


def test_offsets_put_times_on_the_clock_of_a_place() -> None:
    found = read(
        "date,visits\n2026-01-05T23:30Z,1\n2026-07-05T23:30+00:00,1\n2026-07-05T08:00-0500,1\n"
    ).times
    assert found.offset_s.tolist() == [0, 0, -18000]
    assert [t.hour for t in found.utc()] == [23, 23, 13]
    day = "date,visits\n2026-01-05T23:30Z,1\n2026-01-07T22:30Z,1\n2026-07-05T22:30Z,1\n"
    assert list(series.parse(day, "a", zone="Europe/Stockholm").visits) == [
        date(2026, 1, 6),
        date(2026, 1, 7),
        date(2026, 7, 6),
    ]
    assert "are those of UTC" in series.parse(day, "a").notes[-1]
    assert not series.parse("date,visits\n2024-01-31T00:00Z,5\n2024-02-01T00:00Z,6\n", "a").notes
    with pytest.raises(CountFileError, match="is not a time zone"):
        series.parse(day, "a", zone="Mars")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Year,Month,Visits\n2026,1,3\n", "2026-01-01"),
        ("år;månad;dag;besök\n2026;1;5;3\n", "2026-01-05"),
        ("År;Månad;Besök\n2026;januari;3\n", "2026-01-01"),
        ("year,week,visits\n2026,5,3\n", "2026-01-26"),
        ("Vecka;År;Besök\nv. 5;2026;3\n", "2026-01-26"),
        ("week,visits\n2026-05,3\n", "2026-01-26"),
        ("yearweek,visits\n202605,3\n", "2026-01-26"),
        ("Vecka;Besök\n5/2026;3\n", "2026-01-26"),
        ("year,week,date,visits\n2026,5,2026-01-28,3\n", "2026-01-28"),
        ("date,year,month,day,visits\n2026-11-25,2026,11,Wednesday,3\n", "2026-11-25"),
    ],
)
def test_a_date_may_be_several_columns(text: str, said: str) -> None:
    found = read(text)
    assert f"{found.times.wall.iloc[0]:%Y-%m-%d}" == said and found.values.tolist() == [3]


def test_a_day_and_its_hour_may_be_two_columns() -> None:
    found = read("Date,Hour,Count\n01/13/2026,11 PM,3\n01/14/2026,12 AM,4\n", "time", "count")
    assert [wall.hour for wall in found.times.wall] == [23, 0]
    assert [wall.hour for wall in read("date,hour,count\n2026-11-25,8,3\n", "time", "count").times.wall] == [
        8
    ]
    named = read("a,b,c\n2026-11-25,8:15,3\n", "time", "count", date_columns=("a", "2"), value_columns=("c",))
    assert named.times.wall.iloc[0].minute == 15


@pytest.mark.parametrize(
    ("sep", "texts", "said"),
    [
        (";", ("12.345", "987", "1.234.567"), [12345, 987, 1234567]),
        (";", ("12.345", "1.234,5"), [12345, 1234.5]),
        (";", ("12.345", "98.75"), [12.345, 98.75]),
        (";", ("0,361", "0,402"), [0.361, 0.402]),
        (";", ("1,234", "987"), [1234, 987]),
        (",", ("12.345",), [12.345]),
        (",", ("1,234", "12,345,678"), [1234, 12_345_678]),
        (",", ("1 234", "1\u00a0234", "12’345", "1e3", " 3.5 "), [1234, 1234, 12345, 1000, 3.5]),
        (",", ("", "NaN", "null", "-", "–", "..", "#N/A", "saknas", "Closed", "Stängt"), [None] * 8 + [0, 0]),
    ],
)  # fmt: skip
def test_numbers(sep: str, texts: tuple[str, ...], said: list[float | None]) -> None:
    lines = "".join(f'2026-11-{n + 1:02}{sep}"{text}"\n' for n, text in enumerate(texts))
    assert values(f"date{sep}visits\n{lines}") == said


def test_an_unclear_decimal_sign_is_refused_with_the_option_to_give() -> None:
    for text in ("1,234", "1.234"):
        file = f"date;visits\n2026-11-25;{text}\n2026-11-26;{text}\n"
        with pytest.raises(
            CountFileError, match=r"decimal sign of the column visits is unclear.*give --decimal"
        ):
            values(file)
        assert [values(file, decimal=sign)[0] for sign in (text[1], {",": ".", ".": ","}[text[1]])] == [
            1.234,
            1234,
        ]
    with pytest.raises(CountFileError, match="unclear"):
        values("date;visits\n2026-11-25;1,5\n2026-11-26;2.5\n")


def test_a_column_is_chosen_by_name_or_number_and_several_are_added_up_where_all_were_observed() -> None:
    assert values(WIDE, "south") == values(WIDE, "3") == [10, 20, 30]
    assert values(WIDE, "North", "Park") == values(WIDE, "4", "2") == [101, None, 303]
    assert values(WIDE, "all") == [111, None, 333] and values(WIDE, "North", "2") == [1, 2, 3]
    assert count_columns(WIDE, "a", "date", "visits") == ["North", "South", "Park"]
    head = "year,month,day,weekday,North,South,Totalt,weather\n"
    text = f"{head}2026,1,1,3,1,10,11,rain\n2026,1,2,4,2,20,22,sun\n"
    assert (
        values(text) == values(text, "all") == [11, 22] and count_columns(text, "a", "date", "visits") == []
    )
    twice = "Datum;Norra gatan;A;A\n1.2.2026;1.234;1;2\n2.2.2026;2.345;3;\n3.2.2026;12;;\n"
    assert values(twice, "norra gatan", "4") == [1236, None, None] and values(twice, "A (column 3)") == [
        1,
        3,
        None,
    ]


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        (WIDE, "East", "no column East; choose among date, North, South, Park"),
        (WIDE, "9", "no column 9"),
        (WIDE, "date", "tells the time"),
        ("date,A,A\n2026-01-01,1,2\n", "A", r"several columns A; choose one by its number"),
        ("date,A,B\n2026-01-01,x,2\n", "A", r"line 2: 'x' is not a number \(A\)"),
    ],
)
def test_what_is_said_of_columns(text: str, asked: str, said: str) -> None:
    with pytest.raises(CountFileError, match=said):
        values(text, asked)


def test_messages_are_short_and_move_no_terminal() -> None:
    heads = [f"\x1b[2J{n}{'d' * 100}" for n in range(50)]
    text = f"date,{','.join(heads)}\n2026-01-01{',1' * 50}\n"
    with pytest.raises(CountFileError, match="and 30 more") as told:
        series.parse(text, "wide.csv")
    assert str(told.value).isprintable() and len(str(told.value)) < 2000
    with pytest.raises(CountFileError, match="is not a date") as told:
        read("date,visits\n2026-01-01,1\n\x1b[2J\x07,2\n")
    assert str(told.value).isprintable()
    assert series.parse(text, "wide.csv", options=ReadOptions(value_columns=("7",))).name.isprintable()


def test_repeated_lines_are_named_and_a_text_over_several_lines_is_one() -> None:
    text = 'date,visits,note\n2026-11-25,3,"a\nb"\n\n2026-11-26,3,"a\nb"\n2026-11-25,3,"a\nb"\n'
    assert read(text).repeated == "lines have the same time: 2 and 5 (2026-11-25)"


def test_notes_say_which_columns_were_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "wide.csv"
    file.write_text("date,Briggate\n2026-01-01,5\n2026-01-02,6\n", "utf-8")
    assert series.read(file).notes[0].endswith("those of the column Briggate")
    assert not series.read(file, options=ReadOptions(value_columns=("Briggate",))).notes
    file.write_text(WIDE, "utf-8")
    found = series.read(file, options=ReadOptions(value_columns=("all",)))
    assert found.visits == {date(2026, 1, 1): 111, date(2026, 1, 2): None, date(2026, 1, 3): 333}
    assert found.name.endswith("wide.csv North + South + Park")
    assert "North, South and Park are added up; a day counts only where all" in found.notes[0]
    assert [one.visits[date(2026, 1, 2)] for one in series.read_each(file)] == [2, 20, None]
    hours = [datetime(2026, 1, 5) + timedelta(hours=n) for n in range(48)]  # noqa: DTZ001
    file.write_text(
        "\n".join(["time,A,B", *(f"{hour},{hour.hour % 3},{n % 2 or ''}" for n, hour in enumerate(hours))])
    )
    both = events.read(file, options=ReadOptions(value_columns=("all",)))
    assert both.counts[1] == 2 and "a time counts only where all" in both.note
    monkeypatch.setattr(series, "MOST_SERIES", 2)
    file.write_text(WIDE, "utf-8")
    with pytest.raises(CountFileError, match="3 columns of counts, and 2 can be scored one by one"):
        list(series.read_each(file))


def test_months_in_columns_are_turned() -> None:
    years = f"Year,{MONTHS},Total\n2014,{TWELVE},78\n2015,1,2,3{',' * 10}\nTotal,{TWELVE},78\n"
    found = read(years)
    assert found.values.tolist() == [*range(1, 13), 1, 2, 3] and found.times.unit == "M"
    branches = f"Library,Year,{MONTHS}\nNorth,2014,{TWELVE}\nSouth,2014,{TWELVE}\nNorth,2015,{TWELVE}\n"
    assert values(branches, "North") == [*range(1, 13)] * 2 and count_columns(branches, "a", "date", "visits")
    assert values(branches, "all")[-1] is None
    short = f"Library,{SHORT}\nNorth,1,2,3,4,5,6,7\nSouth,1,1,1,1,1,1,\n"
    for form in ("", "%b-%y"):
        assert values(short, "all", date_format=form) == [2, 3, 4, 5, 6, 7, None]
    numbered = "Library,0408,0508,0608,0708,0808,0908\nNorth,1,2,3,4,5,6\n"
    assert values(numbered, "North", date_format="%m%y") == [1, 2, 3, 4, 5, 6]
    with_year = ",".join(f"{name} 2015" for name in ("januari", "februari", "mars", "april", "maj", "juni"))
    assert values(f"Bibliotek;{with_year.replace(',', ';')}\nNorr;1;2;3;4;5;6\n", "Norr") == [
        1,
        2,
        3,
        4,
        5,
        6,
    ]
    assert [month_named(name) for name in ("May", "Sept.", "januari", "Marble")] == [5, 9, 1, None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Library,{MONTHS}\nNorth,{TWELVE}\nSouth,{TWELVE}\n", "Which year are .* Add a column Year"),
        (f"Year,{MONTHS}\n2014/15,{TWELVE}\n", "2014/15"),
        (f"Year,{MONTHS}\n2014,{TWELVE}\n2014,{TWELVE}\n", "has 2014-01 twice for visits"),
        (f"Year,{MONTHS}\n2014,{TWELVE[:-2]}x\n", "What does “x” mean among the counts"),
        ("Library,2014,2015\nNorth,5,6\n", "of quarters or years"),
    ],
)
def test_tables_of_months_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(CountFileError, match=said):
        read(text)


@pytest.mark.parametrize(
    "heads", ["201501,201502,201503,201504,201505,201506", "Jan,April,May,June,July,August"]
)
def test_cameras_that_are_called_like_months_stay_columns(heads: str) -> None:
    assert values(f"date,{heads}\n2026-01-01,1,2,3,4,5,6\n2026-01-02,1,2,3,4,5,6\n", "all") == [21, 21]


def test_a_table_for_each_column(tmp_path: Path) -> None:
    file = tmp_path / "branches.csv"
    heads = ",".join(f"{year}-{month:02}" for year in (2013, 2014, 2015) for month in range(1, 13))
    rows = "".join(
        f"{name}{''.join(f',{900 + n * 37 % 90}' for n in range(36))}\n" for name in ("May", "Walker")
    )
    file.write_text(f"Library,{heads}\n{rows}", "utf-8")
    told = CliRunner().invoke(app, ["backtest", str(file), "--quick", "--origins", "1"])
    assert "branches.csv May: 1 origins" in told.stdout and "branches.csv Walker: 1 origins" in told.stdout
    assert "All 2 series" in told.stdout
