"""The commands `besok key`: keys of programs and wall screens."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from besok.services.accounts import MOST_DAYS, add_key
from besok.store import sessions
from cli.commands.database import opened
from cli.commands.options import user
from cli.commands.user import parsed
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called: the program or the screen that has it.")],
    role: Annotated[
        str,
        typer.Option(help="viewer, manager, planner, technician or admin; at one site only as viewer@SITE."),
    ] = "viewer",
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="Days until it expires.")] = 365,
) -> None:
    """Make a key and print it. It is shown only now."""
    (grant,) = parsed([role])
    with opened() as db:
        key, expires = add_key(db, name, grant, days, user(), datetime.now(UTC))
    print(
        f"{key}\n\nIt is shown only now, and may act as {grant} until {expires:%Y-%m-%d}.\n"
        f"A program sends it as a bearer token:  curl -H 'Authorization: Bearer {key}' ...\n"
        "A wall screen opens /login, A wall screen, and has it typed in once."
    )


@app.command("list")
def list_keys() -> None:
    """Show the keys: what each may, until when, who made it, and when it was last used."""
    with opened() as db:
        show(sessions.keys(db), "name role site expires created author used")


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """End a key; screens that were signed in with it are signed out."""
    with opened() as db:
        sessions.revoke_key(db, name, datetime.now(UTC))
    print(f"The key {name} is no more.")
