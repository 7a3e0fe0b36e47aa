"""Migrations: once each, under a lock, the same schema however it came about."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from besok.model.errors import SchemaMismatch, StoreRefused, StoreUnavailable
from besok.model.metrics import METRICS
from besok.services.visits import get_visits
from besok.store import migrate as migration
from besok.store import rejected, schema, sites
from besok.store.database import Database
from besok.store.migrate import migrate
from cli.backup import database as backup
from cli.stack.postgres import Cluster
from tests.databases import drop
from tests.patience import wait_for
from tests.store.counted import put, reading

DATA = Path(__file__).parents[1] / "data"
OUTDATED = "update made_anew set version = version - 1, digest = 'of an older program'"

SNAPSHOT = """
select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
from information_schema.columns where table_schema = 'public'
union all select viewname || ': ' || definition from pg_views where schemaname = 'public'
union all select indexdef from pg_indexes where schemaname = 'public'
union all select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
  where connamespace = 'public'::regnamespace
union all select pg_get_functiondef(p.oid) from pg_proc p where pronamespace = 'public'::regnamespace
  and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
order by 1
"""


def snapshot(url: str) -> list[str]:
    with psycopg.connect(url) as conn:
        return [row[0] for row in conn.execute(SNAPSHOT)]


@pytest.fixture
def ascii_url(cluster: Cluster, keeper: psycopg.Connection[Any]) -> Iterator[str]:
    keeper.execute(
        "create database ascii template template0 encoding sql_ascii locale_provider libc locale 'C'"
    )
    yield cluster.url("ascii")
    drop(keeper, "ascii")


def test_an_extension_of_which_the_server_has_a_newer_version_is_updated(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By another extension, as Debian has TimescaleDB in one version only."""

    def version() -> str:
        with psycopg.connect(database_url) as conn:
            return str(
                conn.execute("select extversion from pg_extension where extname = 'hstore'").fetchone()[0]
            )  # type: ignore[index]

    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("create extension hstore version '1.4'")
        conn.execute("begin")
        conn.execute("comment on extension hstore is 'somebody is in the way'")
        migration.update_extension(database_url, "hstore")
        assert version() == "1.4" and "hstore stays at 1.4" in caplog.text
        conn.execute("rollback")
    migration.update_extension(database_url, "hstore")
    assert version() > "1.4"
    migration.update_extension(database_url, "hstore")  # nothing to do
    migration.update_extension(database_url, "no_such_extension")


def test_a_database_that_cannot_hold_every_letter_is_refused(
    ascii_url: str, database_url: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreRefused, match=r"SQL_ASCII: make another with UTF8 \(createdb"):
        migrate(ascii_url)
    saved = tmp_path / "besok.backup"
    backup.save(database_url, saved)
    with pytest.raises(StoreRefused, match="SQL_ASCII"):
        backup.restore(ascii_url, saved)


def test_an_upgraded_database_is_the_same_as_a_fresh_one(database_url: str) -> None:
    """Old views and functions must not survive an upgrade, whatever they were; the same ones are left alone."""
    views = "select array_agg(oid order by oid) from pg_class where relkind = 'v'"
    fresh = snapshot(database_url)
    with psycopg.connect(database_url) as conn:
        before = conn.execute(views).fetchone()
    migrate(database_url)
    with psycopg.connect(database_url) as conn:
        assert conn.execute(views).fetchone() == before
        conn.execute("drop view visit_day cascade")
        conn.execute("create view visit_day as select 1 as old")
        conn.execute(OUTDATED)
    migrate(database_url)
    assert snapshot(database_url) == fresh
    with psycopg.connect(database_url) as conn:
        assert conn.execute(views).fetchone() != before


