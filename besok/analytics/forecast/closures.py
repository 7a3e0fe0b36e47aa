"""Days with almost no visits: detection of past closures and prediction of coming ones.

Kinds of days that are mostly closed stay closed: a weekday, one of every other week, a holiday, a date of the year.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from besok.analytics.forecast.daykinds import Calendar
from besok.analytics.forecast.history import History
from besok.analytics.runs import runs
from besok.model.arrays import Bools, Floats

EMPTY = 0.03  # of the usual visits around it: a day below was closed, whatever was recorded
AROUND = 28  # days to either side
FEW = 8  # visits a day: below, an empty day is ordinary unless its weekday is always empty
RECENT = 13  # of a weekday that decide whether it is closed now; of holidays and dates the last 4
ALWAYS = 0.85  # share of closed weeks of one parity, and of open ones of the other, with exceptions
LONG = 28  # days observed before a weekday without any figure counts as closed
YEAR_LONG = 330  # days of a closure that does not recur each year
# Dates closed once that are taken to be closed each year
WINTER = {(12, 24), (12, 25), (12, 26), (12, 31), (1, 1)}
Key = tuple[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """Closures: `past` flags closed days of the history, `closed` are the closed kinds of days, with `visits` on them.

    `lasting` is the number of days of an unannounced closure under way (0: none).
    """

    past: Bools
    closed: frozenset[Key]
    visits: float
    lasting: int

    def on(self, day: date, calendar: Calendar) -> bool:
        """Tell whether a coming day is closed."""
        if day in calendar.closed or calendar.hours.get(day, 1.0) <= 0:
            return True
        return day not in calendar.hours and not self.closed.isdisjoint(_keys(day, calendar))


def _keys(day: date, calendar: Calendar) -> Iterator[Key]:
    if day in calendar.holidays:
        yield "name", calendar.holidays[day]
    yield "weekday", day.weekday()
    yield "fortnight", (day.weekday(), day.isocalendar().week % 2)
    yield "date", (day.month, day.day)


def shut(history: History, calendar: Calendar) -> Shut:
    """Detect the closed days of a history and their kinds."""
    visits, days = history.visits, history.days
    seen = np.isfinite(visits)
    recorded = np.array(
        [day in calendar.closed or calendar.hours.get(day, 1.0) <= 0 for day in days], dtype=bool
    )
    low = _low(visits, np.array([day.weekday() for day in days]))
    past = low | history.closed | recorded
    weeks, years = _runs(past | ~seen, 7), _runs(low | ~seen, YEAR_LONG)
    flags: dict[Key, list[bool]] = defaultdict(list)
    for n in np.flatnonzero(seen & ~weeks).tolist():
        for key in _keys(days[n], calendar):
            if key[0] in ("weekday", "fortnight") and days[n] not in calendar.holidays:
                flags[key].append(bool(past[n]))
    closed = {key for key in flags if _usually(key, flags)}
    if (seen & ~past).any() and seen.sum() >= LONG:
        closed |= {("weekday", n) for n in range(7)} - flags.keys()
    regular = np.array([not closed.isdisjoint(_keys(day, calendar)) for day in days], dtype=bool)
    for n in np.flatnonzero(seen & ~years & (weeks | ~regular)).tolist():
        for key in _keys(days[n], calendar):
            if key[0] in ("name", "date"):
                flags[key].append(bool(low[n] or (weeks[n] and past[n])))
    closed |= {key for key in flags if key[0] in ("name", "date") and _usually(key, flags)}
    predicted = np.array([not closed.isdisjoint(_keys(day, calendar)) for day in days], dtype=bool)
    unexpected = low & ~recorded & ~history.closed & ~predicted
    return Shut(
        past=past, closed=frozenset(closed), lasting=_closure_length(unexpected, low | ~seen),
        visits=float(np.mean(visits[low])) if low.any() and (visits > 0).any() else 0.0,
    )  # fmt: skip


def _usually(key: Key, flags: dict[Key, list[bool]]) -> bool:
    """Tell whether days of a kind are mostly closed of late."""
    kind, what = key
    lately = flags[key][-RECENT if kind in ("weekday", "fortnight") else -4 :]
    if kind == "name":
        return bool(np.mean(lately) > 0.5)
    if kind == "date":
        return bool(np.mean(lately) > 0.5 and (len(lately) >= 2 or what in WINTER))
    weekday, parity = what if isinstance(what, tuple) else (what, 0)
    pair = [flags.get(("fortnight", (weekday, n)), [])[-RECENT:] for n in (parity, 1 - parity)]
    shares = [float(np.mean(one)) if len(one) >= 4 else 0.5 for one in pair]
    alternates = max(shares) > ALWAYS and min(shares) < 1 - ALWAYS
    if kind == "fortnight":
        return alternates and shares[0] > ALWAYS
    return bool(not alternates and len(lately) >= 2 and np.mean(lately) > 0.5)


def _low(visits: Floats, weekday: np.ndarray) -> Bools:
    """Return days with almost no visits. Where visits are few anyway, an empty day is closed only if its weekday is."""
    usual = local_median(visits, AROUND)
    low: Bools = np.isfinite(visits) & (visits <= EMPTY * np.where(np.isfinite(usual), usual, np.inf))
    few = np.isfinite(visits) & (usual < FEW)
    for n in range(7):
        lately = low[few & (weekday == n)][-RECENT:]
        if len(lately) and not lately.all():
            low &= ~(few & (weekday == n))
    return low


def local_median(visits: Floats, around: int) -> Floats:
    """Return the median of the positive rows up to `around` before and after each, NaN where there are none."""
    positive = pd.Series(np.where(visits > 0, visits, np.nan))
    return positive.rolling(2 * around + 1, center=True, min_periods=1).median().to_numpy()


def _closure_length(unexpected: Bools, low: Bools) -> int:
    """Return the length in days of a closure under way of a week or more that should have been open; else 0."""
    run = len(low) - (int(np.flatnonzero(~low)[-1]) + 1 if (~low).any() else 0)
    return run if run >= 7 and unexpected[len(unexpected) - run :].sum() >= 4 and (~low).any() else 0


def _runs(empty: Bools, least: int) -> Bools:
    """Return the days in runs of `least` empty days or more."""
    in_run: Bools = np.zeros(len(empty), dtype=bool)
    for first, after in runs(empty):
        in_run[first:after] = after - first >= least
    return in_run
