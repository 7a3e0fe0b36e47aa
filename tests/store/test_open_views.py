"""The views that other tools read: their names, columns and types stay, each is described, and the examples work."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from besok.model import sitefile
from besok.store import roles, sites
from besok.store.database import Database
from besok.store.write import Batch, write
from tests import dashboard_file
from tests.commands import besok
from tests.readings import passed

HERE = Path(__file__).parents[2]
EXAMPLE = HERE / "sites" / "helsingborg.toml"
PAGE = HERE / "docs" / "how-to" / "read-the-database.md"
PROMISED = {
    "open_site": "site text, kind text, name_sv text, name_en text, timezone text, capacity int4, simulated bool",
    "open_space": "site text, space text, parent text, name_sv text, name_en text, kind text, storey int4, "
    "capacity int4, seats int4, area_m2 float8",
    "open_portal": "site text, portal text, name_sv text, name_en text, outer_space text, inner_space text, "
    "perimeter bool",
    "open_visits_day": "site text, day date, visits_gross float8, visits_net float8, visits_imputed float8, "
    "visits_corrected float8, watched_s float8",
    "open_passages_15min": "site text, portal text, start timestamptz, entries float8, exits float8, imputed float8, "
    "watched_s float8",
    "open_occupancy_15min": "site text, space text, start timestamptz, people float8, people_lower float8, "
    "people_upper float8, peak float8, final bool",
    "open_target": "site text, baseline_first date, baseline_last date, deadline date, factor float8, measure text",
}
# Their meaning is in their names, or in those of the view.
PLAIN = {"site", "name_sv", "name_en", "kind", "storey", "space", "portal", "outer_space", "inner_space"}
PLAIN |= {"baseline_first", "baseline_last", "deadline"}


def test_what_was_promised_is_there(db: Database) -> None:
    """Columns may be added at the end; whoever changes this table breaks somebody's dashboard."""
    with db.transaction() as conn:
        for view, promised in PROMISED.items():
            found = conn.execute(
                "select attname || ' ' || typname from pg_attribute join pg_type on pg_type.oid = atttypid"
                " where attrelid = %s::regclass and attnum > 0 order by attnum",
                (view,),
            ).fetchall()
            assert ", ".join(name for (name,) in found).startswith(promised), view
        views = conn.execute("select viewname from pg_views where viewname like 'open\\_%'").fetchall()
        assert {name for (name,) in views} == set(PROMISED)


def test_every_view_and_figure_is_described(db: Database) -> None:
    with db.transaction() as conn:
        bare = conn.execute(
            "select c.relname || '.' || coalesce(a.attname, '') from pg_class c"
            " left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
            " where c.relname like 'open\\_%%' and (obj_description(c.oid) is null"
            " or (col_description(c.oid, a.attnum) is null and a.attname <> all(%s)))",
            (sorted(PLAIN),),
        ).fetchall()
    assert bare == []


@pytest.fixture
def reader(db: Database, database_url: str) -> str:
    """The address of somebody who reads with another tool, at a library in which people have passed."""
    file = sitefile.parse(EXAMPLE.read_text(), EXAMPLE.name)
    sites.apply(db, file)
    library, now = file.sites[0], datetime.now(UTC)
    door = next(p for p in library.portals if p.outer == "outside" and p.counted)
    sensor = next(s for s in library.sensors if s.portal == door.id and s.role == "primary")
    device, then = library.external_id(sensor), now - timedelta(minutes=20)
    write(db, Batch(readings=passed(device, then, 4, 4, channel=sensor.channel_key, received=now)))
    roles.let_sign_in(database_url, {"besok_reader": "a password of the test"})
    return make_conninfo(database_url, user="besok_reader", password="a password of the test")


def test_a_reader_finds_what_was_counted(reader: str) -> None:
    with psycopg.connect(reader) as conn:
        assert conn.execute("select sum(visits_gross) from open_visits_day").fetchone() == (4.0,)
        assert conn.execute("select sum(entries), sum(exits) from open_passages_15min").fetchone() == (
            4.0,
            4.0,
        )
        for view in PROMISED:
            conn.execute(f"select * from {view}")  # type: ignore[call-overload]  # noqa: S608


def test_the_examples_of_the_page_work(reader: str, database_url: str, tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    statements = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    assert len(statements) == 2
    with psycopg.connect(reader) as conn:
        for statement in statements:
            conn.execute(statement)
    assert "besok export figures " in text
    folder = tmp_path / "figures"
    assert besok(database_url, "export", str(folder), "-y").exit_code == 0
    query = re.findall(r'duckdb -c "(.*?)"', text)[0].replace("figures/", f"{folder}/")
    (row,) = duckdb.sql(query).fetchall()
    assert row[0] == "stadsbiblioteket" and row[2] == 4


def test_a_reader_sees_every_panel_of_the_dashboard(reader: str) -> None:
    """That it shows something is asked where something is there: figures that are estimated need a worker."""
    with psycopg.connect(reader) as conn:
        for title, asked in dashboard_file.queries("stadsbiblioteket"):
            rows = conn.execute(asked.encode()).fetchall()
            assert rows or title in ("People now", "Spaces now"), title
