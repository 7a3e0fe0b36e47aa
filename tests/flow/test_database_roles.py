"""The roles of the database: each program does its work with its own, and no more; the connection is checked."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg.conninfo import make_conninfo
from servers import await_days, served, working

from besok.model.access import Grant
from besok.model.site import Site
from besok.services import sign_in
from besok.store import accounts, roles, schema
from besok.store.database import Database
from besok.store.heartbeats import beat
from besok.store.migrate import migrate
from besok.store.retention import KINDS
from besok.store.write import Batch, write
from cli.stack import ports, postgres, program
from jobs.background import load
from jobs.schedule import DUTIES
from tests.at_work import on, serving
from tests.certificates import authority, certificate, pem
from tests.patience import ANSWER_S
from tests.readings import passed

PASSWORD, WORDS = "a password of the test", "four words are enough"
LIBRARY = "stadsbiblioteket"


def url_of(database_url: str, role: str) -> str:
    """The same database, as another role."""
    return make_conninfo(database_url, user=f"besok_{role}", password=PASSWORD)


@pytest.fixture
def urls(database_url: str, places: tuple[Site, ...]) -> dict[str, str]:
    """The address of each role."""
    names = ("collector", "jobs", "web", "reader")
    roles.let_sign_in(database_url, {f"besok_{name}": PASSWORD for name in names})
    return {name: url_of(database_url, name) for name in names}


def readings(places: tuple[Site, ...], now: datetime) -> Batch:
    site = next(s for s in places if s.id == LIBRARY)
    sensor = next(s for s in site.sensors if s.portal and s.role == "primary")
    device, times = site.external_id(sensor), [now - timedelta(minutes=m) for m in range(60)]
    told = [passed(device, time, 3, channel=sensor.channel_key, received=now) for time in times]
    return Batch(readings=[one for minute in told for one in minute])


def test_each_program_works_with_its_own_role(
    urls: dict[str, str], places: tuple[Site, ...], db: Database, subtests: pytest.Subtests
) -> None:
    now = datetime.now(UTC)
    with subtests.test("collector"), Database(urls["collector"]) as own:
        schema.check(own)
        write(own, readings(places, now))
        write(own, readings(places, now - timedelta(days=2)))
        beat(own, "collector", now, {})
    with subtests.test("jobs"):
        with working(urls["jobs"]):
            await_days(urls["jobs"])
        with Database(urls["jobs"]) as own:
            for duty in DUTIES:
                if isinstance(duty.run, str):
                    load(duty.run)(own, now)
                else:
                    duty.run(own, now)
            for kind in KINDS:
                kind.delete(own, now - timedelta(days=400))
    with subtests.test("web"):
        accounts.add(db, "ada", "Ada", sign_in.hashed(WORDS), [Grant(role="admin")], now)
        with serving(on(urls["web"])) as web:
            write_as_ada(web, now)


def write_as_ada(web: str, now: datetime) -> None:
    """Do on the pages what writes: sign in, ask for something, count, void, sign out."""
    here = f"/api/v1/sites/{LIBRARY}"
    begins, ends, sent = ((now - timedelta(minutes=m)).isoformat() for m in (30, 2, 0))
    with httpx2.Client(base_url=web, timeout=ANSWER_S) as client:
        assert client.post("/login", data={"name": "ada", "password": WORDS}).status_code == 303
        made = client.post(f"{here}/actions", json={"title_sv": "Fler lampor"})
        assert made.status_code == 201, made.text
        portal = client.get(f"{here}/counts/doors").json()[0]["portal"]
        count = {
            "portal": portal,
            "counted_by": "Kim",
            "begins": begins,
            "ends": ends,
            "sent": sent,
            "taps": [],
        }
        kept = client.put(f"{here}/counts/7f2c4c1e-0d7e-4a53-9d6c-5d2f6d2b8a10", json=count)
        assert kept.status_code == 201, kept.text
        heard = next(d["device"] for d in client.get(f"/api/v1/devices?site={LIBRARY}").json() if d["heard"])
        days = {"first": f"{now - timedelta(days=3):%Y-%m-%d}", "last": f"{now:%Y-%m-%d}"}
        gone = client.post(f"{here}/voids", json={"device": heard, "reason": "a test", **days})
        assert gone.status_code == 201, gone.text
        assert client.post("/logout").status_code == 303


REFUSED = {
    "collector": (
        "select * from account", "select * from session", "update site set name_sv = 'x'", "delete from audit",
        "insert into account_role values (1, 'admin', null)", "drop table reading",
    ),
    "jobs": ("select * from account", "select * from api_key", "delete from account", "update site set sandbox = true"),
    "web": ("delete from site", "delete from visit_definition", "delete from audit", "drop table reading",
            "delete from migration", "create table mine (x int)"),
    "reader": ("select * from reading", "select * from account", "select * from rejected", "select * from visit_day",
               "insert into audit (actor, action, subject) values ('x', 'x', 'x')"),
}  # fmt: skip


def test_no_role_may_more_than_its_program_needs(urls: dict[str, str], subtests: pytest.Subtests) -> None:
    for role, statements in REFUSED.items():
        for statement in statements:
            with (
                subtests.test(f"{role}: {statement}"),
                psycopg.connect(urls[role], autocommit=True) as conn,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                conn.execute(statement)
    with psycopg.connect(urls["reader"]) as conn:
        strong = "select rolname from pg_roles where rolname like 'besok%' and rolsuper"
        assert conn.execute(strong).fetchall() == []


def test_every_table_has_its_place_in_the_rights(db: Database) -> None:
    """A new table is written by a program, or by the owner only: say which in views_rights.sql."""
    text = Path("besok/store/always/views_rights.sql").read_text()
    with db.transaction() as conn:
        tables = [
            name
            for (name,) in conn.execute(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            )
        ]
    # Those written by the web alone need not be named there.
    web = {
        "action", "action_log", "action_space", "alert_mute", "alert_rule", "announcement", "calibration",
        "count_import", "count_import_log", "headcount", "manual_count", "manual_tap", "mapping", "period_count",
        "plan_picture", "programme_event", "quarantine_decision", "school_holiday", "site_edited",
            "target", "visit_deduction", "voided_time",
    }  # fmt: skip
    assert sorted(t for t in tables if f"'{t}'" not in text and t not in web) == []


@pytest.fixture
def encrypted(folder: Path) -> Iterator[str]:
    """The address of a database that speaks TLS only, as "localhost", by the authority in ours.pem."""
    signer, ours = authority("Test authority")
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "ours.pem").write_bytes(pem(ours))
    (folder / "other.pem").write_bytes(pem(authority("Another authority")[1]))
    cluster = postgres.Cluster(
        folder=folder / "db", port=ports.free()[0], user=program.unprivileged("postgres"), fast=True
    )
    cluster.folder.mkdir(mode=0o755)

    def prepare() -> None:
        cluster.prepare()
        for name, part in (("server.crt", certificate("localhost", key, signer, ours)), ("server.key", key)):
            path = cluster.data / name
            path.touch(mode=0o600)
            path.write_bytes(pem(part))
            if cluster.user:
                shutil.chown(path, cluster.user)
        with (cluster.data / "postgresql.conf").open("a") as conf:
            conf.write("ssl = on\n")
        hba = cluster.data / "pg_hba.conf"
        hba.write_text(hba.read_text().replace("host all", "hostssl all"))

    with served(replace(cluster.program(), prepare=prepare), cluster.ready, folder / "db.log"):
        yield cluster.url().replace("127.0.0.1", "localhost")


def test_the_certificate_of_the_database_is_checked(encrypted: str, folder: Path) -> None:
    checked = f"{encrypted}?sslmode=verify-full&sslrootcert={folder}/ours.pem"
    assert migrate(checked)
    with Database(checked, pool_size=1) as db, db.transaction() as conn:
        assert conn.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone() == (True,)
    for wrong in (checked.replace("ours", "other"), checked.replace("localhost", "127.0.0.1")):
        with pytest.raises(psycopg.OperationalError, match=r"certificate|does not match"):
            psycopg.connect(wrong)
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(f"{encrypted}?sslmode=disable")
