"""Site files in the database: applied whole, applied again without effect, read back the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from besok.model.decode_context import DecodeContext
from besok.model.errors import NotFound
from besok.model.readings import Reading
from besok.model.site import OpeningHours, PayloadMapping, Portal, Sensor, Site, SiteFile, Space, Text
from besok.model.sitefile import dump, parse
from besok.store import decode_context, sites
from besok.store.database import Database
from besok.store.write import Batch, DeviceDescription, Incoming, write
from tests.databases import execute
from tests.readings import passed

EXAMPLE = (Path(__file__).parents[2] / "sites" / "helsingborg.toml").read_text()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAME = Text(sv="Namn", en="Name")


@pytest.fixture(scope="module")
def example() -> SiteFile:
    return parse(EXAMPLE)


def library(site_file: SiteFile, **changes: object) -> SiteFile:
    """The example with something changed in its library."""
    return SiteFile(sites=(replace(site_file.sites[0], **changes), *site_file.sites[1:]))  # type: ignore[arg-type]


def without(parts: tuple, name: str) -> tuple:  # type: ignore[type-arg]
    return tuple(
        p
        for p in parts
        if name not in (getattr(p, "id", ""), getattr(p, "portal", ""), getattr(p, "space", ""))
    )


def test_what_was_applied_is_read_back_the_same(db: Database, example: SiteFile) -> None:
    lines = sites.apply(db, example)
    assert lines[0] == "stadsbiblioteket: new, spaces: 19, portals: 21, sensors: 21"
    assert sites.load_all(db) == example.sites
    assert parse(dump(sites.export(db))) == example


def test_a_dry_run_only_tells(db: Database, example: SiteFile) -> None:
    assert len(sites.apply(db, example, dry_run=True)) == 2
    assert sites.load_all(db) == ()


@pytest.mark.usefixtures("database_url")  # its two changes are made at two times
def test_each_difference_is_told_and_applied(db: Database, example: SiteFile) -> None:
    sites.apply(db, example)
    house = example.sites[0]
    assert house.target
    attic = Space(id="attic", name=NAME, parent="upper-floor", capacity=10)
    ladder = Portal(id="ladder", name=NAME, outer="fiction", inner="attic", counted=False)
    changed = library(
        example,
        capacity=700,
        opening=OpeningHours(tables=(replace(house.opening.tables[0], monday="closed"),)),
        target=replace(house.target, factor=3.0),
        spaces=(*without(house.spaces, "exhibition"), attic),
        portals=(*without(house.portals, "exhibition-door"), ladder),
        sensors=without(house.sensors, "exhibition-door"),
    )
    assert [line.removeprefix("stadsbiblioteket: ") for line in sites.apply(db, changed)] == [
        "capacity: 640 → 700",
        "opening: monday: 09:00-20:00 → closed",
        "exceptions: 5 → 0",
        "target: factor: 2.0 → 3.0",
        "space exhibition: removed, its history stays",
        "space attic: new",
        "portal exhibition-door: removed, its history stays",
        "portal ladder: new",
        "sensor count-exhibition-door flow:1: removed, its history stays",
    ]
    assert sites.load_all(db) == changed.sites
    assert len(sites.apply(db, example)) == 9  # and back
    assert sites.load(db, "stadsbiblioteket").spaces == house.spaces


def test_sites_that_the_file_does_not_name_stay(db: Database, example: SiteFile) -> None:
    sites.apply(db, example)
    park = example.sites[1]
    sites.apply(db, SiteFile(sites=(replace(park, capacity=1),)))
    assert [site.capacity for site in sites.load_all(db)] == [640, 1]


def test_an_unknown_site_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound, match='no site "nowhere"'):
        sites.load(db, "nowhere")


def placements(db: Database, device: str) -> list[tuple[str | None, bool, datetime | None, datetime | None]]:
    """What a device observed, in order: portal, swapped, from, until."""
    return execute(
        db,
        "select p.slug, swapped, lower(pl.valid), upper(pl.valid) from placement pl"
        " left join portal p using (portal_id) join channel using (channel_id) join device using (device_id)"
        " where external_id = %s order by pl.valid",
        (device,),
    )  # type: ignore[return-value]


@pytest.fixture
def moved(example: SiteFile) -> Callable[..., SiteFile]:
    def change(which: str, /, **changes: object) -> SiteFile:
        sensors = (replace(s, **changes) if s.device == which else s for s in example.sites[0].sensors)  # type: ignore[arg-type]
        return library(example, sensors=tuple(sensors))

    return change


def test_a_sensor_that_is_turned_or_moved_leaves_its_history_where_it_was(
    db: Database, example: SiteFile, moved: Callable[..., SiteFile]
) -> None:
    device, at = "count-lift-up", datetime(2026, 5, 1, 8, tzinfo=UTC)
    sites.apply(db, example)
    lines = sites.apply(db, moved(device, swapped=True), now=at)
    assert lines == ["stadsbiblioteket: sensor count-lift-up flow:1: swapped: no → yes"]
    key = f"stadsbiblioteket/{device}"
    assert placements(db, key) == [("lift-up", False, None, at), ("lift-up", True, at, None)]
    sites.apply(db, moved(device), now=at)  # corrected at once: as if it had never been
    assert placements(db, key) == [("lift-up", False, None, at), ("lift-up", False, at, None)]


def flow_days(db: Database) -> dict[tuple[str, str], float]:
    rows = execute(
        db,
        "select s.slug, p.slug, people_in from flow_day f"
        " join site s using (site_id) join portal p using (portal_id)",
    )
    return {(r[0], r[1]): r[2] for r in rows}


def test_a_device_heard_before_it_was_placed_counts_from_its_first_day(
    db: Database, example: SiteFile
) -> None:
    write(db, Batch(readings=passed("stadsbiblioteket/count-park-entrance", NOON, 5)))
    sites.apply(db, example)
    assert flow_days(db) == {(site.id, "park-entrance"): 5 for site in example.sites}
    dirty = execute(db, "select slug, day from dirty_day join site using (site_id)")
    assert sorted(dirty) == [("stadsbiblioteket", date(2026, 3, 2)), ("stadsparken", date(2026, 3, 2))]


def test_an_exchanged_sensor_goes_on_where_the_old_one_ended(
    db: Database, example: SiteFile, moved: Callable[..., SiteFile]
) -> None:
    sites.apply(db, example)
    sites.apply(db, moved("count-lift-up", device="new-lift-up"), now=NOON)
    assert placements(db, "stadsbiblioteket/count-lift-up") == [("lift-up", False, None, NOON)]
    assert placements(db, "stadsbiblioteket/new-lift-up") == [("lift-up", False, None, None)]


def test_two_channels_of_one_device_stand_apart(db: Database, example: SiteFile) -> None:
    site: Site = example.sites[0]
    more = (Sensor(device="camera-reading-room", space="hall", channel="level:2", model="area-camera"),)
    both = library(example, sensors=(*site.sensors, *more))
    sites.apply(db, both)
    assert sites.load(db, site.id).sensors[-1] == more[0]


def test_mappings_are_stored_in_their_order_and_told(db: Database, example: SiteFile) -> None:
    mappings = (
        PayloadMapping(
            name="zeta", topic="z/+", values={"out": "$.o", "in": "$.i"}, only={"$.t": "x"}, period_s=60.0
        ),
        PayloadMapping(
            name="acme", topic="a/#", values={"people": "$.n"}, units={"people": 0.1}, zone="Europe/Berlin"
        ),
    )
    with_them = library(example, mappings=mappings)
    assert "mapping zeta: new" in " ".join((*sites.apply(db, example), *sites.apply(db, with_them)))
    assert sites.load_all(db) == with_them.sites
    assert list(sites.load(db, "stadsbiblioteket").mappings[0].values) == ["out", "in"]
    assert parse(dump(sites.export(db))) == with_them
    assert sites.apply(db, with_them) == []
    sites.apply(db, library(example, mappings=mappings[::-1]))
    assert [m.name for m in decode_context.load(db).mappings] == ["acme", "zeta"]
    sites.apply(db, example)
    assert decode_context.load(db).mappings == ()


def test_what_is_known_comes_from_the_site_file_and_from_the_devices(db: Database, example: SiteFile) -> None:
    assert replace(decode_context.load(db), key=b"") == DecodeContext()
    assert len(decode_context.load(db).key) == 32
    heard = {
        ("lorawan", "ab"): DeviceDescription(topic="t", model="Milesight VS133"),
        ("native", "x/y"): DeviceDescription(topic="t"),
    }
    placed = ("native", "stadsbiblioteket/count-lift-up")
    heard[placed] = DeviceDescription(topic="t", model="what it says itself")
    readings = [
        Reading(source=source, device=device, channel="flow:1", metric="in", value=1, time=NOON)
        for source, device in heard
    ]
    write(db, Batch(readings=[Incoming(reading=r, received=NOON) for r in readings], devices=heard))
    sites.apply(db, example)
    told = decode_context.load(db)
    assert told.zone == "Europe/Stockholm"
    assert told.models["lorawan", "ab"] == "Milesight VS133"
    model = next(s.model for s in example.sites[0].sensors if s.device == "count-lift-up")
    assert told.models[placed] == (model or "what it says itself")
    assert ("native", "x/y") not in told.models
