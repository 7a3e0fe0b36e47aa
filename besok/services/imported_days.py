"""Days of imported counts: as imported where days are known, else spread over the calendar's profile."""

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
LEAST_SHARE = 1e-6  # left by deductions, as gross counts are divided by it
MONTH = 27  # days and more: the total of a month


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitDay:
    """The visits of a business day on which something was observed at all of some sites; `whole`: everything was.

    `source` is the import behind the day (of several sites with " + "), empty where sensors counted all of it;
    `imputed` are the gross visits not observed on that day: estimated for silent doors, or a share of the total of a
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
    """Imported counts of a site: the periods in force, and the days on which the sensors know the site."""

    site: Site
    rows: Sequence[PeriodVisits]
    measured: Mapping[date, float]
    school: Sequence[SchoolHoliday] = ()
    last: date = date.min  # the last day that is estimated where people counted in sample weeks

    @cached_property
    def sources(self) -> dict[str, dict[date, VisitDay]]:
        """The days of each source, the finest and newest first; a day counts where all its series have it."""
        rows: dict[str, list[PeriodVisits]] = defaultdict(list)
        for row in self.rows:
            rows[row.source].append(row)
        order = sorted(rows, key=lambda s: (_length(rows[s]), -max(r.import_id for r in rows[s])))
        return {source: self._days(rows[source]) for source in order}

    @cached_property
    def days(self) -> dict[date, VisitDay]:
        """Each day unknown to sensors by the first source that has it, else by the sample weeks of its year."""
        by_day: dict[date, VisitDay] = {}
        for days in (*self.sources.values(), *map(self._estimated, self.samples)):
            by_day = days | by_day
        return {day: by_day[day] for day in sorted(by_day.keys() - self.measured.keys())}

    def by(self, source: str, day: date) -> VisitDay | None:
        """Return a day taken from a source; None where another source or the sensors take precedence."""
        imported_day = self.days.get(day)
        return imported_day if imported_day and imported_day.source == source else None

    @cached_property
    def samples(self) -> list[SampleOfYear]:
        """Years estimated from weeks counted by hand."""
        if not any(row.method == "manual" for row in self.rows):
            return []
        on = (self.rows, self.school, self.measured, self.last, self.profile, self._open)
        return list(samples(self.site, *on))

    def days_of(self, source: str) -> dict[date, VisitDay]:
        """Return the days of a source, including those estimated from its sample weeks."""
        by_day: dict[date, VisitDay] = {}
        for sample in self.samples:
            if sample.source == source:
                by_day |= self._estimated(sample)
        return by_day | self.sources[source]

    def _estimated(self, sample: SampleOfYear) -> dict[date, VisitDay]:
        by_day = {}
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
            visit_day = self._day(day, [(row, visits)])
            by_day[day] = replace(visit_day, imputed=visit_day.gross, sampled=True)
        return by_day

    def periods(self, source: str) -> list[tuple[date, date]]:
        """Return the periods of a source for which all its series have a count."""
        spans = Counter((row.first, row.last) for row in self.rows if row.source == source)
        return sorted(span for span, number in spans.items() if number == max(spans.values()))

    def is_net(self, source: str) -> bool:
        """Tell whether the counts of a source are net of deductions."""
        return any(row.net for row in self.rows if row.source == source)

    def by_hand(self, source: str) -> bool:
        """Tell whether a source was counted by hand."""
        return any(row.method == "manual" for row in self.rows if row.source == source)

    @cached_property
    def profile(self) -> Profile:
        """Usual days and months of the site, from sensors and imports."""
        daily: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
        monthly: dict[tuple[str, date, date], float] = defaultdict(float)
        for row in self.rows:
            if row.first == row.last:
                daily[row.source][row.first] += row.visits
            elif MONTH <= (row.last - row.first).days < MONTH + 4:
                monthly[row.source, row.first, row.last] += row.visits
        counted = max(daily.values(), key=len, default={}) | dict(self.measured)
        months = [
            (first.replace(day=1), visits / hours)
            for (_, first, last), visits in monthly.items()
            if (hours := float(self.hours(first, last).sum())) > 0
        ]
        days = sorted(counted)
        return learn(
            days, np.array([counted[d] for d in days]), np.array([self._open(d) for d in days]), months
        )

    @cached_property
    def spreads(self) -> dict[str, list[Spread]]:
        """The totals of periods longer than a day, by source."""
        by_source: dict[str, list[Spread]] = defaultdict(list)
        for row in self.rows:
            if row.first < row.last:
                by_source[row.source].append(
                    spread(row.first, row.last, row.visits, self.hours(row.first, row.last), self.profile)
                )
        return by_source

    @cached_property
    def _totals_of(self) -> dict[date, list[tuple[str, int]]]:
        """Totals that include each day, by source and number."""
        by_day: dict[date, list[tuple[str, int]]] = defaultdict(list)
        for source, totals in self.spreads.items():
            for n, one in enumerate(totals):
                for day in one.days:
                    by_day[day].append((source, n))
        return by_day

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
        by_import: dict[int, dict[date, float]] = defaultdict(dict)
        for row, pairs in self._by_day(self.rows):
            for day, visits in pairs:
                if day in days and self.by(row.source, day) and self._counts(row, day):
                    visits_by_day = by_import[row.import_id]
                    visits_by_day[day] = visits_by_day.get(day, 0.0) + visits
        return {
            number: (len(visits_by_day), sum(visits_by_day.values()))
            for number, visits_by_day in by_import.items()
        }

    def _by_day(
        self, rows: Sequence[PeriodVisits]
    ) -> Iterator[tuple[PeriodVisits, list[tuple[date, float]]]]:
        """Yield all rows of some sources with their visits by day."""
        spreads = {source: iter(totals) for source, totals in self.spreads.items()}
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
        """Tell whether entries at the portal of a row count as visits on a day."""
        return not row.portal or self.site.definition(day).counts(row.portal)

    def _day(self, day: date, parts: Sequence[tuple[PeriodVisits, float]]) -> VisitDay:
        """Add up the series of a source, gross and net by the definition in force on the day."""
        definition = self.site.definition(day)
        deduction = definition.per_day
        remaining = {row.portal: max(1.0 - definition.share_off(row.portal), LEAST_SHARE) for row, _ in parts}
        visits, net = sum(v for _, v in parts), parts[0][0].net
        if net:
            gross = sum(v / remaining[row.portal] for row, v in parts) + deduction if visits else 0.0
        else:
            gross, visits = visits, max(sum(v * remaining[row.portal] for row, v in parts) - deduction, 0.0)
        return VisitDay(
            day=day,
            gross=gross,
            net=visits,
            whole=True,
            imputed=gross if any(row.first < row.last for row, _ in parts) else 0.0,
            source=parts[0][0].source,
        )


def imported(db: Database, site: Site, measured: Mapping[date, float], last: date) -> Imported:
    """Return the imported counts of a site up to `last`; `measured` are the days known from sensors."""
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
