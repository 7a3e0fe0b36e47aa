"""The commands `besok forecast` and `besok backtest`: on anyone's file of visits."""

import re
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from besok.model.controls import visible
from besok.model.errors import BesokError
from cli.commands.options import ColumnOption, Reading, taking_together, time_option

if TYPE_CHECKING:
    from besok.analytics.forecast import Calendar
    from besok.files.values import Unit
    from cli.standalone.series import Series

FURTHEST = 7320  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits(Reading):
    """What a file of visits holds, and the calendar around them."""

    column: ColumnOption = None
    country: Annotated[str, typer.Option(help="Whose public holidays, such as SE or GB-SCT.")] = ""
    freq: Annotated[
        str | None,
        typer.Option(help="D for days, W for weeks, M for months; found from the dates if left out."),
    ] = None
    holidays: Annotated[Path | None, typer.Option(help="CSV date,name of holidays of one's own.")] = None
    school: Annotated[Path | None, typer.Option(help="CSV of school holidays: date, or date,last.")] = None
    closed: Annotated[
        Path | None, typer.Option(help="CSV of closed days, also known ahead: date, or date,last.")
    ] = None
    outdoors: Annotated[
        bool, typer.Option("--outdoors", help="A place under the sky: its year swings more.")
    ] = False
    zone: Annotated[
        str, typer.Option(help="Whose days, of times with an offset, such as Europe/Stockholm.")
    ] = ""

    def step(self) -> "Unit | None":
        """Return days, weeks or months; None where that is left to the dates. Raises BesokError."""
        unit = (self.freq or "").upper()[:1] or None
        if unit not in (None, "D", "W", "M"):
            raise BesokError(
                f"--freq {self.freq} is not known; write D for days, W for weeks or M for months"
            )
        return unit  # type: ignore[return-value]  # checked above

    def calendar(self, series: "Series") -> "Calendar":
        """Print the notes of a series and return its calendar."""
        from cli.standalone.holidays import calendar_of

        for note in series.notes:
            print(note, file=sys.stderr)
        return calendar_of(series, self.country, self.holidays, self.school, self.closed, self.outdoors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How the answer is written, and what chance begins with."""

    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV.")] = False
    seed: Annotated[int, typer.Option(min=0, help="Another seed, other simulated paths.")] = 1


@taking_together
def forecast(
    file: Annotated[Path, typer.Argument(help="CSV with the columns date and visits; - for standard input.")],
    visits: Visits,
    form: Form,
    horizon: Annotated[
        int | None,
        typer.Option(min=1, max=FURTHEST, help="Days, weeks or months ahead; a year, or to the deadline."),
    ] = None,
    target: Annotated[str | None, typer.Option(help="Visits in the 365 days up to the deadline.")] = None,
    deadline: Annotated[datetime | None, time_option("The last day of that year.")] = None,
    paths: Annotated[int, typer.Option(min=100, max=20000, help="Simulated futures.")] = 2000,
) -> None:
    """Forecast visits from a file: mean and intervals by day, week or month; with --json totals and probabilities."""
    from cli.standalone import series_forecast as work
    from cli.standalone.series import read

    goal = _goal(target, deadline)
    series = read(file, visits.step(), visits.zone, visits.options(visits.column))
    calendar = visits.calendar(series)
    rows, note = work.meant(horizon, series.step)
    for each in filter(None, (work.few_note(series), work.closure_note(series, calendar), note)):
        print(each, file=sys.stderr)
    answer = work.answer(series, calendar, rows, goal, form.seed, paths)
    if goal and (form.as_csv or not form.as_json):
        print(work.sentence(answer), file=sys.stderr)
    print(work.as_json(answer) if form.as_json and not form.as_csv else work.as_csv(answer))


@taking_together
def backtest(
    files: Annotated[list[Path], typer.Argument(help="CSV files with the columns date and visits.")],
    visits: Visits,
    form: Form,
    origins: Annotated[
        int, typer.Option(min=1, max=500, help="Earlier days from which a forecast is made.")
    ] = 12,
    quick: Annotated[bool, typer.Option("--quick", help="At most 4 origins.")] = False,
) -> None:
    """Score the forecast on a series' own past, beside the last week, last year and a straight line."""
    from cli.standalone import backtest as work
    from cli.standalone import scores
    from cli.standalone.series import read_each

    def report_progress(name: str, done: int, every: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{visible(name)}: {done} of {every} origins" + "\n" * (done == every))

    step, options = visits.step(), visits.options(visits.column)
    all_series = [series for file in files for series in read_each(file, step, visits.zone, options)]
    outcomes = [
        work.run(
            series,
            visits.calendar(series),
            origins=min(origins, 4) if quick else origins,
            seed=form.seed,
            progress=report_progress,
        )
        for series in all_series
    ]
    write = scores.as_json if form.as_json else scores.as_csv if form.as_csv else scores.as_text
    print(write(outcomes))


def _goal(target: str | None, deadline: datetime | None) -> Any:
    from cli.standalone.series_forecast import Goal

    if (target is None) != (deadline is None):
        raise BesokError(
            "a target needs both --target and --deadline: so many visits in the 365 days up to that day"
        )
    return Goal(visits=_visits(target), deadline=deadline.date()) if target is not None and deadline else None


def _visits(target: str) -> float:
    """Return so many visits, written as 900000, 900 000 or 900,000."""
    digits = re.sub(r"[\s'’]|(?<=\d),(?=\d{3}\b)", "", target)
    if not re.fullmatch(r"\d+(\.\d{1,2})?", digits):
        raise BesokError(f"--target {target} is not a number of visits; write --target 900000, say")
    return float(digits)
