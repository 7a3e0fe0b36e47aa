"""A door whose clock is wrong: once a day is over, its figures are as if the clock had been right."""

from datetime import timedelta

import numpy as np

from besok.analytics.occupancy import DayObservations
from besok.analytics.occupancy.clocks import on_time
from besok.model import sitefile
from besok.model.calendar import day_bounds
from besok.store import occupancy, sites
from besok.store.database import Database
from besok.store.sites import load
from besok.store.write import Batch, write
from jobs.estimate import Today, past_days
from jobs.learn import SitePast
from tests.databases import execute
from tests.readings import passed
from tests.sitetext import door, sensor, site, space
from tests.store.counted import NOON
from tests.unit.occupied import through_a_hall

BRANCH = "".join(
    (
        site(), space("hall", ("Hall", "Hall")), space("room", ("Rum", "Room")), door("front", ("Entré", "Front")),
        door("inner", ("Dörr", "Door"), inner="room", outer="hall"), door("back", ("Baksidan", "Back")),
        *map(sensor, ("front", "inner", "back")),
    )
)  # fmt: skip
DAY = NOON.date()


def put(db: Database, counts: DayObservations) -> None:
    """Write what the doors count on a day; nothing of the minutes in which nobody passes."""
    begins, _ = day_bounds(DAY, load(db, "lib"))
    for n, device in enumerate(("front", "inner", "back")):
        ways = np.nan_to_num(np.stack([counts.people_in[:, n], counts.people_out[:, n]]))
        readings = []
        for minute in np.flatnonzero(ways.sum(0)).tolist():
            time = begins + timedelta(minutes=minute + 1)
            readings += passed(f"lib/{device}", time, *ways[:, minute].tolist())
        write(db, Batch(readings=readings))


def off(db: Database, real: np.ndarray) -> float:
    """Return the root mean squared error of the people in the library on a day."""
    begins, ends = day_bounds(DAY, load(db, "lib"))
    rows = execute(
        db,
        "select (extract(epoch from time - %s) / 60)::int, people from occupancy_minute join space using (space_id)"
        " where parent_id is null and time >= %s and time < %s and people is not null",
        (begins, begins, ends),
    )
    assert len(rows) > 500
    minutes, people = np.array(rows, float).T
    return float(np.sqrt(np.mean((people - real[minutes.astype(int)]) ** 2)))


def test_a_clock_that_is_behind_leaves_final_figures_right(db: Database) -> None:
    sites.apply(db, sitefile.parse(BRANCH), now=NOON - timedelta(days=2))
    day, real = through_a_hall(0)
    put(db, on_time(day, np.array([-12, 0, 0])))
    house = load(db, "lib")
    with db.transaction() as conn:
        plan = occupancy.layout(conn, occupancy.site_ids(conn)["lib"])
        Today(house, plan, DAY).update(conn, day_bounds(DAY, house)[1] - timedelta(minutes=1), None)
    while_it_was_open = off(db, real)
    with db.transaction() as conn:
        past_days(conn, SitePast(house, plan), {DAY: None})
    assert off(db, real) < 0.7 * while_it_was_open
