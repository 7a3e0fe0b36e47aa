"""Devices and sites that are removed for good: all of them goes, and nothing else."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from counted import HOUSE, NOON, after, build, days, put, reading
from psycopg import sql
from typer.testing import Result

from besok.model import sitefile
from besok.model.errors import NotFound, StoreRefused, StoreUnavailable
from besok.services.devices import get_devices
from besok.services.places import get_sites
from besok.store import removal, sites, voids
from besok.store.database import Database
from tests.databases import execute
from tests.sitetext import door, sensor, site, space
from tests.store.test_headcounts_store import counted as headcount
from tests.store.test_headcounts_store import send
from tests.store.test_imports import store, year

LATER = NOON + timedelta(days=1)
EXAMPLE = (Path(__file__).parents[2] / "sites" / "helsingborg.toml").read_text()
ANNEX = "".join(
    (site("annex"), space("hall", ("Hall", "Hall")), door("gate", ("Grind", "Gate")), sensor("gate"))
)


UNWATCHED = HOUSE.replace(sensor("back", more="swapped = true"), "").replace(
    'id = "back"', 'id = "back"\ncounted = false'
)


def rows(db: Database) -> dict[str, int]:
    """Return how many rows each table has; what is only remembered of messages, and the audit, aside."""
    names = execute(db, "select tablename from pg_tables where schemaname = 'public'")
    count = sql.SQL("select count(*) from {}")
    counted = {n: execute(db, count.format(sql.Identifier(n)))[0] for (n,) in names}
    return {name: row[0] for name, row in counted.items() if row and row[0] and name != "audit"}


def test_everything_that_belongs_to_a_site_or_a_sensor_goes_with_it(house: Database) -> None:
    staying = execute(
        house,
        "with recursive going (relid) as ("
        " select unnest(array['site', 'space', 'portal', 'device', 'channel']::regclass[])::oid union"
        " select k.conrelid from going join pg_constraint k on k.confrelid = relid and k.contype = 'f')"
        " select conrelid::regclass::text, conname from pg_constraint join going on confrelid = relid"
        " where contype = 'f' and confdeltype <> 'c'",
    )
    assert staying == [], "let these cascade: besok site remove deletes what belongs to a site"


def test_a_site_goes_with_all_it_holds_and_leaves_the_others_as_they_are(db: Database) -> None:
    empty = rows(db)
    sites.apply(db, sitefile.parse(EXAMPLE))
    removal.remove_sites(db, *[s.site for s in get_sites(db)])
    assert rows(db) == empty, "the example can be removed"
    build(db)
    put(db, reading(5, 3, "in", period_s=60))
    alone = rows(db)
    sites.apply(db, sitefile.parse(HOUSE + ANNEX))
    put(db, *[reading(n, 2, "in", period_s=60, device="../annex/gate") for n in range(3)])
    voids.add(db, voids.find(db, "lib/../annex/gate"), NOON, after(1), reason="test", author="Kim", now=LATER)
    removal.remove_sites(db, "annex")
    held = removal.device_content(db, voids.find(db, "lib/../annex/gate"))
    assert held.readings == 3, "a device that was never there stays"
    removal.forget_device(db, voids.find(db, "lib/../annex/gate"))
    assert rows(db) == alone
    assert [s.site for s in get_sites(db)] == ["lib"]


def test_a_site_that_another_one_needs_stays(house: Database) -> None:
    through = door("through", ("Dörr", "Door"), inner="hall", outer="lib/hall", more="counted = false")
    sites.apply(house, sitefile.parse(HOUSE + ANNEX + through))
    with pytest.raises(StoreRefused, match="annex cannot do without lib"):
        removal.remove_sites(house, "lib")
    removal.remove_sites(house, "annex")
    removal.remove_sites(house, "lib")
    with pytest.raises(NotFound):
        removal.remove_sites(house, "lib")


def test_a_device_is_forgotten_and_the_days_in_which_it_counted_are_as_without_it(house: Database) -> None:
    put(house, reading(5, 3, "in", period_s=60), reading(5, 4, "out", period_s=60, device="back"))
    with pytest.raises(StoreRefused, match="lib/back"):
        removal.forget_device(house, voids.find(house, "lib/back"))
    sites.apply(house, sitefile.parse(UNWATCHED))
    assert removal.forget_device(house, voids.find(house, "lib/back")).people == 4
    assert days(house) == {("front", "2026-03-02"): (3, 0)}
    assert [d.device for d in get_devices(house, now=LATER)] == ["lib/front"]


def test_a_writer_that_knew_a_forgotten_device_registers_it_again(house: Database, database_url: str) -> None:
    put(house, reading(5, 3, "in", device="new"))
    with Database(database_url) as writer:
        put(writer, reading(6, 3, "in", device="new"))
        removal.forget_device(house, voids.find(house, "lib/new"))
        with pytest.raises(StoreUnavailable, match="forgotten"):
            put(writer, reading(7, 3, "in", device="new"))
        put(writer, reading(7, 3, "in", device="new"))
    held = removal.device_content(house, voids.find(house, "lib/new"))
    assert held.readings == 1


def test_the_commands_tell_what_goes_before_a_yes(house: Database, command: Callable[..., Result]) -> None:
    put(house, reading(5, 3, "in", period_s=60), reading(5, 3, "in", device="new"))
    asked = command("device", "forget", "lib/new")
    assert asked.exit_code == 1 and "1 reading from 2026-03-02 to 2026-03-02" in asked.output
    assert command("device", "forget", "lib/new", "--yes").exit_code == 0
    asked = command("site", "remove", "lib")
    assert "lib: 2 devices with 1 reading" in asked.output and "3 people at doors" in asked.output
    assert "entered by people" not in asked.output
    store(house, [year(2025, 36_500)])
    send(house, sites.load(house, "lib"), headcount(5, 3, "hall"), after(6))
    asked = command("site", "remove", "lib")
    assert "entered by people: 1 import of counts, 1 headcount" in asked.output
    assert [s.site for s in get_sites(house)] == ["lib"]
    removed = command("site", "remove", "lib", "lib", "-y")
    assert removed.output.count("lib: 2 devices") == 1 and removed.output.endswith("lib: gone.\n")
    assert get_sites(house) == []
