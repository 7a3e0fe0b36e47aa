"""Tables of months that lie on their side: a line a year or a branch, a column a month."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from besok.model.errors import CountFileError
from cli.main import app
from cli.standalone import series

NAMES = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec"
NAMN = "jan;feb;mars;april;maj;juni;juli;aug;sept;okt;nov;dec"
SHORT = "Apr-08,May-08,Jun-08,Jul-08,Aug-08,Sep-08,Oct-08"
TWELVE = "1,2,3,4,5,6,7,8,9,10,11,12"
ONES = ",".join("1" * 12)


def read(text: str, *columns: str) -> series.Series:
    return series.parse(text, "some.csv", columns=columns, newest=2027)


def values(text: str, *columns: str) -> list[float | None]:
    return list(read(text, *columns).visits.values())


def test_a_line_a_year_and_a_column_a_month() -> None:
    found = read(f"Year,{NAMES},Total\n2014,{TWELVE},78\n2015,13,14,,16,,,,,,,,,43\n")
    assert found.step == "M" and found.name == "some.csv" and not found.notes
    assert list(found.visits.values()) == [*range(1, 13), 13, 14, None, 16], (
        "months after the last are not over"
    )
    assert min(found.visits) == date(2014, 1, 1)


def test_in_swedish_as_a_spreadsheet_saves_it() -> None:
    lines = "2013;;;;;;;;;1 234;2\u00a0345;987,5;stängt;4566,5\r\n2014;1;2;3;4;5;6;7;8;9;10;11;12;78\r\n"
    found = read(
        f"\ufeffBesök\r\n\r\nÅr;{NAMN};Totalt\r\n{lines}Totalt;{';' * 12}99\r\nMedel;{';9' * 12};9\r\n"
    )
    assert list(found.visits.values())[:6] == [1234, 2345, 987.5, 0, 1, 2] and min(found.visits) == date(
        2013, 9, 1
    )
    dots = values(f"År;{NAMN}\n2014;{';'.join(['1.234'] * 12)}\n")
    assert dots == [1234] * 12


def test_a_grid_of_several_branches_is_a_column_for_each() -> None:
    text = (
        f'Library,Year,{NAMES},Total\nMay,2014,{TWELVE},78\n"North, new",2014,{ONES},12\nMay,2015,{ONES},12\n'
    )
    assert values(text, "May") == [*range(1, 13), *[1] * 12]
    assert values(text, "all") == [*range(2, 14), *[None] * 12]
    with pytest.raises(CountFileError, match="2 columns of counts; choose among May, North, new"):
        read(text)
    both = values(text.replace("Library,Year", "Year,Library").replace("May,2014", "2014,May")
                  .replace('"North, new",2014', "2014,North").replace("May,2015", "2015,May"), "North")  # fmt: skip
    assert both == [1] * 12 + [None] * 12


def test_a_line_a_branch_and_a_column_for_each_month_of_each_year() -> None:
    text = f'Library,{SHORT},Total\nMay,1,2,3,4,5,6,,21\nWalker,"1,234",2,,4,5,6,,1251\nGrand total,9,9,9,9,9,9,9,9\n'
    found = read(text, "Walker")
    assert list(found.visits.values()) == [1234, 2, None, 4, 5, 6] and min(found.visits) == date(2008, 4, 1)
    assert (
        "Apr-08 and the like are months with their year, from 2008-04 to 2008-09" in read(text, "3").notes[0]
    )
    assert values(text, "all") == [1235, 4, None, 8, 10, 12]
    assert any("a month counts only where all" in note for note in read(text, "all").notes)


@pytest.mark.parametrize(
    "heads",
    ["2015-01,2015-02,2015-03,2015-04,2015-05,2015-06", "Jan 2015,Feb 2015,Mar 2015,Apr 2015,May 2015,Jun 2015",
     "2015M01,2015M02,2015M03,2015M04,2015M05,2015M06", "201501,201502,201503,201504,201505,201506",
     "01/2015,02/2015,03/2015,04/2015,05/2015,06/2015", "jun 15,maj 15,apr 15,mar 15,feb 15,jan 15"],
)  # fmt: skip
def test_months_of_a_header_may_be_written_in_any_way(heads: str) -> None:
    found = read(f"Library,{heads}\nNorth,7,7,7,7,7,7\nSouth,8,8,8,8,8,8\n", "South")
    assert dict(found.visits) == {date(2015, m, 1): 8 for m in range(1, 7)}


def test_a_single_line_needs_no_choice_whatever_it_is_called() -> None:
    for label in ("Visits", "", "Walker"):
        assert values(f"Month,{SHORT}\n{label},1,2,3,4,5,6,7\n") == [1, 2, 3, 4, 5, 6, 7]
    assert values(f"{SHORT}\n1,2,3,4,5,6,7\n") == [1, 2, 3, 4, 5, 6, 7]
    assert values(f",Library,{SHORT}\n0,North,1,2,3,4,5,6,7\n1,South,1,1,1,1,1,1,1\n", "North")[-1] == 7
    assert values(f",Year,{NAMES}\n0,2014,{ONES}\n1,2015,{TWELVE}\n")[-1] == 12, "lines may be numbered"


def test_lines_of_one_name_are_told_apart_by_what_stands_beside() -> None:
    text = f"Library,Counted,{SHORT}\nNorth,visits,1,2,3,4,5,6,7\nNorth,loans,9,9,9,9,9,9,9\n"
    assert values(text, "North visits")[-1] == 7
    grid = f"Library,Counted,Year,{NAMES}\nNorth,visits,2014,{TWELVE}\nNorth,loans,2014,{ONES}\n"
    assert values(grid, "North loans") == [1] * 12


def test_notes_above_and_below_are_passed_over() -> None:
    text = f"Footfall of all libraries, by month\n\nLibrary,{SHORT}\nNorth,1,2,3,4,5,6,7\n\nSource: the council\n"
    assert values(text) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Library,{SHORT}\n\nNorth,1,2,x,4,5,6,7\n", r"line 3: 'x' is no number \(North, Jun-08\)"),
        (f"Library,Year,{NAMES}\nNorth,2014,1,2,-3,{ONES[6:]}\n", r"line 2: -3 people cannot be \(North 2014, Mar\)"),
        (f"Year,{NAMES}\n2014,{ONES[:-1]}x\n", r"line 2: 'x' is no number \(2014, Dec\)"),
        (f"Library,{SHORT}\nNorth,1,2,3\n", "line 2: 4 columns; the header of some.csv has 8"),
        (f"Year,{NAMES},Total\n2015,1,2,3,,,,,,,,,6\n", "line 2: 13 columns; the header of some.csv has 14"),
        (f"Library,{SHORT}\nNorth,1,234,3,4,5,6,7,8\n", "line 2: 9 columns; the header of some.csv has 8"),
        (f"Library,{SHORT},Jun-08\nNorth,1,2,3,4,5,6,7,8\n", "columns 4 and 9 of some.csv are both Jun-08"),
        (f"Year,{NAMES},Jan\n2014,{ONES},1\n", "columns 2 and 14 of some.csv are both Jan; name each"),
        (f",2014{',' * 12}2015\nLibrary,{NAMES},{NAMES}\nNorth,{ONES},{ONES}\n", "columns 2 and 14 .* are both Jan"),
        (f"Library,{NAMES}\nNorth,{ONES}\nSouth,{ONES}\n", "the months of some.csv have no year; add a column Year"),
        (f"Year,Apr,May,Jun,Jul,Aug,Sep,Jan,Feb\n2014{',1' * 8}\n", "begin with Apr, and nobody can tell of which"),
        (f"Year,{NAMES}\n2014/15,{ONES}\n", "line 2: 2014/15 is two years; name the columns with month and year"),
        (f"Library,Year,Apr,May,Jun,Jul,Aug,Sep\nNorth,2008-09{',1' * 6}\n", "line 2: 2008-09 is two years"),
        (f"Year,{NAMES}\n2014,{ONES}\n2015*,{ONES}\n", r"line 3: '2015\*' is no year \(Year\)"),
        (f"Year,{NAMES}\n2014,{ONES}\n2014,{TWELVE}\n", "line 3: the year 2014 is there twice"),
        (f"Library,Year,{NAMES}\nNorth,2014,{ONES}\n,2015,{ONES}\n", "line 3: nothing stands beneath 'Library'"),
        (f"Year,{NAMES}\n2014{',' * 12}\n", "no line of some.csv has a count"),
        (f"Year,{NAMES}\nTotal,{ONES}\n", "no line of some.csv has a count"),
        (f"Library,{SHORT}\nNorth{',-' * 7}\n", "has no column visits|no line of some.csv has a count"),
        (f"Library,{','.join(f'Jan-{d:02}' for d in range(1, 9))}\nNorth{',1' * 8}\n", "line 1: 'Jan-01' may be a mon"),
        (f"Library,{SHORT}\nNorth,1,2,3,4,5,6,{'9' * 200_000}\n", "line 2: field larger"),
    ],
)  # fmt: skip
def test_what_is_said_of_tables_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(CountFileError, match=said):
        read(text)


@pytest.mark.parametrize("when", ["date", "day", "hour_start_local"])
@pytest.mark.parametrize(
    "heads", ["201501,201502,201503,201504,201505,201506", "Jan,April,May,June,July,August"]
)
def test_cameras_that_are_called_like_months_stay_columns(heads: str, when: str) -> None:
    text = f"{when},{heads}\n2026-01-01,1,2,3,4,5,6\n2026-01-02,1,2,3,4,5,6\n"
    assert read(text, "all").visits == {date(2026, 1, 1): 21, date(2026, 1, 2): 21}


def test_a_day_on_which_a_branch_was_opened_is_no_date_of_its_counts() -> None:
    assert values(f"Library,Opening date,{SHORT}\nNorth,1904-05-06,1,2,3,4,5,6,7\n")[-1] == 7


def test_very_many_lines_or_months() -> None:
    branches = "".join(f"b{n},1,1,1,1,1,1,1\n" for n in range(5000))
    assert values(f"Library,{SHORT}\n{branches}", "all") == [5000] * 7
    heads = ",".join(f"{1900 + n // 12}-{n % 12 + 1:02}" for n in range(2400))
    assert len(values(f"Library,{heads}\nNorth{',1' * 2400}\n")) == 2400
    wide = ",".join(f"c{n}" for n in range(5000))
    assert values(f"date,{wide}\n2026-01-01{',1' * 5000}\n", "c7") == [1]


def test_what_is_said_of_a_line_moves_no_terminal() -> None:
    label = "\x1b[2J" + "d" * 1000
    for text in (
        f"Library,{SHORT}\n{label},1,2,3,4,5,6,x\n",
        f"Library,Year,{NAMES}\n" + f"{label},2014,{ONES}\n" * 2,
    ):
        with pytest.raises(CountFileError) as told:
            read(text)
        assert str(told.value).isprintable() and len(str(told.value)) < 200


def test_a_table_of_scores_for_each_branch(tmp_path: Path) -> None:
    heads = ",".join(f"{month}-{year}" for year in (13, 14, 15) for month in NAMES.split(","))
    lines = "".join(
        f"{name}{''.join(f',{900 + n * 37 % 90}' for n in range(36))}\n" for name in ("May", "Walker")
    )
    file = tmp_path / "branches.csv"
    file.write_text(f"Library,{heads}\n{lines}", "utf-8")
    told = CliRunner().invoke(app, ["backtest", str(file), "--quick", "--origins", "1"])
    assert "branches.csv May: 1 origins" in told.stdout and "branches.csv Walker: 1 origins" in told.stdout
    assert "Jan-13 and the like are months" in told.stderr and "All 2 series" in told.stdout
