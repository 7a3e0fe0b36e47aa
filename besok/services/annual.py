"""Visits of a calendar year with their evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from math import hypot, sqrt
from typing import Any

import numpy as np
import psycopg

from besok.analytics.annual import LEAST_DAYS, Rules, YearOfVisits, YearQuarters, estimate_year
from besok.model import calendar, messages
from besok.model.arrays import Bools, Floats, Ints
from besok.model.errors import NotFound, StoreRefused
from besok.model.plurals import many
from besok.model.site import Site, VisitDefinition
from besok.model.views.annual import (
    AnnualReport,
    CorrectionEvidence,
    DefinitionEvidence,
    DoorEvidence,
    ImportEvidence,
    SensorEvidence,
    Verification,
)
from besok.model.views.like import like
from besok.model.views.sample_weeks import SampledYear
from besok.services.imported_days import Imported, VisitDay
from besok.services.observed_days import (
    Counting,
    compute_visit_days,
    doors_observed,
    site_days,
    visit_days,
)
from besok.services.visits import passage_variance
from besok.store import period_counts, results, rollup, voids
from besok.store.database import Connection, Database, sql
from besok.store.sites import load

DAY = timedelta(days=1)
QUARTER = timedelta(minutes=15)
TWO_SIDED_95 = 1.96
WARN_FROM = 0.1  # share of estimated visits from which the reader is warned
TOLERANCE = 1e-6  # people: rounding of sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A counted portal into a site; `sign` +1 where going in is entering. `until` is the last day that counts, where
    it is no longer counted."""

    portal_id: int
    name: str
    sign: int
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placement:
    """A placement of a channel at a door; `earlier`: it had sent something there before the year."""

    portal_id: int
    channel_id: int
    earlier: bool
    evidence: SensorEvidence

    def expected(self, year: "_Inputs") -> slice:
        """Return the quarters in which it should have counted.

        A placement without a beginning begins with its first reading: else a sensor that replaced another would be
        missing at the door for all the time before.
        """
        sensor = self.evidence
        begins = sensor.placed or (None if self.earlier else sensor.first or year.ends)
        return slice(*(year.quarter_of(t) for t in (begins or year.begins, sensor.ended or year.ends)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """YearQuarters x doors, in the directions of the portals; NaN where nothing is known."""

    people_in: Floats
    people_out: Floats
    covered_s: Floats
    imputed: Floats
    corrected_in: Floats
    corrected_out: Floats


@dataclass(frozen=True, kw_only=True)
class _Inputs:
    """Inputs of the annual report: days, doors, sensors, and the definitions of a visit."""

    site: Site
    first: date
    last: date
    doors: list[Door]
    placements: list[_Placement]
    corrections: list[CorrectionEvidence]
    passage_variance: float
    imports: Imported
    brought_days: dict[int, VisitDay]  # by the number of the day: one more column, in place of the doors
    counting: Counting

    @cached_property
    def days(self) -> list[date]:
        """Every business day."""
        return calendar.days_from(self.first, self.last)

    @cached_property
    def begins(self) -> datetime:
        """Return the beginning of the first business day."""
        return calendar.day_bounds(self.first, self.site)[0]

    @cached_property
    def ends(self) -> datetime:
        """Return the end of the last business day."""
        return calendar.day_bounds(self.last, self.site)[1]

    @cached_property
    def quarters(self) -> int:
        """Return the number of quarters of an hour in the days."""
        return (self.ends - self.begins) // QUARTER

    @property
    def keys(self) -> dict[str, object]:
        """The parameters of queries about the doors in the year."""
        return {"portals": [d.portal_id for d in self.doors], "begins": self.begins, "ends": self.ends}

    def quarter_of(self, t: datetime) -> int:
        """Return the number of the first quarter that begins at `t` or later, from 0 on."""
        return max(-((self.begins - t) // QUARTER), 0)

    @cached_property
    def starts(self) -> Ints:
        """The first quarter of each day."""
        bounds = [calendar.day_bounds(day, self.site)[0] for day in self.days]
        return np.array([(begins - self.begins) // QUARTER for begins in bounds], np.int64)

    @cached_property
    def day_of(self) -> Ints:
        """The number of the day of each quarter."""
        return np.searchsorted(self.starts, np.arange(self.quarters), side="right").astype(np.int64) - 1

    @cached_property
    def definitions(self) -> list[VisitDefinition]:
        """The definition of a visit on each day."""
        return [self.site.definition(day) for day in self.days]

    @cached_property
    def half(self) -> Bools:
        """Of each quarter, whether half of all passages count as visits; a column."""
        return np.array([d.method == "half" for d in self.definitions])[self.day_of][:, None]

    def entries(self, grid: _Grid) -> Floats:
        """Visits by quarter and door, as the definition of the day counts them."""
        inward = np.array([door.sign == 1 for door in self.doors])
        one_way = np.where(inward, grid.people_in, grid.people_out)
        return np.asarray(np.where(self.half, (grid.people_in + grid.people_out) / 2, one_way), np.float64)

    def day_kinds(self) -> list[tuple[object, ...] | None]:
        """Return the kind of each day: weekday (or holiday), hours with and without staff; None: closed."""
        return [self._kind(day) for day in self.days]

    def _kind(self, day: date) -> tuple[object, ...] | None:
        hours = calendar.hours_of(day, self.site)
        holiday = calendar.holiday(day, self.site.opening)
        halves = [round(2 * length) for length in hours]
        return ("holiday" if holiday else day.weekday(), *halves) if any(hours) else None

    @cached_property
    def rules(self) -> Rules:
        """Return which doors count on which day, and the deductions; the last column is imported counts."""
        rows = list(zip(self.days, self.definitions, strict=True))
        there = np.array([n in self.brought_days for n in range(len(rows))])
        counts = [
            [
                d.counts(door.name)
                and (not door.until or day <= door.until)
                and self.counting.on(door.portal_id, day)
                for door in self.doors
            ]
            + [not self.doors and bool(self.brought_days)]
            for day, d in rows
        ]
        is_imported = np.arange(len(self.doors) + 1) == len(self.doors)
        per_day = [d.per_day for _, d in rows]
        share = [
            [*(d.share_off(door.name) for door in self.doors), self._brought_share(n, off)]
            for n, ((_, d), off) in enumerate(zip(rows, per_day, strict=True))
        ]
        return Rules(
            counts=np.where(there[:, None], is_imported, np.array(counts, np.bool_)),
            share=np.array(share, np.float64),
            per_day=np.array(per_day, np.float64),
        )

    def _brought_share(self, n: int, per_day: float) -> float:
        """Return the share that was taken off a day that people brought, besides what is taken off each day."""
        day = self.brought_days.get(n)
        return max(1 - (day.net + per_day) / day.gross, 0.0) if day and day.gross and day.net else 0.0

    def corrected(self) -> Floats:
        """Days x doors: the standard error of the correction in force, as a share; NaN where there is none."""
        out = np.full((len(self.days), len(self.doors) + 1), np.nan)
        names = [door.name for door in self.doors]
        for c in self.corrections:
            n = names.index(c.door)
            error = c.error_in if self.doors[n].sign == 1 else c.error_out
            if c.undone is None and error is not None:
                first = calendar.business_day(c.first, self.site) if c.first else self.first
                last = calendar.business_day(c.last, self.site) if c.last else self.last
                out[max((first - self.first).days, 0) : max((last - self.first).days + 1, 0), n] = error
        return out

    def figure(self, grid: _Grid) -> YearOfVisits:
        """Compute the year's figure from its quarters."""
        entries, imports = self.entries(grid), np.zeros((2, self.quarters, 1))
        for n, day in self.brought_days.items():
            imports[0, self.starts[n]] = day.gross
            imports[1, self.day_of == n] = 1.0
        expected = np.zeros((self.quarters, len(self.doors)))
        place = {door.portal_id: n for n, door in enumerate(self.doors)}
        for p in self.placements:
            if p.evidence.role == "primary":
                expected[p.expected(self), place[p.portal_id]] += 1
        known = np.nan_to_num(grid.covered_s) / (QUARTER.seconds * np.maximum(expected, 1))
        known = np.where(np.nan_to_num(grid.imputed) > 0, 1.0, np.minimum(known, 1.0))
        quarters = YearQuarters(
            day=self.day_of,
            place=np.arange(self.quarters) - self.starts[self.day_of],
            entries=np.hstack([entries, imports[0]]),
            passages=np.hstack([np.where(self.half, entries / 2, entries), imports[0]]),
            known=np.hstack([known, imports[1]]),
        )
        return estimate_year(quarters, self.day_kinds(), self.rules, self.corrected(), self.passage_variance)


def get_annual_report(db: Database, site: str, year: int, today: date) -> AnnualReport:
    """Return the visits of a calendar year, of the business days before `today`, with their evidence.

    Read where a job has computed it. Raises NotFound.
    """
    known = results.read(db, site, results.ANNUAL, AnnualReport, today - DAY)
    return known if known and known.year == year else compute_annual(db, site, year, today)


def compute_annual(db: Database, site: str, year: int, today: date, *, verify: bool = False) -> AnnualReport:
    """Compute what `annual` reads; `verify` compares it with buckets recomputed from the readings. Raises NotFound."""
    on = _inputs(db, site, year, today)
    if sampled := _sampled(db, on):
        return sampled
    with db.transaction() as conn:
        grid, imputed = _grid(conn, on, "annual_quarters"), _grid(conn, on, "annual_filled")
    figure = on.figure(grid)
    counts = on.rules.counts
    filled = float(np.nansum(on.entries(imputed) * counts[on.day_of, :-1]))
    shares = on.imports.variance({day.day for day in on.brought_days.values()})
    figure = replace(
        figure, se=hypot(figure.se, sqrt(shares)), se_missing=hypot(figure.se_missing, sqrt(shares))
    )
    known = {day.day: day.whole for day in visit_days(db, [on.site], on.last) if day.day >= on.first}
    missing = tuple(d for d in on.days if d not in known)
    everyone = np.nansum(grid.people_in) + np.nansum(grid.people_out)
    is_library = on.site.kind == "library" and on.last.month == 12 and on.last.day == 31
    seen_doors = doors_observed(db, on.site, on.last)
    seen = figure.days_whole + figure.days_partly > 0
    low, high = _bounds(figure)
    return _report(
        db,
        on,
        figure,
        complete=on.last == date(year, 12, 31) and figure.net is not None,
        besok01=round(figure.net) if figure.net is not None and is_library else None,
        gross_counted=figure.gross_counted if seen else None,
        net_counted=figure.net_counted if seen else None,
        filled=filled,
        estimated_share=_estimated(figure),
        imputed_share=_share(float(np.nansum(grid.imputed)), float(everyone)),
        low=low,
        high=high,
        days_whole=sum(known.values()),
        days_partly=len(known) - sum(known.values()),
        missing=missing,
        doors=tuple(_door(n, on, grid, figure, seen_doors) for n in range(len(on.doors))),
        corrections=tuple(on.corrections),
        voids=tuple(v for v in voids.listing(db, site) if v.first < on.ends and v.last > on.begins),
        remarks=tuple(_remarks(on, figure, seen=seen)),
        verification=_verification(db, on, figure, filled) if verify else None,
    )


def _sampled(db: Database, on: _Inputs) -> AnnualReport | None:
    """Return the report of a year that is estimated from sample weeks; None where it is not."""
    sample = next((s for s in on.imports.samples if s.year == on.first.year), None)
    if sample is None:
        return None
    year = sample.view(on.site.id)
    days = {d.day: d for d in on.brought_days.values()}
    gross, net = sum(d.gross for d in days.values()), sum(d.net for d in days.values())
    share_left, scale = _share(net, gross), _share(gross, year.visits)
    over = on.last == date(on.first.year, 12, 31)
    missing = tuple(day for day in on.days if day not in days or not days[day].counted)
    return _report(
        db,
        on,
        year,
        complete=over,
        besok01=round(net) if over and on.site.kind == "library" else None,
        gross=gross,
        net=net,
        gross_counted=year.seen * scale,
        net_counted=year.seen * scale * share_left,
        filled=0.0,
        estimated_share=_share(year.visits - year.seen, year.visits),
        imputed_share=0.0,
        se=year.se * scale,
        se_counting=0.0,
        se_missing=year.se * scale,
        low=year.lower_95 * scale * share_left,
        high=year.upper_95 * scale * share_left,
        days_whole=len(on.days) - len(missing),
        days_partly=0,
        missing=missing,
        doors=(),
        corrections=(),
        remarks=tuple(_sample_remarks(year, over=over)),
        sample=year,
    )


def _report(
    db: Database, on: _Inputs, year: YearOfVisits | SampledYear, *, missing: tuple[date, ...], **figures: Any
) -> AnnualReport:
    """Build the report of a year from its `figures`, days, definitions and imports."""
    hours = [calendar.hours_of(day, on.site) for day in on.days]
    return like(
        AnnualReport,
        year,
        site=on.site.id,
        kind=on.site.kind,
        year=on.first.year,
        first=on.first,
        last=on.last,
        days=len(on.days),
        days_closed=sum(kind is None for kind in on.day_kinds()),
        days_missing=len(missing),
        missing=missing,
        hours_staffed=sum(staffed for staffed, _ in hours),
        hours_staffless=sum(staffless for _, staffless in hours),
        definitions=tuple(_definitions(db, on)),
        imports=tuple(_imports(db, on)),
        **figures,
    )


def _sample_remarks(sample: SampledYear, *, over: bool) -> Iterator[str]:
    """Yield the remarks on a figure from sample weeks."""
    if not over:
        yield f"the year is not over: business days up to {sample.last}"
    yield f"sampled: estimated from {sample.counted} of {sample.weeks} weeks, which were counted by hand"
    presumed = [kind.kind for kind in sample.kinds if kind.presumed and kind.weeks]
    if presumed:
        yield f"no week was counted of: {', '.join(presumed)}; their visits per opening hour are presumed"


def _inputs(db: Database, site: str, year: int, today: date) -> _Inputs:
    place = load(db, site)
    first, last = date(year, 1, 1), min(date(year, 12, 31), today - DAY)
    if last < first:
        raise NotFound(f"no business day of {year} is over yet; name an earlier year")
    doors = db.fetch("annual_doors", Door, site=site)
    known, imports = site_days(db, place, last)
    days = {(d.day - first).days: d for d in known.values() if d.source and first <= d.day}
    if not doors and not days:
        raise NotFound(f"{site} has no counted door that leads into it; its visits cannot be counted")
    begins, ends = calendar.day_bounds(first, place)[0], calendar.day_bounds(last, place)[1]
    portals = [door.portal_id for door in doors]
    keys = {"portals": portals, "begins": begins, "ends": ends}
    return _Inputs(
        site=place,
        first=first,
        last=last,
        doors=doors,
        placements=db.fetch("annual_sensors", _Placement, **keys),
        corrections=db.fetch("annual_corrections", CorrectionEvidence, site=site, **keys),
        passage_variance=passage_variance(db, [site], last),
        imports=imports,
        brought_days=days,
        counting=Counting.of(db, place, portals),
    )


def _imports(db: Database, on: _Inputs) -> Iterator[ImportEvidence]:
    """Yield the imports that hold some days of the year, with how many of their visits count."""
    used = on.imports.used({day.day for day in on.brought_days.values()})
    for one in period_counts.listing(db, on.site.id):
        if one.id in used:
            days, visits = used[one.id]
            yield like(ImportEvidence, one, days=days, visits=visits)


def _grid(conn: Connection, on: _Inputs, query: str) -> _Grid:
    rows = np.array(conn.execute(sql(query), on.keys).fetchall(), dtype=np.float64).reshape(-1, 8)
    place = {door.portal_id: n for n, door in enumerate(on.doors)}
    column = np.array([place[int(p)] for p in rows[:, 0]], dtype=np.int64)
    grids = np.full((6, on.quarters, len(on.doors)), np.nan)
    grids[:, rows[:, 1].astype(np.int64), column] = rows[:, 2:].T
    return _Grid(**dict(zip(_Grid.__slots__, grids, strict=True)))


def _bounds(figure: YearOfVisits) -> tuple[float | None, float | None]:
    """Return the 95 % interval of the net figure: that of gross in proportion."""
    if figure.net is None or not figure.gross:
        return None, None
    half_width = TWO_SIDED_95 * figure.se * figure.net / figure.gross
    return max(figure.net - half_width, 0.0), figure.net + half_width


def _share(part: float, total: float) -> float:
    return part / total if total > 0 else 0.0


def _estimated(figure: YearOfVisits) -> float:
    return _share(float(figure.added.sum()), float((figure.counted + figure.added).sum()))


def _definitions(db: Database, on: _Inputs) -> list[DefinitionEvidence]:
    definitions = db.fetch("annual_definitions", DefinitionEvidence, site=on.site.id)
    return [replace(d, used=d.ended is None and d.definition in on.definitions) for d in definitions]


def _door(
    n: int,
    on: _Inputs,
    grid: _Grid,
    figure: YearOfVisits,
    observed: Mapping[int, Mapping[date, bool]],
) -> DoorEvidence:
    door, counts = on.doors[n], on.rules.counts[:, n]
    days = [day for day, counted in zip(on.days, counts.tolist(), strict=True) if counted]
    known = [seen for day in days if (seen := observed.get(door.portal_id, {}).get(day)) is not None]
    corrected = grid.corrected_in if door.sign == 1 else grid.corrected_out
    return DoorEvidence(
        door=door.name,
        counts=bool(counts.any()),
        counted=float(figure.counted[:, n].sum()),
        estimated=float(figure.added[:, n].sum()),
        imputed=float(np.nansum(grid.imputed[:, n])),
        corrected=float(np.nansum(corrected[:, n])),
        days_whole=sum(known),
        days_partly=len(known) - sum(known),
        days_missing=len(days) - len(known),
        sensors=tuple(p.evidence for p in on.placements if p.portal_id == door.portal_id),
    )


def _remarks(on: _Inputs, figure: YearOfVisits, *, seen: bool) -> list[str]:
    """Return the remarks on the figure."""
    remarks = []
    if on.last < date(on.first.year, 12, 31):
        remarks.append(f"the year is not over: business days up to {on.last}")
    if not seen:
        return [*remarks, f"nothing was counted in {on.first.year}: no sensor was heard on any of its days"]
    if on.brought_days:
        remarks.append(
            f"{many(len(on.brought_days), 'day')} are from counts that were brought, not from sensors of this program"
        )
    if figure.gross is None:
        remarks.append(f"fewer than {LEAST_DAYS} days were observed: no figure for the year can be told")
    share = _estimated(figure)
    if figure.gross is not None and share > WARN_FROM:
        remarks.append(f"{share:.0%} of the visits are estimated, not counted")
    if len({d.first for d in on.definitions}) > 1:
        remarks.append("the definition of a visit changed within the year")
    if not on.site.visits:
        remarks.append("no definition of a visit is stated: all who enter count, and nothing is taken off")
    silent = [on.doors[n].name for n in range(len(on.doors)) if figure.observed[:, n].max(initial=0) <= 0]
    remarks += [f"nothing was heard from {name} all year" for name in silent]
    return remarks


def _verification(db: Database, on: _Inputs, figure: YearOfVisits, filled: float) -> Verification:
    """Recompute all buckets of the year from their readings, in a transaction that is rolled back, and compare."""
    primary = [p for p in on.placements if p.evidence.role == "primary"]
    if expired := max((p.evidence.expired for p in primary if p.evidence.expired), default=None):
        raise StoreRefused(messages.EXPIRED(what=on.site.id, until=expired.date()))
    with db.transaction() as conn:
        channels = sorted({p.channel_id for p in primary})
        rollup.write_flows(conn, [rollup.Range(channel, on.begins, on.ends) for channel in channels])
        recomputed = on.figure(_grid(conn, on, "annual_quarters"))
        raise psycopg.Rollback
    apart = np.abs(recomputed.counted - figure.counted) > TOLERANCE
    different = [f"{on.doors[p].name} {on.days[d]}" for d, p in np.argwhere(apart)]
    shown = sum(d.gross for d in compute_visit_days(db, [on.site], on.last) if d.day >= on.first)
    if not _close(shown - filled, recomputed.gross_counted):
        different.append(f"sum of the days that are shown: {shown}")
    gross, net = recomputed.gross, recomputed.net
    return Verification(
        readings=sum(p.evidence.readings for p in primary),
        gross=gross,
        net=net,
        same=not different and _close(gross, figure.gross) and _close(net, figure.net),
        different=tuple(different[:50]),
    )


def _close(ours: float | None, theirs: float | None) -> bool:
    return ours == theirs or (
        ours is not None and theirs is not None and abs(ours - theirs) < TOLERANCE * max(ours, 1)
    )
