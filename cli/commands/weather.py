"""The commands `besok weather`."""

from typing import Annotated

import typer

from besok.model.plurals import many
from besok.store import calendars as store
from cli.commands.database import opened
from cli.commands.options import SiteOption

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def import_weather(
    file: Annotated[
        str, typer.Argument(help="A CSV file, or SMHI's CSV or JSON; - for the input, or an https address.")
    ],
    site: Annotated[
        list[str] | None, typer.Option(help="The site; several times for several, all if left out.")
    ] = None,
) -> None:
    """Take in the temperature and precipitation of days."""
    from cli import calendars

    with opened() as db:
        for line in calendars.import_weather(db, file, site or []):
            print(line)


@app.command("remove")
def remove_weather(site: SiteOption) -> None:
    """Forget the weather of a site."""
    with opened() as db:
        print(f"{many(store.remove_weather(db, site), 'day')} removed")
