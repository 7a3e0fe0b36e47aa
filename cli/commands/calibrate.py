"""The commands `besok calibrate`: what validation counts say, and corrections proposed, accepted and undone."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from besok.services.calibration import get_calibration, propose_corrections
from besok.store import calibrations
from cli.commands.database import opened, sites_of
from cli.commands.options import Author, Reason, SiteArgument, day_option, id_argument, listed_by, stated
from cli.terminal import calibration
from cli.terminal.calibration import PROPOSAL
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)

Number = Annotated[
    int, typer.Argument(min=1, help="The number of the proposal; `besok calibrate list` shows it.")
]
OneSite = Annotated[str, typer.Option(help="A site; all if left out.")]


@app.command("list")
def listing(site: OneSite = "") -> None:
    """Show how well each door counts, what to count next, and what was proposed."""
    now = datetime.now(UTC)
    with opened() as db:
        for name in sites_of(db, site):
            print("\n".join(calibration.lines(get_calibration(db, name, now))))


@app.command()
def propose(site: OneSite = "", author: Author = "besok") -> None:
    """Propose a correction for each door that surely counts wrong. Nothing changes until it is accepted."""
    now = datetime.now(UTC)
    with opened() as db:
        proposals = [p for name in sites_of(db, site) for p in propose_corrections(db, name, author, now)]
    show(proposals, PROPOSAL, "No door needs a correction that its counts could prove.")


@app.command()
def accept(
    number: Number,
    reason: Reason,
    first: Annotated[
        datetime | None,
        day_option("The first day to correct; that of the first count if not given.", check=stated),
    ] = None,
    author: Author = "",
) -> None:
    """Correct a door's figures from a day on. Readings stay as they are."""
    with opened() as db:
        day = first.date() if first else None
        calibrations.accept(db, number, author=author, reason=reason, now=datetime.now(UTC), first=day)
    print(
        f"{number} is in force; its figures are marked as corrected. `besok calibrate undo {number}` takes it back."
    )


@app.command()
def reject(number: Number, reason: Reason, author: Author = "") -> None:
    """Turn a proposal down."""
    with opened() as db:
        calibrations.reject(db, number, author=author, reason=reason, now=datetime.now(UTC))
    print(f"{number} is rejected.")


@app.command()
def undo(number: Number, reason: Reason, author: Author = "") -> None:
    """Take a correction back, for all the time in which it was in force."""
    with opened() as db:
        calibrations.undo(db, number, author=author, reason=reason, now=datetime.now(UTC))
    print(f"{number} is undone; the figures are what the sensors counted.")


@app.command()
def discard(
    site: SiteArgument,
    count: Annotated[UUID, id_argument("The id of a count", "besok calibrate list")],
    reason: Reason,
    author: Author = "",
) -> None:
    """Take a count that went wrong out of use; it is kept."""
    with opened(site) as db, listed_by("besok calibrate list"):
        calibrations.discard(db, site, count, author=author, reason=reason, now=datetime.now(UTC))
    print(f"{count} is not used any more.")
