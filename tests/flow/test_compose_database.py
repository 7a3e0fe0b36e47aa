"""The database of Docker Compose at each start: roles and passwords, also in one that an older version has made."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from besok.store.migrate import migrate
from cli.stack import ports, program
from cli.stack.postgres import BIN

SCRIPT = Path(__file__).parents[2] / "deploy" / "database-owner.sh"
HBA = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"  # as the image has it


class Server:
    """A database as an image makes it: its superuser, a socket that trusts, and passwords elsewhere."""

    def __init__(self, folder: Path, superuser: str, port: int) -> None:
        self.folder, self.superuser, self.port = folder, superuser, port
        self.account = program.unprivileged("postgres")

    def start(self) -> None:
        self.command("initdb", "-D", str(self.folder / "data"), f"--username={self.superuser}", "--auth=trust",
                     "--encoding=UTF8", "--no-sync")  # fmt: skip
        (self.folder / "data" / "pg_hba.conf").write_text(HBA)
        options = (
            f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c shared_preload_libraries=timescaledb"
            " -c fsync=off -c timescaledb.telemetry_level=off"
        )
        log = str(self.folder / "log")
        self.command("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        self.command("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def command(self, tool: str, *words: str) -> None:
        subprocess.run(
            program.wrapped((str(BIN / tool), *words), self.account),
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )

    def set_up(self) -> None:
        """What the container does at its start."""
        environment = {"PGHOST": str(self.folder), "PGPORT": str(self.port), "PATH": f"{BIN}:/usr/bin:/bin"}
        subprocess.run(["sh", str(SCRIPT), str(self.folder / "files")], check=True, env=environment)

    def passwords(self, owner: str, superuser: str) -> None:
        files = self.folder / "files"
        files.mkdir(exist_ok=True)
        (files / "owner").write_text(f"{owner}\n")
        (files / "superuser").write_text(f"{superuser}\n")

    def url(self, role: str, password: str, database: str = "besok") -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def as_superuser(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        with psycopg.connect(
            host=str(self.folder), port=self.port, user=self.superuser, dbname=database, autocommit=True
        ) as conn:
            cursor = conn.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def running(folder: Path, superuser: str) -> Iterator[Server]:
    server = Server(folder, superuser, *ports.free())
    (folder / "data").mkdir()
    folder.chmod(0o755)
    if server.account:
        shutil.chown(folder, server.account)
        shutil.chown(folder / "data", server.account)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("superuser", ["postgres", "besok"])
def test_roles_and_passwords_at_each_start(folder: Path, superuser: str) -> None:
    with running(folder, superuser) as server:
        if superuser == "besok":  # an older version, with what its `besok migrate` has made
            server.as_superuser("create database besok")
            server.as_superuser("alter role besok password 'of-old'")
            migrate(server.url("besok", "of-old"))
            server.as_superuser("insert into site (slug, kind, name_sv, name_en, timezone, sort, opening) values"
                                " ('lib', 'library', 'B', 'L', 'UTC', 1, '{}')", "besok")  # fmt: skip
        for owner, password in (("first", "one"), ("second's \\ \"", "two"), ("second's \\ \"", "two")):
            server.passwords(owner, password)
            server.set_up()
        with psycopg.connect(
            host="127.0.0.1", port=server.port, user="besok", password=owner, dbname="besok"
        ) as conn:
            rights = conn.execute(
                "select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = 'besok'"
            )
            assert rights.fetchall() == [(False, True, False, False)]
            sites = conn.execute("select to_regclass('site')").fetchall()
            assert sites == [(None,)] or conn.execute("select slug from site").fetchall() == [("lib",)]
        psycopg.connect(server.url("postgres", "two", "postgres")).close()
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(server.url("besok", "of-old"))
        names = server_names(server)
        assert "besok_upgrade" not in names and {"besok", "postgres"} <= names
        if superuser == "besok":
            the_owner_migrates_and_makes_the_roles(server)


def the_owner_migrates_and_makes_the_roles(server: Server) -> None:
    """As each start does in a database that an older version has made."""
    server.passwords("new", "two")
    server.set_up()
    assert migrate(server.url("besok", "new")) == []
    with psycopg.connect(server.url("besok", "new")) as conn:
        conn.execute("create table spare (n int)")
        conn.execute("alter table reading add column spare int")  # with its parts
        conn.execute("delete from made_anew")
        conn.commit()
    migrate(server.url("besok", "new"))
    with psycopg.connect(server.url("besok", "new")) as conn:
        made = conn.execute("select count(*) from made_anew").fetchone()
        assert made == (1,), "views and functions are made again"


def server_names(server: Server) -> set[object]:
    with psycopg.connect(server.url("postgres", "two", "postgres")) as conn:
        return {row[0] for row in conn.execute("select rolname from pg_roles")}
