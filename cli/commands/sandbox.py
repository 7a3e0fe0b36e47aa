"""The command `besok sandbox empty`."""

from typing import Annotated

import typer

from besok.model.plurals import many
from besok.store import sandbox as store
from cli.commands.database import opened
from cli.commands.options import Yes, confirm

app = typer.Typer(no_args_is_help=True)


@app.command()
def empty(
    site: Annotated[str, typer.Argument(help="A site that is a sandbox.")],
    yes: Yes = False,
) -> None:
    """Delete all that a sandbox holds; its places and sensors stay."""
    with opened() as db:
        store.check(db, site)
        content = store.content(db, site)
        if content.first and content.last:
            print(f"{site} holds {many(content.readings, 'reading')} of {many(content.devices, 'sensor')},"
                  f" from {content.first:%Y-%m-%d} to {content.last:%Y-%m-%d}.")  # fmt: skip
        confirm(f"Delete everything that {site} holds?", yes)
        print(f"{many(store.empty(db, site), 'reading')} deleted")
