"""Days of the counts that people brought: as they are where days are known, else spread over the calendar's profile."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from besok.analytics.disaggregation import Profile, Spread, learn, spread
from besok.model import calendar
from besok.model.arrays import Floats
from besok.model.site import Site
from besok.model.views.calendar import SchoolHoliday
from besok.services.sample_weeks import SampleOfYear, samples
from besok.store.database import Database
from besok.store.period_counts import PeriodVisits, holding

DAY = timedelta(days=1)
YEAR = timedelta(days=366)
LEAST_KEPT = 1e-6  # by deductions: nobody can be made of none
MONTH = 27  # days and more: a total that tells of the month


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDay:
    """The visits of a business day on which something was observed at all of some sites; `whole`: everything was.

    `source` is what people brought the day from (of several sites with " + "), empty where sensors counted all of it;
    `imputed` are the gross visits that nobody saw on that day: estimated for silent doors, or a share of the total of a
    longer period. `sampled`: at a site it is estimated from sample weeks of the year.
    """

    day: date
    gross: float
    net: float
    whole: bool
    imputed: float = 0.0
    source: str = ""
    sampled: bool = False

    @property
    def counted(self) -> bool:
        """Whether all of it was counted, by sensors or people, and none estimated from sample weeks."""
        return self.whole and not self.sampled

    def visits(self, measure: str) -> float:
        """Return the visits by a measure, gross or net."""
        return self.gross if measure == "gross" else self.net


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What people brought of a site: the periods that hold, and the days on which the sensors know the site."""

    site: Site
    rows: Sequence[PeriodVisits]
    measured: Mapping[date, float]
    school: Sequence[SchoolHoliday] = ()
    last: date = date.min  # the last day that is estimated where people counted in sample weeks

    @cached_property
    def sources(self) -> dict[str, dict[date, VisitDay]]:
        """The days of each source, the finest and newest first; a day counts where all its series have it."""
        own: dict[str, list[PeriodVisits]] = defaultdict(list)
        for row in self.rows:
            own[row.source].append(row)
        order = sorted(own, key=lambda s: (_length(own[s]), -max(r.import_id for r in own[s])))
        return {source: self._days(own[source]) for source in order}

    @cached_property
    def days(self) -> dict[date, VisitDay]:
        """Each day that sensors do not know by the first source that has it, else by the sample weeks of its year."""
        found: dict[date, VisitDay] = {}
        for days in (*self.sources.values(), *map(self._estimated, self.samples)):
            found = days | found
        return {day: found[day] for day in sorted(found.keys() - self.measured.keys())}

    def by(self, source: str, day: date) -> VisitDay | None:
        """Return a day that counts as a source has it; None where another one has it, or the sensors."""
        found = self.days.get(day)
        return found if found and found.source == source else None

    @cached_property
    def samples(self) -> list[SampleOfYear]:
        """The years that are estimated from weeks counted by hand."""
        if not any(row.method == "manual" for row in self.rows):
            return []
        on = (self.rows, self.school, self.measured, self.last, self.profile, self._open)
        return list(samples(self.site, *on))

    def days_of(self, source: str) -> dict[date, VisitDay]:
        """Return the days of a source, those that its sample weeks stand for too."""
        found: dict[date, VisitDay] = {}
        for sample in self.samples:
            if sample.source == source:
                found |= self._estimated(sample)
        return found | self.sources[source]

    def _estimated(self, sample: SampleOfYear) -> dict[date, VisitDay]:
        found = {}
        for day, visits in sample.days.items():
            row = PeriodVisits(
                source=sample.source,
                method="manual",
                net=sample.net,
                portal="",
                series="",
                first=day,
                last=day,
                visits=visits,
                import_id=0,
            )
            one = self._day(day, [(row, visits)])
            found[day] = replace(one, imputed=one.gross, sampled=True)
        return found

    def periods(self, source: str) -> list[tuple[date, date]]:
        """Return the periods of a source of which all its series have a count."""
        spans = Counter((row.first, row.last) for row in self.rows if row.source == source)
        return sorted(span for span, number in spans.items() if number == max(spans.values()))

    def is_net(self, source: str) -> bool:
        """Tell whether a source has taken off already who is no visitor."""
        return any(row.net for row in self.rows if row.source == source)

    def by_hand(self, source: str) -> bool:
        """Tell whether people counted."""
        return any(row.method == "manual" for row in self.rows if row.source == source)

    @cached_property
    def profile(self) -> Profile:
        """What is usual on days and in months of the site, by the sensors and by what was brought."""
        daily: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
        monthly: dict[tuple[str, date, date], float] = defaultdict(float)
        for row in self.rows:
            if row.first == row.last:
                daily[row.source][row.first] += row.visits
            elif MONTH <= (row.last - row.first).days < MONTH + 4:
                monthly[row.source, row.first, row.last] += row.visits
        known = max(daily.values(), key=len, default={}) | dict(self.measured)
        months = [
            (first.replace(day=1), visits / hours)
            for (_, first, last), visits in monthly.items()
            if (hours := float(self.hours(first, last).sum())) > 0
        ]
        days = sorted(known)
        return learn(
            days, np.array([known[d] for d in days]), np.array([self._open(d) for d in days]), months
        )

    @cached_property
    def spreads(self) -> dict[str, list[Spread]]:
        """The totals of periods longer than a day, by source."""
        found: dict[str, list[Spread]] = defaultdict(list)
        for row in self.rows:
            if row.first < row.last:
                found[row.source].append(
                    spread(row.first, row.last, row.visits, self.hours(row.first, row.last), self.profile)
                )
        return found

    @cached_property
    def _totals_of(self) -> dict[date, list[tuple[str, int]]]:
        """The totals that hold each day, by source and number."""
        found: dict[date, list[tuple[str, int]]] = defaultdict(list)
        for source, own in self.spreads.items():
            for n, one in enumerate(own):
                for day in one.days:
                    found[day].append((source, n))
        return found

    def hours(self, first: date, last: date) -> Floats:
        """Return the opening hours of each day of a period."""
        return np.array([self._open(day) for day in calendar.days_from(first, last)])

    def _open(self, day: date) -> float:
        return sum((b - a) / timedelta(hours=1) for a, b in calendar.open_intervals(day, self.site))

    def variance(self, days: set[date]) -> float:
        """Return the variance of the sum of some imported days, by days of which only a total is known and by days that
        nobody counted.
        """
        touched = {
            (source, n) for d in days for source, n in self._totals_of.get(d, ()) if self.by(source, d)
        }
        totals = 0.0
        for source, n in touched:
            s = self.spreads[source][n]
            totals += s.error(np.array([d in days and self.by(source, d) is not None for d in s.days])) ** 2
        return totals + sum(
            sample.variance({d for d in days if d in sample.days and self.by(sample.source, d)})
            for sample in self.samples
        )

    def used(self, days: set[date]) -> dict[int, tuple[int, float]]:
        """Return for each import how many of some imported days it has, and the visits on them."""
        found: dict[int, dict[date, float]] = defaultdict(dict)
        for row, pairs in self._by_day(self.rows):
            for day, visits in pairs:
                if day in days and self.by(row.source, day) and self._counts(row, day):
                    own = found[row.import_id]
                    own[day] = own.get(day, 0.0) + visits
        return {number: (len(own), sum(own.values())) for number, own in found.items()}

    def _by_day(
        self, rows: Sequence[PeriodVisits]
    ) -> Iterator[tuple[PeriodVisits, list[tuple[date, float]]]]:
        """Yield all rows of some sources with their visits by day."""
        spreads = {source: iter(own) for source, own in self.spreads.items()}
        for row in rows:
            if row.first == row.last:
                yield row, [(row.first, row.visits)]
            else:
                total = next(spreads[row.source])
                yield row, list(zip(total.days, total.by_day.tolist(), strict=True))

    def _days(self, rows: Sequence[PeriodVisits]) -> dict[date, VisitDay]:
        spans: dict[tuple[str, str], tuple[date, date]] = {}
        for r in rows:
            first, last = spans.get((r.portal, r.series), (r.first, r.last))
            spans[r.portal, r.series] = min(first, r.first), max(last, r.last)
        values: dict[date, list[tuple[PeriodVisits, float]]] = defaultdict(list)
        for r, pairs in self._by_day(rows):
            for day, visits in pairs:
                values[day].append((r, visits))
        alive = [sorted(ends) for ends in zip(*spans.values(), strict=True)]
        return {
            day: self._day(day, counted)
            for day, parts in values.items()
            if len(parts) == sum(f <= day for f in alive[0]) - sum(t < day for t in alive[1])
            and (counted := [(row, visits) for row, visits in parts if self._counts(row, day)])
        }

    def _counts(self, row: PeriodVisits, day: date) -> bool:
        """Tell whether those who enter where a row was counted are visits on a day."""
        return not row.portal or self.site.definition(day).counts(row.portal)

    def _day(self, day: date, parts: Sequence[tuple[PeriodVisits, float]]) -> VisitDay:
        """Add up the series of a source, gross and net by the definition that holds on the day."""
        held = self.site.definition(day)
        off = held.per_day
        kept = {row.portal: max(1.0 - held.share_off(row.portal), LEAST_KEPT) for row, _ in parts}
        visits, net = sum(v for _, v in parts), parts[0][0].net
        if net:
            gross = sum(v / kept[row.portal] for row, v in parts) + off if visits else 0.0
        else:
            gross, visits = visits, max(sum(v * kept[row.portal] for row, v in parts) - off, 0.0)
        return VisitDay(
            day=day,
            gross=gross,
            net=visits,
            whole=True,
            imputed=gross if any(row.first < row.last for row, _ in parts) else 0.0,
            source=parts[0][0].source,
        )


def imported(db: Database, site: Site, measured: Mapping[date, float], last: date) -> Imported:
    """Return what people brought of a site up to `last`, of which `measured` are the days that the sensors know."""
    rows = holding(db, site.id)
    by_hand = [row for row in rows if row.method == "manual"]
    school: list[SchoolHoliday] = []
    if by_hand:
        span = {"first": min(row.first for row in by_hand) - YEAR, "last": last + YEAR}
        school = db.fetch("school_holidays", SchoolHoliday, site=site.id, **span)
    return Imported(site=site, rows=rows, measured=measured, school=school, last=last)


def _length(rows: Sequence[PeriodVisits]) -> int:
    """Return the usual length of a source's periods in days."""
    return sorted((r.last - r.first).days for r in rows)[len(rows) // 2]
