"""Visits by business day, with the days that were observed only in part, which comparisons leave out."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from besok.analytics.coverage import DoorDay, WatchedDoor, WatchedMonth, observed_doors, unobserved_days
from besok.analytics.disaggregation import draw
from besok.model import calendar
from besok.model.calendar import Span
from besok.model.site import Site
from besok.model.views.sample_weeks import SampledYear
from besok.services.imported_days import Imported, VisitDay, imported
from besok.store import results
from besok.store.database import Database
from besok.store.period_counts import holding

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month(WatchedMonth):
    portal_id: int
    name: str
    month: date
    first: date
    last: date
    people: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A placement of a channel at a portal, in its own time."""

    portal_id: int
    channel_id: int
    swapped: bool
    role: str
    placed: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Counting:
    """The time in which portals count: while they, and the spaces on both sides, are used."""

    site: Site
    spans: dict[int, list[Span]]

    @classmethod
    def of(cls, db: Database, site: Site, portals: Sequence[int]) -> "Counting":
        """Return the counting times of the portals that lead into a site."""
        spans: dict[int, list[Span]] = {portal: [] for portal in portals}
        for portal, begins, ends in db.rows("portal_spans", portals=list(portals)):
            spans[portal].append((begins, ends))
        return cls(site, spans)

    def on(self, portal: int, day: date) -> bool:
        """Tell whether a portal counts on a business day."""
        begins, ends = calendar.day_bounds(day, self.site)
        return any((a is None or a < ends) and (b is None or begins < b) for a, b in self.spans[portal])


def visit_days(db: Database, sites: Sequence[Site], last: date) -> list[VisitDay]:
    """Return the days up to `last` on which visits of all the sites are known; read where a job has computed it."""
    known = None
    if tuple(site.id for site in sites) == sites[0].counted:
        known = results.read(db, sites[0].id, results.VISIT_DAYS, list[VisitDay], last, or_later=True)
    if known is None:
        return compute_visit_days(db, sites, last)
    return [day for day in known if day.day <= last]


def compute_visit_days(db: Database, sites: Sequence[Site], last: date) -> list[VisitDay]:
    """Compute the result of `visit_days`."""
    by_site = [site_days(db, site, last)[0] for site in sites]
    common = set.intersection(*(set(days) for days in by_site))
    return [_together([days[day] for days in by_site]) for day in sorted(common)]


def site_days(db: Database, site: Site, last: date) -> tuple[dict[date, VisitDay], Imported]:
    """Return the days of one site up to `last`, and its imports.

    Days that sensors observed whole have precedence over imported ones, and these over days that sensors observed in
    part.
    """
    partial = set(_partial_days(db, site, last))
    rows = db.fetch("visit_days", VisitDay, sites=[site.id], last=last, partial=sorted(partial))
    days = {day.day: day for day in rows}
    imports = imported(db, site, {day.day: day.gross for day in rows if day.whole}, last)
    return days | {day: visits for day, visits in imports.days.items() if day <= last}, imports


def imports_up_to(db: Database, site: Site, last: date) -> Imported:
    """Return the imported counts of a site, beside the days up to `last` that its own sensors know."""
    days = visit_days(db, [site], last)
    return imported(db, site, {day.day: day.gross for day in days if day.whole and not day.source}, last)


def sampled_imports(db: Database, sites: Sequence[Site], last: date) -> list[Imported]:
    """Return the imports of those sites that have a year up to `last` estimated from sample weeks."""
    by_hand = [one for one in sites if any(row.method == "manual" for row in holding(db, one.id))]
    histories = [imports_up_to(db, one, last) for one in by_hand]
    return [imports for imports in histories if imports.samples]


def get_sampled_years(db: Database, site: Site, today: date) -> list[SampledYear]:
    """Return the years that are estimated from sample weeks, up to the day before `today`."""
    return [s.view(site.id) for one in sampled_imports(db, [site], today - DAY) for s in one.samples]


def drawn(db: Database, sites: Sequence[Site], last: date, rng: np.random.Generator) -> dict[date, float]:
    """Return how many times its visits each day up to `last` may have had that nobody counted as a day, but a total
    that it is a share of, or sample weeks of its year: one draw.
    """
    days = {day.day: day for day in visit_days(db, sites, last) if day.source and day.gross}
    more: dict[date, float] = defaultdict(float)
    for site in sites:
        imports = imports_up_to(db, site, last)
        for source, spread in imports.spreads.items():
            for day, times in draw(spread, rng).items():
                if day in days and (visits := imports.by(source, day)):
                    more[day] += visits.gross * (times - 1)
        for sample in imports.samples:
            for day, times in sample.drawn(rng):
                if day in days and (visits := imports.by(sample.source, day)) and visits.sampled:
                    more[day] += visits.gross * (times - 1)
    return {day: max(1 + change / days[day].gross, 0.0) for day, change in more.items()}


