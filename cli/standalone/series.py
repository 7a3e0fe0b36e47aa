"""A series of visits from anyone's file: its days, weeks or months."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from besok.analytics.forecast import History, history
from besok.analytics.forecast.months import Months, later
from besok.files import csvfile, notation, understood, unpivot
from besok.files.csvfile import Row, Table
from besok.model.errors import CountFileError
from besok.model.plurals import many
from cli.standalone.weeks import Weeks, weeks

Step = Literal["D", "W", "M"]
Visits = dict[date, float | None]
PART = (
    0.8  # of the days that months usually have, or of the lines of days: with fewer one was not counted whole
)
END = 0.1  # of a month's days lacking at the end of the file: it is not over
REGULAR = 0.9  # of all days have about as many lines as usual: then fewer lines mean that some are missing
LONGEST = 200 * 366  # days from the first to the last; more is a wrong year
AHEAD_DAYS = 20 * 366  # the furthest forecast
MOST_SERIES = 200  # columns of one file that are scored one by one: at minutes each, more would take days


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Visits by day, or by week or month on its first day; None where the file names a time and no count."""

    name: str
    step: Step
    visits: Mapping[date, float | None]
    by_day: Mapping[date, float | None] | None = None  # of weeks that were added up
    notes: tuple[str, ...] = ()  # what a reader of the file should know

    def past(self) -> History | Weeks | Months:
        """What a forecast goes by: rows of the series' own step."""
        return self.months() if self.step == "M" else self.weeks() if self.step == "W" else self.days()

    def days(self) -> History:
        return history(self.visits, origin=max(self.visits) + timedelta(days=1))

    def weeks(self) -> Weeks:
        return weeks(self.visits, self.by_day)

    def months(self) -> Months:
        first, last = min(self.visits), max(self.visits)
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        found = [self.visits.get(later(first, n)) for n in range(count)]
        return Months(
            first=first, visits=np.array([np.nan if v is None else v for v in found], dtype=np.float64)
        )


def read_each(path: Path, step: Step | None = None, zone: str = "") -> Iterator[Series]:
    """The series of a file, or those of each of its columns where it has several columns of counts."""
    newest = _newest()
    text, short = unpivot.upright(csvfile.text_of(path), str(path), newest)
    names = csvfile.count_columns(text, "date", "visits", str(path))
    if len(names) > MOST_SERIES:
        raise CountFileError(
            f"{path} has {many(len(names), 'column')} of counts, and {MOST_SERIES} can be scored one by one; "
            "choose some by --column, which adds them up, or write --column all"
        )
    for name in names or (None,):
        yield _parsed(text, short, str(path), step, zone, (name,) if name else (), newest)


def read(path: Path, step: Step | None = None, zone: str = "", columns: Sequence[str] = ()) -> Series:
    """The series of a file with the columns date and visits, or with others of which `columns` are added up."""
    return parse(csvfile.text_of(path), str(path), step, zone, columns, _newest())


def _newest() -> int:
    """The last year that two digits can mean: counts are of the past, and tables have room for what comes next year."""
    return datetime.now(UTC).year + 1


def parse(
    text: str,
    path: str,
    step: Step | None = None,
    zone: str = "",
    columns: Sequence[str] = (),
    newest: int | None = None,
) -> Series:
    """The same from the text of the file `path`. Raises CountFileError.

    Several lines of one day are added up, as are the days of a week or month where these are asked for (`step`); what
    was counted in part is not observed, or still to come if it is the last. Without `step` a file is monthly if it has
    one date for each month, always in the same place. Times that tell their offset are put on the clock of `zone`.
    Tables of months that lie on their side are turned. `newest` is the last year that two digits can mean; None: none.
    """
    return _parsed(*unpivot.upright(text, path, newest), path, step, zone, columns, newest)


