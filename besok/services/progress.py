"""Progress of visits towards the target."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from besok.analytics.growth import growth_a_year, growth_of_days
from besok.model.errors import NotFound
from besok.model.views.progress import Progress, SoFar
from besok.services.bridging import bridged
from besok.services.observed_days import VisitDay, visit_days, whole_days
from besok.store.database import Database
from besok.store.sites import counted, load

YEAR = 365  # days
ENOUGH = 0.9  # the share of days that must have been observed before a target is said to have been reached
WEEKS = timedelta(days=364)
DAY = timedelta(days=1)


def get_progress(db: Database, site: str, today: date) -> Progress:
    """Return visits against the target of a site, seen from business day `today`.

    Raises NotFound where there is no target.
    """
    place = load(db, site)
    target = place.target
    if target is None:
        raise NotFound(f"{site} has no target; its site file can give it one ([sites.target])")
    measure = target.measure
    sites, yesterday = counted(db, place), today - DAY
    days = visit_days(db, sites, yesterday)
    base = whole_days(days, measure, target.baseline_first, target.baseline_last)
    last = whole_days(days, measure, today - YEAR * DAY, yesterday)
    baseline, last_365 = _yearly(base), _yearly(last)
    growth, pairs = _growth(days, measure, today)
    goal = None if baseline is None else baseline * target.factor
    years = (target.deadline - today).days / YEAR
    over = bridged(db, sites, today, (target.baseline_first, target.baseline_last), measure)
    moved = None if baseline is None or over.baseline is None else baseline * over.baseline
    goal_bridged = moved and moved * target.factor
    return Progress(
        site=site,
        today=today,
        baseline_first=target.baseline_first,
        baseline_last=target.baseline_last,
        baseline_visits=baseline,
        baseline_coverage=len(base) / ((target.baseline_last - target.baseline_first).days + 1),
        factor=target.factor,
        deadline=target.deadline,
        goal_visits=goal,
        last_365=last_365,
        coverage_365=len(last) / YEAR,
        growth=growth,
        growth_days=pairs,
        needed_growth=growth_a_year(last_365, goal, years),
        measure=measure,
        growth_bridged=over.growth.bridged if over.growth else None,
        growth_error=over.growth.error if over.growth else None,
        growth_unseen=over.growth.unseen if over.growth else None,
        baseline_bridged=moved,
        goal_bridged=goal_bridged,
        needed_growth_bridged=growth_a_year(
            last_365 and over.year and last_365 * over.year, goal_bridged, years
        ),
        breaks=over.breaks,
        also=place.also,
        deadline_365=_deadline_year(days, measure, target.deadline) if today > target.deadline else None,
    )


def get_so_far(db: Database, site: str, today: date) -> SoFar:
    """Return the visits of a site, with a target or without, seen from business day `today`. Raises NotFound."""
    place = load(db, site)
    days = visit_days(db, counted(db, place), today - DAY)
    last = whole_days(days, place.measure, today - YEAR * DAY, today - DAY)
    growth, pairs = _growth(days, place.measure, today)
    return SoFar(
        today=today,
        measure=place.measure,
        first=days[0].day if days else None,
        days=len(days),
        visits=sum(day.visits(place.measure) for day in days) if days else None,
        last_365=_yearly(last),
        coverage_365=len(last) / YEAR,
        growth=growth,
        growth_days=pairs,
    )


def _deadline_year(days: Sequence[VisitDay], measure: str, deadline: date) -> float | None:
    """Return the visits of the 365 days up to a deadline; None where too little was observed."""
    year = whole_days(days, measure, deadline - (YEAR - 1) * DAY, deadline)
    return _yearly(year) if len(year) >= ENOUGH * YEAR else None


def _yearly(visits: Mapping[date, float]) -> float | None:
    """Return a year's worth of visits, from the mean of the days that were observed whole."""
    return sum(visits.values()) / len(visits) * YEAR if visits else None


def _growth(days: Sequence[VisitDay], measure: str, today: date) -> tuple[float | None, int]:
    """Growth of the last 364 days over the 364 before: whole weeks, so that weekdays match; and of how many pairs."""
    known = whole_days(days, measure, today - 2 * WEEKS, today - DAY)
    return growth_of_days(known, today - WEEKS, WEEKS.days, WEEKS)
