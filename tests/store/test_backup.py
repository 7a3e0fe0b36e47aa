"""Backups: made while a collector writes, restored into an empty database, equal to the row or refused."""

import tarfile
import threading
from pathlib import Path

import msgspec
import psycopg
import pyrage
import pytest

from besok.model.errors import BackupError, SchemaMismatch
from besok.services.visits import get_visits
from besok.store.backup import Content, content, tables
from besok.store.database import Database
from cli.backup import database
from tests.databases import FreshUrl
from tests.store.counted import NOON, build, put, reading


def fill(db: Database) -> None:
    build(db)
    put(db, *(reading(n, 7, metric, period_s=60) for n in range(1, 60) for metric in ("in", "out")))


@pytest.fixture
def library(db: Database) -> Database:
    fill(db)
    return db


@pytest.fixture(scope="module")
def saved(fresh_url: FreshUrl, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of the library."""
    file = tmp_path_factory.mktemp("saved") / "besok.backup"
    with fresh_url() as url:
        with Database(url) as db:
            fill(db)
        database.save(url, file)
    return file.read_bytes()


@pytest.fixture
def file(saved: bytes, tmp_path: Path) -> Path:
    """That backup, to be damaged."""
    path = tmp_path / "besok.backup"
    path.write_bytes(saved)
    return path


def contents(url: str) -> dict[str, Content]:
    with psycopg.connect(url, options="-c timezone=UTC") as conn:
        return {table.name: content(conn, table) for table in tables(conn)}


def test_a_backup_made_under_load_is_restored_to_the_row(
    library: Database, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "besok.backup"
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            written += 1
            put(library, reading(60 + written, 1, "in", period_s=60))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = database.save(database_url, file)
    finally:
        stop.set()
        writer.join()
    assert written and file.stat().st_mode & 0o077 == 0, "nobody else may read it"
    assert database.restore(empty_database_url, file) == made
    assert made.contents["reading"].rows >= 118 and made.contents["site"].rows == 1
    assert contents(empty_database_url) == made.contents
    day = NOON.date()
    with Database(empty_database_url) as restored:
        (visits,) = get_visits(restored, "lib", day, day)
        assert visits.gross and visits.gross >= 59 * 7
        put(restored, reading(200, 5, "in", period_s=60))  # it works: chunks, functions, triggers
        assert get_visits(restored, "lib", day, day)[0].gross == visits.gross + 5
    assert list(tmp_path.iterdir()) == [file], "nothing is left beside it"


def test_an_encrypted_backup_opens_with_its_key_only(
    library: Database, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    file, key = tmp_path / "besok.age", tmp_path / "key.txt"
    identity = pyrage.x25519.Identity.generate()
    database.save(database_url, file, recipient=str(identity.to_public()))
    assert b"Bibblan" not in file.read_bytes()
    key.write_text(f"# a comment\n{pyrage.x25519.Identity.generate()}\n")
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\xff")
    for wrong, reason in (
        (None, "--identity FILE"),
        (key, "no key that opens"),
        (picture, "no key that opens"),
    ):
        with pytest.raises(BackupError, match=reason):
            database.restore(empty_database_url, file, identity=wrong)
    key.write_text(f"{identity}\n")
    part = tmp_path / "part.age"
    part.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(BackupError, match="cut short"):
        database.restore(empty_database_url, part, identity=key)
    assert contents(empty_database_url) == {}
    database.restore(empty_database_url, file, identity=key)
    with pytest.raises(BackupError, match="begins with age1"):
        database.save(database_url, file, recipient="ssh-rsa nonsense")


def test_what_does_not_fit_is_refused_and_changes_nothing(
    file: Path, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    before = contents(database_url)
    with pytest.raises(BackupError, match="is not empty: restore into a new one"):
        database.restore(database_url, file)
    assert contents(database_url) == before
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError, match="cut short"):
        database.restore(empty_database_url, file)
    with tarfile.open(file, "w") as tar:
        tar.add(__file__, arcname="../../evil")
    with pytest.raises(BackupError, match="is not a backup of Besök: it holds"):
        database.restore(empty_database_url, file)
    with pytest.raises(BackupError, match="no folder"):
        database.save(database_url, tmp_path / "nowhere" / "file")
    with pytest.raises(BackupError, match="there is no file"):
        database.restore(empty_database_url, tmp_path / "nothing")
    assert contents(empty_database_url) == {}


def test_a_damaged_file_is_refused_before_anything_is_written(
    saved: bytes, file: Path, empty_database_url: str
) -> None:
    with tarfile.open(file) as tar:
        readings = tar.getmember("reading.gz")
    for place in (0.2, 0.4, 0.6, 0.8):
        whole = bytearray(saved)
        whole[readings.offset_data + int(readings.size * place)] ^= 0xFF
        file.write_bytes(whole)
        with pytest.raises(BackupError, match="cannot be read as a backup"):
            database.restore(empty_database_url, file)
        assert contents(empty_database_url) == {}


def test_a_table_that_differs_after_the_restore_is_named(
    file: Path, empty_database_url: str, tmp_path: Path
) -> None:
    parts = tmp_path / "parts"
    with tarfile.open(file) as tar:
        tar.extractall(parts, filter="data")
    manifest = msgspec.json.decode((parts / "manifest.json").read_bytes())
    manifest["contents"]["site"]["rows"] = 2
    (parts / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    with tarfile.open(file, "w") as tar:
        for path in parts.iterdir():
            tar.add(path, arcname=path.name)
    with pytest.raises(BackupError, match="differ from the backup after the restore: site"):
        database.restore(empty_database_url, file)


def test_a_backup_of_a_newer_program_is_refused(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "besok.backup"
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("insert into migration (name, digest) values ('9999_future', 'x')")
        database.save(database_url, file)
        with pytest.raises(SchemaMismatch, match="of a newer program, which knows 9999_future"):
            database.restore(empty_database_url, file)
    assert contents(empty_database_url) == {}


def test_accounts_travel_with_the_backup(database_url: str, empty_database_url: str, tmp_path: Path) -> None:
    etc, back, file, key = (tmp_path / name for name in ("besok", "back", "besok.backup", "key.txt"))
    (etc / "broker").mkdir(parents=True)
    (etc / "work.env").write_text("BESOK_DATABASE_URL=postgresql://besok_jobs:secret@127.0.0.1/besok\n")
    (etc / "work.env").chmod(0o600)
    (etc / "broker" / "passwords").write_text("besok-collector:hash\n")
    (etc / "again.env").hardlink_to(etc / "work.env")
    identity = pyrage.x25519.Identity.generate()
    key.write_text(str(identity))
    database.save(database_url, file, accounts=etc)
    assert b"besok_jobs:secret" in file.read_bytes()
    database.save(database_url, file, recipient=str(identity.to_public()), accounts=etc)
    assert b"besok_jobs:secret" not in file.read_bytes()
    with pytest.raises(BackupError, match="besok is not empty"):
        database.restore(empty_database_url, file, identity=key, accounts=etc)
    database.restore(empty_database_url, file, identity=key, accounts=back)
    assert sorted(one.relative_to(back).as_posix() for one in back.rglob("*") if one.is_file()) == [
        "again.env",
        "broker/passwords",
        "work.env",
    ]
    assert (back / "work.env").read_text() == (etc / "work.env").read_text()
    assert (back / "work.env").stat().st_mode & 0o077 == 0, "nobody else may read it"


def test_a_backup_without_accounts_says_so(
    file: Path, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="there is no folder"):
        database.save(database_url, file, accounts=tmp_path / "nowhere")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BackupError, match="there is no file"):
        database.save(database_url, file, accounts=empty)
    (empty / "linked").symlink_to("/etc/passwd")
    with pytest.raises(BackupError, match="linked is a link"):
        database.save(database_url, file, accounts=empty)
    with pytest.raises(BackupError, match="made without --accounts"):
        database.restore(empty_database_url, file, accounts=tmp_path / "new")
    database.restore(empty_database_url, file)
