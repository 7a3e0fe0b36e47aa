"""What came of the actions and of the programme of every site, reckoned once a day from what was counted."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from core.analytics.calendar import business_day, day_bounds
from core.analytics.effects import effect_of_action, effect_of_event
from core.effects import Effect, EventEffect
from core.ledger import Action
from core.site import Site
from core.views import CalendarDay
from jobs.daily import due
from store import actions as ledger
from store import effects, queries
from store.database import Database

LOOKED_BACK: Final = 4 * 364  # days before an action at most
EVENTS_BACK: Final = 60  # days in which the programme is judged anew, as late counts and better comparisons come
COMPARED: Final = 120  # days about an event
COVERED: Final = 0.9  # share of the day in which its doors must have been watched
HEARD: Final = 0.99
MARGIN: Final = 2  # hours before and after an event
DAY = timedelta(days=1)


def reckon_all(db: Database, now: datetime) -> None:
    """Reckons the effects at every site where a business day has ended since."""
    for site, last in due(db, now, effects.WHAT):
        effects.keep(db, site.id, last, of_actions(db, site, last), of_events(db, site, last))


def of_actions(db: Database, site: Site, last: date) -> dict[str, Effect]:
    """The effect of every action that was done, by its name."""
    done = [a for a in ledger.listing(db, site.id) if a.done_since and a.done_since <= last]
    return {action.id: _of_action(db, site, action, last) for action in done}


def _of_action(db: Database, site: Site, action: Action, last: date) -> Effect:
    since = action.done_since or last
    first = since - LOOKED_BACK * DAY
    days = queries.calendar_days(db, site.id, first, last)
    here, elsewhere = _visits(db, site, action.spaces, first, last)
    return effect_of_action(
        first, here, since, until=action.undone, elsewhere=elsewhere, leave_out=np.array([_odd(d) for d in days])
    )


def _odd(day: CalendarDay) -> bool:
    return day.open_hours == 0 or day.holiday is not None


def _visits(
    db: Database, site: Site, spaces: Sequence[str], first: date, last: date
) -> tuple[np.ndarray, np.ndarray | None]:
    """Visits by day of the spaces, and of the site's other rooms; of the whole site if no space is named."""
    size = (last - first).days + 1
    if not spaces or site.id in spaces:
        points = queries.visits(db, site.id, first, last)
        net = {(p.day - first).days: p.net for p in points if p.coverage >= COVERED and p.net is not None}
        return _by_day(net, size), None
    rooms = _others(site, spaces)
    seen = [e for e in effects.entries(db, site.id, spaces, rooms, first, last) if e.coverage >= COVERED]
    told: dict[str, dict[int, float]] = {name: {} for name in (*spaces, *rooms)}
    for e in seen:
        if e.entered is not None:
            told[e.space][(e.day - first).days] = e.entered
    columns = {name: _by_day(days, size) for name, days in told.items()}
    here = np.sum([columns[s] for s in spaces], axis=0)
    beside = [column for name, column in columns.items() if name in rooms and not np.isnan(column).all()]
    return here, np.sum(beside, axis=0) if beside else None


def _others(site: Site, spaces: Sequence[str]) -> list[str]:
    """The rooms neither among the spaces, nor within one, nor around one; a room within another counts there."""
    within = {space.id: space.parent for space in site.spaces}

    def around(name: str) -> set[str]:
        found = set()
        while name := within.get(name, ""):
            found.add(name)
        return found

    taken = set(spaces).union(*(around(name) for name in spaces))
    free = [name for name in within if name not in taken and not around(name) & set(spaces)]
    return [name for name in free if not around(name) & set(free)]


def _by_day(told: dict[int, float], size: int) -> np.ndarray:
    out = np.full(size, np.nan)
    for n, value in told.items():
        out[n] = value
    return out


def of_events(db: Database, site: Site, last: date) -> dict[int, EventEffect]:
    """The effect of every event of the last weeks, by its number."""
    start, end = day_bounds(last - EVENTS_BACK * DAY, site)[0], day_bounds(last, site)[1]
    past = effects.past_events(db, site.id, start, end)
    if not past:
        return {}
    first = last - (EVENTS_BACK + COMPARED) * DAY
    days = queries.calendar_days(db, site.id, first, last)
    odd = np.array([_odd(day) for day in days])
    kind = np.array([day.day.weekday() for day in days])
    begin = day_bounds(first, site)[0]
    everything = effects.past_events(db, site.id, begin, end)
    out = {}
    for space in {event.space for event in past}:
        counts = _hours(db, site, space, first, last)
        taken = {business_day(e.start, site) for e in everything if e.space == space}
        busy = odd | np.array([day.day in taken for day in days])
        for event in (e for e in past if e.space == space):
            out[event.event_id] = _of_event(event, site, first, counts, kind, busy)
    return out


def _of_event(
    event: effects.PastEvent, site: Site, first: date, counts: np.ndarray, kind: np.ndarray, leave_out: np.ndarray
) -> EventEffect:
    day = business_day(event.start, site)
    row = (day - first).days
    slots = [_slot(t, site, day) for t in (event.start, event.end - timedelta(minutes=1))]
    begin, end = (0, 24) if event.all_day else (max(slots[0], 0), min(slots[1] + 1, 24))
    if not 0 <= row < len(counts) or begin >= end:
        return EventEffect(verdict="not_observed")
    margin = 0 if event.all_day else MARGIN
    return effect_of_event(counts, row, begin, end, margin=margin, kind=kind, leave_out=leave_out)


def _slot(time: datetime, site: Site, day: date) -> int:
    """Hours on the clock since the business day began."""
    wall = time.astimezone(ZoneInfo(site.timezone)).replace(tzinfo=None)
    return int((wall - datetime.combine(day, site.day_start)) // timedelta(hours=1))


def _hours(db: Database, site: Site, space: str | None, first: date, last: date) -> np.ndarray:
    """Who entered, days x hours since the business day began; NaN where a door was silent.

    A door that tells of nobody is heard too; one that is silent for an hour leaves the hour unknown.
    """
    counts = np.full(((last - first).days + 1, 24), np.nan)
    start, end = day_bounds(first, site)[0], day_bounds(last, site)[1]
    for hour in effects.entries_by_hour(db, site.id, space, start, end):
        day = business_day(hour.start, site)
        slot = _slot(hour.start, site, day)
        if hour.heard >= HEARD and 0 <= slot < 24:
            counts[(day - first).days, slot] = hour.people
    return counts
