"""The commands `besok period`: months and years that were reported are closed."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from besok.model.plurals import many
from besok.store import closed_periods
from besok.text import revision_text
from besok.text.languages import in_both
from cli.commands.database import opened, sites_of
from cli.commands.options import AnySiteArgument, Author, Reason, SiteOption
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)


@app.command()
def close(
    period: Annotated[str, typer.Argument(help="A year or a month: 2025, or 2025-03.")],
    site: SiteOption,
    reason: Annotated[
        str, typer.Option(help="Why it is closed again with the present figure, where it was closed before.")
    ] = "",
    author: Author = "",
) -> None:
    """Keep the figure of a period as it is now, with its evidence; later changes show as a revision."""
    from besok.services.closed_periods import close_period, period_of

    first, last = period_of(period)
    with opened() as db:
        closed = close_period(
            db,
            site,
            first,
            last,
            author=author,
            reason=reason.strip(),
            now=datetime.now(UTC),
        )
    print(
        f"{period} of {site} is closed under {closed.id}: {many(closed.gross, 'visit')} gross, {closed.net:,.0f} net."
    )


@app.command("list")
def list_periods(
    site: AnySiteArgument = "",
    ended: Annotated[bool, typer.Option(help="Also those that were opened again or replaced.")] = False,
) -> None:
    """Show closed periods: figure, author, and what it would be now and why."""
    from besok.services.closed_periods import get_closed

    with opened() as db:
        periods = [period for name in sites_of(db, site) for period in get_closed(db, name, ended=ended)]
    show(
        periods, "id site first last gross net besok01 closed author version reason ended ended_by ended_why",
        revision=lambda one: in_both(lambda: revision_text.revision(one, "gross")).en,
    )  # fmt: skip


@app.command()
def reopen(
    number: Annotated[int, typer.Argument(min=1, help="As `besok period list` shows it.")],
    reason: Reason,
    author: Author = "",
) -> None:
    """Let the figure of a period follow its readings again; what was reported is kept."""
    with opened() as db:
        closed_periods.reopen(db, number, author=author, reason=reason, now=datetime.now(UTC))
    print(f"{number} is open again.")
