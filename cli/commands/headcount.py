"""The commands `besok headcount`: how many people somebody counted in a space, listed and taken back."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import typer

from besok.model.headcount import Headcount
from besok.store import headcounts
from besok.store.sites import load
from cli.commands.database import opened
from cli.commands.options import (
    Author,
    Reason,
    SiteArgument,
    day_option,
    id_argument,
    listed_by,
    stated,
    time_option,
)
from cli.terminal.headcounts import lines, moment

app = typer.Typer(no_args_is_help=True)

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%H:%M"]


@app.command()
def add(
    site: SiteArgument,
    space: Annotated[str, typer.Argument(help="A space of it; the site's own id for the whole building.")],
    people: Annotated[int, typer.Argument(min=0, help="How many were there.")],
    seats: Annotated[int | None, typer.Option(min=0, help="How many seats were taken.")] = None,
    at: Annotated[
        datetime | None,
        time_option("When, by the site's clock (14:30 is today); now if left out.", forms=FORMATS),
    ] = None,
    by: Author = "",
) -> None:
    """Enter a headcount. It moves the estimate of its moment, and of the day."""
    from besok.services.headcounts import receive_headcount

    now = datetime.now(UTC)
    with opened() as db:
        place = load(db, site)
        time = moment(at, place, now)
        count = Headcount(
            id=uuid4(), space=space, time=time, sent=now, people=people, seats_taken=seats,
            counted_by=by,
        )  # fmt: skip
        receive_headcount(db, place, count, now)
    print(f"{count.id} {space}: {people}; `besok headcount undo {site} {count.id}` takes it back.")


@app.command("list")
def listing(
    site: SiteArgument,
    first: Annotated[
        datetime | None, day_option("The first day; eight weeks ago if left out.", check=stated)
    ] = None,
    last: Annotated[datetime | None, day_option("The last day; today if left out.", check=stated)] = None,
) -> None:
    """Show the headcounts, and how many lay within the intervals of the estimates before them."""
    from besok.services.headcounts import get_headcounts

    with opened() as db:
        place = load(db, site)
        days = (first.date() if first else None, last.date() if last else None)
        headcounts = get_headcounts(db, place, datetime.now(UTC), *days)
    print("\n".join(lines(headcounts)))


@app.command()
def undo(
    site: SiteArgument,
    count: Annotated[UUID, id_argument("The id of a headcount", "besok headcount list")],
    reason: Reason,
    by: Author = "",
) -> None:
    """Take a headcount out of use. It is kept, and the day is estimated without it."""
    with opened(site) as db, listed_by("besok headcount list"):
        headcounts.undo(db, load(db, site), count, author=by, reason=reason, now=datetime.now(UTC))
    print(f"{count} is not used any more.")
