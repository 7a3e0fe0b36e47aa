"""The commands for real traffic: `besok simulate record` and `besok simulate replay`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from besok.model.plurals import many
from cli.serving.settings import asked_to_end, settings


def record(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The new file, .jsonl; .jsonl.gz is compressed.")
    ],
    topics: Annotated[list[str] | None, typer.Option(help="Topic filters; all topics if left out.")] = None,
    for_: Annotated[
        str, typer.Option("--for", help="How long, such as 90s, 10m or 2h; until Ctrl-C if left out.")
    ] = "",
) -> None:
    """Record the messages of real sensors, without what is personal."""
    from besok.store import decode_context
    from besok.store.database import Database
    from cli.traffic import record as recorder
    from cli.traffic.recording import duration

    for_s = duration(for_).total_seconds() if for_ else None
    if for_s is not None and for_s <= 0:
        raise typer.BadParameter(f"--for {for_} is no time to record in: write it as 90s, 10m or 2h")
    stop, loaded = asked_to_end(), settings()
    with Database(loaded.database_url.get_secret_value(), pool_size=1) as db:
        known = decode_context.load(db)
    print(f"Recording to {output}" + ("" if for_ else "; Ctrl-C ends it"), flush=True)
    filters = [part for text in topics or ["#"] for part in text.split(",")]
    count = recorder.run(loaded, filters, output, stop=stop, known=known, for_s=for_s)
    print(f"{many(count.messages, 'message')} recorded, {count.stripped} of them without something personal")
    if count.missing:
        print(f"The connection was lost {many(count.missing, 'time')}")


def replay(
    file: Annotated[Path, typer.Argument(help="A recording.")],
    speed: Annotated[
        float, typer.Option(min=0, help="How many times faster than it was; 0: at full speed.")
    ] = 1.0,
    shift: Annotated[
        str,
        typer.Option(
            help="Move all times: to-now, by a duration (7d, -90m), or to begin on a day (2026-11-25)."
        ),
    ] = "",
    site: Annotated[
        list[str] | None,
        typer.Option(help="The sandbox site for messages in Besök's own topics; or RECORDED=SANDBOX."),
    ] = None,
) -> None:
    """Play a recording as simulated data, for sandbox sites."""
    from besok.store import decode_context
    from besok.store.database import Database
    from besok.store.sites import load_all
    from cli.traffic import replay as player
    from cli.traffic.rewriting import Shift

    stop, loaded = asked_to_end(), settings()
    with Database(loaded.database_url.get_secret_value(), pool_size=1) as db:
        places = player.places(load_all(db), decode_context.load(db))
    span = player.overview(file)
    to = player.targets(site or (), span, places)
    by = player.by(shift, span, now=datetime.now(UTC), speed=speed, zone=places.known.zone)
    moved = Shift(by=by, first=span.first, last=span.last, zone=places.known.zone)
    begins = f"{span.first + by:%Y-%m-%d %H:%M} UTC"
    print(f"{many(span.messages, 'message')} of {span.last - span.first}, from {begins} on", flush=True)
    result = player.run(loaded, file, moved, to, places, stop=stop, speed=speed)
    print("\n".join(result.lines()))
