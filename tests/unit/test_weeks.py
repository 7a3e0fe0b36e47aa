"""Weeks that are added up from days: which days go into which."""

from datetime import date, timedelta

import numpy as np

from besok.analytics.forecast import Calendar, Paths
from cli.standalone.weeks import Weeks, by_week, daily_paths, weeks

MONDAY = date(2026, 1, 5)
DAY = timedelta(days=1)
MANY = 20


def counted(last: date, without: frozenset[date] = frozenset()) -> Weeks:
    """A hundred a day from Monday to Saturday in twenty weeks that are over, and what is known of the next one."""
    days = [MONDAY + n * DAY for n in range((last - MONDAY).days + 1)]
    told: dict[date, float | None] = {day: 100.0 for day in days if day.weekday() < 6 and day not in without}
    return weeks({MONDAY + 7 * n * DAY: 600.0 for n in range(MANY)}, told)


def test_a_sunday_without_a_line_before_the_first_week_belongs_to_none() -> None:
    past = counted(MONDAY + (7 * MANY - 2) * DAY)
    assert past.days.origin == past.origin - DAY
    days = tuple(past.days.origin + n * DAY for n in range(15))
    drawn = Paths(days=days, visits=np.ones((15, 1)))
    assert by_week(drawn, past, 2).visits.tolist() == [[7], [7]]


def test_from_the_first_day_that_nobody_counted_the_week_under_way_is_forecast() -> None:
    monday = MONDAY + 7 * MANY * DAY
    past = counted(monday + 2 * DAY, frozenset({monday + DAY}))
    drawn = daily_paths(past, 2, Calendar(), np.random.default_rng(1), 50)
    assert (drawn.days[0], drawn.days[-1]) == (monday + DAY, monday + 13 * DAY)
    week = by_week(drawn, past, 2)
    assert week.days == (monday, monday + 7 * DAY)
    assert (abs(week.visits.mean(axis=1) - 600) < 60).all()
