"""Growth and baseline across method breaks, as if every day had been counted by the present method."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import expm1

import numpy as np

from besok.analytics import bridge as across
from besok.analytics.bridge import Bridge, BridgedGrowth, DoorCounts, SensorChange
from besok.model.arrays import Floats
from besok.model.site import Site, Target, VisitDefinition
from besok.model.views.progress import MethodBreak
from besok.services.bridge_history import DAY, WEEKS, History, changes_of, history_of
from besok.services.bridge_sources import Column, columns
from besok.store import results
from besok.store.database import Database

THROUGHOUT = 0.9  # of the open days of a time, from which a door was there
TWO_SIDED_95 = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridged:
    """Growth and baseline across method breaks; None where there is too little to compare.

    `baseline` is what the visits of the baseline are to be multiplied with, `year` those of the last 365 days.
    """

    growth: BridgedGrowth | None
    baseline: float | None
    year: float | None
    breaks: tuple[MethodBreak, ...]


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Part of a site in the growth.

    `doors` are the visits at those that were there throughout (days x doors, no gaps), `over` the bridges over their
    breaks, `hidden` for each what may hide, `deducted` how many visits are taken off each time. `as_counted` are the
    visits by day as they were counted, `as_now` as they would be counted now, both NaN where not observed.
    """

    doors: Floats
    over: tuple[Bridge, ...]
    hidden: tuple[float, ...]
    deducted: float
    as_counted: Floats
    as_now: Floats
    columns: tuple[Column, ...]
    breaks: tuple[MethodBreak, ...]


def bridged(db: Database, sites: Sequence[Site], today: date, until: date) -> Bridged:
    """Return the growth of the 364 business days up to `until` over the 364 before, and the baseline, across breaks.

    The doors of all `sites` count together, as if they were those of one site, for the target of the first; if one of
    the sites cannot be compared, there is no result. Breaks at other sites than the first name theirs. Reads the stored
    result of a job if there is one.
    """
    known = results.read(db, sites[0].id, results.BRIDGED, Bridged, today - DAY)
    return known or compute_bridged(db, sites, until)


def compute_bridged(db: Database, sites: Sequence[Site], until: date) -> Bridged:
    """Compute the result of `bridged`."""
    target = sites[0].target
    assert target
    baseline, today = (target.baseline_first, target.baseline_last), until + DAY
    first = min(baseline[0], today - 2 * WEEKS * DAY)
    parts = [_part(db, site, first, until, target.measure) for site in sites]
    breaks = [
        replace(method_break, site=None if site is sites[0] else site.id)
        for site, part in zip(sites, parts, strict=True)
        for method_break in (part.breaks if part else ())
    ]
    known = [part for part in parts if part and part.doors.shape[1]]
    complete = len(known) == len(parts)
    stated = _stated(parts[0], target, until) if target.baseline_visits else None
    breaks += [stated[1]] if stated else []
    return Bridged(
        growth=_growth(known) if complete else None,
        baseline=stated[0] if stated else _factor(known, first, *baseline) if complete else None,
        year=_factor(known, first, today - 365 * DAY, until) if complete else None,
        breaks=tuple(sorted(breaks, key=lambda b: (b.day, b.site or "", b.door or ""))),
    )


def _growth(parts: Sequence[_Part]) -> BridgedGrowth | None:
    """Return the growth of the visits of all doors."""
    doors = np.hstack([part.doors for part in parts])
    begins = np.cumsum([0, *(part.doors.shape[1] for part in parts)]).tolist()
    over = [
        replace(b, door=b.door + n) for part, n in zip(parts, begins[:-1], strict=True) for b in part.over
    ]
    now, before = _times(len(doors))
    return across.growth(
        doors, over, now, before, [h for p in parts for h in p.hidden], sum(p.deducted for p in parts)
    )


