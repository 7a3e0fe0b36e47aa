"""`besok simulate score --stored`: stored estimates of an installation, against its simulated truth."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np

from besok.model import calendar
from besok.model.site import Site, SiteFile
from besok.services.series import get_day_curves
from besok.store.database import Database
from cli.simulation.occupancy_accuracy import accuracy
from cli.simulation.score import Row, for_json
from cli.terminal.tables import cell, table
from sensors_sim import truth
from sensors_sim.scenario import Scenario

MINUTES = 15  # of a stored figure
HEADS = ("site", "space", "days", "known", "mean_people", "rmse", "bias", "coverage")


def run(db: Database, sites: SiteFile, days: int, now: datetime, seed: int, scenario: Scenario) -> list[Row]:
    """Score each space of the sandboxes over the last `days` whole business days against the simulated world.

    `seed` and `scenario` are those that the simulator runs with.
    """
    return [score for site in sites.sites for score in _site(db, sites, site, days, now, seed, scenario)]


def _site(
    db: Database, sites: SiteFile, site: Site, days: int, now: datetime, seed: int, scenario: Scenario
) -> Iterator[Row]:
    today = calendar.business_day(now, site)
    first, last = today - timedelta(days=days), today - timedelta(days=1)
    begin, end = calendar.day_bounds(first, site)[0], calendar.day_bounds(last, site)[1]
    world = truth.people(sites, begin + timedelta(minutes=1), end, seed, 60, scenario)
    means = world.people.reshape(-1, MINUTES, len(world.spaces)).mean(1)
    for space, points in get_day_curves(db, site.id, [(begin, end)]).items():
        real = means[:, world.spaces.index(f"{site.id}/{space}")]
        people, lower, upper = (
            np.array([getattr(p, name) for p in points], float) for name in ("people", "lower", "upper")
        )
        yield {"site": site.id, "space": space, "days": days, **accuracy(real, people, lower, upper)}


def as_json(scores: Sequence[Row]) -> str:
    """Return each space by itself as one JSON object."""
    return json.dumps({"stored": [*map(for_json, scores)]}, indent=1)


def as_text(scores: Sequence[Row]) -> str:
    """Return the table."""
    rows = ([cell(value) for value in map(for_json(score).get, HEADS)] for score in scores)
    return "\n".join(table([head.replace("_", " ") for head in HEADS], rows, range(len(HEADS))))
