"""Days on which as good as nobody comes: which they were, and which to come will be such."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from besok.analytics.forecast.daykinds import Calendar
from besok.analytics.forecast.history import History
from besok.model.arrays import Bools, Floats

NOBODY = 0.03  # of what is usual around it: a day below is a closed one, whatever was noted
AROUND = 28  # days to either side
FEW = 8  # visits a day: below, a day on which nobody comes is a day like others
NEVER = 0.95  # the share of such days that makes a weekday a closed one
RECENT = 13  # weeks whose weekdays tell which are closed now
FORTNIGHTS = 26  # weeks that tell whether a weekday is open in even weeks only, or in odd ones
ENOUGH = 4  # such days of each
EITHER = 0.85  # the share of the ones that are closed, and of the others that are open: a slip is forgiven
LONG = 28  # days observed before a weekday that never is counts as closed
LONGEST_YEARLY = 330  # days of a closure that may come again each year
YEAR_OF_ALL = 2000  # a leap year, in which every date is
Date = tuple[int, int]  # month and day
Fortnight = tuple[int, int]  # a weekday in weeks with an even (0) or odd (1) number
# Dates closed once that are taken to be closed each year
WINTER = {
    (12, 24),
    (12, 25),
    (12, 26),
    (12, 31),
    (1, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """`past` flags the days of the history without a public; `share` tells what part of the usual came on them."""

    past: Bools
    weekdays: frozenset[int]
    fortnights: frozenset[Fortnight]
    names: frozenset[str]
    dates: frozenset[Date]
    visits: float  # on a closed day
    lasting: int  # days of the present closure that nobody announced, 0 for none

    def on(self, day: date, calendar: Calendar) -> bool:
        """Tell whether nobody is expected on a day to come."""
        if day in calendar.closed or calendar.hours.get(day, 1.0) <= 0:
            return True
        if day in calendar.hours:
            return False
        name = calendar.holidays.get(day)
        if name in self.names or (day.month, day.day) in self.dates:
            return True
        return day.weekday() in self.weekdays or _fortnight(day) in self.fortnights


def _fortnight(day: date) -> Fortnight:
    return day.weekday(), day.isocalendar().week % 2


def local_median(visits: Floats) -> Floats:
    """Return the median of the positive days about each day, NaN where there are none."""
    padded = np.full(len(visits) + 2 * AROUND, np.nan)
    padded[AROUND : AROUND + len(visits)] = np.where(visits > 0, visits, np.nan)
    if not len(visits):
        return np.full(0, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1)
    found = np.full(len(visits), np.nan)
    some = np.isfinite(windows).any(axis=1)
    found[some] = np.nanmedian(windows[some], axis=1)
    return found


def shut(history: History, calendar: Calendar) -> Shut:
    """Return what the history says about closed days."""
    visits, days = history.visits, history.days
    usual = local_median(visits)
    low = _low(visits, usual, np.array([day.weekday() for day in days]))
    noted = np.array(
        [day in calendar.closed or calendar.hours.get(day, 1.0) <= 0 for day in days], dtype=bool
    )
    past = low | history.closed | noted
    closed = _by_weekday(days, visits, past, calendar)
    fortnights = _fortnights(closed)
    weekdays = _weekdays(closed, visits, past) - {weekday for weekday, _ in fortnights}
    for_years = _closures(low | ~np.isfinite(visits), LONGEST_YEARLY)
    dates = _dates(days, np.where(for_years, np.nan, visits), low, weekdays)
    told = [d.weekday() in weekdays or _fortnight(d) in fortnights or (d.month, d.day) in dates for d in days]
    odd = low & ~noted & ~history.closed & ~np.array(told, dtype=bool)
    return Shut(
        past=past,
        weekdays=weekdays,
        fortnights=fortnights,
        names=_names(days, visits, low, calendar),
        dates=dates,
        visits=float(np.mean(visits[low])) if low.any() and (visits > 0).any() else 0.0,
        lasting=_lasting(odd, low | ~np.isfinite(visits)),
    )


def _low(visits: Floats, usual: Floats, weekday: np.ndarray) -> Bools:
    """Days on which as good as nobody came. Where few come anyway a day without any is none: it must be the weekday."""
    low: Bools = np.isfinite(visits) & (visits <= NOBODY * np.where(np.isfinite(usual), usual, np.inf))
    few = np.isfinite(visits) & (usual < FEW)
    for n in range(7):
        lately = low[few & (weekday == n)][-RECENT:]
        if len(lately) and lately.mean() < NEVER:
            low &= ~(few & (weekday == n))
    return low


def _lasting(odd: Bools, low: Bools) -> int:
    """Return how long the closure that is under way has lasted; a week or more of days that should have been open."""
    run = len(low) - (int(np.flatnonzero(~low)[-1]) + 1 if (~low).any() else 0)
    return run if run >= 7 and odd[len(odd) - run :].sum() >= 4 and (~low).any() else 0


def _closures(nobody: Bools, least: int) -> Bools:
    """Days of runs of `least` days or more without anybody.

    In a week without anybody it was the house that was closed, which tells of no weekday; in a year of no date.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], nobody.astype(np.int8), [0]])))
    found: Bools = np.zeros(len(nobody), dtype=bool)
    for first, behind in zip(edges[::2], edges[1::2], strict=True):
        found[first:behind] = behind - first >= least
    return found