def _together(days: Sequence[VisitDay]) -> VisitDay:
    """Return the sum of a day over several sites."""
    return VisitDay(
        day=days[0].day,
        gross=sum(day.gross for day in days),
        net=sum(day.net for day in days),
        whole=all(day.whole for day in days),
        imputed=sum(day.imputed for day in days),
        source=" + ".join(dict.fromkeys(day.source for day in days if day.source)),
        sampled=any(day.sampled for day in days),
    )


def last_known(days: Sequence[VisitDay], yesterday: date) -> date:
    """Return the last day of the last year: yesterday, or the last imported day if nothing was counted after it."""
    newest = next((day for day in reversed(days) if day.whole), None)
    return newest.day if newest and newest.source else yesterday


def counted_days(days: Sequence[VisitDay]) -> list[VisitDay]:
    """Return the days that are not shares of totals: only these say anything about weekdays or effects."""
    return [day for day in days if not (day.source and day.imputed)]


def whole_days(
    days: Sequence[VisitDay], measure: str, first: date = date.min, last: date = date.max
) -> dict[date, float]:
    """Return the visits of the fully observed days from `first` to `last`."""
    return {day.day: day.visits(measure) for day in days if day.whole and first <= day.day <= last}


def share_of_whole(days: Sequence[VisitDay], first: date, last: date) -> float:
    """Return the data coverage of a time: the share of its days that were counted whole. The one rule for all figures.

    The days are in order.
    """
    begins = bisect_left(days, first, key=lambda day: day.day)
    ends = bisect_right(days, last, key=lambda day: day.day)
    counted = sum(day.counted for day in days[begins:ends])
    return counted / max((last - first).days + 1, 1)


def doors_observed(db: Database, site: Site, last: date) -> dict[int, dict[date, bool]]:
    """Return by door id and day whether the door was observed, for days with any data."""
    months = db.fetch("door_months", _Month, site=site.id)
    days = db.fetch("door_days", DoorDay, site=site.id, last=last)
    observed_by_door: dict[int, dict[date, bool]] = defaultdict(dict)
    for day, doors in observed_doors(_doors(db, site, months), days).items():
        for door, observed in doors.items():
            observed_by_door[door][day] = observed
    return observed_by_door


def _partial_days(db: Database, site: Site, last: date) -> list[date]:
    """Return the business days of one site that were observed only in part."""
    months = db.fetch("door_months", _Month, site=site.id)
    names = {month.portal_id: month.name for month in months}
    used = Counting.of(db, site, list(names))

    def counting(day: date) -> list[int]:
        definition = site.definition(day)
        return [portal for portal, name in names.items() if definition.counts(name) and used.on(portal, day)]

    days = db.fetch("door_days", DoorDay, site=site.id, last=last)
    doors = _doors(db, site, months)
    return list(unobserved_days(doors, days, counting, lambda day: not calendar.open_intervals(day, site)))


def _doors(db: Database, site: Site, months: Sequence[_Month]) -> dict[int, WatchedDoor]:
    by_door: dict[int, list[_Month]] = defaultdict(list)
    for month in months:
        by_door[month.portal_id].append(month)
    placements = [
        p for p in db.fetch("bridge_placements", Placement, portals=list(by_door)) if p.role == "primary"
    ]
    return {
        portal: WatchedDoor(
            first=min(m.first for m in of_door),
            hung=[_whole_days(site, p) for p in placements if p.portal_id == portal]
            or [(date.min, max(m.last for m in of_door))],
            people=sum(m.people for m in of_door) / sum(m.days for m in of_door),
            months={m.month: m for m in of_door},
        )
        for portal, of_door in by_door.items()
    }


def _whole_days(site: Site, placement: Placement) -> tuple[date, date]:
    """Return the first and the last whole day of a placement."""
    return (
        calendar.business_day(placement.placed, site) + DAY if placement.placed else date.min,
        calendar.business_day(placement.ended, site) - DAY if placement.ended else date.max,
    )
