"""`besok simulate score --stored`: what a running installation has stored, against its simulated truth."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np

from besok.model import calendar
from besok.model.site import Site, SiteFile
from besok.services.series import get_day_curves
from besok.store.database import Database
from cli.simulation import occupancy_accuracy
from cli.simulation.occupancy_accuracy import OccupancyAccuracy
from cli.terminal.tables import listing
from sensors_sim import truth
from sensors_sim.scenario import Scenario

MINUTES = 15  # of a stored figure
COLUMNS = "site space days accuracy.known accuracy.mean_people accuracy.rmse accuracy.bias accuracy.coverage"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredScore:
    """Accuracy of the stored figures of a space over some whole business days, by quarter of an hour."""

    site: str
    space: str
    days: int
    accuracy: OccupancyAccuracy


def run(
    db: Database, sites: SiteFile, days: int, now: datetime, seed: int, scenario: Scenario
) -> list[StoredScore]:
    """Judge each space of the sandboxes over the last `days` whole business days by the world that was simulated.

    `seed` and `scenario` are those that the simulator runs with.
    """
    return [found for site in sites.sites for found in _site(db, sites, site, days, now, seed, scenario)]


def _site(
    db: Database, sites: SiteFile, site: Site, days: int, now: datetime, seed: int, scenario: Scenario
) -> Iterator[StoredScore]:
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
        yield StoredScore(
            site=site.id,
            space=space,
            days=days,
            accuracy=occupancy_accuracy.accuracy(real, people, lower, upper),
        )


def as_json(scores: Sequence[StoredScore]) -> str:
    """Return each space by itself as one JSON object."""
    rows = [asdict(found) for found in scores]
    return json.dumps({"stored": [row | row.pop("accuracy") for row in rows]}, indent=1)


def as_text(scores: Sequence[StoredScore]) -> str:
    """Return the table."""
    return "\n".join(listing(scores, COLUMNS))
