"""What a simulator made counts in sandboxes only, however it came there; and a sandbox can be emptied."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from counted import HOUSE, NOON, after, days, put, reading
from msgspec import structs
from psycopg import sql

from besok.model import sitefile
from besok.model.errors import NotFound, StoreRefused
from besok.model.readings import Flag, Identity, Reading
from besok.model.site import SiteFile
from besok.store import occupancy, rollup, sandbox, sites
from besok.store.database import Database
from besok.store.message_dedup import Origin
from besok.store.write import Batch, Incoming, write
from tests.databases import execute
from tests.sitetext import door, space

PARK = HOUSE.replace('"lib"', '"park"').replace('"outside"', '"lib/hall"', 1)


def house(*, made_up: bool, extra: str = "") -> SiteFile:
    """The house, as a sandbox or not."""
    return SiteFile(sites=tuple(replace(s, sandbox=made_up) for s in sitefile.parse(HOUSE + extra).sites))


def simulated(*readings: Reading) -> list[Reading]:
    return [structs.replace(r, flags=Flag.SIMULATED) for r in readings]


def flows(db: Database, site: str = "lib") -> tuple[float, float]:
    """People in by the minute and by the quarter of the day of noon."""
    with db.transaction() as conn:
        plan = occupancy.layout(conn, occupancy.site_ids(conn)[site])
        begins, ends = NOON.replace(hour=3), NOON.replace(hour=3) + timedelta(days=1)
        minutes = occupancy.minute_flows(conn, plan, begins, begins, ends).people_in
        quarters = occupancy.quarter_flows(conn, plan, begins, ends).people_in
    return float(minutes[minutes > 0].sum()), float(quarters[quarters > 0].sum())


DELTAS = [reading(n, n, "in", period_s=60) for n in range(1, 5)]
TOTALS = [reading(n, 10 * n) for n in range(4)]


@pytest.mark.parametrize(("told", "people"), [(DELTAS, 10), (TOTALS, 30)])
def test_it_counts_in_a_sandbox_only(db: Database, told: list[Reading], people: float) -> None:
    put(db, *simulated(*told))  # nobody knows yet where the sensor hangs
    sites.apply(db, house(made_up=True))
    assert (days(db), flows(db)) == ({("front", "2026-03-02"): (people, 0)}, (people, people))
    sites.apply(db, house(made_up=False))  # the sandbox becomes a real house
    assert (days(db), flows(db)) == ({}, (0, 0))
    put(db, *simulated(reading(30, 7, "in", period_s=60)))  # what slips in counts as little
    assert (days(db), flows(db)) == ({}, (0, 0))
    put(
        db,
        *[reading(60 + n, 10 * n) for n in range(2)]
        if told is TOTALS
        else [reading(60, 10, "in", period_s=60)],
    )
    assert (days(db), flows(db)) == ({("front", "2026-03-02"): (10, 0)}, (10, 10))


def test_levels_that_are_made_up_are_none(db: Database) -> None:
    eye = '[[sites.sensors]]\ndevice = "eye"\nspace = "hall"\n'
    people = Reading(
        source="native", device="lib/eye", channel="level:1", metric="people", value=7, time=NOON
    )
    put(db, *simulated(people))

    def seen() -> list[bool]:
        with db.transaction() as conn:
            plan = occupancy.layout(conn, occupancy.site_ids(conn)["lib"])
            begins, ends = NOON.replace(hour=3), NOON.replace(hour=3) + timedelta(days=1)
            minutes = occupancy.minute_levels(conn, plan, begins, begins, ends)
            quarters = occupancy.quarter_levels(conn, plan, begins, ends)
        return [bool((levels.people == 7).any()) for levels in (minutes, quarters)]

    sites.apply(db, house(made_up=True, extra=eye))
    assert seen() == [True, True]
    sites.apply(db, house(made_up=False, extra=eye))
    assert seen() == [False, False]


def test_a_door_between_a_sandbox_and_a_real_site_counts_real_people_only(db: Database) -> None:
    lib, park = (*sitefile.parse(HOUSE + PARK).sites,)
    sites.apply(db, SiteFile(sites=(lib, replace(park, sandbox=True))))
    put(
        db,
        *simulated(
            *[structs.replace(r, device="park/front") for r in DELTAS],
            structs.replace(DELTAS[0], device="park/back"),
        ),
    )
    assert days(db) == {("back", "2026-03-02"): (0, 1)}


def test_it_never_replaces_what_a_device_measured(db: Database) -> None:
    sites.apply(db, house(made_up=False))
    put(db, *DELTAS)
    assert put(db, *simulated(*[structs.replace(r, value=99) for r in DELTAS])).readings == 0
    assert days(db) == {("front", "2026-03-02"): (10, 0)}


def test_what_a_device_measures_replaces_it(db: Database) -> None:
    put(db, *simulated(*DELTAS))
    sites.apply(db, house(made_up=False))
    assert put(db, *DELTAS).readings == len(DELTAS)
    assert days(db) == {("front", "2026-03-02"): (10, 0)}


TABLES = ("reading", "flow_bucket", "level_bucket", "flow_day", "occupancy_minute", "occupancy_bucket", "placement",
          "channel", "device", "dirty_day", "seen")  # fmt: skip


def everything(db: Database, tables: Sequence[str] = TABLES) -> dict[str, list[Any]]:
    """All rows of the tables."""
    asked = {t: sql.SQL("select {0}::text from {0} order by 1").format(sql.Identifier(t)) for t in tables}
    return {table: execute(db, query) for table, query in asked.items()}


def fill(db: Database, site: str, *, shift_s: int = 0) -> None:
    """Readings, a message with a number, an estimate, and a sensor that was moved."""
    later = timedelta(seconds=shift_s)
    told = [structs.replace(r, device=f"{site}/front", time=(r.time or NOON) + later) for r in DELTAS]
    eye = Reading(
        source="native", device=f"{site}/stranger", channel="level:1", metric="people", value=7, time=NOON
    )
    put(db, *simulated(*told, eye))
    identity = Identity(scope=f"native/{site}/front", mark="seq:1", window_s=9e6)
    origin = Origin(received=NOON, digest=b"12345678", identity=identity)
    write(db, Batch(readings=[Incoming(told[0], NOON, origin)], origins=[origin]))
    with db.transaction() as conn:
        for table, time in (("occupancy_minute", "time"), ("occupancy_bucket", "bucket")):
            estimate = sql.SQL(
                "insert into {} (space_id, {}, people)"
                " select space_id, now(), 3 from space join site using (site_id) where site.slug = %s"
            )
            conn.execute(estimate.format(sql.Identifier(table), sql.Identifier(time)), (site,))


def test_a_sandbox_is_emptied_and_other_sites_keep_theirs(db: Database) -> None:
    other = HOUSE.replace('"lib"', '"real"')
    lib, real = sitefile.parse(HOUSE + other).sites
    both = SiteFile(sites=(replace(lib, sandbox=True), real))
    sites.apply(db, both, now=NOON - timedelta(days=3))
    put(db, *[structs.replace(r, device="real/front") for r in DELTAS])
    execute(db, "delete from dirty_day")
    before = everything(db)
    fill(db, "lib")
    moved = replace(
        both.sites[0], sensors=tuple(replace(s, portal="back", swapped=False) for s in lib.sensors[:1])
    )
    sites.apply(db, SiteFile(sites=(moved, real)), now=after(60))
    assert sandbox.content(db, "lib").readings == 5
    assert sandbox.empty(db, "lib") == 5
    assert (sandbox.content(db, "lib").readings, sites.load(db, "lib")) == (0, moved)
    now = everything(db)
    for table in (
        "reading",
        "flow_bucket",
        "level_bucket",
        "flow_day",
        "occupancy_minute",
        "occupancy_bucket",
        "seen",
    ):
        assert now[table] == before[table], table
    held = execute(
        db,
        "select external_id, valid::text, d.last_received, c.last_time from placement"
        " join channel c using (channel_id) join device d using (device_id)"
        " where external_id like 'lib/%' order by 1",
    )
    assert held == [("lib/front", "(,)", None, None)]
    fill(db, "lib")  # the same messages again are not repeats
    assert days(db)["back", "2026-03-02"] == (10, 0)


def test_a_sensor_that_came_from_a_real_site_keeps_what_it_saw_there(db: Database) -> None:
    sensor = '[[sites.sensors]]\ndevice = "eui"\nsource = "lorawan"\nportal = "front"\n'
    text = HOUSE.replace("[[sites.sensors]]", sensor + "[[sites.sensors]]", 1)
    lib, lab = sitefile.parse(text).sites[0], sitefile.parse(text.replace('"lib"', '"lab"')).sites[0]
    bare = replace(lab, sandbox=True, sensors=lab.sensors[1:])
    sites.apply(db, SiteFile(sites=(lib, bare)), now=NOON)
    there = [structs.replace(r, source="lorawan", device="eui") for r in DELTAS]
    put(db, *there)
    before = days(db)
    moved = (replace(lib, sensors=lib.sensors[1:]), replace(lab, sandbox=True))
    sites.apply(db, SiteFile(sites=moved), now=after(30))
    put(db, *simulated(*[structs.replace(r, time=after(60)) for r in there[:1]]))
    assert sandbox.empty(db, "lab") == 1
    assert days(db) == before
    assert execute(db, "select count(*), max(time) from reading")[0] == (4, after(4))


def test_a_site_shared_by_doors_is_counted_again(db: Database) -> None:
    lib, park = (replace(s, sandbox=True) for s in sitefile.parse(HOUSE + PARK).sites)
    sites.apply(db, SiteFile(sites=(lib, park)))
    put(db, *simulated(*DELTAS, *[structs.replace(r, device="park/front") for r in DELTAS]))
    assert len(days(db)) == 1
    sandbox.empty(db, "park")
    rows = execute(
        db,
        "select s.slug, p.slug, people_in from flow_day join site s using (site_id)"
        " join portal p using (portal_id)",
    )
    assert rows == [("lib", "front", 10)]
    assert execute(db, "select distinct slug, day::text from dirty_day join site using (site_id)") == [
        ("lib", "2026-03-02")
    ]


def test_days_of_a_neighbour_are_marked_again_even_if_they_wait(db: Database) -> None:
    """So that an estimate that is about to take them waits: people came from a room of the neighbour's."""
    front = door("front", ("Entré", "Front"))
    room = HOUSE.replace(front, space("room", ("Rum", "Room")) + front, 1)
    yard = HOUSE.replace('"lib"', '"park"').replace('"outside"', '"lib/room"', 1)
    both = sitefile.parse(room + yard).sites
    sites.apply(db, SiteFile(sites=tuple(replace(s, sandbox=True) for s in both)))
    put(db, *simulated(*[structs.replace(r, device="park/front") for r in DELTAS]))
    mark = "select d.day::text, d.xmin::text from dirty_day d join site using (site_id) where slug = 'lib'"
    [(day, marked)] = execute(db, mark)
    sandbox.empty(db, "park")
    [(same_day, renewed)] = execute(db, mark)
    assert (same_day, renewed != marked) == (day, True)


def test_real_sites_are_refused(db: Database) -> None:
    sites.apply(db, house(made_up=False))
    put(db, *DELTAS)
    before = everything(db)
    with pytest.raises(StoreRefused, match="not a sandbox"):
        sandbox.empty(db, "lib")
    with pytest.raises(NotFound):
        sandbox.empty(db, "nowhere")
    assert everything(db) == before


def test_it_is_emptied_whole_or_not_at_all(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sites.apply(db, house(made_up=True), now=datetime(2026, 3, 1, tzinfo=UTC))
    fill(db, "lib")
    before = everything(db)

    def fail(*_: object) -> None:
        raise StoreRefused("a fault at the very end")

    monkeypatch.setattr(rollup, "notify", fail)
    with pytest.raises(StoreRefused, match="very end"):
        sandbox.empty(db, "lib")
    assert everything(db) == before
