"""The commands `besok device`."""

from collections.abc import Sequence
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


@app.command("topics")
def bind_topics(
    device: Annotated[str, typer.Argument(help="Its name, as `besok device list` shows it.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A topic filter on which it may speak; repeat for several."),
    ] = None,
    learn: Annotated[
        bool,
        typer.Option("--learn", help="Forget its topics, and bind it to the one on which it is heard next."),
    ] = False,
) -> None:
    """Show or change the topics that a device is bound to: a placed device is believed only there."""
    from besok.model.topics import problem
    from besok.store import identity

    wrong = [f"{topic}: {reason}" for topic in set_ or () if (reason := problem(topic))]
    if wrong or (set_ and learn):
        raise typer.BadParameter("; ".join(wrong) or "--set and --learn exclude each other")
    with opened() as db:
        if set_ or learn:
            identity.set_topics(db, device, set_ or ())
        for source, told, heard in identity.topics_of(db, device):
            print(f"{source} {device}: {_bound(source, device, told, heard)}")


def _bound(source: str, device: str, told: Sequence[str], heard: Sequence[str]) -> str:
    from besok.model.decode_context import native_topics

    if source == "native":
        return f"{native_topics(device)[0]}, by its name"
    if told:
        return f"{', '.join(told)}, by the site file or this command"
    return (
        f"{', '.join(heard)}, on which it was heard"
        if heard
        else "none yet; the first that it is heard on binds it"
    )


def _strangers(db: "Database", now: datetime) -> "list[UnassignedSensor]":
    from besok.services.devices import get_unplaced
    from besok.services.unplaced_devices import suggest_placements
    from besok.store.sites import load_all

    return suggest_placements(get_unplaced(db, now), load_all(db))
