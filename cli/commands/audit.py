"""The commands `besok audit`: who changed what."""

import csv
import sys
from dataclasses import astuple, fields
from typing import Annotated

import typer

from besok.model.actions import as_cell
from besok.store import audit
from cli.commands.database import opened
from cli.commands.options import AnySite
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_entries(
    site: AnySite = None,
    actor: Annotated[str | None, typer.Option("--by", help="Only what this person changed.")] = None,
    action: Annotated[str | None, typer.Option(help="Only changes of this kind, such as site.apply.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
) -> None:
    """Show the last changes."""
    with opened() as db:
        found = audit.entries(db, site=site, actor=actor, action=action, limit=limit)
        show(found, "at actor action site subject detail")


@app.command()
def export(site: AnySite = None) -> None:
    """Write all of it as CSV, newest first."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(field.name for field in fields(audit.AuditEntry))
    with opened() as db:
        for entry in audit.every(db, site):
            number, at, *texts = astuple(entry)
            writer.writerow([number, at.isoformat(), *map(as_cell, texts)])
