"""The command `besok adapter try`."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from besok.files.codec_trees import read_codec
from besok.model.decode_context import NOTHING, decode_context_of
from besok.model.given_files import content
from cli.commands.options import AsJson
from cli.commands.sitefiles import read, read_mappings
from cli.standalone import dry_run

app = typer.Typer(no_args_is_help=True)


@app.command("try")
def try_payload(
    file: Annotated[
        Path, typer.Argument(help="The payload as the sensor sends it; - reads it from the input.")
    ],
    topic: Annotated[str, typer.Option(help="The topic it comes on.")] = "",
    fport: Annotated[
        int | None, typer.Option(min=0, max=255, help="The port of a LoRaWAN frame (in hex).")
    ] = None,
    encoding: Annotated[
        Literal["json", "hex", "text"] | None, typer.Option(help="How the file is written.")
    ] = None,
    model: Annotated[str, typer.Option(help='What sends it, such as "Milesight VS133".')] = "",
    site_file: Annotated[
        Path | None, typer.Option(help="A site file, for its mappings, models and zone.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="A file with a mapping, as a site file has it or its keys alone.")
    ] = None,
    codec: Annotated[
        Path | None, typer.Option(help="A vendor's codec (JavaScript), for the frames of a LoRaWAN device.")
    ] = None,
    received: Annotated[
        str, typer.Option(help="When it comes, such as 2026-11-25T08:15:00Z; now if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show what a payload becomes, and why: readings, not data, or rejected. Nothing is stored."""
    request = dry_run.Request(
        content=content(file),
        received=dry_run.moment(received) or datetime.now(UTC),
        topic=topic,
        fport=fport,
        encoding=encoding,
        model=model,
        codec=read_codec(codec, "", model) if codec else None,
    )
    known = decode_context_of(read(site_file).sites) if site_file else NOTHING
    if mapping:
        known = replace(known, mappings=(*read_mappings(mapping), *known.mappings))
    result = dry_run.run(request, known)
    print(dry_run.as_json(result) if as_json else dry_run.as_text(result))
