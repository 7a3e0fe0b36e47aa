"""The private servers: what they are set to and how they end."""

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ops import ports, program


def test_the_database_has_timescaledb_and_wants_the_password(database_url, cluster):
    with psycopg.connect(database_url) as conn:
        conn.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        assert conn.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert conn.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(make_conninfo(database_url, password="guess"))
    assert (cluster.folder / "password").stat().st_mode & 0o777 == 0o600


def test_servers_end_when_whoever_started_them_is_killed(wait_for):
    script = (
        "import sys, signal\nfrom ops import postgres, mosquitto\n"
        "a, b = map(int, sys.argv[1:])\n"
        "with postgres.temporary(a) as c, mosquitto.temporary(b) as m:\n"
        "    print(c.folder, m.folder, flush=True)\n    signal.pause()\n"
    )
    taken = ports.free(2)
    command = [sys.executable, "-c", script, *map(str, taken)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=program.ROOT) as starter:
        postgres, mosquitto = map(Path, starter.stdout.readline().split())
        assert program.leftovers(postgres / "data")
        assert program.leftovers(mosquitto)
        starter.kill()
    wait_for(lambda: not program.leftovers(postgres / "data") and not program.leftovers(mosquitto))
    assert all(ports.is_free(port) for port in taken)
    shutil.rmtree(postgres)
    shutil.rmtree(mosquitto)
