"""Files with a column of counts for each camera, door or branch."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from typer.testing import CliRunner

from besok.files import choice, columns
from besok.files.csvfile import count_columns, parse_counts
from besok.model.errors import CountFileError
from cli.main import app
from cli.standalone import events, series

HEAD = "date,North,South,Park"
BODY = "2026-01-01,1,10,100\n2026-01-02,2,20,\n2026-01-03,3,30,300\n"
WIDE = f"{HEAD}\n{BODY}"


def counts(text: str, *asked: str) -> list[float | None]:
    return [row.count() for row in parse_counts(text, "date", "visits", asked).rows]


def test_a_column_is_chosen_by_name_or_number_and_several_are_added_up_where_all_were_observed() -> None:
    assert counts(WIDE, "south") == counts(WIDE, "3") == [10, 20, 30]
    assert counts(WIDE, "North", "Park") == counts(WIDE, "4", "2") == [101, None, 303]
    assert counts(WIDE, "all") == [111, None, 333]
    assert counts(WIDE, "North", "2") == [1, 2, 3]  # once


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        (WIDE, (), r"3 columns of counts; choose among North, South, Park: --column North \(or --column 2,"),
        (WIDE, ("East",), "no column East; choose among North, South, Park"),
        (WIDE, ("9",), "no column 9"),
        (WIDE, ("date",), "tells the time"),
        ("date,Door A,Door B\n2026-01-01,1,2\n", (), "--column 'Door A'"),
        ("date,A,A\n2026-01-01,1,2\n", ("A",), "several columns A; choose one by its number: 2, 3"),
        ("date,A,B\n2026-01-01,x,2\n", ("A",), r"line 2: 'x' is no number \(A\)"),
        ("date,A\n2026-01-01,x\n", (), "has no column visits"),
        ("date,A\n2026-01-01,x\n", ("B",), "no column of it holds numbers"),
        ("when,A\n2026-01-01,1\n", ("A",), "no column date"),
    ],
)  # fmt: skip
def test_what_is_said_of_columns(text: str, asked: Iterable[str], said: str) -> None:
    with pytest.raises(CountFileError, match=said):
        counts(text, *asked)


def test_what_is_no_count_of_one_door_is_not_added_up() -> None:
    head = "year,month,day,weekday,North,South,Totalt,weather\n"
    text = f"{head}2026,1,1,3,1,10,11,rain\n2026,1,2,4,2,20,22,sun\n"
    assert counts(text) == [11, 22]  # the column that is called the total
    assert counts(text, "all") == [11, 22] == counts(text, "North", "South")
    assert count_columns(text, "date", "visits") == ()
    assert count_columns(text.replace("Totalt", "sum"), "date", "visits") == ("North", "South")


def test_titles_semicolons_and_columns_of_one_name() -> None:
    text = "Gatukameror 2026\n\nDatum;Norra gatan;A;A\n1.2.2026;1.234;1;2\n2.2.2026;2.345;3;\n"
    assert count_columns(text, "date", "visits") == ("Norra gatan", "A (column 3)", "A (column 4)")
    assert counts(text, "norra gatan", "4") == [1236, None]
    assert counts(text, "A (column 3)") == [1, 3], "as it is offered"


def test_what_is_said_of_the_columns_is_short_and_moves_no_terminal() -> None:
    heads = [f"\x1b[2J{n}{'d' * 100}" for n in range(1000)]
    text = f"date,{','.join(heads)}\n2026-01-01{',1' * 1000}\n"
    with pytest.raises(CountFileError, match="and 980 more") as told:
        series.parse(text, "wide.csv")
    assert str(told.value).isprintable() and len(str(told.value)) < 2000
    assert series.parse(text, "wide.csv", columns=("7",)).name.isprintable()


def test_a_field_without_end_is_refused() -> None:
    for text in (
        "date,visits\n2026-01-01," + "9" * 200_000,
        "date,A,B\n2026-01-01,1," + "9" * 200_000,
        "9" * 200_000,
    ):
        for some in ((), ("all",)):
            with pytest.raises(CountFileError, match="field larger"):
                series.parse(text, "long.csv", columns=some)


def test_the_only_column_of_counts_is_taken_and_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("date,Briggate\n2026-01-01,5\n2026-01-02,6\n", "utf-8")
    found = series.read(file)
    assert list(found.visits.values()) == [5, 6] and found.notes[0].endswith("those of the column Briggate")
    assert not series.read(file, columns=("Briggate",)).notes


def test_a_day_of_which_a_door_is_not_known_is_not_observed(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text(WIDE, "utf-8")
    found = series.read(file, columns=("all",))
    assert found.visits == {date(2026, 1, 1): 111, date(2026, 1, 2): None, date(2026, 1, 3): 333}
    assert found.name.endswith("wide.csv North + South + Park")
    assert found.notes[0].endswith(
        "North, South and Park are added up; a day counts only where all of them were observed"
    )
    assert [one.visits[date(2026, 1, 2)] for one in series.read_each(file)] == [2, 20, None]


def test_a_table_for_each_column_and_one_of_all(tmp_path: Path) -> None:
    rng, first = np.random.default_rng(1), date(2025, 1, 1)
    lines = [f"{first + timedelta(days=n)},{a},{b}" for n, (a, b) in enumerate(rng.poisson(90, (100, 2)))]
    file = tmp_path / "two.csv"
    file.write_text("\n".join(["date,North,South", *lines]), "utf-8")
    told = CliRunner().invoke(app, ["backtest", str(file), "--quick", "--origins", "1"]).stdout
    assert (
        "two.csv North: 1 origins" in told and "two.csv South: 1 origins" in told and "All 2 series" in told
    )
    summed = (
        CliRunner()
        .invoke(app, ["backtest", str(file), "--quick", "--origins", "1", "--column", "all"])
        .stdout
    )
    assert "two.csv North + South: 1 origins" in summed and "All" not in summed
    ahead = CliRunner().invoke(
        app, ["forecast", str(file), "--horizon", "3", "--paths", "100", "--column", "2"]
    )
    assert len([line for line in ahead.stdout.splitlines() if line.startswith("2025-04-")]) == 3


def test_unusual_hours_of_a_column_and_of_the_sum(tmp_path: Path) -> None:
    hours = [datetime(2026, 1, 5) + timedelta(hours=n) for n in range(24 * 28)]  # noqa: DTZ001
    file = tmp_path / "hours.csv"
    file.write_text(
        "\n".join(["time,A,B", *(f"{hour},{hour.hour},{n % 2 or ''}" for n, hour in enumerate(hours))])
    )
    assert events.read(file, columns=("A",)).counts[:4].tolist() == [0, 1, 2, 3]
    both = events.read(file, columns=("all",))
    assert np.isnan(both.counts[0]) and both.counts[1] == 2 and "a time counts only where all" in both.note
    with pytest.raises(CountFileError, match="choose among A, B"):
        events.read(file)


def test_a_file_of_very_many_columns_is_read_in_steps_of_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Names were compared each with each: 20,000 columns took minutes."""
    asked = Counter[str]()

    def noted(module: ModuleType, name: str) -> None:
        known = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, **k: asked.update([name]) or known(*a, **k))

    noted(columns, "plain")
    noted(choice, "number")
    monkeypatch.setattr(choice, "CELLS", 10_000)
    steps = []
    for wide in (500, 1000):
        asked.clear()
        names, row = ",".join(f"c{n}" for n in range(wide)), ",".join(["7"] * wide)
        days = "".join(f"{date(2026, 1, 1) + timedelta(days=n)},{row}\n" for n in range(40))
        assert counts(f"date,{names}\n{days}", "c5") == [7] * 40
        assert asked["number"] <= 10_000
        steps.append(asked["plain"])
    assert steps[1] < 2.2 * steps[0]


def test_more_columns_than_can_be_scored_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text(f"date,{','.join(f'c{n}' for n in range(201))}\n2026-01-01{',1' * 201}\n")
    with pytest.raises(
        CountFileError, match="201 columns of counts, and 200 can be scored one by one; choose some"
    ):
        list(series.read_each(file))
