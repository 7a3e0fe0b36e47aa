"""The command `besok report`."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from besok.model import settings
from besok.model.calendar import business_day
from besok.model.errors import BesokError
from besok.store.sites import load
from besok.text import lever_text
from cli.commands.database import opened
from cli.commands.options import AnySiteArgument, AsJson, SiteArgument, day_option, stated
from cli.terminal.tables import json_text

Language = Literal["sv", "en"]

app = typer.Typer(no_args_is_help=True)


@app.command()
def levers(
    site: SiteArgument,
    as_json: AsJson = False,
    language: Annotated[Language, typer.Option(help="The language of the lines.")] = "en",
) -> None:
    """Print what more open hours, doors or events went with in the site's own history."""
    from besok.services.levers import compute_levers
    from besok.text.languages import speaking

    with opened() as db:
        place = load(db, site)
        last = business_day(datetime.now(UTC), place) - timedelta(days=1)
        effects = compute_levers(db, place, last)
    if as_json:
        print(json_text(effects))
        return
    with speaking(language):
        for effect in effects:
            print(f"{lever_text.name(effect.lever)}: {lever_text.effect(effect)}")


@app.command()
def annual(
    site: AnySiteArgument = "",
    year: Annotated[
        int | None, typer.Option(min=1990, max=2100, help="The calendar year; last year if left out.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Make the figure once more from the raw readings.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the year's visits for the national library statistics (Besok01), with the evidence."""
    from cli.terminal import annual as terminal

    now = datetime.now(UTC)
    with opened() as db:
        reports, left_out = terminal.reports(db, site, year or now.year - 1, now, verify=verify)
    for reason in left_out:
        print(reason, file=sys.stderr)
    print(json_text(reports) if as_json else "\n\n".join(terminal.as_text(report) for report in reports))
    if any(report.verification and not report.verification.same for report in reports):
        raise typer.Exit(1)


@app.command()
def monthly(
    site: SiteArgument,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write, .pdf or .html.", dir_okay=False)
    ],
    month: Annotated[
        datetime | None,
        day_option("The month, as 2026-10; the last one if left out.", form="%Y-%m", check=stated),
    ] = None,
    language: Annotated[Language, typer.Option(help="The language of the report.")] = "sv",
) -> None:
    """Write the report of a month that is over: visits, target, spaces, what happened, data quality."""
    from besok.files import paper_page, pdf
    from besok.services.monthly import get_monthly_report, last_month
    from besok.text.languages import speaking

    if (form := output.suffix.lower()) not in (".pdf", ".html"):
        raise typer.BadParameter(f"{output} is neither .pdf nor .html: name a file that is")
    now = datetime.now(UTC)
    with opened() as db, speaking(language):
        chosen = month.date() if month else last_month(load(db, site), now)
        paper = get_monthly_report(db, site, chosen, now, settings.load().root)
    _write(output, paper_page.page(paper).encode() if form == ".html" else pdf.render(paper))


@app.command()
def council(
    site: SiteArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="The PDF to write.", dir_okay=False)],
    language: Annotated[Language, typer.Option(help="The language of the paper.")] = "sv",
) -> None:
    """Write the paper for the council, one page: is the target reached, by when, and what worked."""
    from besok.files import pdf
    from besok.services.council import get_council_paper
    from besok.text.languages import speaking

    with opened() as db, speaking(language):
        _write(output, pdf.render(get_council_paper(db, site, datetime.now(UTC), settings.load().root)))


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as exc:
        raise BesokError(f"{file} cannot be written: {exc.strerror or exc}") from exc
