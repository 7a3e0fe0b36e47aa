"""Estimating the occupancy of a site: the business day under way by minute, past days by quarter of an hour."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial

import numpy as np

from core.analytics import calendar
from core.analytics.occupancy import Bools, Estimate, Floats, Seen, by_space, heard, hold, known, live, smoothed
from core.site import Site
from store import occupancy as store
from store.occupancy import MINUTE, QUARTER, Connection, Flows, Layout, Levels, Quarters

QUARTER_MINUTES = 15
HOLD_MINUTES = 5  # a level reading counts at least this long, and for three reports of its sensor
PATIENCE_MINUTES = 60  # a site of which nothing is heard for longer has no figures
PATIENCE_QUARTERS = PATIENCE_MINUTES // QUARTER_MINUTES


class Day:
    """A business day of one site by minute. It remembers what it has read, so that news costs only what is new.

    An object whose transaction failed knows things the database does not: throw it away.
    """

    def __init__(self, site: Site, plan: Layout, day: date) -> None:
        self.day = day
        self._site = site
        self._plan = plan
        self._begins, self._ends = calendar.day_bounds(day, site)
        self._flows: Flows | None = None
        self._levels: Levels | None = None
        self._written = 0  # steps whose figures are in the database

    def update(self, conn: Connection, now: datetime, since: datetime | None) -> None:
        """Estimates and writes the day up to `now`, after readings from `since` on have changed (None: none has)."""
        steps = min(max((now - self._begins) // MINUTE + 1, 1), (self._ends - self._begins) // MINUTE)
        first = min(self._written, steps - 1)
        if since is not None or self._flows is None:
            first = min(first, self._read(conn, since, steps))
        figures, shown = self._estimate(steps)
        store.write_minutes(conn, self._plan, self._begins, first, figures, shown)
        self._write_quarters(conn, first, figures, shown)
        store.tell(conn, self._site.id)
        self._written = steps

    def _read(self, conn: Connection, since: datetime | None, steps: int) -> int:
        """Reads what has changed since a moment; the first step that may differ."""
        fresh = since is None or self._flows is None
        step = 0 if fresh or since is None else min(max((since - self._begins) // MINUTE, 0), steps - 1)
        span = (self._begins, self._begins + step * MINUTE, self._ends)
        flows = store.minute_flows(conn, self._plan, *span)
        levels = store.minute_levels(conn, self._plan, *span)
        if self._flows and self._levels and step:
            flows.people_in[:step] = self._flows.people_in[:step]
            flows.people_out[:step] = self._flows.people_out[:step]
            levels.people[:step] = self._levels.people[:step]
            levels.occupied[:step] = self._levels.occupied[:step]
        self._flows, self._levels = flows, levels
        return step

    def _estimate(self, steps: int) -> tuple[Estimate, Bools]:
        """The figures of the first `steps` minutes, and in which of them anything of the site was known."""
        assert self._flows and self._levels
        return minutes_of_day(self._plan, self._flows[:steps], self._levels[:steps])

    def _write_quarters(self, conn: Connection, first: int, figures: Estimate, shown: Bools) -> None:
        """Replaces the 15-minute form from the quarter on in which step `first` lies."""
        quarter = first // QUARTER_MINUTES
        begins = self._begins + quarter * QUARTER
        averaged = quarters_of_minutes(figures, shown, quarter * QUARTER_MINUTES)
        ends = begins + len(averaged.people) * QUARTER
        store.write_quarters(conn, self._plan, begins, averaged, [(begins, ends)])


def minutes_of_day(plan: Layout, flows: Flows, levels: Levels) -> tuple[Estimate, Bools]:
    """The minutes of one business day from its beginning on, and in which of them anything of the site was known."""
    shown = known(heard(flows.people_in, flows.people_out, levels.people, levels.occupied), PATIENCE_MINUTES)
    lasting = [max(HOLD_MINUTES, 3 * interval_s // 60) for interval_s in plan.level_interval_s]
    inside = by_space(hold(levels.people, lasting), plan.level_space, len(plan.spaces), add=True)
    presence = by_space(hold(levels.occupied, lasting), plan.level_space, len(plan.spaces), add=False)
    seen = Seen.of(flows.people_in, flows.people_out, len(plan.spaces), people=inside, occupied=presence)
    return live(plan.building, seen), shown


def quarters_of_minutes(figures: Estimate, shown: Bools, first: int) -> Quarters:
    """Minute figures from step `first` on (where a quarter begins), averaged by quarter of an hour; peaks are kept."""
    columns = (np.where(shown[first:, None], c[first:], np.nan) for c in (figures.people, figures.lower, figures.upper))
    people, lower, upper = (_by_quarter(column) for column in columns)
    known_minutes = ~np.isnan(people)
    peak = np.where(known_minutes, people, -np.inf).max(axis=1)
    return Quarters(
        people=_mean(people), lower=_mean(lower), upper=_mean(upper), peak=np.where(np.isinf(peak), np.nan, peak)
    )


def _by_quarter(minutes: Floats) -> Floats:
    """Minutes x spaces as quarters x 15 x spaces; the last quarter is filled up with NaN."""
    missing = -len(minutes) % QUARTER_MINUTES
    filled = np.vstack([minutes, np.full((missing, minutes.shape[1]), np.nan)])
    return filled.reshape(-1, QUARTER_MINUTES, minutes.shape[1])


def _mean(values: Floats) -> Floats:
    """The mean over the minutes of each quarter that are known; NaN where none is."""
    count = (~np.isnan(values)).sum(axis=1)
    return np.where(count > 0, np.nansum(values, axis=1) / np.maximum(count, 1), np.nan)


def past_days(conn: Connection, site: Site, plan: Layout, days: Sequence[date]) -> None:
    """Estimates past business days anew: by minute where minutes are kept, else by quarter of an hour."""
    spans = {day: calendar.day_bounds(day, site) for day in days}
    kept = store.days_with_minutes(conn, plan, days, list(spans.values()))
    for day in kept:
        Day(site, plan, day).update(conn, now=spans[day][1], since=None)
    rest = [span for day, span in sorted(spans.items()) if day not in kept]
    if rest:
        _past_by_quarter(conn, plan, rest)


def _past_by_quarter(conn: Connection, plan: Layout, spans: Sequence[tuple[datetime, datetime]]) -> None:
    begins, ends = spans[0][0], spans[-1][1]
    flows = store.quarter_flows(conn, plan, begins, ends)
    levels = store.quarter_levels(conn, plan, begins, ends)
    whole = np.full((4, len(flows.people_in), len(plan.spaces)), np.nan)
    for start, end in spans:
        steps = slice((start - begins) // QUARTER, (end - begins) // QUARTER)
        day = quarters_of_day(plan, flows[steps], levels[steps])
        whole[:, steps] = day.people, day.lower, day.upper, day.peak
    people, lower, upper, peak = whole
    store.write_quarters(conn, plan, begins, Quarters(people=people, lower=lower, upper=upper, peak=peak), spans)


def quarters_of_day(plan: Layout, flows: Flows, levels: Levels) -> Quarters:
    """One business day from its 15-minute flows: the mean of each quarter, and the higher of its ends as its peak."""
    spaces = len(plan.spaces)
    presence = by_space(levels.occupied, plan.level_space, spaces, add=False)
    people = by_space(levels.people, plan.level_space, spaces, add=True)
    highest = by_space(levels.peak, plan.level_space, spaces, add=True)
    seen = partial(Seen.of, flows.people_in, flows.people_out, spaces, step_minutes=QUARTER_MINUTES)
    mean = smoothed(plan.building, seen(people=people, occupied=presence), within=0.5)
    end = smoothed(plan.building, seen(people=highest, occupied=np.ceil(presence))).people
    start = np.vstack([np.full((1, spaces), np.nan), end[:-1]])
    known_steps = known(heard(flows.people_in, flows.people_out, levels.people, levels.occupied), PATIENCE_QUARTERS)
    shown = known_steps[:, None] & ~np.isnan(mean.people)
    peak = np.fmax(np.fmax(start, end), mean.people)
    columns = (np.where(shown, column, np.nan) for column in (mean.people, mean.lower, mean.upper, peak))
    return Quarters(**dict(zip(("people", "lower", "upper", "peak"), columns, strict=True)))