def _parsed(
    text: str, short: str, path: str, step: Step | None, zone: str, columns: Sequence[str], newest: int | None
) -> Series:
    """The same of a table that stands; `short` is a month whose year had two digits in one that did not."""
    table = csvfile.parse_counts(text, "date", "visits", columns, path, newest)
    place = notation.zone(zone)
    lines = [(_day(row, place), row.count()) for row in table.rows]
    counted = [(day, visits) for day, visits in lines if visits is not None]
    dates = sorted({day for day, _ in lines})
    if not counted:
        raise CountFileError(f"no line of {path} has a count; a forecast needs one at least")
    if (dates[-1] - dates[0]).days > LONGEST:
        raise CountFileError(f"{path} goes from {dates[0]} to {dates[-1]}: one of these is wrong")
    found = _step(path, table, dates, step)
    begin = _begin(found, dates)
    visits: Visits = dict.fromkeys(map(begin, dates))
    for day, count in counted:
        visits[begin(day)] = (visits[begin(day)] or 0) + count
    days = {day for day, _ in counted}
    parts = _parts_of_days(counted) if found == "D" else _parts(days, begin)
    monthly = notation.is_month(table.rows[0].texts["date"])
    notes = [*understood.short_years(path, table, short, dates)]
    notes += [*understood.counted_by(path, table, "month" if monthly else "day", asked=bool(columns))]
    if found == "W":
        notes += understood.weeks_told_twice(
            path, Counter(day for day, _ in lines), weeks=notation.is_week(table.rows[0].texts["date"])
        )
    notes += [*understood.notes(path, table, visits, found, asked=step is not None, zone=zone)]
    if found != "D" and parts >= set(map(begin, days)):
        visits, parts = _scaled_up(visits, days, begin), frozenset()
        notes.append(understood.scaled_up(path, found))
    notes += understood.in_part(path, parts, found)
    return Series(
        name=" ".join((path, " + ".join(table.counts))).strip(),
        step=found,
        visits=_without(visits, parts),
        by_day=_by_day(counted) if found == "W" and _told_by_day(days, begin) else None,
        notes=tuple(notes),
    )


def _told_by_day(days: Set[date], begin: Callable[[date], date]) -> bool:
    """Whether weeks are told by their days: a file of weeks may have one on another weekday than the rest."""
    return median(Counter(map(begin, days)).values()) >= 2


def _by_day(counted: Sequence[tuple[date, float]]) -> Visits:
    """The days behind weeks: those that lack many of their lines are not observed, or not over."""
    found: Visits = {}
    for day, count in counted:
        found[day] = (found.get(day) or 0) + count
    return _without(found, _parts_of_days(counted))


def _day(row: Row, place: ZoneInfo | None) -> date:
    """The day of a line; on the clock of a place, if one is told and the line tells its offset."""
    text = row.texts["date"]
    if place is None or notation.is_month(text) or notation.is_week(text):
        return row.day()
    moment = row.moment("date")
    return moment.astimezone(place).date() if moment.tzinfo else moment.date()


def _step(path: str, table: Table, dates: Sequence[date], asked: Step | None) -> Step:
    """Days, weeks or months: as asked, or as the dates are. Raises CountFileError where they are neither."""
    if all(notation.is_week(row.texts["date"]) for row in table.rows):
        if asked not in (None, "W"):
            raise CountFileError(
                f"{path} has one date for each week; leave --freq {asked} out, or give every day"
            )
        return "W"
    months = all(notation.is_month(row.texts["date"]) for row in table.rows)
    if asked in ("D", "W") and (months or (len(dates) > 2 and _monthly(dates))):
        raise CountFileError(
            f"{path} has one date for each month; leave --freq {asked} out, or give every day"
        )
    found = asked or ("M" if months or _monthly(dates) else "D")
    if found == "M":
        _every_month(path, dates)
    return found


def _begin(step: Step, dates: Sequence[date]) -> Callable[[date], date]:
    """The day under which a day is told: itself, the first of its month, or the Monday of its week.

    Weeks that are all told on one weekday keep that.
    """
    if step == "M":
        return lambda day: day.replace(day=1)
    if step == "W" and len({day.weekday() for day in dates}) > 1:
        return lambda day: day - timedelta(days=day.weekday())
    return lambda day: day


def _without(visits: Visits, parts: Iterable[date]) -> Visits:
    """The same where what was counted in part is not observed; at the end it is not over yet, and left out."""
    known = visits | dict.fromkeys(parts)
    while len(known) > 1 and (last := max(known)) in parts:
        del known[last]
    return known


def _monthly(dates: Sequence[date]) -> bool:
    """Whether each date stands for a month: the first or the last day of one, or one day throughout."""
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
    found = {each for each, many in counts.items() if many < PART * usual}
    if usual >= 2:  # days, not months or weeks that are told already
        found |= {begin(end) for end, lacking in _lacking(days, begin) if lacking > END * usual}
    return frozenset(found)


def _lacking(days: Set[date], begin: Callable[[date], date]) -> Iterator[tuple[date, float]]:
    """The first and the last day of a file, and how many days beyond it, in its week or month, were to be expected."""
    counted = Counter(day.weekday() for day in days)
    there_were = Counter(
        (min(days) + timedelta(days=n)).weekday() for n in range((max(days) - min(days)).days + 1)
    )
    usual = sum(counted.values()) / sum(there_were.values())  # of weekdays that have not been yet
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
