"""The command `besok visits`: counts from before, or beside, the sensors."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from besok.model.errors import CountFileError, Unclear
from besok.model.given_files import content
from besok.model.period_counts import LARGEST_FILE, CountFile
from besok.model.site import Site
from besok.store import period_counts, sites
from besok.store.period_counts import NewImport, put
from besok.store.sites import load
from cli.commands import hand_counts
from cli.commands.database import opened
from cli.commands.options import AsJson, Author, SiteOption, confirm
from cli.terminal.tables import json_text, show

app = typer.Typer(no_args_is_help=True)
app.command("count")(hand_counts.count)

Number = Annotated[int, typer.Argument(help="As `besok visits list` shows it.")]


@app.command("import")
def import_visits(
    file: Annotated[str, typer.Argument(help="CSV or XLSX; - for the input.")],
    site: SiteOption,
    source: Annotated[
        str, typer.Option(help="Where the counts are from, as “gate counter”; again the same for more of it.")
    ],
    portal: Annotated[
        list[str] | None,
        typer.Option(help="The door they are of, or SERIES=DOOR for a series; several times for several."),
    ] = None,
    measure: Annotated[
        Literal["gross", "net", "passages"] | None,
        typer.Option(
            help="What was counted: all who came in, these less deductions, or in and out together."
        ),
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(help="An answer to a question about the file, as dates=day-first; several for several."),
    ] = None,
    hours: Annotated[
        list[str] | None,
        typer.Option(
            help="The column of the opening hours of then, or two: when it opens, and when it closes. They become "
            "special days of the site."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Store without asking.")] = False,
    by: Author = "",
    as_json: AsJson = False,
) -> None:
    """Show what storing the counts of a file would change, ask, and store them."""
    from besok.services.imports import preview
    from cli.terminal import visits

    data = content(file, LARGEST_FILE, CountFileError, "; split it by years")
    name = "the input" if file == "-" else Path(file).name
    source = source.strip()
    if not source:
        raise CountFileError("--source is empty; say where the counts are from, as “gate counter 2015-2026”")
    with opened() as db:
        place, now = load(db, site), datetime.now(UTC)
        answers = _pairs(answer or (), "--answer") | ({"hours": "|".join(hours)} if hours else {})
        counts_file = _read(data, name, answers, portal or (), place)
        counts = measure or _measure(counts_file)
        doors = _doors(portal or (), counts_file)
        new = NewImport(
            source=source, file=counts_file, portal_of=doors, counted=counts, author=by, name=name,
            digest=hashlib.sha256(data).hexdigest(),
        )  # fmt: skip
        effect = preview(db, site, new, now)
        if not as_json:
            print("\n".join(visits.preview(effect, counts_file)))
        elif not yes:
            print(visits.as_json(effect, counts_file))
        confirm("Store them?", yes)
        number = put(db, site, new, now)
    if as_json:
        print(visits.as_json(effect, counts_file, number))
    else:
        print(f"Stored as import {number}; `besok visits undo {number}` takes it back.")


@app.command("list")
def list_imports(site: SiteOption, as_json: AsJson = False) -> None:
    """Show what was imported: number, span, visits, source, author; undone ones too."""
    with opened() as db:
        imports = period_counts.listing(db, sites.load(db, site).id)
    if as_json:
        print(json_text(imports))
    else:
        show(imports, "id made author source first last rows visits name undone changed_by")


@app.command()
def undo(number: Number, by: Author = "") -> None:
    """Make an import count for nothing; what it replaced counts again."""
    with opened() as db:
        period_counts.undo(db, number, by, now=datetime.now(UTC))
    print(f"Import {number} is undone; `besok visits redo {number}` makes it count again.")


@app.command()
def redo(number: Number, by: Author = "") -> None:
    """Make an import that was undone count again."""
    with opened() as db:
        period_counts.redo(db, number, by, now=datetime.now(UTC))
    print(f"Import {number} counts again.")


def _read(
    data: bytes, name: str, answers: Mapping[str, str], portals: Sequence[str], place: Site
) -> CountFile:
    from besok.files.values import zone_named
    from besok.files.visit_counts import read
    from besok.files.visit_counts.series import ALL

    zone = zone_named(place.timezone)
    with _naming_options():
        try:
            return read(data, name, answers, zone=zone)
        except Unclear as exc:
            question = next((q for q in exc.questions if q.key == "series" and q.several), None)
            series = {choice.value for choice in question.choices} - {ALL} if question else set()
            if not series or not series <= {text.partition("=")[0].strip() for text in portals}:
                raise
        return read(data, name, {**answers, "series": ALL}, zone=zone)  # each has been given its door


@contextmanager
def _naming_options() -> Iterator[None]:
    """Name the option with each answer to what is asked."""
    try:
        yield
    except Unclear as exc:
        lines = []
        for question in exc.questions:
            several = " (several: joined by |)" if question.several else ""
            lines += [str(question.text), f"Answer{several}:"]
            lines += [f"  --answer '{question.key}={c.value}'  {c.text}" for c in question.choices[:40]]
            if not question.choices:
                lines.append(f"  --answer {question.key}=…")
            if len(question.choices) > 40:
                lines.append(f"  and {len(question.choices) - 40} more")
        raise CountFileError("\n".join(lines)) from exc


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    for key, sign, _ in pairs:
        if not sign or not key.strip():
            raise CountFileError(f"{option} {key}: write KEY=VALUE")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _measure(file: CountFile) -> Literal["gross"]:
    """Return the usual measure; a running total may count both ways, which must be said. Raises CountFileError."""
    if any(remark.kind == "running" for remark in file.findings):
        raise CountFileError(
            "Does the counter count each person once, or on the way in and on the way out? "
            "Say --measure gross for once, --measure passages for both"
        )
    return "gross"


def _doors(portals: Sequence[str], file: CountFile) -> dict[str, str | None]:
    """Return the door of each series. Raises CountFileError for a series that the file does not have."""
    series = {count.series for count in file.counts}
    if len(portals) == 1 and "=" not in portals[0]:
        return dict.fromkeys(series, portals[0])
    doors = _pairs(portals, "--portal")
    for name in doors.keys() - series:
        raise CountFileError(
            f"--portal {name}: the file has {', '.join(sorted(series)) or 'one series only'}"
        )
    return dict(doors)
