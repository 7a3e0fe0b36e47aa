"""The estimate against the truth that only the simulator knows: two days of the example, seen by fallible sensors."""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
from servers import await_days, working

from besok.model import calendar
from besok.model.sitefile import parse
from besok.store import sites
from besok.store.database import Database
from besok.store.write import write
from cli.commands.sitefiles import as_sandbox
from collectors.pipeline import decode
from sensors_sim.backfill import messages
from sensors_sim.truth import people

EXAMPLE = Path(__file__).parents[2] / "sites" / "helsingborg.toml"
FIRST, LAST = date(2026, 11, 10), date(2026, 11, 11)
QUARTER = timedelta(minutes=15)


def estimated(url: str, space: str) -> dict[datetime, tuple[float, float, float]]:
    """People with their interval by quarter."""
    with psycopg.connect(url) as conn:
        rows = conn.execute(
            "select bucket, people, lower, upper from occupancy_bucket join space using (space_id) where slug = %s",
            (space,),
        ).fetchall()
    return {row[0]: row[1:] for row in rows}


def test_the_estimate_is_near_the_truth(db: Database, database_url: str) -> None:
    site_file = as_sandbox(parse(EXAMPLE.read_text()))
    sites.apply(db, site_file)
    for chunk in messages(site_file, FIRST, LAST, seed=7):
        write(db, decode(chunk))
    with working(database_url):
        await_days(database_url)
    library = site_file.sites[0]
    begins, ends = calendar.day_bounds(FIRST, library)[0], calendar.day_bounds(LAST, library)[1]
    middle = begins + QUARTER / 2
    truth = people(site_file, middle, ends, seed=7, step_s=900)
    # A camera's quarter is a mean, the truth that of a moment: within the narrow interval less often.
    judged = (("stadsbiblioteket", 0.1, 0.7), ("upper-floor", 0.2, 0.7), ("reading-room", 0.2, 0.55))
    for space, tolerance, covered in judged:
        found = estimated(database_url, space)
        figures = np.array([found[t - QUARTER / 2] for t in truth.times if t < ends], float)
        real = truth.people[: len(figures), truth.spaces.index(f"stadsbiblioteket/{space}")]
        assert len(figures) == 2 * 96
        assert np.abs(figures[:, 0] - real).mean() < tolerance * real.mean(), space
        doors = ~np.isnan(figures[:, 1])
        inside = (figures[doors, 1] <= real[doors]) & (real[doors] <= figures[doors, 2])
        assert doors.all() and inside.mean() > covered, space
    assert real.max() > 10  # there was something to see
