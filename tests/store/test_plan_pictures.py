"""The drawing of a site in the database: points and pictures, kept with what they are of."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from besok.model.errors import NotFound
from besok.model.site import Sensor, SiteFile
from besok.services.floor_plan import DrawnDoor, get_drawn
from besok.store import plan_pictures, sites
from besok.store.audit import entries
from besok.store.database import Database
from besok.store.write import Batch, write
from tests.databases import execute
from tests.readings import passed
from tests.small_sites import example_file

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIBRARY = example_file().sites[0]
PICTURE = {"media": "image/png", "digest": "ab" * 32, "content": b"\x89PNG"}


@pytest.fixture
def example(db: Database) -> Database:
    sites.apply(db, example_file(), now=NOW)
    return db


def test_a_sensor_that_is_moved_on_the_plan_keeps_its_place_and_history(example: Database) -> None:
    every = [n for (n,) in execute(example, "select channel_id from channel")]

    def places() -> list[tuple[object, ...]]:
        return [row[:-1] for row in example.rows("placement_rows", channels=every)]

    before = places()
    moved = tuple(replace(s, at=(3.0, 12.0)) if s.space == "reading-room" else s for s in LIBRARY.sensors)
    door = tuple(replace(p, at=(30.0, 14.0)) if p.id == "stairs-up" else p for p in LIBRARY.portals)
    lines = sites.apply(
        example, SiteFile(sites=(replace(LIBRARY, sensors=moved, portals=door),)), now=NOW.replace(hour=13)
    )
    assert lines == [
        "stadsbiblioteket: portal stairs-up: at: 33.0, 14.0 → 30.0, 14.0",
        "stadsbiblioteket: sensor camera-reading-room level:1: at: 9.5, 10.8 → 3.0, 12.0",
    ]
    stored = sites.load(example, LIBRARY.id)
    assert next(s.at for s in stored.sensors if s.space == "reading-room") == (3, 12)
    assert sorted(map(str, places())) == sorted(map(str, before))  # all else as it was
    bare = replace(LIBRARY, sensors=tuple(replace(s, at=None) for s in LIBRARY.sensors))
    sites.apply(example, SiteFile(sites=(bare,)), now=NOW.replace(hour=14))
    assert {s.at for s in sites.load(example, LIBRARY.id).sensors} == {None}


def test_doors_and_sensors_of_a_site_without_data_are_not_known(example: Database) -> None:
    found = get_drawn(example, LIBRARY, NOW)
    doors = {d.portal.id: d for d in found.doors}
    assert len(doors) == 21 and len(found.sensors) == 5
    assert doors["stairs-up"].on == ("upper-floor", "ground-floor")
    assert (doors["stairs-up"].entries, doors["stairs-up"].freshness) == (None, "none")
    assert doors["emergency-exit"].freshness is None  # nobody counts it
    assert {s.freshness for s in found.sensors} == {"none"}
    execute(
        example, "update device set last_received = '2026-03-02 12:00+00' where external_id like '%stairs-up'"
    )
    door = next(d for d in get_drawn(example, LIBRARY, NOW).doors if d.portal.id == "stairs-up")
    assert door.freshness == "live"


def test_a_door_between_two_sensors_keeps_its_figures_of_today(example: Database) -> None:
    old = next(s for s in LIBRARY.sensors if s.portal == "stairs-up")
    write(example, Batch(readings=passed(LIBRARY.external_id(old), NOW - timedelta(hours=2), 12, 3)))
    ended, planned = replace(old, until=NOW), replace(old, device="new", first=date(2026, 3, 5))
    others = tuple(s for s in LIBRARY.sensors if s is not old)

    def drawn(*sensors: Sensor) -> DrawnDoor:
        sites.apply(example, SiteFile(sites=(replace(LIBRARY, sensors=(*others, *sensors)),)), now=NOW)
        place = sites.load(example, LIBRARY.id)
        return next(d for d in get_drawn(example, place, NOW).doors if d.portal.id == "stairs-up")

    awaited, over = drawn(ended, planned), drawn(ended)
    assert (awaited.entries, awaited.exits, awaited.freshness) == (12, 3, "live")
    assert over == awaited, "it was counted today"


def test_a_picture_is_kept_replaced_and_taken_away(example: Database) -> None:
    for name in ("ground-floor", LIBRARY.id):
        plan_pictures.put(example, LIBRARY.id, name, **PICTURE)  # type: ignore[arg-type]
    plan_pictures.put(example, LIBRARY.id, "ground-floor", **PICTURE | {"digest": "cd" * 32})  # type: ignore[arg-type]
    assert plan_pictures.digests(example, LIBRARY.id) == {"ground-floor": "cd" * 32, LIBRARY.id: "ab" * 32}
    assert plan_pictures.digests(example, "stadsparken") == {}
    assert plan_pictures.picture(example, LIBRARY.id, "ground-floor") == ("image/png", b"\x89PNG")
    sites.apply(example, example_file(), now=NOW)  # the file says nothing of it
    plan_pictures.remove(example, LIBRARY.id, "ground-floor")
    with pytest.raises(NotFound):
        plan_pictures.picture(example, LIBRARY.id, "ground-floor")
    for call in (plan_pictures.remove, lambda *where: plan_pictures.put(*where, **PICTURE)):
        with pytest.raises(NotFound):
            call(example, LIBRARY.id, "nowhere")
    told = [
        (e.action, e.subject)
        for e in entries(example, site=LIBRARY.id, limit=9)
        if e.action == "site.picture"
    ]
    assert told == [("site.picture", "ground-floor")] * 2 + [
        ("site.picture", LIBRARY.id),
        ("site.picture", "ground-floor"),
    ]
