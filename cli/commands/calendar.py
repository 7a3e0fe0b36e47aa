"""The commands `besok calendar` and `besok weather`."""

from datetime import UTC, datetime
from typing import Annotated, Literal

import typer

from besok.model.plurals import many
from cli.commands.database import opened
from cli.commands.options import AnySite, SiteOption
from cli.terminal.tables import show

calendar_app = typer.Typer(
    no_args_is_help=True, help="The programme and the school holidays, from calendar files."
)
weather_app = typer.Typer(no_args_is_help=True, help="The weather of past days, from files.")


@calendar_app.command("import")
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


@calendar_app.command("list")
def list_calendars(site: AnySite = None) -> None:
    """Show what was imported: site, kind, name, number, days."""
    from besok.store.calendars import imported

    with opened() as db:
        show(imported(db, site), "site kind calendar number first last")


@calendar_app.command("remove")
def remove_calendar(
    name: Annotated[str, typer.Argument(help="Its name in the list.")], site: SiteOption
) -> None:
    """Forget all that was imported under a name."""
    from besok.store.calendars import remove

    with opened() as db:
        print(f"{remove(db, site, name)} removed")


@weather_app.command("import")
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


@weather_app.command("remove")
def remove_weather(site: SiteOption) -> None:
    """Forget the weather of a site."""
    from besok.store.calendars import remove_weather as forget

    with opened() as db:
        print(f"{many(forget(db, site), 'day')} removed")
