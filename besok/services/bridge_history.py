"""Daily counts at each door of a site, and its method breaks: the input of bridges."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby

import numpy as np

from besok.analytics.annual import DayWeights, estimate
from besok.analytics.bridge import SensorChange
from besok.analytics.coverage import usual_watch
from besok.model import calendar
from besok.model.arrays import Bools, Floats
from besok.model.site import Site, VisitDefinition
from besok.services.annual import Door
from besok.services.imported_days import Imported
from besok.services.observed_days import Placement, site_days
from besok.store.database import Database, sql

DAY = timedelta(days=1)
WEEKS = 364  # days of the two times that are compared: whole weeks
SEEN = 0.5  # of a door's usual watch, from which its day counts as observed
MORNING = timedelta(hours=6)  # a change before then holds for its day already


@dataclass(frozen=True, kw_only=True)
class History:
    """Days x doors in the direction of entering, by the newest definition; NaN where not observed.

    `days_by_source` are the days whose imported counts are in force, since the sensors did not observe them whole.
    """

    site: Site
    first: date
    days: int
    doors: list[Door]
    people_in: Floats
    people_out: Floats
    references: Floats
    imports: Imported
    days_by_source: Mapping[str, Bools]

    @cached_property
    def dates(self) -> list[date]:
        """Every day."""
        return calendar.days_from(self.first, self.first + (self.days - 1) * DAY)

    @cached_property
    def closed(self) -> Bools:
        """Return on which days the site was closed."""
        return np.array([not calendar.open_intervals(day, self.site) for day in self.dates])

    @cached_property
    def elsewhere(self) -> Bools:
        """Return on which days imported counts replace those of the doors."""
        elsewhere: Bools = np.zeros(self.days, np.bool_)
        for days in self.days_by_source.values():
            elsewhere = elsewhere | days
        return elsewhere

    @cached_property
    def filled(self) -> Floats:
        """The visits of the newest definition; in the last two years with estimates where nothing was observed."""
        return self.with_estimates(self.visits(self.newest))

    def with_estimates(self, visits: Floats) -> Floats:
        """Return days x series with estimates for uncounted days of the last two years."""
        counts = np.nan_to_num(visits)
        part = slice(max(self.days - 2 * WEEKS, 0), self.days)
        known = np.isfinite(visits[part]).astype(np.float64)
        days = zip(self.dates[part], self.closed[part], strict=True)
        kind = np.array([0 if shut else 1 + day.weekday() for day, shut in days])
        counts[part] += estimate(counts[part], known, DayWeights.of(kind))
        return counts

    @property
    def newest(self) -> VisitDefinition:
        """The definition in force on the last day."""
        return self.site.definition(self.dates[-1])

    def visits(self, definition: VisitDefinition) -> Floats:
        """Count visits by day and door under a definition."""
        half = definition.method == "half"
        entries = (self.people_in + self.people_out) / 2 if half else self.people_in
        counts = [definition.counts(door.name) for door in self.doors]
        out: Floats = np.where(np.array(counts)[None, :], entries, 0.0)
        return out

    def shares(self, definition: VisitDefinition) -> Floats:
        """Return the share of each door's visits that remains after deductions."""
        return 1 - np.array([definition.share_off(door.name) for door in self.doors])

    def in_force(self) -> Iterator[tuple[slice, VisitDefinition]]:
        """Yield the definitions with the days on which they are in force."""
        start = 0
        for definition, days in groupby(map(self.site.definition, self.dates)):
            end = start + len(list(days))
            yield slice(start, end), definition
            start = end


def history_of(db: Database, site: Site, first: date, last: date) -> History | None:
    """Return the counts at a site's doors from business day `first` to `last`, and imports. None without either."""
    doors = db.fetch("annual_doors", Door, site=site.id)
    days = (last - first).days + 1
    with db.transaction() as conn:
        keys = {"site": site.id, "first": first, "last": last, "portals": [door.portal_id for door in doors]}
        rows = conn.execute(sql("bridge_days"), keys).fetchall()
        others = conn.execute(sql("bridge_beside"), keys).fetchall()
    known, imports = site_days(db, site, last)
    if not rows and not imports.rows:
        return None
    sources = {day.source for day in known.values() if day.day >= first} - {""}
    dates = calendar.days_from(first, last)
    place = {door.portal_id: n for n, door in enumerate(doors)}
    ours = np.full((3, days, len(doors)), np.nan)
    for portal, day, *figures in rows:
        ours[:, (day - first).days, place[portal]] = figures
    watched = np.where(np.isnan(ours[2]).all(axis=0), 0.0, ours[2])
    usual = [usual_watch(*each) for each in np.nanquantile(watched, (0.5, 0.1), axis=0).T]
    seen = np.isfinite(ours[2]) & (np.nan_to_num(ours[2]) >= SEEN * np.array(usual))
    entering = np.array([door.sign == 1 for door in doors])[None, :]
    people_in = np.where(seen, np.where(entering, ours[0], ours[1]), np.nan)
    people_out = np.where(seen, np.where(entering, ours[1], ours[0]), np.nan)
    names = sorted({row[0] for row in others})
    references = np.full((days, len(names)), np.nan)
    for name, day, gross in others:
        references[(day - first).days, names.index(name)] = gross
    return History(
        site=site,
        first=first,
        days=days,
        doors=doors,
        people_in=people_in,
        people_out=people_out,
        references=references,
        imports=imports,
        days_by_source={
            source: np.array([d in known and known[d].source == source for d in dates])
            for source in imports.sources
            if source in sources
        },
    )


