"""Progress of visits towards the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import hypot, sqrt

from besok.analytics.growth import PAIRED, comparable, empty_runs, growth_a_year, growth_of_days, pandemic
from besok.model import calendar
from besok.model.errors import NotFound
from besok.model.site import Site
from besok.model.views.like import like
from besok.model.views.progress import Progress, SoFar
from besok.services.bridging import bridged
from besok.services.imported_days import Imported, VisitDay
from besok.services.observed_days import last_known, sampled_imports, share_of_whole, visit_days, whole_days
from besok.store.database import Database
from besok.store.sites import counted, load

YEAR = 365  # days
ENOUGH = 0.9  # the share of days that must have been observed before a target is said to have been reached
TWO_SIDED_95 = 1.96  # standard deviations to either side
WEEKS = timedelta(days=364)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The known days of some sites as of `today`: the day after the last one that is known, for imported counts.

    `left_out` are days that tell nothing of other years, those of the pandemic if it closed the site.
    """

    db: Database
    sites: Sequence[Site]
    days: Sequence[VisitDay]
    measure: str
    today: date
    left_out: tuple[date, date] | None

    def whole(self, first: date, last: date) -> dict[date, float]:
        """Return the fully known days from `first` to `last`."""
        return whole_days(self.days, self.measure, first, last)

    def usual(self, first: date, last: date) -> dict[date, float]:
        """Return the days that are not left out, or all if none remain."""
        days = self.whole(first, last)
        out = self.left_out
        return {day: v for day, v in days.items() if not (out and out[0] <= day <= out[1])} or days

    def compared(self, first: date, last: date) -> int:
        """Return the number of days from `first` to `last` that are not left out."""
        days = calendar.days_from(first, last)
        out = self.left_out
        return sum(not (out and out[0] <= day <= out[1]) for day in days) or len(days)

    @property
    def uncounted(self) -> tuple[str, ...]:
        """The sites without any known day, which keep the others from being added up."""
        if self.days or len(self.sites) == 1:
            return ()
        return tuple(site.id for site in self.sites if not visit_days(self.db, [site], self.today - DAY))

    @property
    def year(self) -> dict[date, float]:
        """The last 365 days."""
        return self.whole(self.today - YEAR * DAY, self.today - DAY)

    def growth(self, days: int = WEEKS.days) -> tuple[float | None, int]:
        """Growth of the last `days` over comparable ones a year before, and the number of pairs."""
        first, last = self.today - days * DAY - WEEKS - 35 * DAY, self.today - DAY
        known, opening = self.usual(first, last), self.sites[0].opening
        span = calendar.days_from(first, last)
        holidays = {day: name for day in span if (name := calendar.holiday(day, opening))}
        planned = {
            day
            for e in opening.exceptions
            if e.hours == "closed"
            for day in span
            if e.first <= day <= e.last and day not in holidays
        }
        like = comparable(holidays, empty_runs(known) | planned, WEEKS)
        return growth_of_days(known, self.today - days * DAY, days, like)


def _known(db: Database, place: Site, today: date) -> _Known:
    sites = counted(db, place)
    days = visit_days(db, sites, today - DAY)
    return _Known(
        db=db,
        sites=sites,
        days=days,
        measure=place.measure,
        today=last_known(days, today - DAY) + DAY,
        left_out=pandemic(whole_days(days, place.measure), place.pandemic),
    )