@pytest.mark.parametrize(("release", "next_one"), [("0001", "0002_trust"), ("0015", "0016_no_trail")])
def test_a_released_database_with_data_in_it_is_upgraded(
    release: str, next_one: str, empty_database_url: str, database_url: str
) -> None:
    if release > "0001":  # whose file has the tables too
        migrate(empty_database_url, only=[name for name in schema.migrations() if name[:4] <= release])
    with psycopg.connect(empty_database_url) as conn:
        conn.execute((DATA / f"released-{release}.sql").read_text())
    assert migrate(empty_database_url)[0] == next_one  # so those before are still what was released
    assert snapshot(empty_database_url) == snapshot(database_url)
    with Database(empty_database_url) as db:
        assert sites.load(db, "lib").sensors[0].model == "door counter"
        assert len(rejected.fetch(db)) == 1
        put(db, reading(3, 110))
        assert get_visits(db, "lib", date(2026, 3, 2), date(2026, 3, 2))[0].gross == 10


WAITING = "select count(*) from pg_locks l join pg_database d on d.oid = l.database where not granted and datname = %s"


def test_pages_are_answered_while_migrating_waits_for_a_long_reader(database_url: str) -> None:
    """A query that goes on for as long as it likes holds up the new views, and nobody who reads beside it."""
    fresh = snapshot(database_url)
    name = conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(database_url) as reader, ThreadPoolExecutor(1) as pool:
        reader.execute(OUTDATED)
        reader.commit()
        reader.execute("select from visit_day")
        migrating = pool.submit(migrate, database_url)
        with psycopg.connect(database_url, autocommit=True) as page:
            for _ in range(3):
                wait_for(lambda: page.execute(WAITING, [name]).fetchone() != (0,))
                page.execute(
                    "select from visit_day"
                )  # else it would wait for the reader, and the reader for this test
                wait_for(lambda: page.execute(WAITING, [name]).fetchone() == (0,))
            assert not migrating.done()
            reader.rollback()
            assert migrating.result() == []
    assert snapshot(database_url) == fresh


def test_a_reader_without_end_is_named_as_the_cause(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "PATIENCE_S", 0)
    with psycopg.connect(database_url) as reader:
        reader.execute(OUTDATED)
        reader.commit()
        reader.execute("select from visit_day")
        with pytest.raises(StoreUnavailable, match="end that"):
            migrate(database_url)
        reader.rollback()
    assert migrate(database_url) == []


def test_an_index_is_built_while_others_write(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "drop index concurrently if exists rejected_reason;\n"  # half a one, of an attempt that was interrupted
        "create index concurrently rejected_reason on rejected (reason);\n"
    )
    known = list(schema.scripts("migrations"))
    added = [*known, ("9999_reason_concurrently", text, "x")]
    monkeypatch.setattr(schema, "scripts", lambda folder: added if folder == "migrations" else ())
    monkeypatch.setattr(schema, "migrations", lambda: {name: digest for name, _, digest in added})
    assert migrate(database_url) == ["9999_reason_concurrently"]
    with psycopg.connect(database_url) as conn:
        valid = "select indisvalid from pg_index where indexrelid = 'rejected_reason'::regclass"
        assert conn.execute(valid).fetchone() == (True,)


def test_many_may_migrate_at_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        ran = list(pool.map(lambda _: migrate(empty_database_url), range(4)))
    *others, first = sorted(ran, key=len)
    assert others == [[]] * 3 and first[0] == "0001_schema"
    before = snapshot(empty_database_url)
    assert migrate(empty_database_url) == []
    assert snapshot(empty_database_url) == before


def test_a_changed_or_newer_migration_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        assert schema.mismatch(conn) is None
        conn.execute("insert into migration (name, digest) values ('9999_future', 'x')")
        with pytest.raises(SchemaMismatch, match="newer"):
            migrate(database_url)
        conn.execute("delete from migration where name = '9999_future'")
        conn.execute("update migration set digest = 'x' where name = '0001_schema'")
        with pytest.raises(SchemaMismatch, match="0001_schema"):
            migrate(database_url)


def test_the_catalogue_is_in_the_database(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        stored = dict(conn.execute("select name, code from metric").fetchall())
    assert stored == {m.name: m.code for m in METRICS.values()}
