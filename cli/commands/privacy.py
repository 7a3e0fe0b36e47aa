"""The commands `besok privacy`: erase a person's name, and delete what is kept no longer."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from besok.model.plurals import many
from besok.store import personal
from besok.store.personal import Match
from besok.store.retention import KINDS, Kind
from cli.commands.database import opened
from cli.commands.options import AnySite, Yes, confirm
from cli.serving.settings import settings

app = typer.Typer(no_args_is_help=True)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would go, and change nothing.")]

SHOWN: Final = 5  # texts of a column
LONGEST: Final = 100  # characters of one
REMEDY: Final = {
    "account": "`besok user remove` ends the account; until then its changes bear the name",
    "alert_target": "`besok alert target remove` removes the target",
    "api_key": "`besok key revoke` ends the key; its name stays with its changes",
    "receive_token": "`besok receive token remove` ends it; add it again under another name",
    "device": "it has a place: rename it where it sends and in the site file",
    "device_mapping": "`besok device unmap` ends it; answer again under another topic",
    "count_import": "counts depend on it: undo the import and bring the file under another source",
    "period_count": "counts depend on it: undo the import and bring the file with another heading",
}
SITE_FILE: Final = "change the site file, then `besok site apply`"


@app.command()
def erase(
    name: Annotated[
        str, typer.Argument(help="A name or initials, as they were written: two letters or more.")
    ],
    site: AnySite = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Erase a person's name: as an author, in notes, in rejected messages. Every figure stays as it is.

    It is found as whole words, in capitals or not. Look at what is shown: initials may be a word, and two people may
    have one name.
    """
    with opened() as db:
        try:
            matches = personal.erase(db, name, site, dry_run=True)
        except ValueError as exc:
            raise typer.BadParameter(str(exc)) from exc
        print("\n".join(_lines(matches)) or "It stands nowhere.")
        if site:
            print(
                "Messages, devices without a place and what is of no site were not looked at: leave out --site."
            )
        total = sum(f.rows for f in matches if not f.left)
        if dry_run or not total:
            return
        confirm(f"Erase it from {many(total, 'row')}, for good?", yes)
        erased = sum(f.rows for f in personal.erase(db, name, site) if not f.left)
    print(
        f"Erased from {many(erased, 'row')}. Backups made before still hold it: delete them when their time is over."
    )


@app.command()
def retention(dry_run: DryRun = False, yes: Yes = False) -> None:
    """Show how long each kind of data is kept, and delete what is older, as the jobs do every night."""
    now, limits, expired, total = datetime.now(UTC), settings(), list[tuple[Kind, datetime]](), 0
    with opened() as db:
        for kind in KINDS:
            before = kind.before(limits, now)
            setting = f" (BESOK_{kind.setting.upper()})" if kind.setting else ""
            if before is None:
                print(f"{kind.what}{setting}: kept for ever")
                continue
            rows, first = kind.held(db, before)
            since = f", the first of {first:%Y-%m-%d}" if first else ""
            print(f"{kind.what}{setting}: {many(rows, 'row')} from before {before:%Y-%m-%d}{since}")
            expired.append((kind, before))
            total += rows
        if dry_run or not total:
            print("Nothing was deleted.")
            return
        confirm(f"Delete {many(total, 'row')}, for good?", yes)
        for kind, before in expired:
            kind.delete(db, before)
    print("Deleted.")


def _lines(matches: Iterable[Match]) -> Iterator[str]:
    for f in sorted(matches, key=lambda f: f.left):
        remedy = f" STAYS: {REMEDY.get(f.relation, SITE_FILE)}" if f.left else ""
        yield f"{f.relation}.{f.field}: {many(f.rows, 'row')}{remedy}"
        yield from (f"    {text[:LONGEST]}" for text in f.texts[:SHOWN])
        if len(f.texts) > SHOWN:
            yield f"    and {len(f.texts) - SHOWN} more"
