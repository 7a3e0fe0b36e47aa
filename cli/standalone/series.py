"""A series of visits from a file: its days, weeks or months. Unobserved ones are None, never zero."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

from besok.analytics.forecast import History, history
from besok.files.counts import Counts, count_columns, read_counts
from besok.files.tables import DETECT, ReadOptions, read_text
from besok.files.values import Unit, zone_named
from besok.model.errors import CountFileError
from besok.model.plurals import many

Visits = dict[date, float | None]
UNITS = {"D": "day", "W": "week", "M": "month"}
PART = 0.8  # of the usual days of a month, or lines of a day: with fewer it was not counted whole
END = 0.1  # of a month's days lacking at the end of the file: it is not over
REGULAR = 0.9  # of all days have about as many lines as usual: then fewer lines mean that some are missing
LONGEST = 200 * 366  # days from the first to the last; more is a wrong year
AHEAD_DAYS = 20 * 366  # the furthest forecast
MOST_SERIES = 200  # columns of one file that are scored one by one: at minutes each, more would take days
SPARSE = 0.2  # of the days have a line: each may stand for more than a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Visits by day, or by week or month on its first day; None where the file names a time and no count."""

    name: str
    step: Unit
    visits: Mapping[date, float | None]
    notes: tuple[str, ...] = ()  # remarks for the user

    def past(self) -> History:
        """Return the input of a forecast: rows of the series' own step."""
        return history(self.visits, step=self.step, origin=max(self.visits) + timedelta(days=1))


def read(path: Path, step: Unit | None = None, zone: str = "", options: ReadOptions = DETECT) -> Series:
    """Read the series of a file, of the columns date and visits or of those that `options` name."""
    return parse(read_text(path), str(path), step, zone, options)


def read_each(
    path: Path, step: Unit | None = None, zone: str = "", options: ReadOptions = DETECT
) -> Iterator[Series]:
    """Read the series of a file, or those of each of its columns where it has several columns of counts."""
    text, name = read_text(path), str(path)
    columns = [] if options.value_columns else count_columns(text, name, "date", "visits", options)
    if len(columns) > MOST_SERIES:
        raise CountFileError(
            f"{path} has {many(len(columns), 'column')} of counts, and {MOST_SERIES} can be scored one by one; "
            "choose some by --column, which adds them up, or write --column all"
        )
    for column in columns:
        yield parse(text, name, step, zone, replace(options, value_columns=(column,)))
    if not columns:
        yield parse(text, name, step, zone, options)


def parse(
    text: str, name: str, step: Unit | None = None, zone: str = "", options: ReadOptions = DETECT
) -> Series:
    """Read a series from the text of the file `name`. Raises CountFileError.

    Several lines of one day are added up, as are the days of a week or month where these are asked for (`step`); what
    was counted in part is not observed, or still to come if it is the last. Without `step` a file is monthly if it has
    one date for each month, always in the same place. Times with an offset are converted to `zone`.
    """
    counts = read_counts(text, name, "date", "visits", options)
    lines = list(zip(counts.times.on_clock(zone_named(zone)).dt.date, counts.values, strict=True))
    counted = [(day, float(count)) for day, count in lines if count == count]
    dates = sorted({day for day, _ in lines})
    if not counted:
        raise CountFileError(f"no line of {name} has a count; a forecast needs one at least")
    if (dates[-1] - dates[0]).days > LONGEST:
        raise CountFileError(f"{name} goes from {dates[0]} to {dates[-1]}: one of these is wrong")
    unit = _step(name, counts.times.unit, dates, step)
    begin = _begin(unit, dates)
    visits: Visits = dict.fromkeys(map(begin, dates))
    for day, count in counted:
        visits[begin(day)] = (visits[begin(day)] or 0) + count
    days = {day for day, _ in counted}
    parts = _parts_of_days(counted) if unit == "D" else _parts(days, begin)
    notes = [*_notes(counts, visits, unit, stated=bool(step), chosen=bool(options.value_columns), zone=zone)]
    if unit != "D" and parts >= set(map(begin, days)):
        visits, parts = _scaled_up(visits, days, begin), frozenset()
        notes.append(f"no {UNITS[unit]} was counted whole; what was counted is scaled up to whole ones")
    if parts:
        notes.append(
            f"{many(len(parts), UNITS[unit])} counted in part, taken as not observed or not over yet"
        )
    return Series(
        name=" ".join((name, " + ".join(counts.columns))).strip(),
        step=unit,
        visits=_without(visits, parts),
        notes=tuple(f"{name}: {note}" for note in notes),
    )


def chosen_columns(counts: Counts, unit: str, *, chosen: bool) -> Iterator[str]:
    """Yield which columns hold the counts, where neither a known name nor the user determines it."""
    if len(counts.columns) == 1 and not chosen:
        yield f"the counts are those of the column {counts.columns[0]}"
    elif len(counts.columns) > 1:
        *some, last = counts.columns
        yield f"{', '.join(some)} and {last} are added up; a {unit} counts only where all of them were observed"


