"""Parameters learnt from a site's past, for each business day from the weeks before it.

It is made from the readings' 15-minute form alone, so it is the same whenever it is made; storing it only spares making
it again, and keeps the figures of the day under way from changing because of other days.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from besok.analytics.occupancy import DayObservations, SiteParameters, by_space, learn
from besok.analytics.occupancy.parameters import VERSION
from besok.model import calendar
from besok.model.arrays import Bools, Floats
from besok.model.site import Site
from besok.store import occupancy
from besok.store import parameters as store
from besok.store.database import Connection
from besok.store.occupancy import QUARTER, Layout
from jobs.observations import DayClock, observe

DAY = timedelta(days=1)
# Eight weeks: enough of each weekday, and a sensor that was turned is soon forgotten
LOOK_BACK = timedelta(days=56)
KEPT_DAYS = 160  # days by quarter in memory

Observed = tuple[
    DayObservations, Bools, Floats, DayClock
]  # a day, its known steps, the highest counts inside, its hours


def week_of(day: date) -> date:
    """Before which day is learnt for the estimate of a day that is over: the Monday of its week.

    The day under way is estimated with what was learnt before itself. Once a week is enough for the years behind.
    """
    return day - day.weekday() * DAY


class SitePast:
    """The past of one site by quarter of an hour, read once. Days that have changed are to be forgotten."""

    def __init__(self, site: Site, plan: Layout) -> None:
        self.site, self.plan = site, plan
        self._days: dict[date, Observed] = {}
        self._marks: dict[date, int] = {}  # of days that were to be estimated again when they were read
        self._learnt: dict[date, SiteParameters] = {}

    def forget(self, days: Mapping[date, int | None]) -> None:
        """Drop what was learnt from these days, and the days, which are read again when needed: all but those of which
        the mark is still the one that they were read under.
        """
        for day, mark in days.items():
            if mark is None or self._marks.get(day) != mark:
                self._days.pop(day, None)
            self._learnt = {
                then: known for then, known in self._learnt.items() if not day < then <= day + LOOK_BACK
            }

    def read(self, conn: Connection, first: date, last: date) -> None:
        """Read the days from `first` to `last`, and drop most others."""
        days = calendar.days_from(first, last)
        missing = [day for day in days if day not in self._days]
        if missing:
            self._read(conn, missing[0], missing[-1])
        for day in sorted(self._days.keys() - set(days), reverse=True)[: max(len(self._days) - KEPT_DAYS, 0)]:
            del self._days[day]

    def _read(self, conn: Connection, first: date, last: date) -> None:
        # Before the readings: who marks a day in between has it read again
        self._marks.update(occupancy.dirty_marks(conn, self.plan.site_id, first, last))
        begins, ends = calendar.day_bounds(first, self.site)[0], calendar.day_bounds(last, self.site)[1]
        flows = occupancy.quarter_flows(conn, self.plan, begins, ends)
        levels = occupancy.quarter_levels(conn, self.plan, begins, ends)
        by_people = occupancy.people_counts(conn, self.plan, begins, ends)
        highest = by_space(levels.peak, self.plan.level_space, len(self.plan.spaces), add=True)
        for day in calendar.days_from(first, last):
            hours = DayClock(self.site, day, QUARTER)
            steps = slice((hours.begins - begins) // QUARTER, (hours.ends - begins) // QUARTER)
            seen, shown = observe(self.plan, flows[steps], levels[steps], hours, by_people)
            self._days[day] = seen, shown, highest[steps], hours

    def day(self, day: date) -> Observed:
        """Return the observations of a day that has been read."""
        return self._days[day]

    def learnt(self, conn: Connection, day: date, *, keep: bool) -> SiteParameters:
        """Return the parameters of a business day; missing ones are learnt, and stored where they are to be kept."""
        known = self._learnt.get(day)
        if known is None and (stored := store.get(conn, self.plan, day, VERSION)):
            known = SiteParameters.from_json(stored)
        if known is None:
            self.read(conn, day - LOOK_BACK, day - DAY)
            known = learn(
                self.plan.building, [self._days[day - n * DAY][0] for n in range(LOOK_BACK // DAY, 0, -1)]
            )
            if keep:
                store.put(conn, self.plan, day, VERSION, known.to_json())
        self._learnt[day] = known
        return known
