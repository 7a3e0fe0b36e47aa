"""The commands `besok rejected`: messages that could not be read."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from besok.services.devices import get_rejected
from cli.commands.database import opened
from cli.serving.settings import settings
from collectors.replay import replay as replay_messages

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_rejected(
    limit: Annotated[int, typer.Option(min=1, help="How many, the latest first.")] = 20,
) -> None:
    """Show messages that could not be read, and why."""
    with opened() as db:
        for message in get_rejected(db, limit):
            print(f"{message.id}  {message.received:%Y-%m-%d %H:%M:%S}  {message.topic}  {message.reason}")
            print(f"    {message.payload[:200]}")


@app.command()
def replay(
    ids: Annotated[list[int] | None, typer.Argument(help="All of them if none is given.")] = None,
) -> None:
    """Try rejected messages again, after the cause was fixed."""
    new_devices = settings().new_devices_per_hour
    with opened() as db:
        good, still = replay_messages(db, ids or None, now=datetime.now(UTC), new_devices=new_devices)
        print(f"{good} read and stored now, {still} still rejected")
