"""The commands `besok forecast` and `besok backtest`: on anyone's file of visits."""

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from besok.model.controls import visible
from besok.model.errors import BesokError
from cli.commands.options import (
    ColumnOption,
    DateColumnOption,
    DateFormatOption,
    DecimalOption,
    SepOption,
)

if TYPE_CHECKING:
    from besok.analytics.forecast import Calendar
    from besok.files.tables import ReadOptions
    from besok.files.values import Unit
    from cli.standalone.series import Series

FileArgument = Annotated[
    Path, typer.Argument(help="CSV with the columns date and visits; - for standard input.")
]
FreqOption = Annotated[
    str | None, typer.Option(help="D for days, W for weeks, M for months; found from the dates if left out.")
]
ZoneOption = Annotated[
    str, typer.Option(help="Whose days, of times with an offset, such as Europe/Stockholm.")
]
CountryOption = Annotated[str, typer.Option(help="Whose public holidays, such as SE or GB-SCT.")]
HolidaysOption = Annotated[Path | None, typer.Option(help="CSV date,name of holidays of one's own.")]
SchoolOption = Annotated[Path | None, typer.Option(help="CSV of school holidays: date, or date,last.")]
ClosedOption = Annotated[
    Path | None, typer.Option(help="CSV of closed days, also known ahead: date, or date,last.")
]
OutdoorsOption = Annotated[
    bool, typer.Option("--outdoors", help="A place under the sky: its year swings more.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="CSV.")]
FURTHEST = 7320  # days


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command()(forecast)
    app.command()(backtest)


def forecast(
    file: FileArgument,
    horizon: Annotated[
        int | None,
        typer.Option(min=1, max=FURTHEST, help="Days, weeks or months ahead; a year, or to the deadline."),
    ] = None,
    column: ColumnOption = None,
    date_column: DateColumnOption = None,
    date_format: DateFormatOption = "",
    decimal: DecimalOption = "",
    sep: SepOption = "",
    country: CountryOption = "",
    freq: FreqOption = None,
    holidays: HolidaysOption = None,
    school: SchoolOption = None,
    closed: ClosedOption = None,
    outdoors: OutdoorsOption = False,
    zone: ZoneOption = "",
    target: Annotated[str | None, typer.Option(help="Visits in the 365 days up to the deadline.")] = None,
    deadline: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day of that year.")
    ] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other simulated paths.")] = 1,
    paths: Annotated[int, typer.Option(min=100, max=20000, help="Simulated futures.")] = 2000,
) -> None:
    """Forecast visits from a file: mean and intervals by day, week or month; with --json totals and odds too."""
    from cli.standalone import forecast as work
    from cli.standalone.series import read

    goal = _goal(target, deadline)
    options = _options(sep, decimal, date_format, date_column, column)
    series = read(file, _step(freq), zone, options)
    calendar = _calendar(series, country, holidays, school, closed, outdoors)
    rows, note = work.meant(horizon, series.step)
    if note:
        print(note, file=sys.stderr)
    told = work.answer(series, calendar, rows, goal, seed, paths)
    if goal and (as_csv or not as_json):
        print(work.sentence(told), file=sys.stderr)
    print(work.as_json(told) if as_json and not as_csv else work.as_csv(told))


def backtest(
    files: Annotated[list[Path], typer.Argument(help="CSV files with the columns date and visits.")],
    origins: Annotated[
        int, typer.Option(min=1, max=500, help="Earlier days from which a forecast is made.")
    ] = 12,
    quick: Annotated[bool, typer.Option("--quick", help="At most 4 origins.")] = False,
    column: ColumnOption = None,
    date_column: DateColumnOption = None,
    date_format: DateFormatOption = "",
    decimal: DecimalOption = "",
    sep: SepOption = "",
    country: CountryOption = "",
    freq: FreqOption = None,
    holidays: HolidaysOption = None,
    school: SchoolOption = None,
    closed: ClosedOption = None,
    outdoors: OutdoorsOption = False,
    zone: ZoneOption = "",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other simulated paths.")] = 1,
) -> None:
    """Score the forecast on a series' own past, beside the last week, last year and a straight line."""
    from cli.standalone import backtest as work
    from cli.standalone import scores
    from cli.standalone.series import read_each

    def heard(name: str, done: int, every: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{visible(name)}: {done} of {every} origins" + "\n" * (done == every))

    count, step = min(origins, 4) if quick else origins, _step(freq)
    options = _options(sep, decimal, date_format, date_column, column)
    found = [series for file in files for series in read_each(file, step, zone, options)]
    outcomes = [
        work.run(
            series,
            _calendar(series, country, holidays, school, closed, outdoors),
            origins=count,
            seed=seed,
            heard=heard,
            at_once=work.cores(),
        )
        for series in found
    ]
    print(
        scores.as_json(outcomes)
        if as_json
        else scores.as_csv(outcomes)
        if as_csv
        else scores.as_text(outcomes)
    )


def _goal(target: str | None, deadline: datetime | None) -> Any:
    from cli.standalone.forecast import Goal

    if (target is None) != (deadline is None):
        raise BesokError(
            "a target needs both --target and --deadline: so many visits in the 365 days up to that day"
        )
    return Goal(visits=_visits(target), deadline=deadline.date()) if target is not None and deadline else None


def _visits(target: str) -> float:
    """Return so many visits, written as 900000, 900 000 or 900,000."""
    digits = re.sub(r"[\s'’]|(?<=\d),(?=\d{3}\b)", "", target)
    if not re.fullmatch(r"\d+(\.\d{1,2})?", digits):
        raise BesokError(f"--target {target} is no number of visits in a year; write --target 900000, say")
    return float(digits)


def _options(
    sep: str, decimal: str, date_format: str, date_columns: list[str] | None, columns: list[str] | None
) -> "ReadOptions":
    from besok.files.tables import ReadOptions

    return ReadOptions(
        sep=sep,
        decimal=decimal,
        date_format=date_format,
        date_columns=tuple(date_columns or ()),
        value_columns=tuple(columns or ()),
    )


def _step(freq: str | None) -> "Unit | None":
    """Days, weeks or months; None where that is left to the dates."""
    found = (freq or "").upper()[:1] or None
    if found not in (None, "D", "W", "M"):
        raise BesokError(f"--freq {freq} is not known; write D for days, W for weeks or M for months")
    return found  # type: ignore[return-value]  # checked above


def _calendar(
    found: "Series",
    country: str,
    holidays: Path | None,
    school: Path | None,
    closed: Path | None,
    outdoors: bool,
) -> "Calendar":
    """Print the notes of a series and return its calendar."""
    from cli.standalone.holidays import calendar_of

    for note in found.notes:
        print(note, file=sys.stderr)
    return calendar_of(found, country, holidays, school, closed, outdoors)
