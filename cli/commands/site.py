"""The commands `besok site`: site files checked, applied and printed."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from besok.model.plurals import many
from cli.commands.database import opened
from cli.commands.sitefiles import read

app = typer.Typer(no_args_is_help=True, help="Site files: what is where, which sensor observes what.")

SiteFileArgument = Annotated[Path, typer.Argument(help="A site file, such as sites/helsingborg.toml")]


def register(main: typer.Typer) -> None:
    """Add the group."""
    main.add_typer(app, name="site")


@app.command()
def check(file: SiteFileArgument) -> None:
    """Say what is wrong with a site file, line by line."""
    from besok.model.sitefile.checks import remarks

    sites = read(file).sites
    print(
        f"{file} is good: "
        + ", ".join(
            f"{s.id} ({many(len(s.spaces), 'space')}, {many(len(s.sensors), 'sensor')})" for s in sites
        )
    )
    for remark in remarks(sites):
        print(f"Note: {remark}")


@app.command()
def apply(
    file: SiteFileArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    sandbox: Annotated[bool, typer.Option(help="Mark the sites as places for simulated data.")] = False,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The business day on which everything begins that is new or other in the file and has no date there.",
        ),
    ] = None,
) -> None:
    """Show how a site file differs from the database, and what becomes of past days; then make the database like it."""
    from besok.store.sites import apply as put
    from cli.stack.demo import as_sandbox

    sites = as_sandbox(read(file)) if sandbox else read(file)
    with opened() as db:
        day: date | None = first.date() if first else None
        differences = put(db, sites, dry_run=True, first=day)
        if not differences:
            print("Nothing to do: the database is like the file.")
            return
        print("\n".join(differences))
        if not yes:
            typer.confirm("Apply?", abort=True)
        put(db, sites, first=day)
        print("Applied.")


@app.command()
def export() -> None:
    """Print the sites as they are in the database, as a site file."""
    from besok.model.sitefile import dump
    from besok.store.sites import export as stored

    with opened() as db:
        print(dump(stored(db)), end="")
