"""The command `besok action`: the ledger of what was asked for, answered and done."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from besok.files import actions as ledger
from besok.files import fetching
from besok.model.actions import Action
from besok.model.errors import CalendarFileError
from besok.model.plurals import many
from besok.model.site import Text
from besok.model.views.calendar import ActionEffect
from besok.store import actions, sites
from besok.store.actions import amend, listing, put
from besok.store.database import Database
from besok.store.effects import action_effects
from besok.text import narratives
from besok.text.languages import speaking
from cli.commands.database import opened
from cli.commands.options import AnySite, SiteOption, author_option, time_option
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Its id, such as longer-sundays.")]
Author = Annotated[str, author_option("--author")]  # --by is who asked
Day = Annotated[datetime | None, time_option("The day; today if left out.")]


def _day(day: datetime | None) -> date:
    return (day or datetime.now()).date()  # noqa: DTZ005  whoever types a day means the one of the wall clock


@app.command()
def add(
    name: Name,
    site: SiteOption,
    sv: Annotated[str, typer.Option(help="What it is, in Swedish.")],
    en: Annotated[str, typer.Option(help="The same in English.")],
    asked: Day = None,
    by: Annotated[
        Literal["residents", "staff", "partners", "council"], typer.Option(help="Who asked.")
    ] = "residents",
    space: Annotated[
        list[str] | None, typer.Option(help="A space that it concerns; several times for several.")
    ] = None,
    weekday: Annotated[
        list[str] | None,
        typer.Option(help="A weekday that it is about, as sunday; several times for several."),
    ] = None,
    author: Author = "",
) -> None:
    """Note what somebody asked for."""
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
    _store([action], author)


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
    _amend(site, name, lambda known: replace(known, answer=Text(sv=sv, en=en), answered=_day(day)), author)


@app.command()
def done(
    name: Name,
    site: SiteOption,
    since: Day = None,
    until: Annotated[datetime | None, time_option("The first day on which it is so no more.")] = None,
    author: Author = "",
) -> None:
    """Note from when on it is done, and with --until that it was taken back."""

    def changed(action: Action) -> Action:
        since_day = action.done_since if until and since is None and action.done_since else _day(since)
        return replace(action, done_since=since_day, undone=until and until.date())

    _amend(site, name, changed, author)


@app.command("list")
def list_actions(
    site: AnySite = None,
    log: Annotated[bool, typer.Option("--log", help="Who changed what, and when.")] = False,
) -> None:
    """Show the ledger: how far each action has come, and what it gave so far."""
    with opened(site) as db:
        if log:
            show(actions.log(db, site), "at author site id change")
            return
        rows = actions.listing(db, site)
        effects_so_far = _effects(db, rows)
    show(
        rows, "site id", state=lambda action: action.state(_day(None)), day=_since, title=lambda action: action.title,
        effect=lambda action: _effect_text(action, effects_so_far.get((action.site, action.id))),
    )  # fmt: skip


@app.command()
def remove(name: Name, site: SiteOption, author: Author = "") -> None:
    """Take an action out of the ledger; the log keeps that it was there."""
    with opened() as db:
        actions.remove(db, site, name, author, datetime.now(UTC))
        print("Removed.")


@app.command("import")
def import_ledger(
    file: Annotated[
        str, typer.Argument(help="A table as exported (CSV); - for the input, or an https address.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    author: Author = "",
) -> None:
    """Take in a ledger from a file; what it does not name stays as it is."""
    text = fetching.text(file, ledger.LARGEST)
    with opened() as db:
        parsed = ledger.parse(text, file, actions.listing(db))
    _store(parsed, author, dry_run)


@app.command("export")
def export_ledger(
    file: Annotated[str, typer.Argument(help="The file to write; - for the output.")] = "-",
    site: AnySite = None,
) -> None:
    """Write the ledger as a table (CSV) for a spreadsheet, with what each action gave so far."""
    from api.answers import MARK, to_csv
    from api.routes.ledger import LedgerRow, ledger_rows

    now = datetime.now(UTC)
    with opened() as db:
        places = [sites.load(db, site)] if site else sites.load_all(db)
        rows = [row for place in places for row in ledger_rows(db, place, now)]
    text = to_csv(rows, LedgerRow)
    if file == "-":
        print(text, end="")
        return
    try:
        # With a byte order mark, without which spreadsheets take the file for another encoding.
        Path(file).write_text(MARK + text, "utf-8", newline="")
    except OSError as exc:
        raise CalendarFileError(f"{file} cannot be written: {exc.strerror or exc}") from exc
    print(f"{many(len(rows), 'action')} written to {file}")


def _amend(site: str, name: str, change: Callable[[Action], Action], author: str) -> None:
    with opened() as db:
        print("\n".join(amend(db, site, name, change, author, datetime.now(UTC))) or "Nothing changed.")


def _store(entries: Sequence[Action], author: str, dry_run: bool = False) -> None:
    with opened() as db:
        lines = put(db, entries, author, datetime.now(UTC), dry_run=dry_run)
        print("\n".join(lines) or "Nothing changed.")


def _effects(db: Database, listed: Sequence[Action]) -> dict[tuple[str, str], ActionEffect]:
    """Return the effects of the actions that were done, as last computed."""
    effects = {site: action_effects(db, site) for site in {action.site for action in listed}}
    completed = [action for action in listed if action.done_since]
    return {(a.site, a.id): effects[a.site][a.id] for a in completed if a.id in effects[a.site]}


def _since(action: Action) -> date | None:
    """Return the day of the state in which an action is."""
    return {
        "asked": action.asked,
        "answered": action.answered,
        "done": action.done_since,
        "undone": action.undone,
    }[action.state(_day(None))]


def _effect_text(action: Action, effect: ActionEffect | None) -> str:
    with speaking("en"):
        return str(narratives.effect_sentence(effect, not action.spaces)) if effect else ""
