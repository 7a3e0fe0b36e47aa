"""The commands `besok quarantine`: readings that do not count until a person decides about them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from besok.model.plurals import many
from besok.model.readings import Withheld
from besok.store import quarantine_decisions
from besok.store.quarantine_decisions import Choice, Chosen, decide
from cli.commands.database import opened
from cli.commands.options import AnySiteArgument, Author, Reason, day_option, stated, taking_together
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)

Device = Annotated[str, typer.Argument(help="A device, as `besok quarantine list` shows it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Which readings of a device a decision is about, who makes it and why."""

    source: Annotated[
        str | None, typer.Option(help="Its source, where devices of several have the name.")
    ] = None
    channel: Annotated[str | None, typer.Option(help="One channel of it; all if left out.")] = None
    cause: Annotated[Withheld | None, typer.Option(help="Only what is withheld for this cause.")] = None
    first: Annotated[
        datetime | None,
        day_option(
            "Only readings from this day on (UTC, as `besok quarantine list` shows them).", check=stated
        ),
    ] = None
    last: Annotated[
        datetime | None, day_option("Only readings up to this day, itself included (UTC).", check=stated)
    ] = None
    by: Author = ""
    reason: Reason = ""


WHY = {
    Withheld.LATE: "came later than the site allows",
    Withheld.AHEAD: "of a time more than a day ahead",
    Withheld.SIZE: "more people than can have passed",
    Withheld.FLOOD: "many in a quarter of an hour that come to more people than can have passed",
}


@app.command("list")
def listing(site: AnySiteArgument = "") -> None:
    """Show what waits for a decision, and what was decided."""
    with opened(site) as db:
        groups = quarantine_decisions.groups(db, site or None)
        decided = quarantine_decisions.decisions(db, site or None)
    show(
        groups,
        "device channel source site portal cause readings people first last first_received last_received",
        "Nothing waits in quarantine.",
        why=lambda group: WHY[group.cause],
    )
    if decided:
        show(decided, "id decision readings device author made reason undone undone_by")


@app.command()
@taking_together
def release(device: Device, decision: Decision) -> None:
    """Let readings count, and recompute their days: of a gateway that was offline, of a day with a festival."""
    number, readings = _decide("released", device, decision)
    print(f"{many(readings, 'reading')} count now. `besok quarantine undo {number}` takes that back.")


@app.command()
@taking_together
def drop(device: Device, decision: Decision) -> None:
    """Decide that readings are false. They are kept, do not count, and are no longer asked about."""
    number, readings = _decide("dropped", device, decision)
    print(f"{many(readings, 'reading')} dropped. `besok quarantine undo {number}` takes that back.")


@app.command()
def undo(
    number: Annotated[int, typer.Argument(min=1, help="The number of a decision.")], by: Author = ""
) -> None:
    """Take a decision back: its readings wait again, and what had counted counts no more."""
    with opened() as db:
        quarantine_decisions.undo(db, number, author=by, now=datetime.now(UTC))
    print(f"Decision {number} is undone; its readings wait in quarantine.")


def _decide(choice: Choice, device: str, decision: Decision) -> tuple[int, int]:
    chosen = Chosen(
        device=device,
        source=decision.source,
        channel=decision.channel,
        cause=decision.cause,
        first=decision.first and decision.first.replace(tzinfo=UTC),
        last=decision.last and decision.last.replace(tzinfo=UTC) + timedelta(days=1),
    )
    with opened() as db:
        return decide(db, choice, chosen, author=decision.by, now=datetime.now(UTC), reason=decision.reason)
