"""The `besok` command from outside: what it prints and how it ends."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from besok.model.readings import Message
from besok.store.database import Database
from besok.store.write import Batch, Rejection, write
from cli.stack import postgres
from cli.stack.program import ROOT
from tests.commands import besok, program

FILE = str(ROOT / "sites" / "helsingborg.toml")


def test_a_site_file_is_shown_asked_for_applied_and_exported(database_url, tmp_path):
    run = partial(besok, database_url)
    refused = run("site", "apply", FILE)
    assert refused.exit_code == 1
    assert "stadsbiblioteket" in refused.stdout
    assert run("site", "apply", FILE, "--yes").stdout.endswith("Applied.\n")
    again = run("site", "apply", FILE)
    assert again.stdout == "Nothing to do: the database is like the file.\n"
    exported = tmp_path / "export.toml"
    exported.write_text(run("site", "export").stdout)
    assert run("site", "apply", str(exported)).stdout == again.stdout
    assert program("migrate", BESOK_DATABASE_URL=database_url).stdout == "The database is up to date.\n"


def test_a_terminal_obeys_nothing_that_a_message_or_a_command_holds(database_url):
    message = Message(
        topic="door\x1b[2J", payload=b"\x1b]0;mine\x07", received=datetime(2026, 11, 24, tzinfo=UTC)
    )
    with Database(database_url) as db:
        write(db, Batch(rejections=[Rejection(message=message, reason="no\x9b31m JSON")]))
    told = program("rejected", "list", BESOK_DATABASE_URL=database_url).stdout
    assert r"door\x1b[2J" in told and r"\x1b]0;mine\x07" in told and r"no\x9b31m JSON" in told
    assert not [c for c in told if c != "\n" and not c.isprintable()]
    refused = program("rejected", "list", "--limit", "1\x1b[2J", BESOK_DATABASE_URL=database_url)
    assert refused.status == 1 and "Control characters" in refused.stderr and "\x1b" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (("site", "check", "nosuch.toml"), {}, "nosuch.toml cannot be read"),
        (("collect",), {"BESOK_MQTT_PORT": "many"}, "BESOK_MQTT_PORT"),
        (("migrate",), {"BESOK_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "database"),
        (("demo",), {"BESOK_PORT": "8o5o", "BESOK_HOME": "HOME"}, "BESOK_PORT: "),
        (("demo",), {"BESOK_RECEIVE_PORT": "0", "BESOK_HOME": "HOME"}, "BESOK_RECEIVE_PORT is '0'"),
        (("demo",), {"BESOK_PUBLIC_URL": "http://x.se", "BESOK_HOME": "HOME"}, "write https:// and a host"),
        (("demo",), {"BESOK_TRUSTED_PROXIES": "*", "BESOK_HOME": "HOME"}, "BESOK_TRUSTED_PROXIES"),
        (("demo",), {"BESOK_OIDC_ISSUER": "https://x.se", "BESOK_HOME": "HOME"}, "BESOK_OIDC_CLIENT_ID"),
        (
            ("demo",),
            {"BESOK_MQTT_TOPICS": "in/#/out", "BESOK_HOME": "HOME"},
            "in/#/out is not a topic filter",
        ),
        (
            ("demo",),
            {"BESOK_RECEIVE_FOLDER": "/nowhere", "BESOK_HOME": "HOME"},
            "folder /nowhere cannot be used",
        ),
        (
            ("demo",),  # of these it has its own
            {
                "BESOK_DATABASE_URL": "x://a@b@c",
                "BESOK_MQTT_HOST": "..",
                "BESOK_PUBLIC_URL": "http://x.se",
                "BESOK_HOME": "HOME",
            },
            "write https:// and a host",
        ),
        (
            ("demo",),
            {
                "BESOK_DATABASE_URL_FILE": "/nowhere",
                "BESOK_DATABASE_PASSWORD_FILE": "/nowhere",
                "BESOK_MQTT_PASSWORD_FILE": "/nowhere",
                "BESOK_PUBLIC_URL": "http://x.se",
                "BESOK_HOME": "HOME",
            },
            "write https:// and a host",
        ),
        (("simulate", "live", "--start", "0001-01-01"), {}, "0001-01-01 is too far away"),
        (("simulate", "record", "-o", "x.jsonl", "--for", "-1s"), {}, "is no time to record in"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(arguments, environment, told, tmp_path):
    environment = {name: str(tmp_path) if value == "HOME" else value for name, value in environment.items()}
    done = program(*arguments, **environment)
    assert done.status in (1, 2)  # of an error, of the usage
    assert told in " ".join(done.stderr.replace("│", "").split())
    assert not (tmp_path / "data").exists()  # nothing was started, nothing is left


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--site-file", "/nowhere.toml"), {}),
        (("--scenario", "nosuch"), {}),
        ((), {"BESOK_RECEIVE_PORT": "0"}),
    ],
)
def test_a_demo_that_cannot_start_leaves_the_folder_of_counters_alone(arguments, environment, tmp_path):
    folder = tmp_path / "counters"
    folder.mkdir()
    here = {"BESOK_RECEIVE_FOLDER": str(folder), "BESOK_HOME": str(tmp_path / "home")}
    assert program("demo", *arguments, **here, **environment).status == 1
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("installed", "missing", "packages"),
    [
        ((), "PostgreSQL 17, TimescaleDB for PostgreSQL 17, Mosquitto", f"{postgres.PACKAGE} mosquitto"),
        (("postgres", "mosquitto"), "TimescaleDB for PostgreSQL 17", postgres.PACKAGE),
        (("postgres", "timescaledb"), "Mosquitto", "mosquitto"),
    ],
)
def test_a_demo_without_a_server_makes_nothing(installed, missing, packages, tmp_path, monkeypatch):
    folder, home, servers = tmp_path / "counters", tmp_path / "home", tmp_path / "servers"
    places = {"postgres": "bin/postgres", "timescaledb": "lib/timescaledb.so", "mosquitto": "bin/mosquitto"}
    for made in (folder, servers / "bin", servers / "lib"):
        made.mkdir(parents=True)
    for name in installed:
        (servers / places[name]).touch(0o755)
    monkeypatch.setattr("cli.stack.postgres.BIN", servers / "bin")
    monkeypatch.setattr("cli.stack.mosquitto.BINARIES", (str(servers / places["mosquitto"]),))
    here = {"BESOK_RECEIVE_FOLDER": str(folder), "BESOK_HOME": str(home), "PATH": "/nowhere"}
    done = program("demo", **here)
    said = " ".join(done.stderr.split())
    assert done.status == 1 and f"{missing} not installed" in said
    assert said.count("apt-get install") == 1 and f"`apt-get install {packages}`" in said
    assert not home.exists() and not list(folder.iterdir())


def test_a_site_file_with_mistakes_names_their_lines(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text(Path(FILE).read_text().replace("capacity", "kapacity", 1))
    done = program("site", "check", str(file))
    assert done.status == 1
    assert "bad.toml" in done.stderr
    assert "kapacity" in done.stderr


def test_the_doctor_tells_what_answers_and_what_does_not(database_url, broker, tmp_path):
    host, port = broker
    here = {"BESOK_DATABASE_URL": database_url, "BESOK_MQTT_HOST": host, "BESOK_HOME": str(tmp_path)}
    told = program("doctor", **here, BESOK_MQTT_PORT=str(port))
    assert told.status == 1
    assert "ok       The database has this program's schema" in told.stdout
    assert f"ok       The broker answers on {host}:{port}" in told.stdout
    assert "PROBLEM  No web service has ever been heard" in told.stdout
    assert "No demo has run here yet" in told.stdout
    assert not told.stderr
