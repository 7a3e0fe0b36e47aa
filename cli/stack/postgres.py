"""A private PostgreSQL 17 with TimescaleDB, in a folder of its own, on the loopback address."""

import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from besok.model.errors import StackError
from cli.stack import program
from cli.stack.program import Program

BIN = Path("/usr/lib/postgresql/17/bin")
NAME = "besok"  # of the database and of the role that owns it
PACKAGE = "postgresql-17-timescaledb"

CONF = """\
# Written at each start by `besok`; changes here are lost.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 80
password_encryption = 'scram-sha-256'

shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = off
timescaledb.max_background_workers = 0  # nothing of ours runs in them

shared_buffers = '256MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'  # after each, every page that is touched is written whole into the log
wal_compression = 'lz4'
random_page_cost = 1.1
jit = off

timezone = 'UTC'
log_timezone = 'UTC'
log_destination = 'stderr'
log_line_prefix = '%m [%p] %a: '
"""

FAST = """
# For tests: nothing of this cluster needs to outlive it.
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
shared_buffers = '128MB'
log_checkpoints = off
"""

HBA = """\
# Written at each start by `besok`. Only from this machine, only with a password, which the superuser has none of.
host all all 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A database cluster in `folder`, listening on `port`. `fast` gives up durability for speed, for tests."""

    folder: Path
    port: int
    user: str = ""  # the account it runs as; ours if empty
    fast: bool = False

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    def url(self, database: str = NAME) -> str:
        """Return the address of `database`, with the password."""
        password = (self.folder / "password").read_text()
        return f"postgresql://{NAME}:{password}@127.0.0.1:{self.port}/{database}"

    def program(self) -> Program:
        """Return the server, to be started and watched."""
        return Program(
            name="postgres",
            command=(str(BIN / "postgres"), "-D", str(self.data)),
            user=self.user,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: it ends connections rather than wait for them
            patience_s=30,
            folder=Path("/"),
            prepare=self.prepare,
        )

    def ready(self) -> bool:
        """Tell whether it takes connections."""
        try:
            psycopg.connect(make_conninfo(self.url(), connect_timeout=2)).close()
        except psycopg.OperationalError:
            return False
        return True

    def prepare(self) -> None:
        """Make the cluster if there is none, write its configuration, and end what an earlier run left behind."""
        if not (BIN / "postgres").exists():
            raise StackError(f"PostgreSQL 17 is not installed: on Debian 13, `apt-get install {PACKAGE}`")
        if not (self.folder / "password").exists():
            self._create()
        program.end_leftovers(self.program())
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # nobody works here, whatever it says
        (self.data / "postgresql.conf").write_text(CONF.format(port=self.port) + (FAST if self.fast else ""))
        (self.data / "pg_hba.conf").write_text(HBA)

    def _create(self) -> None:
        """initdb, the role and its database. The password is written last: it marks a cluster that is whole."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        if self.user:
            shutil.chown(self.data, self.user)
        self._run("initdb", "-D", str(self.data), "--username=postgres", "--encoding=UTF8", "--no-sync",
                  "--locale-provider=builtin", "--locale=C.UTF-8", "--auth=reject", "--no-instructions")  # fmt: skip
        password = secrets.token_urlsafe(24)
        # Single-user mode needs no password and no server. The superuser gets none, so nobody can sign in as it.
        quick = ("-c", "scram_iterations=1") if self.fast else ()  # tests connect thousands of times
        self._run("postgres", "--single", "-D", str(self.data), *quick, "postgres", text=
                  f"CREATE ROLE {NAME} LOGIN CREATEDB CREATEROLE PASSWORD '{password}'\n"
                  f"CREATE DATABASE {NAME} OWNER {NAME}\n")  # fmt: skip
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(password)

    def _run(self, tool: str, *args: str, text: str = "") -> None:
        command = program.wrapped((str(BIN / tool), *args), self.user)
        completed = subprocess.run(command, input=text, text=True, capture_output=True, cwd="/", check=False)
        if completed.returncode:
            raise StackError(f"{tool} failed in {self.folder}:\n{completed.stdout}{completed.stderr}")