def changes_of(db: Database, history: History) -> Iterator[SensorChange]:
    """Yield the changes of sensors at a door: the first day, and the counts of both while placed side by side."""
    placements = db.fetch("bridge_placements", Placement, portals=[door.portal_id for door in history.doors])
    for n, door in enumerate(history.doors):
        here = [h for h in placements if h.portal_id == door.portal_id]
        primary = [h for h in here if h.role == "primary"]
        moments = sorted({t for h in primary for t in (h.placed, h.ended) if t})
        sets = [(t, _at(primary, t)) for t in moments]
        before = _at(primary, moments[0] - timedelta(microseconds=1)) if moments else frozenset()
        for t, now in sets:
            day = _day(history, t)
            if now and before and _channels(now) != _channels(before) and 0 < day < history.days:
                old, new = (
                    _overlap(db, history, here, door, before, now)
                    if len(before) == len(now) == 1
                    else ((), ())
                )
                yield SensorChange(day=day, door=n, old=old, new=new)
            before = now or before


def _channels(placed: frozenset[tuple[int, bool]]) -> set[int]:
    """Return the channels of placements, regardless of direction: turning a channel is not a method break."""
    return {channel for channel, _ in placed}


def _at(placements: Sequence[Placement], t: datetime) -> frozenset[tuple[int, bool]]:
    return frozenset(
        (h.channel_id, h.swapped)
        for h in placements
        if (not h.placed or h.placed <= t) and (not h.ended or t < h.ended)
    )


def _day(history: History, t: datetime) -> int:
    """Return the index of the first day that is counted the new way."""
    day = calendar.business_day(t, history.site)
    late = t - calendar.day_bounds(day, history.site)[0] > MORNING
    return (day - history.first).days + late


def _overlap(
    db: Database,
    history: History,
    here: Sequence[Placement],
    door: Door,
    before: frozenset[tuple[int, bool]],
    now: frozenset[tuple[int, bool]],
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the counts of the old and the new sensor on whole days on which one was the reference of the other."""
    (old,), (new,) = before, now
    times = [
        (max(a.placed, b.placed) if a.placed and b.placed else a.placed or b.placed,
         min((t for t in (a.ended, b.ended) if t), default=None))
        for a in here for b in here
        if (a.channel_id, b.channel_id) == (old[0], new[0]) and {a.role, b.role} == {"primary", "reference"}
    ]  # fmt: skip
    counts: tuple[list[float], list[float]] = ([], [])
    half = history.newest.method == "half"
    for begins, ends in times:
        start = begins or calendar.day_bounds(history.first, history.site)[0]
        stop = ends or calendar.day_bounds(history.dates[-1], history.site)[1]
        if stop - start < timedelta(days=1):
            continue
        both = [_entering(db, history, door, who, start, stop, half=half) for who in (old, new)]
        complete = [
            day for day in sorted(both[0].keys() & both[1].keys())
            if calendar.day_bounds(day, history.site)[0] >= start and calendar.day_bounds(day, history.site)[1] <= stop
        ]  # fmt: skip
        for values, counted in zip(counts, both, strict=True):
            values += [counted[day] for day in complete]
    return tuple(counts[0]), tuple(counts[1])


def _entering(
    db: Database,
    history: History,
    door: Door,
    who: tuple[int, bool],
    start: datetime,
    stop: datetime,
    *,
    half: bool,
) -> dict[date, float]:
    rows = db.rows("bridge_overlap", site=history.site.id, channel=who[0], begins=start, ends=stop)
    inward = (door.sign == 1) != who[1]
    return {
        day: (people_in + people_out) / 2 if half else people_in if inward else people_out
        for day, people_in, people_out in rows
    }
