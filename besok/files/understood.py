"""What a file of visits was taken for where it could be read in two ways: said, so that nobody is misled in silence."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from besok.files import months
from besok.files.csvfile import Table

WEEKS = 4  # dates that make a file look like one of weeks
RUNNING = 30  # counts that never fall look like those of a running total
OFTEN = 0.2  # of the weeks have more lines than usual: then it is no slip
SPARSE = 0.2  # of the days have a line: each may stand for more than a day
IN_UTC = re.compile(r".*\d:\d\d(:[\d.]+)?\s*(Z|[+-]00:?00)", re.IGNORECASE)
AT_MIDNIGHT = re.compile(r".*[T ]00:00(:00(\.0+)?)?\s*(Z|[+-]00:?00)", re.IGNORECASE)
UNITS = {"D": "day", "W": "week", "M": "month"}


def notes(
    name: str, table: Table, visits: Mapping[date, float | None], step: str, *, asked: bool, zone: str
) -> Iterator[str]:
    """Sentences about a file whose sums by day, week or month are `visits`; one of them at least is a number."""
    dates = sorted(visits)
    if step == "D" and not asked:
        yield from _few_days(name, dates)
    if table.again > _clock_turned_back(table, dates):
        yield f"{name}: several lines of one day are added up; {table.again} of them are the same as another"
    yield from _running(name, [count for day in dates if (count := visits[day]) is not None])
    last = max(day for day in dates if visits[day] is not None)
    if last < dates[-1]:
        yield f"{name}: the last count is of {last}; the forecast begins after the last line, which is of {dates[-1]}"
    if not zone and _in_utc([row.texts["date"].strip() for row in table.rows]):
        yield f"{name}: times and days are those of UTC; --zone Europe/Stockholm, say, makes them those of a place"


def counted_by(name: str, table: Table, unit: str, *, asked: bool) -> Iterator[str]:
    """Which columns hold the counts, where neither a name told it nor who asks."""
    if len(table.counts) == 1 and not asked:
        yield f"{name}: the counts are those of the column {table.counts[0]}"
    elif len(table.counts) > 1:
        *some, last = table.counts
        yield f"{name}: {', '.join(some)} and {last} are added up; a {unit} counts only where all of them were observed"


def short_years(name: str, table: Table, head: str, dates: Sequence[date]) -> Iterator[str]:
    """How Jan-15 was read, in the lines or in the header (`head`)."""
    inside = table.rows[0].manner.newest
    told = head or (inside and next(filter(months.short, (row.texts["date"].strip() for row in table.rows))))
    if told:
        yield f"{name}: {told} and the like are months with their year, from {dates[0]:%Y-%m} to {dates[-1]:%Y-%m}"


def weeks_told_twice(name: str, lines: Mapping[date, int], *, weeks: bool) -> Iterator[str]:
    """Weeks written as such that have more lines than the others: around New Year the year may be that of the day."""
    usual = median(lines.values())
    more = sorted(day for day, count in lines.items() if count > usual)
    if weeks and 0 < len(more) < OFTEN * len(lines):
        yield (
            f"{name}: the week that begins on {more[0]} has more lines than others, which are added up; "
            "the last days of a year may belong to the first week of the next, and bear its year then"
        )


def in_part(name: str, parts: Collection[date], step: str) -> Iterator[str]:
    """What is said of days, weeks or months that were counted in part."""
    if parts:
        few = (
            f"{len(parts)} {UNITS[step]}s were"
            if len(parts) > 1
            else f"the {UNITS[step]} of {min(parts)} was"
        )
        yield f"{name}: {few} counted in part, and taken as not observed or as not over yet"


def scaled_up(name: str, step: str) -> str:
    """What is said where not one week or month was counted whole."""
    return f"{name}: no {UNITS[step]} was counted whole; what was counted is scaled up to whole ones"


def _clock_turned_back(table: Table, dates: Sequence[date]) -> int:
    """Lines that may rightly be there twice: in a file of hours or quarters, those of one hour each autumn."""
    years = dates[-1].year - dates[0].year + 1
    return 4 * years if len(table.rows) > 20 * len(dates) else 0


def _few_days(name: str, dates: Sequence[date]) -> Iterator[str]:
    """Dates that may stand for whole weeks or months."""
    if len(dates) < WEEKS:
        return
    if len({day.weekday() for day in dates}) == 1:
        yield (
            f"{name}: every date is a {dates[0]:%A}; other weekdays are taken as closed. "
            "If each line is a whole week, write --freq W"
        )
    elif len(dates) < SPARSE * ((dates[-1] - dates[0]).days + 1):
        yield f"{name}: few days have a line; if each stands for a whole week or month, write --freq W or --freq M"


def _running(name: str, counts: Sequence[float]) -> Iterator[str]:
    """Counts that never fall and mostly rise."""
    rises = [after - before for before, after in pairwise(counts)]
    if len(counts) >= RUNNING and min(rises) >= 0 and sum(rise > 0 for rise in rises) > len(rises) / 2:
        yield f"{name}: the counts never fall; if a running total was read off, give what came to it each time"


def _in_utc(times: Sequence[str]) -> bool:
    """Whether all times are in UTC, and not just days written as midnights."""
    return all(IN_UTC.fullmatch(time) for time in times) and not all(
        AT_MIDNIGHT.fullmatch(time) for time in times
    )
