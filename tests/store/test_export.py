"""Exports: open files that other programs read, whole or not at all, and without what signs somebody in."""

import gzip
from pathlib import Path

import pandas as pd

from besok.model import sitefile
from besok.store.database import Database
from cli.backup.export import SECRETS
from tests.commands import besok
from tests.databases import execute
from tests.store.counted import build, put, reading


def names(folder: Path) -> set[str]:
    return {file.name.removesuffix(".csv.gz") for file in folder.iterdir()}


def test_figures_are_written_as_files_of_their_own(db: Database, database_url: str, tmp_path: Path) -> None:
    build(db)
    put(db, *(reading(n, 7, "in", period_s=60) for n in range(1, 60)))
    folder = tmp_path / "out"
    done = besok(database_url, "export", str(folder), "--yes")
    assert done.exit_code == 0 and "open_passages_15min: 4 rows" in done.output, done.output
    assert all(name.startswith("open_") for name in names(folder) - {"sites.toml"})
    passages = pd.read_csv(folder / "open_passages_15min.csv.gz")
    assert passages["entries"].sum() == 59 * 7
    (site,) = sitefile.parse((folder / "sites.toml").read_text("utf-8")).sites
    assert site.id == "lib"
    assert "is there already" in str(besok(database_url, "export", str(folder), "-y").exception)
    assert [*tmp_path.iterdir()] == [folder], "nothing is left beside it"


def test_all_is_every_table_but_what_signs_somebody_in(
    db: Database, database_url: str, tmp_path: Path
) -> None:
    build(db)
    put(db, *(reading(n, 7, "in", period_s=60) for n in range(1, 60)))
    folder = tmp_path / "out"
    refused = besok(database_url, "export", str(folder), "--all")
    assert "reading: 59 rows" in refused.output and not folder.exists()
    assert besok(database_url, "export", str(folder), "--all", "-y").exit_code == 0
    assert len(pd.read_csv(folder / "reading.csv.gz")) == 59
    with gzip.open(folder / "site.csv.gz", "rt") as file:
        assert "Bibblan" in file.read()
    hidden = execute(
        db,
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        " and not has_table_privilege('besok_collector', oid, 'select') and relname <> 'audit'",
    )
    keys = execute(
        db,
        "select table_name from information_schema.columns where table_schema = 'public' and column_name"
        " in ('password', 'totp', 'secret') or column_name = 'key' and data_type = 'bytea'",
    )
    assert hidden and {name for (name,) in (*hidden, *keys)} <= SECRETS
    assert not SECRETS & names(folder)
