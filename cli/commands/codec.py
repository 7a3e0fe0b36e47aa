"""The commands `besok codec`: vendors' decoders of LoRaWAN frames."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from besok.files.codec_trees import read_codec, read_tree
from besok.model.decode_context import Codec, DecodeContext
from besok.model.errors import BesokError
from besok.model.mapping_draft import HEAD
from besok.model.plurals import many
from besok.store import codecs
from cli.commands.database import opened
from cli.commands.options import Author
from cli.standalone import dry_run
from cli.terminal.tables import show
from collectors.lorawan.codecs import CODECS, LOOK_AFTER, Frame

app = typer.Typer(no_args_is_help=True)

Vendor = Annotated[str, typer.Argument(help="Who makes the device, such as Milesight.")]
Model = Annotated[str, typer.Argument(help="The model, such as VS133.")]
NAMES_SHOWN = 6


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="The codec, one file, as the vendor gives it.")],
    vendor: Annotated[str, typer.Option(help="Who makes the device, such as Milesight.")],
    model: Annotated[str, typer.Option(help="The model, such as VS133.")],
    author: Author = "",
) -> None:
    """Add a vendor's codec for a model, or replace the one that is there. It runs in a process that can do no harm."""
    codec = read_codec(file, vendor.strip(), model.strip())
    if not codec.vendor or not codec.model:
        raise BesokError("Say who makes the device and its model: --vendor Milesight --model VS133")
    if problem := CODECS.check(codec):
        raise BesokError(f"{file} is not added: {problem.removesuffix(f': {LOOK_AFTER}')}")
    with opened() as db:
        is_new = codecs.add(db, [codec], author=author, now=datetime.now(UTC))
    print(f"{'Added' if is_new else 'There already'}: the codec of {codec.name}, sha256 {codec.sha256}")
    support = dry_run.support(codec.name)
    if support == "layout":
        print(f"Besök decodes frames of {codec.name} itself; from now on the codec comes first.")
    if support == "none":
        print(
            f"No table says what the fields of {codec.name} mean: `besok codec test` shows them, and Besök asks about"
            " those that may be about people (docs/how-to/connect-a-sensor.md)."
        )


@app.command("import")
def import_codecs(
    folder: Annotated[
        Path,
        typer.Argument(help="A checkout of ChirpStack's device profiles, or a tree like lorawan-devices."),
    ],
    vendor: Annotated[str, typer.Option(help="All of this vendor's, and only those.")] = "",
    author: Author = "",
) -> None:
    """Add a folder's codecs of models whose frames Besök does not decode itself; say what is left out, and why."""
    tree = read_tree(folder)
    chosen, left_out = _chosen(tree.codecs, vendor)
    with opened() as db:
        changed = codecs.add(db, chosen, author=author, now=datetime.now(UTC))
    print(f"{many(len(chosen), 'codec')} taken, of which new or changed: {changed}")
    for codec in chosen:
        note = (
            "  (no table says what its fields mean: Besök asks)"
            if dry_run.support(codec.name) == "none"
            else ""
        )
        print(f"  {codec.name}{note}")
    why = defaultdict(list)
    for name, reason in [*((name, f"since {fault}") for name, fault in tree.left), *left_out]:
        why[reason].append(name)
    for reason, names in sorted(why.items(), key=lambda pair: -len(pair[1])):
        more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
        print(f"{len(names)} left out, {reason}: {', '.join(names[:NAMES_SHOWN])}{more}")


@app.command("list")
def list_codecs() -> None:
    """Show the codecs that were added: model, hash, when, by whom."""
    with opened() as db:
        show(
            codecs.load(db), "codec.name sha256 added added_by",
            state=lambda one: "" if one.codec.sha256 == one.sha256 else "CHANGED SINCE: not run, add it again",
        )  # fmt: skip


@app.command("test")
def test_codec(
    vendor: Vendor,
    model: Model,
    frame: Annotated[str, typer.Argument(help="The bytes of a frame, in hexadecimal digits.")],
    fport: Annotated[int, typer.Option(min=0, max=255, help="The port of the frame.")] = 1,
) -> None:
    """Show the fields that a codec makes of a frame, and what becomes of them. Nothing is stored."""
    with opened() as db:
        codec = codecs.find(db, vendor, model)
    now = datetime.now(UTC)
    request = dry_run.Request(
        content=frame.encode(), received=now, fport=fport, encoding="hex", model=codec.name
    )
    answer = CODECS.run(codec, [Frame(dry_run.hexadecimal(frame.encode()), fport, now.timestamp() * 1000)])[0]
    print(
        answer.problem.removesuffix(f": {LOOK_AFTER}")
        or json.dumps(answer.fields, ensure_ascii=False, indent=2)
    )
    for warning in answer.warnings:
        print(f"warning: {warning}")
    if not answer.problem:
        text = dry_run.as_text(dry_run.run(request, DecodeContext(codecs=(codec,))))
        print(text.partition(f"\n{HEAD}")[0])  # a mapping needs the topic of a real message


@app.command()
def remove(vendor: Vendor, model: Model) -> None:
    """Take a codec out; the readings that came through it stay."""
    with opened() as db:
        codecs.remove(db, vendor, model)
    print(f"Removed: the codec of {vendor} {model}")


def _chosen(candidates: Iterable[Codec], vendor: str) -> tuple[list[Codec], list[tuple[str, str]]]:
    """Part the codecs that can be used from the others, with the reason."""

    def reason(codec: Codec) -> str:
        if vendor and not codec.vendor.lower().startswith(vendor.lower()):
            return "since they are of another vendor"
        if not vendor and dry_run.support(codec.name) == "layout":
            return "since Besök decodes their frames itself (--vendor takes them nevertheless)"
        problem = CODECS.check(codec)
        return f"since {problem.removesuffix(f': {LOOK_AFTER}')}" if problem else ""

    judged = [(codec, reason(codec)) for codec in candidates]
    return [codec for codec, why in judged if not why], [(codec.name, why) for codec, why in judged if why]