def get_progress(db: Database, site: str, today: date) -> Progress:
    """Return visits against the target of a site, as of business day `today`.

    The last year ends yesterday, or where people brought counts and none came after them, with the last of these.
    Raises NotFound where there is no target.
    """
    place = load(db, site)
    target = place.target
    if target is None:
        raise NotFound(f"{site} has no target; its site file can give it one ([sites.target])")
    known = _known(db, place, today)
    stated = target.baseline_visits
    base = {} if stated else known.usual(target.baseline_first, target.baseline_last)
    last = known.year
    period = (target.baseline_first, target.baseline_last)
    baseline = stated or _yearly(base, known.compared(*period))
    so_far = _so_far(known, today)
    growth, last_365 = so_far.growth, so_far.last_365
    goal = None if baseline is None else baseline * target.factor
    years = (target.deadline - known.today).days / YEAR
    over = bridged(db, known.sites, today, known.today - DAY)
    compared = None if known.left_out and known.left_out[1] >= known.today - 2 * WEEKS else over.growth
    sampled = sampled_imports(db, known.sites, today - DAY)
    sampling = _sampling(known, sampled, growth)
    moved = None if baseline is None or over.baseline is None else baseline * over.baseline
    goal_bridged = moved and moved * target.factor
    return like(
        Progress,
        target,
        so_far,
        site=site,
        baseline_visits=baseline,
        baseline_coverage=1.0 if stated else share_of_whole(known.days, *period),
        baseline_sampled=sum(day.sampled for day in known.days if day.day in base) / _length(*period),
        baseline_source=target.baseline_source or _sources(known.days, base),
        goal_visits=goal,
        source_365=_sources(known.days, last),
        sampled=tuple(sample.view(one.site.id) for one in sampled for sample in one.samples),
        growth_sampling=sampling,
        needed_growth=growth_a_year(last_365, goal, years),
        growth_bridged=compared.bridged if compared else None,
        growth_error=hypot(compared.error, sampling or 0.0) if compared else None,
        growth_unseen=compared.unseen if compared else None,
        baseline_bridged=moved,
        goal_bridged=goal_bridged,
        needed_growth_bridged=growth_a_year(
            last_365 and over.year and last_365 * over.year, goal_bridged, years
        ),
        breaks=over.breaks,
        also=place.also,
        deadline_365=_deadline_year(known, target.deadline) if today > target.deadline else None,
        left_out=known.left_out,
    )


def get_growth(db: Database, site: str, today: date, days: int) -> tuple[float | None, int]:
    """Return the growth of the last `days` before `today` over comparable ones a year before, and on how many it rests.

    Raises NotFound.
    """
    return _known(db, load(db, site), today).growth(days)


def get_so_far(db: Database, site: str, today: date) -> SoFar:
    """Return the visits of a site, with a target or without, as of business day `today`. Raises NotFound."""
    return _so_far(_known(db, load(db, site), today), today)


def _so_far(known: _Known, today: date) -> SoFar:
    days, last = known.days, known.year
    growth, pairs = known.growth()
    return SoFar(
        today=today,
        until=known.today - DAY,
        measure=known.measure,
        first=days[0].day if days else None,
        days=len(days),
        visits=sum(day.visits(known.measure) for day in days) if days else None,
        last_365=_yearly(last, YEAR),
        coverage_365=share_of_whole(days, known.today - YEAR * DAY, known.today - DAY),
        growth=growth,
        growth_days=pairs,
        sampled_365=sum(day.sampled for day in days if day.day in last) / YEAR,
        uncounted=known.uncounted,
    )


def _sampling(known: _Known, sampled: Sequence[Imported], growth: float | None) -> float | None:
    """Return half the width of the 95 % interval of the growth due to sample weeks; None without them."""
    if growth is None or not sampled:
        return None
    relative = 0.0
    for last in (known.today - DAY, known.today - DAY - WEEKS):
        year = known.whole(last - WEEKS + DAY, last)
        variance = sum(one.variance(set(year)) for one in sampled)
        relative += variance / max(sum(year.values()), 1.0) ** 2
    return TWO_SIDED_95 * (1 + growth) * sqrt(relative)


def _deadline_year(known: _Known, deadline: date) -> float | None:
    """Return the visits of the 365 days up to a deadline; None where too little was observed."""
    year = known.whole(deadline - (YEAR - 1) * DAY, deadline)
    return _yearly(year, YEAR) if len(year) >= ENOUGH * YEAR else None


def _yearly(visits: Mapping[date, float], days: int) -> float | None:
    """Return a year's worth of visits, from the mean of the days that were observed whole.

    None where these are too few of the `days` that are compared: some weeks of a year tell nothing of it.
    """
    return sum(visits.values()) / len(visits) * YEAR if visits and len(visits) >= PAIRED * days else None


def _length(first: date, last: date) -> int:
    return (last - first).days + 1


def _sources(days: Sequence[VisitDay], used: Mapping[date, float]) -> str:
    """Return the sources of imported counts on some days."""
    return " + ".join(dict.fromkeys(day.source for day in days if day.source and day.day in used))
