"""`besok simulate fit`: a world learnt from the stored history of sites.

The reading happens here; what is learnt of it, and how, is in `sensors_sim.fit`.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from besok.model.calendar import business_day, day_bounds, days_from, portions
from besok.model.errors import ScenarioError
from besok.model.site import Site, SiteFile
from besok.services.series import get_flows, get_occupancy
from besok.store.database import Database
from cli.terminal.tables import listing
from sensors_sim.fit import learn
from sensors_sim.fit_rates import LearntSite
from sensors_sim.hourly_history import HourAxis, HourlyHistory
from sensors_sim.routes import lay_out
from sensors_sim.scenario import Scenario
from sensors_sim.times import HOUR_MS, millis

HISTORY: Final = timedelta(days=182)  # from which today's world is learnt
PORTION: Final = 28  # days asked for at once
GUESSED: Final = 0.2  # share of an hour's people that was spread over a gap, from which the hour is left out


def stored_history(db: Database, site_file: SiteFile, first: date, last: date) -> HourlyHistory:
    """Return the stored history of all sites of the file, hour by hour, of the business days `first` to `last`.

    Every counted portal and every space that was ever estimated is in it; what is not known is NaN.
    """
    site = site_file.sites[0]
    days = days_from(first, last)
    bounds = [day_bounds(day, site) for day in days]
    hours = HourAxis.of(site, [(day, millis(a), millis(b)) for day, (a, b) in zip(days, bounds, strict=True)])
    ground = lay_out(site_file)
    flows = {name: np.full((3, len(hours.start)), np.nan) for name in ground.portals}
    people = {name: np.full(len(hours.start), np.nan) for name in ground.spaces}
    for a, b in portions(first, last, PORTION):
        for one in site_file.sites:
            start, end = day_bounds(a, one)[0], day_bounds(b, one)[1]
            for point in get_flows(db, one.id, start, end, "hour"):
                name = point.portal if "/" in point.portal else f"{one.id}/{point.portal}"
                if name in flows and point.people_in is not None:
                    guessed = point.imputed > GUESSED * (point.people_in + (point.people_out or 0))
                    coverage = 0.0 if guessed else point.coverage
                    flows[name][:, _hour(hours, millis(point.start))] = (
                        point.people_in,
                        point.people_out or 0,
                        coverage,
                    )
            for space in one.space_ids:
                for level in get_occupancy(db, one.id, space, start, end, "hour"):
                    if level.people is not None:
                        people[f"{one.id}/{space}"][_hour(hours, millis(level.start))] = level.people
    columns = np.array([flows[name] for name in ground.portals]).reshape(-1, 3, len(hours.start))
    return HourlyHistory(
        hours=hours,
        portals=ground.portals,
        inward=columns[:, 0].T,
        outward=columns[:, 1].T,
        coverage=np.nan_to_num(columns[:, 2].T),
        spaces=ground.spaces,
        people=np.array([people[name] for name in ground.spaces]).T,
    )


def _hour(hours: HourAxis, start: int) -> int:
    return int((start - hours.start[0]) // HOUR_MS)


def describe(learnt: Sequence[LearntSite]) -> Iterator[str]:
    """Describe the learnt world, a line a site; an empty field needs a longer history, or stored occupancy."""
    return listing(
        learnt,
        "profile.site days coverage growth profile.spread profile.stay_min",
        people_by_weekday=lambda one: [f"{sum(day):.0f}" for day in one.profile.week],
        seasons=lambda one: len(set(one.profile.months)) > 1,
        entrances=lambda one: _shares(one.profile.entrances.items()),
        spaces=lambda one: _shares(one.profile.spaces.items()),
    )


def _shares(shares: Iterable[tuple[str, float]]) -> list[str]:
    ordered = sorted(shares, key=lambda s: -s[1])
    return [f"{name} {share:.0%}" for name, share in ordered]


def learnt(db: Database, sites: SiteFile, site: Site, now: datetime) -> Scenario | None:
    """Return the world of today learnt from the site's history; None where there is too little of it."""
    try:
        return _learnt(db, sites, site, now.replace(minute=0, second=0, microsecond=0))
    except ScenarioError:
        return None


@lru_cache(
    maxsize=4
)  # of a database: it takes seconds, and who plays an answer live wants the world it was made in
def _learnt(db: Database, sites: SiteFile, site: Site, hour: datetime) -> Scenario:
    last = business_day(hour, site) - timedelta(days=1)
    return learn(sites, stored_history(db, sites, last - HISTORY, last), [site.id])[0]
