"""A series of visits from anyone's file: which days or months there are, and the calendar that belongs to them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Literal

import numpy as np

from core.analytics.forecast import Calendar, History, calendar, history
from core.analytics.forecast.daykinds import named_by_date
from core.analytics.forecast.months import Months, later
from core.errors import CountFileError
from ops import countfile
from ops.countfile import Table

Step = Literal["D", "M"]
PART = 0.8  # of the days that months usually have: a month with fewer was not counted whole
WEEKS = 4  # dates that make a file look like one of weeks
LONGEST = 200 * 366  # days from the first to the last; more is a wrong year
AHEAD_DAYS = 20 * 366  # the furthest forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Visits by day, or by month on its first day; None where the file names a time and no count."""

    name: str
    step: Step
    visits: Mapping[date, float | None]
    notes: tuple[str, ...] = ()  # what a reader of the file should know

    def days(self) -> History:
        return history(self.visits, origin=max(self.visits) + timedelta(days=1))

    def months(self) -> Months:
        first, last = min(self.visits), max(self.visits)
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        found = [self.visits.get(later(first, n)) for n in range(count)]
        return Months(first=first, visits=np.array([np.nan if v is None else v for v in found], dtype=np.float64))


def read(path: Path, step: Step | None = None) -> Series:
    """The series of a file with the columns date and visits. Raises CountFileError.

    Several lines of one day are added up, as are the days of a month where months are asked for (`step` "M"; a month
    that was counted in part is none). Without `step` a file is monthly if it has one date for each month, always in the
    same place.
    """
    table = countfile.read(path, need=("date", "visits"))
    rows = [(row.line, row.day(), row.number("visits")) for row in table.rows]
    by_month = all(len(row.texts["date"].strip()) == len("2026-11") for row in table.rows)
    dates = sorted({day for _, day, _ in rows})
    if (dates[-1] - dates[0]).days > LONGEST:
        raise CountFileError(f"{path} goes from {dates[0]} to {dates[-1]}: one of these is wrong")
    found = step or ("M" if by_month or _monthly(dates) else "D")
    if found == "M":
        _every_month(path, dates)
    visits: dict[date, float | None] = {}
    for _, day, value in rows:
        at = day.replace(day=1) if found == "M" else day
        visits[at] = value if visits.get(at) is None else visits[at] if value is None else (visits[at] or 0) + value
    if found == "M":
        visits |= dict.fromkeys(_parts([day for _, day, value in rows if value is not None]))
    return Series(name=str(path), step=found, visits=visits, notes=tuple(_notes(path, table, dates, step, found)))


def _monthly(dates: Sequence[date]) -> bool:
    """Whether each date stands for a month: the first or the last day of one, or one day throughout."""
    months = {(day.year, day.month) for day in dates}
    if len(dates) < 2 or len(months) < len(dates):
        return False
    return len({day.day for day in dates}) == 1 or all((day + timedelta(days=1)).day == 1 for day in dates)


def _every_month(path: Path, dates: Sequence[date]) -> None:
    """Refuse quarters and years: a month without a line would be taken for one that nobody counted."""
    months = sorted({day.year * 12 + day.month for day in dates})
    apart = min((b - a for a, b in pairwise(months)), default=1)
    if apart > 1:
        raise CountFileError(
            f"the dates of {path} are {apart} months or more apart; give the visits of every month, or of every day"
        )


def _notes(path: Path, table: Table, dates: Sequence[date], asked: Step | None, found: Step) -> Iterator[str]:
    """What was understood in one of two possible ways."""
    gaps = {(b - a).days % 7 for a, b in pairwise(dates)}
    if found == "D" and not asked and len(dates) >= WEEKS and gaps == {0}:
        yield (
            f"{path}: every date is a {dates[0]:%A}; other weekdays are taken as closed. If each line is a whole week, "
            "only the totals are of use"
        )
    lines = Counter((row.texts["date"].strip(), row.texts["visits"].strip()) for row in table.rows)
    twice = sum(count - 1 for count in lines.values())
    if twice and len(dates) < len(table.rows) < 2 * len(dates):
        yield f"{path}: several lines of one day are added up; {twice} of them are the same as another"


def _parts(days: Sequence[date]) -> list[date]:
    """Months of which only a part was counted: with far fewer days than months usually have in this file."""
    counts = Counter(day.replace(day=1) for day in set(days))
    usual = median(counts.values()) if counts else 0
    return [month for month, count in counts.items() if count < PART * usual]


def read_holidays(path: Path | None) -> dict[date, str]:
    """Holidays of one's own from a file `date,name`. Where there are no names, years are matched by date."""
    if path is None:
        return {}
    table = countfile.read(path, need=("date",), may=("name", "holiday"))
    column = next((name for name in ("name", "holiday") if name in table.columns), None)
    names = {row.day(): row.texts[column].strip() if column else "" for row in table.rows}
    return names | named_by_date([day for day, name in names.items() if not name])


def read_days(path: Path | None) -> frozenset[date]:
    """Days from a file with the column date, or with first and last (`date,last`), both within."""
    if path is None:
        return frozenset()
    table = countfile.read(path, need=("date",), may=("last",))
    days: set[date] = set()
    for row in table.rows:
        first = row.day()
        last = row.day("last") if "last" in table.columns and row.texts["last"].strip() else first
        if not 0 <= (last - first).days <= LONGEST:
            raise CountFileError(f"line {row.line}: {first} to {last} is no time; the last day comes first")
        days |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return frozenset(days)


def calendar_of(
    series: Series, country: str, holidays: Path | None, school: Path | None, closed: Path | None
) -> Calendar:
    """The calendar from the first day of the series to the furthest that can be forecast."""
    place, _, part = country.upper().partition("-")
    try:
        return calendar(
            min(series.visits),
            min(max(series.visits), date(9900, 1, 1)) + timedelta(days=AHEAD_DAYS),
            country=place,
            subdivision=part,
            holidays=read_holidays(holidays),
            school=read_days(school),
            closed=read_days(closed),
        )
    except NotImplementedError:
        raise CountFileError(
            f"the holidays of {country} are not known; write the code of a country, such as SE, or of a part of one, "
            "such as GB-SCT, or give the days in a file (--holidays)"
        ) from None
