"""Options that several commands share, and how a secret is asked for."""

import getpass
import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from besok.model.errors import BesokError, NotFound

if TYPE_CHECKING:
    from besok.files.tables import ReadOptions

DAY: Final = "%Y-%m-%d"
EXAMPLE: Final = datetime(2026, 11, 25, 14, 30)  # noqa: DTZ001 - as people write a time


def user() -> str:
    """Return the name of whoever has started this process."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a number without a name
        return "besok"


def ask_secret(prompt: str, *, twice: bool = False) -> str:
    """Return a secret that is typed unseen, or a line of standard input; an argument could be read by others here."""
    if sys.stdin.isatty():
        return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=twice))
    return sys.stdin.readline().strip("\r\n")


def near(day: datetime | None) -> datetime | None:
    """Return a day that can be simulated. Raises BadParameter."""
    from sensors_sim.scenario import YEARS  # the simulator takes its time to load

    if day and not YEARS[0] <= day.year <= YEARS[1]:
        raise typer.BadParameter(f"{day.date()} is too far away; write a year from {YEARS[0]} to {YEARS[1]}")
    return day


def stated(day: datetime | None) -> datetime | None:
    """Return a day that a site file may hold. Raises BadParameter."""
    from besok.model.site_rules import possible

    try:
        if day:
            possible(day.date())
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from None
    return day


def time_option(about: str, *names: str, forms: Sequence[str] = (DAY,), **more: Any) -> Any:
    """Return an option for a time in one of some forms of strptime; a wrong one is refused with an example of each."""
    examples = " or ".join(map(EXAMPLE.strftime, forms))

    def parsed(text: str) -> datetime:
        for form in forms:
            with suppress(ValueError):
                return datetime.strptime(text, form)  # noqa: DTZ007 - the command knows the zone
        raise typer.BadParameter(f'"{text}" is not possible; write it as {examples}')

    return typer.Option(*names, parser=parsed, metavar=f"<{'|'.join(forms)}>", help=about or None, **more)


def day_option(about: str = "", *names: str, form: str = DAY, check: Callable[..., Any] = near) -> Any:
    """Return an option for a business day, or a month: one that can be simulated, unless `check` says otherwise."""
    return time_option(about, *names, forms=(form,), callback=check)


def id_argument(about: str, listed: str) -> Any:
    """Return an argument for the id of a count, which the command `listed` shows."""

    def parsed(text: str) -> UUID:
        try:
            return UUID(text)
        except ValueError:
            raise typer.BadParameter(f'"{text}" is not an id; `{listed}` shows those there are') from None

    return typer.Argument(parser=parsed, metavar="ID", help=f"{about}, as `{listed}` shows it.")


@contextmanager
def listed_by(command: str) -> Iterator[None]:
    """Name the command that lists what there is where a number or an id is refused: pages have the list itself."""
    try:
        yield
    except NotFound as exc:
        raise NotFound(f"{exc} (`{command}`)") from exc


def author_option(*names: str) -> Any:
    """Return an option for the author of a change."""
    about = "Who does this; it is kept. The name on this machine if left out."
    return typer.Option(*names, callback=lambda name: name or user(), help=about, show_default=False)


def confirm(question: str, yes: bool) -> None:
    """Ask, and end the command where the answer is no; `yes` is given before. Raises BesokError where nobody sits."""
    if yes:
        return
    if not (sys.stdin and sys.stdin.isatty()):  # it may hold the names of other files
        raise BesokError(f"{question} Nobody can answer here; look at what it would do, and add --yes")
    typer.confirm(question, abort=True, err=True)


def in_order(first: datetime, last: datetime) -> None:
    """Raise BadParameter for a time that ends before it begins."""
    if last < first:
        raise typer.BadParameter(f"{last:%Y-%m-%d %H:%M} is before {first:%Y-%m-%d %H:%M}: exchange the two")


Author = Annotated[str, author_option("--by", "--author")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with JSON.")]
SiteArgument = Annotated[str, typer.Argument(help="A site.")]
AnySiteArgument = Annotated[str, typer.Argument(help="A site; all of them if left out.")]
SiteOption = Annotated[str, typer.Option(help="The site it belongs to.")]
AnySite = Annotated[str | None, typer.Option(help="Only this site.")]
DeviceArgument = Annotated[str, typer.Argument(help="Its name, as `besok device list` shows it.")]
SourceOption = Annotated[str, typer.Option(help="Its kind, where several devices have the name.")]
ScenarioOption = Annotated[str, typer.Option(help="A scenario: a name of `simulate scenarios`, or a file.")]
BeginsOption = Annotated[datetime | None, day_option("The business day on which the scenario begins.")]
SiteFileOption = Annotated[Path | None, typer.Option(help="The sites; those of the database if left out.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a file of counts is written, as far as that has to be said."""

    date_column: Annotated[
        list[str] | None,
        typer.Option("--date-column", help="Which column holds the time, by name or number; two are joined."),
    ] = None
    date_format: Annotated[str, typer.Option(help="How dates are written, such as %d/%m/%Y or %b-%y.")] = ""
    decimal: Annotated[str, typer.Option(help="The decimal sign: . or ,")] = ""
    sep: Annotated[str, typer.Option(help="What separates columns: , or ; or tab.")] = ""
    door_column: Annotated[
        str, typer.Option(help="Which column names the door, in a file with a line for each.")
    ] = ""
    totals: Annotated[
        bool | None,
        typer.Option(
            "--totals/--counts",
            help="Numbers are running totals, to be differenced; or people of each line. Unclear ones are refused.",
        ),
    ] = None

    def options(self, columns: list[str] | None = None) -> "ReadOptions":
        """Return the same for the readers of files, with the columns that hold the counts."""
        from besok.files.tables import ReadOptions

        return ReadOptions(
            sep=self.sep,
            decimal=self.decimal,
            date_format=self.date_format,
            date_columns=tuple(self.date_column or ()),
            value_columns=tuple(columns or ()),
            door_column=self.door_column,
            totals=self.totals,
        )


ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        "--column", help="Which column holds the counts, by name or number; several are added up; all."
    ),
]


def taking_together(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each field of those of its parameters that are dataclasses."""
    signature = inspect.signature(command, eval_str=True)
    groups = {
        name: p.annotation
        for name, p in signature.parameters.items()
        if isinstance(p.annotation, type) and is_dataclass(p.annotation)
    }

    @wraps(command)
    def called(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{field.name: given.pop(field.name) for field in fields(group)})
        command(**given)

    flat = [
        option.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, p in signature.parameters.items()
        for option in (inspect.signature(groups[name]).parameters.values() if name in groups else (p,))
    ]
    called.__signature__ = signature.replace(parameters=flat)  # type: ignore[attr-defined]
    called.__annotations__ = {option.name: option.annotation for option in flat}
    return called
