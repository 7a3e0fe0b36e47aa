"""The command `besok action`: the ledger of what was asked for, answered and done."""

import getpass
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.errors import CalendarFileError
from core.site import Text
from ops.cli_calendar import AnySite, SiteOption, opened

if TYPE_CHECKING:
    from core.ledger import Action

app = typer.Typer(no_args_is_help=True, help="You said, we did: what was asked for, answered and done.")

Name = Annotated[str, typer.Argument(help="Its id, such as longer-sundays.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today if left out.")]
Author = Annotated[str, typer.Option(help="Who writes this into the ledger; the name on this machine if left out.")]


def _author(name: str) -> str:
    return name or getpass.getuser()


def _day(day: datetime | None) -> date:
    return (day or datetime.now()).date()  # noqa: DTZ005  whoever types a day means the one of the wall clock


@app.command()
def add(
    name: Name,
    site: SiteOption,
    sv: Annotated[str, typer.Option(help="What it is, in Swedish.")],
    en: Annotated[str, typer.Option(help="The same in English.")],
    asked: Day = None,
    by: Annotated[Literal["residents", "staff", "partners", "council"], typer.Option(help="Who asked.")] = "residents",
    space: Annotated[
        list[str] | None, typer.Option(help="A space that it concerns; several times for several.")
    ] = None,
    weekday: Annotated[
        list[str] | None, typer.Option(help="A weekday that it is about, as sunday; several times for several.")
    ] = None,
    author: Author = "",
) -> None:
    """Note what somebody asked for."""
    from core.ledger import Action
    from store.actions import listing

    action = Action(
        site=site,
        id=name,
        title=Text(sv=sv, en=en),
        asked_by=by,
        asked=_day(asked),
        spaces=tuple(space or ()),
        weekdays=tuple(weekday or ()),
    )
    with opened() as db:
        if name in {known.id for known in listing(db, site)}:
            raise CalendarFileError(f"{site} has an action {name} already; choose another id")
    _put([action], author)


@app.command()
def answer(
    name: Name,
    site: SiteOption,
    sv: Annotated[str, typer.Option(help="What is answered, in Swedish.")],
    en: Annotated[str, typer.Option(help="The same in English.")],
    day: Day = None,
    author: Author = "",
) -> None:
    """Note what was answered."""
    _put([replace(_find(site, name), answer=Text(sv=sv, en=en), answered=_day(day))], author)


@app.command()
def done(
    name: Name,
    site: SiteOption,
    since: Day = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day on which it is so no more.")
    ] = None,
    author: Author = "",
) -> None:
    """Note from when on it is done, and with --until that it was taken back."""
    action = _find(site, name)
    begun = action.done_since if until and since is None and action.done_since else _day(since)
    _put([replace(action, done_since=begun, undone=until and until.date())], author)


@app.command("list")
def list_actions(
    site: AnySite = None, log: Annotated[bool, typer.Option("--log", help="Who changed what, and when.")] = False
) -> None:
    """Show the ledger."""
    from store import actions

    with opened() as db:
        if log:
            lines = [f"{e.at:%Y-%m-%d %H:%M}  {e.author}  {e.site} {e.id}: {e.change}" for e in actions.log(db, site)]
        else:
            lines = [_line(action) for action in actions.listing(db, site)]
        print("\n".join(lines) or "None.")


@app.command()
def remove(name: Name, site: SiteOption, author: Author = "") -> None:
    """Take an action out of the ledger; the log keeps that it was there."""
    from store import actions

    with opened() as db:
        actions.remove(db, site, name, _author(author), datetime.now(UTC))
        print("Removed.")


@app.command("import")
def import_ledger(
    file: Annotated[Path, typer.Argument(help="A ledger in TOML: [[actions]] with site, id, title ...")],
    author: Author = "",
) -> None:
    """Take in a ledger from a file; what it does not name stays as it is."""
    from core.ledger import parse
    from ops.fetching import text

    _put(parse(text(str(file), 1_000_000), str(file)), author)


def _find(site: str, name: str) -> "Action":
    from store.actions import find

    with opened() as db:
        return find(db, site, name)


def _put(found: "Sequence[Action]", author: str) -> None:
    from store.actions import put

    with opened() as db:
        print("\n".join(put(db, found, _author(author), datetime.now(UTC))) or "Nothing changed.")


def _line(action: "Action") -> str:
    state = action.state(_day(None))
    day = {"asked": action.asked, "answered": action.answered, "done": action.done_since, "undone": action.undone}[
        state
    ]
    return f"{action.site}  {action.id}  {state} {day or ''}  {action.title.sv} / {action.title.en}"
