"""Rows with almost no visits: detection of past closures and prediction of coming ones.

Kinds of days that are mostly closed stay closed: a weekday, one of every other week, a holiday, a date of the year; of
weeks and months those of the year.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date

import numpy as np

from besok.analytics.forecast.daykinds import Calendar
from besok.analytics.forecast.history import History, span
from besok.analytics.runs import runs
from besok.model.arrays import Bools, Floats

EMPTY = 0.03  # of the usual visits around it: a day below was closed, whatever was recorded
AROUND, AROUND_ROWS = 28, 6  # days, and weeks or months, to either side
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
    """Closures: `past` flags rows that teach nothing of open ones, `ahead` coming closed ones, with `visits` on them.

    `lasting` is the number of rows of an unannounced closure under way (0: none).
    """

    past: Bools
    ahead: Bools
    visits: float
    lasting: int


def shut(history: History, horizon: int, calendar: Calendar) -> Shut:
    """Detect the closed rows of a history, and which of the `horizon` coming ones are."""
    rows = span(history.first, len(history) + horizon, history.step)
    if history.step == "D":
        return _shut_days(history.visits, rows, calendar)
    monthly = history.step == "M"
    return _shut_rows(history.visits, [day.month if monthly else day.isocalendar().week for day in rows])


def _shut_rows(visits: Floats, of_year: list[int]) -> Shut:
    """Detect closed weeks or months; `of_year` is the number in the year of each row, and of the coming ones."""
    around = np.nan_to_num(local_median(visits, AROUND_ROWS))
    open_ = (visits > 0) & (visits > EMPTY * around)
    nobody = np.isfinite(visits) & ~open_ & (np.nan_to_num(visits) < FEW)
    flags: dict[Key, list[bool]] = defaultdict(list)
    for n in np.flatnonzero(np.isfinite(visits) & (around >= FEW)).tolist():
        flags["date", of_year[n]].append(bool(nobody[n]))
    closed = {key for key in flags if _usually(key, flags)}
    yearly = np.array([("date", n) in closed for n in of_year], dtype=bool)
    busy = np.flatnonzero(open_ & (visits >= FEW))
    run = len(visits) - int(busy[-1]) - 1 if busy.size else 0
    unexpected = nobody & ~yearly[: len(visits)]
    return Shut(
        past=~open_,
        ahead=yearly[len(visits) :],
        visits=0.0,
        lasting=run if unexpected[len(visits) - run :].any() else 0,
    )


def _keys(day: date, calendar: Calendar) -> Iterator[Key]:
    if day in calendar.holidays:
        yield "name", calendar.holidays[day]
    yield "weekday", day.weekday()
    yield "fortnight", (day.weekday(), day.isocalendar().week % 2)
    yield "date", (day.month, day.day)


def _shut_days(visits: Floats, days: Sequence[date], calendar: Calendar) -> Shut:
    """Detect closed days; `days` are those with `visits`, and the coming ones."""
    seen = np.isfinite(visits)
    stated = np.array(
        [day in calendar.closed or calendar.hours.get(day, 1.0) <= 0 for day in days], dtype=bool
    )
    recorded = stated[: len(visits)]
    low = _low(visits, np.array([day.weekday() for day in days[: len(visits)]]))
    past = low | recorded
    weeks, years = _runs(past | ~seen, 7), _runs(low | ~seen, YEAR_LONG)
    flags: dict[Key, list[bool]] = defaultdict(list)
    for n in np.flatnonzero(seen & ~weeks).tolist():
        for key in _keys(days[n], calendar):
            if key[0] in ("weekday", "fortnight") and days[n] not in calendar.holidays:
                flags[key].append(bool(past[n]))
    closed = {key for key in flags if _usually(key, flags)}
    if (seen & ~past).any() and seen.sum() >= LONG:
        closed |= {("weekday", n) for n in range(7)} - flags.keys()
    regular = _of_kinds(days, closed, calendar)[: len(visits)]
    for n in np.flatnonzero(seen & ~years & (weeks | ~regular)).tolist():
        for key in _keys(days[n], calendar):
            if key[0] in ("name", "date"):
                flags[key].append(bool(low[n] or (weeks[n] and past[n])))
    closed |= {key for key in flags if key[0] in ("name", "date") and _usually(key, flags)}
    usual = _of_kinds(days, closed, calendar)
    unexpected = low & ~recorded & ~usual[: len(visits)]
    hours_known = np.array([day in calendar.hours for day in days], dtype=bool)
    return Shut(
        past=past,
        ahead=(stated | (usual & ~hours_known))[len(visits) :],
        visits=float(np.mean(visits[low])) if low.any() and (visits > 0).any() else 0.0,
        lasting=_closure_length(unexpected, low | ~seen),
    )


def _of_kinds(days: Sequence[date], kinds: Set[Key], calendar: Calendar) -> Bools:
    """Return which days are of one of the kinds."""
    return np.array([not kinds.isdisjoint(_keys(day, calendar)) for day in days], dtype=bool)


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
    rows = np.arange(len(visits))
    positive = np.pad(np.where(visits > 0, visits, np.nan), around, constant_values=np.nan)
    near = np.sort(positive[rows[:, None] + np.arange(2 * around + 1)])  # NaN comes last
    known = np.isfinite(near).sum(axis=1)
    return np.asarray((near[rows, (known - 1) // 2] + near[rows, known // 2]) / 2)


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
