"""The commands `besok device`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.database import opened

if TYPE_CHECKING:
    from besok.services.unplaced_devices import UnassignedSensor
    from besok.store.database import Database

app = typer.Typer(no_args_is_help=True, help="Sensors: which are heard, and where they hang.")


def register(main: typer.Typer) -> None:
    """Add the group."""
    main.add_typer(app, name="device")


@app.command("list")
def list_devices(
    unplaced: Annotated[
        bool, typer.Option(help="Only those that are heard and observe nothing yet.")
    ] = False,
) -> None:
    """Show the sensors: what each observes, and when it was last heard."""
    from besok.services.devices import get_devices
    from cli.terminal import devices

    now = datetime.now(UTC)
    with opened() as db:
        found = (
            devices.strangers(_strangers(db, now), now)
            if unplaced
            else devices.listing(get_devices(db, now=now), now)
        )
        print("\n".join(found) or "None.")


@app.command("suggest")
def suggest_devices() -> None:
    """Print lines for the site file: each sensor that is heard and not placed, where its name says that it hangs."""
    from cli.terminal import devices

    with opened() as db:
        print(
            "\n".join(devices.lines(_strangers(db, datetime.now(UTC))))
            or "# Every sensor that is heard has its place."
        )


def _strangers(db: "Database", now: datetime) -> "list[UnassignedSensor]":
    from besok.services.devices import get_unplaced
    from besok.services.unplaced_devices import suggest_placements
    from besok.store.sites import load_all

    return suggest_placements(get_unplaced(db, now), load_all(db))
