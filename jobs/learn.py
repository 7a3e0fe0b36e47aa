"""What a site's past days teach about its sensors, for each business day from the weeks before it.

It is made from the readings' 15-minute form alone, so it is the same whenever it is made; what is stored only spares
making it again, and keeps a day's figures from changing because of other days.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from core.analytics import calendar
from core.analytics.occupancy import Learnt, Seen, learn
from core.site import Site
from jobs.seen import Hours, by_quarter
from store import learnt as store
from store import occupancy
from store.occupancy import QUARTER, Connection, Flows, Layout, Levels

DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=56)  # eight weeks: enough of each weekday, and a sensor that was turned is soon forgotten
KEPT_DAYS = 160  # days by quarter in memory


class Past:
    """The past of one site by quarter of an hour, read once. Days that have changed are to be forgotten."""

    def __init__(self, site: Site, plan: Layout) -> None:
        self.site, self.plan = site, plan
        self._days: dict[date, tuple[Flows, Levels, Hours]] = {}

    def forget(self, days: list[date]) -> None:
        """Reads these days anew when they are asked for."""
        for day in days:
            self._days.pop(day, None)

    def read(self, conn: Connection, first: date, last: date) -> None:
        """Has the days from `first` to `last` at hand, and few others."""
        wanted = [first + n * DAY for n in range((last - first) // DAY + 1)]
        missing = [day for day in wanted if day not in self._days]
        if missing:
            self._read(conn, missing[0], missing[-1])
        for day in sorted(self._days.keys() - set(wanted), reverse=True)[: max(len(self._days) - KEPT_DAYS, 0)]:
            del self._days[day]

    def _read(self, conn: Connection, first: date, last: date) -> None:
        begins, ends = calendar.day_bounds(first, self.site)[0], calendar.day_bounds(last, self.site)[1]
        flows = occupancy.quarter_flows(conn, self.plan, begins, ends)
        levels = occupancy.quarter_levels(conn, self.plan, begins, ends)
        for n in range((last - first) // DAY + 1):
            hours = Hours(self.site, first + n * DAY, QUARTER)
            steps = slice((hours.begins - begins) // QUARTER, (hours.ends - begins) // QUARTER)
            self._days[first + n * DAY] = flows[steps], levels[steps], hours

    def day(self, day: date) -> tuple[Flows, Levels, Hours]:
        """What was observed on a day that has been read."""
        return self._days[day]

    def seen(self, day: date) -> Seen:
        """The same for the estimator."""
        flows, levels, hours = self._days[day]
        return by_quarter(self.plan, flows, levels, hours)[0]

    def learnt(self, conn: Connection, day: date) -> Learnt:
        """What is known before a business day begins; learnt and kept if it is not yet."""
        known = store.get(conn, self.plan, day)
        if known is None:
            self.read(conn, day - LOOK_BACK, day - DAY)
            known = learn(self.plan.building, list(self._before(day)))
            store.put(conn, self.plan, day, known)
        return known

    def _before(self, day: date) -> Iterator[Seen]:
        for n in range(LOOK_BACK // DAY, 0, -1):
            yield self.seen(day - n * DAY)
