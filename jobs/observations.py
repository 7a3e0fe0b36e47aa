"""Input of the estimator for a business day: flows, levels by space, and opening hours."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from besok.analytics.occupancy import DayObservations, Headcount, by_space, heard, known, placed
from besok.analytics.runs import hold
from besok.model import calendar
from besok.model.arrays import Bools
from besok.model.site import Site
from besok.store.occupancy import MINUTE, Flows, Layout, Levels, PeopleCounts

HOLD_MINUTES = 5  # a level reading counts at least this long, and for three reports of its sensor
PATIENCE = timedelta(hours=1)  # a site of which nothing is heard for longer has no figures
NOTHING_TOLD = PeopleCounts()


class DayClock:
    """The steps of one business day of a site: whether it is open, and what the clock on its wall says."""

    def __init__(self, site: Site, day: date, step: timedelta) -> None:
        self.begins, self.ends = calendar.day_bounds(day, site)
        self.step = step
        count = (self.ends - self.begins) // step
        self.open = self._open(site, day, count)
        self.clock = self._clock(ZoneInfo(site.timezone), count)

    def _open(self, site: Site, day: date, count: int) -> Bools:
        """Tell whether the site is open in the middle of each step."""
        steps = np.zeros(count, bool)
        for start, until in calendar.open_intervals(day, site):
            first, last = (
                max(t - self.begins + self.step / 2, timedelta()) // self.step for t in (start, until)
            )
            steps[first:last] = True
        return steps

    def _clock(self, zone: ZoneInfo, count: int) -> NDArray[np.int64]:
        """Minutes after midnight at the beginning of each step; where summer time begins or ends it jumps."""
        length = self.step // MINUTE
        first, last = (_minute(t, zone) for t in (self.begins, self.ends))
        if (first + count * length - last) % 1440 == 0:
            return (first + np.arange(count, dtype=np.int64) * length) % 1440
        return np.array([_minute(self.begins + n * self.step, zone) for n in range(count)], np.int64)


def _minute(t: datetime, zone: ZoneInfo) -> int:
    there = t.astimezone(zone)
    return there.hour * 60 + there.minute


def observe(
    plan: Layout, flows: Flows, levels: Levels, hours: DayClock, by_people: PeopleCounts = NOTHING_TOLD
) -> tuple[DayObservations, Bools]:
    """Return a business day from its beginning on, and in which of its steps anything of the site was known.

    The readings of channels become those of the spaces they observe, counts added up. By minute they are held.
    """
    told = [
        Headcount(at=(time - hours.begins) / hours.step, space=space, people=people)
        for time, space, people in by_people.headcounts
    ]
    headcounts = placed(told, plan.building, flows.people_in, flows.people_out)
    anything = heard(flows.people_in, flows.people_out, levels.people, levels.occupied, headcounts[0])
    people, occupied, co2 = levels.people, levels.occupied, levels.co2
    if hours.step == MINUTE:
        lasting = [max(HOLD_MINUTES, 3 * interval_s // 60) for interval_s in plan.level_interval_s]
        people, occupied = hold(people, lasting), hold(occupied, lasting)
        co2 = None if co2 is None else hold(co2, lasting)
    spaces, steps = len(plan.spaces), len(flows.people_in)
    seen = DayObservations.of(
        flows.people_in,
        flows.people_out,
        spaces,
        people=by_space(people, plan.level_space, spaces, add=True),
        occupied=by_space(occupied, plan.level_space, spaces, add=False),
        co2=None if co2 is None else by_space(co2, plan.level_space, spaces, add=False),
        headcounts=headcounts,
        checked_sd=by_people.checked_sd(len(plan.portals), hours.begins, hours.ends),
        awaited=plan.awaited(hours.begins, hours.step, steps),
        open=hours.open[:steps],
        clock=hours.clock[:steps],
        step_minutes=hours.step / MINUTE,
    )
    return seen, known(anything, PATIENCE // hours.step)
