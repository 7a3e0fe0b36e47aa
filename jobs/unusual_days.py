"""Unusual hours of every site, found once a day in the visits of the last half year."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from besok.analytics import events
from besok.model.calendar import business_day, day_bounds, days_from, open_intervals
from besok.model.site import Site
from besok.model.views.calendar import UNUSUAL_FROM, UnusualTime
from besok.store import effects
from besok.store.database import Database
from besok.store.effects import EnteredHour
from jobs.daily import each

LEARNT_FROM: Final = 182  # days
LEAST_HOURS: Final = 24 * UNUSUAL_FROM  # that were heard
HEARD: Final = 0.99  # share of the doors: an hour with a silent door tells of the door, not of people
LEAST_SCORE: Final = 3.0  # a thousand times likelier with something going on than without
BUSY_SHARE: Final = 0.95  # of the closed hours, at one time of day, in which anybody came: cleaners, say
CLEARLY: Final = 2.0  # times as many people as came in these are news
LEAST_CLOSED: Final = 10  # people: fewer while closed are not, though nobody came before
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def run(db: Database, now: datetime) -> None:
    """Find unusual hours at every site, up to the last business day that has ended."""
    each(db, now, effects.UNUSUAL, of, effects.put_unusual_times)


def of(db: Database, site: Site, last: date) -> list[UnusualTime] | None:
    """Return the unusual times of a site in the days up to `last`, or None where too little was observed."""
    start, end = day_bounds(last - (LEARNT_FROM - 1) * DAY, site)[0], day_bounds(last, site)[1]
    zone = ZoneInfo(site.timezone)
    observed = [h for h in effects.entered_by_hour(db, site.id, None, start, end) if h.heard >= HEARD]
    if len(observed) < LEAST_HOURS:
        return None
    times = np.array([h.start.astimezone(zone).replace(tzinfo=None) for h in observed], dtype="datetime64[s]")
    unusual = events.unusual(times, np.array([h.people for h in observed]))
    candidates = (
        UnusualTime(
            start=_instant(u.start, zone),
            end=_instant(u.end, zone),
            people=u.count,
            expected=u.expected,
            score=u.score,
            programme=(),
        )
        for u in unusual
        if u.score >= LEAST_SCORE
    )
    closed = [h for h in observed if not _opens(h.start, h.start + HOUR, site)]
    return [u for u in candidates if _speaks_of_people(u, site, closed)]


def _instant(wall: np.datetime64, zone: ZoneInfo) -> datetime:
    clock: datetime = wall.astype("datetime64[s]").item()
    return clock.replace(tzinfo=zone)


def _speaks_of_people(unusual: UnusualTime, site: Site, closed: Sequence[EnteredHour]) -> bool:
    """Tell whether an unusual time is news, given the hours in which the site was `closed`.

    On a closed day, or one of other hours, fewer visits are expected, and so are some while the site is closed.
    """
    if _opens(unusual.start, unusual.end, site):
        return True
    if unusual.people < unusual.expected:
        return False
    zone = ZoneInfo(site.timezone)
    others: dict[int, list[float]] = {}
    for h in closed:
        if h.people and not unusual.start <= h.start < unusual.end:
            others.setdefault(h.start.astimezone(zone).hour, []).append(h.people)
    busy = {hour: float(np.quantile(people, BUSY_SHARE)) for hour, people in others.items()}
    hours = math.ceil((unusual.end - unusual.start) / HOUR)
    usual = sum(busy.get((unusual.start + n * HOUR).astimezone(zone).hour, 0.0) for n in range(hours))
    return unusual.people > max(CLEARLY * usual, LEAST_CLOSED)


def _opens(start: datetime, end: datetime, site: Site) -> bool:
    """Tell whether a site is open at any time from `start` up to `end`."""
    return any(
        opens < end and start < closes
        for day in days_from(business_day(start, site), business_day(end, site))
        for opens, closes in open_intervals(day, site)
    )
