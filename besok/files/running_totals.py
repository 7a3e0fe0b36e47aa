"""Running totals in files of counts: told from counts by their course, and turned into the counts between readings."""

from typing import Final

import pandas as pd

from besok.files.repeated_lines import comes_twice, repeated
from besok.files.values import Times
from besok.model.errors import CountFileError
from besok.model.plurals import many

LEAST_RISES: Final = 8  # of fewer a rising morning may consist
BEGUN_AGAIN: Final = 0.2  # of the reading before: below it a counter was reset
RISES_A_RESET: Final = 5  # at least
RISES_A_FALL: Final = 20  # at least, of falls that are no reset
GAP: Final = 1.2  # times the usual time between readings, above which one is lacking
LEAP: Final = 30  # times the third quartile of counts, above which a difference is none
QUIET: Final = 10  # people: that quartile, at least


def as_counts(
    numbers: pd.Series, times: Times, door: pd.Series, *, column: str, name: str, totals: bool | None
) -> pd.Series:
    """Return the counts of a column of the file `name`: its numbers, or their differences door by door (`totals`).

    Raises CountFileError where numbers look like running totals and `totals` is None, which says neither.
    """
    if totals is False:
        return numbers
    readings = pd.DataFrame({"number": numbers, "at": times.utc()[numbers.index], "door": door})
    readings = _in_order(readings.dropna(subset="number"), comes_twice(times))
    if totals:
        if told := repeated(times, readings["door"].sort_index()):
            raise CountFileError(
                f"{name}: {told}; name the column that tells the doors apart by --door-column, or remove all but one "
                "reading of each time"
            )
        parts = [_differences(group) for _, group in readings.groupby("door")]
        counts: pd.Series = pd.concat([*parts, numbers.iloc[:0]]).reindex(numbers.index)
        return counts
    nth = readings.groupby(["door", "at"]).cumcount()  # doors whose name no column has
    for (label, _), group in readings.groupby(["door", nth]):
        if evidence := _evidence(group["number"], by_day=_days_between(group["at"]).median() >= 1):
            where = f"{column} (door {label})" if label else column
            raise CountFileError(
                f"{name}: the numbers of {where} look like the running total of a counter: {evidence}. "
                "Give --totals to count the differences, or --counts if each number is the people of its own time"
            )
    return numbers


def _in_order(readings: pd.DataFrame, comes_twice: pd.Series) -> pd.DataFrame:
    """Return readings in the order of time without those that only repeat another, in which an hour may come twice."""
    if readings["at"].iloc[:1].gt(readings["at"].iloc[-1:].to_numpy()).any():
        readings = readings[::-1]  # the latest was first
    readings = readings[~readings.duplicated() | comes_twice[readings.index]]
    nth = readings.groupby(["door", "at"]).cumcount().where(comes_twice[readings.index], 0)
    order = pd.DataFrame({"hour": readings["at"].dt.floor("h"), "nth": nth, "at": readings["at"]})
    return readings.loc[order.sort_values(["hour", "nth", "at"], kind="stable").index]


def _evidence(readings: pd.Series, *, by_day: bool) -> str:
    """Say what makes readings, in the order of time, a running total; "" if nothing does.

    Counts of days or months (`by_day`) may grow with a fall now and then.
    """
    before = readings.shift()
    rises, falls = int((readings > before).sum()), int((readings < before).sum())
    resets = int(((readings < before) & (readings < BEGUN_AGAIN * before)).sum())
    others = falls - resets
    if rises < max(LEAST_RISES, RISES_A_RESET * resets + RISES_A_FALL * others) or (by_day and others):
        return ""
    first, last = f"{readings.iloc[0]:,.0f}", f"{readings.iloc[-1]:,.0f}"
    but = f"fall only {'once' if falls == 1 else many(falls, 'time')}" if falls else "never fall"
    return f"from {first} to {last} they rise {many(rises, 'time')} and {but}"


def _days_between(at: pd.Series) -> pd.Series:
    days: pd.Series = at.diff().dt.total_seconds() / 86_400
    return days


def _differences(readings: pd.DataFrame) -> pd.Series:
    """Return the people between each reading of a counter and the one before; NaN where that is not known.

    A counter that begins again has counted its reading. Readings that lack one before, by the usual time between those
    of their weekday or a day, hold more than their own time.
    """
    number, gaps = readings["number"], _days_between(readings["at"])
    counts: pd.Series = number.diff()
    counts = counts.mask(counts < 0, number.where(number < BEGUN_AGAIN * number.shift()))
    usual = gaps.groupby(readings["at"].dt.day_of_week).transform("median").clip(lower=1.0)
    typical = max(float(counts[counts > 0].quantile(0.75, interpolation="lower")), QUIET)
    return counts.mask((gaps > GAP * usual) | (counts > LEAP * typical))
