"""Export: the site file, and views or tables as compressed CSV, for other programs."""

import gzip
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from besok.model import sitefile
from besok.model.errors import BackupError
from besok.store import sites
from besok.store.backup import Snapshot, Table
from besok.store.database import Database

SITES: Final = "sites.toml"
SECRETS: Final = frozenset(
    {"account", "account_role", "api_key", "session", "sign_in_failure", "receive_token", "alert_target",
     "installation"}
)  # fmt: skip  # what signs somebody in, addresses of alerts, and the key that hides who a sender is


def check(target: Path) -> None:
    """Raise BackupError where the folder cannot be made."""
    if target.exists():
        raise BackupError(f"{target} is there already: name a folder that is not")
    if not target.parent.is_dir():
        raise BackupError(f"there is no folder {target.parent}; make it first")


def contents(moment: Snapshot, *, everything: bool) -> list[tuple[Table, int]]:
    """Return how many rows there are to export of each open view, and with `everything` of each table."""
    tables = [table for table in moment.tables() if everything and table.name not in SECRETS]
    return [(table, moment.rows(table)) for table in (*moment.open_views(), *tables)]


def write(db: Database, moment: Snapshot, tables: Iterable[Table], target: Path) -> None:
    """Write the site file and the tables into a new folder, whole or not at all."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".besok-export-") as name:
        folder = Path(name) / "whole"
        folder.mkdir(mode=0o700)
        (folder / SITES).write_text(sitefile.dump(sites.export(db)), "utf-8")
        for table in tables:
            with gzip.open(folder / f"{table.name}.csv.gz", "wb", compresslevel=6) as file:
                for rows in moment.copy(table, "format csv, header"):
                    file.write(rows)
        folder.rename(target)
