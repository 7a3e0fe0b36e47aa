"""How far the visits have come on the way to the target."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from besok.analytics.growth import growth_a_year, growth_of_days
from besok.model.errors import NotFound
from besok.model.site import Site
from besok.model.views.progress import Progress, SoFar
from besok.services.bridging import bridged
from besok.services.observed_days import Sum, visits_between, visits_until
from besok.services.visits import visits
from besok.store.database import Database
from besok.store.sites import counted, load

YEAR = 365  # days
ENOUGH = 0.9  # the share of days that must have been observed before a target is said to have been reached
WEEKS = timedelta(days=364)


@dataclass(frozen=True, slots=True, kw_only=True)
class _First:
    first: date | None


def progress(db: Database, site: str, today: date) -> Progress:
    """Visits against the target of a site, seen from business day `today`. Raises NotFound where there is no target."""
    place = load(db, site)
    target = place.target
    if target is None:
        raise NotFound(f"{site} has no target; its site file can give it one ([sites.target])")
    measure = target.measure
    sites = counted(db, place)
    first = visits_between(db, sites, target.baseline_first, target.baseline_last)
    baseline = _yearly(first, measure)
    last = visits_between(db, sites, today - timedelta(days=YEAR), today - timedelta(days=1))
    growth, pairs = _growth(db, place, today)
    last_365 = _yearly(last, measure)
    goal = None if baseline is None else baseline * target.factor
    years = (target.deadline - today).days / YEAR
    over = bridged(db, sites, today, (target.baseline_first, target.baseline_last), measure)
    moved = None if baseline is None or over.baseline is None else baseline * over.baseline
    return Progress(
        site=site,
        today=today,
        baseline_first=target.baseline_first,
        baseline_last=target.baseline_last,
        baseline_visits=baseline,
        baseline_coverage=first.days / ((target.baseline_last - target.baseline_first).days + 1),
        factor=target.factor,
        deadline=target.deadline,
        goal_visits=goal,
        last_365=last_365,
        coverage_365=last.days / YEAR,
        growth=growth,
        growth_days=pairs,
        needed_growth=growth_a_year(last_365, goal, years),
        measure=measure,
        growth_bridged=over.growth.bridged if over.growth else None,
        growth_error=over.growth.error if over.growth else None,
        growth_unseen=over.growth.unseen if over.growth else None,
        baseline_bridged=moved,
        goal_bridged=moved and moved * target.factor,
        needed_growth_bridged=growth_a_year(
            last_365 and over.year and last_365 * over.year, moved and moved * target.factor, years
        ),
        breaks=over.breaks,
        also=place.also,
        deadline_365=_at(db, sites, target.deadline, measure) if today > target.deadline else None,
    )


def so_far(db: Database, site: str, today: date) -> SoFar:
    """The visits of a site, with a target or without, seen from business day `today`. Raises NotFound."""
    place = load(db, site)
    yesterday = today - timedelta(days=1)
    first = db.fetch_one("visits_first", _First, sites=list(place.counted), last=yesterday)
    sites = counted(db, place)
    every = visits_until(db, sites, yesterday)
    last = visits_between(db, sites, today - timedelta(days=YEAR), yesterday)
    growth, pairs = _growth(db, place, today)
    return SoFar(
        today=today,
        measure=place.measure,
        first=first.first if first else None,
        days=every.days,
        visits=every.gross if place.measure == "gross" else every.net,
        last_365=_yearly(last, place.measure),
        coverage_365=last.days / YEAR,
        growth=growth,
        growth_days=pairs,
    )


def _at(db: Database, sites: Sequence[Site], deadline: date, measure: str) -> float | None:
    """The visits of the 365 days up to a deadline; None where too little was observed."""
    year = visits_between(db, sites, deadline - timedelta(days=YEAR - 1), deadline)
    return _yearly(year, measure) if year.days >= ENOUGH * YEAR else None


def _yearly(visits: Sum, measure: str) -> float | None:
    """A year's worth of visits, from the mean of the days that were observed whole."""
    total = visits.gross if measure == "gross" else visits.net
    return None if total is None or not visits.days else total / visits.days * YEAR


def _growth(db: Database, site: Site, today: date) -> tuple[float | None, int]:
    """Growth of the last 364 days over the 364 before: whole weeks, so that weekdays match; and of how many pairs."""
    points = visits(db, site.id, today - 2 * WEEKS, today - timedelta(days=1), together=True)
    known = {p.day: v for p in points if (v := p.gross if site.measure == "gross" else p.net) is not None}
    return growth_of_days(known, today - WEEKS, WEEKS.days, WEEKS)
