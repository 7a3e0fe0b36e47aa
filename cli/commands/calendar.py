"""The commands `besok calendar`."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from besok.store.calendars import imported, remove
from cli.commands.database import opened
from cli.commands.options import AnySite, SiteOption
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def import_calendar(
    file: Annotated[str, typer.Argument(help="An iCalendar file, - for the input, or an https address.")],
    site: SiteOption,
    space: Annotated[
        str, typer.Option(help="The space of all its events; told by their place if left out.")
    ] = "",
    kind: Annotated[
        Literal["events", "school-holidays"], typer.Option(help="What the file holds.")
    ] = "events",
    name: Annotated[
        str, typer.Option(help="What to call it; the next import of that name replaces this one.")
    ] = "",
) -> None:
    """Take in a programme, or school holidays (iCalendar, or CSV with first,last,name)."""
    from cli import calendars

    with opened() as db:
        for line in calendars.import_calendar(
            db, file, site, kind=kind, name=name, space=space, now=datetime.now(UTC)
        ):
            print(line)


@app.command("list")
def list_calendars(site: AnySite = None) -> None:
    """Show what was imported: site, kind, name, number, days."""
    with opened(site) as db:
        show(imported(db, site), "site kind calendar number first last")


@app.command("remove")
def remove_calendar(
    name: Annotated[str, typer.Argument(help="Its name in the list.")], site: SiteOption
) -> None:
    """Forget all that was imported under a name."""
    with opened() as db:
        print(f"{remove(db, site, name)} removed")
