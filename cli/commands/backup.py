"""The commands `besok backup`, `besok restore` and `besok export`."""

from pathlib import Path
from typing import Annotated

import typer

from besok.model.plurals import many
from cli.commands.options import Yes, confirm
from cli.serving import settings as serving


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; one of that name is replaced.")],
    encrypt_to: Annotated[
        str, typer.Option(help="A public key of age (age1...): only its secret key opens the backup.")
    ] = "",
    accounts: Annotated[
        Path | None,
        typer.Option(help="A folder with accounts and settings, as /etc/besok, to be kept in the file too."),
    ] = None,
) -> None:
    """Save the whole database as it is at this moment to one file, while all services go on."""
    from datetime import UTC, datetime

    from besok.services.health import BACKUP
    from besok.store.database import Database
    from besok.store.heartbeats import beat
    from cli.backup import database

    url = serving.settings().database_url.get_secret_value()
    saved = database.save(url, file, recipient=encrypt_to, accounts=accounts)
    with Database(url, pool_size=1) as db:
        beat(db, BACKUP, datetime.now(UTC), {"file": file.name})
    rows = sum(content.rows for content in saved.contents.values())
    print(
        f"{file}: {many(rows, 'row')} of {many(len(saved.tables), 'table')}, {file.stat().st_size / 1e6:,.1f} MB."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `besok backup` wrote.")],
    identity: Annotated[
        Path | None, typer.Option(help="The file with the secret key of age, for an encrypted backup.")
    ] = None,
    accounts: Annotated[
        Path | None, typer.Option(help="A new folder for the accounts and settings of the backup.")
    ] = None,
) -> None:
    """Fill an empty database from a backup, compare every table with it, and migrate it to this program."""
    from besok.services.health import BACKUP
    from besok.store.database import Database
    from besok.store.heartbeats import beat
    from cli.backup import database

    url = serving.settings().database_url.get_secret_value()
    restored = database.restore(url, file, identity=identity, accounts=accounts)
    with Database(url, pool_size=1) as db:
        beat(db, BACKUP, restored.made, {"file": file.name})  # which it cannot hold itself
    for name, content in restored.contents.items():
        print(f"{name}: {many(content.rows, 'row')}, as saved")
    print(f"Restored as of {restored.made:%Y-%m-%d %H:%M} UTC.")


def export(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    everything: Annotated[
        bool, typer.Option("--all", help="Every table too, readings and people's names among them.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Write the sites (TOML) and their figures (CSV) into a folder, for other programs."""
    from besok.store import backup as store
    from cli.backup import export as exporting
    from cli.commands.database import opened

    exporting.check(folder)
    with opened() as db, store.snapshot(serving.settings().database_url.get_secret_value()) as moment:
        contents = exporting.contents(moment, everything=everything)
        for table, rows in contents:
            print(f"{table.name}: {many(rows, 'row')}")
        confirm(f"Write {many(sum(rows for _, rows in contents), 'row')} into {folder}?", yes)
        exporting.write(db, moment, [table for table, _ in contents], folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder}: {many(len(contents) + 1, 'file')}, {size / 1e6:,.1f} MB.")