def _times(days: int) -> tuple[slice, slice]:
    """Return the compared days, and the days a year before."""
    return slice(days - WEEKS, days), slice(days - 2 * WEEKS, days - WEEKS)


def _factor(parts: Sequence[_Part], start: date, first: date, last: date) -> float | None:
    """Return the factor from the visits of some days as counted to those that the present method would count."""
    here = slice(max((first - start).days, 0), max((last - start).days + 1, 0))
    counted, converted = (
        float(np.nansum(np.sum([days[here] for days in each], axis=0)))  # only days observed at all sites
        for each in ([p.as_counted for p in parts], [p.as_now for p in parts])
    )
    return converted / counted if counted > 0 else None


def _part(db: Database, site: Site, first: date, last: date, measure: str) -> _Part | None:
    """Return the part of one site; None where nothing was observed."""
    history = history_of(db, site, first, last)
    if history is None:
        return None
    changes = list(changes_of(db, history))
    now, before = _times(history.days)
    steady = _throughout(history, before, now)
    over, hidden = _bridges(history, changes, steady) if steady else ([], [])
    net = measure == "net"
    left = history.shares(history.newest)[steady] if net else 1.0
    off = history.newest.per_day if net else 0.0
    moved = [replace(bridge, door=steady[bridge.door]) for bridge in over]
    as_now = replace(
        history,
        people_in=across.bridged(history.people_in, moved),
        people_out=across.bridged(history.people_out, moved),
    )
    converted = _by(as_now, history.newest, measure)
    counted = np.concatenate(
        [_by(history, definition, measure)[span] for span, definition in history.in_force()]
    )
    imports = list(columns(history, measure, converted))
    for column in imports:
        here = np.isfinite(column.now)
        counted = np.where(here, column.counted, counted)
        converted = np.where(here, column.now * column.bridge.factor, converted)
    doors = np.where(history.elsewhere[:, None], 0.0, history.filled[:, steady] * left)
    added = [np.where(history.closed, column.now, column.now + off) for column in imports]
    if imports and not steady:
        if not _enough(history, converted, now, before):
            added = []
        elif len(added) == 1:
            added = [history.with_estimates(added[0][:, None])[:, 0]]
    number = len(steady)
    return _Part(
        doors=np.column_stack([doors, *map(np.nan_to_num, added)]),
        over=(*over, *(replace(c.bridge, door=number + n) for n, c in enumerate(imports) if added)),
        hidden=(*hidden, *(across.UNSEEN for _ in added)),
        deducted=off * float((~history.closed[now]).sum()),
        as_counted=counted,
        as_now=converted,
        columns=tuple(imports),
        breaks=(
            *_definitions(history, measure),
            *_doors(history, steady),
            *(_break(b, history.dates[b.day], history.doors[steady[b.door]].name) for b in over),
            *(
                _break(column.bridge, column.since, source=column.source, counter=column.counter)
                for column in imports
                if column.since
            ),
        ),
    )


def _enough(history: History, visits: Floats, *parts: slice) -> bool:
    """Tell whether nearly all open days of both periods are known."""
    return all(
        float(np.isfinite(visits[part])[~history.closed[part]].mean()) >= THROUGHOUT
        for part in parts
        if (~history.closed[part]).any()
    )


def _stated(part: _Part | None, target: Target, until: date) -> tuple[float, MethodBreak]:
    """Return the factor of a baseline stated as one number, by its source if counts of that source are stored."""
    column = next((c for c in part.columns if c.source == target.baseline_source), None) if part else None
    bridge = (
        column.bridge
        if column
        else Bridge(day=0, door=0, kind="source", method="prior", size=0.0, se=across.COUNTERS_SD)
    )
    counter = part.columns[0].counter if part and part.columns else ""  # the same for each of them
    day, source = min(target.baseline_last + DAY, until), target.baseline_source
    return bridge.factor, _break(bridge, day, source=source, counter=counter)


