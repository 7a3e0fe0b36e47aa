"""People expected in each space in the next open hours, from the same hours of past weeks."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from besok.model import calendar
from besok.model.site import Site
from besok.model.views.series import ExpectedHour, OccupancyPoint
from besok.services.series import get_day_curves
from besok.store.database import Database

HOUR: Final = timedelta(hours=1)
HALF: Final = timedelta(minutes=30)
WEEK: Final = timedelta(weeks=1)
WEEKS: Final = (
    9  # the range of n alike days holds the next with (n - 1) / (n + 1): with nine it is an 80 % interval
)
LEAST: Final = 7  # of these weeks; with them the interval holds 75 %
SHOWN: Final = 3  # hours


def get_next_hours(db: Database, place: Site, now: datetime) -> dict[str, list[ExpectedHour]]:
    """Return the people expected in each space in the next whole open hours of the business day; empty once it closes.

    Hours that too few weeks know are left out. The range is that of the same hour in past weeks in which the site was
    open then.
    """
    open_hours = calendar.open_intervals(calendar.business_day(now, place), place)
    hours = [hour for span in open_hours for hour in whole_hours(*span) if hour >= now][:SHOWN]
    past = {then: hour for hour in hours for then in _before(hour, place)}
    spans = [(then, then + HOUR) for then in sorted(past)]
    curves = get_day_curves(db, place.id, spans) if spans else {}
    spaces = place.space_ids if hours else ()
    return {space: _expected(space, hours, past, curves.get(space, ())) for space in spaces}


def whole_hours(start: datetime, until: datetime) -> Sequence[datetime]:
    """Return the whole hours of which half or more lie within some opening hours."""
    first = start.replace(minute=0, second=0, microsecond=0)
    hours = [first + n * HOUR for n in range(25)]
    return [t for t in hours if t + HALF >= start and t + HALF <= until and t >= start - HALF]


def _before(hour: datetime, place: Site) -> Iterable[datetime]:
    """Yield the same local hour in past weeks in which the site was open."""
    local = hour.astimezone(ZoneInfo(place.timezone))
    for week in range(1, WEEKS + 1):
        then = (local - week * WEEK).astimezone(hour.tzinfo)
        if calendar.is_open(then + HALF, place):
            yield then


def _expected(
    space: str, hours: Sequence[datetime], past: dict[datetime, datetime], points: Sequence[OccupancyPoint]
) -> list[ExpectedHour]:
    by_hour: dict[datetime, list[float | None]] = {then: [] for then in past}
    for point in points:
        by_hour[max(then for then in past if then <= point.start)].append(point.people)
    result = []
    for hour in hours:
        known = [
            sum(people) / len(people)
            for then, quarters in by_hour.items()
            if past[then] == hour
            and len(people := [n for n in quarters if n is not None]) == len(quarters) > 0
        ]
        if len(known) >= LEAST:
            mean = sum(known) / len(known)
            result.append(
                ExpectedHour(
                    space=space, start=hour, people=mean, lower=min(known), upper=max(known), weeks=len(known)
                )
            )
    return result
