"""Years of sites without sensors, estimated from weeks counted by hand."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from besok.analytics.disaggregation import Profile
from besok.analytics.sample_weeks import KINDS, SampledVisits, Week, WeekKind, estimate
from besok.model import calendar
from besok.model.arrays import Floats
from besok.model.site import Site
from besok.model.views.calendar import SchoolHoliday
from besok.model.views.sample_weeks import SampledKind, SampledYear
from besok.store.period_counts import PeriodVisits

DAY = timedelta(days=1)
WEEK_DAYS = 7
SCHOOL_DAYS = 5
FREE_DAYS = 3  # of the school days, in a week of holidays
FREE_BY_LAW = 2  # public holidays on them, where nobody has told when school is out
LONG_DAYS = 28  # of school holidays together: summer
SUMMER_WEEKS = range(25, 33)  # of the year, where nobody has told
MOST_MEASURED = 28  # days of a year that sensors know, from which on they tell more than sample weeks


@dataclass(frozen=True, kw_only=True)
class SampleOfYear:
    """A year's weeks (their days in the year) with the hand counts in them, and the visits of the other days."""

    year: int
    source: str
    net: bool
    weeks: Sequence[Sequence[date]]
    sampled: SampledVisits
    days: Mapping[date, float]  # visits of the days on which nobody counted

    def variance(self, days: Collection[date]) -> float:
        """Return the variance of the sum of some estimated days."""
        shares = np.array([self._share(week, days) for week in self.weeks])
        return self.sampled.normal_variance(shares)

    def _share(self, week: Sequence[date], days: Collection[date]) -> float:
        dates = [day for day in week if day in self.days]
        total = sum(self.days[day] for day in dates)
        return sum(self.days[day] for day in dates if day in days) / total if total else 0.0

    def drawn(self, rng: np.random.Generator) -> Iterator[tuple[date, float]]:
        """Yield how many times what is estimated of it each day may have had: one draw."""
        for week, times in zip(self.weeks, self.sampled.drawn(rng).tolist(), strict=True):
            yield from ((day, times) for day in week if day in self.days)

    def view(self, site: str) -> SampledYear:
        """Return the view of the estimate."""
        sampled, days = self.sampled, [day for week in self.weeks for day in week]
        (lower, upper), (lower_95, upper_95) = sampled.interval(0.8), sampled.interval(0.95)
        return SampledYear(
            site=site,
            year=self.year,
            first=min(days),
            last=max(days),
            weeks=sum(w.hours > 0 for w in sampled.weeks),
            counted=sampled.counted,
            visits=sampled.total,
            seen=sum(w.visits for w in sampled.weeks),
            se=sampled.se,
            freedom=sampled.total_freedom,
            lower=lower,
            upper=upper,
            lower_95=lower_95,
            upper_95=upper_95,
            kinds=tuple(_kind(sampled, kind) for kind in KINDS if any(w.kind == kind for w in sampled.weeks)),
        )


def _kind(sampled: SampledVisits, kind: WeekKind) -> SampledKind:
    weeks = [w for w in sampled.weeks if w.kind == kind]
    return SampledKind(
        kind=kind,
        weeks=sum(w.hours > 0 for w in weeks),
        counted=sum(w.sampled for w in weeks),
        rate=sampled.rates[kind],
        presumed=kind in sampled.guessed,
    )


def samples(
    site: Site,
    rows: Sequence[PeriodVisits],
    school: Sequence[SchoolHoliday],
    measured: Collection[date],
    last: date,
    profile: Profile,
    hours: Callable[[date], float],
) -> Iterator[SampleOfYear]:
    """Yield the years up to `last` of which some weeks were counted by hand, and few days by sensors.

    A year's estimate is made of the weeks and days counted by hand under one source, `hours` being the opening hours of
    a day; where none are known all days count alike.
    """
    sources: dict[str, list[PeriodVisits]] = defaultdict(list)
    for row in rows:
        if (
            row.method == "manual"
            and not row.portal
            and not row.series
            and (row.last - row.first).days < WEEK_DAYS
        ):
            sources[row.source].append(row)
    for hand_counts in sources.values():
        for year in sorted({day.year for row in hand_counts for day in (row.first, row.last)}):
            first, end = date(year, 1, 1), min(date(year, 12, 31), last)
            known = sum(first <= day <= end for day in measured)
            if first <= end and known < MOST_MEASURED:
                days = calendar.days_from(first, end)
                sample = _sample(site, year, days, hand_counts, school, profile, hours)
                if sample:
                    yield sample