def _by_weekday(
    days: Sequence[date], visits: Floats, past: Bools, calendar: Calendar
) -> Mapping[int, Sequence[tuple[date, bool]]]:
    """Return the days that were observed and whether they were closed, by weekday; no holidays, no weeks without
    anybody.
    """
    seen = np.isfinite(visits)
    closure = _closures(past | ~seen, 7)
    found: dict[int, list[tuple[date, bool]]] = {weekday: [] for weekday in range(7)}
    for n, day in enumerate(days):
        if seen[n] and not closure[n] and day not in calendar.holidays:
            found[day.weekday()].append((day, bool(past[n])))
    return found


def _fortnights(closed: Mapping[int, Sequence[tuple[date, bool]]]) -> frozenset[Fortnight]:
    """Weekdays that are closed in weeks of even number and open in those of odd, or the other way round."""
    found = set()
    for lately in (days[-FORTNIGHTS:] for days in closed.values()):
        even, odd = ([shut for day, shut in lately if _fortnight(day)[1] == parity] for parity in (0, 1))
        if min(len(even), len(odd)) >= ENOUGH and min(np.mean(even), np.mean(odd)) < 1 - EITHER:
            found |= {
                _fortnight(day) for day, _ in lately if np.mean((even, odd)[_fortnight(day)[1]]) > EITHER
            }
    return frozenset(found)


def _weekdays(
    closed: Mapping[int, Sequence[tuple[date, bool]]], visits: Floats, past: Bools
) -> frozenset[int]:
    """Weekdays that are closed now, or that nobody ever counts."""
    found = set()
    seen = np.isfinite(visits)
    if not (seen & ~past).any():
        return frozenset()
    for weekday, days in closed.items():
        lately = [shut for _, shut in days[-RECENT:]]
        if (len(lately) >= 2 and np.mean(lately) > 0.5) or (not lately and seen.sum() >= LONG):
            found.add(weekday)
    return frozenset(found)


def _names(days: Sequence[date], visits: Floats, low: Bools, calendar: Calendar) -> frozenset[str]:
    by_name: dict[str, list[bool]] = defaultdict(list)
    for n, day in enumerate(days):
        if day in calendar.holidays and np.isfinite(visits[n]):
            by_name[calendar.holidays[day]].append(bool(low[n]))
    return frozenset(name for name, shut in by_name.items() if np.mean(shut[-4:]) > 0.5)


def _dates(days: Sequence[date], visits: Floats, low: Bools, weekdays: frozenset[int]) -> frozenset[Date]:
    """Dates closed year by year, where no holiday explains them: once in midwinter, twice at any other time."""
    by_date: dict[Date, list[bool]] = defaultdict(list)
    anyway: set[Date] = set()  # once at least it was a weekday that is closed
    for n, day in enumerate(days):
        if np.isfinite(visits[n]):
            if day.weekday() in weekdays:
                anyway.add((day.month, day.day))
            else:
                by_date[day.month, day.day].append(bool(low[n]))
    found = {
        at for at, shut in by_date.items() if np.mean(shut[-4:]) > 0.5 and (len(shut) >= 2 or at in WINTER)
    }
    once = {at for at, shut in by_date.items() if shut == [True] and at in anyway}
    return frozenset(_beside(found, once))


def _beside(found: set[Date], once: set[Date]) -> set[Date]:
    """With the dates seen closed `once`, and on a closed weekday else, that belong to weeks closed each year."""
    known = set(found)
    for step, dates in ((-1, sorted(once)), (1, sorted(once, reverse=True))):
        for month, day in dates:
            near = date(YEAR_OF_ALL, month, day) + timedelta(days=step)
            if (near.month, near.day) in known:
                known.add((month, day))
    return known
