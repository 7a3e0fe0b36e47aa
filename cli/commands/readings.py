"""The commands `besok readings`: what a sensor sent in some time, voided and counted again."""

from datetime import UTC, datetime
from math import inf
from typing import Annotated

import typer

from besok.model.errors import BesokError
from besok.model.plurals import many
from besok.services.voids import time_span
from besok.store import voids
from cli.commands.database import opened
from cli.commands.options import AnySiteArgument, Author, DeviceArgument, Reason, SourceOption, Yes, confirm
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_voids(
    site: AnySiteArgument = "",
) -> None:
    """Show what was voided: number, device, time, reason, author, and whether it was undone."""
    columns = (
        "id source device first last above readings people reason author made undone undone_by undone_why"
    )
    with opened(site) as db:
        show(voids.listing(db, site or None), columns, "Nothing was voided.")


@app.command()
def void(
    device: DeviceArgument,
    first: Annotated[
        str, typer.Argument(metavar="FROM", help="A day, or a day and a time: 2026-03-02T10:15.")
    ],
    last: Annotated[str, typer.Argument(metavar="TO", help="The end; a day is part of it.")],
    reason: Reason,
    above: Annotated[
        float | None, typer.Option(help="Only readings of more than that; the others go on counting.")
    ] = None,
    author: Author = "",
    source: SourceOption = "",
    yes: Yes = False,
) -> None:
    """Take what a device sent in some time out of all figures. It is kept, and that time is not measured."""
    if not reason.strip():
        raise BesokError("say why with --reason; it is shown beside the figures")
    if above is not None and not 0 <= above < inf:
        raise BesokError(f"--above {above:g} is not possible; write a number of 0 or more")
    now = datetime.now(UTC)
    with opened() as db:
        target = voids.find(db, device, source)
        begins, ends = time_span(db, target, first, last)
        if begins > now:
            raise BesokError(f"{begins} is in the future, and nothing was sent then; choose an earlier time")
        affected = voids.affected(db, target, begins, ends, above)
        people = f", {many(affected.people, 'person', 'people')} passing in them" if affected.people else ""
        print(f"{many(affected.readings, 'reading')} of {device} from {begins} to {ends}{people}")
        confirm("Leave them out of all figures?", yes)
        number = voids.add(db, target, begins, ends, above, reason=reason.strip(), author=author, now=now)
    print(f"Voided under {number}; `besok readings undo {number} --reason WHY` lets them count again.")


@app.command()
def undo(
    number: Annotated[int, typer.Argument(min=1, help="As `besok readings list` shows it.")],
    reason: Reason,
    author: Author = "",
) -> None:
    """Let readings that were voided count again."""
    with opened() as db:
        voids.undo(db, number, reason=reason.strip(), author=author, now=datetime.now(UTC))
    print(f"{number} is undone: its readings count again.")
