"""The commands `besok site`: site files checked, applied and printed."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from besok.model.plurals import many
from besok.model.sitefile import dump
from besok.model.sitefile.notes import notes
from besok.store import removal
from besok.store.sites import apply as put
from besok.store.sites import export as stored
from cli.commands import site_new
from cli.commands.database import opened
from cli.commands.device import sent
from cli.commands.options import Yes, confirm, day_option, stated
from cli.commands.sitefiles import as_sandbox, read

app = typer.Typer(no_args_is_help=True)
app.command("new")(site_new.new)

SiteFileArgument = Annotated[
    Path, typer.Argument(help="A site file; besok site new writes one to begin with.")
]


@app.command()
def check(file: SiteFileArgument) -> None:
    """Say what is wrong with a site file, line by line."""
    content = read(file)
    sites = content.sites
    print(
        f"{file} is good: "
        + ", ".join(
            f"{s.id} ({many(len(s.spaces), 'space')}, {many(len(s.sensors), 'sensor')})" for s in sites
        )
    )
    for note in notes(content):
        print(f"NOTE: {note}")


@app.command()
def apply(
    file: SiteFileArgument,
    yes: Yes = False,
    sandbox: Annotated[bool, typer.Option(help="Mark the sites as places for simulated data.")] = False,
    first: Annotated[
        datetime | None,
        day_option(
            "The business day on which everything begins that is new or other in the file and has no date there.",
            "--from",
            check=stated,
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option(help="Undo what was edited in pages and the file has otherwise.")
    ] = False,
) -> None:
    """Show how a site file differs from the database, and what becomes of past days; then make the database like it."""
    sites = as_sandbox(read(file)) if sandbox else read(file)
    with opened() as db:
        day: date | None = first.date() if first else None
        differences = put(db, sites, dry_run=True, first=day, overwrite=overwrite)
        if not differences:
            print("Nothing to do: the database is like the file.")
            return
        print("\n".join([*differences, *(f"NOTE: {note}" for note in notes(sites))]))
        if day is None and not all(": new " in line for line in differences):
            print(
                "NOTE: without dates sensors change now, and opening hours on all days; --from DATE says since when."
            )
        confirm("Apply?", yes)
        put(db, sites, first=day, overwrite=overwrite)
        print("Applied.")


@app.command()
def export() -> None:
    """Print the sites as they are in the database, as a site file."""
    with opened() as db:
        print(dump(stored(db)), end="")


@app.command()
def remove(
    site: Annotated[list[str], typer.Argument(help="A site, or several; `besok site export` lists them.")],
    yes: Yes = False,
) -> None:
    """Delete sites, the sensors that were only there, and all they hold, for good; the example too."""
    sites = list(dict.fromkeys(site))
    with opened() as db:
        for site_id in sites:
            content = removal.site_content(db, site_id, *sites)
            print(f"{site_id}: {many(content.devices, 'device')} with {sent(content.sent)}")
            entries = (
                (content.written.imports, "import of counts"),
                (content.written.periods, "closed period"),
                (content.written.counts, "validation count"),
                (content.written.headcounts, "headcount"),
                (content.written.corrections, "correction"),
                (content.written.actions, "action"),
                (content.written.events, "programme event"),
            )
            if entered := ", ".join(many(n, noun) for n, noun in entries if n):
                print(f"    entered by people: {entered}")
        confirm(f"Delete {' and '.join(sites)}, for good?", yes)
        removal.remove_sites(db, *sites)
        print(f"{' and '.join(sites)}: gone.")