def _notes(
    counts: Counts, visits: Visits, step: Unit, *, stated: bool, chosen: bool, zone: str
) -> Iterator[str]:
    """Yield how the file was read where it is ambiguous."""
    dates = sorted(visits)
    yield from counts.remarks
    yield from chosen_columns(counts, "month" if counts.times.unit == "M" else "day", chosen=chosen)
    if step == "D" and not stated and len(dates) >= 4:
        if len({day.weekday() for day in dates}) == 1:
            yield f"every date is a {dates[0]:%A}; if each line is a whole week, write --freq W"
        elif len(dates) < SPARSE * ((dates[-1] - dates[0]).days + 1):
            yield "few days have a line; if each stands for a whole week or month, write --freq W or --freq M"
    if counts.repeated:
        yield f"{counts.repeated}; they are added up"
    last = max(day for day in dates if visits[day] is not None)
    if last < dates[-1]:
        yield f"the last count is of {last}; the forecast begins after the last line, which is of {dates[-1]}"
    offsets = counts.times.offset_s
    if not zone and (offsets == 0).all() and (counts.times.wall != counts.times.wall.dt.normalize()).any():
        yield "times and days are those of UTC; --zone Europe/Stockholm, say, makes them those of a place"


def _step(name: str, unit: Unit, dates: Sequence[date], requested: Unit | None) -> Unit:
    """Return days, weeks or months: as requested, or as the dates are. Raises CountFileError where they are neither."""
    months = unit == "M" or (unit == "D" and _monthly(dates))
    stated: Unit | None = "W" if unit == "W" else "M" if unit == "M" or (months and len(dates) > 2) else None
    if requested and stated and requested != stated and not (stated == "M" and requested == "M"):
        raise CountFileError(
            f"{name} has one date for each {UNITS[stated]}; leave --freq {requested} out, or give every day"
        )
    chosen: Unit = requested or ("W" if unit == "W" else "M" if months else "D")
    if chosen == "M":
        _every_month(name, dates)
    return chosen


def _begin(step: Unit, dates: Sequence[date]) -> Callable[[date], date]:
    """Return the function from a day to the day that stands for it: itself, the first of its month, its Monday.

    Weeks that are all told on one weekday keep that.
    """
    if step == "M":
        return lambda day: day.replace(day=1)
    if step == "W" and len({day.weekday() for day in dates}) > 1:
        return lambda day: day - timedelta(days=day.weekday())
    return lambda day: day


def _without(visits: Visits, parts: Iterable[date]) -> Visits:
    """Return the visits with those counted in part as not observed; at the end they are left out."""
    known = visits | dict.fromkeys(parts)
    while len(known) > 1 and (last := max(known)) in parts:
        del known[last]
    return known


def _monthly(dates: Sequence[date]) -> bool:
    """Tell whether each date stands for a month: the first or the last day of one, or one day throughout."""
    months = {(day.year, day.month) for day in dates}
    if len(dates) < 2 or len(months) < len(dates):
        return False
    return len({day.day for day in dates}) == 1 or all((day + timedelta(days=1)).day == 1 for day in dates)


def _every_month(path: str, dates: Sequence[date]) -> None:
    """Refuse quarters and years: a month without a line would be taken for one that nobody counted."""
    months = sorted({day.year * 12 + day.month for day in dates})
    apart = min((b - a for a, b in pairwise(months)), default=1)
    if apart > 1:
        raise CountFileError(
            f"the dates of {path} are {apart} months or more apart; give the visits of every month, or of every day"
        )


def _parts(days: Set[date], begin: Callable[[date], date]) -> frozenset[date]:
    """Weeks or months of which only a part was counted: with far fewer days than they usually have in this file.

    The first and the last are looked at more closely: the days that they lack at the file's end would have come.
    """
    counts = Counter(map(begin, days))
    usual = median(counts.values())
    partial = {each for each, many in counts.items() if many < PART * usual}
    if usual >= 2:  # days, not months or weeks as such
        partial |= {begin(end) for end, lacking in _lacking(days, begin) if lacking > END * usual}
    return frozenset(partial)


def _lacking(days: Set[date], begin: Callable[[date], date]) -> Iterator[tuple[date, float]]:
    """Yield the first and the last day of a file, and how many days its week or month lacks beyond it."""
    counted = Counter(day.weekday() for day in days)
    there_were = Counter(
        (min(days) + timedelta(days=n)).weekday() for n in range((max(days) - min(days)).days + 1)
    )
    usual = sum(counted.values()) / sum(there_were.values())  # of weekdays still to come
    for end, step in ((min(days), timedelta(days=-1)), (max(days), timedelta(days=1))):
        lacking, day = 0.0, end + step
        while begin(day) == begin(end):
            weekday = day.weekday()
            lacking += counted[weekday] / there_were[weekday] if there_were[weekday] else usual
            day += step
        yield end, lacking


def _scaled_up(visits: Visits, days: Set[date], begin: Callable[[date], date]) -> Visits:
    """Of a file without any whole week or month: what was counted, with as much again for each day that is lacking."""
    counts, lacking = Counter(map(begin, days)), dict.fromkeys(visits, 0.0)
    for end, more in _lacking(days, begin):
        lacking[begin(end)] += more
    return {at: count and count * (1 + lacking[at] / counts[at]) for at, count in visits.items()}


def _parts_of_days(counted: Sequence[tuple[date, float]]) -> frozenset[date]:
    """Days that lack lines in a file in which nearly all have equally many; 25 and 23 hours are as good as 24."""
    lines = Counter(day for day, _ in counted)
    usual = median(lines.values())
    alike = sum(0.95 * usual <= count <= 1.05 * usual for count in lines.values())
    if usual < 2 or alike < REGULAR * len(lines):
        return frozenset()
    return frozenset(day for day, count in lines.items() if count < PART * usual)
