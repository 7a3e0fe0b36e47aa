"""The commands `besok receive`: the receiver itself, and the tokens with which counters send."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from besok.model import tokens, topics
from besok.store import receive_tokens
from cli.commands.database import opened
from cli.serving import settings as serving
from cli.serving.receiver import NAME, serve
from cli.serving.settings import settings
from cli.terminal.tables import show
from collectors.receive.publisher import topic_of

RANDOM_BYTES = 15  # of a token, 120 bits: 24 letters and digits, which every device has room for

app = typer.Typer()
token = typer.Typer(no_args_is_help=True, help="Tokens with which counters send by HTTP.")
app.add_typer(token, name="token")


@app.callback(invoke_without_command=True)
def receive(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option(help="Take files from here too; each counter has a folder of its own in it."),
    ] = None,
) -> None:
    """Take counts that are pushed by HTTP, or put into a folder, to the broker, until ended."""
    if context.invoked_subcommand:
        return
    more = {"receive_folder": str(folder)} if folder else {}
    serving.serve(lambda settings, stop: serve(settings.model_copy(update=more), stop), NAME)


@token.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called: the name of the device, as a rule.")],
    device: Annotated[
        list[str] | None,
        typer.Option(
            help="What may stand behind /in/: a name, or a filter as MQTT has them; NAME/# if left out."
        ),
    ] = None,
) -> None:
    """Make a token and print it. It is shown only now."""
    devices = device or [f"{name}/#"]
    try:
        topic_of(name)
        for each in devices:
            check_filter(each)
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from None
    secret, digest = tokens.make(RANDOM_BYTES)
    with opened() as db:
        if not receive_tokens.add(db, name, digest, devices, datetime.now(UTC)):
            raise typer.BadParameter(
                f"there is a token {name}; `besok receive token remove {name}` removes it"
            )
    print(
        f"{secret}\n\nIt is shown only now. Enter it in the device as the password, with any user name, or as a\n"
        f"bearer token. Try it:\n\n  curl -H 'Authorization: Bearer {secret}' --json @message.json \\\n"
        f"    http://127.0.0.1:{settings().receive_port}/in/{quote(name)}"
    )


@token.command("list")
def list_tokens() -> None:
    """Show the tokens: when they were made, and what each may send for."""
    with opened() as db:
        show(receive_tokens.load_all(db), "name created", sends_to=lambda t: [f"/in/{d}" for d in t.devices])


@token.command()
def remove(name: Annotated[str, typer.Argument(help="Its name in the list.")]) -> None:
    """Remove a token: nobody can send with it any more."""
    with opened() as db:
        if not receive_tokens.remove(db, name):
            raise typer.BadParameter(f"there is no token {name}; `besok receive token list` shows them")
    print(f"The token {name} is removed.")


def check_filter(text: str) -> None:
    """Raise ValueError for what is not a filter of devices, such as `cafe-door/#` or `+/counts`."""
    if wrong := topics.problem(text):
        raise ValueError(f"{text} is not a filter of devices: {wrong}")
    if text.startswith("/") or not text.isprintable():
        raise ValueError(
            f"{text!r} is not a filter of devices: write what stands behind /in/, such as cafe-door/#"
        )