def _break(bridge: Bridge, day: date, door: str | None = None, **sources: str) -> MethodBreak:
    """Return the break that a bridge is over; its error is half the width of the 95 % interval."""
    return MethodBreak(
        day=day,
        door=door,
        kind=bridge.kind,
        method=bridge.method,
        factor=None if bridge.method == "none" and bridge.kind != "source" else bridge.factor,
        error=bridge.factor * expm1(TWO_SIDED_95 * bridge.se),
        **sources,
    )


def _bridges(
    history: History, changes: Sequence[SensorChange], steady: list[int]
) -> tuple[list[Bridge], list[float]]:
    """Return the bridges at doors that were there throughout, numbered among these, and for each what may hide."""
    visits = history.visits(history.newest)[:, steady]
    closed = history.closed[:, None]
    doors = DoorCounts(
        counts=np.where(closed | ~(visits > 0), np.nan, visits),
        beside=np.where(closed, np.nan, history.references),
        weekday=history.first.weekday(),
    )
    ours = [replace(c, door=steady.index(c.door)) for c in changes if c.door in steady]
    known = across.bridges(doors, ours)
    over = [*known, *across.found(doors, known)]
    return over, across.unseen_at(doors, over)


def _throughout(history: History, before: slice, now: slice) -> list[int]:
    """Return the doors of the newest definition that were observed on nearly all open days of both periods."""
    visits = history.visits(history.newest)
    return [
        n
        for n, door in enumerate(history.doors)
        if history.newest.counts(door.name)
        and all(_observed_share(history, visits[part, n], part) >= THROUGHOUT for part in (before, now))
        and np.nansum(visits[before.start : now.stop, n]) > 0
        and (np.nansum(visits[before, n]) > 0 or history.elsewhere[before].any())
    ]


def _observed_share(history: History, visits: Floats, part: slice) -> float:
    """Return the share of the open days on which a door was observed; days of imported counts do not matter."""
    open_ = ~history.closed[part] & ~history.elsewhere[part]
    if not open_.any():
        return float(history.elsewhere[part].any())
    return float(np.isfinite(visits)[open_].mean())


def _definitions(history: History, measure: str) -> Iterator[MethodBreak]:
    """Each change of the definition, bridged by counting the days before it once more by the newest one."""
    spans = list(history.in_force())
    new = _by(history, history.newest, measure)
    for (part, definition), (after, _) in pairwise(spans):
        old = _by(history, definition, measure)
        both = np.isfinite(old[part]) & np.isfinite(new[part])
        counted = float(old[part][both].sum())
        factor = float(new[part][both].sum()) / counted if counted > 0 else None
        yield MethodBreak(
            day=history.dates[after.start],
            door=None,
            kind="definition",
            method="recounted" if factor is not None else "none",
            factor=factor,
            error=0.0 if factor is not None else None,
        )


def _by(history: History, definition: VisitDefinition, measure: str) -> Floats:
    """Count visits by day under a definition; NaN where no door was observed."""
    visits = history.visits(definition)
    none = np.isnan(history.people_in).all(axis=1)
    if measure == "gross":
        day = np.nansum(visits, axis=1)
    else:
        off = definition.per_day
        day = np.maximum(np.nansum(visits * history.shares(definition), axis=1) - off, 0)
    out: Floats = np.where(none, np.nan, day)
    return out


def _doors(history: History, steady: Sequence[int]) -> Iterator[MethodBreak]:
    """Doors that were counted for a part of the time only; they are left out of the bridged growth."""
    for n, door in enumerate(history.doors):
        there = np.flatnonzero(np.isfinite(history.people_in[:, n]))
        if n not in steady and history.newest.counts(door.name) and len(there):
            late = there[0] > history.days - 2 * WEEKS
            day = (
                history.dates[there[0]] if late else history.dates[min(int(there[-1]) + 1, history.days - 1)]
            )
            yield MethodBreak(day=day, door=door.name, kind="door", method="none", factor=None, error=None)
