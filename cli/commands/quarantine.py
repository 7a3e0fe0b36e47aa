"""The commands `besok quarantine`: readings that do not count until a person decides about them."""

import getpass
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from besok.model.plurals import many
from besok.model.readings import Withheld
from besok.model.views.quarantine import Decided, QuarantineGroup
from cli.commands.database import opened
from cli.commands.options import day_option

if TYPE_CHECKING:
    from besok.store.quarantine_decisions import Choice

app = typer.Typer(
    no_args_is_help=True,
    help="Quarantine: readings that came too late, tell of the future, or are too large, and do not count.",
)

Device = Annotated[str, typer.Argument(help="A device, as `besok quarantine list` shows it.")]
Source = Annotated[str | None, typer.Option(help="Its source, where devices of several have the name.")]
Channel = Annotated[str | None, typer.Option(help="One channel of it; all if left out.")]
Cause = Annotated[Withheld | None, typer.Option(help="Only what is withheld for this cause.")]
First = Annotated[
    datetime | None,
    day_option("Only readings from this day on (UTC, as `besok quarantine list` shows them)."),
]
Last = Annotated[datetime | None, day_option("Only readings up to this day, itself included (UTC).")]
Author = Annotated[str, typer.Option("--by", help="Who decides; it is kept. Your account if left out.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept.")]

WHY = {
    Withheld.LATE: "came later than the site allows",
    Withheld.AHEAD: "of a time more than a day ahead",
    Withheld.SIZE: "more people than can have passed",
    Withheld.FLOOD: "many in a quarter of an hour that come to more people than can have passed",
}


def register(main: typer.Typer) -> None:
    """Add the group."""
    main.add_typer(app, name="quarantine")


@app.command("list")
def listing(site: Annotated[str | None, typer.Argument(help="A site; all if left out.")] = None) -> None:
    """Show what waits for a decision, and what was decided."""
    from besok.store import quarantine_decisions

    with opened() as db:
        groups, decided = quarantine_decisions.groups(db, site), quarantine_decisions.decisions(db, site)
    print("\n".join(_listed(groups, decided)))


@app.command()
def release(
    device: Device,
    source: Source = None,
    channel: Channel = None,
    cause: Cause = None,
    first: First = None,
    last: Last = None,
    by: Author = "",
    reason: Reason = "",
) -> None:
    """Let readings count, and recompute their days: of a gateway that was offline, of a day with a festival."""
    number, readings = _decide("released", device, source, channel, cause, first, last, by, reason)
    print(f"{many(readings, 'reading')} count now. `besok quarantine undo {number}` takes that back.")


@app.command()
def drop(
    device: Device,
    source: Source = None,
    channel: Channel = None,
    cause: Cause = None,
    first: First = None,
    last: Last = None,
    by: Author = "",
    reason: Reason = "",
) -> None:
    """Decide that readings are false. They are kept, do not count, and are no longer asked about."""
    number, readings = _decide("dropped", device, source, channel, cause, first, last, by, reason)
    print(f"{many(readings, 'reading')} dropped. `besok quarantine undo {number}` takes that back.")


@app.command()
def undo(
    number: Annotated[int, typer.Argument(min=1, help="The number of a decision.")], by: Author = ""
) -> None:
    """Take a decision back: its readings wait again, and what had counted counts no more."""
    from besok.store import quarantine_decisions

    with opened() as db:
        quarantine_decisions.undo(db, number, author=by or getpass.getuser(), now=datetime.now(UTC))
    print(f"Decision {number} is undone; its readings wait in quarantine.")


def _decide(
    choice: "Choice",
    device: str,
    source: str | None,
    channel: str | None,
    cause: Withheld | None,
    first: datetime | None,
    last: datetime | None,
    by: str,
    reason: str,
) -> tuple[int, int]:
    from besok.store.quarantine_decisions import Chosen, decide

    chosen = Chosen(
        device=device,
        source=source,
        channel=channel,
        cause=cause,
        first=first and first.replace(tzinfo=UTC),
        last=last and last.replace(tzinfo=UTC) + timedelta(days=1),
    )
    with opened() as db:
        return decide(
            db, choice, chosen, author=by or getpass.getuser(), now=datetime.now(UTC), reason=reason
        )


def _listed(groups: Sequence[QuarantineGroup], decided: Sequence[Decided]) -> Iterator[str]:
    if not groups:
        yield "Nothing waits in quarantine."
    for g in groups:
        place = f" at {g.site}/{g.portal or 'a space'}" if g.site else ", not placed"
        people = "" if g.people is None else f", {many(g.people, 'person', 'people')}"
        yield f"{g.device}  {g.channel} ({g.source}){place}: {WHY[g.cause]} (--cause {g.cause})"
        yield f"    {many(g.readings, 'reading')}{people}, of {g.first:%Y-%m-%d %H:%M} to {g.last:%Y-%m-%d %H:%M} UTC"
        yield f"    received {g.first_received:%Y-%m-%d %H:%M} to {g.last_received:%Y-%m-%d %H:%M} UTC"
    for d in decided:
        undone = f"; undone by {d.undone_by} on {d.undone:%Y-%m-%d}" if d.undone else ""
        why = f": {d.reason}" if d.reason else ""
        what = f"{many(d.readings, 'reading')} of {d.device} {d.decision}"
        yield f"{d.id}  {what} by {d.author} on {d.made:%Y-%m-%d}{why}{undone}"
