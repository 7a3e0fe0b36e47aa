"""A database that nobody has brought to the program's version, or that a newer program has migrated."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import psycopg
import pytest

from besok.model import sitefile
from besok.model.errors import SchemaMismatch
from besok.model.settings import Settings
from besok.services.health import get_health
from besok.store import schema, sites
from besok.store.database import Database
from besok.store.migrate import migrate
from cli.commands import database
from cli.stack import doctor
from dashboard import router
from dashboard.address import Address
from jobs.background import Background, Task
from tests.patience import wait_for
from tests.store.counted import HOUSE

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OLDER, NEWER = (
    "older than this program: run `besok migrate`",
    "newer than this program: start the version that",
)
STATES = {
    "no migration at all": ("drop table migration", OLDER),
    "without the last one": ("delete from migration where name = (select max(name) from migration)", OLDER),
    "views of before": ("update made_anew set version = version - 1, digest = 'before'", OLDER),
    "other views of the same version": ("update made_anew set digest = 'other'", OLDER),
    "a migration nobody here knows": (
        "insert into migration (name, digest) values ('9999_future', 'x')",
        NEWER,
    ),
    "views to come": ("update made_anew set version = version + 1, digest = 'to come'", NEWER),
}


@pytest.fixture
def conn(database_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def test_what_every_migrating_replaces_has_its_version() -> None:
    versions = files("besok.store").joinpath("always", "versions.txt").read_text("utf-8").split()
    digest = schema.replaced().digest
    assert versions[-1] == digest, (
        f"besok/store/always or besok/model/metrics.py has changed: append {digest} to versions.txt"
    )
    assert len(set(versions)) == len(versions)


@pytest.mark.parametrize("state", STATES)
def test_health_and_doctor_say_which_is_older(
    db: Database, database_url: str, conn: psycopg.Connection[object], state: str
) -> None:
    settings = Settings(database_url=database_url)  # type: ignore[arg-type]
    assert get_health(db, NOW).schema_problem is None
    assert "The database has this program's schema" in [f.text for f in doctor._database(settings)]
    change, said = STATES[state]
    conn.execute(change)  # type: ignore[call-overload]
    well = get_health(db, NOW)
    assert not well.ok and not well.schema_current and said in str(well.schema_problem)
    (problem,) = [f for f in doctor._database(settings) if f.state == doctor.PROBLEM]
    assert said in f"{problem.text}: {problem.advice}"
    if said == OLDER and "made_anew" in change:
        assert migrate(database_url) == []
        assert get_health(db, NOW).schema_current


def test_an_older_program_leaves_a_newer_database_as_it_is(
    database_url: str, conn: psycopg.Connection[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the views of the newer program would become those of the older one, under services that read them."""
    conn.execute("drop view visit_day cascade")
    conn.execute("create view visit_day as select 1 as to_come")
    conn.execute("update made_anew set version = version + 1, digest = 'to come'")
    with pytest.raises(SchemaMismatch, match=NEWER):
        migrate(database_url)
    assert conn.execute("select to_come from visit_day").fetchone() == (1,)
    newer = replace(schema.replaced(), version=schema.replaced().version + 2)
    monkeypatch.setattr(schema, "replaced", lambda: newer)
    migrate(database_url)
    assert schema.mismatch(conn) is None  # type: ignore[arg-type]
    monkeypatch.undo()
    assert "newer" in str(schema.mismatch(conn))  # type: ignore[arg-type]


def test_who_migrates_is_told_what_the_database_said(
    database_url: str, conn: psycopg.Connection[object]
) -> None:
    """To him, `besok migrate` would be no advice."""
    conn.execute("delete from migration where name = '0015_made_anew'")
    with pytest.raises(Exception, match='relation "made_anew" already exists'):
        migrate(database_url)


@pytest.mark.parametrize(
    "gone",
    [
        "alter table finding rename to finding_of_late",
        "alter table finding rename column evidence to what",
    ],
)
def test_the_page_says_what_brings_it_there(
    db: Database, conn: psycopg.Connection[object], gone: str
) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    conn.execute(gone)  # type: ignore[call-overload]
    page, _navigation = router.screen(db, Address(page="now", site="lib"), NOW)
    assert "Databasen passar inte ihop med programmet" in str(page) and "besok" not in str(page)


def test_work_beside_the_worker_says_in_its_log_why_it_failed(
    database_url: str,
    conn: psycopg.Connection[object],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A traceback on standard error would be no line of a log in JSON."""
    conn.execute("alter table site rename to places")
    background = Background(Settings(database_url=database_url))  # type: ignore[arg-type]
    background.request(Task(name="sum up days of spaces", function="jobs.usage:sum_up"))
    wait_for(lambda: background.poll(NOW) or caplog.messages)
    assert caplog.messages[0].startswith(
        "sum up days of spaces failed (the database lacks something that this program needs"
    )
    assert 'relation "site" does not exist' in caplog.messages[0]
    assert "Traceback" not in capfd.readouterr().err


def test_a_command_works_on_a_database_of_its_version_only(
    database_url: str, conn: psycopg.Connection[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BESOK_DATABASE_URL", database_url)
    with database.opened() as db:
        sites.apply(db, sitefile.parse(HOUSE))
    conn.execute(STATES["views to come"][0])  # type: ignore[call-overload]
    with pytest.raises(SchemaMismatch, match=NEWER), database.opened():
        pytest.fail("it was opened")
