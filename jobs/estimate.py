"""Estimation of occupancy: the current business day by minute, and past days once they are over.

The day under way is filtered: each minute knows what came up to it. Its quarters grow by five minutes that are over,
so most minutes write none of them. A day that is over is smoothed: each step knows the whole day. Days of which minutes
are kept are smoothed by minute, older ones by quarter of an hour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from besok.analytics.occupancy import NOTHING, SiteParameters, smoothed
from besok.model import calendar
from besok.model.occupancy import Estimate
from besok.model.site import Site
from besok.store import occupancy as store
from besok.store import parameters as store_learnt
from besok.store.database import Connection
from besok.store.occupancy import MINUTE, QUARTER, Flows, Layout, Levels, Quarters
from jobs import quarters
from jobs.bounds import bounded
from jobs.learn import DAY, LOOK_BACK, SitePast, week_of
from jobs.observations import NOTHING_TOLD, DayClock, observe
from jobs.running import Running

THIRD = 5  # minutes
SPACES_AT_ONCE = 300  # of all days that are smoothed together: each takes some 0.25 MB, or 0.6 on a full grid
AHEAD = datetime(9999, 1, 1, tzinfo=UTC)


class Today:
    """The current business day of one site, by minute.

    An object whose transaction failed knows things the database does not: throw it away.
    """

    def __init__(self, site: Site, plan: Layout, day: date, learnt: SiteParameters = NOTHING) -> None:
        self.day = day
        self.learnt = learnt
        self._site = site
        self._plan = plan
        self._hours = DayClock(site, day, MINUTE)
        self._begins, self._ends = self._hours.begins, self._hours.ends
        self._steps = (self._ends - self._begins) // MINUTE
        self._running = Running(plan.building, learnt.without(plan.unused(self._begins)))
        self._flows: Flows | None = None
        self._levels: Levels | None = None
        self._told = NOTHING_TOLD
        self._written: Estimate | None = None  # the figures that are in the database

    def update(self, conn: Connection, now: datetime, since: datetime | None) -> None:
        """Estimates and writes the day up to `now`, after readings from `since` on have changed (None: none has)."""
        steps = min(max((now - self._begins) // MINUTE + 1, 1), self._steps)
        first = min(len(self._written.people) if self._written else 0, steps - 1)
        if since is not None or self._flows is None:
            first = min(first, self._read(conn, since, steps))
        assert self._flows and self._levels
        seen, shown = observe(self._plan, self._flows[:steps], self._levels[:steps], self._hours, self._told)
        figures = self._running.figures(seen, first).where(shown)
        if self._written:
            self._write_changes(conn, figures, self._written)
        else:
            write(conn, self._plan, self._begins, figures, self._quarters(figures), final=False)
        store.notify(conn, self._site.id)
        self._written = figures

    def _write_changes(self, conn: Connection, figures: Estimate, before: Estimate) -> None:
        """Write those figures that differ from the ones before, by minute and by quarter: most are the same."""
        first = store.write_changes(conn, self._plan, self._begins, figures, before)
        if first is not None:
            quarter = min(first, len(before.people) - 1) // quarters.MINUTES
            averaged, was = (self._quarters(part, quarter) for part in (figures, before))
            store.write_changes(conn, self._plan, self._begins + quarter * QUARTER, averaged, was)

    def _quarters(self, figures: Estimate, first: int = 0) -> Quarters:
        """Average by quarter, from one on: its first known minute at once, others once their five minutes are over."""
        people, steps = figures.people.copy(), len(figures.people)
        whole = steps if steps == self._steps else (steps - 1) // THIRD * THIRD
        begun = ~np.isnan(people[whole // quarters.MINUTES * quarters.MINUTES : whole]).all(axis=0)
        known = ~np.isnan(people[whole:])
        people[whole:][begun | (known.cumsum(axis=0) > 1)] = np.nan
        return quarters.of_minutes(replace(figures, people=people), first * quarters.MINUTES)

    def _read(self, conn: Connection, since: datetime | None, steps: int) -> int:
        """Read what has changed since a moment; returns the first step that may differ."""
        fresh = since is None or self._flows is None
        step = 0 if fresh or since is None else min(max((since - self._begins) // MINUTE, 0), steps - 1)
        span = (self._begins, self._begins + step * MINUTE, self._ends)
        flows = store.minute_flows(conn, self._plan, *span)
        levels = store.minute_levels(conn, self._plan, *span)
        self._told = store.people_counts(conn, self._plan, self._begins, self._ends)
        if self._flows and self._levels and step:
            flows.put(slice(step), self._flows[:step])  # as read before
            levels.put(slice(step), self._levels[:step])
        self._flows, self._levels = flows, levels
        return step


def write(
    conn: Connection, plan: Layout, begins: datetime, figures: Estimate, averaged: Quarters, *, final: bool
) -> None:
    """Replace the figures of a day by minute and by quarter; of one under way also what a wrong clock left ahead."""
    ends = begins + len(averaged.people) * QUARTER if final else AHEAD
    store.write_minutes(conn, plan, begins, ends, figures, final=final)
    store.write_quarters(conn, plan, begins, averaged, [(begins, ends)], final=final)


def past_days(conn: Connection, past: SitePast, days: Mapping[date, int | None]) -> None:
    """Estimate changed past business days again: by minute where minutes are stored, else by quarter.

    With each day comes its mark if it may have been read under it (`SitePast.forget`). What was learnt from older days
    that wait is out of date too.
    """
    plan, site = past.plan, past.site
    older = store.dirty_marks(conn, plan.site_id, week_of(min(days)) - LOOK_BACK, min(days) - DAY)
    past.forget({**older, **days})
    store_learnt.changed(conn, plan, min([*older, *days]), max(days), LOOK_BACK)
    spans = {day: calendar.day_bounds(day, site) for day in days}
    by_minute = store.days_with_minutes(conn, plan, list(days), list(spans.values()))
    for day in sorted(by_minute):
        _past_by_minute(conn, past, day)
    rest = sorted(days.keys() - by_minute)
    if rest:
        _past_by_quarter(conn, past, rest)
    store.notify(conn, site.id)


def _past_by_minute(conn: Connection, past: SitePast, day: date) -> None:
    hours = DayClock(past.site, day, MINUTE)
    span = (hours.begins, hours.begins, hours.ends)
    flows, levels = store.minute_flows(conn, past.plan, *span), store.minute_levels(conn, past.plan, *span)
    by_people = store.people_counts(conn, past.plan, hours.begins, hours.ends)
    seen, shown = observe(past.plan, flows, levels, hours, by_people)
    learnt = past.learnt(conn, week_of(day), keep=True).without(past.plan.unused(hours.begins))
    figures = smoothed(past.plan.building, seen, learnt)
    figures = bounded(past.plan.building, figures)
    figures = figures.where(shown)
    write(conn, past.plan, hours.begins, figures, quarters.of_minutes(figures, 0), final=True)


def _past_by_quarter(conn: Connection, past: SitePast, days: Sequence[date]) -> None:
    past.read(conn, days[0], days[-1])
    observed = {day: past.day(day) for day in days}
    begins, ends = observed[days[0]][3].begins, observed[days[-1]][3].ends
    full = Quarters.unknown((ends - begins) // QUARTER, len(past.plan.spaces))
    learnt = {
        day: past.learnt(conn, week_of(day), keep=False).without(past.plan.unused(hours.begins))
        for day, (*_, hours) in observed.items()
    }
    at_once = max(SPACES_AT_ONCE // len(past.plan.spaces), 1)
    for steps in {len(seen) for seen, *_ in observed.values()}:
        alike = [day for day in days if len(observed[day][0]) == steps]
        for together in (alike[n : n + at_once] for n in range(0, len(alike), at_once)):
            figures = quarters.of_days(past.plan, [(*observed[day][:3], learnt[day]) for day in together])
            for day, figures_of_day in zip(together, figures, strict=True):
                first = (observed[day][3].begins - begins) // QUARTER
                full.put(slice(first, first + steps), figures_of_day)
    spans = [(hours.begins, hours.ends) for *_, hours in observed.values()]
    store.write_quarters(conn, past.plan, begins, full, spans, final=True)
