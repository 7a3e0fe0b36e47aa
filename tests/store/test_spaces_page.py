"""The page *Spaces* where there is nothing to show yet."""

from datetime import UTC, date, datetime, timedelta

import pytest

from besok.model import sitefile
from besok.model.errors import NotFound
from besok.model.views.series import FlowPoint
from besok.services.places import get_sites, get_spaces
from besok.services.series import compared
from besok.store import sites
from besok.store.database import Database
from dashboard import ranges
from dashboard.address import Address
from dashboard.components import space_doors
from dashboard.pages import spaces
from tests.databases import execute
from tests.sitetext import door, sensor, site, space
from tests.store.counted import HOUSE
from tests.unit.on_the_way import texts

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def shown(db: Database, query: str) -> str:
    (site,) = get_sites(db)
    return str(spaces.page(db, site, Address.parse("/spaces/lib", query), NOW))


def test_days_to_come_are_not_taken_for_days_of_silent_sensors(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    to_come = shown(db, "?range=custom&from=2027-11-14&to=2027-11-20")
    assert "Perioden har inte börjat" in to_come and "Inget mättes här" not in to_come
    assert "Inget mättes här" in shown(db, "?range=7d")


def test_a_door_that_is_new_in_the_period_is_named_and_a_replaced_sensor_is_not(db: Database) -> None:
    placed = sitefile.parse(HOUSE)
    sites.apply(db, placed)
    since = (NOW - HOUR).isoformat()
    more = door("side", ("Sidodörren", "Side door")) + sensor("side", more=f"since = {since}")
    head, tail = HOUSE.split("[[sites.sensors]]", 1)
    text = f"{head}{more}[[sites.sensors]]{tail}"
    sites.apply(db, sitefile.parse(text), now=NOW)
    said = "Ny dörr: Sidodörren räknas sedan 12:00."
    assert said in shown(db, "") and said in shown(db, "?range=7d")
    assert "Ny dörr" not in shown(db, "?range=yesterday")
    replaced = text.replace('device = "front"', f'device = "front"\nuntil = {since}', 1) + sensor(
        "new", 'portal = "front"', f"since = {since}"
    )
    sites.apply(db, sitefile.parse(replaced), now=NOW)
    assert shown(db, "").count("Ny dörr") == 1


def test_a_new_door_is_dated_after_its_first_sensor_was_replaced_and_a_planned_one_is_not_named(
    db: Database,
) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    more = "".join(
        (
            door("side", ("Sidodörren", "Side door")), door("later", ("Nya dörren", "New door")),
            sensor("side", more="since = 2025-06-01T08:00:00Z\nuntil = 2026-10-10T08:00:00Z"),
            sensor("side2", 'portal = "side"', "since = 2026-10-10T08:00:00Z"),
            sensor("later", more="since = 2026-11-27T08:00:00Z"),
        )
    )  # fmt: skip
    head, tail = HOUSE.split("[[sites.sensors]]", 1)
    sites.apply(db, sitefile.parse(f"{head}{more}[[sites.sensors]]{tail}"), now=NOW)
    page = shown(db, "?range=custom&from=2025-05-20&to=2025-06-20")
    assert "Ny dörr: Sidodörren räknas sedan 1 juni 2025 10:00." in page
    assert "Ny dörr" not in shown(db, "?range=custom&from=2026-10-01&to=2026-11-30")


def test_a_page_is_drawn_again_while_its_days_include_today(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    past = "?range=custom&from=2026-11-20&to=2026-11-24"
    drawn = {query: "data-renew" in shown(db, query) for query in ("", "?range=7d", "?range=30d", past)}
    assert list(drawn.values()) == [True, True, True, False]


def test_a_comparison_that_has_no_room_is_not_dropped_in_silence(db: Database) -> None:
    rooms = "".join(space(name, ("Rum", "Room"), "parent = 'hall'") for name in ("one", "two"))
    sites.apply(db, sitefile.parse(HOUSE.replace("[[sites.portals]]", f"{rooms}[[sites.portals]]", 1)))
    said = "Ingen annan period jämförs"
    assert said in shown(db, "?with=one two&cmp=year")
    assert said not in shown(db, "?with=one two&cmp=0") and said not in shown(db, "?with=one&cmp=year")


def test_the_usual_week_is_of_the_chosen_days_where_they_are_a_week(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE), now=NOW - timedelta(days=400))
    execute(
        db,
        "insert into occupancy_bucket (space_id, bucket, people, lower, upper)"
        " select space_id, time, 5, 5, 5 from space, generate_series(%s, %s, interval '15 minutes') time"
        " where slug = 'lib'",
        (NOW - timedelta(days=200), NOW),
    )
    for query, first, last in (
        ("?range=7d", "2026-09-30", "2026-11-24"),
        ("?range=30d", "2026-10-27", "2026-11-24"),
        ("?range=custom&from=2026-06-01&to=2026-08-31", "2026-06-01", "2026-08-31"),
    ):
        page = shown(db, query)
        assert f"/api/v1/sites/lib/occupancy/heatmap?space=lib&from={first}&to={last}&format=" in page


def test_a_house_without_counts_has_no_usual_hours(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    assert "Ovanliga timmar hittas när 21 dagars besök är räknade; hittills finns 0." in shown(db, "")


def test_the_doors_of_a_space_tell_who_entered_it_and_who_left(db: Database) -> None:
    inner = space("room", ("Rum", "Room"), "parent = 'hall'") + door(
        "inner", ("Dörren", "Door"), "room", "hall"
    )
    away = site("park", ("Parken", "The park")) + space("lawn", ("Gräs", "Lawn"))
    gate = door("gate", ("Grind", "Gate"), "park/lawn", "hall")
    sites.apply(db, sitefile.parse(HOUSE + inner + gate + away))
    place, built = sites.load(db, "lib"), get_spaces(db, "lib")
    points = [
        FlowPoint(portal=p.id, start=NOW - n * HOUR, people_in=7, people_out=2, coverage=n / 4, imputed=1)
        for p in place.portals
        for n in (2, 4)
    ]

    names, period = space_doors.ends(db, place), ranges.of(Address.parse("/spaces/lib/lib", ""), NOW.date())

    def shown(name: str) -> str:
        here = Address.parse(f"/spaces/lib/{name}", "")
        return texts(space_doors.section(points, names, place, built, here, period, NOW) or "")

    assert "Dörren Hall 14 4 75\xa0% 2" in shown("room")
    assert "Grind Parken: Gräs 4 14 75\xa0%" in shown("hall") and "Dörren" not in shown("hall")
    assert "Entré utomhus 14 4 75\xa0%" in shown("lib") and "Grind" in shown("lib")
    assert (
        space_doors.section([], {}, place, built, Address.parse("/spaces/lib/room", ""), period, NOW) is None
    )


def test_what_is_compared_is_what_the_address_says(db: Database) -> None:
    sites.apply(db, sitefile.parse(HOUSE))
    (site,) = get_sites(db)
    lib, room = sites.load(db, "lib"), get_spaces(db, "lib")[1].space
    day = date(2026, 11, 25)
    asked = compared(db, lib, ["lib", room, room], day, day, date(2025, 11, 26))
    assert [(one.space, one.first) for one in asked] == [
        ("lib", day), (room, day), ("lib", date(2025, 11, 26)), (room, date(2025, 11, 26))
    ]  # fmt: skip
    with pytest.raises(NotFound):
        compared(db, lib, ["lib", "nowhere/room"], day, day, None)
    with pytest.raises(NotFound):
        spaces.page(db, site, Address.parse("/spaces/lib", "?with=vault"), NOW)


@pytest.mark.parametrize(
    ("query", "before"),
    [
        ("", "2026-11-18"),
        ("?cmp=year", "2025-11-26"),
        ("?cmp=2024-02-29", "2024-02-29"),
        ("?cmp=0001-01-01", "2026-11-18"),
        ("?cmp=0", None),
        ("?range=30d", "2026-09-22"),
    ],
)
def test_a_period_is_laid_over_any_other(query: str, before: str | None) -> None:
    address = Address.parse("/spaces/lib", query)
    found = ranges.compared(address, ranges.of(address, NOW.date()))
    assert (str(found.first) if found else None) == before
