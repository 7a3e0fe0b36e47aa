"""Days to be estimated again: marked, taken, and never forgotten between the two."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Thread

import numpy as np
import pytest

from besok.analytics.occupancy.parameters import VERSION
from besok.model.site import OpeningException, SiteFile
from besok.model.sitefile import parse
from besok.store import occupancy, parameters, sites
from besok.store.claims import Claims
from besok.store.database import Database, sql
from besok.store.occupancy import Quarters
from besok.store.write import Batch, write
from jobs.estimate import past_days
from jobs.learn import SitePast
from tests.databases import execute, waiting
from tests.readings import passed
from tests.store.counted import HOUSE, NOON

DAY = date(2026, 3, 2)


@pytest.fixture
def library(db: Database) -> int:
    """The house with two doors, applied; its id."""
    sites.apply(db, parse(HOUSE))
    with db.transaction() as conn:
        return occupancy.site_ids(conn)["lib"]


def put(db: Database, value: float, time: datetime = NOON) -> None:
    write(db, Batch(readings=passed("lib/front", time, value)))


def dirty(db: Database) -> list[date]:
    return [row[0] for row in execute(db, "select day from dirty_day order by day")]


def test_days_are_taken_newest_first_and_not_too_many(db: Database, library: int) -> None:
    for days_ago in (0, 1, 2, 9):
        put(db, 1, NOON - timedelta(days=days_ago))
    with db.transaction() as conn:
        assert list(occupancy.take_dirty(conn, library, 3)) == [DAY - timedelta(days=n) for n in range(3)]
        assert list(occupancy.take_dirty(conn, library, 3)) == [DAY - timedelta(days=9)]
        assert list(occupancy.take_dirty(conn, library, 3)) == []


@pytest.mark.parametrize("newest", [0, 1, 4])
def test_weeks_are_taken_from_a_monday_on(db: Database, library: int, newest: int) -> None:
    days = [DAY - timedelta(days=newest + n) for n in range(30)]
    said = (passed("lib/front", NOON - (DAY - day), 1) for day in days)
    write(db, Batch(readings=[one for each in said for one in each]))
    with db.transaction() as conn:
        taken = list(occupancy.take_dirty(conn, library, 10))
        rest = list(occupancy.take_dirty(conn, library, 10_000))
    assert taken[-1].weekday() == 0
    assert 10 <= len(taken) < 17
    assert taken + rest == days


def test_a_day_is_read_once_until_it_is_marked_again(db: Database, library: int) -> None:
    """It is read to learn from it before it is worked off."""
    with db.transaction() as conn:
        past = SitePast(sites.load(db, "lib"), occupancy.layout(conn, library))

    def counted(minute: int, *, taken: bool) -> float:
        put(db, 1, NOON + timedelta(minutes=minute))
        with db.transaction() as conn:
            if taken:
                past.forget(occupancy.take_dirty(conn, library, 3))
            past.read(conn, DAY, DAY)
        return float(np.nansum(past.day(DAY)[0].people_in))

    assert counted(0, taken=False) == 1
    with db.transaction() as conn:
        learnt, read = past.learnt(conn, DAY + timedelta(days=7), keep=False), past.day(DAY)
        past.forget(occupancy.take_dirty(conn, library, 3))
        past.read(conn, DAY, DAY)
        assert past.day(DAY) is read
        # What was learnt may be older than the mark
        assert past.learnt(conn, DAY + timedelta(days=7), keep=False) is not learnt
    assert counted(1, taken=True) == 2  # marked since it was worked off
    past.forget({DAY: None})
    assert counted(2, taken=False) == 3
    assert counted(3, taken=True) == 4  # marked when it was read, and again


def test_a_day_taken_by_a_worker_that_dies_stays_marked(db: Database, library: int) -> None:
    put(db, 1)
    with pytest.raises(KeyboardInterrupt), db.transaction() as conn:
        occupancy.take_dirty(conn, library, 3)
        raise KeyboardInterrupt
    assert dirty(db) == [DAY]


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_late_readings_during_an_estimate_mark_the_day_again(
    db: Database, library: int, wait_for: Callable[..., object]
) -> None:
    put(db, 1)
    writer = Thread(target=put, args=(db, 2))
    with db.transaction() as conn:
        assert list(occupancy.take_dirty(conn, library, 3)) == [DAY]
        writer.start()
        wait_for(lambda: waiting(db))
    writer.join()
    assert dirty(db) == [DAY]


@pytest.mark.usefixtures("database_url")  # with a pool of connections
def test_an_estimate_waits_for_readings_being_written(
    db: Database, library: int, wait_for: Callable[..., object]
) -> None:
    put(db, 1)
    taken: list[float] = []

    def estimate() -> None:
        with db.transaction() as conn:
            occupancy.take_dirty(conn, library, 3)
            plan = occupancy.layout(conn, library)
            flows = occupancy.quarter_flows(conn, plan, NOON - occupancy.QUARTER, NOON)
            taken.append(float(np.nansum(flows.people_in)))

    worker = Thread(target=estimate)
    with db.transaction() as conn:  # another writer, whose late reading is not committed yet
        conn.execute("update flow_bucket set people_in = 2")
        conn.execute(sql("mark_dirty"), {"site": [library], "day": [DAY]})
        worker.start()
        wait_for(lambda: waiting(db))
    worker.join()
    assert taken == [2]


def test_figures_are_replaced_only_where_asked(db: Database, library: int) -> None:
    begins = NOON
    with db.transaction() as conn:
        plan = occupancy.layout(conn, library)
        shape = (4, len(plan.spaces))
        for value, last in ((1.0, 4), (2.0, 2)):
            figures = Quarters.unknown(*shape)  # not known: no row
            figures.people[:, 0], figures.upper[:, 0], figures.peak[:, 0] = value, value + 1, value + 2
            figures.basis[:, 0], figures.reason[:, 0] = 1, 1
            span = [(begins, begins + last * occupancy.QUARTER)]
            occupancy.write_quarters(conn, plan, begins, figures, span, final=value == 2)
        rows = conn.execute(
            "select people, lower, upper, peak, basis, reason, final from occupancy_bucket order by bucket"
        ).fetchall()
    assert rows == [
        *2 * [(2, None, 3, 4, "doors", "below_zero", True)],
        *2 * [(1, None, 2, 3, "doors", "below_zero", False)],
    ]


def test_days_that_ended_while_nobody_worked_are_marked(db: Database, library: int) -> None:
    with db.transaction() as conn:
        plan = occupancy.layout(conn, library)
        figures = Quarters.unknown(1, len(plan.spaces))
        figures.people[:] = 1
        for days_ago, final in ((0, False), (1, False), (2, True), (9, False)):
            start = NOON - timedelta(days=days_ago)
            span = [(start, start + occupancy.QUARTER)]
            occupancy.write_quarters(conn, plan, start, figures, span, final=final)
        occupancy.mark_unfinished(conn, library, NOON - timedelta(hours=9))
    assert dirty(db) == [DAY - timedelta(days=9), DAY - timedelta(days=1)]


def test_hours_that_were_others_than_known_mark_the_days_that_are_over(db: Database, library: int) -> None:
    put(db, 1, NOON - timedelta(days=9))
    with db.transaction() as conn:
        occupancy.take_dirty(conn, library, 64)
    closed = OpeningException(first=DAY - timedelta(days=3), last=DAY + timedelta(days=3), hours="closed")
    (place,) = parse(HOUSE).sites
    changed = replace(place, opening=replace(place.opening, exceptions=(*place.opening.exceptions, closed)))
    sites.apply(db, SiteFile(sites=(changed,)), now=NOON)
    assert dirty(db) == [DAY - timedelta(days=n) for n in (3, 2, 1)]  # not the day under way


def test_what_was_learnt_is_kept_until_a_day_it_was_learnt_from_changes(db: Database, library: int) -> None:
    look_back = timedelta(days=56)
    with db.transaction() as conn:
        plan = occupancy.layout(conn, library)
        for days in (0, 1, 56, 57):
            parameters.put(conn, plan, DAY + timedelta(days=days), 1, "{}")
        parameters.changed(conn, plan, DAY, DAY, look_back)
        known = {n: parameters.get(conn, plan, DAY + timedelta(days=n), 1) for n in (0, 1, 56, 57, 58)}
        assert {n for n, found in known.items() if found == "{}"} == {0, 57}
        parameters.put(conn, plan, DAY + timedelta(days=1), 1, "{}")
        assert parameters.get(conn, plan, DAY + timedelta(days=1), 1) == "{}"
        assert parameters.get(conn, plan, DAY + timedelta(days=1), 2) is None  # another version of the method
        rebuilt = replace(plan, portals=plan.portals[1:])
        assert parameters.get(conn, rebuilt, DAY, 1) is None  # its numbers would be those of other doors


@pytest.mark.parametrize("weeks", [1, 8])
def test_what_older_days_that_wait_have_taught_is_learnt_again(
    db: Database, library: int, weeks: int
) -> None:
    """Newer days are estimated first, with what the older ones teach now; of a week that is the eight before it."""
    monday = DAY + timedelta(days=7 * weeks)
    sunday = monday + timedelta(days=6)
    with db.transaction() as conn:
        past = SitePast(sites.load(db, "lib"), occupancy.layout(conn, library))
    learnt = []
    for minute in range(2):
        for day in (DAY, sunday):
            put(db, 1, NOON + (day - DAY) + timedelta(minutes=minute))
        with db.transaction() as conn:
            if minute:
                past_days(conn, past, occupancy.take_dirty(conn, library, 1))
                assert parameters.get(conn, past.plan, monday, VERSION) is None
            learnt.append(past.learnt(conn, monday, keep=True))
            assert list(occupancy.take_dirty(conn, library, 1)) == [DAY if minute else sunday]
        assert np.nansum(past.day(DAY)[0].people_in) == minute + 1
    assert learnt[0] is not learnt[1]


def test_a_site_is_claimed_by_one_worker_at_a_time(database_url: str, library: int) -> None:
    with Claims(database_url) as one:
        assert one.claim(library)
        assert one.claim(library)
        with Claims(database_url) as other:
            assert not other.claim(library)
    with Claims(database_url) as other:
        assert other.claim(library)
