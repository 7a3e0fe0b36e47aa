"""Save a database to a file, and restore it."""

import importlib.metadata
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from besok.model.errors import BackupError
from besok.store import backup
from besok.store.backup import Table
from besok.store.migrate import migrate
from cli.backup import archive
from cli.backup.archive import FORMAT, Manifest, Packing


def save(url: str, target: Path, *, recipient: str = "", accounts: Path | None = None) -> Manifest:
    """Write the database at `url` to `target`, as of this moment, and a folder of accounts.

    Raises BackupError, StoreUnavailable.
    """
    if accounts and not accounts.is_dir():
        raise BackupError(f"there is no folder {accounts}")
    if not target.parent.is_dir():
        raise BackupError(f"there is no folder {target.parent}; make it first")
    if recipient:
        archive.public_key(recipient)  # before the work
    saved_at = datetime.now(UTC)
    with (
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".besok-backup-") as folder,
        backup.snapshot(url) as moment,
        closing(Packing(Path(folder))) as packing,
    ):
        tables = moment.tables()
        if accounts:
            packing.add_accounts(accounts)
        for table in tables:
            packing.add(table.name, moment.copy(table))
        manifest = Manifest(
            format=FORMAT,
            made=saved_at,
            program=importlib.metadata.version("besok"),
            migrations=moment.migrations(),
            tables=tables,
            contents={table.name: moment.content(table) for table in tables},
        )
        packing.finish(manifest, target, recipient)
    return manifest


def restore(
    url: str, source: Path, *, identity: Path | None = None, accounts: Path | None = None
) -> Manifest:
    """Fill the empty database at `url` from a backup, compare every table, and migrate it to this version.

    Its accounts come into a new folder, where one is named.

    Raises BackupError where the database is not empty, the backup is of a newer program, or a table differs.
    """
    if not source.is_file():
        raise BackupError(f"there is no file {source}")
    with (
        tempfile.TemporaryDirectory(dir=source.parent, prefix=".besok-restore-") as folder,
        archive.opened(source, Path(folder), identity) as (manifest, tar),
    ):
        if not backup.is_empty(url):
            raise BackupError(
                "the database is not empty: restore into a new one, before `besok migrate` and any service"
            )
        held = archive.accounts_in(tar, accounts) if accounts else []
        migrate(url, only=manifest.migrations)

        def parts() -> Iterator[tuple[Table, Callable[[int], bytes]]]:
            for table in manifest.tables:
                yield table, archive.rows_of(tar, table).read

        restored = backup.fill(url, parts())
        if accounts:
            archive.unpack(tar, held, accounts)
    if wrong := [name for name, content in manifest.contents.items() if restored.get(name) != content]:
        raise BackupError(f"these tables differ from the backup after the restore: {', '.join(wrong)}")
    migrate(url)
    return manifest
