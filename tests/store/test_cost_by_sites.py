"""A question costs what its answer costs, not the installation: pages of quarters read, with ten more sites."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

import psycopg
import pytest

from besok.model import sitefile
from besok.services.devices import get_devices
from besok.services.live import get_live
from besok.services.series import get_day_curves, get_flows, get_heatmap, get_occupancy
from besok.services.usage import get_space_usage
from besok.store import occupancy, sites
from besok.store.database import Database, session
from tests.databases import FreshUrl, execute, undone
from tests.sitetext import door, sensor, site, space
from tests.store.counted import NOON

DAYS = 28
FIRST = (NOON - timedelta(days=DAYS)).date()
LAST = NOON.date()
MORE = 10
GROWTH = 1.5

# In the order in which they come: by time, those of all sites mixed; then put in order as the jobs do at night.
FILL = """
truncate flow_bucket, occupancy_bucket;
insert into flow_bucket (channel_id, bucket, people_in, people_out, covered_s, imputed)
select channel_id, t, 3, 2, 900, 0 from generate_series(%(first)s, %(now)s, interval '15 minutes') t cross join channel
order by t, hashint4(channel_id);
insert into occupancy_bucket (space_id, bucket, people, lower, upper, peak, peak_lower, peak_upper, basis, final)
select space_id, t, 5, 4, 6, 7, 6, 8, 'doors', true
from generate_series(%(first)s, %(now)s, interval '15 minutes') t cross join space order by t, hashint4(space_id);
"""
QUESTIONS: dict[str, Callable[[Database], object]] = {
    "live": lambda db: get_live(db, "a0", NOON),
    "flows by hour": lambda db: get_flows(db, "a0", NOON - timedelta(days=DAYS), NOON, "hour"),
    "occupancy": lambda db: get_occupancy(db, "a0", "hall", NOON - timedelta(days=DAYS), NOON, "hour"),
    "curves": lambda db: get_day_curves(db, "a0", [(NOON - timedelta(days=1), NOON)]),
    "heatmap": lambda db: get_heatmap(db, "a0", "hall", FIRST, LAST),
    "usage": lambda db: get_space_usage(db, "a0", FIRST, LAST, now=NOON),
}


MORE_SENSORS = """
with device as (
    insert into device (source, external_id)
    select 'native', 'a0/more' || n from generate_series(%(first)s::int, %(last)s) n
    returning device_id
), channel as (insert into channel (device_id, key) select device_id, 'flow:1' from device returning channel_id)
insert into placement (channel_id, portal_id, valid)
select channel_id, (select min(portal_id) from portal), tstzrange(%(since)s, null) from channel;
"""


class Noting(psycopg.Cursor[Any]):
    """A cursor that notes what it is asked."""

    asked: ClassVar[list[tuple[Any, Any]]] = []

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        self.asked.append((query, params))
        return super().execute(query, params, **more)


@pytest.fixture
def db(fresh_url: FreshUrl) -> Iterator[Database]:
    """A database of this test's own: what others have undone in the shared one still takes pages, and changes plans."""
    with (
        fresh_url() as url,
        psycopg.connect(url, autocommit=True, **session(idle_s=0)) as conn,
        undone(conn) as db,
    ):
        yield db


def _grow(db: Database, first: int, last: int) -> None:
    """Apply the sites of these numbers, and fill the quarters of all."""
    text = "".join(
        site(f"a{n}") + space("hall", ("Hall", "Hall")) + space("room", ("Rum", "Room"))
        + door("front", ("Entré", "Front")) + door("inner", ("Dörr", "Door"), "room", "hall")
        + sensor("front") + sensor("inner")
        for n in range(first, last)
    )  # fmt: skip
    sites.apply(db, sitefile.parse(text), now=NOON - timedelta(days=2 * DAYS))
    with db.transaction() as conn, psycopg.ClientCursor(conn) as cur:
        cur.execute(FILL, {"first": NOON - timedelta(days=DAYS), "now": NOON})
    while occupancy.tidy_part(db, "order_part", NOON + timedelta(days=400)):
        pass
    execute(db, "analyze")


def _pages(db: Database) -> dict[str, int]:
    """Return of each question how many pages its statements read."""
    return {name: _read(db, question, _of_quarters) for name, question in QUESTIONS.items()}


def _read(
    db: Database, question: Callable[[Database], object], pages: Callable[[dict[str, Any]], int]
) -> int:
    with db.transaction() as conn:
        kept, conn.cursor_factory = conn.cursor_factory, Noting
        Noting.asked.clear()
        assert question(db)
        conn.cursor_factory = kept
        return sum(pages(_plan(conn, *asked)) for asked in list(Noting.asked))


def _plan(conn: psycopg.Connection[Any], query: str, params: Any) -> dict[str, Any]:
    ((plan,),) = conn.execute(f"explain (analyze, buffers, format json) {query}", params).fetchall()  # type: ignore[arg-type]
    return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]  # type: ignore[no-any-return]


def _of_quarters(plan: dict[str, Any]) -> int:
    """Return the pages that a plan reads of parts of tables of quarters; small tables are read whole or not at all."""
    if plan.get("Relation Name", "").startswith("_hyper"):
        return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
    return sum(map(_of_quarters, plan.get("Plans", [])))


def test_ten_more_sites_cost_no_question_of_one_site_more(db: Database) -> None:
    _grow(db, 0, 1)
    alone = _pages(db)
    _grow(db, 1, 1 + MORE)
    among = _pages(db)
    assert all(alone.values())
    assert {name: (alone[name], n) for name, n in among.items() if n > GROWTH * alone[name]} == {}


def _all(plan: dict[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def test_a_site_costs_the_same_beside_one_of_a_thousand_rooms(db: Database) -> None:
    _grow(db, 0, 2)
    alone = _read(db, QUESTIONS["live"], _all)
    execute(
        db,
        "insert into space (site_id, slug, name_sv, name_en, kind, parent_id)"
        " select site_id, 'more' || n, 'Rum', 'Room', 'room', space_id"
        " from space, generate_series(1, 1000) n where slug = 'a1'",
    )
    execute(db, "analyze")
    assert _read(db, QUESTIONS["live"], _all) < GROWTH * alone


def test_a_sensor_costs_the_same_among_many(db: Database) -> None:
    _grow(db, 0, 1)

    def pages_each(first: int, last: int) -> float:
        execute(db, MORE_SENSORS, {"first": first, "last": last, "since": NOON - timedelta(days=1)})
        execute(db, "analyze")
        return _read(db, lambda db: get_devices(db, now=NOON), _all) / last

    assert 2 * pages_each(1, 200) > pages_each(201, 2000)