def _sample(
    site: Site,
    year: int,
    days: Sequence[date],
    rows: Sequence[PeriodVisits],
    school: Sequence[SchoolHoliday],
    profile: Profile,
    hours: Callable[[date], float],
) -> SampleOfYear | None:
    open_ = {day: hours(day) for day in days}
    if not any(open_.values()):
        open_ = dict.fromkeys(days, 1.0)
    counted = _by_day(rows, profile, hours)
    weeks: dict[date, list[date]] = defaultdict(list)
    for day in days:
        weeks[day - day.weekday() * DAY].append(day)
    kinds = _kinds(site, sorted(weeks), school)
    sampled = estimate(
        [
            Week(
                kind=kinds[monday],
                hours=sum(open_[day] for day in dates),
                counted_hours=sum(open_[day] for day in dates if day in counted),
                visits=sum(counted.get(day, 0.0) for day in dates),
            )
            for monday, dates in weeks.items()
        ]
    )
    if sampled is None:
        return None
    estimated: dict[date, float] = {}
    for visits, dates in zip(sampled.estimated.tolist(), weeks.values(), strict=True):
        rest = [day for day in dates if day not in counted]
        estimated |= dict(zip(rest, _spread(visits, rest, profile, hours).tolist(), strict=True))
    first = rows[0]
    return SampleOfYear(
        year=year,
        source=first.source,
        net=first.net,
        weeks=list(weeks.values()),
        sampled=sampled,
        days=estimated,
    )


def _by_day(
    rows: Sequence[PeriodVisits], profile: Profile, hours: Callable[[date], float]
) -> dict[date, float]:
    """Return the visits of the counted days, including those of a week that reaches into another year."""
    counted: dict[date, float] = {}
    for row in rows:
        days = calendar.days_from(row.first, row.last)
        counted |= dict(zip(days, _spread(row.visits, days, profile, hours).tolist(), strict=True))
    return counted


def _spread(visits: float, days: Sequence[date], profile: Profile, hours: Callable[[date], float]) -> Floats:
    if not days:
        return np.zeros(0)
    weights = profile.weights(days, np.array([hours(day) for day in days]))
    return np.asarray(visits * weights / weights.sum())


def _kinds(site: Site, mondays: Sequence[date], school: Sequence[SchoolHoliday]) -> dict[date, WeekKind]:
    """Return the kind of each week: by the imported school holidays, else by public holidays and season."""
    free: dict[date, int] = {}  # day -> how long the holidays are that it lies in
    for holiday in school:
        length = (holiday.last - holiday.first).days + 1
        for n in range(length):
            day = holiday.first + n * DAY
            free[day] = max(free.get(day, 0), length)
    known_years = {day.year for day in free}
    return {monday: _kind_of(site, monday, free, monday.year in known_years) for monday in mondays}


def _kind_of(site: Site, monday: date, free: Mapping[date, int], school_known: bool) -> WeekKind:
    days = [monday + n * DAY for n in range(SCHOOL_DAYS)]
    off = [free[day] for day in days if day in free]
    if len(off) >= FREE_DAYS:
        return "summer" if max(off) >= LONG_DAYS else "holidays"
    if not school_known and monday.isocalendar().week in SUMMER_WEEKS:
        return "summer"
    by_law = sum(calendar.holiday(day, site.opening) is not None for day in days)
    return "holidays" if by_law >= FREE_BY_LAW else "term"
