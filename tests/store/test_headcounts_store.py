"""Headcounts from the phone to the figures and back: kept once, used at once, judged by what was said before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import psycopg
import pytest
from counted import NOON, after, put, reading
from msgspec import structs

from besok.analytics.occupancy.headcounts import headcount_sd
from besok.analytics.occupancy.space_estimates import Z_80
from besok.model import calendar, sitefile
from besok.model.errors import NotFound, StoreRefused
from besok.model.headcount import Headcount
from besok.model.site import Site
from besok.services.headcounts import get_headcounts, get_rooms, receive_headcount
from besok.services.live import get_live
from besok.store import headcounts, occupancy, sandbox, sites
from besok.store.database import Database
from cli.terminal import headcounts as terminal
from jobs.estimate import Today, past_days
from jobs.learn import SitePast
from tests.patience import ANSWER_S
from tests.sitetext import door, sensor, site, space

HOUSE = "".join(
    (
        site(more="sandbox = true"), space("hall", ("Hall", "Hall")), space("room", ("Rum", "Room"), "seats = 12"),
        space("nook", ("Vrå", "Nook")),
        door("front", ("Entré", "Front")), door("back", ("Dörr", "Door"), "room", "hall"),
        sensor("front"), sensor("back"), sensor("nook", 'space = "nook"'),
    )
)  # fmt: skip
DAY = NOON.date()


@pytest.fixture
def house(db: Database) -> Site:
    """A hall, a room, and a nook with a camera; a hundred have come in since noon, some went on into the room."""
    site_file = sitefile.parse(HOUSE)
    sites.apply(db, site_file)
    put(db, *[reading(m, 5, "in", period_s=60) for m in range(1, 21)])
    put(db, *[reading(m, 1, "in", period_s=60, device="back") for m in range(1, 21)])
    put(db, *[reading(m, 0, "in", period_s=60) for m in range(21, 61)])
    return site_file.sites[0]


def counted(minute: float, people: int, room: str = "lib", **more: object) -> Headcount:
    made = Headcount(
        id=uuid4(), space=room, time=after(minute), sent=after(minute), people=people, counted_by="Kim"
    )
    return replace(made, **more)  # type: ignore[arg-type]


def send(db: Database, house: Site, count: Headcount, now: datetime) -> bool:
    """Send it from a phone whose clock is right."""
    return receive_headcount(db, house, replace(count, sent=now), now)


def estimated(db: Database, today: Today, minute: float, since: datetime | None = None) -> dict[str, float]:
    """The day estimated up to a minute after noon; people by space."""
    with db.transaction() as conn:
        today.update(conn, after(minute), since)
    live = get_live(db, "lib", after(minute))
    return {s.space: s.people for s in live.spaces if s.people is not None}


def together(db: Database, minute: float, people: int) -> float:
    """The mean of the house as it is estimated and of a headcount, each weighed by its precision."""
    (house,) = [s for s in get_live(db, "lib", after(minute)).spaces if s.space == "lib"]
    assert house.people and house.lower and house.upper
    variance = ((house.upper - house.lower) / 2 / Z_80) ** 2
    counted_variance = float(headcount_sd(np.array(people))) ** 2
    return (house.people * counted_variance + people * variance) / (variance + counted_variance)


@pytest.fixture
def today(db: Database, house: Site) -> Today:
    with db.transaction() as conn:
        return Today(house, occupancy.layout(conn, occupancy.site_ids(conn)["lib"]), DAY)


def test_a_headcount_is_kept_once_and_moves_the_figures_until_it_is_undone(
    db: Database, house: Site, today: Today
) -> None:
    before = estimated(db, today, 30)
    mean = together(db, 30, 90)
    count = counted(30.2, 90, seats_taken=9)
    assert send(db, house, count, after(31))
    assert not send(db, house, count, after(50))
    with pytest.raises(StoreRefused, match="another count"):
        send(db, house, replace(count, people=81), after(50))
    with pytest.raises(NotFound, match="no space"):
        send(db, house, counted(30, 1, "attic"), after(50))
    with_it = estimated(db, today, 30, count.time)
    assert before["lib"] > 95 and with_it["lib"] == pytest.approx(mean, abs=1)
    headcounts.undo(db, house, count.id, author="Robin", reason="stood in the wrong house", now=after(31))
    assert estimated(db, today, 30, count.time) == before
    with pytest.raises(NotFound, match="in use"):
        headcounts.undo(db, house, count.id, author="Robin", reason="again", now=after(31))
    (kept,) = get_headcounts(db, house, after(60)).counts
    assert (kept.undone_by, kept.undone_why) == ("Robin", "stood in the wrong house")


def test_listeners_hear_of_it(db: Database, database_url: str, house: Site) -> None:
    with psycopg.connect(database_url, autocommit=True) as conn:
        conn.execute("listen readings")
        send(db, house, counted(30, 80), after(31))
        (notice,) = conn.notifies(timeout=ANSWER_S, stop_after=1)
    assert '"lib"' in notice.payload and "12:30" in notice.payload


def test_it_is_judged_by_the_estimate_before_it(db: Database, house: Site, today: Today) -> None:
    estimated(db, today, 30)
    for n, people in enumerate((100, 60, 61)):
        send(db, house, counted(30 + n, people), after(31 + n))
        estimated(db, today, 31 + n, after(30 + n))
    found = get_headcounts(db, house, after(60))
    assert (found.judged, found.within) == (3, 2)
    assert (found.share_lower, found.share_upper) == pytest.approx((0.208, 0.939), abs=0.001)
    assert found.counts[0].estimate and found.counts[0].estimate < 90  # the second was used by then
    assert terminal.summary(found).startswith("of 3 headcounts 2 lay within the 80 % interval")
    assert found.honest is None  # three are too few


def test_nobody_in_the_building_is_nobody_in_its_rooms(db: Database, house: Site, today: Today) -> None:
    assert min(estimated(db, today, 40).values()) > 5
    send(db, house, counted(45, 0), after(45))
    assert max(estimated(db, today, 46, after(45)).values()) < 0.5


def test_a_camera_is_compared_with_the_people_counted(db: Database, house: Site, today: Today) -> None:
    for hour in range(8):
        put(db, structs.replace(reading(60 * hour, 16, "people", device="nook"), channel="level:1"))
        send(db, house, counted(60 * hour + 1, 20, "nook"), after(60 * hour + 1))
    (nook,) = get_headcounts(db, house, after(600)).spaces
    assert nook.beside == 8
    assert nook.scale == pytest.approx(0.82, abs=0.03)
    assert nook.scale_lower and nook.scale_upper and nook.scale_lower < 0.8 < nook.scale_upper
    assert "sensor shows" in "\n".join(terminal.lines(get_headcounts(db, house, after(600))))
    assert estimated(db, today, 421)["nook"] > 19  # the figure follows the headcounts
    assert estimated(db, today, 425)["nook"] > 18  # and stays nearer to them than to the sensor


def test_the_rooms_to_walk_tell_the_last_headcount_and_no_estimate(db: Database, house: Site) -> None:
    send(db, house, counted(10, 7, "room", seats_taken=5), after(10))
    send(db, house, counted(-1440, 3, "nook"), after(10))  # yesterday's
    rooms = get_rooms(db, house, after(20))
    assert [(r.space, r.people, r.seats_taken, r.seats) for r in rooms] == [
        ("hall", None, None, None), ("room", 7, 5, 12), ("nook", None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("gone", ["closed", "removed"])
def test_a_round_is_complete_without_a_room_that_is_closed(db: Database, house: Site, gone: str) -> None:
    """Neither is it walked, nor do workmen in it count, nor does the whole wait for it."""
    nook = space("nook", ("Vrå", "Nook"))
    closed = space("nook", ("Vrå", "Nook"), f"closed = [{{ first = {DAY}, last = {DAY} }}]")
    text = HOUSE.replace(nook, closed if gone == "closed" else "")
    text = text if gone == "closed" else text.replace(sensor("nook", 'space = "nook"'), "")
    sites.apply(db, sitefile.parse(text), now=after(0))
    assert [r.space for r in get_rooms(db, house, after(30))] == ["hall", "room"]
    with db.transaction() as conn:
        today = Today(house, occupancy.layout(conn, occupancy.site_ids(conn)["lib"]), DAY)
    assert estimated(db, today, 30)["lib"] > 95
    if gone == "closed":
        send(db, house, counted(29, 40, "nook"), after(31))
    for room, people in (("hall", 50), ("room", 10)):
        send(db, house, counted(30, people, room), after(31))
    assert 55 < estimated(db, today, 31, after(29))["lib"] < 65


def test_a_late_headcount_has_its_day_estimated_again(db: Database, house: Site, today: Today) -> None:
    """A phone was offline over night; the day that is over uses what it tells, on both sides of its moment."""
    with db.transaction() as conn:
        plan = occupancy.layout(conn, occupancy.site_ids(conn)["lib"])
        occupancy.take_dirty(conn, plan.site_id, 64)
    estimated(db, today, 60)
    tomorrow = calendar.day_bounds(DAY, house)[1] + timedelta(hours=5)
    send(db, house, counted(40, 70), tomorrow)
    figures = []
    for _ in range(2):
        with db.transaction() as conn:
            assert list(occupancy.take_dirty(conn, plan.site_id, 64)) == [DAY]
            past_days(conn, SitePast(house, plan), {DAY: None})
            row = conn.execute(
                "select people from occupancy_minute where time = %s and space_id = %s", (after(39), plan.spaces[0])
            ).fetchone()  # fmt: skip
        assert row
        figures.append(row[0])
        (count,) = get_headcounts(db, house, tomorrow).counts
        if count.undone is None:
            headcounts.undo(db, house, count.id, author="Kim", reason="wrong day", now=tomorrow)
    assert figures[0] < figures[1] - 5


def test_an_emptied_sandbox_has_none(db: Database, house: Site) -> None:
    send(db, house, counted(10, 7, "room"), after(10))
    sandbox.empty(db, "lib")
    assert get_headcounts(db, house, after(60)).counts == ()


def test_a_moment_at_the_site() -> None:
    place = sitefile.parse(HOUSE).sites[0]
    now = datetime(2026, 3, 2, 13, tzinfo=UTC)
    typed = datetime(1900, 1, 1, 13, 30)  # noqa: DTZ001  as the option reads an hour
    assert terminal.moment(typed, place, now) == datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    assert terminal.moment(None, place, now) == now
